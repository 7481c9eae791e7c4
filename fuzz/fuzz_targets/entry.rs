#![no_main]
//! Ledger entries: what decodes encodes to the same bytes, and nothing panics.
use libfuzzer_sys::fuzz_target;
use luyin_protocol::codec::Canonical;

fuzz_target!(|data: &[u8]| {
    if let Ok(value) = luyin_protocol::tx::Entry::from_slice(data) {
        assert_eq!(value.to_vec(), data);
    }
});
