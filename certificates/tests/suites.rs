//! The published suites come out as they are known to. Their data stands beside the checkout; without
//! it these tests say so and check nothing.

use std::path::{Path, PathBuf};

use luyin_certificates::suites::exceptions::EXCEPTIONS;
use luyin_certificates::suites::{SUITES, Suite};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data")
}

/// Exactly the named exceptions fail, so that each pass is exact as well.
#[track_caller]
fn comes_out(name: &str, passed: usize, total: usize) {
    let suite: &Suite = SUITES.iter().find(|suite| suite.name == name).unwrap();
    let Some(outcome) = suite.run(&data()).unwrap() else {
        println!("SKIPPED: no {name} below {}", data().display());
        return;
    };
    let mut failed: Vec<&str> = outcome
        .failures()
        .iter()
        .map(|failure| failure.case.as_str())
        .collect();
    let mut known: Vec<&str> = EXCEPTIONS
        .iter()
        .filter(|known| known.suite == name)
        .map(|known| known.case)
        .collect();
    failed.sort_unstable();
    known.sort_unstable();
    assert_eq!(failed, known, "{:#?}", outcome.failures());
    assert_eq!((outcome.passed(), outcome.total()), (passed, total));
}

#[test]
fn base45_reads_the_examples_of_its_rfc_and_refuses_what_overflows() {
    comes_out("base45-rfc9285", 6, 6);
}

#[test]
fn certlogic_evaluates_as_its_specification_says() {
    comes_out("certlogic-evaluation", 218, 218);
}

#[test]
fn certlogic_names_the_issues_that_its_specification_names() {
    comes_out("certlogic-validation", 23, 23);
}

#[test]
fn rules_of_four_countries_pass_their_own_tests() {
    comes_out("dcc-business-rules", 274, 274);
}

#[test]
fn codes_of_the_member_states_come_out_as_expected() {
    comes_out("dgc-testdata", 293, 307);
}

#[test]
fn cards_come_out_as_the_developer_tools_of_their_specification_expect() {
    comes_out("shc-cards", 79, 85);
}

#[test]
fn keys_are_taken_or_refused_as_those_tools_expect() {
    comes_out("shc-keys", 12, 13);
}

#[test]
fn wycheproof_finds_no_forged_ecdsa_signature_taken() {
    comes_out("wycheproof-ecdsa-p256", 262, 262);
}
