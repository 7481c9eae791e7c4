//! The network and its clock.

use super::ServiceError;
use super::encoded::encode_value;
use crate::clock::SetClockError;
use crate::node::Node;
use crate::service::error::RequestError;
use luyin_ledger::state::keys;
use luyin_protocol::network::NetworkMode;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a client must know first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NetworkView {
    /// The network's identity, 64 hex digits.
    pub network: String,
    /// The founding data, canonical bytes in base64; their hash is the identity.
    pub parameters: String,
    /// `production` or `development`.
    #[schema(value_type = String)]
    pub mode: NetworkMode,
    /// The origin line of checkpoints.
    pub origin: String,
    /// The node's clock, milliseconds since 1970.
    pub now: u64,
    /// Its Beijing day.
    pub day: u16,
    /// Its half-day.
    pub slot: u32,
    /// The newest block.
    pub height: u64,
    /// Entries in the log.
    pub log_size: u64,
    /// The newest epoch; 0 before there is one.
    pub epoch: u64,
}

/// What a page asks each time it comes into view.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClockView {
    /// The network's identity, 64 hex digits.
    pub network: String,
    /// `production` or `development`.
    #[schema(value_type = String)]
    pub mode: NetworkMode,
    /// The node's clock, milliseconds since 1970.
    pub now: u64,
}

/// A clock to be set.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockSetting {
    /// Milliseconds since 1970.
    pub now: u64,
}

/// The network as it stands.
///
/// # Errors
/// Where the state cannot be read.
pub fn show(node: &Node) -> Result<NetworkView, ServiceError> {
    let state = node.state();
    let parameters = node.network().parameters();
    let now = node.clock().now();
    let tip = state.tip()?;
    let last = state.get(&keys::last_epochs())?;
    Ok(NetworkView {
        network: node.network().id().to_string(),
        parameters: encode_value(parameters),
        mode: parameters.mode,
        origin: parameters.origin.clone(),
        now: now.get(),
        day: now.day().get(),
        slot: now.slot().get(),
        height: tip.as_ref().map_or(0, |tip| tip.height.get()),
        log_size: tip.as_ref().map_or(0, |tip| tip.entries.get()),
        epoch: last.map_or(0, |last| last.newest.get().into()),
    })
}

/// Whose clock it is, and what it says.
#[must_use]
pub fn clock(node: &Node) -> ClockView {
    ClockView {
        network: node.network().id().to_string(),
        mode: node.network().parameters().mode,
        now: node.clock().now().get(),
    }
}

/// Sets the clock of a development network forward.
///
/// # Errors
/// [`ServiceError::NotFound`] where the clock cannot be set at all; [`RequestError::Clock`] for backward.
pub fn set_clock(node: &Node, setting: ClockSetting) -> Result<(), ServiceError> {
    node.clock()
        .set(Timestamp::new(setting.now))
        .map_err(|error| match error {
            SetClockError::NotSettable => ServiceError::NotFound("a settable clock"),
            SetClockError::Backward { .. } => RequestError::Clock(error.to_string()).into(),
        })
}
