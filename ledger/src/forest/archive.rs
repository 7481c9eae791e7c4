//! Groups of the trees that are no longer among the newest 16, and the roots over them (clause 8.12).

use super::{Shape, WINDOW, Window, empty_root};
use ark_bn254::Fr;
use luyin_protocol::codec::Writer;
use luyin_protocol::field::TreeRoot;
use luyin_protocol::signature::Sha256Hash;

/// How many trees hold a number of leaves; a forest has one from the beginning.
#[must_use]
pub fn trees(shape: Shape, leaves: u64) -> u64 {
    leaves.div_ceil(shape.capacity()).max(1)
}

/// How many of so many trees, the oldest ones, are no longer among the newest 16.
#[must_use]
pub const fn archived(trees: u64) -> u64 {
    trees.saturating_sub(WINDOW as u64)
}

/// The trees of an archive group, each at its place, from the roots of the archived trees, oldest first; none where the
/// group holds no tree yet.
#[must_use]
pub fn archive_window(shape: Shape, archived: &[Fr], group: u64) -> Option<Window> {
    let first = usize::try_from(group).ok()?.checked_mul(WINDOW)?;
    let roots = archived.get(first..).filter(|roots| !roots.is_empty())?;
    let mut window = [empty_root(shape.depth()); WINDOW];
    for (slot, root) in window.iter_mut().zip(roots) {
        *slot = *root;
    }
    Some(window)
}

/// What a checkpoint binds the archived trees' roots by, oldest first (clause 7.8).
#[must_use]
pub fn archives_digest(archived: &[TreeRoot]) -> Sha256Hash {
    let mut w = Writer::default();
    w.raw(b"luyin/v1/archives\0");
    for root in archived {
        w.value(root);
    }
    Sha256Hash::of(&w.finish())
}
