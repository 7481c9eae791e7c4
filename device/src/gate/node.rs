//! What a gate asks of a node. Behind a trait, so that the logic runs against a test's node.

use super::SealedBatch;
use crate::client::{ClientError, NodeClient, Transport};
use luyin_protocol::codec::Canonical;
use luyin_protocol::field::Nym;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::{Day, Step};

/// A node as a gate sees it.
pub trait GateNode {
    /// The signed bundle, to be verified by the caller.
    fn bundle(&self) -> Result<Vec<u8>, ClientError>;
    /// The signed list of notices' values up to a day, in addition to a bundle; to be verified by the caller.
    fn list(&self, bundle: &Sha256Hash, until: Day) -> Result<Vec<u8>, ClientError>;
    /// The manifest of the keys.
    fn keys_manifest(&self) -> Result<Vec<u8>, ClientError>;
    /// A key file that the manifest names.
    fn keys_file(&self, file: &str) -> Result<Vec<u8>, ClientError>;
    /// Marks a walk-in pass as used; whether another gate has seen it already.
    fn walk_in(&self, nym: &Nym, step: Step) -> Result<bool, ClientError>;
    /// The number that this gate's next batch must have.
    fn next_batch(&self) -> Result<u32, ClientError>;
    /// Files a batch.
    fn file_batch(&self, batch: &SealedBatch) -> Result<(), ClientError>;
}

impl<T: Transport> GateNode for NodeClient<T> {
    fn bundle(&self) -> Result<Vec<u8>, ClientError> {
        self.gate_bundle()
    }
    fn list(&self, bundle: &Sha256Hash, until: Day) -> Result<Vec<u8>, ClientError> {
        self.gate_list(bundle, until)
    }
    fn keys_manifest(&self) -> Result<Vec<u8>, ClientError> {
        self.keys_manifest()
    }
    fn keys_file(&self, file: &str) -> Result<Vec<u8>, ClientError> {
        self.keys_file(file)
    }
    fn walk_in(&self, nym: &Nym, step: Step) -> Result<bool, ClientError> {
        self.walk_in(nym, step)
    }
    fn next_batch(&self) -> Result<u32, ClientError> {
        self.gate_next_batch()
    }
    fn file_batch(&self, batch: &SealedBatch) -> Result<(), ClientError> {
        let records: Vec<Vec<u8>> = batch.records.iter().map(Canonical::to_vec).collect();
        self.gate_records(&batch.anchor, &records).map(|_| ())
    }
}
