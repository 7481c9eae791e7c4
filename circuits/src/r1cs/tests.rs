use super::*;
use crate::audit::sample::Sample;
use crate::curve::Fr;
use crate::statement::{CircuitName, assign, matrices, shape_of};
use crate::{absorb::Absorb, checkin::Checkin, enrol::Enrol, pass::Pass};
use ark_ff::{Field, Zero};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, R1CS_PREDICATE_LABEL};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn check_the_shape_is_the_same_for_every_witness<S: Sample>() {
    let blank = shape_of::<S>();
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..3 {
        let (public, private) = S::honest(&mut rng);
        let mut cs = System::for_shape();
        S::synthesise(&mut cs, &public, &private);
        assert_eq!(cs.into_shape().unwrap().matrices(), blank.matrices());
    }
}

#[test]
fn no_circuit_depends_on_its_witness() {
    check_the_shape_is_the_same_for_every_witness::<Enrol>();
    check_the_shape_is_the_same_for_every_witness::<Checkin>();
    check_the_shape_is_the_same_for_every_witness::<Absorb>();
    check_the_shape_is_the_same_for_every_witness::<Pass>();
}

#[test]
fn arkworks_sees_the_same_matrices_and_is_satisfied_by_the_same_values() {
    let mut rng = StdRng::seed_from_u64(2);
    let (public, private) = Enrol::honest(&mut rng);
    let matrices = matrices(CircuitName::Enrol);
    let pour = |assignment: &Assignment| {
        let cs = ConstraintSystem::<Fr>::new_ref();
        let circuit = Synthesis {
            matrices: &matrices,
            assignment: Some(assignment),
        };
        circuit.generate_constraints(cs.clone()).unwrap();
        cs.finalize();
        cs
    };
    let honest = pour(&assign::<Enrol>(&public, &private));
    assert!(honest.is_satisfied().unwrap());
    let theirs = honest
        .to_matrices()
        .unwrap()
        .remove(R1CS_PREDICATE_LABEL)
        .unwrap();
    for (theirs, ours) in theirs.iter().zip([&matrices.a, &matrices.b, &matrices.c]) {
        for (theirs, ours) in theirs.iter().zip(ours) {
            let mut theirs = theirs.clone();
            theirs.sort_by_key(|(_, column)| *column);
            assert_eq!(&theirs, ours);
        }
    }
    let wrong = crate::enrol::Private {
        r: private.r + Fr::ONE,
        ..private
    };
    assert!(
        !pour(&assign::<Enrol>(&public, &wrong))
            .is_satisfied()
            .unwrap()
    );
}

#[test]
fn a_combination_merges_its_columns_and_keeps_constants() {
    let mut cs = System::for_shape();
    let (x, y) = (cs.witness(Fr::from(3u64)), cs.witness(Fr::from(5u64)));
    let sum = Num::sum([
        (Fr::from(2u64), &x),
        (Fr::ONE, &y),
        (Fr::ONE, &x),
        (Fr::from(4u64), &Num::small(1)),
    ]);
    assert_eq!(sum.value(), Fr::from(18u64));
    assert_eq!(
        sum.row(),
        [(Fr::from(4u64), 0), (Fr::from(3u64), 1), (Fr::ONE, 2)]
    );
    // What cancels leaves no zero coefficient behind, and a constant beside it is not lost.
    let rest = &(&(&x - &x) + &Num::small(7)) + &Num::small(0);
    assert_eq!(rest.row(), [(Fr::from(7u64), 0)]);
    assert!((&x - &x).row().is_empty() && (&x - &x).value().is_zero());
    assert!(
        !rest.is_constant(),
        "what once held a column is no constant, whatever the witness"
    );
}

#[test]
fn a_product_with_a_constant_costs_no_row() {
    let mut cs = System::for_shape();
    let x = cs.witness(Fr::from(3u64));
    let product = cs.mul(&x, &Num::small(5));
    assert_eq!(product.value(), Fr::from(15u64));
    cs.mul(&x, &product);
    assert_eq!(cs.into_shape().unwrap().matrices().num_constraints(), 1);
}

#[test]
#[should_panic(expected = "public inputs come before witnesses")]
fn a_public_input_after_a_witness_is_a_fault_of_the_program() {
    let mut cs = System::for_witness();
    cs.witness(Fr::ONE);
    cs.input(Fr::ONE);
}

#[test]
fn dropping_a_label_drops_its_rows_and_no_others() {
    let shape = shape_of::<Pass>();
    let without = shape.without("h/visited");
    let dropped = shape.matrices().num_constraints() - without.matrices().num_constraints();
    assert_eq!(dropped, 759);
    let rows = 0..without.matrices().num_constraints();
    assert!(
        rows.map(|row| without.row_label(row))
            .all(|label| label != Some("h/visited"))
    );
    assert_ne!(shape.matrices().hash(), without.matrices().hash());
}
