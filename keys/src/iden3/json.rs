//! Proofs, public inputs and verifying keys as the JSON of snarkjs: numbers are decimal strings, points projective with
//! a last coordinate of one. Strict in reading: one spelling for each number, no identity, every point in its group.

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::PrimeField;
use ark_groth16::{Proof, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::Iden3Error;

const PROTOCOL: &str = "groth16";
const CURVE: &str = "bn128";

type G1Json = [String; 3];
type G2Json = [[String; 2]; 3];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofJson {
    pi_a: G1Json,
    pi_b: G2Json,
    pi_c: G1Json,
    protocol: String,
    curve: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyingKeyJson {
    protocol: String,
    curve: String,
    #[serde(rename = "nPublic")]
    public_inputs: usize,
    vk_alpha_1: G1Json,
    vk_beta_2: G2Json,
    vk_gamma_2: G2Json,
    vk_delta_2: G2Json,
    /// The pairing of alpha and beta, which snarkjs adds for other tools. Neither written nor believed.
    #[serde(default, skip_serializing)]
    #[allow(dead_code)]
    vk_alphabeta_12: Option<serde_json::Value>,
    #[serde(rename = "IC")]
    ic: Vec<G1Json>,
}

/// Writes `proof.json`.
pub fn proof_to_json(proof: &Proof<Bn254>) -> Result<String, Iden3Error> {
    to_json(&ProofJson {
        pi_a: g1_to_json(&proof.a),
        pi_b: g2_to_json(&proof.b),
        pi_c: g1_to_json(&proof.c),
        protocol: PROTOCOL.to_owned(),
        curve: CURVE.to_owned(),
    })
}

/// Reads `proof.json`.
pub fn proof_from_json(text: &str) -> Result<Proof<Bn254>, Iden3Error> {
    let json: ProofJson = from_json(text)?;
    check_names(&json.protocol, &json.curve)?;
    Ok(Proof {
        a: g1_from_json(&json.pi_a, "pi_a")?,
        b: g2_from_json(&json.pi_b, "pi_b")?,
        c: g1_from_json(&json.pi_c, "pi_c")?,
    })
}

/// Writes `public.json`.
pub fn public_to_json(inputs: &[Fr]) -> Result<String, Iden3Error> {
    to_json(&inputs.iter().map(decimal).collect::<Vec<_>>())
}

/// Reads `public.json`.
pub fn public_from_json(text: &str) -> Result<Vec<Fr>, Iden3Error> {
    let inputs: Vec<String> = from_json(text)?;
    inputs
        .iter()
        .map(|input| number(input, "a public input"))
        .collect()
}

/// Writes `verification_key.json`.
pub fn verifying_key_to_json(vk: &VerifyingKey<Bn254>) -> Result<String, Iden3Error> {
    let public_inputs = vk.gamma_abc_g1.len().checked_sub(1);
    to_json(&VerifyingKeyJson {
        protocol: PROTOCOL.to_owned(),
        curve: CURVE.to_owned(),
        public_inputs: public_inputs.ok_or(Iden3Error::BadValue("IC"))?,
        vk_alpha_1: g1_to_json(&vk.alpha_g1),
        vk_beta_2: g2_to_json(&vk.beta_g2),
        vk_gamma_2: g2_to_json(&vk.gamma_g2),
        vk_delta_2: g2_to_json(&vk.delta_g2),
        vk_alphabeta_12: None,
        ic: vk.gamma_abc_g1.iter().map(g1_to_json).collect(),
    })
}

/// Reads `verification_key.json`.
pub fn verifying_key_from_json(text: &str) -> Result<VerifyingKey<Bn254>, Iden3Error> {
    let json: VerifyingKeyJson = from_json(text)?;
    check_names(&json.protocol, &json.curve)?;
    if json.ic.len().checked_sub(1) != Some(json.public_inputs) {
        return Err(Iden3Error::BadValue("nPublic"));
    }
    let ic = json.ic.iter().map(|point| g1_from_json(point, "IC"));
    Ok(VerifyingKey {
        alpha_g1: g1_from_json(&json.vk_alpha_1, "vk_alpha_1")?,
        beta_g2: g2_from_json(&json.vk_beta_2, "vk_beta_2")?,
        gamma_g2: g2_from_json(&json.vk_gamma_2, "vk_gamma_2")?,
        delta_g2: g2_from_json(&json.vk_delta_2, "vk_delta_2")?,
        gamma_abc_g1: ic.collect::<Result<_, _>>()?,
    })
}

fn to_json(value: &impl Serialize) -> Result<String, Iden3Error> {
    serde_json::to_string_pretty(value).map_err(|error| Iden3Error::Json(error.to_string()))
}

fn from_json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Iden3Error> {
    serde_json::from_str(text).map_err(|error| Iden3Error::Json(error.to_string()))
}

fn check_names(protocol: &str, curve: &str) -> Result<(), Iden3Error> {
    if protocol != PROTOCOL {
        Err(Iden3Error::BadValue("protocol"))
    } else if curve != CURVE {
        Err(Iden3Error::BadValue("curve"))
    } else {
        Ok(())
    }
}

fn decimal<F: PrimeField>(value: &F) -> String {
    value.into_bigint().to_string()
}

/// The number of a decimal string: below the modulus, and in the one spelling that [`decimal`] writes.
fn number<F: PrimeField>(text: &str, name: &'static str) -> Result<F, Iden3Error> {
    F::from_str(text)
        .ok()
        .filter(|value| decimal(value) == text)
        .ok_or(Iden3Error::BadValue(name))
}

fn g1_to_json(point: &G1Affine) -> G1Json {
    if point.is_zero() {
        return ["0", "1", "0"].map(str::to_owned);
    }
    [decimal(&point.x), decimal(&point.y), "1".to_owned()]
}

fn g2_to_json(point: &G2Affine) -> G2Json {
    if point.is_zero() {
        return [["0", "0"], ["1", "0"], ["0", "0"]].map(|pair| pair.map(str::to_owned));
    }
    let pair = |value: &Fq2| [decimal(&value.c0), decimal(&value.c1)];
    let one = ["1", "0"].map(str::to_owned);
    [pair(&point.x), pair(&point.y), one]
}

fn g1_from_json([x, y, z]: &G1Json, name: &'static str) -> Result<G1Affine, Iden3Error> {
    let point = G1Affine::new_unchecked(number::<Fq>(x, name)?, number::<Fq>(y, name)?);
    if z == "1" && point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(Iden3Error::BadValue(name))
    }
}

fn g2_from_json([x, y, z]: &G2Json, name: &'static str) -> Result<G2Affine, Iden3Error> {
    let pair = |[c0, c1]: &[String; 2]| -> Result<Fq2, Iden3Error> {
        Ok(Fq2::new(number(c0, name)?, number(c1, name)?))
    };
    let point = G2Affine::new_unchecked(pair(x)?, pair(y)?);
    let affine = z.each_ref().map(String::as_str) == ["1", "0"];
    if affine && point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(Iden3Error::BadValue(name))
    }
}
