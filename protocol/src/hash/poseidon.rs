use ark_bn254::Fr;
use ark_crypto_primitives::sponge::poseidon::find_poseidon_ark_and_mds;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use std::sync::LazyLock;

/// The most inputs one call takes (`t = 6`).
pub const MAX_INPUTS: usize = 5;

/// Full rounds, half before and half after the partial ones.
const FULL_ROUNDS: usize = 8;
/// Partial rounds for `t = 2..=6` (circomlib's table).
const PARTIAL_ROUNDS: [usize; MAX_INPUTS] = [56, 57, 56, 60, 60];

/// Round constants and matrix of the permutation of one width.
///
/// Shapes: `constants` is `rounds x t`, `matrix` is `t x t`. Source: Poseidon (Grassi et al.,
/// 2021), constants by its Grain generator as circomlib has them.
pub struct Parameters {
    /// State width, inputs plus one.
    pub width: usize,
    /// Number of partial rounds.
    pub partial_rounds: usize,
    /// Round constants, one row a round.
    pub constants: Vec<Vec<Fr>>,
    /// The MDS matrix, row by row.
    pub matrix: Vec<Vec<Fr>>,
}

impl Parameters {
    fn generate(inputs: usize, partial_rounds: usize) -> Self {
        let (constants, matrix) = find_poseidon_ark_and_mds::<Fr>(
            u64::from(Fr::MODULUS_BIT_SIZE),
            inputs,
            FULL_ROUNDS as u64,
            partial_rounds as u64,
            0,
        );
        Self {
            width: inputs + 1,
            partial_rounds,
            constants,
            matrix,
        }
    }

    /// All rounds, full and partial.
    #[must_use]
    pub fn rounds(&self) -> usize {
        FULL_ROUNDS + self.partial_rounds
    }

    /// Whether a round applies the S-box to the whole state.
    #[must_use]
    pub fn is_full(&self, round: usize) -> bool {
        round < FULL_ROUNDS / 2 || round >= FULL_ROUNDS / 2 + self.partial_rounds
    }

    pub(super) fn permute_tagged(&self, tag: Fr, inputs: &[Fr]) -> Fr {
        let t = self.width;
        let mut state = [Fr::ZERO; MAX_INPUTS + 1];
        state[0] = tag;
        state[1..t].copy_from_slice(inputs);
        for round in 0..self.rounds() {
            for (x, c) in state[..t].iter_mut().zip(&self.constants[round]) {
                *x += c;
            }
            let boxes = if self.is_full(round) { t } else { 1 };
            for x in &mut state[..boxes] {
                *x = x.square().square() * *x;
            }
            let mut next = [Fr::ZERO; MAX_INPUTS + 1];
            let rows = if round + 1 == self.rounds() { 1 } else { t };
            for (out, row) in next[..rows].iter_mut().zip(&self.matrix) {
                *out = dot(row, &state[..t]);
            }
            state = next;
        }
        state[0]
    }
}

/// One reduction for the whole row: about a third cheaper than summing reduced products.
fn dot(row: &[Fr], state: &[Fr]) -> Fr {
    fn fixed<const T: usize>(row: &[Fr], state: &[Fr]) -> Option<Fr> {
        let (row, state): (&[Fr; T], &[Fr; T]) = (row.try_into().ok()?, state.try_into().ok()?);
        Some(Fr::sum_of_products(row, state))
    }
    fixed::<2>(row, state)
        .or_else(|| fixed::<3>(row, state))
        .or_else(|| fixed::<4>(row, state))
        .or_else(|| fixed::<5>(row, state))
        .or_else(|| fixed::<6>(row, state))
        .unwrap_or_else(|| row.iter().zip(state).map(|(m, x)| *m * x).sum())
}

/// The parameters for a number of inputs, made once a process.
///
/// Panics when `inputs` is not in `1..=MAX_INPUTS`: the tag table admits no other.
#[must_use]
pub fn parameters(inputs: usize) -> &'static Parameters {
    static TABLE: [LazyLock<Parameters>; MAX_INPUTS] = [
        LazyLock::new(|| Parameters::generate(1, PARTIAL_ROUNDS[0])),
        LazyLock::new(|| Parameters::generate(2, PARTIAL_ROUNDS[1])),
        LazyLock::new(|| Parameters::generate(3, PARTIAL_ROUNDS[2])),
        LazyLock::new(|| Parameters::generate(4, PARTIAL_ROUNDS[3])),
        LazyLock::new(|| Parameters::generate(5, PARTIAL_ROUNDS[4])),
    ];
    &TABLE[inputs - 1]
}
