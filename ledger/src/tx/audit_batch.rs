//! `AuditBatch`: the anchor of a gate's records (clause 7.23).

use super::refusal::{AuditRefusal, FormRefusal, Refusal};
use super::signer::{Signed, accredited};
use super::{CheckError, Context};
use crate::state::accreditation::RoleSlot;
use crate::state::audit::AnchoredBatch;
use crate::state::record::{BatchNumber, Count};
use crate::state::{Network, Place, State, StateError};
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::AuditBatch;

/// It has records.
pub fn check_form(_: &Network, tx: &AuditBatch) -> Result<(), Refusal> {
    let AuditBatch {
        gate: _,
        batch: _,
        records,
        root: _,
        signature: _,
    } = tx;
    if *records == 0 {
        return Err(FormRefusal::Empty.into());
    }
    Ok(())
}

/// The gate is accredited and this is its next batch.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &AuditBatch) -> Result<(), CheckError> {
    let AuditBatch {
        gate,
        batch,
        records,
        root,
        signature,
    } = tx;
    accredited(state, *gate, RoleSlot::Gate)?;
    let due = state.next_audit_batch(*gate)?.get();
    if *batch != due {
        return Err(AuditRefusal::BatchGap { due }.into());
    }
    let signed = Signed {
        did: *gate,
        domain: Domain::Audit,
        body: AuditBatch::body(gate, *batch, *records, root),
        signature,
    };
    signed.check(state, context)
}

/// Anchored.
pub fn apply(state: &mut State<'_>, at: Place, tx: &AuditBatch) -> Result<(), StateError> {
    let AuditBatch {
        gate,
        batch,
        records,
        root,
        signature: _,
    } = tx;
    let anchored = AnchoredBatch {
        records: Count::new((*records).into()),
        root: *root,
        time: at.time,
        entry: at.entry,
    };
    state.put_audit_batch(*gate, BatchNumber::new(*batch), &anchored);
    Ok(())
}
