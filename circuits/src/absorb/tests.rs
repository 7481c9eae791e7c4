use super::forgers::{answers, forgers};
use super::*;
use crate::audit::{
    check_every_label_has_a_forger, check_inputs_determine_the_witness,
    check_the_forgery_end_to_end,
};

#[test]
fn every_group_of_rows_has_a_forger_that_only_it_stops() {
    check_every_label_has_a_forger::<Absorb>(&forgers(), &answers());
}

#[test]
fn the_declared_inputs_determine_the_witness() {
    check_inputs_determine_the_witness::<Absorb>(&forgers().iter().map(|f| f.drops).collect());
}

#[test]
fn a_lent_attestation_is_believed_only_without_its_rows() {
    check_the_forgery_end_to_end(&forgers(), &answers(), "c/binding");
}
