//! Specimens: certificates of nobody, signed by a key made on the spot. For tests and benches.

mod signer;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::{Value, cbor};
use coset::{CborSerializable, CoseSign1Builder, Header, HeaderBuilder, iana};
use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use ring::digest::SHA256;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use thiserror::Error;

pub use signer::{Point, certificate};

use crate::hc1::{KeyId, Kind, Signer, TrustList};
use crate::signature::VerifyingKey;

/// The name of the specimen's key.
pub const KEY: &[u8; 8] = b"specimen";

#[derive(Debug, Error)]
#[error("a specimen cannot be made: {0}")]
pub struct SpecimenFault(&'static str);

/// An issuer for tests.
pub struct SpecimenIssuer {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

/// What a token says and names. The tests change single fields.
#[derive(Clone, Debug)]
pub struct Token {
    pub protected: Header,
    pub unprotected: Header,
    pub claims: Value,
}

impl SpecimenIssuer {
    pub fn new() -> Result<Self, SpecimenFault> {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random);
        let pkcs8 = pkcs8.map_err(|_| SpecimenFault("no randomness"))?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random)
            .map_err(|_| SpecimenFault("no key"))?;
        Ok(Self { pair, random })
    }

    pub fn key(&self) -> Result<VerifyingKey, SpecimenFault> {
        let (x, y) = self.point()?;
        Ok(VerifyingKey::p256(x, y))
    }

    /// The bytes of its point, as SEC 1 writes them without compression.
    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn point(&self) -> Result<Point, SpecimenFault> {
        let wrong = || SpecimenFault("no point");
        let point = self.pair.public_key().as_ref();
        let (x, y) = point.get(1..).ok_or_else(wrong)?.split_at(32);
        let coordinate = |bytes: &[u8]| bytes.try_into().map_err(|_| wrong());
        Ok((coordinate(x)?, coordinate(y)?))
    }

    /// The DER of its X.509 certificate, for these kinds, or for all if none is named.
    pub fn certificate(&self, kinds: &[Kind]) -> Result<Vec<u8>, SpecimenFault> {
        certificate(&self.point()?, kinds)
    }

    /// The key as a JSON Web Key, named by its thumbprint.
    pub fn jwk(&self) -> Result<Json, SpecimenFault> {
        let (x, y) = self.point()?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(ring::digest::digest(&SHA256, members.as_bytes()));
        Ok(json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": x, "y": y,
        }))
    }

    /// A card with this header and payload.
    pub fn jws(&self, header: &Json, payload: &[u8]) -> Result<String, SpecimenFault> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        let packed = encoder.write_all(payload).and_then(|()| encoder.finish());
        let packed = packed.map_err(|_| SpecimenFault("no compression"))?;
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!(
            "{}.{}",
            encoded(header.to_string().as_bytes()),
            encoded(&packed)
        );
        let signature = self.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", encoded(&signature)))
    }

    /// A list on which this issuer alone stands, for these kinds, or for all if none is named.
    pub fn trust(&self, kinds: &[Kind]) -> Result<TrustList, SpecimenFault> {
        let key = KeyId::new(KEY).ok_or(SpecimenFault("no name"))?;
        let mut trust = TrustList::new();
        trust.add(key, Signer::new(self.key()?, kinds));
        Ok(trust)
    }

    /// The bytes of the signed message.
    pub fn message(&self, token: &Token) -> Result<Vec<u8>, SpecimenFault> {
        token.message(|signed| self.sign(signed))
    }

    /// The text of the square code.
    pub fn code(&self, token: &Token) -> Result<String, SpecimenFault> {
        code(&self.message(token)?)
    }

    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SpecimenFault> {
        let signature = self.pair.sign(&self.random, message);
        let signature = signature.map_err(|_| SpecimenFault("no signature"))?;
        Ok(signature.as_ref().to_owned())
    }
}

/// The text of the square code around a message.
pub fn code(message: &[u8]) -> Result<String, SpecimenFault> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(message).and_then(|()| encoder.finish());
    let packed = packed.map_err(|_| SpecimenFault("no compression"))?;
    Ok(format!("HC1:{}", base45::encode(&packed)))
}

impl Token {
    /// The bytes of a message whose signature is made so.
    pub fn message(
        &self,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, SpecimenFault>,
    ) -> Result<Vec<u8>, SpecimenFault> {
        CoseSign1Builder::new()
            .protected(self.protected.clone())
            .unprotected(self.unprotected.clone())
            .payload(self.payload()?)
            .try_create_signature(b"", sign)?
            .build()
            .to_vec()
            .map_err(|_| SpecimenFault("no message"))
    }

    /// The bytes of the claims, which are what is signed.
    pub fn payload(&self) -> Result<Vec<u8>, SpecimenFault> {
        let mut claims = Vec::new();
        ciborium::into_writer(&self.claims, &mut claims).map_err(|_| SpecimenFault("no claims"))?;
        Ok(claims)
    }

    /// Valid from 1 June 2021 until a year later.
    pub fn of(payload: &Json) -> Result<Self, SpecimenFault> {
        Self::between(payload, 1_622_505_600, 1_654_041_600)
    }

    /// Valid between two moments, in seconds since 1970.
    pub fn between(payload: &Json, issued: i64, expires: i64) -> Result<Self, SpecimenFault> {
        let payload = Value::serialized(payload).map_err(|_| SpecimenFault("no payload"))?;
        let claims = cbor!({
            1 => "XX",
            4 => expires,
            6 => issued,
            -260 => { 1 => payload },
        });
        Ok(Self {
            protected: HeaderBuilder::new()
                .algorithm(iana::Algorithm::ES256)
                .key_id(KEY.to_vec())
                .build(),
            unprotected: Header::default(),
            claims: claims.map_err(|_| SpecimenFault("no claims"))?,
        })
    }
}

/// The payload of somebody's second dose.
pub fn vaccination() -> Json {
    json!({
        "ver": "1.3.0",
        "nam": { "fn": "Specimen", "fnt": "SPECIMEN", "gn": "Anna", "gnt": "ANNA" },
        "dob": "1964-08-12",
        "v": [{
            "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215",
            "dn": 2, "sd": 2, "dt": "2021-05-29", "co": "XX", "is": "Specimen Office",
            "ci": "URN:UVCI:01:XX:SPECIMEN#1",
        }],
    })
}

/// The payload of somebody's negative test.
pub fn test() -> Json {
    json!({
        "ver": "1.3.0",
        "nam": { "fnt": "SPECIMEN" },
        "dob": "1964",
        "t": [{
            "tg": "840539006", "tt": "LP6464-4", "nm": "a test", "sc": "2021-05-29T08:00:00+02:00",
            "tr": "260415000", "tc": "Centre 1", "co": "XX", "is": "Specimen Office",
            "ci": "URN:UVCI:01:XX:SPECIMEN#2",
        }],
    })
}

/// The address of the specimen's issuer of cards.
pub const ISSUER: &str = "https://specimen.example/issuer";

/// The payload of a card of nobody, valid from 1 June 2021.
pub fn card() -> Json {
    json!({
        "iss": ISSUER,
        "nbf": 1_622_505_600.5,
        "vc": {
            "type": ["https://smarthealth.cards#health-card"],
            "rid": "specimen",
            "credentialSubject": {
                "fhirVersion": "4.0.1",
                "fhirBundle": { "resourceType": "Bundle", "type": "collection", "entry": [] },
            },
        },
    })
}
