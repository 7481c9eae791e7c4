use super::Verdict;
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::pass::ShownPass;
use crate::signature::Sha256Hash;
use crate::time::Step;

/// The longest note of a manual decision, in bytes.
pub const MAX_NOTE: usize = 200;

/// What a verdict rested on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A pass: its proof and public inputs, and no identity.
    Pass(Box<ShownPass>),
    /// A code that was no pass: its hash.
    Unreadable(Sha256Hash),
    /// The guard decided, and why. No name belongs here.
    Manual(String),
}

/// One line of a gate's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub step: Step,
    /// What the gate said.
    pub verdict: Verdict,
    /// On what.
    pub evidence: Evidence,
}

impl Canonical for AuditRecord {
    fn encode(&self, w: &mut Writer) {
        w.u8(1).value(&self.step).value(&self.verdict);
        match &self.evidence {
            Evidence::Pass(pass) => w.u8(1).value(pass.as_ref()),
            Evidence::Unreadable(hash) => w.u8(2).value(hash),
            Evidence::Manual(note) => w.u8(3).bytes(note.as_bytes()),
        };
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.u8("a record version")?;
        if version != 1 {
            return Err(DecodeError::Version(version));
        }
        let (step, verdict) = (r.value()?, r.value()?);
        let evidence = match r.u8("evidence")? {
            1 => Evidence::Pass(Box::new(r.value()?)),
            2 => Evidence::Unreadable(r.value()?),
            3 => Evidence::Manual(r.text(MAX_NOTE, "a note")?),
            _ => return Err(DecodeError::Invalid("evidence")),
        };
        Ok(Self {
            step,
            verdict,
            evidence,
        })
    }
}
