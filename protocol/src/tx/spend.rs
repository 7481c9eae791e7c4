use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{AttestationRoot, CheckinTag, Disclosure, NoteCommitment, Nullifier};
use crate::policy::PolicyRef;
use crate::sealed::SealedNote;
use crate::signature::ProofBytes;
use crate::time::{Day, Slot};

/// A check-in: spends a note, makes the next. No signature, account or bearer: the proof is the
/// permission (protocol section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// Number of the epoch root that the proof is against.
    pub epoch: u32,
    /// The spent note's nullifier.
    pub nf: Nullifier,
    /// The new note.
    pub cm_new: NoteCommitment,
    /// The half-day.
    pub slot: Slot,
    /// Whose thresholds were applied.
    pub policy: PolicyRef,
    /// Opened to the employer alone.
    pub disclosure: Disclosure,
    /// By which a live notice is recognised.
    pub ctag: CheckinTag,
    /// The new note, sealed to its owner.
    pub sealed: SealedNote,
    /// The statement's proof.
    pub proof: ProofBytes,
}

impl Canonical for CheckIn {
    fn encode(&self, w: &mut Writer) {
        let Self {
            epoch,
            nf,
            cm_new,
            slot,
            policy,
            disclosure,
            ctag,
            sealed,
            proof,
        } = self;
        w.u32(*epoch)
            .value(nf)
            .value(cm_new)
            .value(slot)
            .value(policy)
            .value(disclosure)
            .value(ctag)
            .value(sealed)
            .value(proof);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: r.u32("an epoch")?,
            nf: r.value()?,
            cm_new: r.value()?,
            slot: r.value()?,
            policy: r.value()?,
            disclosure: r.value()?,
            ctag: r.value()?,
            sealed: r.value()?,
            proof: r.value()?,
        })
    }
}

/// An attestation taken into a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absorb {
    /// Number of the epoch root that the proof is against.
    pub epoch: u32,
    /// The attestation root that the proof is against; must be live.
    pub att_root: AttestationRoot,
    /// The spent note's nullifier.
    pub nf: Nullifier,
    /// The new note.
    pub cm_new: NoteCommitment,
    /// The day of submission.
    pub now_day: Day,
    /// The new note, sealed to its owner.
    pub sealed: SealedNote,
    /// The statement's proof.
    pub proof: ProofBytes,
}

impl Canonical for Absorb {
    fn encode(&self, w: &mut Writer) {
        let Self {
            epoch,
            att_root,
            nf,
            cm_new,
            now_day,
            sealed,
            proof,
        } = self;
        w.u32(*epoch)
            .value(att_root)
            .value(nf)
            .value(cm_new)
            .value(now_day)
            .value(sealed)
            .value(proof);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: r.u32("an epoch")?,
            att_root: r.value()?,
            nf: r.value()?,
            cm_new: r.value()?,
            now_day: r.value()?,
            sealed: r.value()?,
            proof: r.value()?,
        })
    }
}
