use std::array;

use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::CompressedRistretto};
use luyin_protocol::risk::Uid;
use proptest::prelude::*;
use rand::rngs::OsRng;

use super::*;
use crate::keystore::SecretBytes;

const RESIDENT: &str = "11010519491231002X";

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn key(scalar: Scalar) -> UidKey {
    UidKey::from_secret(&SecretBytes::new(scalar.to_bytes())).unwrap()
}

fn three_keys() -> [UidKey; 3] {
    array::from_fn(|_| UidKey::generate(&mut OsRng).unwrap())
}

fn publics(keys: &[UidKey; 3]) -> [UidPublicKey; 3] {
    array::from_fn(|i| keys[i].public())
}

fn answers(keys: &[UidKey; 3], blinding: &Blinding) -> [Evaluation; 3] {
    array::from_fn(|i| keys[i].evaluate(&blinding.blinded(), &mut OsRng).unwrap())
}

fn uid(keys: &[UidKey; 3], person: &PersonId) -> Uid {
    let blinding = Blinding::new(person, &mut OsRng).unwrap();
    blinding
        .combine(&publics(keys), &answers(keys, &blinding))
        .unwrap()
}

/// RFC 9497, appendix A.1.2: input, blinded element, evaluation element, proof, output.
const VECTORS: [[&str; 5]; 2] = [
    [
        "00",
        "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
        "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
        concat!(
            "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06",
            "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d"
        ),
        concat!(
            "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d",
            "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c"
        ),
    ],
    [
        "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
        "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
        "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
        concat!(
            "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a",
            "67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02"
        ),
        concat!(
            "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60",
            "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6"
        ),
    ],
];
const VECTOR_KEY: &str = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909";
const VECTOR_PUBLIC: &str = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";
const VECTOR_BLIND: &str = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";

#[test]
fn the_vectors_of_rfc_9497_hold() {
    let key = UidKey::from_secret(&SecretBytes::new(bytes(VECTOR_KEY))).unwrap();
    assert_eq!(key.public().to_bytes(), bytes(VECTOR_PUBLIC));
    for [input, blinded, element, proof, output] in VECTORS {
        let input = hex::decode(input).unwrap();
        let blinding = Blinding::from_vector(&input, &bytes(VECTOR_BLIND), &bytes(blinded));
        let ours = key.evaluate(&blinding.blinded(), &mut OsRng).unwrap();
        assert_eq!(ours.element, bytes(element));
        // The RFC's proof, made with the RFC's randomness, is accepted as well as ours.
        let theirs = Evaluation {
            element: bytes(element),
            proof: bytes(proof),
        };
        for answer in [&ours, &theirs] {
            let point = blinding.checked_point(&key.public(), answer).unwrap();
            assert_eq!(blinding.finalise(point).unwrap(), bytes(output));
        }
    }
}

#[test]
fn three_added_keys_give_the_output_of_their_sum() {
    let scalars: [Scalar; 3] = array::from_fn(|_| Scalar::random(&mut OsRng));
    let keys = scalars.map(key);
    let person = PersonId::resident(RESIDENT).unwrap();
    let blinding = Blinding::new(&person, &mut OsRng).unwrap();
    let combined = blinding
        .combine(&publics(&keys), &answers(&keys, &blinding))
        .unwrap();

    let single = key(scalars.iter().sum());
    let answer = single.evaluate(&blinding.blinded(), &mut OsRng).unwrap();
    let point = blinding.checked_point(&single.public(), &answer).unwrap();
    assert_eq!(
        combined.as_bytes(),
        &blinding.finalise(point).unwrap()[..32]
    );
}

#[test]
fn one_person_has_one_identifier_whatever_the_blinding() {
    let keys = three_keys();
    let person = PersonId::resident(RESIDENT).unwrap();
    let lower = PersonId::resident(&RESIDENT.to_lowercase()).unwrap();
    assert_eq!(uid(&keys, &person), uid(&keys, &lower));
    let other = PersonId::resident("440524188001010014").unwrap();
    assert_ne!(uid(&keys, &person), uid(&keys, &other));
    let passport = PersonId::passport("CHN", RESIDENT).unwrap();
    assert_ne!(uid(&keys, &person), uid(&keys, &passport));
}

#[test]
fn two_blindings_of_one_number_share_nothing() {
    let person = PersonId::resident(RESIDENT).unwrap();
    let a = Blinding::new(&person, &mut OsRng).unwrap().blinded();
    let b = Blinding::new(&person, &mut OsRng).unwrap().blinded();
    assert_ne!(a, b);
}

#[test]
fn a_trustee_that_answers_with_another_key_is_named() {
    let keys = three_keys();
    let person = PersonId::resident(RESIDENT).unwrap();
    let blinding = Blinding::new(&person, &mut OsRng).unwrap();
    let honest = answers(&keys, &blinding);
    let stranger = UidKey::generate(&mut OsRng).unwrap();
    for liar in 0..EVALUATORS {
        let mut bad = honest.clone();
        bad[liar] = stranger.evaluate(&blinding.blinded(), &mut OsRng).unwrap();
        assert_eq!(
            blinding.combine(&publics(&keys), &bad),
            Err(VoprfError::FalseTrustee(liar))
        );
        // The right point with a broken proof, and a proof for another blinded number.
        let mut bad = honest.clone();
        bad[liar].proof[0] ^= 1;
        assert_eq!(
            blinding.combine(&publics(&keys), &bad),
            Err(VoprfError::FalseTrustee(liar))
        );
        let other = Blinding::new(&person, &mut OsRng).unwrap();
        let mut bad = honest.clone();
        bad[liar] = keys[liar].evaluate(&other.blinded(), &mut OsRng).unwrap();
        assert_eq!(
            blinding.combine(&publics(&keys), &bad),
            Err(VoprfError::FalseTrustee(liar))
        );
    }
}

#[test]
fn answers_in_another_order_are_refused() {
    let keys = three_keys();
    let person = PersonId::resident(RESIDENT).unwrap();
    let blinding = Blinding::new(&person, &mut OsRng).unwrap();
    let [a, b, c] = answers(&keys, &blinding);
    assert_eq!(
        blinding.combine(&publics(&keys), &[b, a, c]),
        Err(VoprfError::FalseTrustee(0))
    );
}

#[test]
fn keys_that_repeat_or_cancel_are_refused() {
    let a = Scalar::random(&mut OsRng);
    let b = Scalar::random(&mut OsRng);
    let person = PersonId::resident(RESIDENT).unwrap();
    let blinding = Blinding::new(&person, &mut OsRng).unwrap();
    for keys in [[key(a), key(b), key(-(a + b))], [key(a), key(b), key(a)]] {
        assert_eq!(
            blinding.combine(&publics(&keys), &answers(&keys, &blinding)),
            Err(VoprfError::BadKeys)
        );
    }
}

#[test]
fn the_identity_and_non_canonical_points_are_refused() {
    let key = UidKey::generate(&mut OsRng).unwrap();
    for bad in [[0; 32], [0xFF; 32]] {
        assert_eq!(
            key.evaluate(&Blinded::from_bytes(bad), &mut OsRng),
            Err(VoprfError::BadBlinded)
        );
        assert!(UidPublicKey::from_bytes(&bad).is_err());
        assert!(UidKey::from_secret(&SecretBytes::new(bad)).is_err());
    }
}

/// Brute force over everything on the ledger. An attacker who holds an identifier, every public key and two of the
/// three private keys tries every number of a small county, the right one among them. For each it computes all
/// that two keys allow: their evaluation, and that with a known key or the missing public key in place of the
/// missing private one. None meets the identifier; with the third key the right number does at once, which shows
/// that the comparison can succeed.
#[test]
fn two_keys_and_all_numbers_of_a_county_do_not_reproduce_an_identifier() {
    let scalars: [Scalar; 3] = array::from_fn(|_| Scalar::random(&mut OsRng));
    let keys = scalars.map(key);
    let target = uid(&keys, &county_number(33));
    let missing_public = publics(&keys)[2].0;

    for candidate in 0..60 {
        let person = county_number(candidate);
        let blinding = Blinding::new(&person, &mut OsRng).unwrap();
        let point = CompressedRistretto(*blinding.blinded().as_bytes())
            .decompress()
            .unwrap();
        let known = point * (scalars[0] + scalars[1]);
        let guesses = [
            known,
            known + point * scalars[0],
            known + point * scalars[1],
            known + missing_public,
            known + point,
        ];
        for guess in guesses {
            assert_ne!(first_half(&blinding, guess), *target.as_bytes());
        }
        // The missing key is all that separates the attacker from the answer.
        let complete = first_half(&blinding, known + point * scalars[2]);
        assert_eq!(complete == *target.as_bytes(), candidate == 33);
    }
}

fn first_half(blinding: &Blinding, point: RistrettoPoint) -> [u8; 32] {
    *blinding.finalise(point).unwrap().first_chunk().unwrap()
}

fn county_number(sequence: u32) -> PersonId {
    let digits = format!("11010519900101{sequence:03}");
    "0123456789X"
        .chars()
        .find_map(|check| PersonId::resident(&format!("{digits}{check}")).ok())
        .unwrap()
}

#[test]
fn mistyped_numbers_are_refused() {
    for (number, error) in [
        ("11010519491231002", PersonIdError::Form),
        ("11010519491231002XX", PersonIdError::Form),
        ("1101051949123100AX", PersonIdError::Form),
        ("110105194912310021", PersonIdError::Check),
        ("11010519491230002X", PersonIdError::Check),
        ("１１０１０５１９４９", PersonIdError::Form),
    ] {
        assert_eq!(PersonId::resident(number).unwrap_err(), error, "{number}");
    }
    assert!(PersonId::passport("CH", "E1").is_err());
    assert!(PersonId::passport("CHN", "").is_err());
    assert!(PersonId::passport("CHN", "E 1").is_err());
    assert!(!format!("{:?}", PersonId::resident(RESIDENT).unwrap()).contains("1101"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn arbitrary_answers_are_refused(raw in proptest::collection::vec(any::<u8>(), 96)) {
        let keys = three_keys();
        let blinding = Blinding::new(&PersonId::resident(RESIDENT).unwrap(), &mut OsRng).unwrap();
        let [a, _, c] = answers(&keys, &blinding);
        let forged = Evaluation::from_bytes(&raw.try_into().unwrap());
        prop_assert_eq!(Evaluation::from_bytes(&forged.to_bytes()), forged.clone());
        prop_assert_eq!(
            blinding.combine(&publics(&keys), &[a, forged, c]),
            Err(VoprfError::FalseTrustee(1))
        );
    }
}
