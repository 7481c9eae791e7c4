//! Desk codes, as a hand writes them.

use crate::{Outcome, Seed, Target, law};
use luyin_device::enrolment::{DeskCode, DeskError};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "letters behind the sixteenth are overlooked",
    seeds,
};

/// A code has sixteen letters and survives being written down.
fn law(data: &[u8], parse: impl Fn(&str) -> Result<DeskCode, DeskError>) -> Outcome {
    let text = match std::str::from_utf8(data) {
        Err(error) => return law::refused(error),
        Ok(text) => text,
    };
    match parse(text) {
        Err(error) => law::refused(error),
        Ok(code) => {
            let letters = text.chars().filter(|c| *c != '-' && !c.is_whitespace());
            assert_eq!(letters.count(), 16, "letters that were overlooked");
            let again = code.to_string().parse::<DeskCode>();
            assert!(
                again.is_ok_and(|again| again == code),
                "another code once it is written"
            );
            Outcome::Accepted
        }
    }
}

/// A code has sixteen letters and survives being written down.
pub fn check(data: &[u8]) -> Outcome {
    law(data, str::parse)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |text| {
        let letters = text.chars().filter(|c| *c != '-' && !c.is_whitespace());
        letters.take(16).collect::<String>().parse()
    })
}

fn seeds() -> Vec<Seed> {
    vec![
        ("as-shown", b"Y3RZ-5WZM-YQVF-FY7S".to_vec()),
        ("by-hand", " y3rz 5wzm\u{3000}yqvf fy7s\n".into()),
        ("not-long-enough", b"Y3RZ-5WZM-YQVF-FY7".to_vec()),
    ]
}
