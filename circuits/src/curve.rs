//! The one place that names the curve. Another pairing-friendly curve is a change of these lines
//! and of the field in `luyin-protocol`; the two must never differ (protocol section 2).

pub use ark_bn254::{Bn254 as Curve, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
