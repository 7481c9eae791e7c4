//! Appeals with their clock, and how they went: public, without proofs (clause 9.10).

use super::ServiceError;
use crate::node::Node;
use luyin_ledger::log::merkle::EntryIndex;
use luyin_ledger::state::appeal::{AppealStanding, FiledAppeal, Settlement, standing};
use luyin_ledger::state::{State, keys};
use luyin_protocol::appeal::{AppealReason, due};
use luyin_protocol::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The most appeals of one answer.
pub const PAGE: usize = 1_000;

/// An appeal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppealView {
    /// The log's entry that filed it: its name.
    pub entry: u64,
    /// The notice that it is against, 64 hex digits.
    pub notice: String,
    /// The person's name in the notice's scope and nowhere else, 64 hex digits: by it a wallet knows its own.
    pub nym: String,
    /// `not_me`, `recovered`, `evidence_wrong`, `outlived` or `other`.
    #[schema(value_type = String)]
    pub reason: AppealReason,
    /// Commitment to a file that the person hands to the office, 64 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// When it was filed, milliseconds since 1970.
    pub filed: u64,
    /// Until when it is to be answered.
    pub due: u64,
    /// `open`, `overdue`, `granted`, `refused`, or `lifted` where the notice ended without a word to the appeal.
    pub state: &'static str,
    /// What settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerView>,
}

/// What settled an appeal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnswerView {
    /// The log's entry of it.
    pub entry: u64,
    /// When, milliseconds since 1970.
    pub time: u64,
    /// Whether it came after the hours.
    pub late: bool,
    /// Why, in the authority's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Appeals by rising entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppealsView {
    /// At most 1,000.
    pub appeals: Vec<AppealView>,
}

/// How appeals went, of all there were.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppealStatisticsView {
    /// As of when, milliseconds since 1970.
    pub now: u64,
    /// Filed so far.
    pub filed: u64,
    /// Not settled, not due yet.
    pub open: u64,
    /// Not settled, due.
    pub overdue: u64,
    /// Granted.
    pub granted: u64,
    /// Refused.
    pub refused: u64,
    /// Their notice was lifted without a word to them.
    pub lifted: u64,
    /// Settled within 8 hours.
    pub in_time: u64,
    /// Settled after them.
    pub late: u64,
    /// Half of the settled ones took so many minutes at most; nothing where none is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_minutes: Option<u16>,
}

/// The appeals that were filed after an entry.
///
/// # Errors
/// Where the state cannot be read.
pub fn after(node: &Node, after: u64) -> Result<AppealsView, ServiceError> {
    let (state, now) = (node.state(), node.clock().now());
    let after = EntryIndex::new(after);
    let found = state.page(&keys::appeals(), Some(&after), PAGE)?;
    let appeals = found
        .into_iter()
        .map(|(entry, filed)| view(&state, entry, &filed, now))
        .collect::<Result<_, _>>()?;
    Ok(AppealsView { appeals })
}

/// How appeals went so far.
///
/// # Errors
/// Where the state cannot be read.
pub fn statistics(node: &Node) -> Result<AppealStatisticsView, ServiceError> {
    let now = node.clock().now();
    let figures = node.state().appeal_statistics(now)?;
    Ok(AppealStatisticsView {
        now: now.get(),
        filed: figures.filed,
        open: figures.open,
        overdue: figures.overdue,
        granted: figures.granted,
        refused: figures.refused,
        lifted: figures.lifted,
        in_time: figures.in_time,
        late: figures.late,
        median_minutes: figures.median_minutes,
    })
}

fn view(
    state: &State<'_>,
    entry: EntryIndex,
    filed: &FiledAppeal,
    now: Timestamp,
) -> Result<AppealView, ServiceError> {
    let settled = state.get(&keys::appeal_settled(entry))?;
    let due = due(filed.filed);
    let answer = match &settled {
        Some(settled) => {
            let action = state.get(&keys::authority_action(settled.entry))?;
            Some(AnswerView {
                entry: settled.entry.get(),
                time: settled.time.get(),
                late: settled.time > due,
                words: action.and_then(|action| action.clause().map(str::to_owned)),
            })
        }
        None => None,
    };
    Ok(AppealView {
        entry: entry.get(),
        notice: filed.body.notice.to_string(),
        nym: filed.nym.to_string(),
        reason: filed.body.reason,
        statement: filed.body.statement.map(|statement| statement.to_string()),
        filed: filed.filed.get(),
        due: due.get(),
        state: name(standing(filed, settled.as_ref(), now)),
        answer,
    })
}

const fn name(standing: AppealStanding) -> &'static str {
    match standing {
        AppealStanding::Open => "open",
        AppealStanding::Overdue => "overdue",
        AppealStanding::Settled(Settlement::Granted) => "granted",
        AppealStanding::Settled(Settlement::Refused) => "refused",
        AppealStanding::Settled(Settlement::Lifted) => "lifted",
    }
}
