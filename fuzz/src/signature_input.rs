//! The `Signature-Input` header of a signed request.

use crate::{Outcome, Seed, Target, law};
use luyin_device::http_signature::SignatureInput;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "white space around it is trimmed",
    seeds,
};

/// One spelling: the text is itself part of what is signed.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, SignatureInput::from_text, SignatureInput::to_text)
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| SignatureInput::from_text(text.trim());
    law::one_spelling(data, parse, SignatureInput::to_text)
}

fn seeds() -> Vec<Seed> {
    let full = r#"("@method" "@authority" "@path" "@query" "content-digest");created=1728000000;expires=1728000060;nonce="00112233445566778899aabbccddeeff";keyid="did:luyin:4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";alg="ed25519""#;
    vec![
        ("with-a-body", full.into()),
        ("bare", b"()".to_vec()),
        ("not-twice", br#"("@path" "@path")"#.to_vec()),
    ]
}
