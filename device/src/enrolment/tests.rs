use luyin_keys::escrow::{Dealing, make_shares};
use luyin_keys::seal_key::SealKey;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::note::RevocationHandle;
use luyin_protocol::sealed::SEALED_NOTE_LEN;
use rand::rngs::OsRng;

use super::*;

pub(super) fn network() -> NetworkId {
    NetworkId::from_bytes([5; 32])
}

fn trustee(n: u8) -> TrusteeIndex {
    TrusteeIndex::new(n).unwrap()
}

fn dealt() -> Dealing {
    make_shares(&RevocationHandle::from_value(Fr::from(77_u64)), &mut OsRng)
}

pub(super) fn request() -> EnrolRequest {
    let owner = Owner::from_value(Fr::from(7_u64));
    let dealing = dealt();
    let (mask, mask_salt) = (Mask::new(8, 14).unwrap(), MaskSalt(Fr::from(99_u64)));
    EnrolRequest {
        network: network(),
        owner,
        cm: NoteCommitment::from_value(Fr::from(8_u64)),
        mask_commitment: mask_commitment(mask, &mask_salt),
        mask,
        mask_salt,
        fresh_day: Day::new(0),
        first_slot: Slot::new(0),
        shares: dealing.commitments,
        sealed_shares: dealing.shares.each_ref().map(|share| {
            let key = SealKey::generate(&mut OsRng).public();
            EncodedBytes(seal_share(&network(), &owner, share, &key, &mut OsRng).unwrap())
        }),
        sealed: Encoded(SealedNote::from_bytes([1; SEALED_NOTE_LEN])),
        proof: ProofBytes::from_bytes([2; 128]),
    }
}

#[test]
fn a_request_survives_its_file_and_becomes_the_public_part() {
    let request = request();
    let read = EnrolRequest::from_json(&request.to_json().unwrap(), &network()).unwrap();
    assert_eq!(read, request);
    let uid = Uid::from_bytes([4; 32]);
    let public = read.public(uid);
    assert_eq!((public.uid, public.owner), (uid, request.owner));
    assert_eq!(public.shares, request.shares);
    assert_eq!(public.sealed, request.sealed.0);
}

#[test]
fn a_request_with_a_false_mask_another_network_or_a_cut_share_is_refused() {
    let refuse = |spoil: fn(&mut EnrolRequest)| {
        let mut bad = request();
        spoil(&mut bad);
        EnrolRequest::from_json(&bad.to_json().unwrap(), &network()).unwrap_err()
    };
    let other = refuse(|r| r.network = NetworkId::from_bytes([6; 32]));
    assert!(matches!(other, RequestError::OtherNetwork));
    let mask = refuse(|r| r.mask = Mask::new(9, 14).unwrap());
    assert!(matches!(mask, RequestError::Mask));
    let salt = refuse(|r| r.mask_salt = MaskSalt(Fr::from(98_u64)));
    assert!(matches!(salt, RequestError::Mask));
    let cut = refuse(|r| r.sealed_shares[3].0.truncate(20));
    assert!(matches!(cut, RequestError::ShareLength(4)));
    let long = vec![b' '; MAX_REQUEST + 1];
    let long = EnrolRequest::from_json(&long, &network()).unwrap_err();
    assert!(matches!(long, RequestError::TooLarge));
}

#[test]
fn a_request_with_an_unknown_or_a_missing_field_is_refused() {
    let text = String::from_utf8(request().to_json().unwrap()).unwrap();
    for bad in [
        text.replacen("\"owner\"", "\"uid\": \"00\", \"owner\"", 1),
        text.replacen("\"owner\"", "\"ovner\"", 1),
    ] {
        let refused = EnrolRequest::from_json(bad.as_bytes(), &network());
        assert!(matches!(refused, Err(RequestError::Json(_))));
    }
}

#[test]
fn a_share_opens_for_its_trustee_owner_and_network_alone() {
    let share = dealt().shares[1].clone();
    let (key, old) = (SealKey::generate(&mut OsRng), SealKey::generate(&mut OsRng));
    let (owner, other) = (
        Owner::from_value(Fr::from(7_u64)),
        Owner::from_value(Fr::from(8_u64)),
    );
    let sealed = seal_share(&network(), &owner, &share, &key.public(), &mut OsRng).unwrap();
    assert_eq!(sealed.len(), SHARE_SEALED_LEN);
    let keys = [old.clone(), key];
    let opened = open_share(&network(), &owner, trustee(2), &keys, &sealed);
    assert_eq!(opened, Some(share));
    let elsewhere = NetworkId::from_bytes([6; 32]);
    assert_eq!(
        open_share(&network(), &other, trustee(2), &keys, &sealed),
        None
    );
    assert_eq!(
        open_share(&network(), &owner, trustee(3), &keys, &sealed),
        None
    );
    assert_eq!(
        open_share(&elsewhere, &owner, trustee(2), &keys, &sealed),
        None
    );
    assert_eq!(
        open_share(&network(), &owner, trustee(2), &[old], &sealed),
        None
    );
}

#[test]
fn the_mask_of_a_person_is_surname_and_last_digits() {
    let id = IdNumber::parse("440524188001010014").unwrap();
    let mask = mask_of(Surname::of_name("王某"), &id).unwrap();
    assert_eq!(mask, Mask::new(8, 14).unwrap());
}

#[test]
fn debugging_a_salt_prints_no_value() {
    assert_eq!(format!("{:?}", MaskSalt(Fr::from(99_u64))), "MaskSalt(..)");
}
