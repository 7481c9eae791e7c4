//! Making proofs from stored hashes, and checking them.

use super::{EntryIndex, LogHash, NodeId, NodeReader, ProofError, TreeHead};

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
