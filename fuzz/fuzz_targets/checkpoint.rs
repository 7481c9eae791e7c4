#![no_main]
//! Checkpoints: what reads writes the same text, and nothing panics.
use libfuzzer_sys::fuzz_target;
use luyin_ledger::log::checkpoint::Checkpoint;

fuzz_target!(|data: &[u8]| {
    if let Ok(checkpoint) = Checkpoint::from_text(data) {
        assert_eq!(checkpoint.to_text().as_bytes(), data);
    }
});
