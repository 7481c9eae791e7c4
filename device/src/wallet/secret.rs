//! Secrets as the wallet's content carries them: hex inside the sealed file, nothing in debug output.

use ark_bn254::Fr;
use luyin_protocol::field;
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A secret field element. Erased when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretScalar(Fr);

impl SecretScalar {
    /// Wraps a field element.
    #[must_use]
    pub const fn new(value: Fr) -> Self {
        Self(value)
    }

    /// Draws one.
    pub fn draw(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        use ark_ff::UniformRand;
        Self(Fr::rand(rng))
    }

    /// The element, for handing to a statement.
    #[must_use]
    pub const fn expose(&self) -> Fr {
        self.0
    }
}

/// The seed of a signing key. Erased when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretSeed([u8; 32]);

impl SecretSeed {
    /// Draws one.
    pub fn draw(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self(seed)
    }

    /// The signing key.
    #[must_use]
    pub fn key(&self) -> luyin_keys::signing::SigningKey {
        luyin_keys::signing::SigningKey::from_secret(&luyin_keys::keystore::SecretBytes::new(
            self.0,
        ))
    }
}

impl std::fmt::Debug for SecretScalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretScalar(..)")
    }
}

impl std::fmt::Debug for SecretSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretSeed(..)")
    }
}

fn write<S: Serializer>(bytes: &[u8; 32], s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&Zeroizing::new(hex::encode(bytes)))
}

fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Zeroizing<[u8; 32]>, D::Error> {
    let text = <Cow<'de, str>>::deserialize(d)?;
    let mut bytes = Zeroizing::new([0; 32]);
    // One spelling a value, as everywhere.
    let small = !text.bytes().any(|b| b.is_ascii_uppercase());
    match hex::decode_to_slice(text.as_bytes(), bytes.as_mut()) {
        Ok(()) if small => Ok(bytes),
        _ => Err(D::Error::custom("not 32 bytes of hex in small letters")),
    }
}

impl Serialize for SecretScalar {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        write(&Zeroizing::new(field::to_bytes(&self.0)), s)
    }
}

impl<'de> Deserialize<'de> for SecretScalar {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let bytes = read(d)?;
        field::from_bytes(&bytes)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

impl Serialize for SecretSeed {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        write(&self.0, s)
    }
}

impl<'de> Deserialize<'de> for SecretSeed {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        read(d).map(|bytes| Self(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::OsRng;

    #[test]
    fn secrets_survive_the_file_and_do_not_print() {
        let scalar = SecretScalar::draw(&mut OsRng);
        let json = serde_json::to_string(&scalar).unwrap();
        assert!(serde_json::from_str::<SecretScalar>(&json).unwrap() == scalar);
        assert!(!format!("{scalar:?}").contains(json.trim_matches('"')));
        let seed = SecretSeed::draw(&mut OsRng);
        let json = serde_json::to_string(&seed).unwrap();
        assert!(serde_json::from_str::<SecretSeed>(&json).unwrap() == seed);
        let beyond = format!("\"{}\"", "f".repeat(64));
        assert!(serde_json::from_str::<SecretScalar>(&beyond).is_err());
        let (small, capital) = (
            format!("\"{}\"", "0a".repeat(32)),
            format!("\"{}\"", "0A".repeat(32)),
        );
        assert!(serde_json::from_str::<SecretScalar>(&small).is_ok());
        assert!(serde_json::from_str::<SecretScalar>(&capital).is_err());
    }
}
