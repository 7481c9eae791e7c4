//! Ed25519 as the engine wants it told. Secret keys never come near the engine: it holds a signer.

use luyin_protocol::codec::DecodeError;
use luyin_protocol::signature::{PublicKey, Signature};
use malachitebft_core_types::SigningScheme;

/// Ed25519 (RFC 8032), verified strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ed25519;

impl SigningScheme for Ed25519 {
    type DecodingError = DecodeError;
    type Signature = Signature;
    type PublicKey = PublicKey;
    type PrivateKey = ();

    fn decode_signature(bytes: &[u8]) -> Result<Signature, DecodeError> {
        bytes
            .try_into()
            .map(Signature::from_bytes)
            .map_err(|_| DecodeError::Invalid("a signature"))
    }

    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.as_bytes().to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, DecodeError> {
        let bytes = bytes
            .try_into()
            .map_err(|_| DecodeError::Invalid("a public key"))?;
        PublicKey::checked(bytes)
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}
