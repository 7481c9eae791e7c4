use super::{Assignment, Matrices};
use crate::curve::Fr;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable,
};

/// Pours a circuit into arkworks' constraint system, for its key generation and its own checks.
pub struct Synthesis<'a> {
    /// The circuit.
    pub matrices: &'a Matrices,
    /// The values, which key generation does without.
    pub assignment: Option<&'a Assignment>,
}

impl Synthesis<'_> {
    fn value(&self, column: usize) -> Result<Fr, SynthesisError> {
        self.assignment
            .and_then(|a| a.values().get(column))
            .copied()
            .ok_or(SynthesisError::AssignmentMissing)
    }
}

impl ConstraintSynthesizer<Fr> for Synthesis<'_> {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let mut columns = vec![Variable::one()];
        for i in 0..self.matrices.num_inputs {
            columns.push(cs.new_input_variable(|| self.value(i + 1))?);
        }
        for i in 0..self.matrices.num_witnesses {
            columns.push(cs.new_witness_variable(|| self.value(self.matrices.num_inputs + 1 + i))?);
        }
        let combination = |row: &[(Fr, usize)]| {
            let terms = row
                .iter()
                .filter_map(|(k, column)| Some((*k, *columns.get(*column)?)));
            LinearCombination(terms.collect())
        };
        let rows = self.matrices.a.iter().zip(&self.matrices.b);
        for ((a, b), c) in rows.zip(&self.matrices.c) {
            cs.enforce_r1cs_constraint(|| combination(a), || combination(b), || combination(c))?;
        }
        Ok(())
    }
}
