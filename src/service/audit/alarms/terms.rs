//! On which terms issuers acted on a day: past days are measured by the quotas of their time.

use crate::service::ServiceError;
use luyin_ledger::state::accreditation::RoleSlot;
use luyin_ledger::state::{State, keys};
use luyin_protocol::did::Did;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{GovernanceAction, Role};
use std::collections::BTreeMap;

/// An issuer's terms in one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// Since which day it holds the role without a break.
    pub since: Day,
    /// How many a day.
    pub quota: u32,
}

/// By organisation and role.
pub(super) type AllTerms = BTreeMap<(Did, RoleSlot), Terms>;

/// Everyone's terms on a day. Who lost the role on that very day is still among them: what it did before counts.
pub(super) fn of_day(state: &State<'_>, day: Day) -> Result<AllTerms, ServiceError> {
    let actions = state.all(&keys::authority_actions())?;
    let dated = actions.into_iter().map(|(_, a)| (a.time, a.action));
    Ok(replayed(dated, day))
}

fn replayed(actions: impl Iterator<Item = (Timestamp, GovernanceAction)>, day: Day) -> AllTerms {
    let mut all = AllTerms::new();
    for (time, action) in actions.take_while(|(time, _)| time.day() <= day) {
        match action {
            GovernanceAction::Accredit(accredit) => {
                let (Role::Registrar { quota } | Role::Attester { quota, .. }) = accredit.role
                else {
                    continue;
                };
                let fresh = Terms {
                    since: time.day(),
                    quota: quota.0,
                };
                let slot = RoleSlot::of(&accredit.role);
                all.entry((accredit.did, slot)).or_insert(fresh).quota = quota.0;
            }
            GovernanceAction::Unaccredit(ended) if time.day() < day => {
                all.retain(|(did, _), _| *did != ended.did);
            }
            GovernanceAction::Unaccredit(_)
            | GovernanceAction::Policy(_)
            | GovernanceAction::RiskList(_)
            | GovernanceAction::RiskNotice(_)
            | GovernanceAction::NoticeLifted(_)
            | GovernanceAction::AppealAnswered(_) => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_protocol::attestation::AttestationKind;
    use luyin_protocol::tx::{Accredit, Quota, Unaccredit};

    const LAB: Did = Did::from_bytes([1; 32]);
    const TESTS: (Did, RoleSlot) = (LAB, RoleSlot::Attester(AttestationKind::Test));

    fn accredit(quota: u32) -> GovernanceAction {
        GovernanceAction::Accredit(Accredit {
            did: LAB,
            role: Role::Attester {
                kind: AttestationKind::Test,
                quota: Quota(quota),
            },
        })
    }

    fn end() -> GovernanceAction {
        GovernanceAction::Unaccredit(Unaccredit {
            did: LAB,
            reason: "audit".into(),
        })
    }

    fn on(day: u16, action: GovernanceAction) -> (Timestamp, GovernanceAction) {
        (Day::new(day).start(), action)
    }

    fn terms(actions: &[(Timestamp, GovernanceAction)], day: u16) -> Option<(u16, u32)> {
        let all = replayed(actions.iter().cloned(), Day::new(day));
        all.get(&TESTS).map(|t| (t.since.get(), t.quota))
    }

    #[test]
    fn a_day_is_measured_by_the_quota_of_its_time() {
        let actions = [on(100, accredit(10)), on(200, accredit(20))];
        assert_eq!(terms(&actions, 99), None);
        assert_eq!(terms(&actions, 100), Some((100, 10)));
        assert_eq!(terms(&actions, 199), Some((100, 10)));
        assert_eq!(terms(&actions, 200), Some((100, 20)));
    }

    #[test]
    fn who_loses_a_role_is_looked_at_for_that_day_and_no_longer() {
        let actions = [on(100, accredit(10)), on(200, end()), on(300, accredit(30))];
        assert_eq!(terms(&actions, 200), Some((100, 10)));
        assert_eq!(terms(&actions, 201), None);
        assert_eq!(terms(&actions, 300), Some((300, 30)));
    }
}
