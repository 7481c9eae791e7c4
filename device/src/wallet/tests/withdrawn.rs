//! Attestations that their issuers took back before they were absorbed.

use super::*;
use crate::wallet::is_attested;
use luyin_protocol::attestation::Statement;

#[test]
fn one_that_was_withdrawn_is_set_aside_and_the_one_behind_it_is_absorbed() {
    let (mut wallet, ledger) = enrolled();
    let day = ledger.now().day();
    let card = wallet.nym_card(None, fake::attester(), day).unwrap();
    let wrong = ledger.attest(&card, Statement::Test { negative: false });
    let right = ledger.attest(&card, Statement::Test { negative: true });
    wallet.receive(None, wrong.clone()).unwrap();
    wallet.receive(None, right).unwrap();
    let leaf = wrong.attestation.0.leaf();
    assert!(is_attested(&ledger, day, &leaf).unwrap());
    ledger.withdraw(&wrong);
    assert!(!is_attested(&ledger, day, &leaf).unwrap());

    let refused = wallet.absorb(None, &ledger, &FakeProver);
    assert!(matches!(refused, Err(WalletError::AttestationGone)));
    let person = wallet.content().person(None).unwrap();
    assert_eq!(
        (person.attestations.len(), &person.gone),
        (1, &vec![wrong.clone()])
    );
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    let state = wallet
        .content()
        .person(None)
        .unwrap()
        .held()
        .unwrap()
        .state();
    assert!(state.test_ok);

    // A node may have been wrong: it can be received again.
    wallet.receive(None, wrong.clone()).unwrap();
    let person = wallet.content().person(None).unwrap();
    assert_eq!((&person.attestations, person.gone.len()), (&vec![wrong], 0));
}

#[test]
fn one_of_a_day_that_the_ledger_has_forgotten_is_set_aside_too() {
    let (mut wallet, ledger) = enrolled();
    let day = ledger.now().day();
    let card = wallet.nym_card(None, fake::attester(), day).unwrap();
    let mut old = ledger.attest(&card, Statement::Test { negative: true });
    old.tree_day = day.minus(40);
    wallet.receive(None, old).unwrap();
    let refused = wallet.absorb(None, &ledger, &FakeProver);
    assert!(matches!(refused, Err(WalletError::AttestationGone)));
    assert!(
        wallet
            .content()
            .person(None)
            .unwrap()
            .attestations
            .is_empty()
    );
}
