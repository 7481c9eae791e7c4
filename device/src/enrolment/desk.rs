//! A registrar's desk: a request reaches the registrar through a node, sealed to a code that the two told each other.
//!
//! The node sees the name of a box and bytes that it cannot read. Whoever knows the code can read and replace the request,
//! so a code is drawn for one person, told face to face, and good once.

use super::{EnrolRequest, RequestError};
use luyin_keys::sealed::{SealError, Secret, Strength, WrappingKey, open, seal};
use luyin_protocol::signature::NetworkId;
use rand::{CryptoRng, RngCore};
use ring::hkdf;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const BOX: &[u8] = b"luyin/v1/desk/box\0";
const KEY: &[u8] = b"luyin/v1/desk/key";
const CONTEXT: &[u8] = b"luyin/v1/desk";
/// Crockford's letters: none that is easily taken for another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 10;
const LENGTH: usize = 16;

/// Why a code or what it seals is not taken.
#[derive(Debug, Error)]
pub enum DeskError {
    /// Not 16 letters.
    #[error("a desk code has 16 letters, this one has {0}")]
    Length(usize),
    /// A letter that no code has.
    #[error("{0:?} stands in no desk code")]
    Letter(char),
    /// The bytes were sealed to another code or network, or altered.
    #[error("the sealed request does not open with this code: {0}")]
    Sealed(#[from] SealError),
    /// What was sealed is no good request.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl DeskError {
    /// A stable name for the kind of error.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Length(..) => "desk_code_length",
            Self::Letter(..) => "desk_code_letter",
            Self::Sealed(..) => "desk_sealed",
            Self::Request(..) => "desk_request",
        }
    }
}

/// A code of 80 random bits. Erased when dropped; shown by [`fmt::Display`] alone, as four groups of four letters.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DeskCode([u8; BYTES]);

impl DeskCode {
    /// Draws a code.
    pub fn draw(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = [0; BYTES];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The name under which a node keeps what is sealed to this code: 64 hexadecimal digits that do not tell the code.
    #[must_use]
    pub fn box_name(&self) -> String {
        let hash = Sha256::new_with_prefix(BOX).chain_update(self.0);
        hex::encode(hash.finalize())
    }

    /// Seals a request.
    ///
    /// # Errors
    /// Those of the request's JSON and of sealing, which no request causes.
    pub fn seal(
        &self,
        network: &NetworkId,
        request: &EnrolRequest,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Vec<u8>, DeskError> {
        let key = self.key(network)?;
        let json = Zeroizing::new(request.to_json()?);
        Ok(seal(&key, Strength::PRODUCTION, CONTEXT, &json, rng)?)
    }

    /// Opens what [`DeskCode::seal`] sealed for the same network, and checks the request as far as that needs nobody else.
    ///
    /// # Errors
    /// [`DeskError::Sealed`], [`DeskError::Request`].
    pub fn open(&self, network: &NetworkId, sealed: &[u8]) -> Result<EnrolRequest, DeskError> {
        let key = self.key(network)?;
        let json = open(&key, Strength::PRODUCTION, CONTEXT, sealed)?;
        Ok(EnrolRequest::from_json(&json, network)?)
    }

    fn key(&self, network: &NetworkId) -> Result<Secret, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        hkdf::Salt::new(hkdf::HKDF_SHA256, network.as_bytes())
            .extract(&self.0)
            .expand(&[KEY], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(key.as_mut()))
            .map_err(|_| SealError::Corrupted)?;
        Ok(Secret::Key(WrappingKey::from_bytes(*key)))
    }
}

/// The value of a letter; what is written by hand may be small, and O, I, L stand for the digits they look like.
fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    (0..)
        .zip(LETTERS)
        .find_map(|(value, known)| (char::from(*known) == letter).then_some(value))
}

impl FromStr for DeskCode {
    type Err = DeskError;

    fn from_str(text: &str) -> Result<Self, DeskError> {
        let letters = text.chars().filter(|c| *c != '-' && !c.is_whitespace());
        let mut bits = Zeroizing::new(0_u128);
        let mut length = 0;
        for letter in letters {
            let value = value(letter).ok_or(DeskError::Letter(letter))?;
            length += 1;
            if length <= LENGTH {
                *bits = (*bits << 5) | u128::from(value);
            }
        }
        if length != LENGTH {
            return Err(DeskError::Length(length));
        }
        let all = Zeroizing::new(bits.to_be_bytes());
        let mut code = Self([0; BYTES]);
        let low = all.iter().skip(all.len() - BYTES);
        code.0
            .iter_mut()
            .zip(low)
            .for_each(|(to, from)| *to = *from);
        Ok(code)
    }
}

impl fmt::Display for DeskCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self
            .0
            .iter()
            .fold(0_u128, |bits, b| (bits << 8) | u128::from(*b));
        for place in 0..LENGTH {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            let value = (bits >> (5 * (LENGTH - 1 - place))) & 31;
            let letter = usize::try_from(value).ok().and_then(|v| LETTERS.get(v));
            write!(f, "{}", char::from(*letter.unwrap_or(&b'0')))?;
        }
        Ok(())
    }
}

impl fmt::Debug for DeskCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{network, request};
    use super::*;
    use rand::rngs::OsRng;

    const TEXT: &str = "Y3RZ-5WZM-YQVF-FY7S";

    fn code() -> DeskCode {
        TEXT.parse().unwrap()
    }

    #[test]
    fn a_code_is_written_named_and_turned_into_a_key_as_computed_elsewhere() {
        assert_eq!(hex::encode(code().0), "f0f1f2f3f4f5f6f7f8f9");
        assert_eq!(code().to_string(), TEXT);
        let name = "463e117656e6f2f1a4055a94445c9c509bd9201356c2c1c3cc6bf7896a84fc60";
        assert_eq!(code().box_name(), name);
        let mut key = [0; 32];
        let computed = "2e6e69128af3a43dbe788ccfc9d8e58d7c424a968c1fc0bdb956c61a46b83089";
        hex::decode_to_slice(computed, &mut key).unwrap();
        let key = Secret::Key(WrappingKey::from_bytes(key));
        let request = request();
        let json = request.to_json().unwrap();
        let sealed = seal(&key, Strength::PRODUCTION, CONTEXT, &json, &mut OsRng).unwrap();
        assert_eq!(code().open(&network(), &sealed).unwrap(), request);
    }

    #[test]
    fn what_a_hand_writes_is_read() {
        for text in [
            "y3rz5wzmyqvffy7s",
            " Y3RZ 5WZM\u{3000}YQVF FY7S\n",
            "Y-3-R-Z-5WZMYQVFFY7S",
        ] {
            assert_eq!(text.parse::<DeskCode>().unwrap(), code(), "{text}");
        }
        let zeros: DeskCode = "0123456789ABCD10".parse().unwrap();
        assert_eq!("OI23456789abcdlO".parse::<DeskCode>().unwrap(), zeros);
        assert_eq!(zeros.to_string(), "0123-4567-89AB-CD10");
    }

    #[test]
    fn what_is_no_code_is_refused_by_its_fault() {
        for (text, slug) in [
            ("", "desk_code_length"),
            ("Y3RZ-5WZM-YQVF-FY7", "desk_code_length"),
            ("Y3RZ-5WZM-YQVF-FY7S-0", "desk_code_length"),
            ("Y3RZ-5WZM-YQVF-FY7U", "desk_code_letter"),
            ("Y3RZ_5WZM-YQVF-FY7S", "desk_code_letter"),
            ("Y3RZ-5WZM-YQVF-FY7王", "desk_code_letter"),
        ] {
            assert_eq!(text.parse::<DeskCode>().unwrap_err().slug(), slug, "{text}");
        }
    }

    #[test]
    fn drawn_codes_differ_and_survive_being_written_down() {
        let (a, b) = (DeskCode::draw(&mut OsRng), DeskCode::draw(&mut OsRng));
        assert_ne!(a, b);
        assert_eq!(a.to_string().parse::<DeskCode>().unwrap(), a);
        assert!(!format!("{a:?}").contains(&a.to_string()));
    }

    #[test]
    fn only_the_code_of_the_network_opens_a_request_and_every_alteration_is_refused() {
        let request = request();
        let sealed = code().seal(&network(), &request, &mut OsRng).unwrap();
        assert_eq!(code().open(&network(), &sealed).unwrap(), request);
        let elsewhere = NetworkId::from_bytes([6; 32]);
        let other = DeskCode::draw(&mut OsRng);
        for refused in [
            code().open(&elsewhere, &sealed),
            other.open(&network(), &sealed),
            code().open(&network(), &sealed[..sealed.len() - 1]),
        ] {
            assert!(matches!(refused, Err(DeskError::Sealed(_))));
        }
        for at in [8, 40, 90, sealed.len() - 1] {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(code().open(&network(), &altered).is_err(), "{at}");
        }
        let foreign = EnrolRequest {
            network: elsewhere,
            ..request
        };
        let sealed = code().seal(&network(), &foreign, &mut OsRng).unwrap();
        let refused = code().open(&network(), &sealed);
        assert!(matches!(
            refused,
            Err(DeskError::Request(RequestError::OtherNetwork))
        ));
    }
}
