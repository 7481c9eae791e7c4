use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::did::Did;
use crate::escrow::TrusteeSignature;
use crate::field::{MaskCommitment, NoteCommitment, Owner, ShareCommitment};
use crate::network::TRUSTEES;
use crate::risk::Uid;
use crate::sealed::SealedNote;
use crate::signature::{ProofBytes, Sha256Hash, Signature};
use crate::time::{Day, Slot};

/// How many days a wallet's request may take until its enrolment is on the ledger.
pub const REQUEST_DAYS: u16 = 7;

/// What the wallet, the registrar and the trustees agree on; trustees acknowledge its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolPublic {
    /// The person's one entry.
    pub uid: Uid,
    /// `H_Owner(sk)`.
    pub owner: Owner,
    /// The first note.
    pub cm: NoteCommitment,
    /// Opened to the registrar alone.
    pub mask_commitment: MaskCommitment,
    /// 0 for a first enrolment, else the day of the re-enrolment.
    pub fresh_day: Day,
    /// The slot that the first note begins with (clause 4.3).
    pub first_slot: Slot,
    /// Commitments to the five shares of the revocation handle.
    pub shares: [ShareCommitment; TRUSTEES],
    /// The first note, sealed to its owner.
    pub sealed: SealedNote,
}

impl EnrolPublic {
    /// The hash that trustees acknowledge.
    #[must_use]
    pub fn hash(&self) -> Sha256Hash {
        Sha256Hash::of(&self.to_vec())
    }
}

impl Canonical for EnrolPublic {
    fn encode(&self, w: &mut Writer) {
        let Self {
            uid,
            owner,
            cm,
            mask_commitment,
            fresh_day,
            first_slot,
            shares,
            sealed,
        } = self;
        w.value(uid)
            .value(owner)
            .value(cm)
            .value(mask_commitment)
            .value(fresh_day)
            .value(first_slot);
        for share in shares {
            w.value(share);
        }
        w.value(sealed);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            uid: r.value()?,
            owner: r.value()?,
            cm: r.value()?,
            mask_commitment: r.value()?,
            fresh_day: r.value()?,
            first_slot: r.value()?,
            shares: [r.value()?, r.value()?, r.value()?, r.value()?, r.value()?],
            sealed: r.value()?,
        })
    }
}

/// A person's entry, posted by a registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrol {
    /// The public part.
    pub public: EnrolPublic,
    /// At least four acknowledgements, by rising index.
    pub acks: Vec<TrusteeSignature>,
    /// The statement's proof.
    pub proof: ProofBytes,
    /// Who checked the person.
    pub registrar: Did,
    /// By the registrar over [`Enrol::body`].
    pub signature: Signature,
}

impl Enrol {
    /// What the registrar signs (domain `Transaction`).
    #[must_use]
    pub fn body(public: &EnrolPublic, proof: &ProofBytes, registrar: &Did) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(48).value(public).value(proof).value(registrar);
        w.finish()
    }
}

impl Canonical for Enrol {
    fn encode(&self, w: &mut Writer) {
        let Self {
            public,
            acks,
            proof,
            registrar,
            signature,
        } = self;
        w.value(public)
            .sequence(acks)
            .value(proof)
            .value(registrar)
            .value(signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            public: r.value()?,
            acks: r.sequence(TRUSTEES, "acknowledgements")?,
            proof: r.value()?,
            registrar: r.value()?,
            signature: r.value()?,
        })
    }
}
