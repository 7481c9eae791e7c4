//! The itinerary card, and what is asked of an operator where it is wrong.

use super::double::{FakeProver, MemoryVault};
use super::fake::{FakeLedger, attester};
use super::*;
use luyin_protocol::attestation::Statement;
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::region::{RegionCode, RegionIndex, RegionTable};

const WUHAN: &str = "420100";
const BEIJING: &str = "110000";

fn index(code: &str) -> RegionIndex {
    let code: RegionCode = code.parse().unwrap();
    RegionTable::embedded().by_code(code).unwrap().index()
}

fn take_in(wallet: &mut Wallet<MemoryVault>, ledger: &FakeLedger, codes: &[&str]) {
    let today = ledger.now().day();
    let card = wallet.nym_card(None, attester(), today).unwrap();
    let regions = Itinerary::from_regions(codes.iter().map(|code| index(code)));
    let held = ledger.attest(&card, Statement::Itinerary { regions });
    wallet.receive(None, held).unwrap();
    wallet.absorb(None, ledger, &FakeProver).unwrap();
}

#[test]
fn before_the_first_itinerary_a_card_names_no_day_no_window_and_no_place() {
    let (wallet, ledger) = enrolled();
    let card = wallet.itinerary(None, ledger.now()).unwrap();
    assert_eq!((card.day, card.from, card.to), (None, None, None));
    assert_eq!((card.attester, card.taken), (None, None));
    assert!(card.regions.is_empty());
    assert_eq!(card.digits, "42");
}

#[test]
fn a_card_names_the_places_without_dates_the_days_it_answers_for_and_who_attested_it_when() {
    let (mut wallet, ledger) = enrolled();
    take_in(&mut wallet, &ledger, &[BEIJING, WUHAN]);
    ledger.set_risk(Itinerary::from_regions([index(WUHAN)]));
    wallet.sync(&ledger).unwrap();
    let card = wallet.itinerary(None, ledger.now()).unwrap();
    let today = ledger.now().day();
    assert_eq!(card.day, Some(today));
    assert_eq!(card.from, Some(today.minus(7)));
    assert_eq!(card.to, Some(today.minus(1)));
    assert_eq!(card.attester, Some(attester()));
    assert_eq!(card.taken, Some(ledger.now()));
    let mut places: Vec<_> = card
        .regions
        .iter()
        .map(|r| (r.code.as_str(), r.risk))
        .collect();
    places.sort_unstable();
    assert_eq!(places, [(BEIJING, false), (WUHAN, true)]);
}

#[test]
fn a_card_whose_itinerary_another_device_took_in_names_nobody_who_attested_another() {
    let (mut wallet, ledger) = enrolled();
    take_in(&mut wallet, &ledger, &[WUHAN]);
    let person = wallet.content.person_mut(None).unwrap();
    let mut taken = person.itinerary.unwrap();
    taken.day = taken.day.minus(1);
    person.itinerary = Some(taken);
    let card = wallet.itinerary(None, ledger.now()).unwrap();
    assert_eq!(card.day, Some(ledger.now().day()));
    assert_eq!((card.attester, card.taken), (None, None));
}

#[test]
fn a_correction_names_the_wrong_places_alone_and_reads_as_it_was_written() {
    let (mut wallet, ledger) = enrolled();
    take_in(&mut wallet, &ledger, &[BEIJING, WUHAN]);
    let card = wallet.itinerary(None, ledger.now()).unwrap();
    let today = ledger.now().day();
    let nym = wallet.nym_card(None, attester(), today).unwrap();
    let ask = |places: &[&str], reason, words: &str| {
        let places: Vec<String> = places.iter().map(|&code| code.to_owned()).collect();
        Correction::of(&card, nym, &places, reason, words)
    };
    let request = ask(&[WUHAN], CorrectionReason::Border, "").unwrap();
    let file = request.to_json().unwrap();
    assert!(!file.contains(BEIJING), "{file}");
    assert_eq!(Correction::read(file.as_bytes()).unwrap(), request);
    assert_eq!(request.itinerary_day, today.to_iso());
    let strange = ask(&["310000"], CorrectionReason::Border, "");
    assert!(matches!(strange, Err(CorrectionError::Place(_))));
    let none = ask(&[], CorrectionReason::Border, "");
    assert!(matches!(none, Err(CorrectionError::Places)));
    let twice = ask(&[WUHAN, WUHAN], CorrectionReason::Border, "");
    assert!(matches!(twice, Err(CorrectionError::Places)));
    let silent = ask(&[WUHAN], CorrectionReason::Other, "  ");
    assert!(matches!(silent, Err(CorrectionError::Words)));
    let later = file.replace("\"version\": 1", "\"version\": 2");
    let later = Correction::read(later.as_bytes());
    assert!(matches!(later, Err(CorrectionError::Version(2))));
    let more = file.replace("\"words\"", "\"name\": \"x\", \"words\"");
    assert!(matches!(
        Correction::read(more.as_bytes()),
        Err(CorrectionError::Form(_))
    ));
}

/// The page writes the same file; its test holds it against this one too.
#[test]
fn a_correction_that_a_page_wrote_is_read_and_written_to_the_byte() {
    let file = include_str!("correction.v1.json");
    let request = Correction::read(file.as_bytes()).unwrap();
    assert_eq!(request.to_json().unwrap(), file);
    assert_eq!(request.reason, CorrectionReason::Other);
}
