//! Actions of the authority on their way from the proposer to the approver.

use crate::{Outcome, Seed, Target, law, sample};
use luyin::cli::authority::{ActionError, ActionFile};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::tx::{GovernanceAction, Unaccredit};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a proposal whose signature does not hold is let pass",
    seeds,
};

static PARAMETERS: LazyLock<NetworkParameters> = LazyLock::new(sample::parameters);
static MADE: LazyLock<ActionFile> = LazyLock::new(|| {
    let action = GovernanceAction::Unaccredit(Unaccredit {
        did: sample::did(100),
        reason: "closed".into(),
    });
    ActionFile::propose(&PARAMETERS, 1, action, &sample::key(2)).expect("a proposer")
});

/// Only what was proposed is shown to the approver.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<ActionFile, ActionError>) -> Outcome {
    match read(data) {
        Err(error) => law::refused(error),
        Ok(file) => {
            assert_eq!(file, *MADE, "an action that nobody proposed");
            Outcome::Accepted
        }
    }
}

/// Only what was proposed is shown to the approver.
pub fn check(data: &[u8]) -> Outcome {
    law(data, |data| ActionFile::read(data, &PARAMETERS))
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| match ActionFile::read(data, &PARAMETERS) {
        Err(ActionError::BadProposal) => Ok(serde_json::from_slice(data)?),
        other => other,
    })
}

fn seeds() -> Vec<Seed> {
    let json = serde_json::to_vec(&*MADE).expect("a file has JSON");
    vec![("unaccredit", json), ("not-json", b"unaccredit".to_vec())]
}
