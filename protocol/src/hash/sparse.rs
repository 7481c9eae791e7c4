//! The partial rounds in their sparse form (Poseidon paper, appendix B): the same permutation with
//! `2t - 1` products a round in place of `t^2`.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

/// A partial round: constant and S-box on `state[0]`, then a matrix that is the identity but for
/// its first row and column.
#[derive(Clone, Debug)]
pub struct SparseRound {
    /// Added to `state[0]` before the S-box.
    pub constant: Fr,
    /// First row, `t` entries.
    pub row: Vec<Fr>,
    /// First column below the diagonal, `t - 1` entries.
    pub column: Vec<Fr>,
}

/// All partial rounds and what is left to do after them.
#[derive(Clone, Debug)]
pub struct SparseRounds {
    /// One a partial round.
    pub rounds: Vec<SparseRound>,
    /// `(t-1) x (t-1)`: applied to `state[1..]` after the last.
    pub tail: Vec<Vec<Fr>>,
    /// `t` entries: replace the constants of the full round that follows.
    pub next_constants: Vec<Fr>,
}

impl SparseRounds {
    /// Rewrites partial rounds with dense constants (`rounds x t`, then the following full
    /// round's) and the matrix (`t x t`, whose lower right block and its powers are invertible).
    ///
    /// What a round adds to `state[1..]` passes its S-box untouched, so it moves through the
    /// matrix into the next round's constants. A matrix `M` splits into `B S` with `B` acting on
    /// `state[1..]` alone; `B` passes the next S-box untouched and joins the next matrix.
    pub fn rewrite(dense: &[Vec<Fr>], following: &[Fr], matrix: &[Vec<Fr>]) -> Self {
        let t = matrix.len();
        let mut rounds = Vec::with_capacity(dense.len());
        let mut carried = vec![Fr::ZERO; t];
        let mut block = identity(t - 1);
        for constants in dense {
            let sum: Vec<Fr> = constants
                .iter()
                .zip(&carried)
                .map(|(a, b)| *a + b)
                .collect();
            let mut rest = sum.clone();
            rest[0] = Fr::ZERO;
            carried = apply(matrix, &rest);
            let joined = times_block(matrix, &block);
            let lower: Vec<Vec<Fr>> = joined[1..].iter().map(|r| r[1..].to_vec()).collect();
            let first: Vec<Fr> = joined[1..].iter().map(|r| r[0]).collect();
            let column = apply(&inverse(&lower), &first);
            rounds.push(SparseRound {
                constant: sum[0],
                row: joined[0].clone(),
                column,
            });
            block = lower;
        }
        let next_constants = following
            .iter()
            .zip(&carried)
            .map(|(a, b)| *a + b)
            .collect();
        Self {
            rounds,
            tail: block,
            next_constants,
        }
    }
}

fn identity(n: usize) -> Vec<Vec<Fr>> {
    (0..n)
        .map(|i| (0..n).map(|j| Fr::from(u64::from(i == j))).collect())
        .collect()
}

fn apply(matrix: &[Vec<Fr>], x: &[Fr]) -> Vec<Fr> {
    matrix
        .iter()
        .map(|row| row.iter().zip(x).map(|(m, v)| *m * v).sum())
        .collect()
}

/// `matrix * [[1, 0], [0, block]]`.
fn times_block(matrix: &[Vec<Fr>], block: &[Vec<Fr>]) -> Vec<Vec<Fr>> {
    let n = block.len();
    let entry = |row: &[Fr], j: usize| (0..n).map(|k| row[k + 1] * block[k][j]).sum::<Fr>();
    matrix
        .iter()
        .map(|row| {
            std::iter::once(row[0])
                .chain((0..n).map(|j| entry(row, j)))
                .collect()
        })
        .collect()
}

/// Gauss-Jordan. The blocks of an MDS matrix are invertible, so a zero pivot column is a fault of
/// the parameters and panics at start-up.
fn inverse(matrix: &[Vec<Fr>]) -> Vec<Vec<Fr>> {
    let n = matrix.len();
    let mut left: Vec<Vec<Fr>> = matrix.to_vec();
    let mut right = identity(n);
    for i in 0..n {
        let pivot = (i..n)
            .find(|r| left[*r][i] != Fr::ZERO)
            .expect("the block is invertible");
        left.swap(i, pivot);
        right.swap(i, pivot);
        let scale = left[i][i].inverse().expect("a pivot is not zero");
        left[i]
            .iter_mut()
            .chain(right[i].iter_mut())
            .for_each(|x| *x *= scale);
        for r in (0..n).filter(|r| *r != i) {
            let factor = left[r][i];
            for j in 0..n {
                let (a, b) = (left[i][j], right[i][j]);
                left[r][j] -= factor * a;
                right[r][j] -= factor * b;
            }
        }
    }
    right
}
