//! Blinded ID numbers on their way to a trustee: one point.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::voprf::{Blinded, Blinding, UidKey, UidPublicKey};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the highest bit is cut off",
    seeds,
};

/// The evaluation key of a trustee, from 0.
pub(crate) fn evaluator(n: u8) -> UidKey {
    let mut scalar = [0; 32];
    if let Some(low) = scalar.first_mut() {
        *low = n + 1;
    }
    UidKey::from_secret(&SecretBytes::new(scalar)).expect("a small scalar is a key")
}

/// A registrar that has asked about one person.
pub(crate) static ASKED: LazyLock<Blinding> = LazyLock::new(|| {
    let person = luyin_keys::voprf::PersonId::resident("11010519491231002X").expect("it fits");
    Blinding::new(&person, &mut sample::rng()).expect("any number can be blinded")
});

/// A trustee evaluates points in their one encoding, and not the identity.
fn law(data: &[u8], read: impl Fn([u8; 32]) -> Blinded) -> Outcome {
    let Ok(bytes) = <[u8; 32]>::try_from(data) else {
        return Outcome::Refused;
    };
    match evaluator(0).evaluate(&read(bytes), &mut sample::rng()) {
        Err(error) => law::refused(error),
        Ok(_) => {
            let point = UidPublicKey::from_bytes(&bytes).map(|point| point.to_bytes());
            assert_eq!(
                point,
                Ok(bytes),
                "another encoding of a point was evaluated"
            );
            Outcome::Accepted
        }
    }
}

/// A trustee evaluates points in their one encoding.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Blinded::from_bytes)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |bytes| {
        let mut bytes = bytes;
        if let Some(byte) = bytes.last_mut() {
            *byte &= 0x7f;
        }
        Blinded::from_bytes(bytes)
    })
}

fn seeds() -> Vec<Seed> {
    vec![
        ("a-number", ASKED.blinded().as_bytes().to_vec()),
        ("not-the-identity", vec![0; 32]),
    ]
}
