use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;

use ark_bn254::Fr;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::field::{MaskCommitment, NoteCommitment, ShareCommitment};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::RevocationHandle;
use luyin_protocol::risk::{NoticeClass, RiskNotice, SubjectCommitment, SubjectSalt, Uid};
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::time::Slot;
use luyin_protocol::tx::Release;
use rand::rngs::OsRng;

use super::*;
use crate::escrow::{
    Dealing, EscrowError, FileShareStore, NoticeOnLedger, NoticeSource, SourceError, Standing,
    collect_release, make_shares, seal_opening, seal_share,
};
use crate::sealed::WrappingKey;

#[path = "trustee_tests/disk.rs"]
mod disk;
#[path = "trustee_tests/evidence.rs"]
mod evidence;

const NETWORK: NetworkId = NetworkId::from_bytes([1; 32]);
const ENROL: Sha256Hash = Sha256Hash::from_bytes([2; 32]);
const RH: u64 = 4242;

#[derive(Default)]
struct MemoryStore(Mutex<HashMap<Sha256Hash, StoredShare>>);

impl ShareStore for MemoryStore {
    fn put(&self, enrol: &Sha256Hash, share: &StoredShare) -> Result<StoredShare, StoreError> {
        let mut shares = self.0.lock().unwrap();
        Ok(shares.entry(*enrol).or_insert(share.clone()).clone())
    }

    fn get(&self, enrol: &Sha256Hash) -> Result<Option<StoredShare>, StoreError> {
        Ok(self.0.lock().unwrap().get(enrol).cloned())
    }
}

struct FailingStore;

impl ShareStore for FailingStore {
    fn put(&self, _: &Sha256Hash, _: &StoredShare) -> Result<StoredShare, StoreError> {
        Err(std::io::Error::other("disk full").into())
    }

    fn get(&self, _: &Sha256Hash) -> Result<Option<StoredShare>, StoreError> {
        Ok(None)
    }
}

#[derive(Clone)]
struct Ledger {
    notice: Option<NoticeOnLedger>,
    enrolment: Option<EnrolPublic>,
}

impl NoticeSource for Ledger {
    fn notice(&self, _: &NoticeId) -> Result<Option<NoticeOnLedger>, SourceError> {
        Ok(self.notice.clone())
    }

    fn enrolment(&self, _: &Owner) -> Result<Option<EnrolPublic>, SourceError> {
        Ok(self.enrolment.clone())
    }
}

fn nr(number: u8) -> TrusteeIndex {
    TrusteeIndex::new(number).unwrap()
}

fn opening() -> SubjectOpening {
    SubjectOpening {
        owner: owner(),
        salt: SubjectSalt::from_bytes([6; 32]),
    }
}

fn trustee<S: ShareStore>(number: u8, store: S) -> Trustee<S> {
    let keys = TrusteeKeys {
        signing: SigningKey::generate(&mut OsRng),
        sealing: vec![SealKey::generate(&mut OsRng)],
    };
    Trustee::new(NETWORK, nr(number), keys, store)
}

/// Five trustees and one person whose shares they have accepted.
struct Story {
    dealing: Dealing,
    trustees: Vec<Trustee<MemoryStore>>,
}

fn owner() -> Owner {
    Owner::from_value(Fr::from(9_u64))
}

fn enrolment(dealing: &Dealing) -> EnrolPublic {
    EnrolPublic {
        uid: Uid::from_bytes([4; 32]),
        owner: owner(),
        cm: NoteCommitment::from_value(Fr::from(1_u64)),
        mask_commitment: MaskCommitment::from_value(Fr::from(2_u64)),
        fresh_day: Day::new(0),
        first_slot: Slot::new(0),
        shares: dealing.commitments,
        sealed: SealedNote::from_bytes([5; 176]),
    }
}

fn seal<S: ShareStore>(trustee: &Trustee<S>, enrol: &EnrolPublic, share: &Share) -> Vec<u8> {
    let key = trustee.keys.sealing[0].public();
    seal_share(&NETWORK, &enrol.hash(), share, &key, &mut OsRng).unwrap()
}

impl Story {
    fn new() -> Self {
        let rh = RevocationHandle::from_value(Fr::from(RH));
        let dealing = make_shares(&rh, &mut OsRng);
        let trustees: Vec<_> = (1..=5)
            .map(|number| trustee(number, MemoryStore::default()))
            .collect();
        for (trustee, share) in trustees.iter().zip(&dealing.shares) {
            let enrol = enrolment(&dealing);
            trustee
                .accept(&enrol, &seal(trustee, &enrol, share))
                .unwrap();
        }
        Self { dealing, trustees }
    }

    fn sealed_for<S: ShareStore>(&self, trustee: &Trustee<S>, number: usize) -> Vec<u8> {
        let share = &self.dealing.shares[number - 1];
        seal(trustee, &enrolment(&self.dealing), share)
    }

    fn ledger(&self) -> Ledger {
        let notice = RiskNotice {
            class: NoticeClass::CloseContact,
            subject: SubjectCommitment::of(&opening().owner, &opening().salt),
            uid: None,
            evidence_kind: EvidenceKind::ContactRecord,
            evidence: Sha256Hash::of(b"evidence"),
            clause: "clause 3".to_owned(),
            from: Day::new(100),
            until: Day::new(110),
        };
        Ledger {
            notice: Some(NoticeOnLedger {
                notice,
                issued_on: Day::new(100),
                standing: Standing::Live,
            }),
            enrolment: Some(enrolment(&self.dealing)),
        }
    }

    fn notice_on(&self, today: u16) -> VerifiedNotice {
        look_up(&self.ledger(), today).unwrap()
    }

    fn offers(&self, notice: &VerifiedNotice, from: &[usize], to: usize) -> Vec<Offer> {
        let recipient = &self.trustees[to - 1];
        let key = recipient.keys.sealing[0].public();
        from.iter()
            .map(|n| {
                self.trustees[n - 1]
                    .offer(notice, recipient.index, &key, &mut OsRng)
                    .unwrap()
            })
            .collect()
    }

    fn signing_keys(&self) -> [PublicKey; TRUSTEES] {
        std::array::from_fn(|i| self.trustees[i].keys.signing.public())
    }
}

fn look_up(ledger: &Ledger, today: u16) -> Result<VerifiedNotice, ReleaseError> {
    let id = ledger.notice.as_ref().map(|found| found.notice.id());
    let id = id.unwrap_or(NoticeId::from_bytes([0; 32]));
    VerifiedNotice::look_up(ledger, &id, &opening(), Day::new(today))
}

#[test]
fn a_share_is_stored_before_it_is_acknowledged_and_the_word_holds() {
    let story = Story::new();
    let trustee = &story.trustees[1];
    let sealed = story.sealed_for(trustee, 2);
    let ack = trustee.accept(&enrolment(&story.dealing), &sealed).unwrap();
    assert!(ack.verify(&NETWORK, &trustee.keys.signing.public()));
    assert!(!ack.verify(&NETWORK, &story.trustees[2].keys.signing.public()));
    assert!(!ack.verify(
        &NetworkId::from_bytes([9; 32]),
        &trustee.keys.signing.public()
    ));
    let alterations: [fn(&mut Acknowledgement); 5] = [
        |ack| ack.body.trustee = nr(3),
        |ack| ack.signature.trustee = nr(3),
        |ack| ack.body.enrolment = ENROL,
        |ack| ack.body.owner = Owner::from_value(Fr::from(8_u64)),
        |ack| ack.body.commitment = ShareCommitment::from_value(Fr::from(8_u64)),
    ];
    for alter in alterations {
        let mut altered = ack.clone();
        alter(&mut altered);
        assert!(!altered.verify(&NETWORK, &trustee.keys.signing.public()));
    }
    let fresh = self::trustee(2, FailingStore);
    let sealed = story.sealed_for(&fresh, 2);
    assert!(matches!(
        fresh.accept(&enrolment(&story.dealing), &sealed),
        Err(AcceptError::Store(StoreError::Io(_)))
    ));
}

#[test]
fn the_same_request_gives_the_same_acknowledgement() {
    let story = Story::new();
    let trustee = &story.trustees[0];
    let ask = || {
        let sealed = story.sealed_for(trustee, 1);
        trustee.accept(&enrolment(&story.dealing), &sealed).unwrap()
    };
    assert_eq!(ask(), ask());
}

/// The enrolment's hash covers owner and commitments, so only a damaged or forged store can hold another share under
/// it; the trustee still refuses to sign over one.
#[test]
fn another_share_or_owner_stored_for_one_enrolment_is_refused() {
    let story = Story::new();
    let enrol = enrolment(&story.dealing);
    let rh = RevocationHandle::from_value(Fr::from(RH));
    let [other_share, ..] = make_shares(&rh, &mut OsRng).shares;
    let share = story.dealing.shares[0].clone();
    let other_owner = Owner::from_value(Fr::from(10_u64));
    for stored in [
        StoredShare {
            owner: owner(),
            share: other_share,
        },
        StoredShare {
            owner: other_owner,
            share,
        },
    ] {
        let trustee = trustee(1, MemoryStore::default());
        trustee.store.put(&enrol.hash(), &stored).unwrap();
        assert!(matches!(
            trustee.accept(&enrol, &story.sealed_for(&trustee, 1)),
            Err(AcceptError::Conflict)
        ));
    }
}

#[test]
fn a_share_that_is_not_committed_or_not_ones_own_is_refused() {
    let story = Story::new();
    let trustee = trustee(1, MemoryStore::default());
    let enrolment = enrolment(&story.dealing);
    let false_share = make_shares(&RevocationHandle::from_value(Fr::from(1_u64)), &mut OsRng);
    assert!(matches!(
        trustee.accept(
            &enrolment,
            &seal(&trustee, &enrolment, &false_share.shares[0])
        ),
        Err(AcceptError::NotCommitted)
    ));
    // The number is part of what the share is sealed for, so another trustee's share does not even open; sealed
    // as if it were this one's, it is refused by its number.
    let sealed = story.sealed_for(&trustee, 2);
    assert!(matches!(
        trustee.accept(&enrolment, &sealed),
        Err(AcceptError::DoesNotOpen)
    ));
    let aad = share_aad(&NETWORK, &enrolment.hash(), nr(1));
    let key = trustee.keys.sealing[0].public();
    let plain = story.dealing.shares[1].to_bytes();
    let sealed = seal_to(&key, share_info(), &aad, plain.as_ref(), &mut OsRng).unwrap();
    assert!(matches!(
        trustee.accept(&enrolment, &sealed),
        Err(AcceptError::OtherTrustee(index)) if index.get() == 2
    ));
    assert!(trustee.store.0.lock().unwrap().is_empty());
}

#[test]
fn a_share_sealed_for_another_enrolment_does_not_open() {
    let story = Story::new();
    let trustee = &story.trustees[0];
    let mut other = enrolment(&story.dealing);
    other.uid = Uid::from_bytes([7; 32]);
    let sealed = story.sealed_for(trustee, 1);
    assert!(matches!(
        trustee.accept(&other, &sealed),
        Err(AcceptError::DoesNotOpen)
    ));
}

#[test]
fn a_rotated_sealing_key_still_opens_what_was_sealed_to_it() {
    let story = Story::new();
    let mut trustee = trustee(1, MemoryStore::default());
    let sealed = story.sealed_for(&trustee, 1);
    trustee
        .keys
        .sealing
        .insert(0, SealKey::generate(&mut OsRng));
    assert!(trustee.accept(&enrolment(&story.dealing), &sealed).is_ok());
}

#[test]
fn three_trustees_release_the_same_values_and_their_signatures_hold() {
    let story = Story::new();
    let notice = story.notice_on(100);
    let days = [Day::new(100), Day::new(101)];
    let mut first_day = Vec::new();
    for (to, from) in [(1, [3, 4]), (3, [1, 4]), (4, [1, 3])] {
        let offers = story.offers(&notice, &from, to);
        let signed = story.trustees[to - 1]
            .release(&notice, &offers, &days)
            .unwrap();
        assert_eq!(signed.len(), 2);
        first_day.push(signed[0].clone());
    }
    first_day.rotate_left(1);
    let Release { values, signatures } =
        collect_release(&NETWORK, &notice, &story.signing_keys(), &first_day).unwrap();
    assert_eq!(
        signatures
            .iter()
            .map(|s| s.trustee.get())
            .collect::<Vec<_>>(),
        [1, 3, 4]
    );
    let rh = Fr::from(RH);
    assert_eq!(
        values.handle.value(),
        hash(Tag::RevDay, &[rh, Fr::from(100_u64)])
    );
    for (handle, slot) in values.slots.iter().zip([200_u32, 201]) {
        assert_eq!(Slot::new(slot).day(), Day::new(100));
        assert_eq!(handle.value(), hash(Tag::RevSlot, &[rh, Fr::from(slot)]));
    }
}

#[test]
fn five_offers_are_all_checked() {
    let story = Story::new();
    let notice = story.notice_on(100);
    let offers = story.offers(&notice, &[2, 3, 4, 5], 1);
    assert!(
        story.trustees[0]
            .release(&notice, &offers, &[Day::new(100)])
            .is_ok()
    );
}

#[test]
fn two_trustees_release_nothing() {
    let story = Story::new();
    let notice = story.notice_on(100);
    let one = story.offers(&notice, &[2], 1);
    let twice = [one[0].clone(), one[0].clone()];
    let today = [Day::new(100)];
    assert!(matches!(
        story.trustees[0].release(&notice, &one, &today),
        Err(ReleaseError::Escrow(EscrowError::TooFew(2)))
    ));
    assert!(matches!(
        story.trustees[0].release(&notice, &twice, &today),
        Err(ReleaseError::Escrow(EscrowError::Repeated(_)))
    ));
}

#[test]
fn days_outside_the_notice_or_too_early_release_nothing() {
    let story = Story::new();
    let notice = story.notice_on(105);
    let offers = story.offers(&notice, &[2, 3], 1);
    let ask = |day| story.trustees[0].release(&notice, &offers, &[Day::new(105), Day::new(day)]);
    assert!(matches!(ask(99), Err(ReleaseError::OutsideNotice(_))));
    assert!(matches!(ask(111), Err(ReleaseError::OutsideNotice(_))));
    assert!(matches!(ask(107), Err(ReleaseError::NotYet(_))));
    assert!(ask(106).is_ok());
    assert!(ask(100).is_ok());
}

#[test]
fn an_unknown_expired_lifted_or_backdated_notice_gives_no_leave() {
    let ledger = Story::new().ledger();
    let with = |alter: fn(&mut NoticeOnLedger)| {
        let mut altered = ledger.clone();
        alter(altered.notice.as_mut().unwrap());
        altered
    };
    assert!(look_up(&ledger, 110).is_ok());
    assert!(matches!(look_up(&ledger, 111), Err(ReleaseError::Expired)));
    let none = Ledger {
        notice: None,
        ..ledger.clone()
    };
    assert!(matches!(
        look_up(&none, 100),
        Err(ReleaseError::UnknownNotice)
    ));
    let lifted = with(|found| found.standing = Standing::Lifted);
    assert!(matches!(look_up(&lifted, 100), Err(ReleaseError::Lifted)));
    let backdated = with(|found| found.notice.from = Day::new(99));
    assert!(matches!(
        look_up(&backdated, 100),
        Err(ReleaseError::Backdated)
    ));
    let wrong_id = NoticeId::from_bytes([1; 32]);
    assert!(matches!(
        VerifiedNotice::look_up(&ledger, &wrong_id, &opening(), Day::new(100)),
        Err(ReleaseError::UnknownNotice)
    ));
}

#[test]
fn a_notice_about_another_person_or_an_unknown_enrolment_releases_nothing() {
    let story = Story::new();
    let ledger = story.ledger();
    let id = ledger.notice.as_ref().unwrap().notice.id();
    for other in [
        SubjectOpening {
            owner: Owner::from_value(Fr::from(1_u64)),
            ..opening()
        },
        SubjectOpening {
            salt: SubjectSalt::from_bytes([7; 32]),
            ..opening()
        },
    ] {
        assert!(matches!(
            VerifiedNotice::look_up(&ledger, &id, &other, Day::new(100)),
            Err(ReleaseError::OtherSubject)
        ));
    }
    let none = Ledger {
        enrolment: None,
        ..ledger.clone()
    };
    assert!(matches!(
        look_up(&none, 100),
        Err(ReleaseError::NoEnrolment)
    ));
    let mut stranger = ledger.clone();
    stranger.enrolment.as_mut().unwrap().owner = Owner::from_value(Fr::from(1_u64));
    assert!(matches!(
        look_up(&stranger, 100),
        Err(ReleaseError::NoEnrolment)
    ));
    let mut unheld = ledger;
    unheld.enrolment.as_mut().unwrap().uid = Uid::from_bytes([9; 32]);
    let notice = look_up(&unheld, 100).unwrap();
    assert!(matches!(
        story.trustees[0].release(&notice, &[], &[]),
        Err(ReleaseError::NoShare)
    ));
}

#[test]
fn a_notice_s_subject_opens_for_its_trustee_and_notice_alone() {
    let story = Story::new();
    let (first, second) = (&story.trustees[0], &story.trustees[1]);
    let notice = story.notice_on(100);
    let key = first.keys.sealing[0].public();
    let sealed = seal_opening(&NETWORK, &notice.id(), &opening(), nr(1), &key, &mut OsRng).unwrap();
    assert_eq!(
        first.open_subject(&notice.id(), &sealed).unwrap(),
        opening()
    );
    let other = NoticeId::from_bytes([1; 32]);
    for refused in [
        first.open_subject(&other, &sealed),
        second.open_subject(&notice.id(), &sealed),
    ] {
        assert!(matches!(refused, Err(ReleaseError::BadOpening)));
    }
    let longer = [opening().to_bytes(), vec![0]].concat();
    assert!(SubjectOpening::from_bytes(&longer).is_err());
    assert_eq!(format!("{:?}", opening()), "SubjectOpening(..)");
}

#[test]
fn a_false_offer_names_its_trustee() {
    let story = Story::new();
    let notice = story.notice_on(100);
    let liar = trustee(2, MemoryStore::default());
    let lie = make_shares(&RevocationHandle::from_value(Fr::from(1_u64)), &mut OsRng);
    let lied = StoredShare {
        owner: owner(),
        share: lie.shares[1].clone(),
    };
    liar.store.put(&notice.enrolment().hash(), &lied).unwrap();
    let key = story.trustees[0].keys.sealing[0].public();
    let offer = liar.offer(&notice, nr(1), &key, &mut OsRng).unwrap();
    let offers = [vec![offer], story.offers(&notice, &[3], 1)].concat();
    assert!(matches!(
        story.trustees[0].release(&notice, &offers, &[Day::new(100)]),
        Err(ReleaseError::Escrow(EscrowError::FalseShare(index))) if index.get() == 2
    ));
}

#[test]
fn an_offer_opens_for_its_notice_its_recipient_and_its_sender_alone() {
    let story = Story::new();
    let notice = story.notice_on(100);
    let mut other_ledger = story.ledger();
    other_ledger.notice.as_mut().unwrap().notice.until = Day::new(109);
    let other_notice = look_up(&other_ledger, 100).unwrap();
    let offers = story.offers(&notice, &[2, 3], 1);
    let day = [Day::new(100)];
    let refused = |result: Result<_, ReleaseError>| {
        assert!(matches!(result, Err(ReleaseError::BadOffer(_))));
    };
    refused(story.trustees[0].release(&other_notice, &offers, &day));
    refused(story.trustees[3].release(&notice, &offers, &day));
    let mut renamed = offers.clone();
    renamed[0].from = nr(4);
    refused(story.trustees[0].release(&notice, &renamed, &day));
    let mut redirected = offers;
    redirected[0].to = nr(4);
    refused(story.trustees[0].release(&notice, &redirected, &day));
}

#[test]
fn a_release_with_too_few_repeated_differing_or_forged_signatures_is_refused() {
    let story = Story::new();
    let notice = story.notice_on(100);
    let keys = story.signing_keys();
    let signed: Vec<SignedDay> = [(1, [2, 3]), (2, [1, 3]), (3, [1, 2])]
        .into_iter()
        .map(|(to, from)| {
            let offers = story.offers(&notice, &from, to);
            story.trustees[to - 1]
                .release(&notice, &offers, &[Day::new(100)])
                .unwrap()
                .remove(0)
        })
        .collect();
    let verify = |signed: &[SignedDay]| collect_release(&NETWORK, &notice, &keys, signed);
    assert!(verify(&signed).is_ok());
    assert!(matches!(
        verify(&signed[..2]),
        Err(ReleaseError::Escrow(EscrowError::TooFew(2)))
    ));
    assert!(matches!(
        verify(&[]),
        Err(ReleaseError::Escrow(EscrowError::TooFew(0)))
    ));
    assert!(matches!(
        verify(&[signed[0].clone(), signed[1].clone(), signed[1].clone()]),
        Err(ReleaseError::Escrow(EscrowError::Repeated(_)))
    ));
    let mut renamed = signed.clone();
    renamed[2].signature.trustee = nr(4);
    assert!(matches!(
        verify(&renamed),
        Err(ReleaseError::BadSignature(_))
    ));
    let mut differing = signed.clone();
    differing[2].values.day = Day::new(101);
    assert!(matches!(
        verify(&differing),
        Err(ReleaseError::Disagreement(_))
    ));
    let mut elsewhere = signed.clone();
    elsewhere
        .iter_mut()
        .for_each(|one| one.values.notice = NoticeId::from_bytes([9; 32]));
    assert!(matches!(
        verify(&elsewhere),
        Err(ReleaseError::Disagreement(_))
    ));
    let mut outside = signed;
    outside
        .iter_mut()
        .for_each(|one| one.values.day = Day::new(99));
    assert!(matches!(
        verify(&outside),
        Err(ReleaseError::OutsideNotice(_))
    ));
}
