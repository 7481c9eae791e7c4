//! The power goes at every write, before it and after it.

use super::double::Fail;
use super::*;

/// Runs `work` with the `n`-th write failing, reopens the wallet, and runs it again until it is done.
/// Gives none where there is no `n`-th write.
fn killed(
    n: usize,
    fail: Fail,
    work: impl Fn(&mut Wallet<MemoryVault>, &FakeLedger) -> Result<(), WalletError>,
) -> Option<(Wallet<MemoryVault>, FakeLedger)> {
    let (mut wallet, ledger) = enrolled();
    let vault = wallet.vault.clone();
    vault.fail_at(n, fail);
    let first = work(&mut wallet, &ledger);
    if vault.is_armed() {
        vault.disarm();
        first.unwrap();
        return None;
    }
    assert!(matches!(first, Err(WalletError::Disk(_))), "{first:?}");
    drop(wallet);
    let mut wallet = Wallet::open(vault, &secret(), weak()).unwrap();
    ledger.make_epoch();
    match work(&mut wallet, &ledger) {
        Ok(()) | Err(WalletError::AlreadyCheckedIn(_)) => Some((wallet, ledger)),
        Err(other) => panic!("write {n} {fail:?}: {other}"),
    }
}

/// Every write, failing before and after; at least `least` of them exist.
fn at_every_write(
    least: usize,
    work: impl Fn(&mut Wallet<MemoryVault>, &FakeLedger) -> Result<(), WalletError>,
    hold: impl Fn(&Wallet<MemoryVault>, &FakeLedger),
) {
    for fail in [Fail::BeforeWriting, Fail::AfterWriting] {
        let mut writes = 0;
        while let Some((wallet, ledger)) = killed(writes + 1, fail, &work) {
            hold(&wallet, &ledger);
            writes += 1;
        }
        assert!(writes >= least, "only {writes} writes");
    }
}

#[test]
fn a_check_in_killed_at_any_write_is_made_once_and_keeps_its_opening() {
    at_every_write(
        2,
        |wallet, ledger| check_in(wallet, ledger).map(|_| ()),
        |wallet, ledger| {
            let spends = ledger.spends();
            assert_eq!(spends.len(), 1);
            assert_eq!(newest_slot(wallet), Some(ledger.now().slot()));
            let person = wallet.content().person(None).unwrap();
            assert!(person.pending.is_none());
            let opened = person.disclosures.last().unwrap();
            assert_eq!(person.disclosures.len(), 1);
            assert!(opened.opens(&ledger.disclosure(0)));
            assert_eq!(person.last_form, Some(form("36.5")));
        },
    );
}

#[test]
fn an_absorption_killed_at_any_write_is_made_once() {
    let negative = luyin_protocol::attestation::Statement::Test { negative: true };
    at_every_write(
        3,
        |wallet, ledger| {
            let person = wallet.content().person(None)?;
            if person.held()?.state().test_ok {
                return Ok(());
            }
            let card = wallet.nym_card(None, fake::attester(), ledger.now().day())?;
            if wallet.content().person(None)?.attestations.is_empty() {
                let held = ledger.attest(&card, negative.clone());
                wallet.receive(None, held)?;
            }
            wallet.absorb(None, ledger, &FakeProver).map(|_| ())
        },
        |wallet, ledger| {
            assert_eq!(ledger.spends().len(), 1);
            let person = wallet.content().person(None).unwrap();
            assert!(person.held().unwrap().state().test_ok);
            assert!(person.attestations.is_empty() && person.pending.is_none());
        },
    );
}

#[test]
fn an_answer_lost_on_the_way_is_found_on_the_ledger() {
    let (mut wallet, ledger) = enrolled();
    ledger.lose_next_answer();
    let lost = check_in(&mut wallet, &ledger).unwrap_err();
    assert!(lost.is_offline());
    assert!(wallet.content().person(None).unwrap().pending.is_some());
    assert_eq!(
        wallet.resume(None, &ledger).unwrap(),
        Some(Outcome::AlreadyThere)
    );
    assert_eq!(ledger.spends().len(), 1);
    assert_eq!(wallet.resume(None, &ledger).unwrap(), None);
}

#[test]
fn what_never_arrived_is_submitted_again() {
    let (mut wallet, ledger) = enrolled();
    let cut = ledger.clone();
    ledger.before_next_submission(move || cut.set_offline(true));
    // The hook runs when the submission has arrived, so this one is taken and everything after it fails.
    assert!(check_in(&mut wallet, &ledger).is_err());
    ledger.set_offline(false);
    assert_eq!(
        wallet.resume(None, &ledger).unwrap(),
        Some(Outcome::AlreadyThere)
    );
    let (mut wallet, ledger) = enrolled();
    wallet.vault.fail_at(2, Fail::BeforeWriting);
    ledger.make_epoch();
    assert!(check_in(&mut wallet, &ledger).is_err());
    let mut wallet = Wallet::open(wallet.vault.clone(), &secret(), weak()).unwrap();
    assert!(wallet.resume(None, &ledger).unwrap().is_some());
    assert_eq!(ledger.spends().len(), 1);
}

#[test]
fn a_walk_in_pass_taken_out_in_a_crash_is_wasted_and_never_shown_twice() {
    for fail in [Fail::BeforeWriting, Fail::AfterWriting] {
        let (mut wallet, ledger) = enrolled();
        check_in(&mut wallet, &ledger).unwrap();
        ledger.make_epoch();
        let wanted = WantedPasses {
            policy: Some(2),
            walk_in_blocks: 1,
            ..WantedPasses::default()
        };
        wallet
            .prove(None, &wanted, &ledger, &FakeProver, |_, _| {})
            .unwrap();
        wallet.vault.fail_at(1, fail);
        let taken = wallet.take_pass(None, ShowAt::Anywhere, 2, ledger.now());
        assert!(taken.is_err(), "nothing is given out that was not written");
        let mut wallet = Wallet::open(wallet.vault.clone(), &secret(), weak()).unwrap();
        let mut nyms = std::collections::BTreeSet::new();
        while let Ok(shown) = wallet.take_pass(None, ShowAt::Anywhere, 2, ledger.now()) {
            assert!(nyms.insert(shown.pass().nym));
        }
        let left = if fail == Fail::AfterWriting { 3 } else { 4 };
        assert_eq!(nyms.len(), left);
    }
}

#[test]
fn what_is_accepted_and_shown_a_moment_later_is_waited_for() {
    let (mut wallet, ledger) = enrolled();
    ledger.lag(true);
    check_in(&mut wallet, &ledger).unwrap();
    assert_eq!(newest_slot(&wallet), Some(ledger.now().slot()));
    assert!(wallet.content().persons[0].pending.is_none());
}

#[test]
fn what_is_shown_much_later_is_settled_by_the_next_command_which_then_does_its_own_work() {
    let (mut wallet, ledger) = enrolled();
    let card = wallet
        .nym_card(None, fake::attester(), ledger.now().day())
        .unwrap();
    let negative = luyin_protocol::attestation::Statement::Test { negative: true };
    wallet
        .receive(None, ledger.attest(&card, negative))
        .unwrap();
    ledger.lag(true);
    ledger.never_publish(true);
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    assert!(wallet.content().persons[0].pending.is_some());
    ledger.publish();
    ledger.lag(false);
    ledger.make_epoch();
    let outcome = check_in(&mut wallet, &ledger).unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert_eq!(ledger.spends().len(), 2);
    let person = &wallet.content().persons[0];
    assert!(person.pending.is_none() && person.attestations.is_empty());
    let state = person.held().unwrap().state();
    assert!(state.test_ok && state.slot == ledger.now().slot());
}
