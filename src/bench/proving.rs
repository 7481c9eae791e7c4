//! Proving and verifying, without a network: the figures of a phone, a gate and the raw limit of
//! a node.

use ark_bn254::Fr;
use ark_ff::UniformRand;
use luyin_circuits::checkin::{self, Checkin};
use luyin_circuits::groth16::simulated::Trapdoor;
use luyin_circuits::groth16::{Claim, PreparedVk, Proof, ProverKey, prove, verify, verify_batch};
use luyin_circuits::pass::{self, Occasion, PackedPolicy, Pass};
use luyin_circuits::{CircuitName, NOTE_LEVELS, Path, matrices};
use luyin_protocol::field::{Binding, EpochRoot, Scope, SealedHash};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{IdentitySecret, Mask, Note, RevocationHandle};
use luyin_protocol::pass::SHOWN_LEN;
use luyin_protocol::policy::{Predicates, Thresholds};
use luyin_protocol::time::{Day, Slot};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use std::time::Instant;

/// Constraints of each statement, as they stand in the circuits at hand.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Constraints {
    enrol: usize,
    checkin: usize,
    absorb: usize,
    pass: usize,
}

/// What was measured. Times are medians, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Figures {
    /// One pass, one thread.
    pub prove_pass_ms: f64,
    /// One check-in, one thread.
    pub prove_checkin_ms: f64,
    /// One check-in, all cores.
    pub prove_checkin_all_cores_ms: f64,
    /// One pass at a gate, from its bytes, without the network.
    pub verify_pass_ms: f64,
    /// A proof of a batch of 1,000, one thread, decoding included.
    pub batch_verify_ms_per_proof: f64,
    /// Check-in proofs a second, decoded and verified in batches on all cores: the raw limit.
    pub raw_batch_verify_per_s: f64,
    /// A shown pass before base45.
    pub pass_qr_bytes: usize,
    /// Of each statement.
    pub constraints: Constraints,
}

/// How thorough to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Under a minute for the whole bench.
    Quick,
    /// As published.
    Full,
}

/// A holder on a sunny day: a checked-in note under a root of its own.
struct Holder {
    sk: IdentitySecret,
    note: Note,
    path: Path<NOTE_LEVELS>,
    root: EpochRoot,
}

const DAY: Day = Day::new(20_780);

impl Holder {
    fn draw(rng: &mut StdRng) -> Self {
        let sk = IdentitySecret::from_value(Fr::rand(rng));
        let rh = RevocationHandle::from_value(Fr::rand(rng));
        let first = Note::first(&sk, rh, Mask::from_bits(77), Day::new(0), Slot::new(0));
        let history = first
            .state
            .history
            .with_today_at_least(luyin_protocol::note::DayStatus::Normal);
        let state = luyin_protocol::note::NoteState {
            slot: DAY.slots()[0],
            history,
            ..first.state
        };
        let note = first.successor(&sk, state, Itinerary::default());
        let mut children = [[Fr::from(0u64); 4]; NOTE_LEVELS];
        let mut current = note.commitment().value();
        for level in &mut children {
            for child in level.iter_mut() {
                *child = Fr::rand(rng);
            }
            level[rng.gen_range(0..4)] = current;
            current = hash(Tag::Tree, level);
        }
        Self {
            sk,
            note,
            path: Path::new(children),
            root: EpochRoot::from_value(current),
        }
    }
}

/// Measures everything.
pub fn measure(effort: Effort) -> anyhow::Result<Figures> {
    let mut rng = StdRng::from_entropy();
    let rounds = match effort {
        Effort::Quick => 3,
        Effort::Full => 11,
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let holder = Holder::draw(&mut rng);
    let (prove_pass_ms, verify_pass_ms) =
        one.install(|| pass_figures(&holder, rounds, &mut rng))?;
    let key = ProverKey::<Checkin>::development(&mut rng)?;
    let prove_checkin_ms = one.install(|| checkin_figure(&key, &holder, rounds, &mut rng))?;
    let prove_checkin_all_cores_ms = checkin_figure(&key, &holder, rounds, &mut rng)?;
    let batch = Batch::draw(1_000, &mut rng)?;
    let batch_verify_ms_per_proof =
        one.install(|| batch.verify(rounds.min(5), &mut rng))? / 1_000.0;
    let all_cores_ms = batch.verify(rounds, &mut rng)?;
    let count = |name| matrices(name).num_constraints();
    Ok(Figures {
        prove_pass_ms,
        prove_checkin_ms,
        prove_checkin_all_cores_ms,
        verify_pass_ms,
        batch_verify_ms_per_proof,
        raw_batch_verify_per_s: 1_000.0 * 1_000.0 / all_cores_ms,
        pass_qr_bytes: SHOWN_LEN,
        constraints: Constraints {
            enrol: count(CircuitName::Enrol),
            checkin: count(CircuitName::Checkin),
            absorb: count(CircuitName::Absorb),
            pass: count(CircuitName::Pass),
        },
    })
}

fn pass_figures(holder: &Holder, rounds: usize, rng: &mut StdRng) -> anyhow::Result<(f64, f64)> {
    let key = ProverKey::<Pass>::development(rng)?;
    let vk = PreparedVk::new(CircuitName::Pass, key.verifying_key())?;
    let predicates = Predicates {
        slot_lag: 1,
        min_normal: 1,
        window_a: 1,
        window_b: 0x3fff,
        max_test_age: None,
        min_doses: None,
        max_reading_age: None,
        max_itinerary_age: None,
        fresh_horizon: 30,
        fresh_normal: 7,
        show_mask: true,
    };
    let occasion = Occasion {
        root: holder.root,
        policy: PackedPolicy::from_value(predicates.pack(DAY)),
        risk: Itinerary::default(),
        day: DAY,
        scope: Scope::from_value(Fr::rand(rng)),
        binding: Binding::from_value(Fr::rand(rng)),
    };
    let private = pass::Private {
        sk: holder.sk,
        note: holder.note,
        path: holder.path,
    };
    let public = private.public(&occasion);
    let mut bytes = [0u8; 128];
    let prove_ms = median(rounds, || {
        bytes = prove(&key, &public, &private, rng)?.to_bytes();
        Ok(())
    })?;
    let inputs = public.to_inputs();
    let verify_ms = median(rounds * 5, || {
        let proof = Proof::decode(&bytes)?;
        Ok(verify(&vk, &inputs, &proof)?)
    })?;
    Ok((prove_ms, verify_ms))
}

fn checkin_figure(
    key: &ProverKey<Checkin>,
    holder: &Holder,
    rounds: usize,
    rng: &mut StdRng,
) -> anyhow::Result<f64> {
    let private = checkin::Private {
        sk: holder.sk,
        note: holder.note,
        path: holder.path,
        r_new: Fr::rand(rng),
        answers: checkin::Answers {
            temperature: 366,
            symptoms: 0,
            contacts: 0,
        },
        scope: Scope::from_value(Fr::rand(rng)),
        salt: Fr::rand(rng),
    };
    let slot = Slot::new(DAY.slots()[1].get());
    let sealed = SealedHash::from_value(Fr::rand(rng));
    let public = private.public(holder.root, slot, Thresholds::standard(), sealed);
    median(rounds, || {
        prove(key, &public, &private, rng)?;
        Ok(())
    })
}

/// Distinct proofs that verify, made with the key's trapdoor.
struct Batch {
    vk: PreparedVk,
    items: Vec<([u8; 128], Vec<Fr>)>,
}

impl Batch {
    fn draw(count: usize, rng: &mut StdRng) -> anyhow::Result<Self> {
        let (vk, trapdoor) = Trapdoor::verifying_only(checkin::INPUTS, rng);
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            let inputs: Vec<Fr> = (0..checkin::INPUTS).map(|_| Fr::rand(rng)).collect();
            items.push((trapdoor.simulate(&inputs, rng)?.to_bytes(), inputs));
        }
        Ok(Self {
            vk: PreparedVk::new(CircuitName::Checkin, &vk)?,
            items,
        })
    }

    fn verify(&self, rounds: usize, rng: &mut StdRng) -> anyhow::Result<f64> {
        use rayon::prelude::*;
        median(rounds, || {
            let decode = |(bytes, _): &([u8; 128], Vec<Fr>)| Proof::decode(bytes);
            let proofs: Vec<Proof> = self
                .items
                .par_iter()
                .map(decode)
                .collect::<Result<_, _>>()?;
            let claims: Vec<Claim<'_>> = proofs
                .iter()
                .zip(&self.items)
                .map(|(proof, (_, inputs))| Claim { inputs, proof })
                .collect();
            Ok(verify_batch(&self.vk, &claims, rng)?)
        })
    }
}

/// The median time of so many rounds, in milliseconds.
fn median(rounds: usize, mut round: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds.max(1) {
        let start = Instant::now();
        round()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
