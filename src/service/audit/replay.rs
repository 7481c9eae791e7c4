//! A gate's verdict derived again, from the ledger's data as it was at the time.

use super::records::RecordName;
use crate::node::Node;
use crate::service::ServiceError;
use crate::service::policy::{all_policies, all_risk_lists};
use ark_bn254::Fr;
use luyin_circuits::groth16::Proof;
use luyin_ledger::state::accreditation::RoleSlot;
use luyin_ledger::state::keys;
use luyin_ledger::state::keys::Present;
use luyin_ledger::state::record::EpochNumber;
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::gate::{
    AuditRecord, Colour, EpochRef, Evidence, Gate, GateBundle, Reason, SeenInMemory, Verdict,
};
use luyin_protocol::pass::{PassContext, ShownPass};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::scope::ScopeIndex;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{GovernanceAction, Release, Role};
use std::collections::BTreeMap;

const STEP_MS: u64 = 30_000;

/// One record with what its proof is about.
pub(super) struct Item {
    pub name: RecordName,
    pub record: AuditRecord,
    pub inputs: Option<[Fr; 11]>,
    pub proof: Option<Proof>,
}

/// What gates had seen when they decided, gathered while the records are walked in order.
#[derive(Default)]
pub(super) struct Memory {
    shows: BTreeMap<Did, SeenInMemory>,
    walk_ins: BTreeMap<Nym, RecordName>,
}

/// The ledger's data as it was at the time of each record.
pub(super) struct Replay<'a> {
    node: &'a Node,
    policies: Vec<Policy>,
    lists: Vec<RiskList>,
    venues: BTreeMap<Did, Did>,
    newest_epoch: u32,
}

impl<'a> Replay<'a> {
    pub fn new(node: &'a Node) -> Result<Self, ServiceError> {
        let state = node.state();
        let mut venues = BTreeMap::new();
        for (_, action) in state.all(&keys::authority_actions())? {
            if let GovernanceAction::Accredit(accredit) = action.action
                && let Role::Gate { venue } = accredit.role
            {
                venues.insert(accredit.did, venue);
            }
        }
        for (pair, accreditation) in state.all(&keys::accreditations())? {
            if let (RoleSlot::Gate, Role::Gate { venue }) = (pair.1, accreditation.role) {
                venues.insert(pair.0, venue);
            }
        }
        let newest = state.get(&keys::last_epochs())?;
        Ok(Self {
            node,
            policies: all_policies(node)?.into_iter().map(|(p, _)| p).collect(),
            lists: all_risk_lists(node)?.into_iter().map(|(l, _)| l).collect(),
            venues,
            newest_epoch: newest.map_or(0, |last| last.newest.get()),
        })
    }

    /// The public inputs of a shown pass; none where its root, policy, risk list or venue is unknown.
    pub fn public_inputs(
        &self,
        gate: Did,
        shown: &ShownPass,
    ) -> Result<Option<[Fr; 11]>, ServiceError> {
        let pass = &shown.pass;
        let epoch = self
            .node
            .state()
            .get(&keys::epoch(EpochNumber::new(pass.epoch)))?;
        let policy = self.policies.iter().find(|p| p.reference == pass.policy);
        let list = self.lists.iter().find(|l| l.version == pass.risk);
        let venue = self.venues.get(&gate);
        let (Some(epoch), Some(policy), Some(list), Some(venue)) = (epoch, policy, list, venue)
        else {
            return Ok(None);
        };
        let network = self.node.network().id();
        let context = PassContext {
            root: epoch.root,
            policy,
            risk: &list.regions,
            scope: pass.scope.scope(network, venue, pass.day),
        };
        Ok(Some(pass.public_inputs(network, &context)))
    }

    /// Whether a verdict is none of those that the time's data gives.
    pub fn disputes(
        &self,
        item: &Item,
        holds: bool,
        memory: &mut Memory,
    ) -> Result<bool, ServiceError> {
        let recorded = item.record.verdict;
        let shown = match &item.record.evidence {
            Evidence::Pass(shown) => shown,
            Evidence::Manual(_) => return Ok(recorded.reason() != Reason::Manual),
            Evidence::Unreadable(_) => return Ok(!is_of_unreadable(recorded.reason())),
        };
        if depends_on_the_gate(recorded.reason()) {
            return Ok(false);
        }
        if self.is_second_walk_in(item, shown, memory) {
            return Ok(recorded.colour() == Colour::Green);
        }
        let now = Timestamp::new(u64::from(item.record.step.get()) * STEP_MS);
        let seen = memory.shows.entry(item.name.gate).or_default();
        let mut found = false;
        for known in self.knowledge(shown.pass.day, now)? {
            for moment in [now, now.plus_ms(STEP_MS - 1)] {
                let derived = self.derive(item.name.gate, shown, moment, known, holds, seen)?;
                found |= agrees(recorded, derived, shown);
            }
        }
        if recorded.colour() == Colour::Green {
            use luyin_protocol::gate::Seen as _;
            seen.record(shown.pass.nym, shown.step, false);
        }
        Ok(!found)
    }

    /// The moments whose data a gate may have had in a step: its end and its start, the oldest bundle that counts, and just
    /// before each change in between of what was released for the pass's day.
    fn knowledge(&self, day: Day, step: Timestamp) -> Result<Vec<Timestamp>, ServiceError> {
        let (end, oldest) = (step.plus_ms(STEP_MS), step.get().saturating_sub(BUNDLE_MS));
        let oldest = Timestamp::new(oldest);
        let state = self.node.state();
        let mut moments = vec![end, step, oldest];
        for (id, Present) in state.all(&keys::releases_of_day(day))? {
            let released = state.get(&keys::release(id, day))?.map(|r| r.time);
            let lifted = state.get(&keys::notice_lifted(id))?.map(|l| l.time);
            let changes = released.into_iter().chain(lifted);
            let before = changes.map(|t| Timestamp::new(t.get().saturating_sub(1)));
            moments.extend(before.filter(|t| (oldest..=end).contains(t)));
        }
        moments.sort_unstable();
        moments.dedup();
        Ok(moments)
    }

    /// A walk-in pass that an earlier record has let through.
    fn is_second_walk_in(&self, item: &Item, shown: &ShownPass, memory: &mut Memory) -> bool {
        if shown.pass.scope == ScopeIndex::Venue || item.record.verdict.colour() != Colour::Green {
            return false;
        }
        match memory.walk_ins.get(&shown.pass.nym) {
            Some(_) => true,
            None => {
                memory.walk_ins.insert(shown.pass.nym, item.name);
                false
            }
        }
    }

    /// The verdict at a moment, with what the ledger held at `known`.
    fn derive(
        &self,
        gate: Did,
        shown: &ShownPass,
        moment: Timestamp,
        known: Timestamp,
        holds: bool,
        seen: &SeenInMemory,
    ) -> Result<Option<Verdict>, ServiceError> {
        let Some(venue) = self.venues.get(&gate) else {
            return Ok(None);
        };
        let bundle = GateBundle {
            parameters: self.node.network().parameters().clone(),
            issued: Timestamp::new(known.get().min(moment.get())),
            expires: moment,
            epochs: self.epochs(shown.pass.epoch, known)?,
            policies: self.policies.clone(),
            risk_lists: self.lists.clone(),
            releases: self.releases(shown.pass.day, known)?,
        };
        let mut gate = Gate::new(bundle, *venue, shown.pass.policy.id);
        // A trial: what this showing adds to the memory is decided by its recorded verdict.
        let mut seen = seen.clone();
        let verdict = gate.decide(shown, moment, shown.code, &mut seen, |_, _| holds);
        Ok(Some(verdict))
    }

    /// The epoch that a pass names and the newest that was known.
    fn epochs(&self, named: u32, known: Timestamp) -> Result<Vec<EpochRef>, ServiceError> {
        let newest = self.newest_at(known)?;
        let mut numbers = vec![named.min(newest), newest];
        numbers.dedup();
        let mut out = Vec::new();
        for number in numbers {
            let found = self
                .node
                .state()
                .get(&keys::epoch(EpochNumber::new(number)))?;
            out.extend(found.map(|epoch| EpochRef {
                number,
                time: epoch.time,
                root: epoch.root,
            }));
        }
        Ok(out)
    }

    /// The newest epoch at a time, found by halving.
    fn newest_at(&self, time: Timestamp) -> Result<u32, ServiceError> {
        let state = self.node.state();
        let (mut low, mut high) = (0u32, self.newest_epoch);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let epoch = state.get(&keys::epoch(EpochNumber::new(middle)))?;
            if epoch.is_some_and(|e| e.time <= time) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Ok(low)
    }

    fn releases(&self, day: Day, known: Timestamp) -> Result<Vec<Release>, ServiceError> {
        let state = self.node.state();
        let mut out = Vec::new();
        for (id, Present) in state.all(&keys::releases_of_day(day))? {
            let lifted = state.get(&keys::notice_lifted(id))?;
            let stood = lifted.is_none_or(|l| l.time > known);
            let released = state.get(&keys::release(id, day))?;
            let released = released.filter(|r| stood && r.time <= known);
            out.extend(released.map(|r| Release {
                values: r.values,
                signatures: Vec::new(),
            }));
        }
        Ok(out)
    }
}

/// The longest life of a bundle: what a gate may not yet have known.
const BUNDLE_MS: u64 = 24 * 3_600_000;

/// Verdicts that rest on the gate's own state, which the ledger does not know: its bundle's age, its clock, its code, its
/// configured policy.
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

/// Whether a recorded verdict is the derived one. A gate may know of a walk-in pass's use elsewhere that is not filed yet.
fn agrees(recorded: Verdict, derived: Option<Verdict>, shown: &ShownPass) -> bool {
    let Some(derived) = derived else {
        return false;
    };
    let walk_in = shown.pass.scope != ScopeIndex::Venue;
    recorded == derived
        || (walk_in
            && recorded.reason() == Reason::WalkInSpent
            && derived.colour() == Colour::Green)
}
