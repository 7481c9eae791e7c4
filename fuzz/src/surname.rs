//! Names, of which the surname's place in the table is taken.

use crate::{Outcome, Seed, Target, law};
use luyin_device::enrolment::{Surname, surname_of};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the first three bytes are sliced off as a character",
    seeds,
};

/// A surname found is one that the name begins with.
fn law(data: &[u8], of_name: impl Fn(&str) -> Surname) -> Outcome {
    let name = match std::str::from_utf8(data) {
        Err(error) => return law::refused(error),
        Ok(name) => name,
    };
    let found = of_name(name);
    match surname_of(found.index().into()) {
        Some(surname) => assert!(name.trim().starts_with(surname), "another surname"),
        None => assert_eq!(found, Surname::OTHER),
    }
    Outcome::Accepted
}

/// A surname found is one that the name begins with.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Surname::of_name)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |name| {
        let first = if name.len() < 3 { name } else { &name[..3] };
        match Surname::of_name(first) {
            Surname::OTHER => Surname::of_name(name),
            single => single,
        }
    })
}

fn seeds() -> Vec<Seed> {
    vec![
        ("single", "王某".into()),
        ("compound", "欧阳某".into()),
        ("foreign", b"Smith".to_vec()),
        ("not-utf-8", vec![0xe7, 0x8e]),
    ]
}
