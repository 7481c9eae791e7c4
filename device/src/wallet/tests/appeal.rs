//! Appeals of a wallet: about itself alone, once, and found again whatever was lost on the way.

use super::standing::{notice, release};
use super::*;
use crate::client::{AppealState, PublicAppeal};
use luyin_circuits::pass::{Demands, PackedPolicy};
use luyin_protocol::appeal::{ASKS_NOTHING, AppealReason, StatementCommitment, StatementSalt, due};
use luyin_protocol::risk::NoticeId;
use luyin_protocol::scope;
use luyin_protocol::signature::Sha256Hash;

const FILE: &[u8] = "三日前的检测结果为阴性".as_bytes();

fn grounds() -> Grounds {
    Grounds {
        notice: notice().id,
        reason: AppealReason::Recovered,
        file: Some(Sha256Hash::of(FILE)),
    }
}

/// A person who is ill and under a live notice: nothing that a policy could ask is met.
fn notified() -> (Wallet<MemoryVault>, FakeLedger) {
    let (mut wallet, ledger) = enrolled();
    wallet
        .checkin(
            None,
            &form("39.5"),
            SlotChoice::Current,
            &ledger,
            &FakeProver,
        )
        .unwrap();
    ledger.make_epoch();
    ledger.put_notice(notice(), release(&wallet, &ledger, true, &[1, 2, 4]));
    (wallet, ledger)
}

fn appeal(
    wallet: &mut Wallet<MemoryVault>,
    ledger: &FakeLedger,
) -> Result<PublicAppeal, WalletError> {
    wallet.appeal(None, &grounds(), ledger, &FakeProver)
}

#[test]
fn what_an_appeal_s_proof_asks_is_nothing() {
    let demands = Demands::unpack(PackedPolicy::from_value(ASKS_NOTHING));
    assert_eq!(demands, Some(Demands::default()));
    assert_eq!(Demands::default().pack().value(), ASKS_NOTHING);
}

#[test]
fn whoever_is_ill_and_under_a_notice_can_appeal_and_sees_the_clock() {
    let (mut wallet, ledger) = notified();
    let filed = appeal(&mut wallet, &ledger).unwrap();
    assert_eq!(filed.due, due(ledger.now()));
    let [tx] = ledger.filed().try_into().unwrap();
    let person = wallet.content().person(None).unwrap();
    let network = wallet.network();
    let name = scope::nym(&person.secret(), scope::appeal(&network, &notice().id));
    assert_eq!((tx.nym, tx.body.day), (name, ledger.now().day()));
    let status = wallet.status(None, None, ledger.now()).unwrap();
    assert_eq!(status.colour, WalletColour::Red);
    let shown = status.notices[0].appeal.clone().unwrap();
    assert_eq!(shown, filed);
    let now = shown.due;
    assert_eq!(shown.state_at(now), AppealState::Open);
    assert_eq!(shown.state_at(now.plus_ms(1)), AppealState::Overdue);
    // Asked once more, nothing is sent again.
    assert_eq!(appeal(&mut wallet, &ledger).unwrap(), filed);
    assert_eq!(ledger.filed().len(), 1);
}

#[test]
fn a_statement_opens_with_what_the_wallet_tells_the_office_and_not_by_guessing() {
    let (mut wallet, ledger) = notified();
    let filed = appeal(&mut wallet, &ledger).unwrap();
    let salt = wallet.statement_salt(None, &notice().id).unwrap();
    let file = Sha256Hash::of(FILE);
    let opened = StatementCommitment::of(&file, &salt);
    assert_eq!(filed.statement, Some(opened));
    let guessed = StatementCommitment::of(&file, &StatementSalt::from_bytes([0; 16]));
    assert_ne!(filed.statement, Some(guessed));
    let other = wallet.statement_salt(None, &NoticeId::from_bytes([5; 32]));
    assert_ne!(other.unwrap(), salt);
}

#[test]
fn an_appeal_against_a_notice_about_somebody_else_is_not_even_made() {
    let (mut wallet, ledger) = enrolled();
    ledger.put_notice(notice(), release(&wallet, &ledger, false, &[1, 2, 4]));
    assert!(matches!(
        appeal(&mut wallet, &ledger),
        Err(WalletError::NotAboutYou)
    ));
    assert!(ledger.filed().is_empty());
}

#[test]
fn before_the_day_is_released_the_wallet_says_to_come_back() {
    let (mut wallet, ledger) = notified();
    ledger.set_now(ledger.now().plus_ms(24 * HOUR));
    let day = ledger.now().day();
    assert!(matches!(
        appeal(&mut wallet, &ledger),
        Err(WalletError::AppealNotYet(told)) if told == day
    ));
}

#[test]
fn a_notice_that_is_lifted_is_not_appealed_against() {
    let (mut wallet, ledger) = notified();
    ledger.lift_notices();
    assert!(matches!(
        appeal(&mut wallet, &ledger),
        Err(WalletError::NoticeNotLive)
    ));
}

#[test]
fn a_lost_answer_a_crash_and_a_restore_find_the_one_appeal_again() {
    let (mut wallet, ledger) = notified();
    let backup = wallet.backup().unwrap();
    ledger.lose_next_answer();
    let lost = appeal(&mut wallet, &ledger).unwrap_err();
    assert!(lost.is_offline());
    // Tried again, with the answer lost: the ledger says that there is one, and the wallet takes it up.
    let found = appeal(&mut wallet, &ledger).unwrap();
    assert_eq!(ledger.filed().len(), 1);
    // A wallet that knows nothing of it finds it by itself.
    let mut restored = Wallet::restore(MemoryVault::default(), &backup, &secret(), weak()).unwrap();
    restored.sync(&ledger).unwrap();
    let seen = restored.follow_appeals(None, &ledger).unwrap();
    assert_eq!(seen, [found]);
}

#[test]
fn what_becomes_of_an_appeal_is_followed_until_it_is_settled_and_then_not_asked_for() {
    let (mut wallet, ledger) = notified();
    appeal(&mut wallet, &ledger).unwrap();
    ledger.set_now(ledger.now().plus_ms(HOUR));
    ledger.answer_newest(AppealState::Granted);
    ledger.lift_notices();
    wallet.sync(&ledger).unwrap();
    let [settled] = wallet
        .follow_appeals(None, &ledger)
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(settled.state, AppealState::Granted);
    assert_eq!(
        settled.answer.unwrap().words.as_deref(),
        Some("looked at again")
    );
    let asked = ledger.asked().len();
    wallet.follow_appeals(None, &ledger).unwrap();
    assert_eq!(ledger.asked().len(), asked);
    // No request named the appeal's own entry.
    let named = |one: &&String| one.starts_with("appeals");
    let names: Vec<String> = ledger.asked().iter().filter(named).cloned().collect();
    assert_eq!(names, ["appeals 0"]);
}

#[test]
fn offline_an_appeal_fails_whole() {
    let (mut wallet, ledger) = notified();
    wallet.sync(&ledger).unwrap();
    ledger.set_offline(true);
    assert!(appeal(&mut wallet, &ledger).unwrap_err().is_offline());
    let person = wallet.content().person(None).unwrap();
    assert!(person.appeals.is_empty());
}
