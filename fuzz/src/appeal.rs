//! Appeals against notices.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::tx::{Appeal, NoteRoot};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a reason that is none of the protocol's is unwrapped",
    seeds,
};

/// One encoding an appeal. Its proof is bound to every byte of what it says.
pub fn check(data: &[u8]) -> Outcome {
    if let Ok(appeal) = Appeal::from_slice(data) {
        let network = sample::parameters().id();
        let mut other = appeal.body.clone();
        other.day = other.day.plus(1);
        if other != appeal.body {
            assert_ne!(other.binding(&network), appeal.body.binding(&network));
        }
    }
    law::canonical(data, Appeal::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(
        data,
        fault::unwraps(
            |e| *e == DecodeError::Invalid("a reason of an appeal"),
            Appeal::from_slice,
        ),
    )
}

fn seeds() -> Vec<Seed> {
    let with_statement = sample::appeal();
    let mut bare = sample::appeal();
    bare.body.statement = None;
    bare.body.root = NoteRoot::Archive { epoch: 3, group: 2 };
    vec![
        ("with-a-statement", with_statement.to_vec()),
        ("from-an-archive", bare.to_vec()),
    ]
}
