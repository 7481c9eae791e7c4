//! snarkjs JSON: proofs, public inputs, verifying keys.

use crate::{Outcome, Seed, Target, law, sample, verifying_key};
use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_groth16::Proof;
use luyin_keys::iden3::{
    Iden3Error, proof_from_json, proof_to_json, public_from_json, public_to_json,
    verifying_key_from_json, verifying_key_to_json,
};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a number or point of a proof that is none is unwrapped",
    seeds,
};

/// One of the three, written again.
fn rewritten(text: &str) -> Result<String, Iden3Error> {
    proof_from_json(text)
        .and_then(|proof| proof_to_json(&proof))
        .or_else(|_| public_to_json(&public_from_json(text)?))
        .or_else(|_: Iden3Error| verifying_key_to_json(&verifying_key_from_json(text)?))
}

/// What is read is JSON, and once written it stays as it is.
fn law(data: &[u8], read: impl Fn(&str) -> Result<String, Iden3Error>) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    match read(text) {
        Err(error) => law::refused(error),
        Ok(written) => {
            let json = serde_json::from_str::<serde_json::Value>(text);
            assert!(json.is_ok(), "what is no JSON was read");
            assert_eq!(
                rewritten(&written).as_ref(),
                Ok(&written),
                "two ways of writing it"
            );
            Outcome::Accepted
        }
    }
}

/// What is read is JSON, and once written it stays as it is.
pub fn check(data: &[u8]) -> Outcome {
    law(data, rewritten)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |text| {
        let proof = proof_from_json(text);
        assert!(
            !matches!(proof, Err(Iden3Error::BadValue(_))),
            "called `unwrap` on it"
        );
        rewritten(text)
    })
}

fn seeds() -> Vec<Seed> {
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let proof = Proof {
        a: g1,
        b: g2,
        c: -g1,
    };
    let inputs = [sample::number(0), -sample::number(1)];
    let text = |json: Result<String, Iden3Error>| json.expect("it has JSON").into_bytes();
    vec![
        ("proof", text(proof_to_json(&proof))),
        ("public", text(public_to_json(&inputs))),
        (
            "verifying-key",
            text(verifying_key_to_json(&verifying_key::toy())),
        ),
        ("not-one-spelling", br#"["01"]"#.to_vec()),
    ]
}
