#![no_main]
//! Identifiers: one spelling each, and nothing panics.
use libfuzzer_sys::fuzz_target;
use luyin_protocol::did::Did;

fuzz_target!(|text: &str| {
    if let Ok(did) = text.parse::<Did>() {
        assert_eq!(did.to_string(), text);
    }
});
