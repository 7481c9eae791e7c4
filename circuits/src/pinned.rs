//! The shapes of the four circuits, pinned: a circuit that changes makes every key and every
//! proof of the old one worthless, so it must never change unnoticed.

use crate::statement::{CircuitName, matrices};

const PINNED: &str = include_str!("../pinned/circuits.json");

fn rendered() -> String {
    let circuits = CircuitName::ALL.map(|name| {
        let matrices = matrices(name);
        let hash: String = matrices.hash().iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "  \"{name}\": {{\n    \"constraints\": {},\n    \"public_inputs\": {},\n    \"witnesses\": {},\n    \"coefficients\": {},\n    \"matrix_sha256\": \"{hash}\"\n  }}",
            matrices.num_constraints(),
            matrices.num_inputs,
            matrices.num_witnesses,
            matrices.num_coefficients(),
        )
    });
    format!("{{\n{}\n}}\n", circuits.join(",\n"))
}

#[test]
fn the_circuits_are_the_pinned_ones() {
    assert_eq!(
        rendered(),
        PINNED,
        "a change of a circuit bumps its version and remakes its keys"
    );
}

#[test]
fn every_circuit_fits_its_domain_and_has_the_inputs_it_says() {
    for name in CircuitName::ALL {
        let matrices = matrices(name);
        assert_eq!(matrices.num_inputs, name.inputs());
        assert_eq!(matrices.domain_size(), name.domain_bound(), "{name}");
        assert_eq!(name.as_str().parse(), Ok(name));
    }
    assert!("Pass".parse::<CircuitName>().is_err());
}
