//! Alarms about issuers: what attesters and registrars did on a day that somebody should look at (clause 7.9b).
//!
//! An alarm is worked out of what the log says to everyone: how many attestations an issuer stated of each kind, how many
//! persons a registrar enrolled, how many attestations were taken back, and what their quotas are. What was attested is not
//! among it: the log has hashes of bodies, so no alarm can speak of the share of adverse results.
//!
//! Cost: one pass over the authority's actions; for each accreditation of an issuer one read, and one more of at most 60
//! rows where something was issued on the day; for each attester five reads. The log itself is not read.

mod rules;
mod terms;
mod thresholds;
mod watch;

use self::rules::{Activity, Figures, TakenBack};
use crate::node::Node;
use crate::service::ServiceError;
use luyin_ledger::state::State;
use luyin_ledger::state::accreditation::RoleSlot;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::time::Day;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

pub use self::rules::AlarmName;
pub use self::thresholds::Thresholds;
pub use self::watch::AlarmWatch;

/// An alarm about an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlarmView {
    /// `near-quota`, `surge`, `withdrawals` or `first-issue-after-silence`.
    #[schema(value_type = String)]
    pub alarm: AlarmName,
    /// The organisation.
    #[schema(value_type = String)]
    pub organisation: Did,
    /// `registrar` or `attester`.
    pub role: &'static str,
    /// What it attests; left out where an alarm counts all kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<AttestationKind>,
    /// How many it issued, or enrolled, on the day.
    pub count: u64,
    /// Its quota of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
    /// The median of its last active days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual: Option<u64>,
    /// How many of the day's it took back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<u64>,
    /// For how many days it had issued nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_days: Option<u16>,
    /// What that means, in words.
    pub explanation: String,
}

/// A day's alarms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlarmsView {
    /// The day; today is not over.
    pub day: u16,
    /// What they were measured against.
    pub thresholds: Thresholds,
    /// How many accreditations of issuers were looked at.
    pub looked_at: u64,
    /// By organisation, then by role and kind.
    pub alarms: Vec<AlarmView>,
}

/// A day's alarms, as far as the log says now: what is taken back later counts for the day it was stated on.
///
/// # Errors
/// Where the state cannot be read.
pub fn of_day(node: &Node, day: Day) -> Result<AlarmsView, ServiceError> {
    let state = node.state();
    let thresholds = Thresholds::on(day);
    let terms = terms::of_day(&state, day)?;
    let mut alarms = Vec::new();
    for ((organisation, slot), terms) in &terms {
        let count = state.used(*organisation, *slot, day)?.get();
        if count == 0 {
            continue;
        }
        let after = day.minus(thresholds.look_back);
        let before = state.used_between(*organisation, *slot, after, day)?;
        let activity = Activity {
            quota: terms.quota,
            since: terms.since,
            count,
            before: before.into_iter().map(|(d, n)| (d, n.get())).collect(),
        };
        let found = rules::of_activity(&thresholds, day, &activity);
        alarms.extend(found.into_iter().map(|f| view(*organisation, *slot, f)));
    }
    let attesters: BTreeSet<Did> = terms
        .keys()
        .filter(|(_, slot)| matches!(slot, RoleSlot::Attester(_)))
        .map(|(did, _)| *did)
        .collect();
    for did in attesters {
        let taken_back = taken_back(&state, did, day)?;
        let found = rules::of_taken_back(&thresholds, taken_back);
        alarms.extend(found.map(|f| of_attester(did, None, f)));
    }
    alarms.sort_by_key(|alarm| (alarm.organisation, alarm.role, alarm.kind, alarm.alarm));
    Ok(AlarmsView {
        day: day.get(),
        thresholds,
        looked_at: u64::try_from(terms.len()).unwrap_or(u64::MAX),
        alarms,
    })
}

/// A withdrawal names leaves, and a leaf does not tell its kind: all kinds are counted together.
fn taken_back(state: &State<'_>, did: Did, day: Day) -> Result<TakenBack, ServiceError> {
    let mut issued = 0_u64;
    for kind in AttestationKind::ALL {
        let used = state.used(did, RoleSlot::Attester(kind), day)?;
        issued = issued.saturating_add(used.get());
    }
    Ok(TakenBack {
        issued,
        taken_back: state.taken_back(did, day)?.get(),
    })
}

fn view(did: Did, slot: RoleSlot, found: Figures) -> AlarmView {
    match slot {
        RoleSlot::Attester(kind) => of_attester(did, Some(kind), found),
        RoleSlot::Registrar | RoleSlot::Gate | RoleSlot::Employer | RoleSlot::Regulator => {
            named(did, "registrar", None, found)
        }
    }
}

fn of_attester(did: Did, kind: Option<AttestationKind>, found: Figures) -> AlarmView {
    named(did, "attester", kind, found)
}

fn named(
    organisation: Did,
    role: &'static str,
    kind: Option<AttestationKind>,
    found: Figures,
) -> AlarmView {
    let explanation = found.to_string();
    let Figures {
        alarm,
        count,
        quota,
        usual,
        taken_back,
        silent_days,
    } = found;
    AlarmView {
        alarm,
        organisation,
        role,
        kind,
        count,
        quota,
        usual,
        taken_back,
        silent_days,
        explanation,
    }
}
