//! What a version of a policy or of the risk list changes against another, in words: for who proposes it, who approves it,
//! and who looks on. By what more is asked is [`crate::tightening`]'s to say; here is the rest beside it.

mod words;

#[cfg(test)]
mod tests;

pub use words::Words;

use crate::policy::Policy;
use crate::region::{RegionIndex, RegionTable};
use crate::risk::RiskList;
use crate::tightening::{Tightened, added, of_list, of_policy};
use crate::time::Timestamp;
use serde::Serialize;

/// Whether a clause asks more or less than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// More.
    Tightened,
    /// Less, and nothing more.
    Loosened,
    /// More of some and less of others: who met the one need not meet the other.
    Otherwise,
}

/// One clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClauseDifference {
    /// Which.
    pub clause: Tightened,
    /// Whether more or less is asked.
    pub way: Way,
    /// What the clause is about.
    pub about: Words,
    /// What it asked.
    pub before: Words,
    /// What it asks.
    pub after: Words,
}

/// Versions, and when each takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Dates {
    /// The version before.
    pub before: u32,
    /// The version that is looked at.
    pub after: u32,
    /// When the one before took effect.
    pub effective_before: Timestamp,
    /// When this one does.
    pub effective: Timestamp,
    /// How long the one before was accepted beside its predecessor.
    pub grace_before_ms: u32,
    /// How long the one before is accepted beside this one.
    pub grace_ms: u32,
    /// Whether the one before ends before everyone has had two hours to prove anew.
    pub hurried: bool,
}

/// Two versions of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyDifference {
    /// Which policy.
    pub policy: u16,
    /// Versions and moments.
    #[serde(flatten)]
    pub dates: Dates,
    /// The name before, where it is another.
    pub renamed: Option<Words>,
    /// The clauses that changed.
    pub clauses: Vec<ClauseDifference>,
}

/// A region of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedRegion {
    /// Its code; its number where this program's table does not know it.
    pub code: String,
    /// What it is called.
    pub name: Words,
}

/// Two versions of the risk list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListDifference {
    /// Versions and moments.
    #[serde(flatten)]
    pub dates: Dates,
    /// Regions that the one before had not.
    pub added: Vec<ListedRegion>,
    /// Regions that it had.
    pub dropped: Vec<ListedRegion>,
    /// How many are in both.
    pub kept: usize,
}

/// What a version changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Difference {
    /// Of a policy.
    Policy(PolicyDifference),
    /// Of the risk list.
    RiskList(ListDifference),
}

/// The clauses that a policy may change; the grace and the regions are told apart from them.
const CLAUSES: [Tightened; 13] = [
    Tightened::Fever,
    Tightened::Symptoms,
    Tightened::Contacts,
    Tightened::SlotLag,
    Tightened::NormalDays,
    Tightened::ClearDays,
    Tightened::TestOrDoses,
    Tightened::Reading,
    Tightened::Itinerary,
    Tightened::FreshEnrolments,
    Tightened::Mask,
    Tightened::Paper,
    Tightened::GateCode,
];

/// What a policy changes against an earlier version.
#[must_use]
pub fn of_policies(before: &Policy, after: &Policy) -> PolicyDifference {
    let tighter = of_policy(Some(before), after);
    let looser = of_policy(Some(after), before);
    let difference = |clause: Tightened| {
        let (told_before, told_after) = (words::asked(clause, before), words::asked(clause, after));
        let way = match (tighter.contains(&clause), looser.contains(&clause)) {
            (true, false) => Way::Tightened,
            (true, true) => Way::Otherwise,
            (false, true) => Way::Loosened,
            // Other values by which nobody gains or loses, as a window that nothing is counted in.
            (false, false) if told_before != told_after => Way::Loosened,
            (false, false) => return None,
        };
        Some(ClauseDifference {
            clause,
            way,
            about: words::about(clause),
            before: told_before,
            after: told_after,
        })
    };
    let name = |policy: &Policy| Words {
        zh: policy.name_zh.clone(),
        en: policy.name_en.clone(),
    };
    PolicyDifference {
        policy: after.reference.id,
        dates: Dates {
            before: before.reference.version.into(),
            after: after.reference.version.into(),
            effective_before: before.effective,
            effective: after.effective,
            grace_before_ms: before.grace_ms,
            grace_ms: after.grace_ms,
            hurried: tighter.contains(&Tightened::Grace),
        },
        renamed: Some(name(before)).filter(|old| *old != name(after)),
        clauses: CLAUSES.into_iter().filter_map(difference).collect(),
    }
}

/// What a risk list changes against an earlier version.
#[must_use]
pub fn of_lists(before: &RiskList, after: &RiskList) -> ListDifference {
    let named = |regions: &mut dyn Iterator<Item = RegionIndex>| regions.map(listed).collect();
    let kept = after.regions.regions();
    let kept = kept.filter(|region| before.regions.contains(*region));
    ListDifference {
        dates: Dates {
            before: before.version,
            after: after.version,
            effective_before: before.effective,
            effective: after.effective,
            grace_before_ms: before.grace_ms,
            grace_ms: after.grace_ms,
            hurried: of_list(Some(before), after).contains(&Tightened::Grace),
        },
        kept: kept.count(),
        added: named(&mut added(Some(before), after)),
        dropped: named(&mut added(Some(after), before)),
    }
}

fn listed(index: RegionIndex) -> ListedRegion {
    match RegionTable::embedded().by_index(index) {
        Ok(region) => ListedRegion {
            code: region.code().to_string(),
            name: Words {
                zh: region.name_zh().to_owned(),
                en: region.name_en().to_owned(),
            },
        },
        Err(_) => {
            let code = format!("#{}", index.get());
            ListedRegion {
                name: Words::same(&code),
                code,
            }
        }
    }
}
