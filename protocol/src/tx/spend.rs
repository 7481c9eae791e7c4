use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{AttestationRoot, CheckinTag, Disclosure, NoteCommitment, Nullifier};
use crate::policy::PolicyRef;
use crate::sealed::SealedNote;
use crate::signature::ProofBytes;
use crate::time::{Day, Slot};

/// The root that a check-in's proof is against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoteRoot {
    /// An epoch's own root: over the newest 16 trees.
    Epoch(u32),
    /// The root of an archive group as it stood under an epoch: over the group's trees that had left the newest 16.
    Archive {
        /// The epoch.
        epoch: u32,
        /// The group: its trees are 16 times this number and the 15 behind.
        group: u16,
    },
}

impl NoteRoot {
    /// The epoch that says how far the forest had grown.
    #[must_use]
    pub const fn epoch(self) -> u32 {
        match self {
            Self::Epoch(epoch) | Self::Archive { epoch, group: _ } => epoch,
        }
    }
}

impl Canonical for NoteRoot {
    fn encode(&self, w: &mut Writer) {
        match *self {
            Self::Epoch(epoch) => w.u8(1).u32(epoch),
            Self::Archive { epoch, group } => w.u8(2).u32(epoch).u16(group),
        };
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8("a kind of root")? {
            1 => r.u32("an epoch").map(Self::Epoch),
            2 => Ok(Self::Archive {
                epoch: r.u32("an epoch")?,
                group: r.u16("an archive group")?,
            }),
            _ => Err(DecodeError::Invalid("a kind of root")),
        }
    }
}

/// A check-in: spends a note, makes the next. No signature, account or bearer: the proof is the
/// permission (protocol section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// The root that the proof is against.
    pub root: NoteRoot,
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
            root,
            nf,
            cm_new,
            slot,
            policy,
            disclosure,
            ctag,
            sealed,
            proof,
        } = self;
        w.value(root)
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
            root: r.value()?,
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
