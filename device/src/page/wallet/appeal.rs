//! Appeals against notices about oneself.

use super::{WalletPage, Who};
use crate::client::{AppealAnswer, AppealState, PublicAppeal};
use crate::page::{Asked, Fault, Host, Reply};
use crate::wallet::{Grounds, WalletError};
use luyin_protocol::appeal::{AppealEntry, AppealReason, StatementSalt};
use luyin_protocol::risk::NoticeId;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// An appeal as a page shows it.
#[derive(Serialize)]
pub(crate) struct AppealView<'a> {
    entry: AppealEntry,
    notice: NoticeId,
    reason: AppealReason,
    filed: Timestamp,
    due: Timestamp,
    state: AppealState,
    answer: Option<&'a AppealAnswer>,
    /// What the office needs beside the file; none where no file was named.
    code: Option<StatementSalt>,
}

impl<H: Host> WalletPage<H> {
    pub(super) fn appeal(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            notice: NoticeId,
            reason: AppealReason,
            file: Option<Sha256Hash>,
        }
        let a: Arguments = asked.read()?;
        let grounds = Grounds {
            notice: a.notice,
            reason: a.reason,
            file: a.file,
        };
        let (open, node) = self.connected(asked)?;
        let label = Some(a.person.as_str());
        let filed = open.wallet.appeal(label, &grounds, &node, &open.prover)?;
        Reply::of(&self.views(&a.person, &[filed])?)
    }

    /// As the last sync saw them.
    pub(super) fn appeals(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let Who { person } = asked.read()?;
        let kept = self.open()?.wallet.content().person(Some(&person))?;
        let kept = kept.appeals.clone();
        Reply::of(&self.views(&person, &kept)?)
    }

    fn views<'a>(
        &mut self,
        person: &str,
        appeals: &'a [PublicAppeal],
    ) -> Result<Vec<AppealView<'a>>, WalletError> {
        let wallet = &self.open.as_ref().ok_or(WalletError::NoWallet)?.wallet;
        let view = |appeal: &'a PublicAppeal| {
            let code = match appeal.statement {
                Some(_) => Some(wallet.statement_salt(Some(person), &appeal.notice)?),
                None => None,
            };
            Ok(AppealView {
                entry: appeal.entry,
                notice: appeal.notice,
                reason: appeal.reason,
                filed: appeal.filed,
                due: appeal.due,
                state: appeal.state,
                answer: appeal.answer.as_ref(),
                code,
            })
        };
        appeals.iter().map(view).collect()
    }
}
