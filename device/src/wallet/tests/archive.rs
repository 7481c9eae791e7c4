//! A note in an older tree: its check-in is proved against an archive root, and all else waits for that.

use super::fake::attester;
use super::*;
use luyin_protocol::attestation::Statement;
use luyin_protocol::tx::NoteRoot;

#[test]
fn a_note_goes_on_from_an_older_tree_by_a_checkin_and_then_stands_in_the_newest() {
    let (mut wallet, ledger) = enrolled();
    let holder = wallet
        .nym_card(None, attester(), ledger.now().day())
        .unwrap();
    // 36 trees: tree 0 is one of the 20 that are archived.
    ledger.bury(35);
    let epoch = ledger.newest_epoch().number;
    let attestation = ledger.attest(&holder, Statement::Test { negative: true });
    wallet.receive(None, attestation).unwrap();
    let absorbed = wallet.absorb(None, &ledger, &FakeProver);
    assert!(matches!(absorbed, Err(WalletError::TooOld)));

    check_in(&mut wallet, &ledger).unwrap();
    assert_eq!(ledger.newest_root(), NoteRoot::Archive { epoch, group: 0 });
    ledger.make_epoch();
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    ledger.make_epoch();
    ledger.set_now(ledger.now().plus_ms(12 * HOUR));
    check_in(&mut wallet, &ledger).unwrap();
    assert!(matches!(ledger.newest_root(), NoteRoot::Epoch(_)));
}

#[test]
fn a_note_among_the_newest_sixteen_trees_is_proved_against_the_epoch() {
    let (mut wallet, ledger) = enrolled();
    ledger.bury(15);
    check_in(&mut wallet, &ledger).unwrap();
    assert!(matches!(ledger.newest_root(), NoteRoot::Epoch(_)));
}

#[test]
fn a_node_that_lies_about_an_older_trees_root_is_not_believed() {
    let (mut wallet, ledger) = enrolled();
    ledger.bury(35);
    ledger.lie_about(7);
    let refused = check_in(&mut wallet, &ledger);
    assert!(matches!(refused, Err(WalletError::Untrusted(_))));
}
