use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::signature::Sha256Hash;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The roots of the state before a block, so that the log alone lets anyone check every one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRoots {
    /// Digest of the note forest: SHA-256 of its tree roots and its size.
    pub notes: Sha256Hash,
    /// Digest of the live attestation roots.
    pub attestations: Sha256Hash,
}

/// Opens a block: its place, its time and the state it builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockHeader {
    /// Blocks count from 1; genesis is 0.
    pub height: u64,
    /// Block time: the only time the state machine knows.
    pub time: Timestamp,
    /// How many transactions follow.
    pub transactions: u32,
    /// The state before this block.
    pub before: StateRoots,
}

impl Canonical for BlockHeader {
    fn encode(&self, w: &mut Writer) {
        let Self {
            height,
            time,
            transactions,
            before,
        } = self;
        w.u64(*height)
            .value(time)
            .u32(*transactions)
            .value(&before.notes)
            .value(&before.attestations);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: r.u64("a height")?,
            time: r.value()?,
            transactions: r.u32("a count")?,
            before: StateRoots {
                notes: r.value()?,
                attestations: r.value()?,
            },
        })
    }
}
