//! The signed bundle by which a gate decides without a network (protocol section 6).

use crate::node::Node;
use crate::service::ServiceError;
use crate::service::notice::signed_releases;
use crate::service::policy::{all_policies, all_risk_lists};
use luyin_ledger::state::keys;
use luyin_ledger::state::record::EpochNumber;
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::{EpochRef, GateBundle, MAX_EPOCHS, SignedBundle};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::signature::Domain;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::Release;
use luyin_protocol::versioned::{Standing, standing};

/// A signed bundle for now, good for `life_ms`.
///
/// # Errors
/// Where state or log cannot be read.
pub fn signed(node: &Node, life_ms: u64) -> Result<Vec<u8>, ServiceError> {
    let now = node.clock().now();
    let bundle = at(node, now, now.plus_ms(life_ms))?;
    let key = node.signing_key();
    let signature = key.sign(Domain::Bundle, node.network().id(), &bundle.to_vec());
    Ok(SignedBundle::new(bundle, key.public(), signature).to_bytes())
}

/// What a gate with fresh data holds at a moment: nothing that was made later, everything that may count until the expiry.
///
/// # Errors
/// Where state or log cannot be read.
pub fn at(node: &Node, now: Timestamp, expires: Timestamp) -> Result<GateBundle, ServiceError> {
    let (policies, risk_lists) = rules(node, now)?;
    Ok(GateBundle {
        parameters: node.network().parameters().clone(),
        issued: now,
        expires,
        epochs: epochs(node, now)?,
        policies,
        risk_lists,
        releases: releases(node, now.day().minus(1), expires.day())?,
    })
}

/// The policies and risk lists that may count from a moment on.
pub(super) fn rules(
    node: &Node,
    now: Timestamp,
) -> Result<(Vec<Policy>, Vec<RiskList>), ServiceError> {
    let policies: Vec<Policy> = all_policies(node)?.into_iter().map(|(p, _)| p).collect();
    let lists: Vec<RiskList> = all_risk_lists(node)?.into_iter().map(|(l, _)| l).collect();
    let may_count = |standing| standing != Standing::Retired;
    let kept_policies = policies
        .iter()
        .filter(|p| may_count(standing(*p, &policies, now)));
    let kept_lists = lists
        .iter()
        .filter(|l| may_count(standing(*l, &lists, now)));
    Ok((
        kept_policies.cloned().collect(),
        kept_lists.cloned().collect(),
    ))
}

/// The epoch roots within the window, and the newest however old it is.
fn epochs(node: &Node, now: Timestamp) -> Result<Vec<EpochRef>, ServiceError> {
    let state = node.state();
    let window = u64::from(node.network().parameters().cadence.root_window_ms);
    let newest = state.get(&keys::last_epochs())?;
    let mut number = newest.map_or(0, |last| last.newest.get());
    let mut out = Vec::new();
    while number > 0 && out.len() < MAX_EPOCHS {
        let Some(epoch) = state.get(&keys::epoch(EpochNumber::new(number)))? else {
            break;
        };
        if epoch.time <= now {
            if now.since(epoch.time) > window && !out.is_empty() {
                break;
            }
            out.push(EpochRef {
                number,
                time: epoch.time,
                root: epoch.root,
            });
        }
        number -= 1;
    }
    out.reverse();
    Ok(out)
}

pub(super) fn releases(node: &Node, from: Day, until: Day) -> Result<Vec<Release>, ServiceError> {
    let mut out = Vec::new();
    for day in from.get()..=until.get() {
        out.extend(signed_releases(node, Day::new(day))?);
    }
    Ok(out)
}
