//! The compact JWS (RFC 7515) of a card.

use serde_json::{Map, Value as Json};

use super::base64url;
use super::refusal::Refusal;
use crate::inflate::{Wrap, inflate};

/// Three parts of a square code could carry about 3,600 characters; a file may hold more.
const LONGEST: usize = 64 * 1024;
/// What a payload may be inflated to.
const LARGEST_PAYLOAD: usize = 512 * 1024;

/// A JWS that was read, and not yet verified.
#[derive(Clone, Debug)]
pub struct Jws {
    key_id: String,
    payload: Vec<u8>,
    signature: Vec<u8>,
    /// What the signature is over: header and payload as they were written.
    signed: String,
}

impl Jws {
    pub fn read(text: &str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::Jws);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refusal::Jws)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Jws)?;
        let decode = |part| base64url::decode(part).ok_or(Refusal::Jws);
        let (header, packed) = (decode(header)?, decode(payload)?);
        Ok(Self {
            key_id: key_id(&header)?,
            payload: inflate(Wrap::Raw, &packed, LARGEST_PAYLOAD)?,
            signature: decode(signature)?,
            signed: signed.to_owned(),
        })
    }

    /// The name of the key that it says to be signed with.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The inflated payload.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    pub(super) const fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

fn key_id(header: &[u8]) -> Result<String, Refusal> {
    let header: Map<String, Json> =
        serde_json::from_slice(header).map_err(|_| Refusal::Header("no JSON"))?;
    let says = |field: &str| header.get(field).and_then(Json::as_str);
    if says("alg") != Some("ES256") {
        return Err(Refusal::Header("alg"));
    }
    if says("zip") != Some("DEF") {
        return Err(Refusal::Header("zip"));
    }
    // What is critical would have to be understood.
    if header.contains_key("crit") {
        return Err(Refusal::Header("crit"));
    }
    says("kid").map(str::to_owned).ok_or(Refusal::Header("kid"))
}
