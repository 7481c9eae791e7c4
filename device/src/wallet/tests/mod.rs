//! The wallet against a ledger in memory, with a file that can fail and a prover that only checks what it would prove.

mod appeal;
mod archive;
mod crash;
mod double;
pub(crate) mod fake;
mod keep_up;
mod kept;
mod pass;
mod policies;
mod privacy;
pub(crate) mod random;
mod standing;
mod walk;
mod why;

use super::*;
use double::{FakeProver, MemoryVault};
use fake::{FakeLedger, HOUR, employer, secret, weak};
use luyin_protocol::note::{DayStatus, MAX_SLEEP_DAYS};
use luyin_protocol::time::{Day, Slot, Timestamp};

/// A wallet with one enrolled person, and its ledger at nine in the morning.
fn enrolled() -> (Wallet<MemoryVault>, FakeLedger) {
    let ledger = FakeLedger::new();
    let mut wallet = Wallet::create(
        MemoryVault::default(),
        &secret(),
        weak(),
        ledger.parameters(),
        "http://node".into(),
    )
    .unwrap();
    wallet
        .add_person("me", Mask::new(8, 42).unwrap(), Some(employer()))
        .unwrap();
    let request = wallet
        .enrol_request(None, Turn::First, ledger.now().day(), &FakeProver)
        .unwrap();
    ledger.enrol(&request);
    wallet.enrol_finish(None, &ledger).unwrap();
    (wallet, ledger)
}

fn form(text: &str) -> Form {
    Form {
        temperature: text.parse().unwrap(),
        symptoms: Vec::new(),
        contacts: Vec::new(),
    }
}

fn check_in(wallet: &mut Wallet<MemoryVault>, ledger: &FakeLedger) -> Result<Outcome, WalletError> {
    wallet.checkin(
        None,
        &form("36.5"),
        SlotChoice::Current,
        ledger,
        &FakeProver,
    )
}

fn newest_slot(wallet: &Wallet<MemoryVault>) -> Option<Slot> {
    let person = wallet.content().person(None).unwrap();
    person.held().unwrap().state().newest_checkin()
}

#[test]
fn an_enrolment_request_is_made_once_and_is_complete() {
    let ledger = FakeLedger::new();
    let vault = MemoryVault::default();
    let parameters = ledger.parameters();
    let mut wallet =
        Wallet::create(vault, &secret(), weak(), parameters, "http://node".into()).unwrap();
    wallet
        .add_person("me", Mask::new(8, 42).unwrap(), None)
        .unwrap();
    assert!(matches!(
        wallet.enrol_finish(None, &ledger),
        Err(WalletError::NoRequest)
    ));
    let request = wallet
        .enrol_request(None, Turn::First, ledger.now().day(), &FakeProver)
        .unwrap();
    request.check(&ledger.parameters().id()).unwrap();
    let again = wallet
        .enrol_request(None, Turn::First, ledger.now().day(), &FakeProver)
        .unwrap();
    assert_eq!(request, again);
    assert!(matches!(
        wallet.enrol_finish(None, &ledger),
        Err(WalletError::NotOnLedger)
    ));
    ledger.enrol(&request);
    wallet.enrol_finish(None, &ledger).unwrap();
    assert!(matches!(
        wallet.enrol_request(None, Turn::First, ledger.now().day(), &FakeProver),
        Err(WalletError::AlreadyEnrolled)
    ));
}

#[test]
fn a_request_that_the_ledger_takes_no_more_is_made_anew_and_either_may_have_been_posted() {
    let ledger = FakeLedger::new();
    let vault = MemoryVault::default();
    let parameters = ledger.parameters();
    let mut wallet =
        Wallet::create(vault, &secret(), weak(), parameters, "http://node".into()).unwrap();
    wallet
        .add_person("me", Mask::new(8, 42).unwrap(), None)
        .unwrap();
    let today = ledger.now().day();
    let mut request = |turn, day| wallet.enrol_request(None, turn, day, &FakeProver).unwrap();
    let first = request(Turn::First, today);
    assert_eq!(first.fresh_day, Day::new(0));
    assert_eq!(request(Turn::First, today.plus(7)), first);
    let anew = request(Turn::First, today.plus(8));
    assert_ne!(anew.cm, first.cm);
    let again = request(Turn::Again, today.plus(16));
    assert_eq!(again.fresh_day, today.plus(16));
    assert_eq!(request(Turn::Again, today.plus(16)), again);
    assert_ne!(request(Turn::Again, today.plus(17)).cm, again.cm);
    // The registrar had posted the first one in time.
    ledger.enrol(&first);
    wallet.enrol_finish(None, &ledger).unwrap();
    let person = wallet.content().person(None).unwrap();
    assert_eq!(person.held().unwrap().state().slot, first.first_slot);
}

#[test]
fn a_note_that_slept_too_long_is_told_so_with_its_last_day() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    let last = ledger.now();
    ledger.make_epoch();
    let days = u64::from(MAX_SLEEP_DAYS);
    ledger.set_now(last.plus_ms((days * 24 + 12) * HOUR));
    let refused = check_in(&mut wallet, &ledger).unwrap_err();
    let WalletError::SleptTooLong(until) = refused else {
        panic!("{refused}");
    };
    assert_eq!(until, last.day().plus(MAX_SLEEP_DAYS));
    ledger.set_now(last.plus_ms(days * 24 * HOUR));
    check_in(&mut wallet, &ledger).unwrap();
}

#[test]
fn an_enrolment_that_somebody_altered_is_not_taken() {
    let ledger = FakeLedger::new();
    let vault = MemoryVault::default();
    let parameters = ledger.parameters();
    let mut wallet =
        Wallet::create(vault, &secret(), weak(), parameters, "http://node".into()).unwrap();
    wallet
        .add_person("me", Mask::new(8, 42).unwrap(), None)
        .unwrap();
    let mut request = wallet
        .enrol_request(None, Turn::First, ledger.now().day(), &FakeProver)
        .unwrap();
    request.cm = luyin_protocol::field::NoteCommitment::from_value(5u64.into());
    ledger.enrol(&request);
    assert!(matches!(
        wallet.enrol_finish(None, &ledger),
        Err(WalletError::OtherEnrolment)
    ));
}

#[test]
fn a_check_in_reaches_the_ledger_and_opens_to_the_employer() {
    let (mut wallet, ledger) = enrolled();
    let outcome = check_in(&mut wallet, &ledger).unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }));
    let person = wallet.content().person(None).unwrap();
    let state = *person.held().unwrap().state();
    assert_eq!(state.slot, ledger.now().slot());
    assert_eq!(state.history.at(0), DayStatus::Normal);
    let to = employer();
    let opened = person.disclosures_for(&to).last().unwrap();
    assert!(opened.opens(&ledger.disclosure(0)));
    assert_eq!(opened.entry, Some(ledger.spends()[0].entry));
    let mut lie = opened.clone();
    lie.status = DayStatus::Fever;
    assert!(!lie.opens(&ledger.disclosure(0)));
}

#[test]
fn a_second_check_in_of_a_slot_counts_only_where_it_is_worse() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    assert!(matches!(
        check_in(&mut wallet, &ledger),
        Err(WalletError::AlreadyCheckedIn(_))
    ));
    ledger.make_epoch();
    wallet
        .checkin(
            None,
            &form("38.1"),
            SlotChoice::Current,
            &ledger,
            &FakeProver,
        )
        .unwrap();
    let person = wallet.content().person(None).unwrap();
    assert_eq!(
        person.held().unwrap().state().history.at(0),
        DayStatus::Fever
    );
}

#[test]
fn a_missed_slot_is_refused_with_the_moment_it_closed_and_goes_to_the_employer_alone() {
    let (mut wallet, ledger) = enrolled();
    wallet.sync(&ledger).unwrap();
    let late = wallet.checkin(
        None,
        &form("36.5"),
        SlotChoice::Previous,
        &ledger,
        &FakeProver,
    );
    let Err(WalletError::SlotClosed { slot, closed }) = late else {
        panic!("{late:?}")
    };
    assert_eq!(slot, ledger.now().slot().minus(1));
    assert_eq!(closed, ledger.now().day().start().get() + 600_000);
    let told = wallet
        .late_statement(None, &form("36.5"), slot, employer(), ledger.now())
        .unwrap();
    assert_eq!(told.punctuality, Punctuality::Late);
    assert!(
        !told.opens(&told.commitment()),
        "late never counts as on time"
    );
    assert_eq!(newest_slot(&wallet), None);
    assert!(ledger.spends().is_empty());
    let ahead = luyin_protocol::time::Slot::new(ledger.now().slot().get() + 1);
    assert!(matches!(
        wallet.late_statement(None, &form("36.5"), ahead, employer(), ledger.now()),
        Err(WalletError::SlotAhead(_))
    ));
}

#[test]
fn the_previous_slot_is_taken_within_its_grace() {
    let (mut wallet, ledger) = enrolled();
    ledger.set_now(ledger.now().day().start().plus_ms(12 * HOUR + 599_999));
    wallet
        .checkin(
            None,
            &form("36.5"),
            SlotChoice::Previous,
            &ledger,
            &FakeProver,
        )
        .unwrap();
    assert_eq!(newest_slot(&wallet), Some(ledger.now().slot().minus(1)));
}

#[test]
fn a_note_newer_than_the_newest_epoch_waits() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.set_now(ledger.now().plus_ms(4 * HOUR));
    assert!(matches!(
        check_in(&mut wallet, &ledger),
        Err(WalletError::WaitForEpoch(120))
    ));
    ledger.make_epoch();
    check_in(&mut wallet, &ledger).unwrap();
}

#[test]
fn several_people_share_a_wallet_and_must_be_named() {
    let (mut wallet, ledger) = enrolled();
    wallet
        .add_person("奶奶", Mask::new(1, 7).unwrap(), None)
        .unwrap();
    assert!(matches!(
        check_in(&mut wallet, &ledger),
        Err(WalletError::WhichPerson)
    ));
    let request = wallet
        .enrol_request(Some("奶奶"), Turn::First, ledger.now().day(), &FakeProver)
        .unwrap();
    ledger.enrol(&request);
    wallet.enrol_finish(Some("奶奶"), &ledger).unwrap();
    wallet
        .checkin(
            Some("奶奶"),
            &form("36.2"),
            SlotChoice::Current,
            &ledger,
            &FakeProver,
        )
        .unwrap();
    let owners = wallet.content().persons.iter().map(|p| p.secret().owner());
    assert_eq!(owners.collect::<std::collections::BTreeSet<_>>().len(), 2);
    assert!(matches!(
        wallet.add_person("me", Mask::default(), None),
        Err(WalletError::LabelTaken(_))
    ));
    assert!(matches!(
        wallet.content().person(Some("nobody")),
        Err(WalletError::NoPerson(_))
    ));
}

#[test]
fn an_attestation_is_absorbed_and_one_about_somebody_else_is_refused() {
    let (mut wallet, ledger) = enrolled();
    let card = wallet
        .nym_card(None, fake::attester(), ledger.now().day())
        .unwrap();
    let held = ledger.attest(
        &card,
        luyin_protocol::attestation::Statement::Test { negative: true },
    );
    let mut strangers = held.clone();
    strangers.attestation.0.binding = luyin_protocol::field::Nym::from_value(3u64.into());
    assert!(matches!(
        wallet.receive(None, strangers),
        Err(WalletError::Attestation(_))
    ));
    let mut misattributed = held.clone();
    misattributed.attestation.0.issuer = employer().issuer();
    assert!(matches!(
        wallet.receive(None, misattributed),
        Err(WalletError::Attestation(_))
    ));
    wallet.receive(None, held.clone()).unwrap();
    wallet.receive(None, held).unwrap();
    assert_eq!(wallet.content().person(None).unwrap().attestations.len(), 1);
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    let person = wallet.content().person(None).unwrap();
    assert!(person.attestations.is_empty());
    let state = person.held().unwrap().state();
    assert_eq!((state.test_day, state.test_ok), (ledger.now().day(), true));
    assert!(matches!(
        wallet.absorb(None, &ledger, &FakeProver),
        Err(WalletError::Attestation(_))
    ));
}

#[test]
fn an_itinerary_replaces_the_visited_regions() {
    use luyin_protocol::{itinerary::Itinerary, region::RegionIndex};
    let (mut wallet, ledger) = enrolled();
    let card = wallet
        .nym_card(None, fake::attester(), ledger.now().day())
        .unwrap();
    let regions =
        Itinerary::from_regions([RegionIndex::new(3).unwrap(), RegionIndex::new(700).unwrap()]);
    let held = ledger.attest(
        &card,
        luyin_protocol::attestation::Statement::Itinerary { regions },
    );
    wallet.receive(None, held).unwrap();
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    let person = wallet.content().person(None).unwrap();
    assert_eq!(person.held().unwrap().itinerary(), &regions);
}

#[test]
fn a_node_of_another_network_is_refused() {
    let (mut wallet, _) = enrolled();
    let other = FakeLedger::named("luyin.example/other");
    assert!(matches!(
        check_in(&mut wallet, &other),
        Err(WalletError::OtherNetwork)
    ));
    assert!(matches!(
        wallet.sync(&other),
        Err(WalletError::OtherNetwork)
    ));
}

#[test]
fn a_wallet_is_never_overwritten_and_a_backup_needs_its_passphrase() {
    let (wallet, ledger) = enrolled();
    let backup = wallet.backup().unwrap();
    let taken = wallet.vault.clone();
    let again = Wallet::create(
        taken.clone(),
        &secret(),
        weak(),
        ledger.parameters(),
        String::new(),
    );
    assert!(matches!(again, Err(WalletError::AlreadyThere)));
    assert!(matches!(
        Wallet::restore(taken, &backup, &secret(), weak()),
        Err(WalletError::AlreadyThere)
    ));
    let wrong = fake::other_secret();
    assert!(matches!(
        Wallet::restore(MemoryVault::default(), &backup, &wrong, weak()),
        Err(WalletError::Vault(_))
    ));
    assert!(matches!(
        Wallet::open(MemoryVault::default(), &secret(), weak()),
        Err(WalletError::NoWallet)
    ));
}
