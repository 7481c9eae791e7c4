//! Verifying gates' records here: every proof against inputs worked out here, every verdict derived again by the gate's
//! own pure function from what was published at the time.
//!
//! A gate may have been offline with data up to a day old, so a verdict is disputed only where neither the data of the
//! moment nor those of a day before give it.

use std::collections::BTreeMap;

use ark_bn254::Fr;
use luyin_circuits::CircuitName;
use luyin_circuits::groth16::{Claim, PreparedVk, Proof, bad_claims};
use luyin_keys::manifest::{Manifest, decode_vk};
use luyin_protocol::did::Did;
use luyin_protocol::gate::{
    AuditRecord, Colour, EpochRef, Evidence, Gate, GateBundle, Reason, Seen, SeenInMemory,
};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::pass::{PassContext, ShownPass};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::{NoticeId, RiskList};
use luyin_protocol::scope::ScopeIndex;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{GovernanceAction, Release, Role};
use rand::rngs::OsRng;
use serde::Serialize;

use super::AuditError;
use super::answers::{Record, actions};
use super::proof::parts;
use crate::client::{NodeClient, Transport};

const STEP_MS: u64 = 30_000;
/// The longest life of a bundle: what a gate may not yet have known.
const BUNDLE_MS: u64 = 24 * 3_600_000;
/// Proofs verified in one batch.
const BATCH: usize = 512;

/// What the check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Records looked at.
    pub checked: usize,
    /// Proofs that hold.
    pub verified: usize,
    /// Records with a proof that does not hold, though the gate let the holder in.
    pub rejected: Vec<String>,
    /// Records whose verdict the published data do not give.
    pub disputed: Vec<String>,
}

/// The published data, by which everything is worked out again.
pub struct Replay {
    pub(super) parameters: NetworkParameters,
    pub(super) key: PreparedVk,
    pub(super) epochs: Vec<EpochRef>,
    pub(super) policies: Vec<Policy>,
    pub(super) risk_lists: Vec<RiskList>,
    pub(super) venues: BTreeMap<Did, Did>,
    pub(super) releases: BTreeMap<Day, Vec<Release>>,
    pub(super) notices: BTreeMap<NoticeId, Timestamp>,
}

impl Replay {
    /// Fetches what was published. Policies, risk lists, venues and notices come from the authority's acts, the key only with
    /// the hash of the founding data.
    ///
    /// # Errors
    /// [`AuditError`].
    pub fn published<T: Transport>(
        node: &NodeClient<T>,
        parameters: &NetworkParameters,
    ) -> Result<Self, AuditError> {
        let mut replay = Self {
            parameters: parameters.clone(),
            key: pass_key(node, parameters)?,
            epochs: epochs(node)?,
            policies: Vec::new(),
            risk_lists: Vec::new(),
            venues: BTreeMap::new(),
            releases: BTreeMap::new(),
            notices: BTreeMap::new(),
        };
        for action in actions(node)? {
            match action.action.0 {
                GovernanceAction::Policy(policy) => replay.policies.push(*policy),
                GovernanceAction::RiskList(list) => replay.risk_lists.push(*list),
                GovernanceAction::RiskNotice(notice) => {
                    replay.notices.insert(notice.id(), action.time);
                }
                GovernanceAction::Accredit(accredit) => {
                    if let Role::Gate { venue } = accredit.role {
                        replay.venues.insert(accredit.did, venue);
                    }
                }
                GovernanceAction::Unaccredit(_) | GovernanceAction::NoticeLifted(_) => {}
            }
        }
        Ok(replay)
    }

    /// The same, with the values that trustees released for the days of a span's records; each only with three of their
    /// signatures.
    ///
    /// # Errors
    /// [`AuditError`].
    pub fn fetch<T: Transport>(
        node: &NodeClient<T>,
        parameters: &NetworkParameters,
        records: &[Record],
    ) -> Result<Self, AuditError> {
        let mut replay = Self::published(node, parameters)?;
        for record in records {
            if let Evidence::Pass(shown) = &record.bytes.0.evidence {
                replay.fetch_releases(node, shown.pass.day)?;
            }
        }
        Ok(replay)
    }

    /// Whether the proof of one record holds against inputs worked out here; none where it has none.
    ///
    /// # Errors
    /// [`AuditError::DoesNotHold`] where the node gives other inputs.
    pub fn holds(&self, record: &Record) -> Result<Option<bool>, AuditError> {
        let all = self.proofs_that_hold(std::slice::from_ref(record))?;
        Ok(all.into_iter().next().flatten())
    }

    fn fetch_releases<T: Transport>(
        &mut self,
        node: &NodeClient<T>,
        day: Day,
    ) -> Result<(), AuditError> {
        if self.releases.contains_key(&day) {
            return Ok(());
        }
        let mut all = Vec::new();
        for signed in node.releases(day)? {
            signed
                .verify(&self.parameters.id(), &self.parameters)
                .map_err(|_| {
                    AuditError::DoesNotHold("a release that three trustees did not sign")
                })?;
            all.push(signed);
        }
        self.releases.insert(day, all);
        Ok(())
    }

    /// Checks records in their order. `progress` hears how many are done.
    pub fn check(
        &self,
        records: &[Record],
        mut progress: impl FnMut(u64),
    ) -> Result<Findings, AuditError> {
        let mut findings = Findings {
            checked: records.len(),
            ..Findings::default()
        };
        let mut memory: BTreeMap<Did, SeenInMemory> = BTreeMap::new();
        let mut walk_ins = SeenInMemory::default();
        let mut done = 0;
        for chunk in records.chunks(BATCH) {
            let holds = self.proofs_that_hold(chunk)?;
            for (record, holds) in chunk.iter().zip(holds) {
                let own = &record.bytes.0;
                if holds == Some(true) {
                    findings.verified += 1;
                }
                if holds == Some(false) && own.verdict.colour() == Colour::Green {
                    findings.rejected.push(record.name.clone());
                }
                let (gate, _, _) = parts(&record.name)?;
                let gate: Did = gate.parse()?;
                let seen = memory.entry(gate).or_default();
                if self.disputes(gate, own, holds, seen, &mut walk_ins) {
                    findings.disputed.push(record.name.clone());
                }
            }
            done += chunk.len();
            progress(u64::try_from(done).unwrap_or(u64::MAX));
        }
        Ok(findings)
    }

    /// For each record whether its proof holds; none where it has none. The node's inputs must be the ones worked out here.
    fn proofs_that_hold(&self, records: &[Record]) -> Result<Vec<Option<bool>>, AuditError> {
        let mut out = vec![None; records.len()];
        let mut found: Vec<(usize, [Fr; 11], Proof)> = Vec::new();
        for (place, record) in records.iter().enumerate() {
            let Evidence::Pass(shown) = &record.bytes.0.evidence else {
                continue;
            };
            let (gate, _, _) = parts(&record.name)?;
            let inputs = self.inputs(gate.parse()?, shown);
            if let (Some(own), Some(theirs)) = (&inputs, record.inputs()?)
                && own.as_slice() != theirs.as_slice()
            {
                return Err(AuditError::DoesNotHold(
                    "public inputs other than those worked out here",
                ));
            }
            let place_out = out.get_mut(place);
            match (inputs, Proof::try_from(&shown.pass.proof)) {
                (Some(inputs), Ok(proof)) => found.push((place, inputs, proof)),
                _ => {
                    if let Some(cell) = place_out {
                        *cell = Some(false);
                    }
                }
            }
        }
        let claims: Vec<Claim<'_>> = found
            .iter()
            .map(|(_, inputs, proof)| Claim { inputs, proof })
            .collect();
        let bad = bad_claims(&self.key, &claims, &mut OsRng);
        for (n, (place, _, _)) in found.iter().enumerate() {
            if let Some(cell) = out.get_mut(*place) {
                *cell = Some(!bad.contains(&n));
            }
        }
        Ok(out)
    }

    /// The public inputs of a pass at a gate; none where it names what was never published.
    pub(super) fn inputs(&self, gate: Did, shown: &ShownPass) -> Option<[Fr; 11]> {
        let pass = &shown.pass;
        let network = self.parameters.id();
        let epoch = self.epochs.iter().find(|e| e.number == pass.epoch)?;
        let context = PassContext {
            root: epoch.root,
            policy: self.policies.iter().find(|p| p.reference == pass.policy)?,
            risk: &self
                .risk_lists
                .iter()
                .find(|l| l.version == pass.risk)?
                .regions,
            scope: pass
                .scope
                .scope(&network, self.venues.get(&gate)?, pass.day),
        };
        Some(pass.public_inputs(&network, &context))
    }

    fn disputes(
        &self,
        gate: Did,
        record: &AuditRecord,
        holds: Option<bool>,
        seen: &mut SeenInMemory,
        walk_ins: &mut SeenInMemory,
    ) -> bool {
        let reason = record.verdict.reason();
        let shown = match &record.evidence {
            Evidence::Pass(shown) => shown,
            Evidence::Manual(_) => return reason != Reason::Manual,
            Evidence::Unreadable(_) => return !is_of_unreadable(reason),
        };
        if depends_on_the_gate(reason) {
            return false;
        }
        let green = record.verdict.colour() == Colour::Green;
        let walk_in = shown.pass.scope != ScopeIndex::Venue;
        let again = walk_in && walk_ins.is_spent(shown.pass.nym);
        let now = Timestamp::new(u64::from(record.step.get()).saturating_mul(STEP_MS));
        let given = self.knowledge(now).into_iter().any(|known| {
            [now, now.plus_ms(STEP_MS - 1)].into_iter().any(|moment| {
                let derived = self.derive(gate, shown, moment, known, holds == Some(true), seen);
                derived == Some(reason)
                    || (walk_in
                        && reason == Reason::WalkInSpent
                        && derived.is_some_and(|d| d.colour() == Colour::Green))
            })
        });
        if green {
            seen.record(shown.pass.nym, shown.step, false);
            walk_ins.record(shown.pass.nym, shown.step, walk_in);
        }
        !given || (green && again)
    }

    /// The moments whose data a gate may have had in a step: its end and its start, the oldest bundle that counts, and just
    /// before each notice in between.
    fn knowledge(&self, step: Timestamp) -> Vec<Timestamp> {
        let (end, oldest) = (step.plus_ms(STEP_MS), step.get().saturating_sub(BUNDLE_MS));
        let oldest = Timestamp::new(oldest);
        let before = self
            .notices
            .values()
            .map(|t| Timestamp::new(t.get().saturating_sub(1)));
        let between = before.filter(|t| (oldest..=end).contains(t));
        [end, step, oldest].into_iter().chain(between).collect()
    }

    fn derive(
        &self,
        gate: Did,
        shown: &ShownPass,
        moment: Timestamp,
        known: Timestamp,
        holds: bool,
        seen: &SeenInMemory,
    ) -> Option<Reason> {
        let known_notice = |r: &&Release| {
            self.notices
                .get(&r.values.notice)
                .is_some_and(|time| *time <= known)
        };
        let releases = self.releases.get(&shown.pass.day);
        let bundle = GateBundle {
            parameters: self.parameters.clone(),
            issued: known.min(moment),
            expires: moment,
            epochs: self
                .epochs
                .iter()
                .filter(|e| e.time <= known)
                .copied()
                .collect(),
            policies: self.policies.clone(),
            risk_lists: self.risk_lists.clone(),
            releases: releases
                .into_iter()
                .flatten()
                .filter(known_notice)
                .cloned()
                .collect(),
        };
        let mut gate = Gate::new(bundle, *self.venues.get(&gate)?, shown.pass.policy.id);
        let mut seen = seen.clone();
        let verdict = gate.decide(shown, moment, shown.code, &mut seen, |_, _| holds);
        Some(verdict.reason())
    }
}

/// Verdicts that rest on the gate's own state: its bundle's age, its clock, its code, its configured policy, its memory.
const fn depends_on_the_gate(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::BundleExpired
            | Reason::BundleBehind
            | Reason::ClockOff
            | Reason::WrongGateCode
            | Reason::PolicyNotAccepted
            | Reason::Replayed
    )
}

const fn is_of_unreadable(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::NotOurs | Reason::Damaged | Reason::BundleExpired | Reason::ClockOff
    )
}

fn epochs<T: Transport>(node: &NodeClient<T>) -> Result<Vec<EpochRef>, AuditError> {
    let mut all: Vec<EpochRef> = Vec::new();
    loop {
        let after = all.last().map_or(0, |e| u64::from(e.number));
        let page = node.epochs(after)?;
        if page.is_empty() {
            return Ok(all);
        }
        for epoch in page {
            let number = u32::try_from(epoch.number);
            let number = number.map_err(|_| AuditError::DoesNotHold("an epoch's number"))?;
            if u64::from(number) <= all.last().map_or(0, |e| u64::from(e.number)) {
                return Err(AuditError::DoesNotHold("epochs out of order"));
            }
            all.push(EpochRef {
                number,
                time: epoch.time,
                root: epoch.root,
            });
        }
    }
}

fn pass_key<T: Transport>(
    node: &NodeClient<T>,
    parameters: &NetworkParameters,
) -> Result<PreparedVk, AuditError> {
    let bad = || AuditError::DoesNotHold("the pass statement's verifying key");
    let manifest = node.keys_manifest()?;
    let text = std::str::from_utf8(&manifest).map_err(|_| bad())?;
    let manifest = Manifest::from_json(text).map_err(|_| bad())?;
    let name = CircuitName::Pass;
    let entry = manifest.circuit(name.as_str()).map_err(|_| bad())?;
    let bytes = node.keys_file(&entry.verifying_key.file)?;
    if Sha256Hash::of(&bytes) != parameters.verifying_keys.pass {
        return Err(bad());
    }
    let key = decode_vk(&bytes, name.inputs()).map_err(|_| bad())?;
    PreparedVk::new(name, &key).map_err(|_| bad())
}
