//! What the fuzz targets try: one check for each decoder of bytes or text that come from outside.
//!
//! A check states a law, such as "one encoding a value", and fails by panicking. Beside each check stands the same law over
//! the same decoder with a **planted fault**: a fuzzer that does not find it from the committed seeds is not looking. Faults
//! are wrapped around the decoder here; the decoder itself has none of this.
//!
//! The seeds lie in `corpus/<target>/`, named by what they are. Those whose names begin with `not-` must be refused, all
//! others accepted. The ordinary tests replay them through the same checks; `cargo xtask nightly` fuzzes from them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub mod fault;
pub mod law;
pub mod replay;
pub mod sample;
pub mod specimens;

/// What a decoder made of some bytes. A broken law is neither: it panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A value, and the law held.
    Accepted,
    /// A typed refusal.
    Refused,
}

/// A seed by its name.
pub type Seed = (&'static str, Vec<u8>);

/// One decoder, what must hold of it, and the fault planted beside it.
#[derive(Clone, Copy)]
pub struct Target {
    /// Decodes and checks the law.
    pub check: fn(&[u8]) -> Outcome,
    /// The same law over the decoder with its fault.
    pub planted: fn(&[u8]) -> Outcome,
    /// The fault, in words.
    pub fault: &'static str,
    /// The seeds that need no running network. The others of a corpus were written by one.
    pub seeds: fn() -> Vec<Seed>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target(fault: {})", self.fault)
    }
}

macro_rules! targets {
    ($(#[$doc:meta])* $table:ident: $($name:ident,)*) => {
        $(pub mod $name;)*
        $(#[$doc])*
        pub static $table: &[(&str, Target)] = &[$((stringify!($name), $name::TARGET)),*];
    };
}

targets! {
    /// The decoders of the libraries, by name.
    LIBRARIES:
    appeal,
    attestation,
    audit_record,
    blinded,
    block_record,
    certlogic_expression,
    certlogic_rule,
    checkpoint,
    consensus_message,
    correction,
    date,
    desk_code,
    desk_request,
    did,
    did_document,
    disclosed,
    enrol_request,
    entry,
    entry_bundle,
    escrow_ack,
    escrow_share,
    evaluation,
    field_hex,
    forest_tile,
    gate_bundle,
    gate_list,
    gate_queue,
    gate_seen,
    gate_settings,
    genesis,
    hash_tile,
    hc1_claims,
    hc1_code,
    hc1_envelope,
    hc1_inflated,
    hc1_signer,
    held_attestation,
    id_number,
    itinerary,
    keystore,
    manifest,
    node_answer,
    note_state,
    pass_text,
    policy,
    proof,
    r1cs,
    region_code,
    region_table,
    release,
    risk_list,
    risk_notice,
    seal_key,
    sealed_file,
    sealed_note,
    sealed_share,
    segment,
    shc_card,
    shc_codes,
    shc_jws,
    signature_input,
    signed_bundle,
    signed_checkpoint,
    signed_list,
    signed_request,
    snarkjs_json,
    subject_opening,
    surname,
    temperature,
    tile_path,
    tlog_proof,
    trust_list,
    trustee_answer,
    verifying_key,
    wallet_content,
    wallet_vault,
    witness_request,
    zkey,
}

#[cfg(feature = "service")]
targets! {
    /// The decoders of the service and its command, by name.
    SERVICE:
    action_file,
    attester_line,
    attester_table,
    gate_batch,
    moment,
    qr_image,
    record_name,
    submission,
}

/// Says which of the two checks a fuzzer runs.
pub const PLANT: &str = "LUYIN_PLANT";

static PLANTED: LazyLock<bool> = LazyLock::new(|| std::env::var_os(PLANT).is_some());

/// What a fuzzer calls for each input: the check, or the planted one where the environment says so.
pub fn run(target: &Target, data: &[u8]) {
    let check = if *PLANTED {
        target.planted
    } else {
        target.check
    };
    check(data);
}

/// The committed seeds of a target.
#[must_use]
pub fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target)
}
