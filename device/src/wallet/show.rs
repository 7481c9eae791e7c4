//! Showing a pass: a signature over the moment, nothing else. Works without a network.

use super::{PassFor, ReadyPass, Vault, Wallet, WalletError};
use luyin_protocol::did::Did;
use luyin_protocol::pass::{GateCode, Pass, PassMode, ShownPass};
use luyin_protocol::policy::Policy;
use luyin_protocol::scope::{ScopeIndex, WALK_INS, block_of};
use luyin_protocol::signature::{Domain, NetworkId};
use luyin_protocol::time::{Step, Timestamp};
use rand::Rng;
use rand::rngs::OsRng;
use std::collections::BTreeSet;

/// Where a pass is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowAt {
    /// At a venue for which one was proved; else as a walk-in.
    Venue(Did),
    /// Anywhere, with a walk-in pass.
    Anywhere,
    /// On paper, at a venue, for its whole day.
    Paper(Did),
}

/// A pass taken out for showing; may be signed for one step after the other.
#[derive(Clone, Debug)]
pub struct Shown {
    ready: ReadyPass,
    network: NetworkId,
}

impl Shown {
    /// The pass.
    #[must_use]
    pub const fn pass(&self) -> &Pass {
        &self.ready.pass.0
    }

    /// Signed for a step and the code that the gate displays. A paper pass takes its day's own step.
    #[must_use]
    pub fn sign(&self, step: Step, code: GateCode) -> ShownPass {
        let pass = self.pass().clone();
        let step = match pass.mode {
            PassMode::Screen => step,
            PassMode::Paper => Pass::paper_step(pass.day),
        };
        let body = pass.show_body(step, code);
        let key = self.ready.ephemeral.key();
        ShownPass {
            signature: key.sign(Domain::Show, &self.network, &body),
            pass,
            step,
            code,
        }
    }
}

impl<V: Vault> Wallet<V> {
    /// Takes a pass out. A walk-in pass is marked as shown, and that is written, before it is given out: a crash may
    /// waste one, but never shows one twice.
    ///
    /// # Errors
    /// [`WalletError::NoPass`], [`WalletError::WalkInsUsed`]; those of writing.
    pub fn take_pass(
        &mut self,
        label: Option<&str>,
        at: ShowAt,
        policy: u16,
        now: Timestamp,
    ) -> Result<Shown, WalletError> {
        let network = self.network();
        let person = self.content.person_mut(label)?;
        let fits = |ready: &ReadyPass, mode: PassMode| {
            let pass = &ready.pass.0;
            pass.policy.id == policy && pass.mode == mode
        };
        let of_venue = |venue: Did, mode: PassMode| {
            let all = person.passes.iter().enumerate();
            all.filter(|(_, r)| fits(r, mode) && r.place == PassFor::Venue(venue))
                .filter(|(_, r)| match mode {
                    PassMode::Screen => r.pass.0.day == now.day(),
                    PassMode::Paper => r.pass.0.day >= now.day(),
                })
                .max_by_key(|(_, r)| (r.pass.0.policy.version, r.pass.0.risk, r.pass.0.epoch))
                .map(|(i, _)| i)
        };
        let none = WalletError::NoPass {
            policy,
            day: now.day(),
        };
        let found = match at {
            ShowAt::Paper(venue) => Some(of_venue(venue, PassMode::Paper).ok_or(none)?),
            ShowAt::Venue(venue) => of_venue(venue, PassMode::Screen),
            ShowAt::Anywhere => None,
        };
        let position = match found {
            Some(position) => position,
            None => walk_in(&person.passes, policy, now)?,
        };
        let ready = person
            .passes
            .get(position)
            .cloned()
            .ok_or(WalletError::WalkInsUsed)?;
        if ready.place == PassFor::WalkIn {
            let (day, scope) = (ready.pass.0.day, ready.pass.0.scope);
            // The name in a walk-in scope is the same under every policy: all of them are used up at once.
            let same = |r: &&mut ReadyPass| {
                r.place == PassFor::WalkIn && (r.pass.0.day, r.pass.0.scope) == (day, scope)
            };
            for used in person.passes.iter_mut().filter(same) {
                used.shown = Some(now);
            }
            self.save()?;
        }
        Ok(Shown { ready, network })
    }

    /// The policy of a number as last seen, in the version that passes at hand prove.
    ///
    /// # Errors
    /// [`WalletError::PolicyNotInEffect`], [`WalletError::NeverSynced`].
    pub fn policy_of(&self, shown: &Shown) -> Result<&Policy, WalletError> {
        let reference = shown.pass().policy;
        let all = self.seen()?.policies.iter().map(|p| &p.0);
        all.into_iter()
            .find(|p| p.reference == reference)
            .ok_or(WalletError::PolicyNotInEffect(reference.id))
    }
}

/// One of the unused walk-in passes of the running block, at random so that the order tells nothing.
fn walk_in(passes: &[ReadyPass], policy: u16, now: Timestamp) -> Result<usize, WalletError> {
    let day = now.day();
    let block = block_of(now);
    let of_block = |ready: &ReadyPass| {
        let pass = &ready.pass.0;
        let scope_fits = matches!(pass.scope, ScopeIndex::WalkIn { block: b, .. } if b == block);
        ready.place == PassFor::WalkIn && pass.day == day && scope_fits
    };
    let all: Vec<(usize, &ReadyPass)> = passes
        .iter()
        .enumerate()
        .filter(|(_, ready)| of_block(ready) && ready.pass.0.policy.id == policy)
        .collect();
    let newest = all.iter().map(|(_, r)| r.pass.0.policy.version).max();
    let unused: Vec<usize> = all
        .iter()
        .filter(|(_, r)| r.shown.is_none() && Some(r.pass.0.policy.version) == newest)
        .map(|(i, _)| *i)
        .collect();
    if unused.is_empty() {
        let shown = passes.iter().filter(|r| of_block(r) && r.shown.is_some());
        let used: BTreeSet<ScopeIndex> = shown.map(|r| r.pass.0.scope).collect();
        // Fewer than four were shown, under whichever policy: the rest are not proved yet, or were dropped with a worse note.
        return Err(if used.len() < usize::from(WALK_INS) {
            WalletError::NoPass { policy, day }
        } else {
            WalletError::WalkInsUsed
        });
    }
    let at = OsRng.gen_range(0..unused.len());
    unused.get(at).copied().ok_or(WalletError::WalkInsUsed)
}
