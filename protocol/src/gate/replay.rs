//! A gate's verdict derived again, by the gate's own pure function, from what was published (clause 6.22).
//!
//! A gate may have been offline with a bundle up to a day old. So a verdict is disputed only where no bundle that it may
//! have had gives it: neither the newest, nor one from just before anything changed within the day.

use super::{
    AuditRecord, Colour, EpochRef, Evidence, Gate, GateBundle, Published, Reason, Seen,
    SeenInMemory, Since,
};
use crate::did::Did;
use crate::field::Nym;
use crate::pass::{Pass, PassContext, ShownPass};
use crate::policy::Policy;
use crate::risk::DayRelease;
use crate::scope::ScopeIndex;
use crate::signature::NetworkId;
use crate::time::{Step, Timestamp};
use crate::tx::Release;
use ark_bn254::Fr;
use std::collections::{BTreeMap, BTreeSet};

const STEP_MS: u64 = 30_000;
/// The longest life of a bundle: what a gate may not yet have known.
const BUNDLE_MS: u64 = 24 * 3_600_000;

/// What a replay says of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// There is a proof, and it holds.
    pub verified: bool,
    /// The gate let somebody in whose proof does not hold.
    pub rejected: bool,
    /// The verdict is none that what was published gives.
    pub disputed: bool,
}

/// What gates had let through, gathered while their records are replayed in order.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    shows: BTreeMap<Did, SeenInMemory>,
    walk_ins: BTreeSet<Nym>,
}

impl Memory {
    /// Notes a showing that a gate let through; says whether it is a walk-in pass that was let through before, anywhere.
    fn let_through(&mut self, gate: Did, shown: &ShownPass) -> bool {
        let ShownPass { pass, step, .. } = shown;
        self.shows
            .entry(gate)
            .or_default()
            .record(pass.nym, *step, false);
        is_walk_in(pass) && !self.walk_ins.insert(pass.nym)
    }
}

/// A gate's memory for a trial: what a showing adds to it is for its recorded verdict to say.
struct Trial<'a>(Option<&'a SeenInMemory>);

impl Seen for Trial<'_> {
    fn is_replay(&self, nym: Nym, step: Step) -> bool {
        self.0.is_some_and(|seen| seen.is_replay(nym, step))
    }
    fn is_spent(&self, nym: Nym) -> bool {
        self.0.is_some_and(|seen| seen.is_spent(nym))
    }
    fn record(&mut self, _: Nym, _: Step, _: bool) {}
}

/// Derives verdicts again.
#[derive(Clone, Debug)]
pub struct Replay<P> {
    published: P,
    network: NetworkId,
}

impl<P: Published> Replay<P> {
    /// A replay over what was published.
    #[must_use]
    pub fn new(published: P) -> Self {
        let network = published.parameters().id();
        Self { published, network }
    }

    /// What was published.
    #[must_use]
    pub const fn published(&self) -> &P {
        &self.published
    }

    /// A gate's venue in a step.
    #[must_use]
    pub fn venue(&self, gate: &Did, step: Step) -> Option<&Did> {
        let end = start_of(step).plus_ms(STEP_MS);
        self.published.acts().venue(gate, end)
    }

    /// The public inputs of a record's pass; none where it has none, or one that names what was never published.
    ///
    /// # Errors
    /// Where what was published could not be read.
    pub fn public_inputs(
        &self,
        gate: &Did,
        record: &AuditRecord,
    ) -> Result<Option<[Fr; 11]>, P::Error> {
        let Evidence::Pass(shown) = &record.evidence else {
            return Ok(None);
        };
        let pass = &shown.pass;
        let acts = self.published.acts();
        let mut policies = acts.policies.iter().map(|p| &p.item);
        let mut lists = acts.risk_lists.iter().map(|l| &l.item);
        let (Some(epoch), Some(policy), Some(list), Some(venue)) = (
            self.published.epoch(pass.epoch)?,
            policies.find(|p| p.reference == pass.policy),
            lists.find(|l| l.version == pass.risk),
            self.venue(gate, record.step),
        ) else {
            return Ok(None);
        };
        let context = PassContext {
            root: epoch.root,
            policy,
            risk: &list.regions,
            scope: pass.scope.scope(&self.network, venue, pass.day),
        };
        Ok(Some(pass.public_inputs(&self.network, &context)))
    }

    /// Looks at one record. `holds` says whether its proof holds, where it has one. Records of a gate are looked at in their
    /// order, with one memory for all gates.
    ///
    /// # Errors
    /// Where what was published could not be read.
    pub fn judge(
        &self,
        gate: Did,
        record: &AuditRecord,
        holds: Option<bool>,
        memory: &mut Memory,
    ) -> Result<Finding, P::Error> {
        let green = record.verdict.colour() == Colour::Green;
        let reason = record.verdict.reason();
        let disputed = match &record.evidence {
            Evidence::Manual(_) => reason != Reason::Manual,
            Evidence::Unreadable(_) => !is_of_unreadable(reason),
            Evidence::Pass(shown) => {
                let given = rests_on_the_gate(reason)
                    || self.gives(gate, record, shown, holds == Some(true), memory)?;
                !given || (green && memory.let_through(gate, shown))
            }
        };
        Ok(Finding {
            verified: holds == Some(true),
            rejected: green && holds == Some(false),
            disputed,
        })
    }

    /// Whether one of the bundles that the gate may have had gives the recorded verdict in the record's step.
    fn gives(
        &self,
        gate: Did,
        record: &AuditRecord,
        shown: &ShownPass,
        holds: bool,
        memory: &Memory,
    ) -> Result<bool, P::Error> {
        let start = start_of(record.step);
        let Some(venue) = self.venue(&gate, record.step) else {
            return Ok(false);
        };
        let released = self.published.released(shown.pass.day)?;
        for known in self.knowledge(&shown.pass, start, &released)?.iter().rev() {
            let bundle = self.bundle(&shown.pass, start, *known, &released)?;
            let mut gate_then = Gate::new(bundle, *venue, shown.pass.policy.id);
            let mut seen = Trial(memory.shows.get(&gate));
            let given = [start, start.plus_ms(STEP_MS - 1)].into_iter().any(|now| {
                let derived = gate_then.decide(shown, now, shown.code, &mut seen, |_, _| holds);
                agrees(record.verdict.reason(), derived.reason(), &shown.pass)
            });
            if given {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The moments of which the gate may have had a bundle, one for each that could decide differently: the step's end, and
    /// just before each change within a bundle's life before it.
    fn knowledge(
        &self,
        pass: &Pass,
        start: Timestamp,
        released: &[Since<DayRelease>],
    ) -> Result<BTreeSet<Timestamp>, P::Error> {
        let end = start.plus_ms(STEP_MS);
        let oldest = Timestamp::new(start.get().saturating_sub(BUNDLE_MS));
        let policies = self.policies_of(pass).map(|p| p.time);
        let acts = self.published.acts();
        let lists = acts.risk_lists.iter().map(|l| l.time);
        let values = released
            .iter()
            .flat_map(|r| std::iter::once(r.time).chain(acts.lifted.get(&r.item.notice).copied()));
        // A gate that does not know the next epoch takes this one as the newest, however old.
        let next = self.published.epoch(pass.epoch.saturating_add(1))?;
        let changes = policies.chain(lists).chain(values);
        let changes = changes.chain(next.map(|epoch| epoch.time));
        let before = changes.map(|time| Timestamp::new(time.get().saturating_sub(1)));
        let mut moments: BTreeSet<Timestamp> =
            before.filter(|t| (oldest..=end).contains(t)).collect();
        moments.insert(end);
        Ok(moments)
    }

    /// As much of a bundle of a moment as a pass is decided by.
    fn bundle(
        &self,
        pass: &Pass,
        start: Timestamp,
        known: Timestamp,
        released: &[Since<DayRelease>],
    ) -> Result<GateBundle, P::Error> {
        let acts = self.published.acts();
        let policies = self.policies_of(pass).filter(|p| p.time <= known);
        let lists = acts.risk_lists.iter().filter(|l| l.time <= known);
        let stands = |r: &&Since<DayRelease>| {
            let lifted = acts.lifted.get(&r.item.notice);
            r.time <= known && lifted.is_none_or(|lifted| *lifted > known)
        };
        Ok(GateBundle {
            parameters: self.published.parameters().clone(),
            issued: known.min(start),
            expires: start.plus_ms(STEP_MS),
            epochs: self.epochs(pass.epoch, known)?,
            policies: policies.map(|p| p.item.clone()).collect(),
            risk_lists: lists.map(|l| l.item.clone()).collect(),
            releases: released.iter().filter(stands).map(unsigned).collect(),
        })
    }

    /// The epoch that a pass names, if it was known, and the newest that was.
    fn epochs(&self, named: u32, known: Timestamp) -> Result<Vec<EpochRef>, P::Error> {
        let newest = self.newest_epoch_at(known)?;
        let mut numbers = vec![named.min(newest), newest];
        numbers.dedup();
        let mut epochs = Vec::new();
        for number in numbers {
            epochs.extend(self.published.epoch(number)?);
        }
        Ok(epochs)
    }

    /// The newest epoch at a time, found by halving; 0 before the first.
    fn newest_epoch_at(&self, time: Timestamp) -> Result<u32, P::Error> {
        let (mut low, mut high) = (0u32, self.published.newest_epoch()?);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let epoch = self.published.epoch(middle)?;
            if epoch.is_some_and(|e| e.time <= time) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Ok(low)
    }

    fn policies_of(&self, pass: &Pass) -> impl Iterator<Item = &Since<Policy>> {
        let id = pass.policy.id;
        let all = self.published.acts().policies.iter();
        all.filter(move |p| p.item.reference.id == id)
    }
}

/// Values as a gate has them; the replay takes no part in who signed.
fn unsigned(released: &Since<DayRelease>) -> Release {
    Release {
        values: released.item.clone(),
        signatures: Vec::new(),
    }
}

fn start_of(step: Step) -> Timestamp {
    Timestamp::new(u64::from(step.get()).saturating_mul(STEP_MS))
}

fn is_walk_in(pass: &Pass) -> bool {
    pass.scope != ScopeIndex::Venue
}

/// Whether a recorded verdict is the derived one. A gate may know of a walk-in pass's use elsewhere that is not filed yet.
fn agrees(recorded: Reason, derived: Reason, pass: &Pass) -> bool {
    let elsewhere = is_walk_in(pass) && recorded == Reason::WalkInSpent;
    recorded == derived || (elsewhere && derived.colour() == Colour::Green)
}

/// Verdicts that rest on the gate's own state, which nobody else knows: its bundle's age, its clock, its code, its
/// configured policy, its memory.
const fn rests_on_the_gate(reason: Reason) -> bool {
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
