//! One escrow trustee: accepts a share at enrolment, and acts on a notice together with two others. No network here.

use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex, TrusteeSignature};
use luyin_protocol::field::Owner;
use luyin_protocol::network::TRUSTEES;
use luyin_protocol::risk::{NoticeId, RiskNotice};
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, SealPublicKey, Sha256Hash};
use luyin_protocol::time::Day;
use luyin_protocol::tx::EnrolPublic;
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use super::notice::{SubjectOpening, VerifiedNotice, evidence_info, opening_aad, opening_info};
use super::release::{Offer, ReleaseError, SignedDay, day_values};
use super::share::{Share, of, reconstruct, share_aad, share_info};
use crate::seal_key::{SealKey, seal_to};
use crate::signing::SigningKey;

const OFFER_INFO: &[u8] = b"luyin/v1/release-share";

/// Why a share was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The sealed share does not open with this trustee's key for this enrolment.
    #[error("the sealed share does not open")]
    DoesNotOpen,
    /// It is the share of another trustee.
    #[error("the share is of trustee {0}")]
    OtherTrustee(TrusteeIndex),
    /// The share does not open its commitment.
    #[error("the share does not open its commitment")]
    NotCommitted,
    /// Another share or owner is already stored for this enrolment.
    #[error("another share is stored for this enrolment")]
    Conflict,
    /// The share could not be stored; nothing was signed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the share store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Reading or writing failed.
    #[error("share store: {0}")]
    Io(#[from] std::io::Error),
    /// What is stored does not open or is not a share of that enrolment.
    #[error("a stored share is damaged")]
    Corrupted,
}

/// What a trustee keeps of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredShare {
    /// Whose handle it is a share of.
    pub owner: Owner,
    /// The share.
    pub share: Share,
}

/// Where a trustee keeps shares.
pub trait ShareStore {
    /// Stores a share under the hash of its enrolment, unless one is stored there; returns what is then stored. When this
    /// returns, a power loss no longer loses the share.
    fn put(&self, enrol: &Sha256Hash, share: &StoredShare) -> Result<StoredShare, StoreError>;

    /// The share of an Enrol.
    fn get(&self, enrol: &Sha256Hash) -> Result<Option<StoredShare>, StoreError>;
}

/// A trustee's word that it durably holds the share of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// What is acknowledged.
    pub body: EscrowAckBody,
    /// By which trustee, over the network and the canonical bytes of the body (domain `EscrowAck`).
    pub signature: TrusteeSignature,
}

impl Acknowledgement {
    /// Whether the trustee whose signing key is `key` signed this.
    pub fn verify(&self, network: &NetworkId, key: &PublicKey) -> bool {
        self.body.trustee == self.signature.trustee
            && key
                .verify(
                    Domain::EscrowAck,
                    network,
                    &self.body.to_vec(),
                    &self.signature.signature,
                )
                .is_ok()
    }
}

/// The keys a trustee works with.
#[derive(Debug, Clone)]
pub struct TrusteeKeys {
    /// Signs acknowledgements and releases.
    pub signing: SigningKey,
    /// Opens sealed shares; the newest first, then those rotated out.
    pub sealing: Vec<SealKey>,
}

/// One of the five escrow trustees.
#[derive(Debug)]
pub struct Trustee<S> {
    network: NetworkId,
    index: TrusteeIndex,
    keys: TrusteeKeys,
    store: S,
}

impl<S: ShareStore> Trustee<S> {
    /// A trustee of one ledger.
    pub fn new(network: NetworkId, index: TrusteeIndex, keys: TrusteeKeys, store: S) -> Self {
        Self {
            network,
            index,
            keys,
            store,
        }
    }

    /// This trustee's number.
    pub fn index(&self) -> TrusteeIndex {
        self.index
    }

    /// Opens a sealed share, checks it against its commitment, stores it durably and only then acknowledges it.
    ///
    /// The same request gives the same acknowledgement; another share or owner for one enrolment is refused.
    pub fn accept(
        &self,
        enrolment: &EnrolPublic,
        sealed_share: &[u8],
    ) -> Result<Acknowledgement, AcceptError> {
        let hash = enrolment.hash();
        let aad = share_aad(&self.network, &hash, self.index);
        let share = self
            .open(share_info(), &aad, sealed_share)
            .and_then(|plain| Share::from_bytes(&plain).ok())
            .ok_or(AcceptError::DoesNotOpen)?;
        if share.index() != self.index {
            return Err(AcceptError::OtherTrustee(share.index()));
        }
        let commitment = share.commitment();
        if commitment != *of(self.index, &enrolment.shares) {
            return Err(AcceptError::NotCommitted);
        }
        let wanted = StoredShare {
            owner: enrolment.owner,
            share,
        };
        if self.store.put(&hash, &wanted)? != wanted {
            return Err(AcceptError::Conflict);
        }
        let body = EscrowAckBody {
            enrolment: hash,
            owner: enrolment.owner,
            trustee: self.index,
            commitment,
        };
        let signature = self.sign(Domain::EscrowAck, &body.to_vec());
        Ok(Acknowledgement { body, signature })
    }

    /// Opens the subject of a notice, which the authority sealed to this trustee.
    pub fn open_subject(
        &self,
        notice: &NoticeId,
        sealed: &[u8],
    ) -> Result<SubjectOpening, ReleaseError> {
        let aad = opening_aad(&self.network, notice, self.index);
        let plain = self
            .open(opening_info(), &aad, sealed)
            .ok_or(ReleaseError::BadOpening)?;
        SubjectOpening::from_bytes(&plain).map_err(|_| ReleaseError::BadOpening)
    }

    /// Whether the authority sealed to this trustee the very file whose hash the notice states. The file is forgotten.
    pub fn has_evidence(&self, notice: &RiskNotice, sealed: &[u8]) -> Result<(), ReleaseError> {
        let aad = opening_aad(&self.network, &notice.id(), self.index);
        let plain = self
            .open(evidence_info(), &aad, sealed)
            .ok_or(ReleaseError::BadEvidence)?;
        if plain.is_empty() || Sha256Hash::of(&plain) != notice.evidence {
            return Err(ReleaseError::OtherEvidence);
        }
        Ok(())
    }

    /// Seals this trustee's share to another trustee, for one notice in force.
    pub fn offer(
        &self,
        notice: &VerifiedNotice,
        to: TrusteeIndex,
        key: &SealPublicKey,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Offer, ReleaseError> {
        let share = self.stored(notice)?;
        let aad = self.offer_aad(notice, self.index, to);
        Ok(Offer {
            from: self.index,
            to,
            sealed: seal_to(key, OFFER_INFO, &aad, share.to_bytes().as_ref(), rng)?,
        })
    }

    /// Puts the handle together from the stored share and the others' offers, computes the values of the
    /// requested days and signs them. The handle is erased before this returns.
    ///
    /// Every requested day must be one that the notice allows; otherwise nothing is released.
    pub fn release(
        &self,
        notice: &VerifiedNotice,
        offers: &[Offer],
        days: &[Day],
    ) -> Result<Vec<SignedDay>, ReleaseError> {
        for day in days {
            notice.check_day(*day)?;
        }
        let mut shares = Vec::with_capacity(TRUSTEES);
        shares.push(self.stored(notice)?);
        for offer in offers {
            shares.push(self.open_offer(notice, offer)?);
        }
        let rh = reconstruct(&shares, &notice.enrolment().shares)?;
        let sign = |day: &Day| {
            let values = day_values(&rh, notice.id(), *day);
            let signature = self.sign(Domain::Release, &values.to_vec());
            SignedDay { values, signature }
        };
        Ok(days.iter().map(sign).collect())
    }

    fn sign(&self, domain: Domain, body: &[u8]) -> TrusteeSignature {
        TrusteeSignature {
            trustee: self.index,
            signature: self.keys.signing.sign(domain, &self.network, body),
        }
    }

    fn stored(&self, notice: &VerifiedNotice) -> Result<Share, ReleaseError> {
        let enrolment = notice.enrolment();
        let stored = self
            .store
            .get(&enrolment.hash())?
            .ok_or(ReleaseError::NoShare)?;
        if stored.owner != enrolment.owner || stored.share.index() != self.index {
            return Err(StoreError::Corrupted.into());
        }
        Ok(stored.share)
    }

    fn open_offer(&self, notice: &VerifiedNotice, offer: &Offer) -> Result<Share, ReleaseError> {
        let aad = self.offer_aad(notice, offer.from, self.index);
        self.open(OFFER_INFO, &aad, &offer.sealed)
            .and_then(|plain| Share::from_bytes(&plain).ok())
            .filter(|share| share.index() == offer.from && offer.to == self.index)
            .ok_or(ReleaseError::BadOffer(offer.from))
    }

    fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.keys
            .sealing
            .iter()
            .find_map(|key| key.open(info, aad, sealed).ok())
    }

    fn offer_aad(&self, notice: &VerifiedNotice, from: TrusteeIndex, to: TrusteeIndex) -> Vec<u8> {
        [
            &self.network.as_bytes()[..],
            &notice.id().as_bytes()[..],
            &notice.enrolment().hash().as_bytes()[..],
            &[from.get(), to.get()],
        ]
        .concat()
    }
}

#[cfg(test)]
#[path = "trustee_tests.rs"]
mod tests;
