//! `Absorb` (clause 7.22).

use super::refusal::{Refusal, SpendRefusal};
use super::{CheckError, Context, spend};
use crate::state::attestation::RootStanding;
use crate::state::{Network, Place, State, StateError};
use ark_bn254::Fr;
use luyin_protocol::tx::Absorb;

/// Nothing to be said without the state: its parts have no form beyond their bytes.
pub fn check_form(_: &Network, tx: &Absorb) -> Result<(), Refusal> {
    let Absorb {
        epoch: _,
        att_root: _,
        nf: _,
        cm_new: _,
        now_day: _,
        sealed: _,
        proof: _,
    } = tx;
    Ok(())
}

/// Day open, epoch and attestation root accepted, note unspent.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &Absorb) -> Result<(), CheckError> {
    let Absorb {
        epoch,
        att_root,
        nf,
        cm_new: _,
        now_day,
        sealed: _,
        proof: _,
    } = tx;
    spend::check_day(context, *now_day)?;
    spend::check_epoch(state, context, *epoch)?;
    match state.root_standing(*att_root, context.time.day())? {
        RootStanding::Accepted => {}
        RootStanding::Withdrawn => return Err(SpendRefusal::RootWithdrawn.into()),
        RootStanding::Unknown => return Err(SpendRefusal::UnknownAttestationRoot.into()),
    }
    spend::check_unspent(state, *nf)
}

/// Spends the note and adds the next.
pub fn apply(state: &mut State<'_>, at: Place, tx: &Absorb) -> Result<(), StateError> {
    let Absorb {
        epoch: _,
        att_root: _,
        nf,
        cm_new,
        now_day: _,
        sealed: _,
        proof: _,
    } = tx;
    spend::apply(state, at, *nf, *cm_new)
}

/// Clause 5.5: `root, att_root, nf, cm_new, now_day, sealed_hash`.
pub fn public_inputs(state: &State<'_>, tx: &Absorb) -> Result<Vec<Fr>, CheckError> {
    let Absorb {
        epoch,
        att_root,
        nf,
        cm_new,
        now_day,
        sealed,
        proof: _,
    } = tx;
    Ok(vec![
        spend::root(state, *epoch)?.value(),
        att_root.value(),
        nf.value(),
        cm_new.value(),
        Fr::from(u64::from(now_day.get())),
        sealed.hash().value(),
    ])
}
