//! The content of a keystore file, once it is unsealed.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::keystore::{KeyKind, KeyName, Keystore, SecretBytes};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the version is not looked at",
    seeds,
};

fn bytes(keystore: &Keystore) -> Vec<u8> {
    keystore.encode().expect("it was read").to_vec()
}

/// One encoding a keystore.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, Keystore::decode, bytes)
}

fn planted(data: &[u8]) -> Outcome {
    law::one_encoding(data, fault::passes_over(0, 1, Keystore::decode), bytes)
}

fn seeds() -> Vec<Seed> {
    let name = |text| KeyName::new(text).expect("a plain name");
    let mut keys = Keystore::new();
    let empty = bytes(&keys);
    for (text, kind) in [("gate", KeyKind::Gate), ("seal", KeyKind::TrusteeSeal)] {
        let secret = SecretBytes::new([7; 32]);
        keys.insert(name(text), kind, secret, 1_700_000_000)
            .expect("a new name");
    }
    let two = bytes(&keys);
    keys.rotate(&name("gate"), 1_700_000_001, &mut sample::rng())
        .expect("it is there");
    vec![
        ("empty", empty),
        ("two-keys", two),
        ("rotated", bytes(&keys)),
    ]
}
