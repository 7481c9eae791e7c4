//! Policies and risk lists: versions without gaps, never in the past, in the order of their numbers (clause 7.15).

use super::refusal::{PublicationRefusal, Refusal};
use super::{CheckError, Context};
use crate::state::keys::PolicyId;
use crate::state::record::Version;
use crate::state::{State, StateError, keys};
use luyin_protocol::policy::{MAX_LEAD_MS, Policy};
use luyin_protocol::region::{RegionKind, RegionTable};
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::Timestamp;

pub(super) fn check_policy(
    state: &State<'_>,
    context: &Context<'_>,
    policy: &Policy,
) -> Result<(), CheckError> {
    let id = PolicyId::new(policy.reference.id);
    let newest = state.get(&keys::policy_newest(id))?;
    let due = due(newest)?;
    if u32::from(policy.reference.version) != due {
        return Err(PublicationRefusal::PolicyVersionGap { due }.into());
    }
    let before = match newest {
        Some(version) => state.get(&keys::policy(id, version))?,
        None => None,
    };
    let before = before.map(|published| published.policy.effective);
    check_effective(context, policy.effective, before)
}

pub(super) fn check_risk_list(
    state: &State<'_>,
    context: &Context<'_>,
    list: &RiskList,
) -> Result<(), CheckError> {
    let newest = state.get(&keys::risk_list_newest())?;
    let due = due(newest)?;
    if list.version != due {
        return Err(PublicationRefusal::RiskListVersionGap { due }.into());
    }
    let before = match newest {
        Some(version) => state.get(&keys::risk_list(version))?,
        None => None,
    };
    let before = before.map(|published| published.list.effective);
    check_effective(context, list.effective, before)
}

/// A list of every region of the country leaves green to nobody, since everybody is somewhere.
pub(super) fn leaves_a_region(list: &RiskList) -> Result<(), Refusal> {
    let day = list.effective.day();
    let mut domestic = RegionTable::embedded()
        .all_in_force(day)
        .filter(|region| region.kind() != RegionKind::Country);
    if domestic.all(|region| list.regions.contains(region.index())) {
        return Err(PublicationRefusal::AllRegions.into());
    }
    Ok(())
}

fn due(newest: Option<Version>) -> Result<u32, StateError> {
    let next = newest.unwrap_or_default().next();
    Ok(next.ok_or(StateError::Full("versions"))?.get())
}

fn check_effective(
    context: &Context<'_>,
    effective: Timestamp,
    before: Option<Timestamp>,
) -> Result<(), CheckError> {
    if effective < context.time {
        return Err(PublicationRefusal::EffectivePast.into());
    }
    if effective > context.time.plus_ms(MAX_LEAD_MS) {
        return Err(PublicationRefusal::EffectiveTooLate.into());
    }
    if before.is_some_and(|before| effective < before) {
        return Err(PublicationRefusal::EffectiveBeforePredecessor.into());
    }
    Ok(())
}
