//! Shamir sharing of `rh`, 3 of 5, over the scalar field of BN254.
//!
//! `s_i = rh + a1 * i + a2 * i^2` for i = 1..5, committed as `c_i = H_Share(i, s_i, salt_i)`. That the
//! committed shares lie on one such polynomial is part of the enrol statement, so a wallet cannot escrow
//! something else; a trustee that hands over another share does not open its `c_i` and is named.

use std::fmt;

use ark_bn254::Fr;
use ark_ff::{Field, One, UniformRand, Zero};
use luyin_protocol::codec::{DecodeError, Reader};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::{ShareCommitment, from_bytes, to_bytes};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::network::TRUSTEES;
use luyin_protocol::note::RevocationHandle;
use luyin_protocol::signature::{NetworkId, SealPublicKey, Sha256Hash};
use rand::{CryptoRng, RngCore};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::seal_key::{SealKeyError, seal_to};

/// How many of the five trustees can act.
pub const THRESHOLD: usize = 3;

const SHARE_INFO: &[u8] = b"luyin/v1/escrow-share";

/// Why shares were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EscrowError {
    /// Fewer than [`THRESHOLD`] different trustees.
    #[error("{0} shares are fewer than the three needed")]
    TooFew(usize),
    /// Two shares of one trustee.
    #[error("two shares of trustee {0}")]
    Repeated(TrusteeIndex),
    /// The share does not open the trustee's commitment.
    #[error("the share of trustee {0} is false")]
    FalseShare(TrusteeIndex),
    /// The share opens its commitment, but lies on another polynomial than the first three: the enrolment itself
    /// was false, which its proof should have excluded.
    #[error("the share of trustee {0} lies on another polynomial")]
    OffPolynomial(TrusteeIndex),
}

/// The trustee's element of an array that holds one for each.
pub(super) fn of<T>(trustee: TrusteeIndex, all: &[T; TRUSTEES]) -> &T {
    let [a, b, c, d, e] = all;
    match trustee.get() {
        1 => a,
        2 => b,
        3 => c,
        4 => d,
        _ => e,
    }
}

fn point(trustee: TrusteeIndex) -> Fr {
    Fr::from(trustee.get())
}

/// One trustee's share and the salt of its commitment. Erased when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Share {
    #[zeroize(skip)]
    index: TrusteeIndex,
    value: Fr,
    salt: Fr,
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Share({}, ..)", self.index)
    }
}

impl Share {
    /// Length of the canonical bytes.
    pub const LEN: usize = 1 + 32 + 32;

    /// Whose share it is.
    pub fn index(&self) -> TrusteeIndex {
        self.index
    }

    /// The share's value, a private input of the enrol statement.
    pub fn expose_value(&self) -> Fr {
        self.value
    }

    /// The salt, a private input of the enrol statement.
    pub fn expose_salt(&self) -> Fr {
        self.salt
    }

    /// `c_i = H_Share(i, s_i, salt_i)`.
    pub fn commitment(&self) -> ShareCommitment {
        let inputs = Zeroizing::new([point(self.index), self.value, self.salt]);
        ShareCommitment::from_value(hash(Tag::Share, inputs.as_ref()))
    }

    /// Index, value and salt: 1 + 32 + 32 bytes.
    pub fn to_bytes(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut out = Zeroizing::new([0; Self::LEN]);
        let value = Zeroizing::new(to_bytes(&self.value));
        let salt = Zeroizing::new(to_bytes(&self.salt));
        out.iter_mut()
            .zip(
                [self.index.get()]
                    .iter()
                    .chain(value.iter())
                    .chain(salt.iter()),
            )
            .for_each(|(to, from)| *to = *from);
        out
    }

    /// Reads the canonical bytes; a number outside 1 to 5 and a field element of `p` or above are refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let share = Self {
            index: reader.value()?,
            value: from_bytes(&reader.array("share value")?)?,
            salt: from_bytes(&reader.array("share salt")?)?,
        };
        match reader.remaining() {
            0 => Ok(share),
            n => Err(DecodeError::Trailing(n)),
        }
    }
}

/// What dealing makes: the private inputs of the enrol statement and its public commitments.
#[derive(Clone)]
pub struct Dealing {
    /// `a1` and `a2`.
    pub coefficients: Zeroizing<[Fr; 2]>,
    /// The shares, by trustee.
    pub shares: [Share; TRUSTEES],
    /// `c_1` to `c_5`.
    pub commitments: [ShareCommitment; TRUSTEES],
}

impl fmt::Debug for Dealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dealing({:?}, ..)", self.commitments)
    }
}

/// The five numbers, ascending.
fn indexes() -> [TrusteeIndex; TRUSTEES] {
    let mut all = TrusteeIndex::all();
    std::array::from_fn(|_| all.next().expect("there are five trustees"))
}

/// Deals a revocation handle to the five trustees.
pub fn make_shares(rh: &RevocationHandle, rng: &mut (impl RngCore + CryptoRng)) -> Dealing {
    let coefficients = Zeroizing::new([Fr::rand(rng), Fr::rand(rng)]);
    let [a1, a2] = *coefficients;
    let shares = indexes().map(|index| {
        let i = point(index);
        Share {
            index,
            value: rh.expose() + a1 * i + a2 * i.square(),
            salt: Fr::rand(rng),
        }
    });
    let commitments = std::array::from_fn(|i| shares[i].commitment());
    Dealing {
        coefficients,
        shares,
        commitments,
    }
}

/// Puts the handle together from at least three different trustees' shares.
///
/// Every share given is checked, the ones beyond three as well.
pub fn reconstruct(
    shares: &[Share],
    commitments: &[ShareCommitment; TRUSTEES],
) -> Result<Zeroizing<Fr>, EscrowError> {
    let mut seen: Vec<TrusteeIndex> = Vec::with_capacity(TRUSTEES);
    for share in shares {
        if seen.contains(&share.index) {
            return Err(EscrowError::Repeated(share.index));
        }
        if share.commitment() != *of(share.index, commitments) {
            return Err(EscrowError::FalseShare(share.index));
        }
        seen.push(share.index);
    }
    let (basis, more) = shares
        .split_at_checked(THRESHOLD)
        .ok_or(EscrowError::TooFew(shares.len()))?;
    for share in more {
        if *interpolate(basis, point(share.index)) != share.value {
            return Err(EscrowError::OffPolynomial(share.index));
        }
    }
    Ok(interpolate(basis, Fr::zero()))
}

/// The value at `at` of the polynomial through the points (Lagrange). The indexes are distinct and small, so no
/// difference is zero.
fn interpolate(points: &[Share], at: Fr) -> Zeroizing<Fr> {
    let mut sum = Zeroizing::new(Fr::zero());
    for p in points {
        let mut numerator = Fr::one();
        let mut denominator = Fr::one();
        for q in points.iter().filter(|q| q.index != p.index) {
            numerator *= at - point(q.index);
            denominator *= point(p.index) - point(q.index);
        }
        let weight = numerator * denominator.inverse().unwrap_or_default();
        *sum += p.value * weight;
    }
    sum
}

/// Seals a share to its trustee, bound to the ledger and to the enrolment (hash of the Enrol's public inputs).
pub fn seal_share(
    network: &NetworkId,
    enrol: &Sha256Hash,
    share: &Share,
    trustee: &SealPublicKey,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, SealKeyError> {
    let aad = share_aad(network, enrol, share.index);
    seal_to(trustee, SHARE_INFO, &aad, share.to_bytes().as_ref(), rng)
}

pub(super) fn share_info() -> &'static [u8] {
    SHARE_INFO
}

pub(super) fn share_aad(network: &NetworkId, enrol: &Sha256Hash, index: TrusteeIndex) -> Vec<u8> {
    [
        &network.as_bytes()[..],
        &enrol.as_bytes()[..],
        &[index.get()],
    ]
    .concat()
}

#[cfg(test)]
#[path = "share_tests.rs"]
mod tests;
