use crate::r1cs::{Bit, Num, System};

/// Demands that `x` is the sum of `n` bits times powers of two, and returns them, the lowest
/// first. `n` is at most 253, so the sum cannot wrap around the field.
pub fn bits(cs: &mut System, x: &Num, n: usize) -> Vec<Bit> {
    assert!(n <= 253, "{n} bits wrap around the field");
    let bits = cs.within("bool", |cs| cs.low_bits(x.value(), n));
    cs.within("sum", |cs| cs.enforce_equal(&Num::packed(&bits), x));
    bits
}
