//! A network on keys whose trapdoors the story keeps: what is true is proved by simulation, in a millisecond.

use super::world::{START, World, founding, node_key};
use ark_bn254::Fr;
use luyin::app::App;
use luyin::bench::keys::{Trapdoors, install};
use luyin::clock::Clock;
use luyin::config::Config;
use luyin::node::directory::DataDirectory;
use luyin::node::open::{Opening, open_for_bench};
use luyin::telemetry::Metrics;
use luyin_circuits::groth16::simulated::Trapdoor;
use luyin_circuits::{Statement, absorb, checkin, enrol, pass};
use luyin_device::wallet::{Prover, WalletError};
use luyin_protocol::network::Cadence;
use luyin_protocol::signature::ProofBytes;
use rand::rngs::OsRng;
use std::future::Future;
use tokio::net::TcpListener;

/// Proves what is true, by simulation (clause 10.6).
pub struct Simulator(pub Trapdoors);

impl Simulator {
    fn simulated<S: Statement>(
        trapdoor: &Trapdoor,
        public: &S::Public,
        private: &S::Private,
    ) -> Result<ProofBytes, WalletError> {
        S::check(public, private).map_err(|clause| WalletError::Unprovable(clause.to_string()))?;
        let inputs: Vec<Fr> = S::inputs(public);
        let proof = trapdoor.simulate(&inputs, &mut OsRng).unwrap();
        Ok(ProofBytes::from(&proof))
    }
}

impl Prover for Simulator {
    fn enrol(
        &self,
        public: &enrol::Public,
        private: &enrol::Private,
    ) -> Result<ProofBytes, WalletError> {
        Self::simulated::<enrol::Enrol>(&self.0.enrol, public, private)
    }
    fn checkin(
        &self,
        public: &checkin::Public,
        private: &checkin::Private,
    ) -> Result<ProofBytes, WalletError> {
        Self::simulated::<checkin::Checkin>(&self.0.checkin, public, private)
    }
    fn absorb(
        &self,
        public: &absorb::Public,
        private: &absorb::Private,
    ) -> Result<ProofBytes, WalletError> {
        Self::simulated::<absorb::Absorb>(&self.0.absorb, public, private)
    }
    fn pass(
        &self,
        public: &pass::Public,
        private: &pass::Private,
    ) -> Result<ProofBytes, WalletError> {
        Self::simulated::<pass::Pass>(&self.0.pass, public, private)
    }
}

/// A node on such keys, with everyone accredited.
pub fn simulated_world<F, S>(config: Config, cadence: Cadence, serve: F) -> (World, Simulator)
where
    F: FnOnce(App, TcpListener) -> S,
    S: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let files = tempfile::tempdir().unwrap();
    let (trapdoors, hashes) = install(&files.path().join("keys"), &mut OsRng).unwrap();
    let parameters = founding(hashes, cadence);
    let data = files.path().join("node");
    DataDirectory::found(&data, &parameters).unwrap();
    let metrics = Metrics::new().unwrap();
    let opened = open_for_bench(Opening {
        data,
        keys: files.path().join("keys"),
        signing: node_key(),
        config: config.clone(),
        clock: Clock::settable_at(START),
        metrics: metrics.clone(),
    })
    .unwrap();
    let world = World::around(opened.node, config, metrics, files, serve);
    world.furnish();
    (world, Simulator(trapdoors))
}
