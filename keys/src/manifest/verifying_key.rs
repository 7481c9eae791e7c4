//! What a Groth16 verifying key must be before anything is verified with it.

use std::collections::BTreeSet;

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_groth16::VerifyingKey;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use luyin_protocol::signature::Sha256Hash;

/// Why a verifying key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VkError {
    /// The bytes are not the one encoding of a key.
    #[error("not a canonical encoding")]
    Encoding,
    /// The key is for another number of public inputs. arkworks itself would read missing ones as zero.
    #[error("made for {found} public inputs, the circuit has {expected}")]
    Inputs {
        /// Inputs of the circuit.
        expected: usize,
        /// Inputs of the key.
        found: usize,
    },
    /// Gamma equals delta: phase 2 was skipped, and anyone can forge proofs.
    #[error("gamma equals delta")]
    GammaIsDelta,
    /// An element is the identity, which makes part of the equation hold for everything, or a public input count for
    /// nothing.
    #[error("{0} is the identity")]
    Identity(&'static str),
    /// An element is not in its group.
    #[error("{0} is not in its group")]
    NotInGroup(&'static str),
}

/// Checks that a key has `expected_inputs` public inputs, that gamma is not delta, and that every element is in its
/// group and not the identity.
pub fn check_vk(vk: &VerifyingKey<Bn254>, expected_inputs: usize) -> Result<(), VkError> {
    if vk.gamma_abc_g1.len().checked_sub(1) != Some(expected_inputs) {
        return Err(VkError::Inputs {
            expected: expected_inputs,
            found: vk.gamma_abc_g1.len().saturating_sub(1),
        });
    }
    check_g1("alpha", &vk.alpha_g1)?;
    for (name, point) in [
        ("beta", &vk.beta_g2),
        ("gamma", &vk.gamma_g2),
        ("delta", &vk.delta_g2),
    ] {
        check_g2(name, point)?;
    }
    if vk.gamma_g2 == vk.delta_g2 {
        return Err(VkError::GammaIsDelta);
    }
    vk.gamma_abc_g1
        .iter()
        .try_for_each(|point| check_g1("gamma_abc", point))
}

fn check_g1(name: &'static str, point: &G1Affine) -> Result<(), VkError> {
    let in_group = point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve();
    check_point(name, point.is_zero(), in_group)
}

fn check_g2(name: &'static str, point: &G2Affine) -> Result<(), VkError> {
    let in_group = point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve();
    check_point(name, point.is_zero(), in_group)
}

fn check_point(name: &'static str, identity: bool, in_group: bool) -> Result<(), VkError> {
    match (identity, in_group) {
        (true, _) => Err(VkError::Identity(name)),
        (false, false) => Err(VkError::NotInGroup(name)),
        (false, true) => Ok(()),
    }
}

/// The compressed arkworks bytes of a key.
pub fn encode_vk(vk: &VerifyingKey<Bn254>) -> Result<Vec<u8>, VkError> {
    let mut out = Vec::new();
    vk.serialize_compressed(&mut out)
        .map_err(|_| VkError::Encoding)?;
    Ok(out)
}

/// Reads what [`encode_vk`] wrote, refuses every other encoding, and applies [`check_vk`].
pub fn decode_vk(bytes: &[u8], expected_inputs: usize) -> Result<VerifyingKey<Bn254>, VkError> {
    let vk = VerifyingKey::deserialize_compressed(bytes).map_err(|_| VkError::Encoding)?;
    // arkworks stops at the end of the key and accepts some points in two spellings.
    if encode_vk(&vk)? != bytes {
        return Err(VkError::Encoding);
    }
    check_vk(&vk, expected_inputs)?;
    Ok(vk)
}

/// Verifying keys that production may use, by the SHA-256 of their compressed bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VkAllowList(BTreeSet<Sha256Hash>);

impl VkAllowList {
    /// A list of exactly these keys.
    pub fn new(hashes: impl IntoIterator<Item = Sha256Hash>) -> Self {
        Self(hashes.into_iter().collect())
    }

    /// Whether a key of that hash may be used.
    pub fn allows(&self, hash: &Sha256Hash) -> bool {
        self.0.contains(hash)
    }
}
