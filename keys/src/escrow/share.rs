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
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::{OsRng, StdRng};

    use super::*;

    fn dealing(rh: u64) -> Dealing {
        make_shares(&RevocationHandle::from_value(Fr::from(rh)), &mut OsRng)
    }

    fn pick(dealing: &Dealing, numbers: &[usize]) -> Vec<Share> {
        numbers
            .iter()
            .map(|n| dealing.shares[n - 1].clone())
            .collect()
    }

    #[test]
    fn every_three_of_five_give_the_handle() {
        let d = dealing(77);
        for a in 1..=5 {
            for b in 1..=5 {
                for c in 1..=5 {
                    if a != b && b != c && a != c {
                        let rh = reconstruct(&pick(&d, &[a, b, c]), &d.commitments).unwrap();
                        assert_eq!(*rh, Fr::from(77_u64));
                    }
                }
            }
        }
        let all = reconstruct(&d.shares, &d.commitments).unwrap();
        assert_eq!(*all, Fr::from(77_u64));
    }

    #[test]
    fn two_shares_are_too_few_and_fit_every_handle() {
        let d = dealing(77);
        assert_eq!(
            reconstruct(&pick(&d, &[2, 5]), &d.commitments),
            Err(EscrowError::TooFew(2))
        );
        assert_eq!(
            reconstruct(&[], &d.commitments),
            Err(EscrowError::TooFew(0))
        );
        // For any handle there is a share of trustee 1 that the two shares agree with: they say nothing.
        let two = pick(&d, &[2, 5]);
        for guess in [0_u64, 1, 77, 1 << 40] {
            let zero = Fr::from(guess);
            let third = Share {
                index: indexes()[0],
                // Solves interpolate([1, 2, 5], 0) = guess for the value at 1.
                value: {
                    let with_zero = [
                        Share {
                            index: indexes()[0],
                            value: Fr::zero(),
                            salt: Fr::zero(),
                        },
                        two[0].clone(),
                        two[1].clone(),
                    ];
                    let with_one = [
                        Share {
                            index: indexes()[0],
                            value: Fr::one(),
                            salt: Fr::zero(),
                        },
                        two[0].clone(),
                        two[1].clone(),
                    ];
                    let base = *interpolate(&with_zero, Fr::zero());
                    let slope = *interpolate(&with_one, Fr::zero()) - base;
                    (zero - base) / slope
                },
                salt: Fr::zero(),
            };
            let three = [third, two[0].clone(), two[1].clone()];
            assert_eq!(*interpolate(&three, Fr::zero()), zero);
        }
    }

    #[test]
    fn a_false_share_names_its_trustee() {
        let d = dealing(5);
        for liar in 1..=5_usize {
            let mut value = d.shares.clone().to_vec();
            value[liar - 1].value += Fr::one();
            let mut salt = d.shares.clone().to_vec();
            salt[liar - 1].salt += Fr::one();
            for shares in [value, salt] {
                assert_eq!(
                    reconstruct(&shares, &d.commitments),
                    Err(EscrowError::FalseShare(indexes()[liar - 1]))
                );
            }
        }
    }

    #[test]
    fn a_share_under_another_number_or_given_twice_is_refused() {
        let d = dealing(5);
        let mut renamed = pick(&d, &[1, 2, 3]);
        renamed[2].index = indexes()[3];
        assert_eq!(
            reconstruct(&renamed, &d.commitments),
            Err(EscrowError::FalseShare(indexes()[3]))
        );
        assert_eq!(
            reconstruct(&pick(&d, &[1, 2, 2]), &d.commitments),
            Err(EscrowError::Repeated(indexes()[1]))
        );
    }

    #[test]
    fn a_fourth_share_off_the_polynomial_is_found_though_it_opens_its_commitment() {
        let mut d = dealing(5);
        d.shares[3].value += Fr::one();
        d.commitments[3] = d.shares[3].commitment();
        assert_eq!(
            reconstruct(&pick(&d, &[1, 2, 3, 4]), &d.commitments),
            Err(EscrowError::OffPolynomial(indexes()[3]))
        );
    }

    #[test]
    fn the_coefficients_are_those_of_the_statement() {
        let d = dealing(9);
        let [a1, a2] = *d.coefficients;
        for share in &d.shares {
            let i = Fr::from(share.index.get());
            assert_eq!(share.value, Fr::from(9_u64) + a1 * i + a2 * i * i);
        }
    }

    #[test]
    fn share_bytes_are_canonical() {
        let share = dealing(5).shares[4].clone();
        let bytes = share.to_bytes();
        assert_eq!(Share::from_bytes(bytes.as_ref()).unwrap(), share);
        for end in 0..Share::LEN {
            assert!(Share::from_bytes(&bytes[..end]).is_err());
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Share::from_bytes(&longer), Err(DecodeError::Trailing(1)));
        for index in [0, 6, 255] {
            let mut bad = *bytes;
            bad[0] = index;
            assert!(Share::from_bytes(&bad).is_err());
        }
        for range in [1..33, 33..65] {
            let mut bad = *bytes;
            bad[range].fill(0xFF);
            assert!(Share::from_bytes(&bad).is_err());
        }
    }

    #[test]
    fn debugging_shares_prints_no_value() {
        let d = dealing(5);
        let value = d.shares[0].value.to_string();
        let text = format!("{d:?} {:?}", d.shares);
        assert!(!text.contains(&value) && text.contains("Share(1, ..)"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn any_handle_survives_dealing(seed in any::<u64>(), skip in 0_usize..5, skip2 in 0_usize..5) {
            let mut rng = StdRng::seed_from_u64(seed);
            let rh = Fr::rand(&mut rng);
            let d = make_shares(&RevocationHandle::from_value(rh), &mut rng);
            let shares: Vec<_> = d.shares.iter().enumerate()
                .filter(|(i, _)| *i != skip && *i != skip2).map(|(_, s)| s.clone()).collect();
            prop_assert_eq!(*reconstruct(&shares, &d.commitments).unwrap(), rh);
        }
    }
}
