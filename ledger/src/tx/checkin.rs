//! `CheckIn` (clause 7.19).

use super::refusal::{Refusal, SpendRefusal};
use super::{CheckError, Context, spend};
use crate::state::keys::PolicyId;
use crate::state::record::Version;
use crate::state::{Network, Place, State, StateError, keys};
use ark_bn254::Fr;
use luyin_protocol::policy::BASE_POLICY;
use luyin_protocol::time::Slot;
use luyin_protocol::tx::CheckIn;

/// Nothing to be said without the state: its parts have no form beyond their bytes.
pub fn check_form(_: &Network, tx: &CheckIn) -> Result<(), Refusal> {
    let CheckIn {
        root: _,
        nf: _,
        cm_new: _,
        slot: _,
        policy: _,
        disclosure: _,
        ctag: _,
        sealed: _,
        proof: _,
    } = tx;
    Ok(())
}

/// Slot open, epoch and policy accepted, note unspent, no live notice.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &CheckIn) -> Result<(), CheckError> {
    let CheckIn {
        root,
        nf,
        cm_new: _,
        slot,
        policy,
        disclosure: _,
        ctag,
        sealed: _,
        proof: _,
    } = tx;
    if !is_open(context, *slot) {
        return Err(SpendRefusal::SlotNotOpen.into());
    }
    spend::check_epoch(state, context, root.epoch())?;
    let accepted = state.accepted_policy(*policy, context.time)?;
    if policy.id != BASE_POLICY || accepted.is_none() {
        return Err(SpendRefusal::PolicyNotCurrent.into());
    }
    spend::check_unspent(state, *nf)?;
    if state.is_live_tag(*ctag)? {
        return Err(SpendRefusal::LiveNotice(*ctag).into());
    }
    Ok(())
}

/// The current slot, or the previous one in its grace.
fn is_open(context: &Context<'_>, slot: Slot) -> bool {
    let current = context.time.slot();
    let grace = u64::from(context.network.parameters().cadence.slot_grace_ms);
    let late = slot == current.minus(1) && context.time.since_slot_ms() < grace;
    slot == current || late
}

/// Spends the note and adds the next.
pub fn apply(state: &mut State<'_>, at: Place, tx: &CheckIn) -> Result<(), StateError> {
    let CheckIn {
        root: _,
        nf,
        cm_new,
        slot: _,
        policy: _,
        disclosure: _,
        ctag: _,
        sealed: _,
        proof: _,
    } = tx;
    spend::apply(state, at, *nf, *cm_new)
}

/// Clause 5.4: `root, nf, cm_new, slot, thresholds, disclosure, ctag, sealed_hash`.
pub fn public_inputs(state: &State<'_>, tx: &CheckIn) -> Result<Vec<Fr>, CheckError> {
    let CheckIn {
        root,
        nf,
        cm_new,
        slot,
        policy,
        disclosure,
        ctag,
        sealed,
        proof: _,
    } = tx;
    let version = Version::new(policy.version.into());
    let found = state.get(&keys::policy(PolicyId::new(policy.id), version))?;
    let published = found.ok_or(SpendRefusal::PolicyNotCurrent)?;
    Ok(vec![
        spend::note_root(state, *root)?.value(),
        nf.value(),
        cm_new.value(),
        Fr::from(u64::from(slot.get())),
        published.policy.thresholds.pack(),
        disclosure.value(),
        ctag.value(),
        sealed.hash().value(),
    ])
}
