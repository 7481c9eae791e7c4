//! Proving passes ahead of time, so that showing one needs neither the network nor a prover.

use super::sync::{Crowd, ForestView};
use super::{
    HeldNote, Ledger, PassFor, Prover, PublicData, ReadyPass, SecretSeed, Vault, Wallet,
    WalletError,
};
use crate::client::Encoded;
use luyin_circuits::pass::{Occasion, PackedPolicy, Private};
use luyin_protocol::did::Did;
use luyin_protocol::pass::{Pass, PassMode};
use luyin_protocol::policy::{Policy, PolicyRef};
use luyin_protocol::risk::RiskList;
use luyin_protocol::scope::{BLOCKS, ScopeIndex, WALK_INS, block_of};
use luyin_protocol::signature::ProofBytes;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::versioned::current;
use rand::rngs::OsRng;
use rand::seq::SliceRandom as _;
use serde::Serialize;
use std::num::NonZeroUsize;

/// Which passes to have ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedPasses {
    /// One policy; none for all in effect.
    pub policy: Option<u16>,
    /// For these venues.
    pub venues: Vec<Did>,
    /// Walk-in spares of this many blocks from now on, at most 6.
    pub walk_in_blocks: u8,
    /// For this day; none for today.
    pub day: Option<Day>,
    /// On paper instead of a screen; for venues alone.
    pub paper: bool,
    /// At most so many are made now; none for all that are missing.
    pub most: Option<NonZeroUsize>,
}

/// What proving ahead came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Proved {
    /// Passes made now.
    pub made: usize,
    /// Passes that were at hand.
    pub at_hand: usize,
    /// Whether it ended at the most that were wanted, with some that may be missing yet.
    pub more: bool,
    /// Policies that cannot be proved, and the first clause that fails.
    pub unprovable: Vec<Unprovable>,
}

/// A policy that the note does not meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unprovable {
    /// Which.
    pub policy: PolicyRef,
    /// Why.
    pub reason: String,
}

/// One pass to be made.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Wanted {
    place: PassFor,
    scope: ScopeIndex,
    mode: PassMode,
}

/// What a pass of one policy and day rests on.
struct Ground<'a> {
    policy: &'a Policy,
    risk: &'a RiskList,
    day: Day,
}

/// A note and the forest under the epoch that fits it best.
struct Footing<'a, L> {
    note: HeldNote,
    view: ForestView<'a, L>,
}

impl WantedPasses {
    fn list(&self, now: Timestamp) -> Vec<Wanted> {
        let mode = if self.paper {
            PassMode::Paper
        } else {
            PassMode::Screen
        };
        let at_venue = |venue: &Did| Wanted {
            place: PassFor::Venue(*venue),
            scope: ScopeIndex::Venue,
            mode,
        };
        let mut all: Vec<Wanted> = self.venues.iter().map(at_venue).collect();
        if self.paper {
            return all;
        }
        let first = match self.day {
            Some(day) if day != now.day() => 0,
            _ => block_of(now),
        };
        let end = first.saturating_add(self.walk_in_blocks).min(BLOCKS);
        for block in first..end {
            // In no order: while some are missing, the number of one that is shown tells nothing.
            let mut spares: Vec<u8> = (0..WALK_INS).collect();
            spares.shuffle(&mut OsRng);
            all.extend(spares.into_iter().map(|k| Wanted {
                place: PassFor::WalkIn,
                scope: ScopeIndex::WalkIn { block, k },
                mode: PassMode::Screen,
            }));
        }
        all
    }
}

impl PublicData {
    /// Each policy in the version that is in effect at a moment, by number.
    #[must_use]
    pub fn policies_at(&self, moment: Timestamp) -> Vec<&Policy> {
        let mut ids: Vec<u16> = self.policies.iter().map(|p| p.0.reference.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let at = |id: u16| {
            let versions = self.policies.iter().map(|p| &p.0);
            versions
                .filter(|p| p.reference.id == id && p.effective <= moment)
                .max_by_key(|p| p.reference.version)
        };
        ids.into_iter().filter_map(at).collect()
    }

    /// The risk list in effect at a moment.
    #[must_use]
    pub fn risk_at(&self, moment: Timestamp) -> Option<&RiskList> {
        let lists: Vec<RiskList> = self.risk_lists.iter().map(|l| l.0.clone()).collect();
        let version = current(&lists, moment)?.version;
        let all = self.risk_lists.iter().map(|l| &l.0);
        all.into_iter().find(|l| l.version == version)
    }
}

impl<V: Vault> Wallet<V> {
    /// All policies as last seen.
    pub(super) fn seen_policies(&self) -> Result<Vec<Policy>, WalletError> {
        let seen = self.seen()?;
        Ok(seen.policies.iter().map(|p| p.0.clone()).collect())
    }

    /// The public data as last seen.
    pub(super) fn seen(&self) -> Result<&PublicData, WalletError> {
        self.content.seen.as_ref().ok_or(WalletError::NeverSynced)
    }

    /// Has passes ready: walks on, fetches what is public, proves what is missing or rests on an epoch that tells too
    /// much by now, and writes after each policy. To be run in the background, once in each block of four hours at least.
    /// `progress` hears how many of how many are done.
    ///
    /// # Errors
    /// [`WalletError::PolicyNotInEffect`], [`WalletError::WaitForEpoch`]; those of the node and of writing. A policy that
    /// the note does not meet is no error but stands in the answer.
    pub fn prove(
        &mut self,
        label: Option<&str>,
        wanted: &WantedPasses,
        ledger: &impl Ledger,
        prover: &impl Prover,
        progress: impl FnMut(usize, usize),
    ) -> Result<Proved, WalletError> {
        self.keep_up(label, ledger)?;
        self.prove_by_heard(label, wanted, ledger, prover, progress)
    }

    /// The same, by what the wallet heard last: for one who has just kept up.
    ///
    /// # Errors
    /// [`WalletError::NeverSynced`] where nothing was heard since the wallet was opened; those of [`Wallet::prove`].
    pub fn prove_by_heard(
        &mut self,
        label: Option<&str>,
        wanted: &WantedPasses,
        ledger: &impl Ledger,
        prover: &impl Prover,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Proved, WalletError> {
        let seen = self.seen()?.clone();
        let now = seen.at;
        let day = wanted.day.unwrap_or_else(|| now.day());
        let moment = now.max(day.start());
        let mut policies = seen.policies_at(moment);
        if let Some(id) = wanted.policy {
            policies.retain(|p| p.reference.id == id);
            if policies.is_empty() {
                return Err(WalletError::PolicyNotInEffect(id));
            }
        }
        let risk = seen.risk_at(moment).ok_or(WalletError::NoPolicy)?;
        let footings = self.footings(label, ledger, now)?;
        let list = wanted.list(now);
        let total = list.len() * policies.len();
        let (mut proved, mut done) = (Proved::default(), 0);
        for policy in policies {
            if wanted.paper && !policy.paper {
                proved.unprovable.push(Unprovable {
                    policy: policy.reference,
                    reason: WalletError::NoPaper(policy.reference).to_string(),
                });
                continue;
            }
            let ground = Ground { policy, risk, day };
            for one in &list {
                if wanted.most.is_some_and(|most| proved.made >= most.get()) {
                    proved.more = true;
                    break;
                }
                match self.prove_one(label, &ground, one, &footings, prover) {
                    Ok(true) => proved.made += 1,
                    Ok(false) => proved.at_hand += 1,
                    Err(WalletError::Unprovable(reason)) => {
                        let policy = policy.reference;
                        proved.unprovable.push(Unprovable { policy, reason });
                        break;
                    }
                    Err(error) => return Err(error),
                }
                done += 1;
                progress(done, total);
            }
            self.save()?;
            if proved.more {
                break;
            }
        }
        Ok(proved)
    }

    /// What passes may rest on, the best first. Who has just checked in stands under an epoch of few; the note before,
    /// where nothing but that check-in lies between, stands under one of many.
    fn footings<'a, L: Ledger>(
        &self,
        label: Option<&str>,
        ledger: &'a L,
        now: Timestamp,
    ) -> Result<Vec<Footing<'a, L>>, WalletError> {
        let person = self.content.person(label)?;
        let (news, parameters) = (self.heard()?, &self.content.parameters.0);
        let on = |note: &HeldNote| {
            let view = ForestView::shared(ledger, parameters, news, note.leaf, now)?;
            Ok::<_, WalletError>(Footing {
                note: note.clone(),
                view,
            })
        };
        let newest = on(person.held()?)?;
        if newest.view.crowd() == Crowd::Block {
            return Ok(vec![newest]);
        }
        let before = person.previous.as_ref().map(on).transpose()?;
        let before = before.filter(|b| b.view.crowd() == Crowd::Block);
        Ok(before.into_iter().chain([newest]).collect())
    }

    /// Whether one was made. The reason why none can be is the newest note's.
    fn prove_one<L: Ledger>(
        &mut self,
        label: Option<&str>,
        ground: &Ground<'_>,
        wanted: &Wanted,
        footings: &[Footing<'_, L>],
        prover: &impl Prover,
    ) -> Result<bool, WalletError> {
        let mut refused = WalletError::NotEnrolled;
        for footing in footings {
            match self.prove_on(label, ground, wanted, footing, prover) {
                Err(unprovable @ WalletError::Unprovable(_)) => refused = unprovable,
                done => return done,
            }
        }
        Err(refused)
    }

    fn prove_on<L: Ledger>(
        &mut self,
        label: Option<&str>,
        ground: &Ground<'_>,
        wanted: &Wanted,
        Footing { note: held, view }: &Footing<'_, L>,
        prover: &impl Prover,
    ) -> Result<bool, WalletError> {
        let network = self.network();
        let wait = u64::from(self.content.parameters.0.cadence.quick_ms).div_ceil(1_000);
        let person = self.content.person_mut(label)?;
        let Ground { policy, risk, day } = *ground;
        // Made for the same: under one version of policy and risk list or another.
        let is_wanted = |ready: &ReadyPass| {
            let pass = &ready.pass.0;
            (ready.place, pass.policy.id) == (wanted.place, policy.reference.id)
                && (pass.day, pass.scope, pass.mode) == (day, wanted.scope, wanted.mode)
        };
        // A walk-in scope that was used stays used, whichever policy it was shown under.
        let is_used = |ready: &ReadyPass| {
            let pass = &ready.pass.0;
            ready.place == PassFor::WalkIn
                && ready.shown.is_some()
                && (ready.place, pass.day, pass.scope) == (wanted.place, day, wanted.scope)
        };
        let stays = |ready: &ReadyPass| {
            let pass = &ready.pass.0;
            let current = (pass.policy, pass.risk) == (policy.reference, risk.version);
            is_used(ready)
                || is_wanted(ready) && current && !view.is_better_than(ready.crowd, pass.epoch)
        };
        if person.passes.iter().any(stays) {
            return Ok(false);
        }
        let sk = person.secret();
        let private = Private {
            sk,
            note: held.note(&sk),
            path: view.path(held.leaf, wait)?,
        };
        let ephemeral = SecretSeed::draw(&mut OsRng);
        let key = ephemeral.key().public();
        // A walk-in scope is the same at every venue.
        let venue = match wanted.place {
            PassFor::Venue(venue) => venue,
            PassFor::WalkIn => Did::from_bytes([0; 32]),
        };
        let occasion = Occasion {
            root: view.epoch.root,
            policy: PackedPolicy::from_value(policy.predicates.pack(day)),
            risk: risk.regions,
            day,
            scope: wanted.scope.scope(&network, &venue, day),
            binding: Pass::binding(&network, wanted.mode, &key),
        };
        let public = private.public(&occasion);
        let proof: ProofBytes = prover.pass(&public, &private)?;
        let pass = Pass {
            mode: wanted.mode,
            epoch: view.epoch.number,
            policy: policy.reference,
            risk: risk.version,
            day,
            scope: wanted.scope,
            nym: public.nym,
            rtag: public.rtag,
            mask: public.mask_out,
            ephemeral: key,
            proof,
        };
        // What it replaces must not be shown instead.
        person.passes.retain(|ready| !is_wanted(ready));
        person.passes.push(ReadyPass {
            pass: Encoded(pass),
            ephemeral,
            place: wanted.place,
            shown: None,
            crowd: view.crowd(),
        });
        Ok(true)
    }
}
