//! The network's founding data: the genesis entry (protocol clause 7.1).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::signature::{NetworkId, PublicKey, SealPublicKey, Sha256Hash};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Escrow trustees.
pub const TRUSTEES: usize = 5;
/// Acknowledgements that an enrolment needs.
pub const ACKS_NEEDED: usize = 4;
/// Trustees that a release needs.
pub const RELEASES_NEEDED: usize = 3;
/// Trustees that evaluate the VOPRF, the first three of the five.
pub const EVALUATORS: usize = 3;
/// How many persons two signatures reach where the founders state nothing else.
pub const DEFAULT_TWO_REACH: u32 = 100;
/// The founding data's form. The second brought reviewers, the third witnesses; with it, notices say what kind of evidence
/// they rest on.
const VERSION: u8 = 3;
const MAX_KEYS: usize = 16;
const MAX_TEXT: usize = 100;

/// Whether a network may run on development keys and a settable clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkMode {
    /// Real people. Development keys and settable clocks are refused.
    Production,
    /// Synthetic data alone.
    Development,
}

/// A trustee as the ledger names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrusteeInfo {
    /// The organisation.
    pub name: String,
    /// Signs acknowledgements and releases.
    pub sign: PublicKey,
    /// Shares are sealed to it.
    pub seal: SealPublicKey,
}

/// A witness as the founding data name it: it cosigns checkpoints (clause 8.9a).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessInfo {
    /// Its name on cosignatures, e.g. `witness.example/one`.
    pub name: String,
    /// Its key, with which it signs nothing else.
    pub key: PublicKey,
}

/// Time spans of the network, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cadence {
    /// Between epoch roots for those who cannot wait.
    pub quick_ms: u32,
    /// Between the epoch roots that spare passes prove against.
    pub shared_ms: u32,
    /// How long an epoch root is accepted.
    pub root_window_ms: u32,
    /// How long after its end a slot still takes check-ins.
    pub slot_grace_ms: u32,
}

impl Cadence {
    /// The values of a live network.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            quick_ms: 120_000,
            shared_ms: 3_600_000,
            root_window_ms: 48 * 3_600_000,
            slot_grace_ms: 600_000,
        }
    }

    /// The demo network: epoch roots every 15 seconds.
    #[must_use]
    pub const fn demo() -> Self {
        Self {
            quick_ms: 15_000,
            ..Self::standard()
        }
    }
}

/// SHA-256 of each statement's verifying key: the allow-list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VerifyingKeys {
    /// of enrol
    pub enrol: Sha256Hash,
    /// of checkin
    pub checkin: Sha256Hash,
    /// of absorb
    pub absorb: Sha256Hash,
    /// of pass
    pub pass: Sha256Hash,
}

/// The founding data. Its hash is the [`NetworkId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkParameters {
    /// Origin line of checkpoints, e.g. `luyin.example/demo`.
    pub origin: String,
    /// Mode.
    pub mode: NetworkMode,
    /// Time spans.
    pub cadence: Cadence,
    /// Keys that may propose governance.
    pub proposers: Vec<PublicKey>,
    /// Keys that may approve it; disjoint from the proposers'.
    pub approvers: Vec<PublicKey>,
    /// Keys that may give the third approval; disjoint from both. There may be none: then what needs one is not done.
    pub reviewers: Vec<PublicKey>,
    /// How many persons two signatures may reach at most; what may reach more needs a reviewer's (clause 7.16a).
    pub two_reach: u32,
    /// The five escrow trustees.
    pub trustees: Vec<TrusteeInfo>,
    /// The VOPRF public keys of the first three (compressed Ristretto points).
    pub evaluators: Vec<Sha256Hash>,
    /// Verifying keys.
    pub verifying_keys: VerifyingKeys,
    /// Keys that sign checkpoints and bundles.
    pub nodes: Vec<PublicKey>,
    /// Witnesses; there may be none.
    pub witnesses: Vec<WitnessInfo>,
    /// How many of them must have cosigned a checkpoint before anyone believes it.
    pub witnesses_needed: u8,
}

impl NetworkParameters {
    /// The network's identity.
    #[must_use]
    pub fn id(&self) -> NetworkId {
        NetworkId::from_bytes(*Sha256Hash::of(&self.to_vec()).as_bytes())
    }

    /// Checks that the parts agree.
    pub fn check(&self) -> Result<(), DecodeError> {
        let plain = |c: char| c.is_ascii_graphic();
        if self.origin.is_empty() || self.origin.len() > MAX_TEXT || !self.origin.chars().all(plain)
        {
            return Err(DecodeError::Invalid("an origin of printable ASCII"));
        }
        if self.trustees.len() != TRUSTEES || self.evaluators.len() != EVALUATORS {
            return Err(DecodeError::Invalid(
                "five trustees, three of them evaluators",
            ));
        }
        let count = |keys: &[PublicKey]| (1..=MAX_KEYS).contains(&keys.len());
        if !count(&self.proposers) || !count(&self.approvers) || !count(&self.nodes) {
            return Err(DecodeError::Invalid("1 to 16 keys a role"));
        }
        if self.proposers.iter().any(|k| self.approvers.contains(k)) {
            return Err(DecodeError::Invalid("proposers that are not approvers"));
        }
        let others = |k: &PublicKey| self.proposers.contains(k) || self.approvers.contains(k);
        if self.reviewers.len() > MAX_KEYS || self.reviewers.iter().any(others) {
            return Err(DecodeError::Invalid(
                "at most 16 reviewers that neither propose nor approve",
            ));
        }
        let distinct: HashSet<&[u8; 32]> = self.nodes.iter().map(PublicKey::as_bytes).collect();
        if distinct.len() != self.nodes.len() {
            return Err(DecodeError::Invalid("nodes with keys of their own"));
        }
        self.check_witnesses()?;
        let keys = self
            .proposers
            .iter()
            .chain(&self.approvers)
            .chain(&self.reviewers)
            .chain(&self.nodes)
            .chain(self.trustees.iter().map(|t| &t.sign))
            .chain(self.witnesses.iter().map(|w| &w.key));
        for key in keys {
            PublicKey::checked(*key.as_bytes())?;
        }
        let c = &self.cadence;
        if c.quick_ms == 0 || c.shared_ms < c.quick_ms || c.root_window_ms < c.shared_ms {
            return Err(DecodeError::Invalid(
                "a cadence with quick <= shared <= window",
            ));
        }
        Ok(())
    }
}

impl NetworkParameters {
    /// How many nodes have to have signed before anyone believes a checkpoint: more than two thirds of them.
    #[must_use]
    pub const fn nodes_needed(&self) -> usize {
        self.nodes.len().saturating_mul(2) / 3 + 1
    }

    /// Nobody counts twice, by name or by key, and no witness is a node: it would watch over itself.
    fn check_witnesses(&self) -> Result<(), DecodeError> {
        let barred = |c: char| !c.is_ascii_graphic() || c == '+';
        let named = |w: &WitnessInfo| !w.name.is_empty() && !w.name.contains(barred);
        let other = |w: &WitnessInfo| w.name != self.origin && !self.nodes.contains(&w.key);
        let mut names = HashSet::new();
        let mut keys = HashSet::new();
        let mut distinct =
            |w: &WitnessInfo| names.insert(w.name.clone()) && keys.insert(*w.key.as_bytes());
        let mut each = |w: &WitnessInfo| named(w) && other(w) && distinct(w);
        if self.witnesses.len() > MAX_KEYS || !self.witnesses.iter().all(&mut each) {
            return Err(DecodeError::Invalid(
                "at most 16 witnesses with names and keys of their own",
            ));
        }
        if usize::from(self.witnesses_needed) > self.witnesses.len() {
            return Err(DecodeError::Invalid(
                "no more witnesses needed than there are",
            ));
        }
        Ok(())
    }
}

impl Canonical for WitnessInfo {
    fn encode(&self, w: &mut Writer) {
        w.bytes(self.name.as_bytes()).value(&self.key);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            name: r.text(MAX_TEXT, "a witness's name")?,
            key: r.value()?,
        })
    }
}

impl Canonical for TrusteeInfo {
    fn encode(&self, w: &mut Writer) {
        w.bytes(self.name.as_bytes())
            .value(&self.sign)
            .value(&self.seal);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            name: r.text(MAX_TEXT, "a trustee's name")?,
            sign: r.value()?,
            seal: r.value()?,
        })
    }
}

impl Canonical for NetworkParameters {
    fn encode(&self, w: &mut Writer) {
        let Self {
            origin,
            mode,
            cadence,
            proposers,
            approvers,
            reviewers,
            two_reach,
            trustees,
            evaluators,
            verifying_keys,
            nodes,
            witnesses,
            witnesses_needed,
        } = self;
        let Cadence {
            quick_ms,
            shared_ms,
            root_window_ms,
            slot_grace_ms,
        } = cadence;
        let VerifyingKeys {
            enrol,
            checkin,
            absorb,
            pass,
        } = verifying_keys;
        w.u8(VERSION)
            .bytes(origin.as_bytes())
            .flag(*mode == NetworkMode::Production);
        w.u32(*quick_ms)
            .u32(*shared_ms)
            .u32(*root_window_ms)
            .u32(*slot_grace_ms);
        w.sequence(proposers)
            .sequence(approvers)
            .sequence(reviewers)
            .u32(*two_reach)
            .sequence(trustees)
            .sequence(evaluators);
        w.value(enrol)
            .value(checkin)
            .value(absorb)
            .value(pass)
            .sequence(nodes)
            .sequence(witnesses)
            .u8(*witnesses_needed);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.u8("a genesis version")?;
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let parameters = Self {
            origin: r.text(MAX_TEXT, "an origin")?,
            mode: if r.flag("a mode")? {
                NetworkMode::Production
            } else {
                NetworkMode::Development
            },
            cadence: Cadence {
                quick_ms: r.u32("a cadence")?,
                shared_ms: r.u32("a cadence")?,
                root_window_ms: r.u32("a root window")?,
                slot_grace_ms: r.u32("a slot grace")?,
            },
            proposers: r.sequence(MAX_KEYS, "proposers")?,
            approvers: r.sequence(MAX_KEYS, "approvers")?,
            reviewers: r.sequence(MAX_KEYS, "reviewers")?,
            two_reach: r.u32("a reach of two signatures")?,
            trustees: r.sequence(TRUSTEES, "trustees")?,
            evaluators: r.sequence(EVALUATORS, "evaluators")?,
            verifying_keys: VerifyingKeys {
                enrol: r.value()?,
                checkin: r.value()?,
                absorb: r.value()?,
                pass: r.value()?,
            },
            nodes: r.sequence(MAX_KEYS, "nodes")?,
            witnesses: r.sequence(MAX_KEYS, "witnesses")?,
            witnesses_needed: r.u8("a number of witnesses")?,
        };
        parameters.check()?;
        Ok(parameters)
    }
}
