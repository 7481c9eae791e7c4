use super::bits;
use crate::curve::Fr;
use crate::r1cs::{Bit, Num, System};
use ark_ff::Field;

fn power_of_two(n: usize) -> Num {
    Num::constant(Fr::from(2u64).pow([n as u64]))
}

/// Whether `x >= y`, for two numbers that other constraints hold below `2^n`.
pub fn at_least(cs: &mut System, x: &Num, y: &Num, n: usize) -> Bit {
    let shifted = &(x - y) + &power_of_two(n);
    top(bits(cs, &shifted, n + 1))
}

/// Demands `gap >= 0` for the difference of two numbers below `2^n`, and tells whether it is
/// positive.
///
/// `gap - 1 + 2^n` has `n + 1` bits, and its top bit is the answer; where that is no, `gap` is
/// zero.
pub fn later(cs: &mut System, gap: &Num, n: usize) -> Bit {
    let shifted = &(gap - &Num::small(1)) + &power_of_two(n);
    let later = top(bits(cs, &shifted, n + 1));
    cs.within("same", |cs| {
        cs.enforce(later.not().num(), gap, &Num::small(0));
    });
    later
}

/// The greater of two day statuses (0 to 3).
pub fn worse(cs: &mut System, x: &Num, y: &Num) -> Num {
    let y_is_worse = cs.within("order", |cs| at_least(cs, y, x, 2));
    cs.within("select", |cs| {
        let step = cs.mul(y_is_worse.num(), &(y - x));
        x + &step
    })
}

fn top(mut bits: Vec<Bit>) -> Bit {
    bits.pop().expect("a comparison has at least two bits")
}
