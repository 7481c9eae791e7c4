//! `AttestWithdrawn`: an issuer takes its own attestations back (clause 7.21).

use super::governance::stated;
use super::refusal::{AttestRefusal, FormRefusal, Refusal};
use super::signer::Signed;
use super::{CheckError, Context};
use crate::state::attestation::{Standing, is_live_day};
use crate::state::record::LeafNumber;
use crate::state::{Network, Place, State, StateError, keys};
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::{AttestWithdrawn, MAX_BATCH};
use std::collections::BTreeSet;

/// 1 to [`MAX_BATCH`] leaves, no two alike, and a reason.
pub fn check_form(_: &Network, tx: &AttestWithdrawn) -> Result<(), Refusal> {
    let AttestWithdrawn {
        issuer: _,
        day: _,
        leaves,
        reason,
        signature: _,
    } = tx;
    if leaves.is_empty() {
        return Err(FormRefusal::Empty.into());
    }
    if leaves.len() > MAX_BATCH {
        return Err(FormRefusal::TooLong.into());
    }
    if leaves.iter().collect::<BTreeSet<_>>().len() < leaves.len() {
        return Err(FormRefusal::RepeatedItem.into());
    }
    stated(reason)
}

/// The day is live and each leaf is the issuer's own. No accreditation is asked for: taking back harms nobody.
pub fn check(
    state: &State<'_>,
    context: &Context<'_>,
    tx: &AttestWithdrawn,
) -> Result<(), CheckError> {
    let AttestWithdrawn {
        issuer,
        day,
        leaves,
        reason,
        signature,
    } = tx;
    let signed = Signed {
        did: *issuer,
        domain: Domain::Transaction,
        body: AttestWithdrawn::body(issuer, *day, leaves, reason),
        signature,
    };
    signed.check(state, context)?;
    if !is_live_day(*day, context.time.day()) {
        return Err(AttestRefusal::DayOver.into());
    }
    for leaf in leaves {
        let number = state.get(&keys::leaf_number(*day, *leaf))?;
        let number = number.ok_or(AttestRefusal::NotOwnLeaf)?;
        let stated = state.get(&keys::leaf(*day, number))?;
        match stated.filter(|stated| stated.issuer == *issuer) {
            None => return Err(AttestRefusal::NotOwnLeaf.into()),
            Some(stated) if stated.standing == Standing::Withdrawn => {
                return Err(AttestRefusal::AlreadyWithdrawn.into());
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The leaves leave the tree, whose roots so far are refused; they are counted for the issuer's alarms.
pub fn apply(state: &mut State<'_>, _: Place, tx: &AttestWithdrawn) -> Result<(), StateError> {
    let AttestWithdrawn {
        issuer,
        day,
        leaves,
        reason: _,
        signature: _,
    } = tx;
    let mut numbers: Vec<LeafNumber> = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let number = state.get(&keys::leaf_number(*day, *leaf))?;
        numbers.push(number.ok_or(StateError::Contradiction("a leaf without a number"))?);
    }
    state.withdraw_leaves(*day, &numbers)?;
    let count = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
    state.count_taken_back(*issuer, *day, count)
}
