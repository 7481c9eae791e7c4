//! What an action would ask more than what is there, and how many it may reach (clause 7.16a), before anyone signs it.
//!
//! The bound is the ledger's own and decides. An estimate rests on what an operator's pipeline counted; the ledger does not
//! know it and it decides nothing.

use std::collections::BTreeMap;
use std::fmt;

use luyin_protocol::policy::Policy;
use luyin_protocol::region::RegionTable;
use luyin_protocol::risk::RiskList;
use luyin_protocol::tightening::{Tightened, added, of_list, of_policy};
use luyin_protocol::tx::GovernanceAction;
use serde::{Deserialize, Serialize};

use crate::client::NodeClient;
use luyin_device::client::{ClientError, GovernanceReach};

/// Why nothing was found out.
#[derive(Debug, thiserror::Error)]
pub enum DryRunError {
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The counts.
    #[error("not a file of counts: {0}")]
    Counts(#[from] serde_json::Error),
    /// Counts without their source.
    #[error("the counts do not say where they come from: \"source\" is empty")]
    Source,
}

/// How many persons were in each region, as an operator's pipeline counted them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Who counted, and of what days.
    pub source: String,
    /// Persons by the region's code.
    pub regions: BTreeMap<String, u64>,
}

/// A clause by which more is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stricter {
    /// Which.
    pub clause: Tightened,
    /// In words.
    pub words: &'static str,
    /// What it asks so far.
    pub before: String,
    /// What it would ask.
    pub after: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// The clauses by which more is asked.
    pub stricter: Vec<Stricter>,
    /// The codes of regions that a list adds.
    pub added: Vec<String>,
    /// At most so many persons may lose their green.
    pub bound: u64,
    /// So many two signatures reach.
    pub two_reach: u32,
    /// Whether a reviewer must sign too.
    pub third_approval: bool,
    /// By the counts: at most so many persons were in the added regions, some of them counted twice perhaps.
    pub estimate: Option<u64>,
    /// Added regions that the counts do not name.
    pub uncounted: Vec<String>,
    /// Where the counts come from.
    pub source: Option<String>,
}

impl DryRun {
    /// Compares an action with what the node shows.
    ///
    /// # Errors
    /// [`DryRunError`].
    pub fn of(
        node: &NodeClient,
        action: &GovernanceAction,
        counts: Option<&[u8]>,
    ) -> Result<Self, DryRunError> {
        let counts: Option<Counts> = counts.map(serde_json::from_slice).transpose()?;
        if counts.as_ref().is_some_and(|c| c.source.trim().is_empty()) {
            return Err(DryRunError::Source);
        }
        let reach = node.governance_reach()?;
        let (mut stricter, mut new) = (Vec::new(), Vec::new());
        match action {
            GovernanceAction::Policy(policy) => {
                let all = node.policies()?.into_iter().map(|p| p.item.0);
                let same = all.filter(|p| p.reference.id == policy.reference.id);
                let before = same.max_by_key(|p| p.reference.version);
                stricter = of_policies(before.as_ref(), policy);
            }
            GovernanceAction::RiskList(list) => {
                let all = node.risk_lists()?.into_iter().map(|l| l.item.0);
                let before = all.max_by_key(|l| l.version);
                stricter = of_lists(before.as_ref(), list);
                new = codes(before.as_ref(), list);
            }
            GovernanceAction::Accredit(_)
            | GovernanceAction::Unaccredit(_)
            | GovernanceAction::RiskNotice(_)
            | GovernanceAction::NoticeLifted(_)
            | GovernanceAction::AppealAnswered(_) => {}
        }
        let is_notice = matches!(action, GovernanceAction::RiskNotice(_));
        Ok(Self::put_together(stricter, new, is_notice, reach, counts))
    }

    fn put_together(
        stricter: Vec<Stricter>,
        added: Vec<String>,
        is_notice: bool,
        reach: GovernanceReach,
        counts: Option<Counts>,
    ) -> Self {
        let bound = match (is_notice, stricter.is_empty()) {
            (true, _) => reach.notices_today.saturating_add(1),
            (false, true) => 0,
            (false, false) => reach.enrolments,
        };
        let counted = |code: &String| counts.as_ref()?.regions.get(code).copied();
        let sum = added.iter().filter_map(counted);
        let sum = sum.fold(0_u64, u64::saturating_add).min(bound);
        let uncounted = added.iter().filter(|code| counted(code).is_none());
        let uncounted = match counts {
            Some(_) => uncounted.cloned().collect(),
            None => Vec::new(),
        };
        Self {
            third_approval: bound > reach.two_reach.into(),
            two_reach: reach.two_reach,
            bound,
            estimate: counts.as_ref().map(|_| sum),
            uncounted,
            source: counts.map(|c| c.source),
            stricter,
            added,
        }
    }
}

fn of_policies(before: Option<&Policy>, after: &Policy) -> Vec<Stricter> {
    let clauses = of_policy(before, after).into_iter();
    let value =
        |clause, policy: Option<&Policy>| policy.map_or_else(String::new, |p| asks(clause, p));
    clauses
        .map(|clause| Stricter {
            clause,
            words: clause.words(),
            before: value(clause, before),
            after: value(clause, Some(after)),
        })
        .collect()
}

/// What a policy asks by a clause.
fn asks(clause: Tightened, policy: &Policy) -> String {
    let age = |age: Option<u16>| age.map_or("none".to_owned(), |a| format!("of {a} days"));
    let (t, p) = (&policy.thresholds, &policy.predicates);
    match clause {
        Tightened::Fever => format!("{}.{} degrees", t.fever / 10, t.fever % 10),
        Tightened::Symptoms => format!("{:016b}", t.symptom_mask),
        Tightened::Contacts => format!("{:08b}", t.contact_mask),
        Tightened::SlotLag => format!("{} slots", p.slot_lag),
        Tightened::NormalDays => {
            format!("{} of {} days", p.min_normal, p.window_a.count_ones())
        }
        Tightened::ClearDays => format!("{} days", p.window_b.count_ones()),
        Tightened::TestOrDoses => {
            let doses = p.min_doses.map_or("none".to_owned(), |d| d.to_string());
            format!("test {}, doses {doses}", age(p.max_test_age))
        }
        Tightened::Reading => age(p.max_reading_age),
        Tightened::Itinerary => age(p.max_itinerary_age),
        Tightened::FreshEnrolments => {
            format!("{} days for {} days", p.fresh_normal, p.fresh_horizon)
        }
        Tightened::Mask => yes(p.show_mask),
        Tightened::Paper => yes(policy.paper),
        Tightened::GateCode => yes(policy.gate_code),
        Tightened::Grace => format!("grace {} minutes", policy.grace_ms / 60_000),
        Tightened::Regions => String::new(),
    }
}

fn yes(it_is: bool) -> String {
    if it_is { "yes" } else { "no" }.to_owned()
}

fn of_lists(before: Option<&RiskList>, after: &RiskList) -> Vec<Stricter> {
    let grace = |list: &RiskList| format!("grace {} minutes", list.grace_ms / 60_000);
    let count = |list: &RiskList| format!("{} regions", list.regions.regions().count());
    let value = |clause, list: &RiskList| match clause {
        Tightened::Grace => grace(list),
        _ => count(list),
    };
    of_list(before, after)
        .into_iter()
        .map(|clause| Stricter {
            clause,
            words: clause.words(),
            before: before.map_or_else(|| "0 regions".to_owned(), |list| value(clause, list)),
            after: value(clause, after),
        })
        .collect()
}

/// The added regions by their codes; by number where this program's table does not know them.
fn codes(before: Option<&RiskList>, after: &RiskList) -> Vec<String> {
    let table = RegionTable::embedded();
    added(before, after)
        .map(|index| match table.by_index(index) {
            Ok(region) => region.code().to_string(),
            Err(_) => format!("#{}", index.get()),
        })
        .collect()
}

impl fmt::Display for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Stricter {
            clause: _,
            words,
            before,
            after,
        } in &self.stricter
        {
            writeln!(f, "stricter: {words} ({before} -> {after})")?;
        }
        if self.stricter.is_empty() {
            writeln!(f, "nothing is stricter than before")?;
        }
        if !self.added.is_empty() {
            writeln!(f, "added regions: {}", self.added.join(" "))?;
        }
        writeln!(f, "at most {} persons may lose their green", self.bound)?;
        if let (Some(estimate), Some(source)) = (self.estimate, &self.source) {
            writeln!(f, "by the counts of {source}: at most {estimate}")?;
        }
        if !self.uncounted.is_empty() {
            writeln!(f, "not counted: {}", self.uncounted.join(" "))?;
        }
        let two = self.two_reach;
        if self.third_approval {
            write!(f, "two signatures reach {two}: a reviewer must sign too")
        } else {
            write!(f, "two signatures suffice, which reach {two}")
        }
    }
}

#[cfg(test)]
mod tests {
    use luyin_protocol::itinerary::Itinerary;
    use luyin_protocol::policy::DEFAULT_GRACE_MS;
    use luyin_protocol::region::DivisionCode;
    use luyin_protocol::time::Timestamp;

    use super::*;

    fn zhengzhou(version: u32) -> RiskList {
        let code = DivisionCode::new(410_100).unwrap();
        let region = RegionTable::embedded().containing(code).unwrap().index();
        RiskList {
            version,
            regions: Itinerary::from_regions([region]),
            effective: Timestamp::new(1_600_000_000_000),
            grace_ms: DEFAULT_GRACE_MS,
        }
    }

    const REACH: GovernanceReach = GovernanceReach {
        next: 9,
        enrolments: 2_000,
        notices_today: 3,
        two_reach: 100,
    };

    fn counts() -> Counts {
        let regions = [("410100".to_owned(), 1_317), ("110000".to_owned(), 9)];
        Counts {
            source: "演示数据".to_owned(),
            regions: regions.into_iter().collect(),
        }
    }

    #[test]
    fn a_region_more_is_bound_by_everyone_and_estimated_by_the_counts() {
        let list = zhengzhou(1);
        let found = DryRun::put_together(
            of_lists(None, &list),
            codes(None, &list),
            false,
            REACH,
            Some(counts()),
        );
        assert_eq!(found.added, ["410100"]);
        assert_eq!((found.bound, found.estimate), (2_000, Some(1_317)));
        assert!(found.third_approval);
        let text = found.to_string();
        assert!(text.contains("0 regions -> 1 regions"), "{text}");
        assert!(text.ends_with("a reviewer must sign too"), "{text}");
    }

    #[test]
    fn what_asks_nothing_more_reaches_nobody_and_a_notice_one() {
        let (before, mut after) = (zhengzhou(1), zhengzhou(2));
        after.regions = Itinerary::default();
        let none = of_lists(Some(&before), &after);
        let new = codes(Some(&before), &after);
        let found = DryRun::put_together(none, new, false, REACH, Some(counts()));
        assert_eq!((found.bound, found.estimate), (0, Some(0)));
        assert!(!found.third_approval);
        let notice = DryRun::put_together(Vec::new(), Vec::new(), true, REACH, None);
        assert_eq!((notice.bound, notice.estimate), (4, None));
    }
}
