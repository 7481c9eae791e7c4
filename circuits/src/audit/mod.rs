//! Constraint mutation testing (Groth16 circuits fail silently: a missing row breaks nothing that
//! an honest prover would notice).
//!
//! Four questions are asked of each circuit. Does every column occur in a row? Do the declared
//! inputs determine every other column (a Jacobian of full rank)? What guards each row that the
//! Jacobian finds redundant: booleanity, ranges, sums, equalities? For the last one each label
//! must have a [`Forger`]: a dishonest prover that the circuit refuses, whose every broken row
//! bears that label, so that without the label's rows it would be believed.

mod forge;
mod held;
mod overrides;
mod rank;
mod relation;
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub(crate) use forge::{
    Answer, Forge, Forger, Lie, check_every_label_has_a_forger, check_the_forgery_end_to_end,
};
pub(crate) use held::{Held, Holds, note_forgers};
pub(crate) use overrides::Overrides;
pub(crate) use rank::check_inputs_determine_the_witness;
pub(crate) use relation::{
    Tamper, Vary, check_relation_and_circuit_agree, check_tampers_break_their_clause, other,
};

/// Few by default, all of them in the nightly run.
pub(crate) fn rounds(default: usize, nightly: usize) -> usize {
    if std::env::var_os("LUYIN_NIGHTLY").is_some() {
        nightly
    } else {
        default
    }
}
