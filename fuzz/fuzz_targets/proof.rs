#![no_main]
//! Groth16 proofs: what decodes encodes to the same bytes, and nothing panics.
use libfuzzer_sys::fuzz_target;
use luyin_circuits::groth16::Proof;

fuzz_target!(|data: &[u8]| {
    if let Ok(proof) = Proof::decode(data) {
        assert_eq!(proof.to_bytes().as_slice(), data);
    }
});
