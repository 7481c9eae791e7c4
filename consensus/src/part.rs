//! A body on its way: pieces of bounded size and bounded number (clause 12.3).

use crate::context::Consortium;
use crate::round;
use crate::{Address, Height, ValueId};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::signature::Signature;
use malachitebft_core_types::{self as core, Round};

/// Bytes of a piece; all but a body's last piece have exactly as many.
pub const PART_SIZE: usize = 256 << 10;

/// Most pieces of a body: 64 MiB, more than any configuration allows.
pub const MAX_PARTS: u32 = 256;

/// One piece of a proposed body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// For which height it is proposed.
    pub height: Height,
    /// In which round.
    pub round: Round,
    /// By whom.
    pub proposer: Address,
    /// Digest of the whole body.
    pub value: ValueId,
    /// The proposer's seal on height, round and digest; the same in all pieces.
    pub seal: Signature,
    /// Which piece, from 0.
    pub index: u32,
    /// How many there are; never 0.
    pub total: u32,
    /// Its bytes, at most [`PART_SIZE`].
    pub bytes: bytes::Bytes,
}

impl core::ProposalPart<Consortium> for Part {
    fn is_first(&self) -> bool {
        self.index == 0
    }

    fn is_last(&self) -> bool {
        self.index.saturating_add(1) == self.total
    }
}

impl Part {
    /// Whether number and length fit each other: an empty body is one empty piece, and only a last piece may be short.
    fn is_well_formed(&self) -> bool {
        let last = self.index.saturating_add(1) == self.total;
        let length = self.bytes.len();
        self.index < self.total
            && self.total <= MAX_PARTS
            && length <= PART_SIZE
            && (last || length == PART_SIZE)
            && (length > 0 || self.total == 1)
    }
}

impl Canonical for Part {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.height);
        round::put(w, self.round);
        w.value(&self.proposer)
            .value(&self.value)
            .value(&self.seal)
            .u32(self.index)
            .u32(self.total)
            .u32(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX))
            .raw(&self.bytes);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (height, round) = (r.value()?, round::get(r)?);
        let (proposer, value, seal) = (r.value()?, r.value()?, r.value()?);
        let (index, total) = (r.u32("the piece's number")?, r.u32("the number of pieces")?);
        let bytes = crate::codec::long_bytes(r, PART_SIZE, "a piece")?;
        let part = Self {
            height,
            round,
            proposer,
            value,
            seal,
            index,
            total,
            bytes,
        };
        if part.is_well_formed() {
            Ok(part)
        } else {
            Err(DecodeError::Invalid("a piece of a body"))
        }
    }
}
