//! Releasing the values of single days: what trustees send each other, what they sign, and how it is checked.

use std::fmt;

use ark_bn254::Fr;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::field::{DayHandle, SlotHandle};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, Signature};
use luyin_protocol::time::Day;
use zeroize::Zeroizing;

use super::notice::{NoticeId, SourceError, VerifiedNotice};
use super::share::{EscrowError, ShareIndex, THRESHOLD, TRUSTEES};
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
    /// The stored share is of another person than the notice.
    #[error("the stored share is not of the notice's subject")]
    OtherSubject,
    /// The sealed share of this trustee does not open for this notice.
    #[error("the offer of trustee {0} does not open")]
    BadOffer(ShareIndex),
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
    BadSignature(ShareIndex),
    /// Two trustees signed different values, or for different days or notices.
    #[error("trustee {0} signed other values")]
    Disagreement(ShareIndex),
}

/// A share on its way from one trustee to another, sealed for one notice and one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Whose share it is.
    pub from: ShareIndex,
    /// Who can open it.
    pub to: ShareIndex,
    /// The sealed share.
    pub sealed: Vec<u8>,
}

/// The values of one day of a notice; what three trustees sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayValues {
    /// Under which notice.
    pub notice: NoticeId,
    /// For which day.
    pub day: Day,
    /// `rh_day = H_RevDay(rh, day)`, for gates.
    pub day_handle: DayHandle,
    /// `rh_slot = H_RevSlot(rh, slot)` of the day's two slots, for check-ins.
    pub slot_handles: [SlotHandle; 2],
}

impl DayValues {
    /// Length of the signed body.
    pub const LEN: usize = 32 + 2 + 3 * 32;

    pub(super) fn compute(rh: &Fr, notice: NoticeId, day: Day) -> Self {
        let handle = |tag, number: Fr| {
            let inputs = Zeroizing::new([*rh, number]);
            hash(tag, inputs.as_ref())
        };
        let day_handle = DayHandle::from_value(handle(Tag::RevDay, Fr::from(day.get())));
        let slot_handles = day
            .slots()
            .map(|slot| SlotHandle::from_value(handle(Tag::RevSlot, Fr::from(slot.get()))));
        Self {
            notice,
            day,
            day_handle,
            slot_handles,
        }
    }

    /// The signed body: notice id, day (two bytes, big-endian), day handle, two slot handles.
    pub fn to_bytes(&self) -> Vec<u8> {
        let [first, second] = self.slot_handles;
        [
            &self.notice.as_bytes()[..],
            &self.day.get().to_be_bytes(),
            &self.day_handle.to_bytes(),
            &first.to_bytes(),
            &second.to_bytes(),
        ]
        .concat()
    }

    /// Reads the signed body.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = luyin_protocol::codec::Reader::new(bytes);
        let values = Self {
            notice: NoticeId::from_bytes(reader.array("notice")?),
            day: reader.value()?,
            day_handle: reader.value()?,
            slot_handles: [reader.value()?, reader.value()?],
        };
        match reader.remaining() {
            0 => Ok(values),
            n => Err(DecodeError::Trailing(n)),
        }
    }
}

/// One trustee's signature over a day's values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignedDay {
    /// Who signed.
    pub trustee: ShareIndex,
    /// What was signed.
    pub values: DayValues,
    /// Over the network and [`DayValues::to_bytes`], for [`Domain::Release`].
    pub signature: Signature,
}

impl fmt::Debug for SignedDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedDay({}, day {})", self.trustee, self.values.day)
    }
}

/// Checks that at least three different trustees signed the same values of one day of `notice`, and returns them.
///
/// `keys` are the trustees' signing keys as the ledger names them, in the order of their numbers.
pub fn verify_release(
    network: &NetworkId,
    notice: &VerifiedNotice,
    keys: &[PublicKey; TRUSTEES],
    signed: &[SignedDay],
) -> Result<DayValues, ReleaseError> {
    let first = signed.first().ok_or(EscrowError::TooFew(0))?;
    let values = first.values;
    notice.check_day(values.day)?;
    if values.notice != notice.facts().id {
        return Err(ReleaseError::Disagreement(first.trustee));
    }
    let mut seen: Vec<ShareIndex> = Vec::with_capacity(TRUSTEES);
    for one in signed {
        if seen.contains(&one.trustee) {
            return Err(EscrowError::Repeated(one.trustee).into());
        }
        if one.values != values {
            return Err(ReleaseError::Disagreement(one.trustee));
        }
        one.trustee
            .of(keys)
            .verify(Domain::Release, network, &values.to_bytes(), &one.signature)
            .map_err(|_| ReleaseError::BadSignature(one.trustee))?;
        seen.push(one.trustee);
    }
    if seen.len() < THRESHOLD {
        return Err(EscrowError::TooFew(seen.len()).into());
    }
    Ok(values)
}
