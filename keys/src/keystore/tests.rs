use std::num::NonZeroU32;

use proptest::prelude::*;
use rand::rngs::OsRng;

use super::*;
use crate::sealed::{Passphrase, Secret, Strength, WrappingKey};

fn name(text: &str) -> KeyName {
    KeyName::new(text).unwrap()
}

fn fast() -> Strength {
    Strength::weak_for_tests(NonZeroU32::MIN)
}

fn wrapped(byte: u8) -> Secret {
    Secret::Key(WrappingKey::from_bytes([byte; 32]))
}

fn one_of_each() -> Keystore {
    let mut keystore = Keystore::new();
    for kind in KeyKind::ALL {
        let name = name(&format!("key-{}", kind.code()));
        keystore.generate(name, *kind, 5, &mut OsRng).unwrap();
    }
    keystore
}

#[test]
fn every_kind_survives_encoding() {
    let keystore = one_of_each();
    let bytes = keystore.encode().unwrap();
    let again = Keystore::decode(&bytes).unwrap();
    assert_eq!(again.list(), keystore.list());
    assert_eq!(again.encode().unwrap(), bytes);
}

#[test]
fn rotation_keeps_the_previous_key_until_it_is_retired() {
    let mut keystore = Keystore::new();
    let gate = name("gate");
    let first = keystore
        .generate(gate.clone(), KeyKind::Gate, 1, &mut OsRng)
        .unwrap();
    let old = keystore.active(&gate, KeyKind::Gate).unwrap().clone();
    let second = keystore.rotate(&gate, 2, &mut OsRng).unwrap();
    assert_ne!(
        keystore.active(&gate, KeyKind::Gate).unwrap().expose(),
        old.expose()
    );
    assert_eq!(
        keystore
            .generation(&gate, KeyKind::Gate, first)
            .unwrap()
            .expose(),
        old.expose()
    );
    assert_eq!(keystore.usable(&gate, KeyKind::Gate).unwrap().len(), 2);

    keystore.retire(&gate, first).unwrap();
    assert!(matches!(
        keystore.generation(&gate, KeyKind::Gate, first),
        Err(KeystoreError::Retired)
    ));
    assert!(matches!(
        keystore.retire(&gate, second),
        Err(KeystoreError::StillActive)
    ));
    let bytes = keystore.encode().unwrap();
    assert!(!bytes.windows(32).any(|w| w == old.expose()));
    let states: Vec<_> = keystore.list().iter().map(|info| info.state).collect();
    assert_eq!(states, [KeyState::Retired, KeyState::Active]);
}

#[test]
fn a_retired_number_is_never_given_again() {
    let mut keystore = Keystore::new();
    let did = name("did");
    let first = keystore
        .generate(did.clone(), KeyKind::Did, 1, &mut OsRng)
        .unwrap();
    keystore.rotate(&did, 2, &mut OsRng).unwrap();
    keystore.retire(&did, first).unwrap();
    let mut again = Keystore::decode(&keystore.encode().unwrap()).unwrap();
    assert_eq!(again.rotate(&did, 3, &mut OsRng).unwrap().get(), 3);
}

#[test]
fn a_key_is_refused_for_another_purpose() {
    let keystore = one_of_each();
    let proposer = name(&format!("key-{}", KeyKind::GovernanceProposer.code()));
    assert!(matches!(
        keystore.active(&proposer, KeyKind::GovernanceApprover),
        Err(KeystoreError::OtherKind {
            found: KeyKind::GovernanceProposer
        })
    ));
}

#[test]
fn a_taken_name_an_unknown_name_and_a_bad_scalar_are_refused() {
    let mut keystore = one_of_each();
    assert!(matches!(
        keystore.generate(name("key-1"), KeyKind::Did, 1, &mut OsRng),
        Err(KeystoreError::NameTaken)
    ));
    assert!(matches!(
        keystore.active(&name("none"), KeyKind::Did),
        Err(KeystoreError::UnknownKey)
    ));
    for bad in [[0xFF; 32], [0; 32]] {
        assert!(matches!(
            keystore.insert(name("v"), KeyKind::TrusteeVoprf, SecretBytes::new(bad), 1),
            Err(KeystoreError::BadSecret)
        ));
    }
}

#[test]
fn names_outside_the_alphabet_are_refused() {
    let long = "a".repeat(MAX_NAME_LEN + 1);
    for bad in [
        "",
        "A",
        "a b",
        "../etc",
        ".hidden",
        "-x",
        "ключ",
        long.as_str(),
    ] {
        assert!(KeyName::new(bad).is_err(), "{bad}");
    }
    assert!(KeyName::new(&"a".repeat(MAX_NAME_LEN)).is_ok());
}

#[test]
fn every_cut_and_every_unknown_code_in_the_content_is_refused() {
    let bytes = one_of_each().encode().unwrap();
    for end in 0..bytes.len() {
        assert!(Keystore::decode(&bytes[..end]).is_err());
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(Keystore::decode(&longer).is_err());
    assert!(Keystore::decode(&[1, 0, 1, 1, b'a', 99, 0, 0, 0, 0]).is_err());
    // A name without a generation, and one whose newest generation is retired.
    assert!(Keystore::decode(&[1, 0, 1, 1, b'a', 1, 0, 0, 0, 0]).is_err());
    let retired = [&[1, 0, 1, 1, b'a', 1, 0, 0, 0, 1][..], &[0; 9]].concat();
    assert!(Keystore::decode(&retired).is_err());
}

#[test]
fn a_keystore_file_survives_reopening_and_refuses_a_wrong_secret() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keystore");
    let file = KeystoreFile::create(&path, wrapped(1), fast(), &mut OsRng).unwrap();
    let (_, after) = file
        .update(&mut OsRng, |keystore| {
            keystore.generate(name("node"), KeyKind::Node, 9, &mut OsRng)
        })
        .unwrap();
    let (_, read) = KeystoreFile::open(&path, wrapped(1), fast()).unwrap();
    assert_eq!(read.list(), after.list());
    assert!(matches!(
        KeystoreFile::open(&path, wrapped(2), fast()),
        Err(KeystoreError::Seal(SealError::WrongSecret))
    ));
    assert!(KeystoreFile::create(&path, wrapped(1), fast(), &mut OsRng).is_err());
    assert_eq!(file.load().unwrap().list(), after.list());
}

#[test]
fn a_failed_change_leaves_the_file_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keystore");
    let file = KeystoreFile::create(&path, wrapped(1), fast(), &mut OsRng).unwrap();
    let before = std::fs::read(&path).unwrap();
    let outcome = file.update(&mut OsRng, |keystore| {
        keystore.generate(name("a"), KeyKind::Did, 1, &mut OsRng)?;
        keystore.retire(&name("b"), Generation::FIRST)
    });
    assert!(matches!(outcome, Err(KeystoreError::UnknownKey)));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn changes_made_at_the_same_time_are_all_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keystore");
    KeystoreFile::create(&path, wrapped(1), fast(), &mut OsRng).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let path = path.clone();
            scope.spawn(move || {
                let (file, _) = KeystoreFile::open(&path, wrapped(1), fast()).unwrap();
                for i in 0..4 {
                    let name = name(&format!("k{thread}-{i}"));
                    file.update(&mut OsRng, |keystore| {
                        keystore.generate(name, KeyKind::Gate, 1, &mut OsRng)
                    })
                    .unwrap();
                }
            });
        }
    });
    let (_, keystore) = KeystoreFile::open(&path, wrapped(1), fast()).unwrap();
    assert_eq!(keystore.list().len(), 16);
}

#[test]
fn resealing_changes_the_secret_and_keeps_the_keys() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keystore");
    let mut file = KeystoreFile::create(&path, wrapped(1), fast(), &mut OsRng).unwrap();
    file.update(&mut OsRng, |k| {
        k.generate(name("a"), KeyKind::Did, 1, &mut OsRng)
    })
    .unwrap();
    let passphrase = || Secret::Passphrase(Passphrase::new("correct horse").unwrap());
    file.reseal(passphrase(), fast(), &mut OsRng).unwrap();
    let (_, keystore) = KeystoreFile::open(&path, passphrase(), fast()).unwrap();
    assert_eq!(keystore.list().len(), 1);
    assert!(KeystoreFile::open(&path, wrapped(1), fast()).is_err());
    assert!(matches!(
        KeystoreFile::open(&path, passphrase(), Strength::PRODUCTION),
        Err(KeystoreError::Seal(SealError::TooWeak { .. }))
    ));
}

#[test]
fn debugging_a_keystore_prints_no_secret() {
    let mut keystore = Keystore::new();
    let secret = SecretBytes::new([0xC5; 32]);
    keystore.insert(name("a"), KeyKind::Did, secret, 1).unwrap();
    let text = format!("{keystore:?}");
    assert!(text.contains("SecretBytes(..)") && !text.contains("197") && !text.contains("c5"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_decodes_encodes_to_the_same_bytes(bytes in proptest::collection::vec(0_u8..4, 0..80)) {
        if let Ok(keystore) = Keystore::decode(&bytes) {
            prop_assert_eq!(keystore.encode().unwrap().to_vec(), bytes);
        }
    }
}
