//! The claims that a code's signature is over: CBOR.

use crate::{Outcome, Seed, Target, fault, law, specimens};
use luyin_certificates::Moment;
use luyin_certificates::hc1::{Claims, Refusal};
use luyin_certificates::specimen::Token;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a byte behind the claims is overlooked",
    seeds,
};

/// The claims end where the bytes do, hold at both ends of their time and not beyond, and their certificate is read the same
/// from claims of ours.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<Claims, Refusal>) -> Outcome {
    let outcome = law::nothing_to_spare(data, &read);
    let Ok(claims) = read(data) else {
        return outcome;
    };
    let (from, to) = (claims.issued(), claims.expires());
    let beside = |moment: Moment, millis| moment.millis().checked_add(millis);
    if from <= to {
        assert_eq!(claims.check_time(from), Ok(()));
        assert_eq!(claims.check_time(to), Ok(()));
    }
    if let (Some(before), Some(after)) = (beside(from, -1), beside(to, 1)) {
        assert!(claims.check_time(Moment::from_millis(before)).is_err());
        assert!(claims.check_time(Moment::from_millis(after)).is_err());
    }
    let ours = Token::of(claims.payload()).and_then(|token| token.payload());
    let ours = ours.map(|bytes| read(&bytes));
    let payload = ours.expect("JSON has CBOR").map(|c| c.payload().clone());
    assert_eq!(payload.as_ref(), Ok(claims.payload()), "another certificate");
    outcome
}

/// The claims end where the bytes do, and hold for their time.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Claims::read)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, fault::overlooks_a_byte(Claims::read))
}

fn seeds() -> Vec<Seed> {
    let plain = specimens::token().payload().expect("small claims");
    let twice = {
        let mut token = specimens::token();
        let claims = token.claims.as_map_mut().expect("a map");
        let first = claims.first().cloned().expect("not empty");
        claims.push(first);
        token.payload().expect("small claims")
    };
    vec![
        ("plain", plain),
        ("not-with-a-claim-twice", twice),
    ]
}
