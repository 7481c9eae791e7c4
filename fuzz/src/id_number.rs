//! Resident ID numbers, as a registrar types them.

use crate::{Outcome, Seed, Target, law};
use luyin_device::enrolment::{IdNumber, IdNumberError};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a check character that does not fit is replaced by the one that does",
    seeds,
};

/// What is read is what was written, but for white space around it and a small x.
fn law(data: &[u8], parse: impl Fn(&str) -> Result<IdNumber, IdNumberError>) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    match parse(text) {
        Err(error) => law::refused(error),
        Ok(number) => {
            assert_eq!(
                number.expose(),
                text.trim().to_ascii_uppercase(),
                "another number"
            );
            assert_eq!(IdNumber::parse(number.expose()).as_ref(), Ok(&number));
            assert!(number.last_two_digits() < 100);
            assert!(number.person().is_ok(), "a number that trustees refuse");
            Outcome::Accepted
        }
    }
}

/// What is read is what was written.
pub fn check(data: &[u8]) -> Outcome {
    law(data, IdNumber::parse)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |text| {
        match (IdNumber::parse(text), text.trim().get(..17)) {
            (Err(IdNumberError::Check), Some(body)) => "0123456789X"
                .chars()
                .find_map(|check| IdNumber::parse(&format!("{body}{check}")).ok())
                .ok_or(IdNumberError::Check),
            (other, _) => other,
        }
    })
}

fn seeds() -> Vec<Seed> {
    vec![
        ("with-an-x", b"11010519491231002X".to_vec()),
        ("with-white-space", b" 440524188001010014\n".to_vec()),
        ("not-long-enough", b"1101051949123100".to_vec()),
    ]
}
