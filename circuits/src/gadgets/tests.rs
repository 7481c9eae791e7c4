use super::poseidon::{Rounds, permute};
use super::*;
use crate::curve::Fr;
use crate::r1cs::{Matrices, Num, System};
use ark_ff::{Field as _, UniformRand};
use luyin_protocol::hash::{MAX_INPUTS, Tag, hash as native_hash, parameters};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Runs a gadget twice over the same inputs, for its rows and for its values, and says whether
/// the values satisfy the rows.
fn run<T>(inputs: &[Fr], gadget: impl Fn(&mut System, &[Num]) -> T) -> (T, bool) {
    let both = |mut cs: System| {
        let inputs: Vec<Num> = inputs.iter().map(|x| cs.witness(*x)).collect();
        let out = gadget(&mut cs, &inputs);
        (out, cs)
    };
    let (_, cs) = both(System::for_shape());
    let matrices: Matrices = cs.into_shape().unwrap().into_matrices();
    let (out, cs) = both(System::for_witness());
    (
        out,
        matrices.are_satisfied_by(cs.into_assignment().values()),
    )
}

#[test]
fn the_poseidon_gadget_is_the_native_hash_under_every_tag() {
    let mut rng = StdRng::seed_from_u64(1);
    for tag in Tag::ALL {
        for _ in 0..12 {
            let inputs: Vec<Fr> = (0..tag.arity()).map(|_| Fr::rand(&mut rng)).collect();
            let (out, satisfied) = run(&inputs, |cs, x| {
                hash(cs, *tag, &x.iter().collect::<Vec<_>>())
            });
            assert_eq!(out.value(), native_hash(*tag, &inputs), "{tag:?}");
            assert!(satisfied, "{tag:?}");
        }
    }
}

#[test]
fn a_constant_off_by_one_makes_the_gadget_another_hash() {
    let mut rng = StdRng::seed_from_u64(2);
    for n in 1..=MAX_INPUTS {
        let good = Rounds::of(parameters(n));
        let mut constants = good.constants.to_vec();
        constants[30][0] += Fr::ONE;
        let bad = Rounds {
            constants: &constants,
            partial: good.partial.clone(),
            ..good
        };
        let inputs: Vec<Fr> = (0..n).map(|_| Fr::rand(&mut rng)).collect();
        let through = |rounds: &Rounds<'_>| {
            let tag = Fr::from(7u64);
            let permuted = |cs: &mut System, x: &[Num]| {
                permute(cs, rounds, tag, &x.iter().collect::<Vec<_>>())
            };
            let (out, satisfied) = run(&inputs, permuted);
            assert!(satisfied);
            out.value()
        };
        assert_ne!(through(&good), through(&bad), "{n} inputs");
    }
}

#[test]
fn bits_accepts_a_number_that_fits_and_no_other() {
    let fits = |x: Fr| run(&[x], |cs, x| bits(cs, &x[0], 4).len()).1;
    for x in 0..16u64 {
        assert!(fits(Fr::from(x)), "{x}");
    }
    for x in [
        Fr::from(16u64),
        Fr::from(1u64 << 40),
        -Fr::from(1u64),
        Fr::from(2u64).inverse().unwrap(),
    ] {
        assert!(!fits(x), "{x}");
    }
}

#[test]
fn at_least_compares_all_numbers_of_four_bits() {
    for x in 0..16u64 {
        for y in 0..16u64 {
            let inputs = [Fr::from(x), Fr::from(y)];
            let (out, satisfied) = run(&inputs, |cs, v| at_least(cs, &v[0], &v[1], 4));
            assert_eq!(out.num().value(), Fr::from(x >= y), "{x} and {y}");
            assert!(satisfied);
        }
    }
}

#[test]
fn later_tells_a_positive_gap_from_none_and_refuses_a_negative_one() {
    for x in 0..16u64 {
        for y in 0..16u64 {
            let gap = Fr::from(x) - Fr::from(y);
            let (out, satisfied) = run(&[gap], |cs, v| later(cs, &v[0], 4));
            assert_eq!(satisfied, x >= y, "{x} and {y}");
            if satisfied {
                assert_eq!(out.num().value(), Fr::from(x > y), "{x} and {y}");
            }
        }
    }
    assert!(!run(&[Fr::from(17u64)], |cs, v| later(cs, &v[0], 4)).1);
}

#[test]
fn worse_is_the_greater_of_all_pairs_of_statuses() {
    for x in 0..4u64 {
        for y in 0..4u64 {
            let (out, satisfied) =
                run(&[Fr::from(x), Fr::from(y)], |cs, v| worse(cs, &v[0], &v[1]));
            assert_eq!(out.value(), Fr::from(x.max(y)));
            assert!(satisfied);
        }
    }
}

#[test]
fn a_path_leads_from_each_of_the_four_places_and_from_nowhere_else() {
    let mut rng = StdRng::seed_from_u64(3);
    let leaf = Fr::rand(&mut rng);
    for place in 0..ARITY {
        let mut children: [Fr; ARITY] = std::array::from_fn(|_| Fr::rand(&mut rng));
        children[place] = leaf;
        let path = Path::new([children]);
        let root = path.root(leaf).unwrap();
        let (out, satisfied) = run(&[leaf], |cs, v| membership(cs, &v[0], &path));
        assert_eq!((out.value(), satisfied), (root, true));
        let stranger = leaf + Fr::ONE;
        assert_eq!(path.root(stranger), None);
        assert!(!run(&[stranger], |cs, v| membership(cs, &v[0], &path)).1);
    }
}

#[test]
fn the_fields_of_a_state_are_the_protocols() {
    let state = crate::audit::sample::state(&mut StdRng::seed_from_u64(4));
    assert_eq!(state.fields().map(|(_, width)| width), super::note::WIDTHS);
    let mut cs = System::for_witness();
    let var = StateVar::witness(&mut cs, &state);
    assert_eq!(pack(&var.nums()).value(), state.pack());
    assert_eq!(var.num(Field::Mask).value(), Fr::from(state.mask.bits()));
    assert_eq!(
        var.num(Field::TestDay).value(),
        Fr::from(state.test_day.get())
    );
    let newest = var
        .pairs()
        .next()
        .map(|(low, high)| low.num() + &high.num().scale(Fr::from(2u64)));
    assert_eq!(
        newest.unwrap().value(),
        Fr::from(state.history.at(0).code())
    );
}
