//! The compressed bytes within a code. Whoever shows a code says by it how much they blow up to.

use crate::{Outcome, Seed, Target, law, specimens};
use luyin_certificates::InflateFault;
use luyin_certificates::hc1::{Refusal, code};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "bytes behind the compressed ones are overlooked",
    seeds,
};

/// What a message may be blown up to.
const LARGEST: usize = 64 * 1024;

/// No more than is allowed, to the last byte, and the same once it is packed anew.
fn law(data: &[u8], inflate: impl Fn(&[u8]) -> Result<Vec<u8>, Refusal>) -> Outcome {
    let outcome = law::nothing_to_spare(data, &inflate);
    if let Ok(plain) = inflate(data) {
        assert!(plain.len() <= LARGEST, "{} bytes", plain.len());
        let again = inflate(&specimens::zlib(&plain));
        assert!(again.as_ref() == Ok(&plain), "other bytes once packed anew");
    }
    outcome
}

/// No more than is allowed, to the last byte, and the same once it is packed anew.
pub fn check(data: &[u8]) -> Outcome {
    law(data, code::inflated)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| match (code::inflated(data), data.split_last()) {
        (Err(Refusal::Zlib(InflateFault::Trailing)), Some((_, front))) => code::inflated(front),
        (other, _) => other,
    })
}

fn seeds() -> Vec<Seed> {
    vec![
        ("nothing", specimens::zlib(b"")),
        ("short", specimens::zlib(b"a certificate, a certificate")),
        ("as-large-as-may-be", specimens::zlib(&[0; LARGEST])),
        ("not-so-large", specimens::zlib(&[0; LARGEST + 1])),
        ("not-a-bomb", specimens::zlib(&[0; 64 * LARGEST])),
        ("not-without-a-header", specimens::deflated(b"a certificate")),
    ]
}
