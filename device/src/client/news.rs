//! `GET /v1/news`: what a wallet looks at again and again, in one answer that is the same for everyone (clause 9.9).

use super::answers::{Epoch, Forest};
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a node tells of all that may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct News {
    /// The ledger's identity.
    pub network: NetworkId,
    /// The node's clock.
    pub now: Timestamp,
    /// How the lists stand.
    pub marks: Marks,
    /// The newest signed checkpoint, to be verified by the caller.
    pub checkpoint: String,
    /// The forest under the checkpoint's epoch.
    pub forest: Forest,
    /// The first shared epoch of the newest block of four hours that has any.
    pub block: Option<Epoch>,
    /// The newest shared epoch.
    pub hour: Option<Epoch>,
    /// At how many bits a bucket of spends hides one among enough.
    pub spend_bits: u8,
    /// At how many bits a bucket of enrolments hides one among enough.
    pub enrolment_bits: u8,
}

/// A mark changes when its list does; it means nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Of the policies.
    pub policies: String,
    /// Of the risk lists.
    pub risk_lists: String,
    /// Of the notices that stand.
    pub notices: String,
    /// Of the values released for the clock's day.
    pub releases: String,
}
