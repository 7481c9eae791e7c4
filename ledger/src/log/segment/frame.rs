//! The bytes of a segment: one header, then frames. Clauses 8.2 and 8.3 of docs/protocol/08-log-and-tiles.md.

use luyin_protocol::signature::NetworkId;
use sha2::{Digest, Sha256};

/// Bytes before the first frame.
pub const HEADER_LENGTH: usize = 88;
/// Bytes of a frame before its payload.
pub const HEAD_LENGTH: usize = 56;
/// Largest payload in bytes.
pub const MAX_PAYLOAD: usize = 64 << 20;

const MAGIC: &[u8; 8] = b"LUYINSEG";
const VERSION: u16 = 1;

/// SHA-256 chain over all records up to and including one; it binds their content and their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain([u8; 32]);

impl Chain {
    /// From its 32 bytes, as [`Chain::as_bytes`] gave them.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The chain before the first record of a network's log.
    #[must_use]
    pub fn genesis(network: &NetworkId) -> Self {
        let hash = Sha256::new_with_prefix(b"luyin segment chain v1\0");
        Self(hash.chain_update(network.as_bytes()).finalize().into())
    }

    pub(super) fn next(&self, head: &HeadFields, payload: &[u8]) -> Self {
        let hash = Sha256::new_with_prefix(self.0)
            .chain_update(head.to_bytes())
            .chain_update(payload);
        Self(hash.finalize().into())
    }
}

/// What is wrong with the bytes at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Fewer bytes than the header, or than the frame says.
    #[error("cut short")]
    Short,
    /// The header is not one of this format.
    #[error("not a segment header")]
    Magic,
    /// The length is zero or above the limit.
    #[error("impossible length")]
    Length,
    /// The record is another than the expected one.
    #[error("wrong sequence number")]
    Sequence,
    /// The checksum does not match.
    #[error("wrong checksum")]
    Checksum,
    /// The record does not follow the one before it.
    #[error("broken chain")]
    Chain,
    /// The segment belongs to another network.
    #[error("another network")]
    Network,
    /// The format version is unknown.
    #[error("unknown version")]
    Version,
}

/// Header of a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub network: NetworkId,
    /// Sequence number of the first record.
    pub first: u64,
    /// Chain before the first record.
    pub previous: Chain,
}

impl Header {
    pub fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_LENGTH);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_be_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(self.network.as_bytes());
        out.extend_from_slice(&self.first.to_be_bytes());
        out.extend_from_slice(&self.previous.0);
        let crc = crc32c::crc32c(&out);
        out.extend_from_slice(&crc.to_be_bytes());
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Flaw> {
        let mut rest = Rest(bytes);
        if rest.0.len() < HEADER_LENGTH {
            return Err(Flaw::Short);
        }
        let covered = bytes.get(..HEADER_LENGTH - 4).ok_or(Flaw::Short)?;
        let magic: [u8; 8] = rest.take()?;
        let version = u16::from_be_bytes(rest.take()?);
        let zero: [u8; 2] = rest.take()?;
        let network = NetworkId::from_bytes(rest.take()?);
        let first = u64::from_be_bytes(rest.take()?);
        let previous = Chain(rest.take()?);
        if crc32c::crc32c(covered) != u32::from_be_bytes(rest.take()?) {
            return Err(Flaw::Checksum);
        }
        if &magic != MAGIC {
            return Err(Flaw::Magic);
        }
        if version != VERSION || zero != [0; 2] {
            return Err(Flaw::Version);
        }
        Ok(Self {
            network,
            first,
            previous,
        })
    }
}

/// The fields of a frame that its chain covers besides the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadFields {
    /// Payload length in bytes.
    pub length: u32,
    /// Number of this record, from 0.
    pub sequence: u64,
    /// How many records were durable before this one's batch was written.
    pub settled: u64,
}

impl HeadFields {
    fn to_bytes(self) -> [u8; 20] {
        let mut out = [0; 20];
        out[..4].copy_from_slice(&self.length.to_be_bytes());
        out[4..12].copy_from_slice(&self.sequence.to_be_bytes());
        out[12..].copy_from_slice(&self.settled.to_be_bytes());
        out
    }
}

/// Head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub fields: HeadFields,
    pub crc: u32,
    pub chain: Chain,
}

impl Head {
    /// The head of `payload` after `previous`.
    pub fn seal(fields: HeadFields, previous: &Chain, payload: &[u8]) -> Self {
        let chain = previous.next(&fields, payload);
        let crc = checksum(&fields, &chain, payload);
        Self { fields, crc, chain }
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.fields.to_bytes());
        out.extend_from_slice(&self.crc.to_be_bytes());
        out.extend_from_slice(&self.chain.0);
    }

    /// Reads the head alone; only its length is judged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Flaw> {
        let mut rest = Rest(bytes);
        let length = u32::from_be_bytes(rest.take()?);
        let sequence = u64::from_be_bytes(rest.take()?);
        let settled = u64::from_be_bytes(rest.take()?);
        let crc = u32::from_be_bytes(rest.take()?);
        let chain = Chain(rest.take()?);
        if length == 0 || self::length(length) > MAX_PAYLOAD {
            return Err(Flaw::Length);
        }
        let fields = HeadFields {
            length,
            sequence,
            settled,
        };
        Ok(Self { fields, crc, chain })
    }

    /// Payload length in bytes.
    pub fn payload_length(&self) -> usize {
        length(self.fields.length)
    }

    /// Whether head and payload belong together.
    pub fn is_whole(&self, payload: &[u8]) -> bool {
        self.crc == checksum(&self.fields, &self.chain, payload)
    }

    /// Whether this is record `sequence` and follows `previous`.
    pub fn check(&self, sequence: u64, previous: &Chain, payload: &[u8]) -> Result<(), Flaw> {
        if !self.is_whole(payload) {
            return Err(Flaw::Checksum);
        }
        if self.fields.sequence != sequence || self.fields.settled > sequence {
            return Err(Flaw::Sequence);
        }
        if previous.next(&self.fields, payload) != self.chain {
            return Err(Flaw::Chain);
        }
        Ok(())
    }
}

fn length(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

fn checksum(fields: &HeadFields, chain: &Chain, payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&fields.to_bytes());
    let crc = crc32c::crc32c_append(crc, &chain.0);
    crc32c::crc32c_append(crc, payload)
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Flaw::Short)?;
        self.0 = rest;
        Ok(*head)
    }
}
