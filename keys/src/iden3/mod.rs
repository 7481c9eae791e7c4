//! The file formats of circom and snarkjs, through which the ceremony runs: constraints go out as `.r1cs`, the
//! proving key comes back as `.zkey`, and proofs and verifying keys can be checked by snarkjs as JSON. With a `.wtns`
//! snarkjs proves by itself what this program proves.
//!
//! Sources: iden3 `r1csfile` (binary format for R1CS, version 1), and the section layout that snarkjs documents at
//! the head of its zkey module (Groth16, version 1). BN254 only, which iden3 calls bn128.

mod binfile;
mod field;
mod json;
mod r1cs;
mod reader;
mod wtns;
mod zkey;

pub use self::json::{
    proof_from_json, proof_to_json, public_from_json, public_to_json, verifying_key_from_json,
    verifying_key_to_json,
};
pub use self::r1cs::{LinearCombination, R1cs, read_r1cs, write_r1cs};
pub use self::wtns::write_wtns;
pub use self::zkey::{Zkey, read_zkey};

/// Why a file of the iden3 formats was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Iden3Error {
    /// The first four bytes are another format's.
    #[error("not a file of this format")]
    OtherFormat,
    /// A version this build does not know.
    #[error("format version {0} is not supported")]
    UnsupportedVersion(u32),
    /// The file ends early.
    #[error("the file ends early")]
    Truncated,
    /// The file or a section goes on after its end.
    #[error("bytes follow the end of the file or of a section")]
    Trailing,
    /// A needed section is absent.
    #[error("section {0} is missing")]
    MissingSection(u32),
    /// A section stands twice.
    #[error("section {0} stands twice")]
    RepeatedSection(u32),
    /// A section's length is not what the header says.
    #[error("section {0} has another length than the header says")]
    SectionLength(u32),
    /// The field is not that of BN254.
    #[error("the file is not over BN254")]
    OtherField,
    /// The zkey is not of Groth16.
    #[error("proof system {0} is not Groth16")]
    OtherProofSystem(u32),
    /// The header contradicts itself.
    #[error("the header is inconsistent: {0}")]
    BadHeader(&'static str),
    /// A field element is not below the modulus.
    #[error("a field element is not canonical")]
    BadField,
    /// A point is not on the curve, or not in the group.
    #[error("point {index} of section {section} is not in its group")]
    BadPoint {
        /// Section number.
        section: u32,
        /// Position within the section.
        index: usize,
    },
    /// The two halves of a parameter (G1 and G2) do not belong together.
    #[error("the G1 and G2 forms of {0} do not agree")]
    Disagree(&'static str),
    /// A wire of a constraint does not exist.
    #[error("wire {0} does not exist")]
    BadWire(u32),
    /// A count does not fit the format.
    #[error("too large for the format")]
    TooLarge,
    /// The JSON is malformed.
    #[error("malformed JSON: {0}")]
    Json(String),
    /// A value of the JSON is not what its name says.
    #[error("{0} is not valid")]
    BadValue(&'static str),
}

#[cfg(test)]
mod tests;
