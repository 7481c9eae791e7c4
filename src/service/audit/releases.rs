//! A day's released values with their times, of lifted notices too: what gates' verdicts of the day rested on.

use crate::node::Node;
use crate::service::ServiceError;
use crate::service::notice::{ReleaseView, from_log};
use luyin_protocol::time::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A day's values of one notice, lifted or not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DatedReleaseView {
    /// The values with the trustees' signatures.
    #[serde(flatten)]
    pub release: ReleaseView,
    /// When they were released, milliseconds since 1970.
    pub time: u64,
    /// Their entry in the log.
    pub entry: u64,
}

/// All values that were released for a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DatedReleasesView {
    /// By notice.
    pub releases: Vec<DatedReleaseView>,
}

/// The values released for a day.
///
/// # Errors
/// Where state or log cannot be read.
pub fn of_day(node: &Node, day: Day) -> Result<DatedReleasesView, ServiceError> {
    let released = node.state().all_released_values(day)?;
    let signed = from_log(node, released)?.into_iter();
    let releases = signed.map(|(day, release)| DatedReleaseView {
        release: release.into(),
        time: day.time.get(),
        entry: day.entry.get(),
    });
    Ok(DatedReleasesView {
        releases: releases.collect(),
    })
}
