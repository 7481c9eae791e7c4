//! `Enrol`: a person's entry (clause 7.18).

use super::refusal::{EnrolRefusal, Refusal};
use super::signer::{Signed, within_quota};
use super::{CheckError, Context, trustee};
use crate::state::accreditation::RoleSlot;
use crate::state::enrolment::Enrolment;
use crate::state::record::Count;
use crate::state::{Network, Place, State, StateError, keys};
use ark_bn254::Fr;
use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex};
use luyin_protocol::network::ACKS_NEEDED;
use luyin_protocol::note::{MAX_SLEEP_DAYS, NoteState};
use luyin_protocol::risk::Uid;
use luyin_protocol::signature::Domain;
use luyin_protocol::time::{Day, Slot};
use luyin_protocol::tx::{Enrol, EnrolPublic, REQUEST_DAYS};

/// Four distinct trustees acknowledged the share that each holds.
pub fn check_form(network: &Network, tx: &Enrol) -> Result<(), Refusal> {
    let Enrol {
        public,
        acks,
        proof: _,
        registrar: _,
        signature: _,
    } = tx;
    let enrolment = public.hash();
    let body = |trustee: TrusteeIndex| {
        let commitment = public.shares.get(trustee.position());
        let ack = commitment.map(|commitment| EscrowAckBody {
            enrolment,
            owner: public.owner,
            trustee,
            commitment: *commitment,
        });
        ack.map(|ack| ack.to_vec()).unwrap_or_default()
    };
    trustee::check(network, acks, ACKS_NEEDED, Domain::EscrowAck, body)
}

/// The registrar may, the owner is new, and the person is new or superseded.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &Enrol) -> Result<(), CheckError> {
    let Enrol {
        public,
        acks: _,
        proof,
        registrar,
        signature,
    } = tx;
    let today = context.time.day();
    within_quota(state, *registrar, RoleSlot::Registrar, today, 1)?;
    if state.has(&keys::owner(public.owner))? {
        return Err(EnrolRefusal::RepeatedOwner.into());
    }
    let due = match state.get(&keys::enrolment(public.uid))? {
        None => Day::new(0),
        Some(latest) => {
            superseded(state, public.uid, &latest, today)?;
            today
        }
    };
    if public.fresh_day != due {
        return Err(EnrolRefusal::FreshDay.into());
    }
    check_first_slot(public.first_slot, today)?;
    let signed = Signed {
        did: *registrar,
        domain: Domain::Transaction,
        body: Enrol::body(public, proof, registrar),
        signature,
    };
    signed.check(state, context)
}

/// The note begins asleep as of today, or of one of the days that a request may take to come here. From a later slot it
/// could outsleep a notice; from an older one it might never check in.
fn check_first_slot(first: Slot, today: Day) -> Result<(), EnrolRefusal> {
    let open = NoteState::first_slot(today.minus(REQUEST_DAYS))..=NoteState::first_slot(today);
    if open.contains(&first) {
        Ok(())
    } else {
        Err(EnrolRefusal::FirstSlot)
    }
}

/// A superseded notice that stands, covers today and is younger than the latest enrolment lets the person enrol once
/// more: the new enrolment is younger than the notice, so the notice serves once. The trustees must have released today's
/// values, or the old note could check in beside the new one; and the notice must last until the old note has slept too
/// long to check in ever again, be its newest check-in of this very half-day.
fn superseded(
    state: &State<'_>,
    uid: Uid,
    latest: &Enrolment,
    today: Day,
) -> Result<(), CheckError> {
    let mut notices = state.superseding(uid, today)?;
    notices.retain(|(_, found)| found.entry > latest.entry);
    if notices.is_empty() {
        return Err(EnrolRefusal::RepeatedUid.into());
    }
    notices.retain(|(_, found)| found.notice.until >= today.plus(MAX_SLEEP_DAYS));
    if notices.is_empty() {
        return Err(EnrolRefusal::NoticeEndsTooSoon.into());
    }
    for (id, _) in notices {
        if state.has(&keys::release(id, today))? {
            return Ok(());
        }
    }
    Err(EnrolRefusal::NotReleased.into())
}

/// The first note into the forest; uid, owner and quota are used.
pub fn apply(state: &mut State<'_>, at: Place, tx: &Enrol) -> Result<(), StateError> {
    let Enrol {
        public,
        acks: _,
        proof: _,
        registrar,
        signature: _,
    } = tx;
    let EnrolPublic {
        uid,
        owner,
        cm,
        mask_commitment: _,
        fresh_day,
        first_slot: _,
        shares: _,
        sealed: _,
    } = public;
    let before = state.get(&keys::enrolment(*uid))?.map(|e| e.count);
    let enrolment = Enrolment {
        owner: *owner,
        note: state.append_note(*cm)?,
        fresh_day: *fresh_day,
        count: before.unwrap_or(Count::new(0)).plus(1),
        registrar: *registrar,
        time: at.time,
        entry: at.entry,
    };
    state.put_enrolment(*uid, &enrolment);
    state.use_quota(*registrar, RoleSlot::Registrar, at.time.day(), 1)
}

/// Clause 5.2: `owner, cm, mask_commitment, fresh_day, first_slot, c1..c5, sealed_hash`.
pub fn public_inputs(tx: &Enrol) -> Vec<Fr> {
    let EnrolPublic {
        uid: _,
        owner,
        cm,
        mask_commitment,
        fresh_day,
        first_slot,
        shares,
        sealed,
    } = &tx.public;
    let mut inputs = vec![
        owner.value(),
        cm.value(),
        mask_commitment.value(),
        Fr::from(u64::from(fresh_day.get())),
        Fr::from(u64::from(first_slot.get())),
    ];
    inputs.extend(shares.iter().map(|share| share.value()));
    inputs.push(sealed.hash().value());
    inputs
}
