//! Appeals to the ledger in memory.

use super::{FakeLedger, refused};
use crate::client::{AppealAnswer, AppealState, ClientError, PublicAppeal, Receipt};
use luyin_protocol::appeal::{AppealEntry, due};
use luyin_protocol::tx::Appeal;

impl FakeLedger {
    /// Files an appeal, one of a name against a notice.
    pub(super) fn file(&self, tx: &Appeal) -> Result<Receipt, ClientError> {
        let mut state = self.state.borrow_mut();
        let same = |a: &PublicAppeal| (a.notice, a.nym) == (tx.body.notice, tx.nym);
        if state.appeals.iter().any(same) {
            return Err(refused("appeal-repeated", 409));
        }
        state.entries += 1;
        let (entry, time) = (state.entries, state.now);
        state.appeals.push(PublicAppeal {
            entry: AppealEntry(entry),
            notice: tx.body.notice,
            nym: tx.nym,
            reason: tx.body.reason,
            statement: tx.body.statement,
            filed: time,
            due: due(time),
            state: AppealState::Open,
            answer: None,
        });
        state.filed.push(tx.clone());
        Ok(Receipt {
            entry,
            height: entry,
            time,
        })
    }

    /// The transactions that filed appeals.
    pub(in super::super) fn filed(&self) -> Vec<Appeal> {
        self.state.borrow().filed.clone()
    }

    /// Settles the newest appeal.
    pub(in super::super) fn answer_newest(&self, settled: AppealState) {
        let mut state = self.state.borrow_mut();
        let time = state.now;
        let newest = state.appeals.last_mut().unwrap();
        newest.state = settled;
        newest.answer = Some(AppealAnswer {
            entry: newest.entry.0 + 1,
            time,
            late: time > newest.due,
            words: Some("looked at again".into()),
        });
    }
}
