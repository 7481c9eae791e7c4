//! What an employee opens to the employer: that a check-in on the ledger is theirs, and what it says of the day.
//!
//! The ledger holds `H_Disclosure(pseudonym, status, slot, salt)` and nothing that names the employer (clause 5.4 g).

use ark_bn254::Fr;
use luyin_protocol::did::Did;
use luyin_protocol::field::{Disclosure, Nym};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::DayStatus;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Slot;
use serde::{Deserialize, Serialize};

use super::secret::SecretScalar;

/// Whether the check-in was made in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Punctuality {
    /// On the ledger, in time.
    OnTime,
    /// Told afterwards; not on the ledger, never in the history.
    Late,
}

/// The opening of one check-in, as the file for the employer carries it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// For which ledger.
    pub network: NetworkId,
    /// For whom.
    pub employer: Did,
    /// The employee's lasting name with this employer.
    pub pseudonym: Nym,
    /// What the day's check-ins say together.
    pub status: DayStatus,
    /// The half-day.
    pub slot: Slot,
    /// Blinds the commitment.
    pub salt: SecretScalar,
    /// The commitment on the ledger; a late one has none there.
    pub disclosure: Disclosure,
    /// The check-in's entry in the log, once it is there.
    pub entry: Option<u64>,
    /// Whether it counts as made in time.
    pub punctuality: Punctuality,
}

impl Disclosed {
    /// The commitment that the opened values give.
    #[must_use]
    pub fn commitment(&self) -> Disclosure {
        let status = Fr::from(self.status.code());
        let slot = Fr::from(self.slot.get());
        let parts = [self.pseudonym.value(), status, slot, self.salt.expose()];
        Disclosure::from_value(hash(Tag::Disclosure, &parts))
    }

    /// Whether it opens a commitment of the ledger.
    #[must_use]
    pub fn opens(&self, on_ledger: &Disclosure) -> bool {
        self.punctuality == Punctuality::OnTime && self.commitment() == *on_ledger
    }
}
