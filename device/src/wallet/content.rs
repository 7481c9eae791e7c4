//! What a wallet holds: several people, and the last seen public data, so that it can show and explain offline.

use super::answers::Form;
use super::consent::Consent;
use super::disclosure::Disclosed;
use super::draft::Draft;
use super::error::WalletError;
use super::secret::{SecretScalar, SecretSeed};
use super::sync::Crowd;
use crate::client::{Encoded, LiveNotice, Marks, PublicAppeal};
use crate::enrolment::EnrolRequest;
use luyin_protocol::attestation::Attestation;
use luyin_protocol::did::Did;
use luyin_protocol::field::Nullifier;
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::note::{IdentitySecret, Mask, Note, NoteState, RevocationHandle};
use luyin_protocol::pass::Pass;
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Release, Tx};
use serde::{Deserialize, Serialize};

/// The content of a wallet file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Format version: 1.
    pub version: u8,
    /// The network's founding data.
    pub parameters: Encoded<NetworkParameters>,
    /// The node that was used last.
    pub node: String,
    /// Public data as last seen.
    pub seen: Option<PublicData>,
    /// The people, the owner first.
    pub persons: Vec<Person>,
}

impl Content {
    /// The network.
    #[must_use]
    pub fn network(&self) -> NetworkId {
        self.parameters.0.id()
    }

    /// The person of a label; without one, the only person.
    pub fn person(&self, label: Option<&str>) -> Result<&Person, WalletError> {
        let position = self.position(label)?;
        self.persons.get(position).ok_or(WalletError::WhichPerson)
    }

    /// The same, for changing.
    pub fn person_mut(&mut self, label: Option<&str>) -> Result<&mut Person, WalletError> {
        let position = self.position(label)?;
        self.persons
            .get_mut(position)
            .ok_or(WalletError::WhichPerson)
    }

    fn position(&self, label: Option<&str>) -> Result<usize, WalletError> {
        match label {
            Some(label) => self
                .persons
                .iter()
                .position(|p| p.label == label)
                .ok_or_else(|| WalletError::NoPerson(label.to_owned())),
            None if self.persons.len() == 1 => Ok(0),
            None => Err(WalletError::WhichPerson),
        }
    }
}

/// Public data as a node served it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicData {
    /// When, by the node's clock.
    pub at: Timestamp,
    /// All policies.
    pub policies: Vec<Encoded<Policy>>,
    /// All risk lists.
    pub risk_lists: Vec<Encoded<RiskList>>,
    /// Live notices.
    pub notices: Vec<LiveNotice>,
    /// The day's released values.
    pub releases: Vec<Encoded<Release>>,
    /// How these lists stood.
    #[serde(default)]
    pub marks: Marks,
}

/// One person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What the wallet calls them.
    pub label: String,
    /// The identity secret.
    pub sk: SecretScalar,
    /// Seed of the DID key.
    pub did_seed: SecretSeed,
    /// Surname index and last two digits.
    pub mask: Mask,
    /// The employer, where there is one.
    pub employer: Option<Did>,
    /// The enrolment asked for, until it is on the ledger.
    pub request: Option<EnrolRequest>,
    /// The newest note known.
    pub note: Option<HeldNote>,
    /// The one before, where the newest differs from it by a normal check-in alone: passes may rest on it until many
    /// share an epoch with the newest.
    #[serde(default)]
    pub previous: Option<HeldNote>,
    /// Whether it came out of a backup and has not walked on since.
    #[serde(default)]
    pub restored: bool,
    /// What was submitted and not yet seen on the ledger.
    pub pending: Option<Pending>,
    /// Attestations received and not yet absorbed.
    pub attestations: Vec<HeldAttestation>,
    /// Passes proved ahead.
    pub passes: Vec<ReadyPass>,
    /// Openings for the employer, newest last.
    pub disclosures: Vec<Disclosed>,
    /// The answers of the last check-in.
    pub last_form: Option<Form>,
    /// A form that is being filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    /// To what the person has agreed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Consent>,
    /// Own appeals, as they stood when they were last looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appeals: Vec<PublicAppeal>,
}

impl Person {
    /// The identity secret as statements take it.
    #[must_use]
    pub const fn secret(&self) -> IdentitySecret {
        IdentitySecret::from_value(self.sk.expose())
    }

    /// The newest note.
    pub fn held(&self) -> Result<&HeldNote, WalletError> {
        self.note.as_ref().ok_or(WalletError::NotEnrolled)
    }
}

/// A note and its place. Owner and blinding follow from the secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldNote {
    rh: SecretScalar,
    state: NoteState,
    itinerary: Encoded<Itinerary>,
    rho: SecretScalar,
    /// Its leaf in the forest.
    pub leaf: u64,
    /// The log's entry that made it.
    pub entry: u64,
}

impl HeldNote {
    /// Keeps a note.
    #[must_use]
    pub fn new(note: &Note, leaf: u64, entry: u64) -> Self {
        Self {
            rh: SecretScalar::new(note.rh.expose()),
            state: note.state,
            itinerary: Encoded(note.itinerary),
            rho: SecretScalar::new(note.rho),
            leaf,
            entry,
        }
    }

    /// The note of the secret's owner.
    #[must_use]
    pub fn note(&self, sk: &IdentitySecret) -> Note {
        let rho = self.rho.expose();
        Note {
            owner: sk.owner(),
            rh: RevocationHandle::from_value(self.rh.expose()),
            state: self.state,
            itinerary: self.itinerary.0,
            rho,
            r: sk.blinding(rho),
        }
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> &NoteState {
        &self.state
    }

    /// Its visited regions.
    #[must_use]
    pub const fn itinerary(&self) -> &Itinerary {
        &self.itinerary.0
    }
}

/// A transaction that was written down before it was submitted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// The transaction.
    pub tx: Encoded<Tx>,
    /// When it was made.
    pub made: Timestamp,
    /// The opening that becomes true with it.
    pub disclosed: Option<Disclosed>,
    /// The form that it reports.
    pub form: Option<Form>,
    /// The attestation that it takes in.
    pub absorbs: Option<HeldAttestation>,
}

impl Pending {
    /// The nullifier that it spends; none for what a wallet never submits.
    #[must_use]
    pub fn nullifier(&self) -> Option<Nullifier> {
        match &self.tx.0 {
            Tx::CheckIn(x) => Some(x.nf),
            Tx::Absorb(x) => Some(x.nf),
            _ => None,
        }
    }
}

/// An attestation as its attester handed it over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldAttestation {
    /// The attestation.
    pub attestation: Encoded<Attestation>,
    /// Who made it.
    pub attester: Did,
    /// The day of the scope in which the attester knew the holder.
    pub scope_day: Day,
    /// The day whose attestation tree holds it.
    pub tree_day: Day,
}

/// For whom a pass was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassFor {
    /// One venue.
    Venue(Did),
    /// Whoever asks in one walk-in block.
    WalkIn,
}

/// A pass that only wants its show-time signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadyPass {
    /// The pass.
    pub pass: Encoded<Pass>,
    /// Seed of its ephemeral key.
    pub ephemeral: SecretSeed,
    /// For whom.
    pub place: PassFor,
    /// Whether a walk-in pass was shown: it is good once.
    pub shown: Option<Timestamp>,
    /// How many wallets prove against its epoch.
    #[serde(default)]
    pub crowd: Crowd,
}
