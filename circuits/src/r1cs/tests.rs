use super::*;
use crate::curve::Fr;
use crate::statement::CircuitName;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, R1CS_PREDICATE_LABEL};

#[test]
fn sizes() {
    for name in CircuitName::ALL {
        let shape = crate::shape(name);
        let m = shape.matrices();
        println!(
            "{name}: {} constraints, {} inputs, {} witnesses, {} coefficients",
            m.num_constraints(),
            m.num_inputs,
            m.num_witnesses,
            m.num_coefficients()
        );
        let mut per = std::collections::BTreeMap::new();
        for i in 0..m.num_constraints() {
            *per.entry(shape.row_label(i).unwrap().to_owned())
                .or_insert(0) += 1;
        }
        println!("{per:?}");
    }
}
