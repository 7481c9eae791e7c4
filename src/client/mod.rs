//! The command's blocking HTTP clients of nodes and trustees (section 9).
//!
//! Calls of organisations are signed (RFC 9421), those of wallets never. What was refused comes back as the typed
//! [`Problem`] that the other side gave. Only calls that may safely be made twice are tried again.

mod answers;
mod encoded;
mod error;
mod http;
mod node;
mod signing;
mod trustee;

pub use self::answers::{
    AttestationDay, Bucket, EnrolledNote, Epoch, EvaluationAnswer, Forest, LiveNotice, LogEntry,
    NetworkInfo, Published, Receipt, ReleaseAnswer, ReleasedDay, SealedForNotice, SignatureAnswer,
    Spend, TrusteeCard, Without,
};
pub use self::encoded::{Encoded, EncodedBytes};
pub use self::error::{ClientError, Problem};
pub use self::node::{BucketName, NodeClient};
pub use self::signing::RequestSigner;
pub use self::trustee::{ShareDelivery, TrusteeClient};

#[cfg(test)]
mod tests;
