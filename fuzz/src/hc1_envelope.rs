//! The signed message within a code: COSE_Sign1.

use crate::{Outcome, Seed, Target, law, specimens};
use coset::{CborSerializable as _, CoseSign1, HeaderBuilder, iana};
use luyin_certificates::hc1::{Envelope, Refusal};
use luyin_certificates::specimen::KEY;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a key named without a signature goes before the one that is signed",
    seeds,
};

/// Behind the tags, which say nothing.
fn bare(data: &[u8]) -> &[u8] {
    let data = data.strip_prefix(&[0xd8, 0x3d]).unwrap_or(data);
    data.strip_prefix(&[0xd2]).unwrap_or(data)
}

/// Nothing that is not signed takes the place of what is: without it the message is read the same. Nothing follows it.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<Envelope, Refusal>) -> Outcome {
    let outcome = law::nothing_to_spare(data, &read);
    let Ok(envelope) = read(data) else {
        return outcome;
    };
    let mut message = CoseSign1::from_slice(bare(data)).expect("it was read");
    let (signed, other) = (&message.protected.header, &mut message.unprotected);
    if !signed.key_id.is_empty() {
        other.key_id.clear();
    }
    if signed.alg.is_some() {
        other.alg = None;
    }
    other.rest.clear();
    let again = message.to_vec().expect("it was read");
    assert!(
        read(&again) == Ok(envelope),
        "what is not signed changes what is read"
    );
    outcome
}

/// Nothing that is not signed takes the place of what is, and nothing follows.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Envelope::read)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| {
        let Ok(mut message) = CoseSign1::from_slice(bare(data)) else {
            return Envelope::read(data);
        };
        let named = message.unprotected.key_id.clone();
        if named.is_empty() || named == message.protected.header.key_id {
            return Envelope::read(data);
        }
        message.protected.header.key_id = named;
        message.protected.original_data = None;
        Envelope::read(&message.to_vec().map_err(|_| Refusal::Cose)?)
    })
}

fn seeds() -> Vec<Seed> {
    let plain = specimens::message(&specimens::token());
    let tagged = |tags: &[u8]| [tags, &plain].concat();
    let named = || HeaderBuilder::new().key_id(KEY.to_vec());
    let mut twice = specimens::token();
    twice.unprotected = named().build();
    let mut unsigned = twice.clone();
    unsigned.protected.key_id.clear();
    let mut other = specimens::token();
    other.protected = named().algorithm(iana::Algorithm::EdDSA).build();
    vec![
        ("plain", plain.clone()),
        ("tagged", tagged(&[0xd2])),
        ("tagged-as-a-token", tagged(&[0xd8, 0x3d, 0xd2])),
        ("named-twice", specimens::message(&twice)),
        ("named-unsigned", specimens::message(&unsigned)),
        ("not-of-an-algorithm-taken", specimens::message(&other)),
        ("not-followed-by-a-byte", [&plain[..], &[0]].concat()),
    ]
}
