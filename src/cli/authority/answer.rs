//! What the authority says to an appeal, read from arguments.

use clap::{Args, ValueEnum};
use luyin_protocol::appeal::{AppealEntry, AppealOutcome};
use luyin_protocol::tx::{AppealAnswered, GovernanceAction};

use super::propose::ProposeError;
use crate::client::NodeClient;

/// The answer to an appeal.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// The appeal, by the log's entry that filed it: `luyin audit appeals`
    #[arg(long, value_name = "ENTRY")]
    appeal: u64,
    /// What is answered
    #[arg(long, value_enum)]
    outcome: Outcome,
    /// Why, in words; it stands on the ledger and is shown to the person
    #[arg(long)]
    reason: String,
}

/// An answer, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Outcome {
    /// The notice ends
    Granted,
    /// It stands
    Refused,
}

impl From<Outcome> for AppealOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Granted => Self::Granted,
            Outcome::Refused => Self::Refused,
        }
    }
}

impl AnswerArgs {
    /// The action, against the notice that the node says the appeal is against. The ledger compares.
    pub(super) fn action(self, node: &NodeClient) -> Result<GovernanceAction, ProposeError> {
        let entry = AppealEntry(self.appeal);
        let found = node.appeals(self.appeal.saturating_sub(1))?;
        let found = found.into_iter().find(|appeal| appeal.entry == entry);
        let open = found.filter(|appeal| appeal.answer.is_none());
        let appeal = open.ok_or(ProposeError::NoAppeal(entry))?;
        Ok(GovernanceAction::AppealAnswered(AppealAnswered {
            appeal: entry,
            notice: appeal.notice,
            outcome: self.outcome.into(),
            reason: self.reason,
        }))
    }
}
