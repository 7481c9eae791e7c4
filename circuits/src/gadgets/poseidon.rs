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
    permute(cs, parameters(inputs.len()), tag.value(), inputs)
}

pub(super) fn permute(cs: &mut System, parameters: &Parameters, tag: Fr, inputs: &[&Num]) -> Num {
    let mut state = vec![Num::constant(tag)];
    state.extend(inputs.iter().map(|x| (*x).clone()));
    for (round, constants) in parameters.constants.iter().enumerate() {
        for (x, c) in state.iter_mut().zip(constants) {
            *x = &*x + &Num::constant(*c);
        }
        let boxes = if parameters.is_full(round) {
            state.len()
        } else {
            1
        };
        for x in state.iter_mut().take(boxes) {
            *x = s_box(cs, x);
        }
        let last = round + 1 == parameters.rounds();
        let rows = parameters
            .matrix
            .iter()
            .take(if last { 1 } else { state.len() });
        state = rows
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
