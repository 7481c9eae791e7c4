#![no_main]
//! Packed states: what unpacks packs to the same field element, and nothing panics.
use libfuzzer_sys::fuzz_target;
use luyin_protocol::{field, note::NoteState};

fuzz_target!(|bytes: [u8; 32]| {
    if let Ok(value) = field::from_bytes(&bytes) {
        if let Ok(state) = NoteState::unpack(value) {
            assert_eq!(state.pack(), value);
        }
    }
});
