#![no_main]
//! snarkjs JSON: nothing panics on any text.
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = luyin_keys::iden3::proof_from_json(text);
    let _ = luyin_keys::iden3::public_from_json(text);
    let _ = luyin_keys::iden3::verifying_key_from_json(text);
});
