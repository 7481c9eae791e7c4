//! What nodes send each other while they decide, and what the engine's write-ahead log keeps of it.

use super::{Wire, decode, encode};
use crate::context::Consortium;
use crate::{Part, Value, counters, round};
use bytes::Bytes;
use luyin_protocol::codec::{DecodeError, Reader, Writer};
use malachitebft_app_channel::app;
use malachitebft_core_types::{PolkaCertificate, ValidatorProof, Validity, Value as _};

use app::consensus::{LivenessMsg, ProposedValue, SignedConsensusMsg};
use app::streaming::{StreamContent, StreamId, StreamMessage};
use app::types::codec::{Codec, HasEncodedLen};

pub type SignedConsensus = SignedConsensusMsg<Consortium>;
pub type Liveness = LivenessMsg<Consortium>;
pub type Stream = StreamMessage<Part>;
pub type Proposed = ProposedValue<Consortium>;

/// The engine's codec. What cannot be decoded is counted; the engine drops it.
#[derive(Clone, Copy, Debug, Default)]
pub struct EngineCodec;

impl<T: Wire + 'static> Codec<T> for EngineCodec {
    type Error = DecodeError;

    fn decode(&self, bytes: Bytes) -> Result<T, DecodeError> {
        decode(&bytes).inspect_err(|_| counters::count(counters::Dropped::Undecodable))
    }

    fn encode(&self, message: &T) -> Result<Bytes, DecodeError> {
        Ok(Bytes::from(encode(message)))
    }
}

impl<T: Wire + 'static> HasEncodedLen<T> for EngineCodec {
    fn encoded_len(&self, message: &T) -> Result<usize, DecodeError> {
        Ok(encode(message).len())
    }
}

impl Wire for SignedConsensus {
    fn put(&self, w: &mut Writer) {
        match self {
            Self::Vote(vote) => {
                w.u8(0);
                vote.put(w);
            }
            Self::Proposal(proposal) => {
                w.u8(1);
                proposal.put(w);
            }
        }
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8("the message's kind")? {
            0 => Wire::get(r).map(Self::Vote),
            1 => Wire::get(r).map(Self::Proposal),
            _ => Err(DecodeError::Invalid("the message's kind")),
        }
    }
}

impl Wire for Liveness {
    fn put(&self, w: &mut Writer) {
        match self {
            Self::Vote(vote) => {
                w.u8(0);
                vote.put(w);
            }
            Self::PolkaCertificate(polka) => {
                w.u8(1);
                polka.put(w);
            }
            Self::SkipRoundCertificate(round) => {
                w.u8(2);
                round.put(w);
            }
        }
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8("the message's kind")? {
            0 => Wire::get(r).map(Self::Vote),
            1 => PolkaCertificate::get(r).map(Self::PolkaCertificate),
            2 => Wire::get(r).map(Self::SkipRoundCertificate),
            _ => Err(DecodeError::Invalid("the message's kind")),
        }
    }
}

/// Longest name of a stream.
const MAX_STREAM_ID: usize = 64;

impl Wire for Stream {
    fn put(&self, w: &mut Writer) {
        w.bytes(&self.stream_id.to_bytes()).u64(self.sequence);
        match &self.content {
            StreamContent::Data(part) => {
                w.u8(0);
                part.put(w);
            }
            StreamContent::Fin => {
                w.u8(1);
            }
        }
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let id = r.bytes(MAX_STREAM_ID, "the stream's name")?;
        let id = StreamId::new(Bytes::copy_from_slice(id));
        let sequence = r.u64("the message's number")?;
        let content = match r.u8("the message's kind")? {
            0 => StreamContent::Data(Part::get(r)?),
            1 => StreamContent::Fin,
            _ => return Err(DecodeError::Invalid("the message's kind")),
        };
        Ok(Self::new(id, sequence, content))
    }
}

impl Wire for Proposed {
    fn put(&self, w: &mut Writer) {
        w.value(&self.height);
        round::put(w, self.round);
        round::put(w, self.valid_round);
        w.value(&self.proposer)
            .value(&self.value.id())
            .flag(self.validity.is_valid());
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: r.value()?,
            round: round::get(r)?,
            valid_round: round::get_any(r)?,
            proposer: r.value()?,
            value: Value::new(r.value()?),
            validity: Validity::from_bool(r.flag("the verdict")?),
        })
    }
}

// The engine asks for these four by name; the blanket implementation serves them.
const _: () = {
    const fn serves<T: Wire + 'static>() {}
    serves::<Part>();
    serves::<ValidatorProof<Consortium>>();
    serves::<PolkaCertificate<Consortium>>();
    serves::<Proposed>();
};
