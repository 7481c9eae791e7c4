//! The RFC 6962 tree over ledger entries: SHA-256, leaves prefixed with 0x00, inner nodes with 0x01.
//!
//! The tree is appended to by its [`Frontier`], which keeps one hash per complete subtree on the right edge. Proofs are
//! made from any [`NodeReader`] and checked with nothing but a [`TreeHead`].

mod proof;

pub use proof::{prove_consistency, prove_inclusion, root, verify_consistency, verify_inclusion};

use sha2::{Digest, Sha256};

/// A hash of the log's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogHash([u8; 32]);

impl LogHash {
    /// From its 32 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Root of the tree without entries (RFC 6962, 2.1).
    #[must_use]
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Hash of an entry.
    #[must_use]
    pub fn leaf(entry: &[u8]) -> Self {
        let hash = Sha256::new_with_prefix([0]).chain_update(entry);
        Self(hash.finalize().into())
    }

    /// Hash of an inner node.
    #[must_use]
    pub fn node(left: Self, right: Self) -> Self {
        let mut bytes = [1; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(bytes).into())
    }
}

/// Number of an entry in the log, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryIndex(u64);

impl EntryIndex {
    /// Entry number `index`.
    #[must_use]
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Size and root of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    size: u64,
    root: LogHash,
}

impl TreeHead {
    /// A tree of `size` entries with this root.
    #[must_use]
    pub const fn new(size: u64, root: LogHash) -> Self {
        Self { size, root }
    }

    /// Number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Root hash.
    #[must_use]
    pub const fn root(&self) -> LogHash {
        self.root
    }
}

/// A complete subtree: `2^level` entries from entry `index * 2^level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    level: u8,
    index: u64,
}

impl NodeId {
    /// Node `index` of `level`; level 0 holds the entries.
    #[must_use]
    pub const fn new(level: u8, index: u64) -> Self {
        Self { level, index }
    }

    /// Its level.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// Its place in the level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }
}

/// Why a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry is outside the tree, or the older tree is the larger one.
    #[error("outside the tree")]
    Range,
    /// Too few or too many hashes.
    #[error("wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("leads to another root")]
    Root,
}

/// Where hashes of complete subtrees come from.
pub trait NodeReader {
    /// Why a hash could not be had. A range outside the tree is reported as one, too.
    type Error: From<ProofError>;
    /// Hash of a complete subtree that lies wholly inside the tree.
    fn node(&self, node: NodeId) -> Result<LogHash, Self::Error>;
}

/// The right edge of the tree: the hash of each complete subtree that has no complete parent, largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<LogHash>,
}

impl Frontier {
    /// The empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// Number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of its complete subtrees, largest first: one for each bit of the size.
    #[must_use]
    pub fn peaks(&self) -> &[LogHash] {
        &self.peaks
    }

    /// Adds the hash of an entry.
    pub fn push(&mut self, leaf: LogHash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            match self.peaks.pop() {
                Some(left) => hash = LogHash::node(left, hash),
                None => break,
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// Adds a complete subtree of `2^level` entries.
    ///
    /// # Errors
    /// [`ProofError::Range`] if one that large cannot follow here.
    pub fn push_subtree(&mut self, level: u8, hash: LogHash) -> Result<(), ProofError> {
        let level = u32::from(level);
        let count = 1u64.checked_shl(level).ok_or(ProofError::Range)?;
        let size = self.size.checked_add(count).ok_or(ProofError::Range)?;
        if !self.size.is_multiple_of(count) {
            return Err(ProofError::Range);
        }
        let mut hash = hash;
        for _ in 0..(self.size >> level).trailing_ones() {
            let left = self.peaks.pop().ok_or(ProofError::Range)?;
            hash = LogHash::node(left, hash);
        }
        self.peaks.push(hash);
        self.size = size;
        Ok(())
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        let folded = self.peaks.iter().rev().copied();
        let root = folded.reduce(|right, left| LogHash::node(left, right));
        TreeHead::new(self.size, root.unwrap_or_else(LogHash::empty))
    }
}

#[cfg(test)]
pub(in crate::log) mod tests;
