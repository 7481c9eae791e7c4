//! One escrow trustee: accepts a share at enrolment, and acts on a notice together with two others. No network here.

use luyin_protocol::field::{Owner, ShareCommitment};
use luyin_protocol::signature::{
    Domain, NetworkId, PublicKey, SealPublicKey, Sha256Hash, Signature,
};
use luyin_protocol::time::Day;
use rand::{CryptoRng, RngCore};

use super::notice::VerifiedNotice;
use super::release::{DayValues, Offer, ReleaseError, SignedDay};
use super::share::{Share, ShareIndex, TRUSTEES, reconstruct, share_aad, share_info};
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
    OtherTrustee(ShareIndex),
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
    /// Stores a share under the hash of its Enrol, unless one is stored there; returns what is then stored. When this
    /// returns, a power loss no longer loses the share.
    fn put(&self, enrol: &Sha256Hash, share: &StoredShare) -> Result<StoredShare, StoreError>;

    /// The share of an Enrol.
    fn get(&self, enrol: &Sha256Hash) -> Result<Option<StoredShare>, StoreError>;
}

/// What a trustee is told of an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolment {
    /// Hash of the Enrol's public inputs.
    pub publics_hash: Sha256Hash,
    /// `H_Owner(sk)` of the person.
    pub owner: Owner,
    /// `c_1` to `c_5`.
    pub commitments: [ShareCommitment; TRUSTEES],
}

/// A trustee's word that it durably holds the share of an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who acknowledges.
    pub trustee: ShareIndex,
    /// Hash of the Enrol's public inputs.
    pub enrol: Sha256Hash,
    /// `c_i` of this trustee.
    pub commitment: ShareCommitment,
    /// Over the network and [`Acknowledgement::body`], for [`Domain::EscrowAck`].
    pub signature: Signature,
}

impl Acknowledgement {
    /// The signed body: hash of the Enrol's public inputs, trustee's number (one byte), `c_i`.
    pub fn body(enrol: &Sha256Hash, trustee: ShareIndex, commitment: &ShareCommitment) -> Vec<u8> {
        [
            &enrol.as_bytes()[..],
            &[trustee.get()],
            &commitment.to_bytes(),
        ]
        .concat()
    }

    /// Whether the trustee whose signing key is `key` signed this.
    pub fn verify(&self, network: &NetworkId, key: &PublicKey) -> bool {
        let body = Self::body(&self.enrol, self.trustee, &self.commitment);
        key.verify(Domain::EscrowAck, network, &body, &self.signature)
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
    index: ShareIndex,
    keys: TrusteeKeys,
    store: S,
}

impl<S: ShareStore> Trustee<S> {
    /// A trustee of one ledger.
    pub fn new(network: NetworkId, index: ShareIndex, keys: TrusteeKeys, store: S) -> Self {
        Self {
            network,
            index,
            keys,
            store,
        }
    }

    /// This trustee's number.
    pub fn index(&self) -> ShareIndex {
        self.index
    }

    /// Opens a sealed share, checks it against its commitment, stores it durably and only then acknowledges it.
    ///
    /// The same request gives the same acknowledgement; another share or owner for one enrolment is refused.
    pub fn accept(
        &self,
        enrolment: &Enrolment,
        sealed_share: &[u8],
    ) -> Result<Acknowledgement, AcceptError> {
        let enrol = enrolment.publics_hash;
        let aad = share_aad(&self.network, &enrol, self.index);
        let share = self
            .open(share_info(), &aad, sealed_share)
            .ok_or(AcceptError::DoesNotOpen)?;
        if share.index() != self.index {
            return Err(AcceptError::OtherTrustee(share.index()));
        }
        let commitment = share.commitment();
        if commitment != *self.index.of(&enrolment.commitments) {
            return Err(AcceptError::NotCommitted);
        }
        let wanted = StoredShare {
            owner: enrolment.owner,
            share,
        };
        if self.store.put(&enrol, &wanted)? != wanted {
            return Err(AcceptError::Conflict);
        }
        let body = Acknowledgement::body(&enrol, self.index, &commitment);
        Ok(Acknowledgement {
            trustee: self.index,
            enrol,
            commitment,
            signature: self
                .keys
                .signing
                .sign(Domain::EscrowAck, &self.network, &body),
        })
    }

    /// Seals this trustee's share to another trustee, for one notice in force.
    pub fn offer(
        &self,
        notice: &VerifiedNotice,
        to: ShareIndex,
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
        let facts = notice.facts();
        let rh = reconstruct(&shares, &facts.commitments)?;
        let sign = |day: &Day| {
            let values = DayValues::compute(&rh, facts.id, *day);
            SignedDay {
                trustee: self.index,
                values,
                signature: self.keys.signing.sign(
                    Domain::Release,
                    &self.network,
                    &values.to_bytes(),
                ),
            }
        };
        Ok(days.iter().map(sign).collect())
    }

    fn stored(&self, notice: &VerifiedNotice) -> Result<Share, ReleaseError> {
        let facts = notice.facts();
        let stored = self.store.get(&facts.enrol)?.ok_or(ReleaseError::NoShare)?;
        if stored.owner != facts.subject {
            return Err(ReleaseError::OtherSubject);
        }
        if stored.share.index() != self.index {
            return Err(StoreError::Corrupted.into());
        }
        Ok(stored.share)
    }

    fn open_offer(&self, notice: &VerifiedNotice, offer: &Offer) -> Result<Share, ReleaseError> {
        let aad = self.offer_aad(notice, offer.from, self.index);
        self.open(OFFER_INFO, &aad, &offer.sealed)
            .filter(|share| share.index() == offer.from && offer.to == self.index)
            .ok_or(ReleaseError::BadOffer(offer.from))
    }

    fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Share> {
        let plain = self
            .keys
            .sealing
            .iter()
            .find_map(|key| key.open(info, aad, sealed).ok())?;
        Share::from_bytes(&plain).ok()
    }

    fn offer_aad(&self, notice: &VerifiedNotice, from: ShareIndex, to: ShareIndex) -> Vec<u8> {
        [
            &self.network.as_bytes()[..],
            &notice.facts().id.as_bytes()[..],
            &notice.facts().enrol.as_bytes()[..],
            &[from.get(), to.get()],
        ]
        .concat()
    }
}

#[cfg(test)]
#[path = "trustee_tests.rs"]
mod tests;
