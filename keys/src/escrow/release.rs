//! Releasing the values of single days: what trustees send each other, what they sign, and how it is checked.

use std::fmt;

use ark_bn254::Fr;
use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature};
use luyin_protocol::field::{DayHandle, SlotHandle};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::network::TRUSTEES;
use luyin_protocol::risk::{DayRelease, NoticeId};
use luyin_protocol::signature::{Domain, NetworkId, PublicKey};
use luyin_protocol::time::Day;
use luyin_protocol::tx::Release;
use zeroize::Zeroizing;

use super::notice::{SourceError, VerifiedNotice};
use super::share::{EscrowError, THRESHOLD, of};
use super::trustee::StoreError;
use crate::seal_key::SealKeyError;

/// Why a trustee does not release, or a release does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The ledger has no such notice.
    #[error("no such notice on the ledger")]
    UnknownNotice,
    /// The ledger could not be asked.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The notice's last day is past.
    #[error("the notice has expired")]
    Expired,
    /// The notice was taken back.
    #[error("the notice was lifted")]
    Lifted,
    /// The notice covers days before it was issued.
    #[error("the notice covers days before it was issued")]
    Backdated,
    /// The day is not one of the notice's.
    #[error("day {0} is outside the notice")]
    OutsideNotice(Day),
    /// The day is later than tomorrow.
    #[error("day {0} is not released yet")]
    NotYet(Day),
    /// This trustee holds no share of the enrolment.
    #[error("no share of that enrolment is stored here")]
    NoShare,
    /// The opening does not open the notice's subject.
    #[error("the notice is about someone else")]
    OtherSubject,
    /// The ledger bears no enrolment of the notice's subject.
    #[error("the ledger bears no enrolment of the notice's subject")]
    NoEnrolment,
    /// The sealed opening does not open, or is no opening.
    #[error("the sealed subject does not open")]
    BadOpening,
    /// The sealed evidence does not open.
    #[error("the sealed evidence does not open")]
    BadEvidence,
    /// It is not the file whose hash the notice states.
    #[error("the evidence is not the file whose hash the notice states")]
    OtherEvidence,
    /// The sealed share of this trustee does not open for this notice.
    #[error("the offer of trustee {0} does not open")]
    BadOffer(TrusteeIndex),
    /// A share is false, or shares are missing.
    #[error(transparent)]
    Escrow(#[from] EscrowError),
    /// Sealing to another trustee failed.
    #[error(transparent)]
    Seal(#[from] SealKeyError),
    /// The share store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The trustee's signature does not verify.
    #[error("the signature of trustee {0} does not verify")]
    BadSignature(TrusteeIndex),
    /// Two trustees signed different values, or for different days or notices.
    #[error("trustee {0} signed other values")]
    Disagreement(TrusteeIndex),
}

/// A share on its way from one trustee to another, sealed for one notice and one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Whose share it is.
    pub from: TrusteeIndex,
    /// Who can open it.
    pub to: TrusteeIndex,
    /// The sealed share.
    pub sealed: Vec<u8>,
}

/// The values of one day: `rh_day` for gates, and those of its two slots for check-ins.
pub(super) fn day_values(rh: &Fr, notice: NoticeId, day: Day) -> DayRelease {
    let value = |tag, number: Fr| {
        let inputs = Zeroizing::new([*rh, number]);
        hash(tag, inputs.as_ref())
    };
    DayRelease {
        notice,
        day,
        handle: DayHandle::from_value(value(Tag::RevDay, Fr::from(day.get()))),
        slots: day
            .slots()
            .map(|slot| SlotHandle::from_value(value(Tag::RevSlot, Fr::from(slot.get())))),
    }
}

/// One trustee's signature over a day's values (domain `Release`).
#[derive(Clone, PartialEq, Eq)]
pub struct SignedDay {
    /// What was signed.
    pub values: DayRelease,
    /// Who signed, and the signature over the network and the canonical bytes of the values.
    pub signature: TrusteeSignature,
}

impl fmt::Debug for SignedDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SignedDay({}, day {})",
            self.signature.trustee, self.values.day
        )
    }
}

/// Checks that at least three different trustees signed the same values of one day of `notice`, and makes of them
/// the transaction that publishes the day, signatures by rising number.
///
/// `keys` are the trustees' signing keys as the ledger names them, in the order of their numbers.
pub fn collect_release(
    network: &NetworkId,
    notice: &VerifiedNotice,
    keys: &[PublicKey; TRUSTEES],
    signed: &[SignedDay],
) -> Result<Release, ReleaseError> {
    let first = signed.first().ok_or(EscrowError::TooFew(0))?;
    let values = &first.values;
    notice.check_day(values.day)?;
    if values.notice != notice.id() {
        return Err(ReleaseError::Disagreement(first.signature.trustee));
    }
    let body = values.to_vec();
    let mut signatures: Vec<TrusteeSignature> = Vec::with_capacity(TRUSTEES);
    for one in signed {
        let trustee = one.signature.trustee;
        if signatures.iter().any(|seen| seen.trustee == trustee) {
            return Err(EscrowError::Repeated(trustee).into());
        }
        if one.values != *values {
            return Err(ReleaseError::Disagreement(trustee));
        }
        of(trustee, keys)
            .verify(Domain::Release, network, &body, &one.signature.signature)
            .map_err(|_| ReleaseError::BadSignature(trustee))?;
        signatures.push(one.signature);
    }
    if signatures.len() < THRESHOLD {
        return Err(EscrowError::TooFew(signatures.len()).into());
    }
    signatures.sort_by_key(|signature| signature.trustee);
    Ok(Release {
        values: values.clone(),
        signatures,
    })
}
