use super::sparse::SparseRounds;
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
    /// The partial rounds in their sparse form.
    pub sparse: SparseRounds,
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
        Self::new(partial_rounds, constants, matrix)
    }

    pub(super) fn new(
        partial_rounds: usize,
        constants: Vec<Vec<Fr>>,
        matrix: Vec<Vec<Fr>>,
    ) -> Self {
        let (first, after) = (FULL_ROUNDS / 2, FULL_ROUNDS / 2 + partial_rounds);
        let sparse = SparseRounds::rewrite(&constants[first..after], &constants[after], &matrix);
        Self {
            width: matrix.len(),
            partial_rounds,
            constants,
            matrix,
            sparse,
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
        let mut buffer = [Fr::ZERO; MAX_INPUTS + 1];
        let state = &mut buffer[..t];
        state[0] = tag;
        state[1..].copy_from_slice(inputs);
        let half = FULL_ROUNDS / 2;
        for constants in &self.constants[..half] {
            self.full_round(state, constants, t);
        }
        self.partial_rounds(state);
        self.full_round(state, &self.sparse.next_constants, t);
        let last = self.rounds() - 1;
        for constants in &self.constants[half + self.partial_rounds + 1..last] {
            self.full_round(state, constants, t);
        }
        self.full_round(state, &self.constants[last], 1);
        state[0]
    }

    /// Constants, S-boxes, matrix; only the first `rows` of the result are computed.
    fn full_round(&self, state: &mut [Fr], constants: &[Fr], rows: usize) {
        for (x, c) in state.iter_mut().zip(constants) {
            *x += c;
            *x = fifth_power(*x);
        }
        let mut next = [Fr::ZERO; MAX_INPUTS + 1];
        for (out, row) in next[..rows].iter_mut().zip(&self.matrix) {
            *out = dot(row, state);
        }
        state[..rows].copy_from_slice(&next[..rows]);
    }

    fn partial_rounds(&self, state: &mut [Fr]) {
        for round in &self.sparse.rounds {
            state[0] = fifth_power(state[0] + round.constant);
            let first = dot(&round.row, state);
            let s0 = state[0];
            for (x, c) in state[1..].iter_mut().zip(&round.column) {
                *x += s0 * c;
            }
            state[0] = first;
        }
        let mut tail = [Fr::ZERO; MAX_INPUTS];
        for (out, row) in tail.iter_mut().zip(&self.sparse.tail) {
            *out = dot(row, &state[1..]);
        }
        let n = state.len() - 1;
        state[1..].copy_from_slice(&tail[..n]);
    }
}

fn fifth_power(x: Fr) -> Fr {
    x.square().square() * x
}

/// One reduction for the whole row: about a third cheaper than summing reduced products.
fn dot(row: &[Fr], state: &[Fr]) -> Fr {
    fn fixed<const T: usize>(row: &[Fr], state: &[Fr]) -> Option<Fr> {
        let (row, state): (&[Fr; T], &[Fr; T]) = (row.try_into().ok()?, state.try_into().ok()?);
        Some(Fr::sum_of_products(row, state))
    }
    fixed::<1>(row, state)
        .or_else(|| fixed::<2>(row, state))
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
