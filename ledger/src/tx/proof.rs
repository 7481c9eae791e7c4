//! What a proof claims, and who judges it. The judge is handed in: this crate knows no curve but through its field.

use ark_bn254::Fr;
use luyin_protocol::signature::ProofBytes;

/// The statements whose proofs are on the ledger (docs/protocol/05-statements.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Statement {
    /// Clause 5.2.
    Enrol,
    /// Clause 5.4.
    CheckIn,
    /// Clause 5.5.
    Absorb,
    /// Clause 5.6, in an appeal.
    Appeal,
}

impl Statement {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Enrol, Self::CheckIn, Self::Absorb, Self::Appeal];
}

/// A proof with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which statement.
    pub statement: Statement,
    /// Its public inputs in the order of section 5.
    pub inputs: Vec<Fr>,
    /// The proof.
    pub proof: ProofBytes,
}

/// What a judge says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The proof holds.
    Holds,
    /// It does not, or is none.
    Rejected,
}

/// Judges proofs.
pub trait ProofVerifier: Send + Sync {
    /// One verdict for each claim, in order. A batch must give each claim the verdict it would have alone: two bad
    /// proofs must not cancel. Verdicts that are missing count as [`Verdict::Rejected`].
    fn verify_batch(&self, claims: &[Claim]) -> Vec<Verdict>;
}

/// Accepts every claim without looking: for entries whose proofs this node judged before it wrote them to its own log,
/// which a signed checkpoint binds. Trust stands here: whoever can write that log and sign for it can lie to this node.
#[derive(Clone, Copy, Debug)]
pub struct AlreadyJudged;

impl ProofVerifier for AlreadyJudged {
    fn verify_batch(&self, claims: &[Claim]) -> Vec<Verdict> {
        vec![Verdict::Holds; claims.len()]
    }
}
