use super::{GateBundle, Reason, Seen, Verdict};
use crate::did::Did;
use crate::field::{RevocationTag, Scope};
use crate::pass::{GateCode, Pass, PassContext, PassMode, PassTextError, ShownPass};
use crate::policy::Policy;
use crate::risk::{NoticeId, RiskList};
use crate::scope::{ScopeIndex, block_of, revocation_tag};
use crate::signature::{NetworkId, ProofBytes};
use crate::time::{Day, Step, Timestamp};
use crate::versioned::standing;
use ark_bn254::Fr;
use std::collections::BTreeMap;

/// How long after midnight, or after a walk-in block's end, the one before is still accepted.
const TURN_GRACE_MS: u64 = 15 * 60_000;
const BLOCK_MS: u64 = 4 * 3_600_000;
/// How far a bundle's time may lie ahead of the gate's clock.
const CLOCK_SLACK_MS: u64 = 120_000;

/// The tags of the day's live notices, computed once a scope.
#[derive(Clone, Debug, Default)]
pub struct RevokedTags {
    by_scope: BTreeMap<(Scope, Day), BTreeMap<RevocationTag, NoticeId>>,
}

impl RevokedTags {
    /// The notice that a tag belongs to, if any.
    pub fn find(
        &mut self,
        bundle: &GateBundle,
        scope: Scope,
        day: Day,
        tag: RevocationTag,
    ) -> Option<NoticeId> {
        let tags = self.by_scope.entry((scope, day)).or_insert_with(|| {
            let of_day = bundle.releases.iter().filter(|r| r.values.day == day);
            of_day
                .map(|r| (revocation_tag(r.values.handle, scope), r.values.notice))
                .collect()
        });
        tags.get(&tag).copied()
    }
}

/// A gate with a verified bundle.
#[derive(Clone, Debug)]
pub struct Gate {
    network: NetworkId,
    bundle: GateBundle,
    venue: Did,
    policy: u16,
    revoked: RevokedTags,
}

impl Gate {
    /// A gate of a venue that asks for one policy.
    #[must_use]
    pub fn new(bundle: GateBundle, venue: Did, policy: u16) -> Self {
        Self {
            network: bundle.network(),
            bundle,
            venue,
            policy,
            revoked: RevokedTags::default(),
        }
    }

    /// The bundle in use.
    #[must_use]
    pub const fn bundle(&self) -> &GateBundle {
        &self.bundle
    }

    /// The venue.
    #[must_use]
    pub const fn venue(&self) -> &Did {
        &self.venue
    }

    /// Takes a newer bundle; what was computed from the old one is dropped.
    pub fn replace_bundle(&mut self, bundle: GateBundle) {
        self.network = bundle.network();
        self.bundle = bundle;
        self.revoked = RevokedTags::default();
    }

    /// Decides on the text of a scanned code. `verify` checks the proof against public inputs.
    ///
    /// Checks go from the cheapest to the dearest (protocol section 6): the gate's own state,
    /// format, freshness, signature, root, policy and risk list, replay, notices, proof.
    pub fn decide_text(
        &mut self,
        text: &str,
        now: Timestamp,
        code: GateCode,
        seen: &mut impl Seen,
        verify: impl FnOnce(&[Fr; 11], &ProofBytes) -> bool,
    ) -> (Verdict, Option<ShownPass>) {
        match ShownPass::from_text(text) {
            Ok(shown) => (self.decide(&shown, now, code, seen, verify), Some(shown)),
            Err(error) => {
                let reason = match (self.own_state(now), error) {
                    (Err(own), _) => own,
                    (_, PassTextError::NotOurs) => Reason::NotOurs,
                    (_, PassTextError::Base45 | PassTextError::Bytes(_)) => Reason::Damaged,
                };
                (Verdict::of(reason), None)
            }
        }
    }

    /// Decides on a decoded pass.
    pub fn decide(
        &mut self,
        shown: &ShownPass,
        now: Timestamp,
        code: GateCode,
        seen: &mut impl Seen,
        verify: impl FnOnce(&[Fr; 11], &ProofBytes) -> bool,
    ) -> Verdict {
        Verdict::of(
            self.reason(shown, now, code, seen, verify)
                .unwrap_or_else(|refused| refused),
        )
    }

    fn reason(
        &mut self,
        shown: &ShownPass,
        now: Timestamp,
        code: GateCode,
        seen: &mut impl Seen,
        verify: impl FnOnce(&[Fr; 11], &ProofBytes) -> bool,
    ) -> Result<Reason, Reason> {
        let pass = &shown.pass;
        self.own_state(now)?;
        fresh(shown, now)?;
        shown
            .verify_show(&self.network)
            .map_err(|_| Reason::BadSignature)?;
        let policy = accepted_policy(&self.bundle, self.policy, pass, now)?;
        if policy.gate_code && shown.code != code {
            return Err(Reason::WrongGateCode);
        }
        let risk = accepted_risk_list(&self.bundle, pass, now)?;
        let scope = pass.scope.scope(&self.network, &self.venue, pass.day);
        let context = PassContext {
            root: self.root(pass, now)?,
            policy,
            risk: &risk.regions,
            scope,
        };
        let inputs = pass.public_inputs(&self.network, &context);
        let compare = pass.mode == PassMode::Paper || policy.predicates.show_mask;
        if pass.mode == PassMode::Screen && seen.is_replay(pass.nym, shown.step) {
            return Err(Reason::Replayed);
        }
        if self
            .revoked
            .find(&self.bundle, scope, pass.day, pass.rtag)
            .is_some()
        {
            return Err(Reason::UnderNotice);
        }
        if !verify(&inputs, &pass.proof) {
            return Err(Reason::Rejected);
        }
        let walk_in = pass.scope != ScopeIndex::Venue;
        if walk_in && seen.is_spent(pass.nym) {
            return Err(Reason::WalkInSpent);
        }
        seen.record(pass.nym, shown.step, walk_in);
        Ok(if compare {
            Reason::ProvedCompareId
        } else {
            Reason::Proved
        })
    }

    /// Whether the gate itself can decide at all.
    fn own_state(&self, now: Timestamp) -> Result<(), Reason> {
        if now.plus_ms(CLOCK_SLACK_MS) < self.bundle.issued {
            return Err(Reason::ClockOff);
        }
        if now > self.bundle.expires {
            Err(Reason::BundleExpired)
        } else {
            Ok(())
        }
    }

    fn root(&self, pass: &Pass, now: Timestamp) -> Result<crate::field::EpochRoot, Reason> {
        let window = self.bundle.parameters.cadence.root_window_ms.into();
        let newest = self.bundle.epochs.last();
        match self.bundle.epoch(pass.epoch) {
            // The newest root counts however old it is: nothing has changed since.
            Some(e)
                if now.since(e.time) <= window || newest.is_some_and(|n| n.number == e.number) =>
            {
                Ok(e.root)
            }
            Some(_) => Err(Reason::UnknownRoot),
            None if newest.is_none_or(|n| pass.epoch > n.number) => Err(Reason::BundleBehind),
            None => Err(Reason::UnknownRoot),
        }
    }
}

/// The step, the day and the walk-in block are now's, or just past.
fn fresh(shown: &ShownPass, now: Timestamp) -> Result<(), Reason> {
    let pass = &shown.pass;
    match pass.mode {
        PassMode::Screen => {
            let (shown, now) = (shown.step.get(), now.step().get());
            if now > shown.saturating_add(1) {
                return Err(Reason::Expired);
            }
            if shown > now.saturating_add(1) {
                return Err(Reason::Ahead);
            }
        }
        PassMode::Paper if shown.step == Pass::paper_step(pass.day) => {}
        PassMode::Paper => return Err(Reason::Damaged),
    }
    let today = now.day();
    let just_past = |ms: u64| ms < TURN_GRACE_MS;
    let yesterday = pass.day == today.minus(1) && just_past(now.since_midnight_ms());
    if pass.day != today && !yesterday {
        return Err(Reason::WrongDay);
    }
    if let ScopeIndex::WalkIn { block, .. } = pass.scope {
        let current = block_of(now);
        let same = pass.day == today && block == current;
        let before = if current == 0 {
            yesterday && block == crate::scope::BLOCKS - 1
        } else {
            pass.day == today && block + 1 == current
        };
        let just_before = before && just_past(now.since_midnight_ms() % BLOCK_MS);
        if !same && !just_before {
            return Err(Reason::WrongBlock);
        }
    }
    Ok(())
}

fn accepted_policy<'a>(
    bundle: &'a GateBundle,
    id: u16,
    pass: &Pass,
    now: Timestamp,
) -> Result<&'a Policy, Reason> {
    if pass.policy.id != id {
        return Err(Reason::PolicyNotAccepted);
    }
    let versions = bundle.policies.iter().filter(|p| p.reference.id == id);
    let newest = versions.map(|p| p.reference.version).max();
    let Some(policy) = bundle.policies.iter().find(|p| p.reference == pass.policy) else {
        return Err(if newest.is_none_or(|n| pass.policy.version > n) {
            Reason::BundleBehind
        } else {
            Reason::PolicyNotAccepted
        });
    };
    if !standing(policy, &bundle.policies, now).is_accepted() {
        return Err(Reason::PolicyNotAccepted);
    }
    if pass.mode == PassMode::Paper && !policy.paper {
        return Err(Reason::PaperNotAccepted);
    }
    Ok(policy)
}

fn accepted_risk_list<'a>(
    bundle: &'a GateBundle,
    pass: &Pass,
    now: Timestamp,
) -> Result<&'a RiskList, Reason> {
    let newest = bundle.risk_lists.iter().map(|l| l.version).max();
    let Some(list) = bundle.risk_lists.iter().find(|l| l.version == pass.risk) else {
        return Err(if newest.is_none_or(|n| pass.risk > n) {
            Reason::BundleBehind
        } else {
            Reason::RiskListNotAccepted
        });
    };
    if standing(list, &bundle.risk_lists, now).is_accepted() {
        Ok(list)
    } else {
        Err(Reason::RiskListNotAccepted)
    }
}

/// The code that a gate displays in a step: from its secret, so that nobody can guess the next.
#[must_use]
pub fn gate_code(secret: &[u8; 32], step: Step) -> GateCode {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new()
        .chain_update(b"luyin/v1/gate-code\0")
        .chain_update(secret)
        .chain_update(step.get().to_be_bytes())
        .finalize();
    let code = digest
        .iter()
        .take(4)
        .fold(0u32, |n, b| n << 8 | u32::from(*b));
    GateCode(code % 1_000_000)
}
