//! `Attest`: a batch into the day's tree (clause 7.20).

use super::refusal::{AttestRefusal, FormRefusal, Refusal};
use super::signer::{Signed, within_quota};
use super::{CheckError, Context};
use crate::forest::Shape;
use crate::state::accreditation::RoleSlot;
use crate::state::{Network, Place, State, StateError, keys};
use luyin_protocol::attestation::leaf;
use luyin_protocol::field::AttestationLeaf;
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::{Attest, MAX_BATCH};
use std::collections::BTreeSet;

/// 1 to [`MAX_BATCH`] bodies, no two alike.
pub fn check_form(_: &Network, tx: &Attest) -> Result<(), Refusal> {
    let Attest {
        issuer: _,
        kind: _,
        bodies,
        signature: _,
    } = tx;
    if bodies.is_empty() {
        return Err(FormRefusal::Empty.into());
    }
    if bodies.len() > MAX_BATCH {
        return Err(FormRefusal::TooLong.into());
    }
    if bodies.iter().collect::<BTreeSet<_>>().len() < bodies.len() {
        return Err(FormRefusal::RepeatedItem.into());
    }
    Ok(())
}

/// The issuer may state this kind, within its quota, and the day's tree has none of the leaves.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &Attest) -> Result<(), CheckError> {
    let Attest {
        issuer,
        kind,
        bodies,
        signature,
    } = tx;
    let today = context.time.day();
    let count = u64::try_from(bodies.len()).unwrap_or(u64::MAX);
    within_quota(state, *issuer, RoleSlot::Attester(*kind), today, count)?;
    let signed = Signed {
        did: *issuer,
        domain: Domain::Transaction,
        body: Attest::body(issuer, *kind, bodies),
        signature,
    };
    signed.check(state, context)?;
    let taken = state.get(&keys::day_tree(today))?.map(|tree| tree.leaves);
    if taken.unwrap_or_default().plus(count).get() > Shape::NETWORK.capacity() {
        return Err(AttestRefusal::TreeFull.into());
    }
    for leaf in leaves(tx) {
        if state.has(&keys::leaf_number(today, leaf))? {
            return Err(AttestRefusal::RepeatedLeaf.into());
        }
    }
    Ok(())
}

/// The leaves into the tree of the block's day; the quota is used.
pub fn apply(state: &mut State<'_>, at: Place, tx: &Attest) -> Result<(), StateError> {
    let Attest {
        issuer,
        kind,
        bodies,
        signature: _,
    } = tx;
    let today = at.time.day();
    state.append_leaves(today, *issuer, &leaves(tx))?;
    let count = u64::try_from(bodies.len()).unwrap_or(u64::MAX);
    state.use_quota(*issuer, RoleSlot::Attester(*kind), today, count)
}

/// The leaves, from the signer: nobody can state in another's name.
fn leaves(tx: &Attest) -> Vec<AttestationLeaf> {
    let issuer = tx.issuer.issuer();
    let bodies = tx.bodies.iter();
    bodies.map(|body| leaf(tx.kind, issuer, *body)).collect()
}
