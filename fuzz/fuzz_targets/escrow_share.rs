#![no_main]
//! Escrow shares: what reads writes the same bytes, and nothing panics.
use libfuzzer_sys::fuzz_target;
use luyin_keys::escrow::Share;

fuzz_target!(|data: &[u8]| {
    if let Ok(share) = Share::from_bytes(data) {
        assert_eq!(share.to_bytes().as_slice(), data);
    }
});
