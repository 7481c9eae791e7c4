//! The colour and its reasons.

use super::*;
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature};
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::field::{DayHandle, SlotHandle};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::region::RegionIndex;
use luyin_protocol::risk::{DayRelease, NoticeClass, NoticeId};
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::Release;

fn status(wallet: &Wallet<MemoryVault>, ledger: &FakeLedger) -> Status {
    wallet.status(None, None, ledger.now()).unwrap()
}

fn failing(status: &Status, policy: u16) -> Vec<char> {
    let of = status
        .policies
        .iter()
        .find(|p| p.policy.id == policy)
        .unwrap();
    of.clauses
        .iter()
        .filter(|c| !c.met)
        .map(|c| c.clause)
        .collect()
}

#[test]
fn the_colour_goes_from_grey_over_red_and_yellow_to_green_with_its_reasons() {
    let (mut wallet, ledger) = enrolled();
    assert_eq!(status(&wallet, &ledger).colour, WalletColour::Grey);
    wallet.sync(&ledger).unwrap();
    let now = status(&wallet, &ledger);
    assert_eq!(now.colour, WalletColour::Red);
    assert_eq!((failing(&now, 2), now.strongest), (vec!['c', 'd'], None));
    check_in(&mut wallet, &ledger).unwrap();
    let now = status(&wallet, &ledger);
    assert_eq!(now.colour, WalletColour::Yellow);
    assert_eq!(now.strongest, Some(policies::lenient().reference));
    assert_eq!(failing(&now, 1), ['d', 'e']);
    ledger.make_epoch();
    let card = wallet
        .nym_card(None, fake::attester(), ledger.now().day())
        .unwrap();
    let negative = luyin_protocol::attestation::Statement::Test { negative: true };
    wallet
        .receive(None, ledger.attest(&card, negative))
        .unwrap();
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    ledger.make_epoch();
    ledger.set_now(ledger.now().plus_ms(24 * HOUR));
    check_in(&mut wallet, &ledger).unwrap();
    let now = status(&wallet, &ledger);
    assert_eq!(now.colour, WalletColour::Green);
    assert_eq!(now.strongest, Some(policies::strict().reference));
    for clause in now.policies.iter().flat_map(|p| &p.clauses) {
        assert!(clause.met && !clause.zh.is_empty() && !clause.en.is_empty());
    }
}

#[test]
fn the_status_says_met_exactly_where_a_proof_can_be_made() {
    let (mut wallet, ledger) = enrolled();
    for (temperature, risky) in [
        ("36.5", false),
        ("36.5", true),
        ("38.2", false),
        ("36.4", false),
    ] {
        ledger.set_now(ledger.now().plus_ms(24 * HOUR));
        wallet
            .checkin(
                None,
                &form(temperature),
                SlotChoice::Current,
                &ledger,
                &FakeProver,
            )
            .unwrap();
        ledger.make_epoch();
        let region = RegionIndex::new(5).unwrap();
        ledger.set_risk(if risky {
            Itinerary::from_regions([region])
        } else {
            Itinerary::default()
        });
        let wanted = WantedPasses {
            venues: vec![employer()],
            ..WantedPasses::default()
        };
        let proved = wallet
            .prove(None, &wanted, &ledger, &FakeProver, |_, _| {})
            .unwrap();
        for policy in status(&wallet, &ledger).policies {
            let unprovable = proved.unprovable.iter().any(|u| u.policy == policy.policy);
            assert_eq!(policy.met, !unprovable, "{temperature} {policy:?}");
        }
    }
}

#[test]
fn a_risk_region_is_named_with_the_way_to_correct_it() {
    let (mut wallet, ledger) = enrolled();
    let region = RegionIndex::new(5).unwrap();
    let regions = Itinerary::from_regions([region]);
    let card = wallet
        .nym_card(None, fake::attester(), ledger.now().day())
        .unwrap();
    let itinerary = luyin_protocol::attestation::Statement::Itinerary { regions };
    wallet
        .receive(None, ledger.attest(&card, itinerary))
        .unwrap();
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    ledger.set_risk(regions);
    ledger.make_epoch();
    check_in(&mut wallet, &ledger).unwrap();
    wallet.sync(&ledger).unwrap();
    let now = status(&wallet, &ledger);
    assert_eq!(failing(&now, 2), ['h']);
    let table = luyin_protocol::region::RegionTable::embedded();
    let name = table.by_index(region).unwrap().name_zh().to_owned();
    let clause = now.policies[1].clauses.iter().find(|c| !c.met).unwrap();
    assert!(clause.zh.contains(&name));
    assert!(clause.todo_zh.as_ref().unwrap().contains("更正"));
}

/// A release of today for the person's own handle, or for a stranger's, signed by trustees.
pub(super) fn release(
    wallet: &Wallet<MemoryVault>,
    ledger: &FakeLedger,
    mine: bool,
    signers: &[u8],
) -> Release {
    let person = wallet.content().person(None).unwrap();
    let rh = person.held().unwrap().note(&person.secret()).rh.expose();
    let rh = if mine { rh } else { 1u64.into() };
    let day = ledger.now().day();
    let handle = hash(Tag::RevDay, &[rh, u64::from(day.get()).into()]);
    let values = DayRelease {
        notice: NoticeId::from_bytes([4; 32]),
        day,
        handle: DayHandle::from_value(handle),
        slots: [SlotHandle::from_value(1u64.into()); 2],
    };
    let body = luyin_protocol::codec::Canonical::to_vec(&values);
    let sign = |n: &u8| {
        let seed = luyin_keys::keystore::SecretBytes::new([*n; 32]);
        let key = luyin_keys::signing::SigningKey::from_secret(&seed);
        TrusteeSignature {
            trustee: TrusteeIndex::new(*n).unwrap(),
            signature: key.sign(Domain::Release, &wallet.network(), &body),
        }
    };
    Release {
        signatures: signers.iter().map(sign).collect(),
        values,
    }
}

pub(super) fn notice() -> crate::client::LiveNotice {
    crate::client::LiveNotice {
        id: NoticeId::from_bytes([4; 32]),
        class: NoticeClass::CloseContact,
        evidence_kind: Some(EvidenceKind::ContactRecord),
        clause: "传染病防治法 第三十九条".into(),
        from: Day::new(19_999),
        until: Day::new(20_010),
        entry: 7,
    }
}

#[test]
fn a_notice_about_the_holder_is_shown_with_its_clause_end_and_appeal() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.put_notice(notice(), release(&wallet, &ledger, true, &[1, 2, 4]));
    wallet.sync(&ledger).unwrap();
    let now = status(&wallet, &ledger);
    assert_eq!(now.colour, WalletColour::Red);
    let [mine] = now.notices.as_slice() else {
        panic!("{now:?}")
    };
    assert_eq!(mine.class, Some(NoticeClass::CloseContact));
    assert_eq!(mine.until, Some(Day::new(20_010)));
    assert!(mine.appeal_en.contains("8 hours") && mine.appeal_zh.contains("申诉"));
    let asked = |ahead| WhyAsked {
        policy: Some(2),
        venue: None,
        day: Some(ledger.now().day().plus(ahead)),
    };
    for (ahead, barred) in [(0, true), (10, true), (11, false)] {
        let why = wallet.why(None, &asked(ahead), ledger.now()).unwrap();
        let under_notice = why.policies[0].admission == Admission::UnderNotice;
        assert_eq!((under_notice, why.notices.len() == 1), (barred, barred));
    }
}

#[test]
fn a_notice_about_somebody_else_is_not_shown() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.put_notice(notice(), release(&wallet, &ledger, false, &[1, 2, 4]));
    wallet.sync(&ledger).unwrap();
    assert!(status(&wallet, &ledger).notices.is_empty());
}

#[test]
fn a_release_of_two_trustees_is_refused() {
    let (mut wallet, ledger) = enrolled();
    ledger.put_notice(notice(), release(&wallet, &ledger, true, &[1, 2]));
    assert!(matches!(
        wallet.sync(&ledger),
        Err(WalletError::Untrusted(_))
    ));
}

#[test]
fn a_number_that_is_no_policy_in_effect_is_refused() {
    let (mut wallet, ledger) = enrolled();
    wallet.sync(&ledger).unwrap();
    assert!(matches!(
        wallet.status(None, Some(9), ledger.now()),
        Err(WalletError::PolicyNotInEffect(9))
    ));
}
