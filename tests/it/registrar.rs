//! Enrolment at a registrar, with trustees that are silent or lie.

use super::support::town::{Manner, Town, named};

const ID: &str = "11010519491231002X";

fn all_but(n: usize, manner: Manner) -> [Manner; 5] {
    let mut manners = [Manner::Honest; 5];
    manners[n - 1] = manner;
    manners
}

#[test]
fn enrolment_goes_on_with_four_trustees_and_a_person_enrols_once() {
    for manner in [Manner::Silent, Manner::Lying] {
        let town = Town::with(all_but(5, manner));
        town.request("first", false);
        let said = town.enrol("first", ID).json();
        assert_eq!(named(&said["without"]), [5]);
        assert!(town.path("first.receipt").exists());
        if manner == Manner::Silent {
            continue;
        }
        // Another wallet of the same person; and the same at a registrar that does not know it.
        town.request("second", false);
        let said = town.enrol("second", ID);
        assert!(
            said.refusal()
                .contains("enrolled already by this registrar")
        );
        std::fs::remove_dir_all(town.path("register")).unwrap();
        let said = town.enrol("second", ID);
        assert!(said.refusal().contains("enrolled already on the ledger"));
        // What nobody may find in anything that was said or written in the clear.
        for file in std::fs::read_dir(town.files()).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() && !path.ends_with("id") {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(6).any(|w| w == b"110105"), "{path:?}");
            }
        }
        assert!(!said.stderr.contains("110105"));
    }
}

#[test]
fn with_two_trustees_silent_nobody_is_enrolled_and_both_are_named() {
    let mut manners = all_but(4, Manner::Silent);
    manners[4] = Manner::Silent;
    let town = Town::with(manners);
    town.request("first", false);
    let said = town.enrol("first", ID);
    let refusal = said.refusal();
    assert!(refusal.contains("only 3 of four"), "{refusal}");
    assert!(
        refusal.contains("trustee 4:") && refusal.contains("trustee 5:"),
        "{refusal}"
    );
}

#[test]
fn an_evaluator_that_lies_is_named_and_nobody_is_enrolled() {
    let town = Town::with(all_but(2, Manner::Lying));
    town.request("first", false);
    let said = town.enrol("first", ID);
    assert!(
        said.refusal().contains("trustee 2 answered falsely"),
        "{said:?}"
    );
}

#[test]
fn a_mistyped_number_says_what_is_wrong_without_repeating_it() {
    let town = Town::with([Manner::Silent; 5]);
    town.request("first", false);
    let said = town.enrol("first", "11010519491231003X");
    let refusal = said.refusal();
    assert!(refusal.contains("check character"), "{refusal}");
    assert!(!refusal.contains("110105"));
}
