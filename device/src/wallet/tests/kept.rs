//! What a wallet keeps beside notes: drafts, consents, a passkey's way in, and how long a colour lasts.

use super::*;
use luyin_keys::sealed::WrappingKey;
use luyin_protocol::time::Slot;

fn draft(temperature: &str) -> Draft {
    let form = TypedForm {
        temperature: temperature.into(),
        symptoms: vec!["fever".into()],
        contacts: Vec::new(),
    };
    Draft {
        form,
        slot: Slot::new(40_000),
    }
}

fn reopened(wallet: &Wallet<MemoryVault>, secret: &Secret) -> Wallet<MemoryVault> {
    Wallet::open(wallet.vault.clone(), secret, weak()).unwrap()
}

#[test]
fn a_draft_is_kept_as_typed_until_it_is_dropped_and_nothing_larger_than_a_form_is() {
    let (mut wallet, _) = enrolled();
    wallet.save_draft(None, Some(draft("36."))).unwrap();
    let kept = reopened(&wallet, &secret());
    let person = kept.content().person(None).unwrap();
    assert_eq!(person.draft, Some(draft("36.")));
    let huge = wallet.save_draft(None, Some(draft(&"3".repeat(65))));
    assert!(matches!(huge, Err(WalletError::DraftSize)));
    let mut many = draft("36.5");
    many.form.contacts = vec!["x".into(); 33];
    let many = wallet.save_draft(None, Some(many));
    assert!(matches!(many, Err(WalletError::DraftSize)));
    wallet.save_draft(None, None).unwrap();
    let kept = reopened(&wallet, &secret());
    assert_eq!(kept.content().person(None).unwrap().draft, None);
}

#[test]
fn a_consent_is_given_once_taken_back_once_and_both_moments_are_kept() {
    let (mut wallet, _) = enrolled();
    let mut say = |answer, at: u64| {
        let now = Timestamp::new(at);
        wallet.consent(None, "whereabouts", 1, answer, now).unwrap();
    };
    say(Answer::Withdraw, 1);
    say(Answer::Give, 2);
    say(Answer::Give, 3);
    say(Answer::Withdraw, 4);
    say(Answer::Give, 5);
    let consents = &wallet.content().person(None).unwrap().consents;
    let moments: Vec<_> = consents
        .iter()
        .map(|c| (c.given.get(), c.withdrawn.map(Timestamp::get)))
        .collect();
    assert_eq!(moments, [(2, Some(4)), (5, None)]);
    for bad in ["", "With Space", &"x".repeat(41)] {
        let refused = wallet.consent(None, bad, 1, Answer::Give, Timestamp::new(1));
        assert!(matches!(refused, Err(WalletError::Consent)), "{bad}");
    }
}

#[test]
fn a_passkey_is_added_only_by_whoever_opens_the_wallet_and_then_opens_it() {
    let (mut wallet, _) = enrolled();
    let passkey = WrappingKey::from_bytes([9; 32]);
    let refused = wallet.add_passkey(&fake::other_secret(), passkey.clone(), weak());
    assert!(matches!(refused, Err(WalletError::Vault(_))));
    wallet
        .add_passkey(&secret(), passkey.clone(), weak())
        .unwrap();
    let mut by_passkey = reopened(&wallet, &Secret::Key(passkey));
    by_passkey.save_draft(None, Some(draft("36.5"))).unwrap();
    let by_passphrase = reopened(&wallet, &secret());
    let person = by_passphrase.content().person(None).unwrap();
    assert_eq!(person.draft, Some(draft("36.5")));
}

#[test]
fn a_colour_lasts_until_the_midnight_after_which_the_next_check_in_is_missing() {
    let (mut wallet, ledger) = enrolled();
    wallet.sync(&ledger).unwrap();
    let status = wallet.status(None, None, ledger.now()).unwrap();
    assert_eq!((status.colour, status.until), (WalletColour::Red, None));
    check_in(&mut wallet, &ledger).unwrap();
    let status = wallet.status(None, None, ledger.now()).unwrap();
    assert_eq!(status.colour, WalletColour::Yellow);
    let until = status.until.unwrap();
    let colour = |at| wallet.status(None, None, at).unwrap().colour;
    let last = Timestamp::new(until.get() - 1);
    assert_eq!(colour(last), WalletColour::Yellow);
    assert_eq!(colour(until), WalletColour::Red);
    assert_eq!(until, until.day().start());
}

#[test]
fn a_request_is_given_again_unchanged_and_made_anew_where_it_turns_out_a_re_enrolment() {
    let ledger = FakeLedger::new();
    let mut wallet = Wallet::create(
        MemoryVault::default(),
        &secret(),
        weak(),
        ledger.parameters(),
        "http://node".into(),
    )
    .unwrap();
    let mask = Mask::new(8, 42).unwrap();
    wallet.add_person("me", mask, None).unwrap();
    let today = ledger.now().day();
    let mut ask = |turn, day| wallet.begin_enrolment(None, turn, day, &ledger, &FakeProver);
    let first = ask(Turn::First, today).unwrap();
    assert_eq!(ask(Turn::First, today.plus(1)).unwrap(), first);
    let again = ask(Turn::Again, today.plus(1)).unwrap();
    assert_ne!(again.owner, first.owner);
    assert_eq!(ask(Turn::Again, today.plus(1)).unwrap(), again);
    ledger.enrol(&again);
    // It was posted meanwhile: the wallet takes it, and asks for nothing more.
    assert!(matches!(
        ask(Turn::First, today),
        Err(WalletError::AlreadyEnrolled)
    ));
    let person = wallet.content().person(None).unwrap();
    assert!(person.note.is_some() && person.request.is_none());
}
