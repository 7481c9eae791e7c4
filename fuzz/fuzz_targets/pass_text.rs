#![no_main]
//! The text of a QR code: what reads writes the same text, and nothing panics.
use libfuzzer_sys::fuzz_target;
use luyin_protocol::pass::ShownPass;

fuzz_target!(|text: &str| {
    if let Ok(shown) = ShownPass::from_text(text) {
        assert_eq!(shown.to_text(), text);
    }
});
