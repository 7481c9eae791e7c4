//! Running the engine, as one that signs or as one that only listens.

use super::config::{EngineConfig, EngineForm};
use super::host::{Host, Outcome};
use super::start::wal_path;
use super::status::{Board, Running};
use super::{EngineError, peer};
use crate::codec::{EngineCodec, encode};
use crate::context::Consortium;
use crate::signer::{GuardedSigner, Verifier};
use crate::{Address, Application};
use luyin_protocol::signature::{PublicKey, Sha256Hash};
use malachitebft_app_channel::app::types::Keypair;
use malachitebft_app_channel::{
    Channels, ConsensusContext, EngineBuilder, EngineHandle, NetworkContext, NetworkIdentity,
    NetworkRequest, RequestContext, SyncContext, WalContext,
};
use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// What the engine does with what it hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Votes and proposes, where it is one of the validators.
    Validator,
    /// Only learns what was decided.
    Observer,
}

/// How long the engine's threads may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs until the engine ends for good. Tells through `ready` how the first beginning went.
pub fn run<A: Application>(
    mut host: Host<A>,
    config: &EngineConfig,
    ready: Sender<Result<(), EngineError>>,
) {
    let board = Arc::clone(&host.board);
    // A panic of the application must not look like an engine that runs.
    let _end = LastWord(Arc::clone(&board));
    let mut ready = Some(ready);
    loop {
        let outcome = match once(&mut host, config, &mut ready) {
            Ok(outcome) => outcome,
            Err(error) => match ready.take() {
                Some(ready) => {
                    board.update(|status| status.running = Running::Stopped(error.to_string()));
                    // Nobody waits any more if the caller is gone.
                    let _ = ready.send(Err(error));
                    return;
                }
                None => Outcome::Failed(error.to_string()),
            },
        };
        match outcome {
            Outcome::Ended => {
                board.update(|status| status.running = Running::Ended);
                return;
            }
            Outcome::Resumed => tracing::info!("consensus: this node signs again"),
            Outcome::Observe(height, why) => {
                tracing::error!(%height, why, "consensus: this node signs nothing through this height; docs/RUNBOOK.md, \"A refused guard\"");
                if let Err(error) = host.signer.with_guard(|guard| guard.close(height)) {
                    return stopped(&board, error.to_string());
                }
            }
            Outcome::Failed(why) => return stopped(&board, why),
        }
    }
}

fn stopped(board: &Board, why: String) {
    tracing::error!(
        why,
        "consensus: the engine has stopped; docs/RUNBOOK.md, \"An engine that stopped\""
    );
    board.update(|status| status.running = Running::Stopped(why));
}

/// Sets the status right if the thread ends in a panic.
struct LastWord(Arc<Board>);

impl Drop for LastWord {
    fn drop(&mut self) {
        if std::thread::panicking() {
            stopped(
                &self.0,
                "the application or the engine's thread panicked".into(),
            );
        }
    }
}

fn once<A: Application>(
    host: &mut Host<A>,
    config: &EngineConfig,
    ready: &mut Option<Sender<Result<(), EngineError>>>,
) -> Result<Outcome, EngineError> {
    let role = role(host);
    let runtime = runtime()?;
    let keypair = peer::keypair(&config.home.join("peer.key"))?;
    let signer = host.signer.clone();
    let (mut channels, engine) = runtime.block_on(build(config, role, keypair, signer))?;
    watch_peers(&runtime, &channels, Arc::clone(&host.board));
    if let Some(ready) = ready.take() {
        // Nobody waits any more if the caller is gone.
        let _ = ready.send(Ok(()));
    }
    let outcome = host.converse(&runtime, &mut channels);
    end(runtime, channels, engine, config);
    Ok(outcome)
}

fn role<A: Application>(host: &Host<A>) -> Role {
    let closed = host.signer.with_guard(|guard| guard.closed());
    let (role, running) = match closed > host.book.tip() {
        true => (Role::Observer, Running::Observing(closed)),
        false => (Role::Validator, Running::Running),
    };
    host.board.update(|status| status.running = running);
    role
}

fn runtime() -> Result<Runtime, EngineError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("consensus-io")
        .enable_all()
        .build()
        .map_err(|error| EngineError::Build(error.to_string()))
}

async fn build(
    config: &EngineConfig,
    role: Role,
    keypair: Keypair,
    signer: GuardedSigner,
) -> Result<(Channels<Consortium>, EngineHandle), EngineError> {
    let form = EngineForm::new(config)
        .ok_or_else(|| EngineError::Build("an address has no form of the engine's".into()))?;
    let verifier = Box::new(Verifier::new(config.network));
    let key = signer.public();
    let moniker = config.moniker.clone();
    let (identity, consensus) = match role {
        Role::Validator => {
            let address = Address::of(key);
            let peer = keypair.public().to_peer_id().to_bytes();
            let proof = signer
                .peer_proof(peer)
                .map_err(|error| EngineError::Signer(error.to_string()))?;
            let proof = encode(&proof).into();
            (
                NetworkIdentity::new_validator(moniker, keypair, address.to_string(), proof),
                ConsensusContext::new_validator(address, verifier, Box::new(signer)),
            )
        }
        Role::Observer => (
            NetworkIdentity::new(moniker, keypair, None),
            ConsensusContext::new_full_node(nobody(&key), verifier),
        ),
    };
    EngineBuilder::new(Consortium, form)
        .with_default_wal(WalContext::new(wal_path(&config.home), EngineCodec))
        .with_default_network(NetworkContext::new(identity, EngineCodec))
        .with_default_sync(SyncContext::new(EngineCodec))
        .with_default_consensus(consensus)
        .with_default_request(RequestContext::new(16))
        .build()
        .await
        .map_err(|error| EngineError::Build(format!("{error:#}")))
}

/// An address that is no validator's: the engine takes a node for a validator by its address alone.
fn nobody(key: &PublicKey) -> Address {
    Address::of(PublicKey::from_bytes(
        *Sha256Hash::of(&[b"observer", key.as_bytes().as_slice()].concat()).as_bytes(),
    ))
}

/// Counts the peers every second.
fn watch_peers(runtime: &Runtime, channels: &Channels<Consortium>, board: Arc<Board>) {
    let requests = channels.net_requests.clone();
    runtime.spawn(async move {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            second.tick().await;
            let Ok(dump) = NetworkRequest::dump_state(&requests).await else {
                return;
            };
            let peers = dump.map_or(0, |dump| dump.peers.len());
            if board.read().peers != peers {
                board.update(|status| status.peers = peers);
            }
        }
    });
}

/// Ends the engine's threads, the one of its write-ahead log as well, which holds a lock on its file.
fn end(
    runtime: Runtime,
    channels: Channels<Consortium>,
    engine: EngineHandle,
    config: &EngineConfig,
) {
    let limit = Instant::now() + PATIENCE;
    engine.actor.stop(Some("told to stop".into()));
    drop(channels);
    let ended = runtime.block_on(async { tokio::time::timeout(PATIENCE, engine.handle).await });
    if ended.is_err() {
        tracing::warn!("consensus: the engine takes long to end");
    }
    runtime.shutdown_timeout(PATIENCE);
    while is_held(config) && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn is_held(config: &EngineConfig) -> bool {
    File::open(wal_path(&config.home)).is_ok_and(|file| file.try_lock().is_err())
}
