//! Who signs a request of an organisation, a trustee or a node (clause 9.2); how is in [`crate::http_signature`].

use luyin_keys::signing::SigningKey;
use luyin_protocol::did::Did;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::time::Timestamp;
use rand::rngs::OsRng;

use crate::http_signature::{Message, Nonce, SignedHeaders, sign};

/// A key and the name under which it signs requests.
#[derive(Debug, Clone)]
pub struct RequestSigner {
    key: SigningKey,
    key_id: String,
}

impl RequestSigner {
    /// Signs as an organisation: `keyid` is the DID, the key its document's controller.
    #[must_use]
    pub fn organisation(did: &Did, key: SigningKey) -> Self {
        Self {
            key,
            key_id: did.to_string(),
        }
    }

    /// Signs as a trustee to another: `keyid` is `trustee:<index>`.
    #[must_use]
    pub fn trustee(index: TrusteeIndex, key: SigningKey) -> Self {
        Self {
            key,
            key_id: format!("trustee:{index}"),
        }
    }

    /// Signs as a node to another: `keyid` is `node:<its place in the founding data, from 0>`.
    #[must_use]
    pub fn node(place: usize, key: SigningKey) -> Self {
        Self {
            key,
            key_id: format!("node:{place}"),
        }
    }

    /// The `keyid`.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The headers that sign a request made at `now`. Each call draws a fresh nonce, so a request sent again is signed
    /// again.
    pub(super) fn sign(&self, message: &Message<'_>, body: &[u8], now: Timestamp) -> SignedHeaders {
        let nonce = Nonce::generate(&mut OsRng);
        sign(message, body, &self.key, &self.key_id, now, nonce)
    }
}
