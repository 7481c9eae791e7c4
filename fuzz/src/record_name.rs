//! Names of gate records, `<gate>/<batch>/<place>`.

use crate::{Outcome, Seed, Target, law, sample};
use luyin::service::audit::records::RecordName;
use luyin::service::error::RequestError;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a fourth part is overlooked",
    seeds,
};

/// Three parts, and a name survives being written.
fn law(data: &[u8], parse: impl Fn(&str) -> Result<RecordName, RequestError>) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    match parse(text) {
        Err(error) => law::refused(error),
        Ok(name) => {
            assert_eq!(text.split('/').count(), 3, "parts that were overlooked");
            assert_eq!(name.to_string().parse::<RecordName>().ok(), Some(name));
            Outcome::Accepted
        }
    }
}

/// Three parts, and a name survives being written.
pub fn check(data: &[u8]) -> Outcome {
    law(data, str::parse)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |text| {
        let parts: Vec<&str> = text.split('/').take(3).collect();
        parts.join("/").parse()
    })
}

fn seeds() -> Vec<Seed> {
    let name = RecordName {
        gate: sample::did(104),
        batch: 1,
        index: 95,
    };
    vec![
        ("of-a-gate", name.to_string().into_bytes()),
        ("not-whole", name.gate.to_string().into_bytes()),
    ]
}
