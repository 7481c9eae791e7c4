use super::hash;
use crate::curve::Fr;
use crate::r1cs::{Num, System};
use ark_ff::{AdditiveGroup, Zero};
use luyin_protocol::hash::{Tag, hash as native_hash};

/// Children of an inner node.
pub const ARITY: usize = 4;

/// The way from a leaf to a root: at each of `LEVELS` levels the four children, from the leaf
/// upward. Where the leaf stands among them is not said (protocol 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<const LEVELS: usize>([[Fr; ARITY]; LEVELS]);

impl<const LEVELS: usize> Path<LEVELS> {
    /// From the children of each level.
    #[must_use]
    pub const fn new(children: [[Fr; ARITY]; LEVELS]) -> Self {
        Self(children)
    }

    /// The children of each level.
    #[must_use]
    pub const fn children(&self) -> &[[Fr; ARITY]; LEVELS] {
        &self.0
    }

    /// The root the leaf leads to; none where it, or what it leads to, is not among a level's
    /// children.
    #[must_use]
    pub fn root(&self, leaf: Fr) -> Option<Fr> {
        self.0.iter().try_fold(leaf, |current, children| {
            children
                .contains(&current)
                .then(|| native_hash(Tag::Tree, children))
        })
    }

    /// A path of nothing, for the shape of a circuit.
    #[must_use]
    pub const fn blank() -> Self {
        Self([[Fr::ZERO; ARITY]; LEVELS])
    }
}

/// The root that `leaf` leads to by the path (protocol 5.1).
pub fn membership<const LEVELS: usize>(cs: &mut System, leaf: &Num, path: &Path<LEVELS>) -> Num {
    let mut current = leaf.clone();
    for children in path.children() {
        let children = cs.within("child", |cs| children.map(|child| cs.witness(child)));
        cs.within("among", |cs| enforce_among(cs, &current, &children));
        let [k0, k1, k2, k3] = &children;
        current = cs.within("node", |cs| hash(cs, Tag::Tree, &[k0, k1, k2, k3]));
    }
    current
}

/// `(x - k0)(x - k1)(x - k2)(x - k3) = 0`.
fn enforce_among(cs: &mut System, x: &Num, children: &[Num; ARITY]) {
    let [d0, d1, d2, d3] = children.each_ref().map(|child| x - child);
    let first = cs.mul(&d0, &d1);
    let second = cs.mul(&first, &d2);
    cs.enforce(&second, &d3, &Num::constant(Fr::zero()));
}
