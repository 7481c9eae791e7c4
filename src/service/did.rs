//! Resolution of identifiers (W3C DID Core and DID Resolution), with the proof that the version is on the log.

use super::ServiceError;
use super::encoded::encode;
use super::error::{ResolutionError, Unavailable};
use crate::node::Node;
use luyin_ledger::log::merkle::{EntryIndex, prove_inclusion};
use luyin_ledger::state::identity::{DidVersion, Resolution};
use luyin_ledger::state::keys;
use luyin_ledger::state::record::Version;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::signature::PublicKey;
use luyin_protocol::time::Timestamp;
use serde_json::{Value, json};

/// Media type of the resolution result.
pub const RESULT: &str = "application/did-resolution";
/// The same as the first drafts spelled it.
pub const RESULT_LD: &str = "application/ld+json;profile=\"https://w3id.org/did-resolution\"";
/// Media type of the document alone.
pub const DOCUMENT: &str = "application/did+json";
/// The same with its contexts.
pub const DOCUMENT_LD: &str = "application/did+ld+json";

/// Which form the caller accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Document, its metadata and the resolution's.
    Result,
    /// The same under its older name.
    ResultLd,
    /// The document alone.
    Document,
    /// The document with contexts.
    DocumentLd,
}

impl Form {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Result => RESULT,
            Self::ResultLd => RESULT_LD,
            Self::Document => DOCUMENT,
            Self::DocumentLd => DOCUMENT_LD,
        }
    }

    /// Chooses by an `Accept` header; without one, and for JSON at large, the whole result.
    ///
    /// # Errors
    /// [`ResolutionError::NotAcceptable`].
    pub fn accepted(header: Option<&str>) -> Result<Self, ResolutionError> {
        let Some(header) = header.map(str::trim).filter(|h| !h.is_empty()) else {
            return Ok(Self::Result);
        };
        let mut best: Option<(u32, Self)> = None;
        for range in header.split(',') {
            if let Some((quality, form)) = accepted_range(range)
                && best.is_none_or(|(q, _)| quality > q)
            {
                best = Some((quality, form));
            }
        }
        best.map(|(_, form)| form)
            .ok_or(ResolutionError::NotAcceptable)
    }
}

/// The form of one range with its quality in thousandths; none where we have none, or at quality zero.
fn accepted_range(range: &str) -> Option<(u32, Form)> {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next()?.to_ascii_lowercase();
    let (mut quality, mut profile) = (1_000, None);
    for part in parts {
        let (name, value) = part.split_once('=')?;
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value.trim())?,
            "profile" => profile = Some(value.trim().trim_matches('"').to_owned()),
            _ => {}
        }
    }
    let form = match essence.as_str() {
        "*/*" | "application/*" | "application/json" | RESULT => Form::Result,
        "application/ld+json" if profile.as_deref() == Some("https://w3id.org/did-resolution") => {
            Form::ResultLd
        }
        DOCUMENT | "application/did" => Form::Document,
        DOCUMENT_LD => Form::DocumentLd,
        _ => return None,
    };
    (quality > 0).then_some((quality, form))
}

fn thousandths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1_000),
        _ => None,
    }
}

/// Which version is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The newest.
    Newest,
    /// By number, from 1.
    Version(Version),
    /// The one that held at a time.
    At(Timestamp),
}

impl Wanted {
    /// From the two options, of which at most one may be given. A time is `YYYY-MM-DDTHH:MM:SSZ`.
    ///
    /// # Errors
    /// [`ResolutionError::InvalidOptions`].
    pub fn from_options(
        version: Option<&str>,
        time: Option<&str>,
    ) -> Result<Self, ResolutionError> {
        let bad = ResolutionError::InvalidOptions;
        match (version, time) {
            (None, None) => Ok(Self::Newest),
            (Some(text), None) => {
                let number: u32 = text.parse().map_err(|_| bad)?;
                if number == 0 || number.to_string() != text {
                    return Err(bad);
                }
                Ok(Self::Version(Version::new(number)))
            }
            (None, Some(text)) => super::moment::parse(text).map(Self::At).ok_or(bad),
            (Some(_), Some(_)) => Err(bad),
        }
    }
}

/// What an identifier resolves to.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The document; without content where the identifier is deactivated.
    pub document: Value,
    /// Its metadata.
    pub metadata: Value,
    /// Whether it has ended.
    pub life: Life,
}

/// Whether an identifier has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is in use.
    Active,
    /// It is deactivated.
    Ended,
}

impl Resolved {
    /// The resolution result.
    #[must_use]
    pub fn to_result(&self) -> Value {
        json!({
            "@context": "https://w3id.org/did-resolution/v1",
            "didDocument": self.document,
            "didResolutionMetadata": { "contentType": DOCUMENT_LD },
            "didDocumentMetadata": self.metadata,
        })
    }
}

/// Resolves an identifier.
///
/// # Errors
/// [`ResolutionError`]; where state or log cannot be read.
pub async fn resolve(node: &Node, text: &str, wanted: Wanted) -> Result<Resolved, ServiceError> {
    let did: Did = text.parse().map_err(|_| ResolutionError::InvalidDid)?;
    let found = {
        let state = node.state();
        let first = state.get(&keys::did_version(did, Version::new(1)))?;
        let first = first.ok_or(ResolutionError::NotFound)?;
        let resolution = match wanted {
            Wanted::Newest => state.resolve(did)?,
            Wanted::At(time) => state.resolve_at(did, time)?,
            Wanted::Version(number) => match state.get(&keys::did_version(did, number))? {
                Some(version) => Resolution::Active(number, Box::new(version)),
                None => Resolution::Unknown,
            },
        };
        let newest = state.get(&keys::did_head(did))?;
        (first, resolution, newest)
    };
    let (first, resolution, newest) = found;
    match resolution {
        Resolution::Unknown => Err(ResolutionError::NotFound.into()),
        Resolution::Active(number, version) => {
            let newest = newest.map_or(number, |head| head.newest);
            active(node, did, &first, number, &version, newest).await
        }
        Resolution::Deactivated(end) => Ok(Resolved {
            document: json!({ "@context": CONTEXTS, "id": did }),
            metadata: json!({
                "created": super::moment::format(first.time),
                "updated": super::moment::format(end.time),
                "deactivated": true,
                "proof": inclusion(node, end.entry).await?,
            }),
            life: Life::Ended,
        }),
    }
}

async fn active(
    node: &Node,
    did: Did,
    first: &DidVersion,
    number: Version,
    version: &DidVersion,
    newest: Version,
) -> Result<Resolved, ServiceError> {
    let mut metadata = json!({
        "created": super::moment::format(first.time),
        "updated": super::moment::format(version.time),
        "versionId": number.get().to_string(),
        "deactivated": false,
        "proof": inclusion(node, version.entry).await?,
    });
    if number < newest
        && let Some(next) = number.get().checked_add(1)
    {
        metadata["nextVersionId"] = json!(next.to_string());
    }
    Ok(Resolved {
        document: document(did, &version.document),
        metadata,
        life: Life::Active,
    })
}

const CONTEXTS: [&str; 2] = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
];

/// The document as DID Core writes it. The first key controls; all of them authenticate and assert.
fn document(did: Did, document: &DidDocument) -> Value {
    let name = |n: usize| format!("{did}#key-{}", n + 1);
    let methods: Vec<Value> = document
        .keys()
        .iter()
        .enumerate()
        .map(|(n, key)| {
            json!({
                "id": name(n),
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": multibase(key),
            })
        })
        .collect();
    let names: Vec<String> = (0..methods.len()).map(name).collect();
    let mut out = json!({
        "@context": CONTEXTS,
        "id": did,
        "verificationMethod": methods,
        "authentication": names,
        "assertionMethod": names,
        "capabilityInvocation": [name(0)],
    });
    let services: Vec<Value> = document
        .services()
        .iter()
        .enumerate()
        .map(|(n, service)| {
            json!({
                "id": format!("{did}#service-{}", n + 1),
                "type": service.kind,
                "serviceEndpoint": service.endpoint,
            })
        })
        .collect();
    if !services.is_empty() {
        out["service"] = Value::Array(services);
    }
    out
}

/// `z` and base58 of the multicodec prefix `ed25519-pub` (0xed01) with the key.
fn multibase(key: &PublicKey) -> String {
    let bytes = [&[0xed, 0x01], key.as_bytes().as_slice()].concat();
    format!("z{}", bs58::encode(bytes).into_string())
}

/// That the entry is in the log of a signed checkpoint: everything a stranger needs to check it.
async fn inclusion(node: &Node, entry: EntryIndex) -> Result<Value, ServiceError> {
    let shown = node.covering(entry).await;
    let shown = shown.ok_or(Unavailable::Disk)?;
    let size = shown.head.size();
    let proof = prove_inclusion(&node.tiles_at(size), size, entry)
        .map_err(|e| ServiceError::Internal(e.to_string()))?;
    let hashes: Vec<String> = proof.iter().map(|h| hex::encode(h.as_bytes())).collect();
    Ok(json!({
        "type": "LuyinInclusion",
        "entry": entry.get(),
        "size": size,
        "hashes": hashes,
        "checkpoint": encode(&shown.note),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_chooses_the_form() {
        let form = |header| Form::accepted(Some(header));
        assert_eq!(Form::accepted(None), Ok(Form::Result));
        for (header, expected) in [
            ("*/*", Form::Result),
            ("application/json", Form::Result),
            ("application/did-resolution", Form::Result),
            (RESULT_LD, Form::ResultLd),
            ("application/did+json", Form::Document),
            ("application/did+ld+json", Form::DocumentLd),
            ("text/html, application/did+json;q=0.5", Form::Document),
            (
                "application/did+json;q=0.5, application/did-resolution;q=0.6",
                Form::Result,
            ),
            (
                "application/did-resolution;q=0, application/did+json;q=0.001",
                Form::Document,
            ),
        ] {
            assert_eq!(form(header), Ok(expected), "{header}");
        }
        for header in [
            "text/html",
            "application/ld+json",
            "application/did-resolution;q=0",
            "application/did+json;q=2",
        ] {
            assert_eq!(
                form(header),
                Err(ResolutionError::NotAcceptable),
                "{header}"
            );
        }
    }

    #[test]
    fn a_key_is_written_as_multikey() {
        // did:key test vector of the Ed25519 suite: the key's own multibase form.
        let text = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";
        let bytes = bs58::decode(text.trim_start_matches('z'))
            .into_vec()
            .unwrap();
        let key: [u8; 32] = bytes[2..].try_into().unwrap();
        assert_eq!(multibase(&PublicKey::from_bytes(key)), text);
    }

    #[test]
    fn versions_are_asked_for_by_number_or_by_time_and_not_by_both() {
        assert_eq!(Wanted::from_options(None, None), Ok(Wanted::Newest));
        let second = Wanted::Version(Version::new(2));
        assert_eq!(Wanted::from_options(Some("2"), None), Ok(second));
        let time = Some("2020-03-05T16:00:00Z");
        let at = Wanted::At(Timestamp::new(1_583_424_000_000));
        assert_eq!(Wanted::from_options(None, time), Ok(at));
        for (version, time) in [
            (Some("2"), time),
            (Some("0"), None),
            (Some("02"), None),
            (Some("x"), None),
            (None, Some("yesterday")),
        ] {
            assert!(Wanted::from_options(version, time).is_err());
        }
    }
}
