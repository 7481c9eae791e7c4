//! The signed list of live notices' values in addition to a gate's bundle (protocol clause 6.13a).

use super::bundle::{releases, rules};
use crate::node::Node;
use crate::service::ServiceError;
use crate::service::error::RequestError;
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::{GateList, SignedList, rules_of};
use luyin_protocol::signature::{Domain, Sha256Hash};
use luyin_protocol::time::Day;

/// A signed list for now, up to a day: the last of a bundle that was given out no later than now.
///
/// # Errors
/// [`RequestError::Parameter`] for a day that no such bundle reaches; where state or log cannot be read.
pub fn signed(
    node: &Node,
    bundle: Sha256Hash,
    until: Day,
    life_ms: u64,
) -> Result<Vec<u8>, ServiceError> {
    let now = node.clock().now();
    if until < now.day() || until > now.plus_ms(life_ms).day() {
        let far = "until: not the last day of a bundle that is good now".to_owned();
        return Err(RequestError::Parameter(far).into());
    }
    let (policies, lists) = rules(node, now)?;
    let mut values = releases(node, now.day().minus(1), until)?;
    GateList::sort(&mut values);
    let list = GateList {
        bundle,
        issued: now,
        until,
        rules: rules_of(&policies, &lists),
        releases: values,
    };
    let key = node.signing_key();
    let signature = key.sign(Domain::List, node.network().id(), &list.to_vec());
    Ok(SignedList::new(list, key.public(), signature).to_bytes())
}
