//! Check-ins whose bytes or proof were tampered with, as a wallet's route takes them: refused each by its name, and the true
//! one is taken afterwards.

use super::support::client::Call;
use super::support::people::{Citizen, enrol};
use super::support::rules::lenient;
use super::support::simulated::{Simulator, simulated_world};
use super::support::wallets::well;
use super::support::world::World;
use ark_bn254::{Fq, Fr};
use ark_ff::{BigInteger as _, PrimeField};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin::client::Blocking;
use luyin::config::Config;
use luyin::http::server;
use luyin_device::client::{NodeClient, Transport, WireAnswer, WireError, WireRequest};
use luyin_device::wallet::SlotChoice;
use luyin_ledger::tx::claim;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::network::Cadence;
use luyin_protocol::signature::ProofBytes;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{CheckIn, GovernanceAction, Tx};
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::time::Duration;

const NULLIFIER: usize = 6;
const DISCLOSURE: usize = 78;
const PROOF: usize = 318;

/// Lets everything through but a check-in.
struct WithoutCheckIns(Blocking);

impl Transport for WithoutCheckIns {
    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError> {
        match request.url.ends_with("/v1/checkins") {
            true => Err(WireError::Unreachable("held back".to_owned())),
            false => self.0.send(request),
        }
    }
    fn pause(&self, _: Duration) {}
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

struct Scene {
    world: World,
    prover: Simulator,
    person: Citizen,
}

impl Scene {
    /// A network with a policy and one person whose note stands under an epoch.
    fn set() -> Self {
        let mut config = Config::default();
        config.orderer.tick_ms = 5;
        let (world, prover) = simulated_world(config, Cadence::demo(), server::serve);
        let policy = GovernanceAction::Policy(Box::new(lenient(world.now())));
        let tx = world.governance(5, policy);
        assert_eq!(world.submit("/v1/governance", &tx).status, 201);
        let (person, _) = enrol(&world, 0, &prover);
        let clock = world.app.clock();
        clock.set(clock.now().plus_ms(16_000)).unwrap();
        while world.get("/v1/forest").json()["size"] != 1 {
            std::thread::yield_now();
        }
        Self {
            world,
            prover,
            person,
        }
    }

    /// The check-in that the wallet made and did not send.
    fn unsent(&mut self) -> CheckIn {
        let transport = WithoutCheckIns(Blocking::default());
        let node = NodeClient::over(transport, &self.world.node()).unwrap();
        let wallet = &mut self.person.wallet;
        let held = wallet.checkin(None, &well(), SlotChoice::Current, &node, &self.prover);
        held.unwrap_err();
        let pending = wallet.content().person(None).unwrap().pending.clone();
        match pending.unwrap().tx.0 {
            Tx::CheckIn(tx) => tx,
            other => panic!("{:?}", other.kind()),
        }
    }

    /// Another proof of the same: re-randomised proofs differ in every point.
    fn proved_again(&self, tx: &CheckIn) -> CheckIn {
        let state = self.world.app.node().state();
        let claim = claim(&state, &Tx::CheckIn(tx.clone())).unwrap().unwrap();
        let proof = self.prover.0.checkin.simulate(&claim.inputs, &mut OsRng);
        CheckIn {
            proof: ProofBytes::from(&proof.unwrap()),
            ..tx.clone()
        }
    }

    fn post(&self, bytes: &[u8]) -> (u16, String) {
        let body: Value = json!({ "tx": STANDARD.encode(bytes) });
        let answer = self.world.send(&Call::post("/v1/checkins", &body));
        (answer.status, answer.slug())
    }
}

/// The same number, written as itself plus the modulus.
fn plus_modulus<F: PrimeField>(bytes: &mut [u8]) {
    let mut carry = 0u16;
    for (byte, more) in bytes.iter_mut().zip(F::MODULUS.to_bytes_le()) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
}

#[test]
fn tampered_check_ins_are_refused_by_name_and_the_true_one_is_taken() {
    let mut scene = Scene::set();
    let tx = scene.unsent();
    let honest = Tx::CheckIn(tx.clone()).to_vec();
    assert_eq!(honest.len(), PROOF + 128);
    assert_eq!(&honest[NULLIFIER..NULLIFIER + 32], tx.nf.to_bytes());
    let spoilt = |spoil: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = honest.clone();
        spoil(&mut bytes);
        scene.post(&bytes)
    };
    let malformed = (400, "malformed-bytes".to_owned());
    let rejected = (422, "proof-rejected".to_owned());
    let a = PROOF..PROOF + 32;
    let b = PROOF + 32..PROOF + 96;

    assert_eq!(spoilt(&|x| x.push(0)), malformed, "trailing byte");
    assert_eq!(spoilt(&|x| x.truncate(PROOF + 127)), malformed, "cut");
    let nullifier = NULLIFIER..NULLIFIER + 32;
    let beyond = |x: &mut Vec<u8>| plus_modulus::<Fr>(&mut x[nullifier.clone()]);
    assert_eq!(spoilt(&beyond), malformed, "x + p");

    let infinity = |x: &mut Vec<u8>| {
        x[a.clone()].fill(0);
        x[a.end - 1] = 0x40;
    };
    assert_eq!(spoilt(&infinity), rejected, "the identity");
    let odd_infinity = |x: &mut Vec<u8>| x[a.end - 1] |= 0x40;
    assert_eq!(spoilt(&odd_infinity), rejected, "infinity with x");
    let identity_b = |x: &mut Vec<u8>| {
        x[b.clone()].fill(0);
        x[b.end - 1] = 0x40;
    };
    assert_eq!(spoilt(&identity_b), rejected, "the identity of G2");
    let coordinate = |x: &mut Vec<u8>| {
        let sign = x[a.end - 1] & 0x80;
        x[a.end - 1] &= 0x7f;
        plus_modulus::<Fq>(&mut x[a.clone()]);
        x[a.end - 1] |= sign;
    };
    assert_eq!(spoilt(&coordinate), rejected, "a coordinate plus q");
    let subgroup = |x: &mut Vec<u8>| {
        // Nearly every point of the twist lies outside the subgroup.
        x[b.clone()].fill(0);
        x[b.start] = 1;
    };
    assert_eq!(spoilt(&subgroup), rejected, "off the subgroup or the curve");
    let negated = |x: &mut Vec<u8>| x[a.end - 1] ^= 0x80;
    assert_eq!(spoilt(&negated), rejected, "minus A");
    let exchanged = |x: &mut Vec<u8>| {
        let (a, c): (Vec<u8>, Vec<u8>) = (x[a.clone()].to_vec(), x[PROOF + 96..].to_vec());
        x[PROOF..PROOF + 32].copy_from_slice(&c);
        x[PROOF + 96..].copy_from_slice(&a);
    };
    assert_eq!(spoilt(&exchanged), rejected, "A and C exchanged");
    assert_eq!(spoilt(&|x| x[DISCLOSURE] ^= 1), rejected, "other inputs");
    assert_eq!(spoilt(&|x| x[PROOF..].fill(0)), rejected, "no points");

    assert_eq!(scene.post(&honest).0, 201, "nothing was spent by these");
    let again = scene.proved_again(&tx);
    assert_ne!(again.proof, tx.proof);
    let spent = (409, "repeated-nullifier".to_owned());
    assert_eq!(scene.post(&Tx::CheckIn(again).to_vec()), spent);
}

#[test]
fn of_two_proofs_of_one_nullifier_sent_by_sixty_four_at_once_one_is_accepted() {
    let mut scene = Scene::set();
    let first = scene.unsent();
    let second = scene.proved_again(&first);
    let both = [first, second].map(|tx| Tx::CheckIn(tx).to_vec());
    let before = scene.world.app.node().state().note_forest().unwrap().notes;
    let accepted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64)
            .map(|n| {
                let (scene, bytes) = (&scene, &both[n % 2]);
                scope.spawn(move || scene.post(bytes).0)
            })
            .collect();
        let statuses = threads.into_iter().map(|t| t.join().unwrap());
        statuses.filter(|status| *status == 201).count()
    });
    assert_eq!(accepted, 1);
    let after = scene.world.app.node().state().note_forest().unwrap().notes;
    assert_eq!(after.get(), before.get() + 1);
}
