//! What a wallet asks of a node. Behind a trait, so that the logic runs against a browser's fetch or a test's ledger.
//!
//! No request names the holder's own nullifier, owner or leaf: names go by buckets, leaves by whole tiles (clause 9.3).

use crate::client::{
    AttestationDay, Bucket, BucketName, ClientError, EnrolledNote, LiveNotice, News, NodeClient,
    PublicAppeal, Receipt, Spend, Transport,
};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Release, Tx};
use std::time::Duration;

/// How long a node takes to publish a checkpoint, at most tenfold.
const PUBLICATION: Duration = Duration::from_millis(100);

/// A node as a wallet sees it.
pub trait Ledger {
    /// All that may have changed.
    fn news(&self) -> Result<News, ClientError>;
    /// All versions of all policies.
    fn policies(&self) -> Result<Vec<Policy>, ClientError>;
    /// All versions of the risk list.
    fn risk_lists(&self) -> Result<Vec<RiskList>, ClientError>;
    /// Live notices.
    fn notices(&self) -> Result<Vec<LiveNotice>, ClientError>;
    /// The appeals that were filed after an entry.
    fn appeals(&self, after: u64) -> Result<Vec<PublicAppeal>, ClientError>;
    /// The released values of a day.
    fn releases(&self, day: Day) -> Result<Vec<Release>, ClientError>;
    /// A bucket of spends.
    fn nullifiers(&self, bucket: BucketName) -> Result<Bucket<Spend>, ClientError>;
    /// A bucket of enrolments.
    fn enrolments(&self, bucket: BucketName) -> Result<Bucket<EnrolledNote>, ClientError>;
    /// A tile below `/forest/`.
    fn forest_tile(&self, path: &str) -> Result<Vec<u8>, ClientError>;
    /// A day's attestation tree.
    fn attestation_root(&self, day: Day) -> Result<AttestationDay, ClientError>;
    /// Submits a transaction of a wallet.
    fn submit(&self, tx: &Tx) -> Result<Receipt, ClientError>;
    /// Gives the node a moment to publish what it has accepted.
    fn await_publication(&self);
}

impl<T: Transport> Ledger for NodeClient<T> {
    fn news(&self) -> Result<News, ClientError> {
        self.news()
    }
    fn policies(&self) -> Result<Vec<Policy>, ClientError> {
        self.policies()
            .map(|all| all.into_iter().map(|p| p.item.0).collect())
    }
    fn risk_lists(&self) -> Result<Vec<RiskList>, ClientError> {
        self.risk_lists()
            .map(|all| all.into_iter().map(|l| l.item.0).collect())
    }
    fn notices(&self) -> Result<Vec<LiveNotice>, ClientError> {
        self.notices()
    }
    fn appeals(&self, after: u64) -> Result<Vec<PublicAppeal>, ClientError> {
        self.appeals(after)
    }
    fn releases(&self, day: Day) -> Result<Vec<Release>, ClientError> {
        self.releases(day)
    }
    fn nullifiers(&self, bucket: BucketName) -> Result<Bucket<Spend>, ClientError> {
        self.nullifiers(bucket)
    }
    fn enrolments(&self, bucket: BucketName) -> Result<Bucket<EnrolledNote>, ClientError> {
        self.enrolments(bucket)
    }
    fn forest_tile(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.forest_tile(path)
    }
    fn attestation_root(&self, day: Day) -> Result<AttestationDay, ClientError> {
        self.attestation_root(day)
    }
    fn submit(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        self.submit(tx)
    }
    fn await_publication(&self) {
        self.pause(PUBLICATION);
    }
}
