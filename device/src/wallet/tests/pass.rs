//! Passes proved ahead and shown without a network, at a gate that decides.

use super::*;
use luyin_protocol::gate::{EpochRef, Gate, GateBundle, Reason, SeenInMemory};
use luyin_protocol::pass::{GateCode, ShownPass};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;

fn venue() -> Did {
    Did::from_bytes([31; 32])
}

fn ready(wanted: &WantedPasses) -> (Wallet<MemoryVault>, FakeLedger) {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let proved = wallet
        .prove(None, wanted, &ledger, &FakeProver, |_, _| {})
        .unwrap();
    assert!(proved.made > 0, "{proved:?}");
    ledger.set_offline(true);
    (wallet, ledger)
}

fn gate(ledger: &FakeLedger) -> Gate {
    let epoch = ledger.newest_epoch();
    let bundle = GateBundle {
        parameters: ledger.parameters(),
        issued: ledger.now(),
        expires: ledger.now().plus_ms(48 * HOUR),
        epochs: vec![EpochRef {
            number: epoch.number,
            time: epoch.time,
            root: epoch.root,
        }],
        policies: vec![policies::strict(), policies::lenient()],
        risk_lists: vec![luyin_protocol::risk::RiskList {
            version: 1,
            regions: Default::default(),
            effective: Timestamp::new(1_000),
            grace_ms: 0,
        }],
        releases: vec![],
    };
    Gate::new(bundle, venue(), 2)
}

fn decide(gate: &mut Gate, seen: &mut SeenInMemory, shown: &ShownPass, now: Timestamp) -> Reason {
    let text = shown.to_text();
    let verify = |_: &_, proof: &_| *proof == FakeProver::PROOF;
    let (verdict, _) = gate.decide_text(&text, now, GateCode(0), seen, verify);
    verdict.reason()
}

fn at_venue() -> WantedPasses {
    WantedPasses {
        policy: Some(2),
        venues: vec![venue()],
        ..WantedPasses::default()
    }
}

#[test]
fn a_pass_proved_ahead_opens_the_gate_every_thirty_seconds() {
    let (mut wallet, ledger) = ready(&at_venue());
    let mut gate = gate(&ledger);
    let mut seen = SeenInMemory::default();
    let taken = wallet
        .take_pass(None, ShowAt::Venue(venue()), 2, ledger.now())
        .unwrap();
    for steps in 0..3 {
        let now = ledger.now().plus_ms(steps * 30_000);
        let shown = taken.sign(now.step(), GateCode(0));
        assert_eq!(
            decide(&mut gate, &mut seen, &shown, now),
            Reason::ProvedCompareId
        );
        let later = now.plus_ms(90_000);
        assert_eq!(decide(&mut gate, &mut seen, &shown, later), Reason::Expired);
    }
}

#[test]
fn a_venue_without_a_pass_of_its_own_gets_a_walk_in_and_the_fifth_goes_to_the_guard() {
    let wanted = WantedPasses {
        policy: Some(2),
        walk_in_blocks: 1,
        ..WantedPasses::default()
    };
    let (mut wallet, ledger) = ready(&wanted);
    let mut gate = gate(&ledger);
    let mut seen = SeenInMemory::default();
    let mut nyms = BTreeSet::new();
    for _ in 0..4 {
        let taken = wallet
            .take_pass(None, ShowAt::Venue(venue()), 2, ledger.now())
            .unwrap();
        nyms.insert(taken.pass().nym);
        let shown = taken.sign(ledger.now().step(), GateCode(0));
        let reason = decide(&mut gate, &mut seen, &shown, ledger.now());
        assert_eq!(reason, Reason::ProvedCompareId);
    }
    assert_eq!(nyms.len(), 4, "no two shows share a name");
    assert!(matches!(
        wallet.take_pass(None, ShowAt::Anywhere, 2, ledger.now()),
        Err(WalletError::WalkInsUsed)
    ));
}

#[test]
fn passes_are_made_in_portions_until_none_is_missing() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let wanted = WantedPasses {
        walk_in_blocks: 1,
        most: NonZeroUsize::new(2),
        ..at_venue()
    };
    let mut portion = || {
        let proved = wallet.prove(None, &wanted, &ledger, &FakeProver, |_, _| {});
        let proved = proved.unwrap();
        (proved.made, proved.more)
    };
    let portions = [portion(), portion(), portion(), portion()];
    assert_eq!(portions, [(2, true), (2, true), (1, false), (0, false)]);
    let passes = &wallet.content().person(None).unwrap().passes;
    let scopes: BTreeSet<_> = passes.iter().map(|ready| ready.pass.0.scope).collect();
    assert_eq!((passes.len(), scopes.len()), (5, 5));
}

#[test]
fn walk_ins_that_are_not_made_yet_are_missing_and_not_used_up() {
    let wanted = WantedPasses {
        policy: Some(2),
        walk_in_blocks: 1,
        most: NonZeroUsize::new(2),
        ..WantedPasses::default()
    };
    let (mut wallet, ledger) = ready(&wanted);
    let now = ledger.now();
    let take = |wallet: &mut Wallet<MemoryVault>, policy: u16| {
        let taken = wallet.take_pass(None, ShowAt::Anywhere, policy, now);
        taken.map(|shown| shown.pass().nym)
    };
    let mut nyms = BTreeSet::new();
    nyms.extend([take(&mut wallet, 2).unwrap(), take(&mut wallet, 2).unwrap()]);
    let missing = take(&mut wallet, 2);
    assert!(matches!(missing, Err(WalletError::NoPass { .. })));
    ledger.set_offline(false);
    assert_eq!(proved(&mut wallet, &ledger, &wanted), 2);
    nyms.extend([take(&mut wallet, 2).unwrap(), take(&mut wallet, 2).unwrap()]);
    assert_eq!(nyms.len(), 4);
    // Under another policy their names would be the same: there is nothing left to make.
    for policy in [1, 2] {
        let used = take(&mut wallet, policy);
        assert!(matches!(used, Err(WalletError::WalkInsUsed)));
    }
}

#[test]
fn a_paper_pass_holds_for_its_day_at_its_venue() {
    let wanted = WantedPasses {
        paper: true,
        ..at_venue()
    };
    let (mut wallet, ledger) = ready(&wanted);
    let mut gate = gate(&ledger);
    let mut seen = SeenInMemory::default();
    let taken = wallet
        .take_pass(None, ShowAt::Paper(venue()), 2, ledger.now())
        .unwrap();
    let printed = taken.sign(ledger.now().step(), GateCode(0));
    for hours in [0, 1, 8] {
        let now = ledger.now().plus_ms(hours * HOUR);
        assert_eq!(
            decide(&mut gate, &mut seen, &printed, now),
            Reason::ProvedCompareId
        );
    }
    let tomorrow = ledger.now().plus_ms(24 * HOUR);
    assert_eq!(
        decide(&mut gate, &mut seen, &printed, tomorrow),
        Reason::WrongDay
    );
    assert!(taken.pass().mask == Mask::new(8, 42).unwrap());
}

#[test]
fn a_policy_without_paper_or_that_the_note_does_not_meet_is_named() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let all = WantedPasses {
        policy: None,
        ..at_venue()
    };
    let proved = wallet
        .prove(None, &all, &ledger, &FakeProver, |_, _| {})
        .unwrap();
    assert_eq!(proved.made, 1);
    assert_eq!(proved.unprovable.len(), 1);
    assert_eq!(proved.unprovable[0].policy, policies::strict().reference);
    assert!(proved.unprovable[0].reason.contains("5.6.d"), "{proved:?}");
    let again = wallet
        .prove(None, &all, &ledger, &FakeProver, |_, _| {})
        .unwrap();
    assert_eq!((again.made, again.at_hand), (0, 1));
    let paper = WantedPasses {
        policy: Some(1),
        paper: true,
        ..at_venue()
    };
    let proved = wallet
        .prove(None, &paper, &ledger, &FakeProver, |_, _| {})
        .unwrap();
    assert_eq!((proved.made, proved.unprovable.len()), (0, 1));
    let unknown = WantedPasses {
        policy: Some(9),
        ..at_venue()
    };
    assert!(matches!(
        wallet.prove(None, &unknown, &ledger, &FakeProver, |_, _| {}),
        Err(WalletError::PolicyNotInEffect(9))
    ));
}

#[test]
fn an_honest_wallet_does_not_show_an_older_pass_after_a_fever() {
    let (mut wallet, ledger) = ready(&at_venue());
    ledger.set_offline(false);
    wallet
        .checkin(
            None,
            &form("38.0"),
            SlotChoice::Current,
            &ledger,
            &FakeProver,
        )
        .unwrap();
    assert!(matches!(
        wallet.take_pass(None, ShowAt::Venue(venue()), 2, ledger.now()),
        Err(WalletError::NoPass { .. })
    ));
}

#[test]
fn after_a_fever_the_wallet_does_not_claim_that_its_walk_ins_were_used() {
    let wanted = WantedPasses {
        policy: Some(2),
        walk_in_blocks: 1,
        ..WantedPasses::default()
    };
    let (mut wallet, ledger) = ready(&wanted);
    wallet
        .take_pass(None, ShowAt::Anywhere, 2, ledger.now())
        .unwrap();
    ledger.set_offline(false);
    wallet
        .checkin(
            None,
            &form("38.0"),
            SlotChoice::Current,
            &ledger,
            &FakeProver,
        )
        .unwrap();
    assert!(matches!(
        wallet.take_pass(None, ShowAt::Anywhere, 2, ledger.now()),
        Err(WalletError::NoPass { .. })
    ));
}

#[test]
fn without_a_pass_the_wallet_says_what_to_do() {
    let (mut wallet, ledger) = ready(&at_venue());
    let other = Did::from_bytes([32; 32]);
    let error = wallet
        .take_pass(None, ShowAt::Venue(other), 2, ledger.now())
        .unwrap_err();
    assert!(error.to_string().contains("luyin wallet prove"), "{error}");
    let tomorrow = ledger.now().plus_ms(24 * HOUR);
    assert!(
        wallet
            .take_pass(None, ShowAt::Venue(venue()), 2, tomorrow)
            .is_err()
    );
}

#[test]
fn a_backup_brings_back_no_pass() {
    let (wallet, _) = ready(&at_venue());
    let backup = wallet.backup().unwrap();
    let restored = Wallet::restore(MemoryVault::default(), &backup, &secret(), weak()).unwrap();
    assert!(restored.content().persons[0].passes.is_empty());
}

fn proved(wallet: &mut Wallet<MemoryVault>, ledger: &FakeLedger, wanted: &WantedPasses) -> usize {
    let done = wallet.prove(None, wanted, ledger, &FakeProver, |_, _| {});
    done.unwrap().made
}

fn epochs_of_passes(wallet: &Wallet<MemoryVault>) -> Vec<u32> {
    let passes = &wallet.content().person(None).unwrap().passes;
    passes.iter().map(|ready| ready.pass.0.epoch).collect()
}

#[test]
fn passes_made_in_haste_are_made_anew_when_many_share_an_epoch_and_then_once_a_block() {
    let (mut wallet, ledger) = enrolled();
    ledger.make_epoch_of("shared");
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let wanted = WantedPasses {
        walk_in_blocks: 1,
        ..at_venue()
    };
    assert_eq!(proved(&mut wallet, &ledger, &wanted), 5);
    assert_eq!(epochs_of_passes(&wallet), [3; 5], "in haste: the newest");
    ledger.make_epoch();
    assert_eq!(
        proved(&mut wallet, &ledger, &wanted),
        0,
        "as rare as before"
    );
    ledger.set_now(ledger.now().plus_ms(HOUR));
    ledger.make_epoch_of("shared");
    assert_eq!(proved(&mut wallet, &ledger, &wanted), 5);
    assert_eq!(epochs_of_passes(&wallet), [5; 5], "the hour's");
    let used = wallet
        .take_pass(None, ShowAt::Anywhere, 2, ledger.now())
        .unwrap();
    let scope = used.pass().scope;
    ledger.set_now(ledger.now().plus_ms(2 * HOUR));
    ledger.make_epoch_of("shared");
    assert_eq!(proved(&mut wallet, &ledger, &at_venue()), 1);
    assert_eq!(proved(&mut wallet, &ledger, &at_venue()), 0, "once");
    let passes = &wallet.content().person(None).unwrap().passes;
    let of_scope = passes.iter().filter(|r| r.pass.0.scope == scope);
    assert_eq!(of_scope.count(), 1, "a used scope stays used");
    assert!(
        passes.iter().any(|r| r.pass.0.epoch == 6),
        "the new block's"
    );
}

#[test]
fn a_pass_for_an_older_risk_list_is_replaced_and_never_shown_instead() {
    let (mut wallet, ledger) = ready(&at_venue());
    ledger.set_offline(false);
    let wanted = WantedPasses {
        walk_in_blocks: 1,
        ..at_venue()
    };
    assert_eq!(proved(&mut wallet, &ledger, &wanted), 4);
    ledger.publish_risk(2);
    assert_eq!(proved(&mut wallet, &ledger, &wanted), 5);
    let passes = &wallet.content().person(None).unwrap().passes;
    assert_eq!(passes.len(), 5);
    assert!(passes.iter().all(|ready| ready.pass.0.risk == 2));
}

#[test]
fn who_has_just_checked_in_proves_from_the_note_before_until_many_share_an_epoch() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    let at_noon = ledger.now().plus_ms(3 * HOUR);
    ledger.make_epoch_of("shared");
    ledger.set_now(at_noon);
    ledger.make_epoch_of("shared");
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    assert_eq!(proved(&mut wallet, &ledger, &at_venue()), 1);
    assert_eq!(
        epochs_of_passes(&wallet),
        [3],
        "noon's, with the morning's note"
    );
    // A fever is not hidden behind the note before, nor is a region that was travelled to.
    ledger.set_now(at_noon.plus_ms(12 * HOUR));
    let fever = wallet.checkin(
        None,
        &form("38.6"),
        SlotChoice::Current,
        &ledger,
        &FakeProver,
    );
    fever.unwrap();
    assert!(wallet.content().person(None).unwrap().previous.is_none());
    ledger.make_epoch();
    assert_eq!(proved(&mut wallet, &ledger, &at_venue()), 0);
}
