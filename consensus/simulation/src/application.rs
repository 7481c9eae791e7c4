//! The application of a run: bodies that are valid for one height, and one rule that tells.

use crate::message::Seat;
use luyin_consensus::Height;
use malachitebft_core_types::Validity;

const VALID: u8 = 1;
const INVALID: u8 = 0;

/// Whether a body is to hold the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Soundness {
    Sound,
    Unsound,
}

/// A body of a proposer: rule byte, height, seat, a number that makes it different from others.
#[must_use]
pub fn build(height: Height, seat: Seat, number: u64, soundness: Soundness) -> Vec<u8> {
    let mut body = vec![match soundness {
        Soundness::Sound => VALID,
        Soundness::Unsound => INVALID,
    }];
    body.extend(height.get().to_be_bytes());
    body.extend(seat.to_be_bytes());
    body.extend(number.to_be_bytes());
    body
}

/// Judges a body for a height. The same everywhere: it looks at nothing but its arguments.
#[must_use]
pub fn check(height: Height, body: &[u8]) -> Validity {
    let holds = body.first() == Some(&VALID)
        && body.get(1..9) == Some(height.get().to_be_bytes().as_slice())
        && body.len() == 25;
    Validity::from_bool(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_valid_for_its_height_alone() {
        let body = build(Height::new(3), 1, 7, Soundness::Sound);
        assert!(check(Height::new(3), &body).is_valid());
        assert!(check(Height::new(4), &body).is_invalid());
        let unsound = build(Height::new(3), 1, 7, Soundness::Unsound);
        assert!(check(Height::new(3), &unsound).is_invalid());
        assert!(check(Height::new(3), &[]).is_invalid());
    }
}
