//! Escrow of the revocation handle: five trustees each hold a share, three together can act on a notice that
//! stands on the ledger, and no two can do anything.
//!
//! What must be protected: whoever knows `rh` can recognise its holder's passes, past ones too. So `rh` is
//! put together only inside a trustee's [`Trustee::release`], is erased there, and leaves it only as the values
//! of single days of a notice.

mod file_store;
mod notice;
mod release;
mod share;
mod trustee;

pub use self::file_store::FileShareStore;
pub use self::notice::{
    MAX_EVIDENCE, NoticeOnLedger, NoticeSource, SourceError, Standing, SubjectOpening,
    VerifiedNotice, seal_evidence, seal_opening,
};
pub use self::release::{Offer, ReleaseError, SignedDay, collect_release};
pub use self::share::{
    Dealing, EscrowError, Share, THRESHOLD, make_shares, reconstruct, seal_share,
};
pub use self::trustee::{
    AcceptError, Acknowledgement, ShareStore, StoreError, StoredShare, Trustee, TrusteeKeys,
};
