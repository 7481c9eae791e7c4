//! Typed clients of nodes and trustees (section 9), over whatever [`Transport`] carries their requests.
//!
//! Calls of organisations are signed (RFC 9421), those of wallets never. What was refused comes back as the typed
//! [`Problem`] that the other side gave. Only calls that may safely be made twice are tried again.

mod answers;
mod document;
mod encoded;
mod error;
mod http;
mod news;
mod node;
mod signing;
mod transport;
mod trustee;

pub use self::answers::{
    AppealAnswer, AppealState, AppealStatistics, AttestationDay, Bucket, BucketName, EnrolledNote,
    Epoch, EvaluationAnswer, Forest, GovernanceReach, LiveNotice, LogEntry, NetworkInfo,
    NoticeOpening, PublicAppeal, Published, Receipt, ReleaseAnswer, ReleasedDay, SealedForNotice,
    SignatureAnswer, Spend, TrusteeCard, Without,
};
pub use self::document::{CurrentDocument, ResolveError};
pub use self::encoded::{Encoded, EncodedBytes};
pub use self::error::{ClientError, Problem};
pub use self::http::{Call, Http, Repeat, SignedAt};
pub use self::news::{Marks, News};
pub use self::node::NodeClient;
pub use self::signing::RequestSigner;
pub use self::transport::{Transport, WireAnswer, WireError, WireRequest};
pub use self::trustee::{ShareDelivery, TrusteeClient};
