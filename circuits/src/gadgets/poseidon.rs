use crate::curve::Fr;
use crate::r1cs::{Num, System};
use ark_ff::Field;
use luyin_protocol::hash::{Parameters, Tag, parameters};

/// `H_tag(inputs)`, as `luyin_protocol::hash::hash` computes it natively.
///
/// Three rows an S-box and none for the linear layers. In the partial rounds the combinations
/// grow by one term a round, which costs a few milliseconds of proving; cutting them would cost
/// rows, which are dearer.
pub fn hash(cs: &mut System, tag: Tag, inputs: &[&Num]) -> Num {
    assert_eq!(
        inputs.len(),
        tag.arity(),
        "wrong number of inputs for {tag:?}"
    );
    let rounds = Rounds::of(parameters(inputs.len()));
    permute(cs, &rounds, tag.value(), inputs)
}

/// The rounds of one width as the standard writes them.
pub(super) struct Rounds<'a> {
    /// Added at the beginning of each round.
    pub(super) constants: &'a [Vec<Fr>],
    /// Applied at the end of each round.
    pub(super) matrix: &'a [Vec<Fr>],
    /// The rounds that apply the S-box to one element only.
    pub(super) partial: std::ops::Range<usize>,
}

impl<'a> Rounds<'a> {
    pub(super) fn of(parameters: &'a Parameters) -> Self {
        let full = (parameters.rounds() - parameters.partial_rounds) / 2;
        Self {
            constants: &parameters.constants,
            matrix: &parameters.matrix,
            partial: full..full + parameters.partial_rounds,
        }
    }
}

pub(super) fn permute(cs: &mut System, rounds: &Rounds<'_>, tag: Fr, inputs: &[&Num]) -> Num {
    let mut state = vec![Num::constant(tag)];
    state.extend(inputs.iter().map(|x| (*x).clone()));
    let last = rounds.constants.len() - 1;
    for (round, constants) in rounds.constants.iter().enumerate() {
        for (x, c) in state.iter_mut().zip(constants) {
            *x = &*x + &Num::constant(*c);
        }
        let is_partial = rounds.partial.contains(&round);
        let boxes = if is_partial { 1 } else { state.len() };
        for x in state.iter_mut().take(boxes) {
            *x = s_box(cs, x);
        }
        // Of the last state only the first element is the output.
        let rows = if round == last { 1 } else { state.len() };
        state = rounds
            .matrix
            .iter()
            .take(rows)
            .map(|row| Num::sum(row.iter().copied().zip(&state)))
            .collect();
    }
    state.swap_remove(0)
}

/// `x^5`. The long combination stands on the right of the last product, where it already stands
/// in the first: so `x^4` stays out of the matrix whose points are the dearest (those of G2).
fn s_box(cs: &mut System, x: &Num) -> Num {
    if x.is_constant() {
        return Num::constant(x.value().pow([5u64]));
    }
    let square = cs.mul(x, x);
    let fourth = cs.mul(&square, &square);
    cs.mul(&fourth, x)
}
