//! Poseidon with circomlib's parameters and one tag for every use (protocol clause 2.3).
//!
//! `H_tag(x1..xn)` is circomlib's `PoseidonEx` with state width `t = n + 1`, initial
//! `state[0] = tag`, and output `state[0]`. No two uses share a tag, so a value made for one use
//! can never be taken for another.

mod poseidon;
mod sparse;
mod tag;

pub use poseidon::{MAX_INPUTS, Parameters, parameters};
pub use sparse::{SparseRound, SparseRounds};
pub use tag::Tag;

use ark_bn254::Fr;
use std::sync::LazyLock;

/// Hashes 1 to [`MAX_INPUTS`] field elements under a tag.
///
/// The number of inputs of each tag is fixed by [`Tag::arity`]; a call with another number is a
/// fault of the program, not of its input, and panics.
#[must_use]
pub fn hash(tag: Tag, inputs: &[Fr]) -> Fr {
    assert_eq!(
        inputs.len(),
        tag.arity(),
        "wrong number of inputs for {tag:?}"
    );
    parameters(inputs.len()).permute_tagged(tag.value(), inputs)
}

/// The leaf of a position that holds nothing yet: a tagged constant that no commitment equals,
/// since commitments are made under other tags (protocol clause 2.4).
#[must_use]
pub fn empty_leaf() -> Fr {
    static EMPTY: LazyLock<Fr> = LazyLock::new(|| hash(Tag::EmptyLeaf, &[Fr::from(0u64)]));
    *EMPTY
}

#[cfg(test)]
mod tests;
