#![no_main]
//! snarkjs proving keys and R1CS files: nothing panics on any bytes.
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = luyin_keys::iden3::read_zkey(data);
    if let Ok(r1cs) = luyin_keys::iden3::read_r1cs(data) {
        let _ = luyin_keys::iden3::write_r1cs(&r1cs);
    }
});
