//! What organisations may do, and how much of a day's quota they have used.

use super::record::{Count, records};
use super::{Place, State, StateError, keys};
use crate::log::merkle::EntryIndex;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::did::Did;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::Role;

/// A role without its terms: an organisation holds each at most once, an attester each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoleSlot {
    /// Enrols.
    Registrar,
    /// Attests one kind.
    Attester(AttestationKind),
    /// Verifies passes.
    Gate,
    /// Receives disclosures.
    Employer,
    /// Reads the audit.
    Regulator,
}

impl RoleSlot {
    /// The slot that a role fills.
    #[must_use]
    pub const fn of(role: &Role) -> Self {
        match role {
            Role::Registrar { .. } => Self::Registrar,
            Role::Attester { kind, .. } => Self::Attester(*kind),
            Role::Gate { .. } => Self::Gate,
            Role::Employer => Self::Employer,
            Role::Regulator => Self::Regulator,
        }
    }
}

impl Canonical for RoleSlot {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Registrar => w.u8(1).u8(0),
            Self::Attester(kind) => w.u8(2).value(kind),
            Self::Gate => w.u8(3).u8(0),
            Self::Employer => w.u8(4).u8(0),
            Self::Regulator => w.u8(5).u8(0),
        };
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let slot = match r.u8("a role")? {
            2 => return r.value().map(Self::Attester),
            1 => Self::Registrar,
            3 => Self::Gate,
            4 => Self::Employer,
            5 => Self::Regulator,
            _ => return Err(DecodeError::Invalid("a role")),
        };
        match r.u8("a role's kind")? {
            0 => Ok(slot),
            _ => Err(DecodeError::Invalid("a role's kind")),
        }
    }
}

records! {
    /// An accreditation.
    Accreditation {
        /// To do what, on which terms.
        role: Role,
        /// Since when.
        since: Timestamp,
        /// By which entry.
        entry: EntryIndex,
    }
}

impl State<'_> {
    /// How much of a day's quota is used.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn used(&self, did: Did, slot: RoleSlot, day: Day) -> Result<Count, StateError> {
        Ok(self.get(&keys::used(did, slot, day))?.unwrap_or_default())
    }

    /// How much was used on each of the days behind `after` and before `day` on which anything was; the oldest first.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn used_between(
        &self,
        did: Did,
        slot: RoleSlot,
        after: Day,
        day: Day,
    ) -> Result<Vec<(Day, Count)>, StateError> {
        let days = usize::from(day.get().saturating_sub(after.get()));
        let mut found = self.page(&keys::used_days(did, slot), Some(&after), days)?;
        found.retain(|(used, _)| *used < day);
        Ok(found)
    }

    pub(crate) fn use_quota(
        &mut self,
        did: Did,
        slot: RoleSlot,
        day: Day,
        n: u64,
    ) -> Result<(), StateError> {
        let used = self.used(did, slot, day)?.plus(n);
        self.put(&keys::used(did, slot, day), &used);
        Ok(())
    }

    pub(crate) fn put_accreditation(&mut self, did: Did, role: Role, at: Place) {
        let cell = keys::accreditation(did, RoleSlot::of(&role));
        let accreditation = Accreditation {
            role,
            since: at.time,
            entry: at.entry,
        };
        self.put(&cell, &accreditation);
    }
}
