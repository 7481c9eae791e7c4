use super::CircomReduction;
use crate::curve::{Curve, G1Affine, G2Affine};
use crate::r1cs::{Matrices, Synthesis};
use crate::statement::{CircuitName, Statement, shape_of};
use ark_ec::AffineRepr;
use ark_groth16::{Groth16, ProvingKey, VerifyingKey};
use ark_relations::gr1cs::SynthesisError;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, SerializationError};
use rand::{CryptoRng, RngCore};
use std::marker::PhantomData;

/// Why a key cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Made for another circuit, or for another version of this one.
    #[error("the key does not fit the circuit {0}")]
    WrongCircuit(CircuitName),
    /// Not a key's bytes.
    #[error("not the bytes of a key")]
    Bytes(#[from] SerializationError),
    /// The circuit is too large for the field's roots of unity.
    #[error("no domain for the circuit")]
    Domain(#[from] SynthesisError),
}

/// Makes a proving key from a random source, without a ceremony: whoever sees the randomness can
/// prove anything. For development keys, which production mode refuses (protocol section 11).
pub fn setup<R: RngCore + CryptoRng>(
    matrices: &Matrices,
    rng: &mut R,
) -> Result<ProvingKey<Curve>, KeyError> {
    let circuit = Synthesis {
        matrices,
        assignment: None,
    };
    let key =
        Groth16::<Curve, CircomReduction>::generate_random_parameters_with_reduction(circuit, rng)?;
    Ok(key)
}

/// A proving key made ready: the circuit's matrices are at hand, and the `B` queries hold only
/// the columns that occur in that matrix, since points of G2 are dear.
pub struct ProverKey<S> {
    pub(super) matrices: Matrices,
    pub(super) key: ProvingKey<Curve>,
    pub(super) b_columns: Vec<usize>,
    pub(super) b_g1: Vec<G1Affine>,
    pub(super) b_g2: Vec<G2Affine>,
    statement: PhantomData<fn(S)>,
}

impl<S: Statement> ProverKey<S> {
    /// Takes a key, after checking that its sizes are the circuit's. Whether it came from the
    /// right ceremony is for the caller to know, by its hash.
    pub fn new(key: ProvingKey<Curve>) -> Result<Self, KeyError> {
        Self::for_matrices(shape_of::<S>().into_matrices(), key)
    }

    /// The same for a circuit other than the statement's own, as forgeries in tests need.
    pub(crate) fn for_matrices(
        matrices: Matrices,
        key: ProvingKey<Curve>,
    ) -> Result<Self, KeyError> {
        let columns = matrices.num_columns();
        let fits = key.vk.gamma_abc_g1.len() == matrices.num_inputs + 1
            && key.l_query.len() == matrices.num_witnesses
            && key.a_query.len() == columns
            && key.b_g1_query.len() == columns
            && key.b_g2_query.len() == columns
            && key.h_query.len() == matrices.domain_size();
        if !fits {
            return Err(KeyError::WrongCircuit(S::NAME));
        }
        let pairs = key.b_g1_query.iter().zip(&key.b_g2_query).enumerate();
        let used: Vec<_> = pairs
            .filter(|(_, (g1, g2))| !g1.is_zero() || !g2.is_zero())
            .collect();
        Ok(Self {
            b_columns: used.iter().map(|(column, _)| *column).collect(),
            b_g1: used.iter().map(|(_, (g1, _))| **g1).collect(),
            b_g2: used.iter().map(|(_, (_, g2))| **g2).collect(),
            matrices,
            key,
            statement: PhantomData,
        })
    }

    /// A development key from a random source; see [`setup`].
    pub fn development<R: RngCore + CryptoRng>(rng: &mut R) -> Result<Self, KeyError> {
        let matrices = shape_of::<S>().into_matrices();
        let key = setup(&matrices, rng)?;
        Self::for_matrices(matrices, key)
    }

    /// The bytes of the proving key: uncompressed, so that loading takes milliseconds.
    pub fn to_bytes(&self) -> Result<Vec<u8>, KeyError> {
        let mut bytes = Vec::with_capacity(self.key.uncompressed_size());
        self.key.serialize_uncompressed(&mut bytes)?;
        Ok(bytes)
    }

    /// Loads a key **without checking its points**: only for bytes whose hash the caller has just
    /// compared with the manifest's. A wrong key makes useless proofs and may leak the witness.
    pub fn from_hash_checked_bytes(mut bytes: &[u8]) -> Result<Self, KeyError> {
        let key = ProvingKey::deserialize_uncompressed_unchecked(&mut bytes)?;
        if !bytes.is_empty() {
            return Err(KeyError::Bytes(SerializationError::InvalidData));
        }
        Self::new(key)
    }

    /// The verifying key.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey<Curve> {
        &self.key.vk
    }

    /// The circuit.
    #[must_use]
    pub fn matrices(&self) -> &Matrices {
        &self.matrices
    }
}
