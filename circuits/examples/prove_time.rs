//! Times the circuits, as one JSON object: witness, proof, verification, batch.
//!
//! Without the feature `parallel` everything runs on one thread, and that thread's processor time
//! is taken where the system tells it, so that other work on the machine does not count; with the
//! feature, or elsewhere, it is the time on the wall. Key generation, matrices and loading are
//! measured apart: a wallet does them once.

use luyin_circuits::enrol::{Enrol, Private as EnrolPrivate};
use luyin_circuits::groth16::simulated::Trapdoor;
use luyin_circuits::groth16::{Claim, PreparedVk, ProverKey, prove, setup, verify, verify_batch};
use luyin_circuits::pass::{Demands, Occasion, Pass, Private as PassPrivate};
use luyin_circuits::{Path, Statement, assign, checkin, curve::Fr, shape_of};
use luyin_protocol::field::{Binding, EpochRoot, Scope, SealedHash};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{IdentitySecret, Mask, Note, NoteState, RevocationHandle};
use luyin_protocol::policy::Thresholds;
use luyin_protocol::time::{Day, Slot};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::time::Instant;

const ROUNDS: usize = 10;
const OFTEN: usize = 100;
const BATCH: usize = 100;

/// Milliseconds that this thread has run, on Linux.
fn processor_ms() -> Option<f64> {
    if cfg!(feature = "parallel") {
        return None;
    }
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e6)
}

/// Milliseconds that something takes.
fn time(run: impl FnOnce()) -> f64 {
    let (start, wall) = (processor_ms(), Instant::now());
    run();
    match (start, processor_ms()) {
        (Some(start), Some(end)) => end - start,
        _ => wall.elapsed().as_secs_f64() * 1e3,
    }
}

/// Mean of some runs: the system counts processor time in ticks of some milliseconds, so what is
/// short must run often.
fn mean(rounds: usize, mut run: impl FnMut()) -> f64 {
    time(|| (0..rounds).for_each(|_| run())) / rounds as f64
}

fn note() -> (IdentitySecret, Note, Path<14>, EpochRoot) {
    let sk = IdentitySecret::from_value(Fr::from(7u64));
    let rh = RevocationHandle::from_value(Fr::from(8u64));
    let first = Note::first(&sk, rh, Mask::from_bits(9), Day::new(0), Slot::new(0));
    let state = NoteState {
        slot: Slot::new(39_000),
        ..first.state
    };
    let note = first.successor(&sk, state, Itinerary::default());
    let mut current = note.commitment().value();
    let children = std::array::from_fn(|i| {
        let others = [1u64, 2, 3].map(|k| Fr::from(k + 10 * i as u64));
        let level = [others[0], current, others[1], others[2]];
        current = hash(Tag::Tree, &level);
        level
    });
    (
        sk,
        note,
        Path::new(children),
        EpochRoot::from_value(current),
    )
}

fn measure<S: Statement>(public: &S::Public, private: &S::Private, rng: &mut StdRng) -> String {
    let matrices = mean(5, || drop(shape_of::<S>()));
    let made = shape_of::<S>().into_matrices();
    let mut key = None;
    let setup_ms = time(|| key = setup(&made, rng).ok());
    let key = ProverKey::<S>::new(key.expect("a key")).expect("its circuit's");
    let bytes = key.to_bytes().expect("bytes");
    let load = mean(5, || drop(ProverKey::<S>::from_hash_checked_bytes(&bytes)));
    let witness = mean(OFTEN, || drop(assign::<S>(public, private)));
    let mut proof = None;
    let proving = mean(ROUNDS, || proof = prove(&key, public, private, rng).ok());
    let proof = proof.expect("the statement holds");
    let vk = PreparedVk::new(S::NAME, key.verifying_key()).expect("its circuit's");
    let inputs = S::inputs(public);
    let verifying = mean(OFTEN, || {
        verify(&vk, &inputs, &proof).expect("it proves it")
    });
    format!(
        "\"{}\":{{\"constraints\":{},\"coefficients\":{},\"key_bytes\":{},\"matrices_ms\":{matrices:.1},\"setup_ms\":{setup_ms:.0},\"load_ms\":{load:.1},\"witness_ms\":{witness:.2},\"prove_ms\":{proving:.1},\"verify_ms\":{verifying:.2}}}",
        S::NAME,
        made.num_constraints(),
        made.num_coefficients(),
        bytes.len(),
    )
}

fn batch(rng: &mut StdRng) -> String {
    let (vk, trapdoor) = Trapdoor::verifying_only(checkin::INPUTS, rng);
    let vk = PreparedVk::new(luyin_circuits::CircuitName::Checkin, &vk).expect("eight inputs");
    let inputs: Vec<[Fr; checkin::INPUTS]> = (0..BATCH as u64)
        .map(|i| [Fr::from(i); checkin::INPUTS])
        .collect();
    let start = Instant::now();
    let proofs: Vec<_> = inputs
        .iter()
        .map(|x| trapdoor.simulate(x, rng).expect("a proof"))
        .collect();
    let simulated = start.elapsed().as_secs_f64() * 1e3 / BATCH as f64;
    let claims: Vec<Claim<'_>> = inputs
        .iter()
        .zip(&proofs)
        .map(|(inputs, proof)| Claim { inputs, proof })
        .collect();
    let all = mean(ROUNDS, || {
        verify_batch(&vk, &claims, rng).expect("all hold")
    });
    let decode = mean(OFTEN, || {
        drop(luyin_circuits::groth16::Proof::decode(
            &proofs[0].to_bytes(),
        ));
    });
    format!(
        "\"batch\":{{\"proofs\":{BATCH},\"per_proof_ms\":{:.3},\"decode_ms\":{decode:.3},\"simulate_ms\":{simulated:.3}}}",
        all / BATCH as f64
    )
}

fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    let (sk, note, path, root) = note();
    let pass = PassPrivate { sk, note, path };
    let pass_public = pass.public(&Occasion {
        root,
        policy: Demands::default().pack(),
        risk: Itinerary::default(),
        day: Day::new(19_500),
        scope: Scope::from_value(Fr::from(3u64)),
        binding: Binding::from_value(Fr::from(4u64)),
    });
    let checkin = checkin::Private {
        sk,
        note,
        path,
        r_new: Fr::from(5u64),
        answers: checkin::Answers {
            temperature: 365,
            symptoms: 0,
            contacts: 0,
        },
        scope: Scope::from_value(Fr::from(3u64)),
        salt: Fr::from(6u64),
    };
    let sealed = SealedHash::from_value(Fr::from(2u64));
    let checkin_public = checkin.public(root, Slot::new(39_002), Thresholds::standard(), sealed);
    let enrol = EnrolPrivate {
        sk,
        rh: note.rh,
        mask: Mask::from_bits(9),
        mask_salt: Fr::from(1u64),
        coefficients: [Fr::from(2u64), Fr::from(3u64)],
        salts: [Fr::from(4u64); 5],
        rho: note.rho,
        r: note.r,
    };
    let enrol_public = enrol.public(Day::new(0), Slot::new(39_000), sealed);
    let parts = [
        measure::<Enrol>(&enrol_public, &enrol, &mut rng),
        measure::<checkin::Checkin>(&checkin_public, &checkin, &mut rng),
        measure::<Pass>(&pass_public, &pass, &mut rng),
        batch(&mut rng),
    ];
    println!("{{{}}}", parts.join(","));
}
