//! What a network published that verdicts rest on, each with its time.

use super::EpochRef;
use crate::appeal::AppealOutcome;
use crate::did::Did;
use crate::network::NetworkParameters;
use crate::policy::Policy;
use crate::risk::{DayRelease, NoticeId, RiskList};
use crate::time::{Day, Timestamp};
use crate::tx::{AppealAnswered, GovernanceAction, NoticeLifted, Role};
use std::collections::BTreeMap;

/// Something with the time since when it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since<T> {
    /// What.
    pub item: T,
    /// Since when.
    pub time: Timestamp,
}

/// The authority's acts that verdicts rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acts {
    /// Every version of every policy.
    pub policies: Vec<Since<Policy>>,
    /// Every risk list.
    pub risk_lists: Vec<Since<RiskList>>,
    /// The venues that each gate was accredited for, by rising time.
    pub venues: BTreeMap<Did, Vec<Since<Did>>>,
    /// When notices were lifted.
    pub lifted: BTreeMap<NoticeId, Timestamp>,
}

impl Acts {
    /// Takes the next act in; what no verdict rests on is passed over.
    pub fn take(&mut self, action: GovernanceAction, time: Timestamp) {
        match action {
            GovernanceAction::Policy(policy) => self.policies.push(Since {
                item: *policy,
                time,
            }),
            GovernanceAction::RiskList(list) => {
                self.risk_lists.push(Since { item: *list, time });
            }
            GovernanceAction::Accredit(accredit) => {
                if let Role::Gate { venue } = accredit.role {
                    let of_gate = self.venues.entry(accredit.did).or_default();
                    of_gate.push(Since { item: venue, time });
                }
            }
            GovernanceAction::NoticeLifted(NoticeLifted { notice, .. })
            | GovernanceAction::AppealAnswered(AppealAnswered {
                notice,
                outcome: AppealOutcome::Granted,
                ..
            }) => {
                self.lifted.insert(notice, time);
            }
            // A gate that has lost its role still had its venue; a notice says nothing before values are released,
            // and an appeal that is refused changes nothing.
            GovernanceAction::Unaccredit(_)
            | GovernanceAction::RiskNotice(_)
            | GovernanceAction::AppealAnswered(_) => {}
        }
    }

    /// A gate's venue at a time.
    #[must_use]
    pub fn venue(&self, gate: &Did, time: Timestamp) -> Option<&Did> {
        let all = self.venues.get(gate)?.iter();
        all.take_while(|v| v.time <= time).last().map(|v| &v.item)
    }
}

/// All that a network published.
pub trait Published {
    /// Why it could not be read.
    type Error;
    /// The founding data.
    fn parameters(&self) -> &NetworkParameters;
    /// The authority's acts.
    fn acts(&self) -> &Acts;
    /// The number of the newest epoch, 0 before there is one; they count from 1 without a gap.
    ///
    /// # Errors
    /// Where it could not be read.
    fn newest_epoch(&self) -> Result<u32, Self::Error>;
    /// An epoch.
    ///
    /// # Errors
    /// Where it could not be read.
    fn epoch(&self, number: u32) -> Result<Option<EpochRef>, Self::Error>;
    /// The values released for a day, those of notices that were lifted later too.
    ///
    /// # Errors
    /// Where they could not be read.
    fn released(&self, day: Day) -> Result<Vec<Since<DayRelease>>, Self::Error>;
}
