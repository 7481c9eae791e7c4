use super::Overrides;
use super::sample::Sample;
use crate::curve::Fr;
use crate::groth16::{PreparedVk, ProverKey, prove_assignment, setup, verify};
use crate::r1cs::{Assignment, Shape, System};
use crate::statement::{Statement, shape_of};
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField, UniformRand};
use luyin_protocol::hash::{Tag, parameters};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeSet;

/// In which sense a forger's claim is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// The native relation refuses it.
    Untrue,
    /// It is true, but the witness is that of another claim: a replay.
    Replayed,
    /// A public input is no value of its type, which a careless caller might let through.
    OutOfType,
}

/// A public input that a row demands equal to something computed: its label, which of the label's
/// rows, and how to write it.
pub(crate) struct Answer<S: Statement> {
    pub(crate) label: &'static str,
    pub(crate) nth: usize,
    pub(crate) write: fn(&mut S::Public, Fr),
}

/// A claim in the making.
pub(crate) struct Forge<'a, S: Statement> {
    pub(crate) shape: &'a Shape,
    pub(crate) public: S::Public,
    pub(crate) private: S::Private,
    pub(crate) overrides: Overrides,
    pub(crate) rng: StdRng,
}

/// A dishonest prover: what it does, and without which rows it is believed.
pub(crate) struct Forger<S: Statement> {
    pub(crate) drops: &'static str,
    pub(crate) lie: Lie,
    pub(crate) forge: fn(&mut Forge<'_, S>),
}

impl<S: Statement> Forger<S> {
    pub(crate) fn untrue(drops: &'static str, forge: fn(&mut Forge<'_, S>)) -> Self {
        Self {
            drops,
            lie: Lie::Untrue,
            forge,
        }
    }
}

impl<S: Statement> Forge<'_, S> {
    pub(crate) fn random(&mut self) -> Fr {
        Fr::rand(&mut self.rng)
    }

    pub(crate) fn set(&mut self, label: &str, nth: usize, value: u64) {
        self.overrides.set(label, nth, Fr::from(value));
    }

    pub(crate) fn add(&mut self, label: &str, nth: usize, value: Fr) {
        self.overrides.add(label, nth, value);
    }

    /// Makes the bits of a range check sum to `x`, which has too many: the lowest bit is no bit.
    pub(crate) fn stretch(&mut self, label: &str, x: Fr, n: usize) {
        let low = (0..n).rev().fold(Fr::ZERO, |sum, i| {
            sum + sum + Fr::from(x.into_bigint().get_bit(i))
        });
        self.add(label, 0, x - low);
    }

    /// Moves the output of one of a label's hashes by `delta`: its last S-box lies.
    pub(crate) fn bend(&mut self, label: &str, tag: Tag, (nth, of): (usize, usize), delta: Fr) {
        let parameters = parameters(tag.arity());
        let columns = self.shape.columns_of(label) / of;
        let last_box = (nth + 1) * columns - 3 * parameters.width + 2;
        let weight = parameters.matrix[0][0]
            .inverse()
            .expect("no zero in the matrix");
        self.add(label, last_box, delta * weight);
    }

    /// The same for a label with one hash.
    pub(crate) fn bend_one(&mut self, label: &str, tag: Tag, delta: Fr) {
        self.bend(label, tag, (0, 1), delta);
    }

    fn assignment(&self) -> Assignment {
        let mut cs = System::for_forgery(self.overrides.clone());
        S::synthesise(&mut cs, &self.public, &self.private);
        cs.into_assignment()
    }

    /// Writes the public inputs that the deviating computation now gives, but for those whose
    /// row is to be dropped.
    fn settle(&mut self, answers: &[Answer<S>], drops: &str) {
        for answer in answers.iter().filter(|answer| answer.label != drops) {
            let values = self.assignment();
            let row = self.shape.nth_row(answer.label, answer.nth);
            let column = row
                .iter()
                .map(|(_, column)| *column)
                .filter(|column| *column != 0)
                .min();
            let input = column.expect("the row has an input");
            let excess = crate::r1cs::dot(&row, values.values());
            // The row is `computed - input`.
            (answer.write)(&mut self.public, values.values()[input] + excess);
        }
    }
}

/// Makes the forger's claim; returns it with its values.
fn claim<S: Sample>(
    shape: &Shape,
    forger: &Forger<S>,
    answers: &[Answer<S>],
    seed: u64,
) -> (S::Public, S::Private, Assignment) {
    let mut rng = StdRng::seed_from_u64(seed);
    let (public, private) = S::honest(&mut rng);
    let overrides = Overrides::default();
    let mut forge = Forge {
        shape,
        public,
        private,
        overrides,
        rng,
    };
    (forger.forge)(&mut forge);
    forge.settle(answers, forger.drops);
    let assignment = forge.assignment();
    (forge.public, forge.private, assignment)
}

/// Each label of the circuit has a forger; each forger breaks rows of its label and no others.
pub(crate) fn check_every_label_has_a_forger<S: Sample>(
    forgers: &[Forger<S>],
    answers: &[Answer<S>],
) {
    let shape = shape_of::<S>();
    let rows = 0..shape.matrices().num_constraints();
    let labels: BTreeSet<&str> = rows.filter_map(|row| shape.row_label(row)).collect();
    let known: BTreeSet<&str> = forgers.iter().map(|forger| forger.drops).collect();
    let unmapped: Vec<_> = labels.difference(&known).collect();
    assert!(unmapped.is_empty(), "rows without a forger: {unmapped:?}");
    let stale: Vec<_> = known.difference(&labels).collect();
    assert!(stale.is_empty(), "forgers without rows: {stale:?}");
    for (i, forger) in forgers.iter().enumerate() {
        for seed in 0..super::rounds(1, 4) as u64 {
            let (public, private, assignment) = claim(&shape, forger, answers, seed);
            let broken = shape.broken_labels(assignment.values());
            assert_eq!(
                broken.iter().map(String::as_str).collect::<Vec<_>>(),
                [forger.drops],
                "forger {i} must break the rows of {} and no others",
                forger.drops
            );
            match (forger.lie, S::check(&public, &private)) {
                (Lie::Untrue, Err(_)) | (Lie::Replayed, Ok(())) | (Lie::OutOfType, _) => {}
                (lie, verdict) => {
                    panic!("forger {i} of {} is {lie:?}, yet {verdict:?}", forger.drops)
                }
            }
        }
    }
}

/// The forgery of one label is proved and believed under a key made without the label's rows, and
/// refused under the real one.
pub(crate) fn check_the_forgery_end_to_end<S: Sample>(
    forgers: &[Forger<S>],
    answers: &[Answer<S>],
    drops: &str,
) {
    let mut rng = StdRng::seed_from_u64(3);
    let shape = shape_of::<S>();
    let forger = forgers
        .iter()
        .find(|forger| forger.drops == drops)
        .expect("a forger");
    let (public, _, assignment) = claim(&shape, forger, answers, 0);
    let mut believed = |shape: &Shape| {
        let matrices = shape.matrices().clone();
        let key = setup(&matrices, &mut rng).expect("a key");
        let key = ProverKey::<S>::for_matrices(matrices, key).expect("the circuit's");
        let vk = PreparedVk::new(S::NAME, key.verifying_key()).expect("the circuit's");
        let proof = prove_assignment(&key, &assignment, &mut rng).expect("a proof");
        verify(&vk, &S::inputs(&public), &proof).is_ok()
    };
    assert!(
        believed(&shape.without(drops)),
        "the mutated circuit believes the forgery"
    );
    assert!(!believed(&shape), "the real circuit does not");
}
