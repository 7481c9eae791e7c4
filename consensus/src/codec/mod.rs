//! The bytes of everything that peers and the engine's write-ahead log exchange with this crate.
//!
//! Each message has one encoding. Decoding checks every length against a limit before anything is made of it, refuses
//! what follows the message, compares the encoding of the result with the input, and panics on no input.

mod certificate;
#[cfg(feature = "engine")]
pub(crate) use certificate::extended;
#[cfg(feature = "engine")]
mod message;
#[cfg(feature = "engine")]
mod sync;

#[cfg(feature = "engine")]
pub use message::EngineCodec;
#[cfg(feature = "engine")]
pub use sync::{MAX_SYNC_HEIGHTS, MAX_SYNC_VALUES};

use crate::Part;
use crate::context::Consortium;
use crate::{Proposal, Vote};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use malachitebft_core_types::{
    CommitCertificate, PolkaCertificate, RoundCertificate, SignedMessage, ValidatorProof,
};

/// Longest value of a synchronisation answer, and so the longest body of any configuration.
pub const MAX_BODY: usize = 64 << 20;

/// A message of the engine's with one encoding. [`Canonical`] for types that this crate does not own.
pub trait Wire: Sized {
    /// Appends the encoding.
    fn put(&self, w: &mut Writer);

    /// Reads a message from the front.
    ///
    /// # Errors
    /// [`DecodeError`] for anything that [`Wire::put`] would not write.
    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// The bytes of a message.
pub fn encode<T: Wire>(message: &T) -> Vec<u8> {
    let mut w = Writer::default();
    message.put(&mut w);
    w.finish()
}

/// The message of these bytes, all of them.
///
/// # Errors
/// [`DecodeError`] if they are not exactly one message's encoding.
pub fn decode<T: Wire>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut r = Reader::new(bytes);
    let message = T::get(&mut r)?;
    if r.remaining() > 0 {
        return Err(DecodeError::Trailing(r.remaining()));
    }
    if encode(&message) != bytes {
        return Err(DecodeError::NotCanonical);
    }
    Ok(message)
}

/// A `u32` count, then that many bytes.
pub(crate) fn long_bytes(
    r: &mut Reader<'_>,
    limit: usize,
    what: &'static str,
) -> Result<bytes::Bytes, DecodeError> {
    let count = usize::try_from(r.u32(what)?).unwrap_or(usize::MAX);
    if count > limit {
        return Err(DecodeError::TooMany { what, count, limit });
    }
    r.take(count, what).map(bytes::Bytes::copy_from_slice)
}

#[cfg(feature = "engine")]
pub(crate) fn put_long_bytes(w: &mut Writer, bytes: &[u8]) {
    // Longer ones than a `u32` counts cannot be: everything sent is bounded by `MAX_BODY`.
    w.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX))
        .raw(bytes);
}

/// A `u16` count, then that many of them.
fn get_many<T>(
    r: &mut Reader<'_>,
    limit: usize,
    what: &'static str,
    mut get: impl FnMut(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = usize::from(r.u16(what)?);
    if count > limit {
        return Err(DecodeError::TooMany { what, count, limit });
    }
    (0..count).map(|_| get(r)).collect()
}

fn put_many<T>(w: &mut Writer, all: &[T], mut put: impl FnMut(&mut Writer, &T)) {
    w.u16(u16::try_from(all.len()).unwrap_or(u16::MAX));
    for one in all {
        put(w, one);
    }
}

impl Wire for Part {
    fn put(&self, w: &mut Writer) {
        self.encode(w);
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::decode(r)
    }
}

impl<T: Canonical> Wire for SignedMessage<Consortium, T> {
    fn put(&self, w: &mut Writer) {
        w.value(&self.message).value(&self.signature);
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::new(r.value()?, r.value()?))
    }
}

/// Longest id of a peer.
const MAX_PEER: usize = 64;

impl Wire for ValidatorProof<Consortium> {
    fn put(&self, w: &mut Writer) {
        w.bytes(&self.public_key)
            .bytes(&self.peer_id)
            .value(&self.signature);
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::new(
            r.bytes(32, "the validator's key")?.to_vec(),
            r.bytes(MAX_PEER, "the peer's id")?.to_vec(),
            r.value()?,
        ))
    }
}

/// What bytes from outside may be taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A signed vote.
    Vote,
    /// A signed proposal.
    Proposal,
    /// A piece of a body.
    Part,
    /// A certificate of prevotes.
    Polka,
    /// A certificate of a decision.
    Commit,
    /// A certificate that a round is over.
    Round,
    /// A validator's proof of its peer.
    Proof,
    /// A vote or a proposal, as the engine sends them.
    #[cfg(feature = "engine")]
    Consensus,
    /// What keeps late nodes in step.
    #[cfg(feature = "engine")]
    Liveness,
    /// A piece of a body in its stream.
    #[cfg(feature = "engine")]
    Stream,
    /// A value in the engine's write-ahead log.
    #[cfg(feature = "engine")]
    ProposedValue,
    /// How far a peer is.
    #[cfg(feature = "engine")]
    Status,
    /// A question for decided values.
    #[cfg(feature = "engine")]
    Request,
    /// The answer to it.
    #[cfg(feature = "engine")]
    Response,
}

impl Kind {
    /// Those that need no engine.
    pub const PLAIN: [Self; 7] = [
        Self::Vote,
        Self::Proposal,
        Self::Part,
        Self::Polka,
        Self::Commit,
        Self::Round,
        Self::Proof,
    ];

    /// Those that only the engine sends or keeps.
    #[cfg(feature = "engine")]
    pub const OF_ENGINE: [Self; 7] = [
        Self::Consensus,
        Self::Liveness,
        Self::Stream,
        Self::ProposedValue,
        Self::Status,
        Self::Request,
        Self::Response,
    ];
}

/// Decodes bytes as one kind of message and encodes it again: for tests and fuzzing.
///
/// # Errors
/// [`DecodeError`] if they are no such message.
pub fn decode_any(kind: Kind, bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    fn twice<T: Wire>(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
        decode::<T>(bytes).map(|message| encode(&message))
    }
    match kind {
        Kind::Vote => twice::<SignedMessage<Consortium, Vote>>(bytes),
        Kind::Proposal => twice::<SignedMessage<Consortium, Proposal>>(bytes),
        Kind::Part => twice::<Part>(bytes),
        Kind::Polka => twice::<PolkaCertificate<Consortium>>(bytes),
        Kind::Commit => twice::<CommitCertificate<Consortium>>(bytes),
        Kind::Round => twice::<RoundCertificate<Consortium>>(bytes),
        Kind::Proof => twice::<ValidatorProof<Consortium>>(bytes),
        #[cfg(feature = "engine")]
        Kind::Consensus => twice::<message::SignedConsensus>(bytes),
        #[cfg(feature = "engine")]
        Kind::Liveness => twice::<message::Liveness>(bytes),
        #[cfg(feature = "engine")]
        Kind::Stream => twice::<message::Stream>(bytes),
        #[cfg(feature = "engine")]
        Kind::ProposedValue => twice::<message::Proposed>(bytes),
        #[cfg(feature = "engine")]
        Kind::Status => twice::<sync::Status>(bytes),
        #[cfg(feature = "engine")]
        Kind::Request => twice::<sync::Request>(bytes),
        #[cfg(feature = "engine")]
        Kind::Response => twice::<sync::Response>(bytes),
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests;
