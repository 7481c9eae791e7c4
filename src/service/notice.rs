//! Risk notices that stand, and the values that trustees released for a day.

use super::ServiceError;
use super::encoded::encode_value;
use crate::node::Node;
use luyin_ledger::state::notice::ReleasedDay;
use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::TrusteeSignature;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::risk::NoticeClass;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Release, Tx};
use serde::Serialize;
use utoipa::ToSchema;

/// A notice that stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeView {
    /// Its name, 64 hex digits.
    pub id: String,
    /// What kind.
    #[schema(value_type = String)]
    pub class: NoticeClass,
    /// What kind of evidence it rests on.
    #[schema(value_type = String)]
    pub evidence_kind: EvidenceKind,
    /// SHA-256 of the evidence on file, 64 hex digits.
    pub evidence: String,
    /// The clause it rests on.
    pub clause: String,
    /// First day.
    pub from: u16,
    /// Last day.
    pub until: u16,
    /// Its entry in the log.
    pub entry: u64,
}

/// All notices that stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticesView {
    /// The notices.
    pub notices: Vec<NoticeView>,
}

/// A day's values of one notice.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseView {
    /// Canonical bytes in base64.
    pub values: String,
    /// Three trustees' or more.
    #[schema(value_type = Vec<Object>)]
    pub signatures: Vec<TrusteeSignature>,
}

/// A day's values of all notices that are not lifted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleasesView {
    /// The values.
    pub releases: Vec<ReleaseView>,
}

/// The notices that stand today.
///
/// # Errors
/// Where the state cannot be read.
pub fn standing(node: &Node) -> Result<NoticesView, ServiceError> {
    let today = node.clock().now().day();
    let found = node.state().standing_notices(today)?;
    let notices = found.into_iter().map(|(id, published)| NoticeView {
        id: id.to_string(),
        class: published.notice.class,
        evidence_kind: published.notice.evidence_kind,
        evidence: published.notice.evidence.to_string(),
        clause: published.notice.clause,
        from: published.notice.from.get(),
        until: published.notice.until.get(),
        entry: published.entry.get(),
    });
    Ok(NoticesView {
        notices: notices.collect(),
    })
}

/// The values released for a day.
///
/// # Errors
/// Where state or log cannot be read.
pub fn releases(node: &Node, day: Day) -> Result<ReleasesView, ServiceError> {
    let releases = signed_releases(node, day)?;
    Ok(ReleasesView {
        releases: releases.into_iter().map(ReleaseView::from).collect(),
    })
}

impl From<Release> for ReleaseView {
    fn from(release: Release) -> Self {
        let Release { values, signatures } = release;
        Self {
            values: encode_value(&values),
            signatures,
        }
    }
}

/// The released values of a day with their signatures, of notices that are not lifted.
///
/// # Errors
/// Where state or log cannot be read.
pub fn signed_releases(node: &Node, day: Day) -> Result<Vec<Release>, ServiceError> {
    let released = node.state().released_values(day)?;
    let signed = from_log(node, released)?.into_iter();
    Ok(signed.map(|(_, release)| release).collect())
}

/// Released values with their signatures, which stand in the log alone. What is not yet under a checkpoint is left for the
/// next asking.
///
/// # Errors
/// Where the log cannot be read.
pub fn from_log(
    node: &Node,
    released: Vec<ReleasedDay>,
) -> Result<Vec<(ReleasedDay, Release)>, ServiceError> {
    let size = node.published().newest().head.size();
    let under = released.into_iter().filter(|day| day.entry.get() < size);
    under
        .map(|day| {
            let bytes = node.entry(day.entry);
            let bytes = bytes.map_err(|e| ServiceError::Internal(e.to_string()))?;
            match Tx::from_slice(&bytes) {
                Ok(Tx::Release(release)) if release.values == day.values => Ok((day, release)),
                Ok(_) | Err(_) => Err(ServiceError::Internal("an entry is no release".to_owned())),
            }
        })
        .collect()
}
