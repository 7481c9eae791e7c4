//! The RFC 6962 tree over ledger entries: SHA-256, leaves prefixed with 0x00, inner nodes with 0x01.
//!
//! The tree is appended to by its [`Frontier`], which keeps one hash per complete subtree on the right edge. Proofs are
//! made from any [`NodeReader`] and checked with nothing but a [`TreeHead`].

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

/// Proof that entry `index` is in the tree of the first `size` entries: RFC 6962, 2.1.1.
///
/// # Errors
/// [`ProofError::Range`] if `index >= size`; those of the reader.
pub fn prove_inclusion<R: NodeReader>(
    reader: &R,
    size: u64,
    index: EntryIndex,
) -> Result<Vec<LogHash>, R::Error> {
    let index = index.get();
    if index >= size {
        return Err(ProofError::Range.into());
    }
    let (mut low, mut high) = (0, size);
    let mut proof = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            proof.push(range(reader, middle, high)?);
            high = middle;
        } else {
            proof.push(range(reader, low, middle)?);
            low = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proof that the tree of the first `old` entries is a prefix of that of the first `new`: RFC 6962, 2.1.2.
///
/// # Errors
/// [`ProofError::Range`] unless `old <= new`; those of the reader.
pub fn prove_consistency<R: NodeReader>(
    reader: &R,
    old: u64,
    new: u64,
) -> Result<Vec<LogHash>, R::Error> {
    if old > new {
        return Err(ProofError::Range.into());
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut low, mut high) = (0, new);
    let mut proof = Vec::new();
    while old != high {
        let middle = low + split(high - low);
        if old <= middle {
            proof.push(range(reader, middle, high)?);
            high = middle;
        } else {
            proof.push(range(reader, low, middle)?);
            low = middle;
        }
    }
    if low > 0 {
        proof.push(range(reader, low, high)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Root of the tree of the first `size` entries, from stored hashes.
///
/// # Errors
/// Those of the reader.
pub fn root<R: NodeReader>(reader: &R, size: u64) -> Result<LogHash, R::Error> {
    match size {
        0 => Ok(LogHash::empty()),
        _ => range(reader, 0, size),
    }
}

/// Largest power of two below `count`, for `count >= 2`.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Hash of entries `low..high`, a range that the recursion of RFC 6962 visits: `low` is a multiple of a power of two
/// that is at least `high - low`.
fn range<R: NodeReader>(reader: &R, low: u64, high: u64) -> Result<LogHash, R::Error> {
    let mut at = low;
    let mut lefts = Vec::new();
    loop {
        let level = (high - at).ilog2();
        // `ilog2` of a u64 is below 64.
        let node = NodeId::new(u8::try_from(level).unwrap_or(63), at >> level);
        let hash = reader.node(node)?;
        at += 1 << level;
        if at == high {
            let fold = |right, left| LogHash::node(left, right);
            return Ok(lefts.into_iter().rev().fold(hash, fold));
        }
        lefts.push(hash);
    }
}

/// Checks an inclusion proof (RFC 9162, 2.1.3.2).
///
/// # Errors
/// Says why it proves nothing.
pub fn verify_inclusion(
    head: &TreeHead,
    index: EntryIndex,
    leaf: LogHash,
    proof: &[LogHash],
) -> Result<(), ProofError> {
    if index.get() >= head.size {
        return Err(ProofError::Range);
    }
    let (mut node, mut last) = (index.get(), head.size - 1);
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node % 2 == 1 || node == last {
            hash = LogHash::node(*sibling, hash);
            // A node without right sibling has climbed until it is a right child.
            let climbed = if node % 2 == 0 {
                node.trailing_zeros()
            } else {
                0
            };
            node = node.checked_shr(climbed).unwrap_or(0);
            last = last.checked_shr(climbed).unwrap_or(0);
        } else {
            hash = LogHash::node(hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, hash == head.root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}

/// Checks a consistency proof (RFC 9162, 2.1.4.2).
///
/// # Errors
/// Says why it proves nothing.
pub fn verify_consistency(
    old: &TreeHead,
    new: &TreeHead,
    proof: &[LogHash],
) -> Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::Range);
    }
    if old.size == 0 || old.size == new.size {
        let same = old.size == new.size && old.root != new.root;
        let not_empty = old.size == 0 && old.root != LogHash::empty();
        return match (proof.is_empty(), same || not_empty) {
            (false, _) => Err(ProofError::Length),
            (true, true) => Err(ProofError::Root),
            (true, false) => Ok(()),
        };
    }
    let climbed = (old.size - 1).trailing_ones();
    let (mut node, mut last) = ((old.size - 1) >> climbed, (new.size - 1) >> climbed);
    // The old tree is one complete subtree: its root is where the proof starts.
    let (seed, rest) = match (old.size.is_power_of_two(), proof.split_first()) {
        (true, _) => (old.root, proof),
        (false, Some((first, rest))) => (*first, rest),
        (false, None) => return Err(ProofError::Length),
    };
    let (mut old_hash, mut new_hash) = (seed, seed);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node % 2 == 1 || node == last {
            old_hash = LogHash::node(*sibling, old_hash);
            new_hash = LogHash::node(*sibling, new_hash);
            let climbed = if node % 2 == 0 {
                node.trailing_zeros()
            } else {
                0
            };
            node = node.checked_shr(climbed).unwrap_or(0);
            last = last.checked_shr(climbed).unwrap_or(0);
        } else {
            new_hash = LogHash::node(new_hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if old_hash != old.root || new_hash != new.root {
        return Err(ProofError::Root);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
