//! Keys for tests.

use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;

/// The `n`th key of the tests.
pub fn key(n: u8) -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([n.wrapping_add(1); 32]))
}
