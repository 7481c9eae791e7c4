//! Certificates of nobody, always the same: their signatures are a filling, since the decoders do not look at them.

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use luyin_certificates::specimen::{Point, SpecimenFault, Token};
use serde_json::Value as Json;
use std::io::Write as _;

/// The signature's filling.
pub const FILLING: [u8; 64] = [7; 64];

/// A token with little in it.
#[must_use]
pub fn token() -> Token {
    let payload = serde_json::json!({ "ver": "1.3.0", "v": [{ "dn": 2, "sd": 2 }] });
    Token::of(&payload).expect("a small payload")
}

/// The bytes of its message.
#[must_use]
pub fn message(token: &Token) -> Vec<u8> {
    let filled = token.message(|_| Ok::<_, SpecimenFault>(FILLING.to_vec()));
    filled.expect("a small message")
}

/// As zlib writes it.
#[must_use]
pub fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(plain).and_then(|()| encoder.finish());
    packed.expect("memory takes it")
}

/// Deflated, and nothing around it.
#[must_use]
pub fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(plain).and_then(|()| encoder.finish());
    packed.expect("memory takes it")
}

/// The base point of P-256 (SEC 2, 2.4.2), whose secret is one.
#[must_use]
pub fn point() -> Point {
    let coordinate = |text: &str| -> [u8; 32] {
        let bytes = hex::decode(text).expect("digits");
        bytes.try_into().expect("32 bytes")
    };
    (
        coordinate("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        coordinate("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
    )
}

/// JSON as it is published.
#[must_use]
pub fn written(json: &Json) -> Vec<u8> {
    json.to_string().into_bytes()
}
