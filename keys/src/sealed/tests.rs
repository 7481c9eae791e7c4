use proptest::prelude::*;
use rand::rngs::OsRng;

use super::*;

const FAST: Strength = Strength {
    rounds: NonZeroU32::MIN,
    floor: 1,
};

fn passphrase(text: &str) -> Secret {
    Secret::Passphrase(Passphrase::new(text).unwrap())
}

fn key(byte: u8) -> Secret {
    Secret::Key(WrappingKey::from_bytes([byte; 32]))
}

#[test]
fn what_is_sealed_opens_with_the_same_secret_and_context() {
    for secret in [passphrase("correct horse"), key(7)] {
        let sealed = seal(&secret, FAST, b"vault", b"sk and notes", &mut OsRng).unwrap();
        assert_eq!(sealed.len(), SEAL_OVERHEAD + 12);
        assert_eq!(
            open(&secret, FAST, b"vault", &sealed).unwrap().as_slice(),
            b"sk and notes"
        );
    }
}

#[test]
fn a_wrong_secret_is_told_apart_from_damage() {
    let sealed = seal(&key(1), FAST, b"", b"secret", &mut OsRng).unwrap();
    assert_eq!(
        open(&key(2), FAST, b"", &sealed).unwrap_err(),
        SealError::WrongSecret
    );
    let sealed = seal(&passphrase("correct horse"), FAST, b"", b"x", &mut OsRng).unwrap();
    assert_eq!(
        open(&passphrase("correct house"), FAST, b"", &sealed).unwrap_err(),
        SealError::WrongSecret
    );
    assert_eq!(
        open(&key(1), FAST, b"", &sealed).unwrap_err(),
        SealError::OtherSecretKind
    );
}

#[test]
fn another_context_does_not_open() {
    let sealed = seal(&key(1), FAST, b"keystore", b"secret", &mut OsRng).unwrap();
    assert_eq!(
        open(&key(1), FAST, b"vault", &sealed).unwrap_err(),
        SealError::Corrupted
    );
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let sealed = seal(&key(1), FAST, b"c", b"secret", &mut OsRng).unwrap();
    for position in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[position] ^= 1;
        let error = open(&key(1), FAST, b"c", &bad).unwrap_err();
        assert_ne!(error, SealError::WrongSecret, "byte {position}");
        assert!(open(&key(1), FAST, b"c", &sealed[..position]).is_err());
    }
    let mut longer = sealed.clone();
    longer.push(0);
    assert_eq!(
        open(&key(1), FAST, b"c", &longer).unwrap_err(),
        SealError::Corrupted
    );
    assert_eq!(
        open(&key(1), FAST, b"c", b"{\"json\":1}").unwrap_err(),
        SealError::NotSealed
    );
}

#[test]
fn a_weakly_stretched_file_is_refused_by_production() {
    let secret = passphrase("correct horse");
    let sealed = seal(&secret, FAST, b"", b"x", &mut OsRng).unwrap();
    assert_eq!(
        open(&secret, Strength::PRODUCTION, b"", &sealed).unwrap_err(),
        SealError::TooWeak {
            found: 1,
            required: PRODUCTION_ROUNDS
        }
    );
    assert!(Strength::stronger(PRODUCTION_ROUNDS - 1).is_err());
    assert!(Strength::stronger(PRODUCTION_ROUNDS).is_ok());
}

#[test]
fn a_header_that_would_hang_the_process_is_refused() {
    let header = Header {
        kdf: KDF_PBKDF2,
        rounds: u32::MAX,
        salt: [0; 32],
        nonce: [0; 12],
        check: [0; 16],
    }
    .encode();
    let bytes = [header.as_slice(), &checksum(&header), &[0; 16]].concat();
    assert_eq!(
        open(&passphrase("correct horse"), FAST, b"", &bytes).unwrap_err(),
        SealError::TooManyRounds(u32::MAX)
    );
}

#[test]
fn a_production_file_opens_in_production() {
    let secret = passphrase("correct horse");
    let sealed = seal(&secret, Strength::PRODUCTION, b"", b"x", &mut OsRng).unwrap();
    assert_eq!(
        open(&secret, Strength::PRODUCTION, b"", &sealed)
            .unwrap()
            .as_slice(),
        b"x"
    );
}

#[test]
fn a_short_passphrase_is_refused_and_nothing_secret_is_printed() {
    assert!(matches!(
        Passphrase::new("1234567"),
        Err(SealError::PassphraseTooShort)
    ));
    assert_eq!(
        format!("{:?}", passphrase("correct horse")),
        "Secret::Passphrase(..)"
    );
}

#[test]
fn the_plaintext_does_not_stand_in_the_sealed_bytes() {
    let sealed = seal(&key(3), FAST, b"", &[0xAB; 64], &mut OsRng).unwrap();
    assert!(!sealed.windows(4).any(|w| w == [0xAB; 4]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_survive_sealing(plain in proptest::collection::vec(any::<u8>(), 0..300), k in any::<u8>()) {
        let sealed = seal(&key(k), FAST, b"p", &plain, &mut OsRng).unwrap();
        prop_assert_eq!(open(&key(k), FAST, b"p", &sealed).unwrap().to_vec(), plain);
    }

    #[test]
    fn arbitrary_bytes_never_open(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(open(&key(1), FAST, b"p", &bytes).is_err());
    }
}

/// Stretches as somebody else would.
fn stretched(text: &str, stretching: Stretching) -> Secret {
    let mut master = [0; 32];
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        stretching.rounds(),
        stretching.salt(),
        text.as_bytes(),
        &mut master,
    );
    Secret::Stretched(Stretched::new(stretching, master))
}

#[test]
fn a_passphrase_stretched_elsewhere_opens_and_seals_as_the_passphrase_does() {
    let sealed = seal(
        &passphrase("correct horse"),
        FAST,
        b"x",
        b"plain",
        &mut OsRng,
    )
    .unwrap();
    let stretching = Stretching::of(&sealed, FAST).unwrap().unwrap();
    let secret = stretched("correct horse", stretching);
    assert_eq!(
        open(&secret, FAST, b"x", &sealed).unwrap().as_slice(),
        b"plain"
    );
    let wrong = stretched("correct house", stretching);
    assert_eq!(
        open(&wrong, FAST, b"x", &sealed).unwrap_err(),
        SealError::WrongSecret
    );
    let fresh = stretched("correct horse", Stretching::draw(FAST, &mut OsRng));
    assert_eq!(
        open(&fresh, FAST, b"x", &sealed).unwrap_err(),
        SealError::WrongSecret
    );
    let sealed = seal(&fresh, FAST, b"x", b"more", &mut OsRng).unwrap();
    let opened = open(&passphrase("correct horse"), FAST, b"x", &sealed);
    assert_eq!(opened.unwrap().as_slice(), b"more");
    assert!(!format!("{fresh:?}").contains("master"));
}

#[test]
fn too_few_rounds_done_elsewhere_are_refused_and_a_key_needs_none() {
    let secret = stretched("correct horse", Stretching::draw(FAST, &mut OsRng));
    let refused = seal(&secret, Strength::PRODUCTION, b"", b"x", &mut OsRng);
    assert!(matches!(refused, Err(SealError::TooWeak { .. })));
    let weak = seal(&secret, FAST, b"", b"x", &mut OsRng).unwrap();
    let refused = Stretching::of(&weak, Strength::PRODUCTION);
    assert!(matches!(refused, Err(SealError::TooWeak { .. })));
    let sealed = seal(&key(1), FAST, b"", b"x", &mut OsRng).unwrap();
    assert_eq!(Stretching::of(&sealed, Strength::PRODUCTION), Ok(None));
    assert_eq!(
        open(&secret, FAST, b"", &sealed).unwrap_err(),
        SealError::OtherSecretKind
    );
}
