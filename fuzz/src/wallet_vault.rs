//! Wallet files and backups: one or two key boxes, then the sealed content.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::wallet::{Sealer, VaultError};
use luyin_keys::sealed::{Secret, Strength, Stretched, Stretching, WrappingKey};
use std::num::NonZeroU32;
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the first letter of the mark is not looked at",
    seeds,
};

const CONTENT: &[u8] = b"content";
/// Mark, version, and the number of boxes in a file of several.
const FRONT: usize = 9;

/// A file that a passkey alone opens, and one that a passphrase opens too.
static MADE: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let mut rng = sample::rng();
    let alone = Sealer::create(&passkey(), Strength::PRODUCTION, &mut rng).expect("a key");
    let mut both = Sealer::create(&passphrase(), Strength::PRODUCTION, &mut rng).expect("a key");
    both.add_passkey(WrappingKey::from_bytes([7; 32]), &mut rng)
        .expect("a second key");
    [alone, both].map(|sealer| sealer.seal(CONTENT, &mut rng).expect("it can be sealed"))
});

fn passkey() -> Secret {
    Secret::Key(WrappingKey::from_bytes([7; 32]))
}

/// A passphrase that was stretched elsewhere, which costs no time here.
fn passphrase() -> Secret {
    let rounds = NonZeroU32::new(600_000).expect("not zero");
    Secret::Stretched(Stretched::new(Stretching::new([1; 32], rounds), [8; 32]))
}

fn opened(data: &[u8]) -> Result<Vec<u8>, VaultError> {
    Sealer::open(data, &passkey(), Strength::PRODUCTION).map(|(_, content)| content.to_vec())
}

/// What opens is a file that was sealed, but for a box that the secret does not open: each box is for one secret alone.
fn law(data: &[u8], open: impl Fn(&[u8]) -> Result<Vec<u8>, VaultError>) -> Outcome {
    match open(data) {
        Err(error) => law::refused(error),
        Ok(content) => {
            assert_eq!(content, CONTENT, "other content");
            let made = MADE
                .iter()
                .find(|made| made.get(..FRONT) == data.get(..FRONT));
            let made = made.expect("a file that nobody made opens");
            let (_, body) = made.split_at(made.len() - CONTENT.len() - 16);
            assert!(data.ends_with(body), "another body");
            Outcome::Accepted
        }
    }
}

/// What opens is a file that was sealed.
pub fn check(data: &[u8]) -> Outcome {
    law(data, opened)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, fault::passes_over(0, b'L', opened))
}

fn seeds() -> Vec<Seed> {
    let [alone, both] = MADE.clone();
    let cut = alone.get(..60).unwrap_or_default().to_vec();
    vec![
        ("passkey", alone),
        ("passphrase-and-passkey", both),
        ("not-whole", cut),
    ]
}
