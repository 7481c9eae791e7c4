//! The audit itself must be able to fail.

use super::rank::examine;
use super::sample::Sample;
use super::{Forge, Forger, check_every_label_has_a_forger};
use crate::curve::Fr;
use crate::enrol::{self, Enrol};
use crate::pass::Pass;
use crate::statement::{assign, shape_of};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn nullity_without<S: Sample>(label: &str) -> (usize, usize) {
    let (public, private) = S::honest(&mut StdRng::seed_from_u64(1));
    let shape = shape_of::<S>().without(label);
    let report = examine(&shape, assign::<S>(&public, &private).values());
    (report.nullity, report.untouched.len())
}

#[test]
fn a_missing_computation_leaves_columns_free() {
    assert_eq!(nullity_without::<Enrol>("nothing"), (0, 0));
    assert!(nullity_without::<Enrol>("d/share").0 > 0);
    assert!(nullity_without::<Pass>("d/normal").0 > 0);
}

#[test]
fn an_input_that_no_row_mentions_is_found() {
    assert_eq!(nullity_without::<Enrol>("e"), (1, 2));
    assert_eq!(nullity_without::<Pass>("l").1, 2);
}

fn without(drops: &str) -> Vec<Forger<Enrol>> {
    let mut forgers = enrol::forgers::forgers();
    forgers.retain(|forger| forger.drops != drops);
    forgers
}

#[test]
#[should_panic(expected = "rows without a forger")]
fn a_label_without_a_forger_fails() {
    check_every_label_has_a_forger(&without("d/share"), &enrol::forgers::answers());
}

#[test]
#[should_panic(expected = "and no others")]
fn a_forger_that_breaks_nothing_fails() {
    let mut forgers = without("d/share");
    forgers.push(Forger::untrue("d/share", |_: &mut Forge<'_, Enrol>| {}));
    check_every_label_has_a_forger(&forgers, &enrol::forgers::answers());
}

#[test]
#[should_panic(expected = "and no others")]
fn a_forger_that_also_breaks_another_group_fails() {
    let mut forgers = without("d/equal");
    forgers.push(Forger::untrue("d/equal", |f: &mut Forge<'_, Enrol>| {
        f.private.mask_salt += Fr::from(1u64);
        f.public.shares.swap(0, 1);
        f.set("b/mask", 3, 2);
    }));
    check_every_label_has_a_forger(&forgers, &enrol::forgers::answers());
}
