//! Policies and risk lists: every version, which one is current, which one still in grace.

use super::keys::PolicyId;
use super::record::{Version, records};
use super::{Place, State, StateError, keys};
use crate::log::merkle::EntryIndex;
use luyin_protocol::policy::{Policy, PolicyRef};
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::Timestamp;

records! {
    /// A policy with its entry.
    PublishedPolicy {
        /// The policy.
        policy: Policy,
        /// When it was published; it takes effect at its own time.
        published: Timestamp,
        /// Its entry.
        entry: EntryIndex,
    }

    /// A risk list with its entry.
    PublishedList {
        /// The list.
        list: RiskList,
        /// When it was published; it takes effect at its own time.
        published: Timestamp,
        /// Its entry.
        entry: EntryIndex,
    }
}

/// The versions that count at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce<T> {
    /// The newest that has taken effect.
    pub current: T,
    /// Its predecessor, while the current one's grace lasts.
    pub in_grace: Option<T>,
}

/// When a version takes effect, and for how long the one before is still accepted.
trait Dated {
    fn effective(&self) -> Timestamp;
    fn grace_ms(&self) -> u32;
}

impl Dated for PublishedPolicy {
    fn effective(&self) -> Timestamp {
        self.policy.effective
    }
    fn grace_ms(&self) -> u32 {
        self.policy.grace_ms
    }
}

impl Dated for PublishedList {
    fn effective(&self) -> Timestamp {
        self.list.effective
    }
    fn grace_ms(&self) -> u32 {
        self.list.grace_ms
    }
}

/// Walks back from the newest version: published ahead of their time, several may not have taken effect yet. Versions
/// take effect in their order, so the first that has is the current one. A grace is that of the current version alone:
/// an emergency version without one ends all graces before it.
fn in_force<T: Dated>(
    newest: Option<Version>,
    time: Timestamp,
    read: impl Fn(Version) -> Result<Option<T>, StateError>,
) -> Result<Option<InForce<T>>, StateError> {
    let Some(newest) = newest else {
        return Ok(None);
    };
    for number in (1..=newest.get()).rev() {
        let missing = StateError::Contradiction("a version is missing");
        let version = read(Version::new(number))?.ok_or(missing)?;
        if version.effective() > time {
            continue;
        }
        let grace_ends = version.effective().plus_ms(version.grace_ms().into());
        let in_grace = if number > 1 && time < grace_ends {
            read(Version::new(number.saturating_sub(1)))?
        } else {
            None
        };
        return Ok(Some(InForce {
            current: version,
            in_grace,
        }));
    }
    Ok(None)
}

impl State<'_> {
    /// The versions of a policy that count at a time.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn policy_in_force(
        &self,
        id: PolicyId,
        time: Timestamp,
    ) -> Result<Option<InForce<PublishedPolicy>>, StateError> {
        let newest = self.get(&keys::policy_newest(id))?;
        in_force(newest, time, |v| self.get(&keys::policy(id, v)))
    }

    /// The versions of the risk list that count at a time.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn risk_list_in_force(
        &self,
        time: Timestamp,
    ) -> Result<Option<InForce<PublishedList>>, StateError> {
        let newest = self.get(&keys::risk_list_newest())?;
        in_force(newest, time, |v| self.get(&keys::risk_list(v)))
    }

    /// A policy by its reference, if that version is current or in grace at a time.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn accepted_policy(
        &self,
        reference: PolicyRef,
        time: Timestamp,
    ) -> Result<Option<Policy>, StateError> {
        let found = self.policy_in_force(PolicyId::new(reference.id), time)?;
        let versions = found.map(|f| (f.current, f.in_grace));
        let accepted = versions
            .into_iter()
            .flat_map(|(current, in_grace)| std::iter::once(current).chain(in_grace));
        Ok(accepted
            .map(|p| p.policy)
            .find(|p| p.reference == reference))
    }

    pub(crate) fn put_policy(&mut self, policy: Policy, at: Place) {
        let id = PolicyId::new(policy.reference.id);
        let version = Version::new(policy.reference.version.into());
        let published = PublishedPolicy {
            policy,
            published: at.time,
            entry: at.entry,
        };
        self.put(&keys::policy_newest(id), &version);
        self.put(&keys::policy(id, version), &published);
    }

    pub(crate) fn put_risk_list(&mut self, list: RiskList, at: Place) {
        let version = Version::new(list.version);
        let published = PublishedList {
            list,
            published: at.time,
            entry: at.entry,
        };
        self.put(&keys::risk_list_newest(), &version);
        self.put(&keys::risk_list(version), &published);
    }
}
