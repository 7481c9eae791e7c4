//! That the native relation and the circuit say the same.

use super::sample::Sample;
use crate::curve::Fr;
use crate::r1cs::Matrices;
use crate::statement::{assign, shape_of};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A statement whose witnesses can be changed at random, so that some stay true.
pub(crate) trait Vary: Sample {
    fn vary(public: &mut Self::Public, private: &mut Self::Private, rng: &mut StdRng);
}

/// One change that breaks one clause.
pub(crate) type Tamper<S> = (
    <S as crate::Statement>::Clause,
    fn(&mut <S as crate::Statement>::Public, &mut <S as crate::Statement>::Private),
);

fn satisfied<S: Sample>(matrices: &Matrices, public: &S::Public, private: &S::Private) -> bool {
    let values = assign::<S>(public, private);
    assert_eq!(
        values.inputs(),
        S::inputs(public),
        "the circuit's inputs are the statement's"
    );
    matrices.are_satisfied_by(values.values())
}

/// Relation and circuit agree on honest witnesses and on witnesses changed at random.
pub(crate) fn check_relation_and_circuit_agree<S: Vary>() {
    let matrices = shape_of::<S>().into_matrices();
    let mut rng = StdRng::seed_from_u64(21);
    for round in 0..16 {
        let (public, private) = S::honest(&mut rng);
        assert_eq!(
            S::check(&public, &private),
            Ok(()),
            "honest witness {round}"
        );
        assert!(
            satisfied::<S>(&matrices, &public, &private),
            "honest witness {round}"
        );
    }
    let mut held = [0, 0];
    for round in 0..super::rounds(96, 4000) {
        let (mut public, mut private) = S::honest(&mut rng);
        for _ in 0..rng.gen_range(1..3) {
            S::vary(&mut public, &mut private, &mut rng);
        }
        let verdict = S::check(&public, &private);
        let circuit = satisfied::<S>(&matrices, &public, &private);
        assert_eq!(
            verdict.is_ok(),
            circuit,
            "round {round}: the relation says {verdict:?}"
        );
        held[usize::from(circuit)] += 1;
    }
    assert!(
        held.iter().all(|n| *n >= 8),
        "changes that break, and changes that do not: {held:?}"
    );
}

/// Each tamper breaks its clause: the relation names it, the circuit is not satisfied.
pub(crate) fn check_tampers_break_their_clause<S: Sample>(
    clauses: &[S::Clause],
    start: impl Fn(&mut StdRng) -> (S::Public, S::Private),
    tampers: &[Tamper<S>],
) {
    let matrices = shape_of::<S>().into_matrices();
    for clause in clauses {
        assert!(
            tampers.iter().any(|(c, _)| c == clause),
            "no tamper for {clause}"
        );
    }
    for (i, (clause, tamper)) in tampers.iter().enumerate() {
        let mut rng = StdRng::seed_from_u64(i as u64);
        let (mut public, mut private) = start(&mut rng);
        assert!(
            satisfied::<S>(&matrices, &public, &private),
            "tamper {i} starts from the truth"
        );
        tamper(&mut public, &mut private);
        assert_eq!(S::check(&public, &private), Err(*clause), "tamper {i}");
        assert!(
            !satisfied::<S>(&matrices, &public, &private),
            "tamper {i} of {clause}"
        );
    }
}

/// Another element.
pub(crate) fn other(x: Fr) -> Fr {
    x + Fr::from(1u64)
}
