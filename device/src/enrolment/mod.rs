//! What a wallet hands its registrar: everything of an enrolment but the person's identifier, which the registrar
//! computes with three trustees from the ID number that it has checked.
//!
//! The file is JSON. It bears no secret of the wallet; the mask and its salt are for the registrar alone, each sealed
//! share is for one trustee alone.

mod desk;
mod id_number;
mod share;
mod surname;

use ark_bn254::Fr;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::field::{self, MaskCommitment, NoteCommitment, Owner, ShareCommitment};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::network::TRUSTEES;
use luyin_protocol::note::Mask;
use luyin_protocol::risk::Uid;
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::signature::{NetworkId, ProofBytes};
use luyin_protocol::time::{Day, Slot};
use luyin_protocol::tx::EnrolPublic;
use serde::{Deserialize, Serialize};

pub use self::desk::{DeskCode, DeskError};
pub use self::id_number::{IdNumber, IdNumberError};
pub use self::share::{SHARE_SEALED_LEN, open_share, seal_share};
pub use self::surname::{Surname, surname_of};
use crate::client::{Encoded, EncodedBytes};

/// The longest request file that is read.
pub const MAX_REQUEST: usize = 16 << 10;

/// The salt that hides the mask in its commitment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MaskSalt(Fr);

impl MaskSalt {
    /// Wraps a field element, drawn at random.
    #[must_use]
    pub const fn from_value(value: Fr) -> Self {
        Self(value)
    }

    /// The field element, a private input of the enrol statement.
    #[must_use]
    pub const fn expose(&self) -> Fr {
        self.0
    }
}

impl std::fmt::Debug for MaskSalt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaskSalt(..)")
    }
}

impl Serialize for MaskSalt {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&hex::encode(field::to_bytes(&self.0)))
    }
}

impl<'de> Deserialize<'de> for MaskSalt {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
        hex::decode_to_slice(text.as_bytes(), &mut bytes)
            .ok()
            .filter(|()| lower)
            .and_then(|()| field::from_bytes(&bytes).ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not a mask salt"))
    }
}

/// `H_Mask(mask, salt)` (clause 5.2 b).
#[must_use]
pub fn mask_commitment(mask: Mask, salt: &MaskSalt) -> MaskCommitment {
    MaskCommitment::from_value(hash(Tag::Mask, &[Fr::from(mask.bits()), salt.0]))
}

/// Why a request is refused before anybody else is asked.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Not the JSON of a request.
    #[error("the enrolment request is not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// Larger than any honest one.
    #[error("the enrolment request is larger than {MAX_REQUEST} bytes")]
    TooLarge,
    /// Made for another network.
    #[error(
        "the enrolment request is for another network; the wallet must make it anew for this one"
    )]
    OtherNetwork,
    /// The mask does not open its commitment.
    #[error("the mask shown does not open the mask commitment of the request")]
    Mask,
    /// A sealed share has not the length of one.
    #[error("the sealed share of trustee {0} has a wrong length")]
    ShareLength(usize),
}

/// An enrolment request, as the wallet writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// For which ledger.
    pub network: NetworkId,
    /// `H_Owner(sk)`.
    pub owner: Owner,
    /// The first note.
    pub cm: NoteCommitment,
    /// Hides the mask on the ledger.
    pub mask_commitment: MaskCommitment,
    /// For the registrar, who compares it with the ID.
    pub mask: Mask,
    /// Opens `mask_commitment` to the registrar.
    pub mask_salt: MaskSalt,
    /// 0 for a first enrolment, else the day of the re-enrolment.
    pub fresh_day: Day,
    /// The slot that the first note begins with.
    pub first_slot: Slot,
    /// `c_1` to `c_5`.
    pub shares: [ShareCommitment; TRUSTEES],
    /// The shares, each sealed to its trustee by [`seal_share`].
    pub sealed_shares: [EncodedBytes; TRUSTEES],
    /// The first note, sealed to its owner.
    pub sealed: Encoded<SealedNote>,
    /// The enrol statement's proof; it does not cover the identifier.
    pub proof: ProofBytes,
}

impl EnrolRequest {
    /// Reads a request file and checks what needs nobody else.
    ///
    /// # Errors
    /// [`RequestError`] says which part is wrong.
    pub fn from_json(bytes: &[u8], network: &NetworkId) -> Result<Self, RequestError> {
        if bytes.len() > MAX_REQUEST {
            return Err(RequestError::TooLarge);
        }
        let request: Self = serde_json::from_slice(bytes)?;
        request.check(network)?;
        Ok(request)
    }

    /// The request file.
    ///
    /// # Errors
    /// [`RequestError::Json`], which no value of this type causes.
    pub fn to_json(&self) -> Result<Vec<u8>, RequestError> {
        Ok(serde_json::to_vec_pretty(self)?)
    }

    /// Checks the network, the mask's opening and the lengths of the sealed shares.
    ///
    /// # Errors
    /// [`RequestError`] says which part is wrong.
    pub fn check(&self, network: &NetworkId) -> Result<(), RequestError> {
        if self.network != *network {
            return Err(RequestError::OtherNetwork);
        }
        if mask_commitment(self.mask, &self.mask_salt) != self.mask_commitment {
            return Err(RequestError::Mask);
        }
        for (i, sealed) in self.sealed_shares.iter().enumerate() {
            if sealed.0.len() != SHARE_SEALED_LEN {
                return Err(RequestError::ShareLength(i + 1));
            }
        }
        Ok(())
    }

    /// The public part of the enrolment, once the identifier is known.
    #[must_use]
    pub fn public(&self, uid: Uid) -> EnrolPublic {
        EnrolPublic {
            uid,
            owner: self.owner,
            cm: self.cm,
            mask_commitment: self.mask_commitment,
            fresh_day: self.fresh_day,
            first_slot: self.first_slot,
            shares: self.shares,
            sealed: self.sealed.0,
        }
    }
}

/// The mask of a person: the surname's index and the last two digits of the ID number.
///
/// # Errors
/// None for an [`IdNumber`], whose digits are digits.
pub fn mask_of(surname: Surname, id: &IdNumber) -> Result<Mask, DecodeError> {
    Mask::new(surname.index(), id.last_two_digits())
}

#[cfg(test)]
mod tests;
