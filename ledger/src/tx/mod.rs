//! What each kind of transaction must satisfy and what it changes (docs/protocol/07-ledger.md).
//!
//! One file a kind, with three functions in this order: `check_form` looks at the transaction and genesis alone, `check` at
//! the state, `apply` changes the state. `apply` is called only after both checks, on the same state, and refuses nothing.

mod absorb;
mod answer;
mod appeal;
mod attest;
mod attest_withdrawn;
mod audit_batch;
mod checkin;
mod did;
mod enrol;
mod governance;
mod notice;
mod proof;
mod publication;
mod reach;
mod refusal;
mod release;
mod signer;
mod spend;
mod trustee;

pub use proof::{AlreadyJudged, Claim, ProofVerifier, Statement, Verdict};
pub use reach::persons_reached;
pub use refusal::{
    AppealRefusal, AttestRefusal, AuditRefusal, EnrolRefusal, FormRefusal, GovernanceRefusal,
    IdentityRefusal, NoticeRefusal, PublicationRefusal, Refusal, SignerRefusal, SpendRefusal,
    TrusteeRefusal,
};

use crate::state::{Network, Place, State, StateError};
use ark_bn254::Fr;
use luyin_protocol::codec::Canonical;
use luyin_protocol::field::NoteCommitment;
use luyin_protocol::signature::ProofBytes;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{MAX_ENTRY, Tx};

/// What a check may know besides the state.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Genesis.
    pub network: &'a Network,
    /// The block's time.
    pub time: Timestamp,
}

/// Why a check did not pass.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The transaction is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The state could not be read; nothing is said about the transaction.
    #[error(transparent)]
    State(#[from] StateError),
}

macro_rules! refused {
    ($($name:ident),*) => { $(
        impl From<$name> for CheckError {
            fn from(refusal: $name) -> Self { Self::Refused(refusal.into()) }
        }
    )* };
}

refused!(
    AppealRefusal,
    AttestRefusal,
    AuditRefusal,
    EnrolRefusal,
    FormRefusal,
    GovernanceRefusal,
    IdentityRefusal,
    NoticeRefusal,
    PublicationRefusal,
    SignerRefusal,
    SpendRefusal,
    TrusteeRefusal
);

/// What can be said of a transaction without any state but genesis.
///
/// # Errors
/// The refusal.
pub fn check_form(network: &Network, tx: &Tx) -> Result<(), Refusal> {
    match tx {
        Tx::DidCreate(tx) => did::create::check_form(network, tx),
        Tx::DidUpdate(tx) => did::update::check_form(network, tx),
        Tx::DidDeactivate(tx) => did::deactivate::check_form(network, tx),
        Tx::Governance(tx) => governance::check_form(network, tx),
        Tx::Release(tx) => release::check_form(network, tx),
        Tx::Enrol(tx) => enrol::check_form(network, tx),
        Tx::CheckIn(tx) => checkin::check_form(network, tx),
        Tx::Attest(tx) => attest::check_form(network, tx),
        Tx::AttestWithdrawn(tx) => attest_withdrawn::check_form(network, tx),
        Tx::Absorb(tx) => absorb::check_form(network, tx),
        Tx::Appeal(tx) => appeal::check_form(network, tx),
        Tx::AuditBatch(tx) => audit_batch::check_form(network, tx),
    }?;
    check_bytes(tx)
}

/// What goes into the log must be readable from it: a value put together in this process, and not read from bytes, may
/// hold what no decoder accepts.
fn check_bytes(tx: &Tx) -> Result<(), Refusal> {
    let bytes = tx.to_vec();
    if bytes.len() > MAX_ENTRY {
        return Err(FormRefusal::TooLong.into());
    }
    if Tx::from_slice(&bytes).as_ref() != Ok(tx) {
        return Err(FormRefusal::PartsDisagree.into());
    }
    Ok(())
}

/// What can be said of it in a state at a time; the proof is judged apart, see [`claim`].
///
/// # Errors
/// [`CheckError`].
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &Tx) -> Result<(), CheckError> {
    match tx {
        Tx::DidCreate(tx) => did::create::check(state, context, tx),
        Tx::DidUpdate(tx) => did::update::check(state, context, tx),
        Tx::DidDeactivate(tx) => did::deactivate::check(state, context, tx),
        Tx::Governance(tx) => governance::check(state, context, tx),
        Tx::Release(tx) => release::check(state, context, tx),
        Tx::Enrol(tx) => enrol::check(state, context, tx),
        Tx::CheckIn(tx) => checkin::check(state, context, tx),
        Tx::Attest(tx) => attest::check(state, context, tx),
        Tx::AttestWithdrawn(tx) => attest_withdrawn::check(state, context, tx),
        Tx::Absorb(tx) => absorb::check(state, context, tx),
        Tx::Appeal(tx) => appeal::check(state, context, tx),
        Tx::AuditBatch(tx) => audit_batch::check(state, context, tx),
    }
}

/// Changes the state; the transaction has passed both checks on it.
///
/// # Errors
/// Where the state cannot be read or a number is used up.
pub fn apply(state: &mut State<'_>, at: Place, tx: &Tx) -> Result<(), StateError> {
    state.count_one(tx.kind())?;
    match tx {
        Tx::DidCreate(tx) => did::create::apply(state, at, tx),
        Tx::DidUpdate(tx) => did::update::apply(state, at, tx),
        Tx::DidDeactivate(tx) => did::deactivate::apply(state, at, tx),
        Tx::Governance(tx) => governance::apply(state, at, tx),
        Tx::Release(tx) => release::apply(state, at, tx),
        Tx::Enrol(tx) => enrol::apply(state, at, tx),
        Tx::CheckIn(tx) => checkin::apply(state, at, tx),
        Tx::Attest(tx) => attest::apply(state, at, tx),
        Tx::AttestWithdrawn(tx) => attest_withdrawn::apply(state, at, tx),
        Tx::Absorb(tx) => absorb::apply(state, at, tx),
        Tx::Appeal(tx) => appeal::apply(state, at, tx),
        Tx::AuditBatch(tx) => audit_batch::apply(state, at, tx),
    }
}

/// The note that a transaction adds to the forest.
#[must_use]
pub fn made_note(tx: &Tx) -> Option<NoteCommitment> {
    match tx {
        Tx::Enrol(tx) => Some(tx.public.cm),
        Tx::CheckIn(tx) => Some(tx.cm_new),
        Tx::Absorb(tx) => Some(tx.cm_new),
        Tx::DidCreate(_)
        | Tx::DidUpdate(_)
        | Tx::DidDeactivate(_)
        | Tx::Governance(_)
        | Tx::Release(_)
        | Tx::Attest(_)
        | Tx::AttestWithdrawn(_)
        | Tx::Appeal(_)
        | Tx::AuditBatch(_) => None,
    }
}

/// The public inputs of the transaction's proof, in the order of section 5; `None` for kinds without a proof.
///
/// # Errors
/// Where an epoch or policy that it names is none.
pub fn public_inputs(state: &State<'_>, tx: &Tx) -> Result<Option<Vec<Fr>>, CheckError> {
    Ok(claim(state, tx)?.map(|claim| claim.inputs))
}

/// The proof of a transaction with its public inputs; `None` for kinds without one.
///
/// # Errors
/// As [`public_inputs`].
pub fn claim(state: &State<'_>, tx: &Tx) -> Result<Option<Claim>, CheckError> {
    let of = |statement, proof: &ProofBytes, inputs| {
        Ok(Some(Claim {
            statement,
            inputs,
            proof: *proof,
        }))
    };
    match tx {
        Tx::Enrol(tx) => of(Statement::Enrol, &tx.proof, enrol::public_inputs(tx)),
        Tx::CheckIn(tx) => of(
            Statement::CheckIn,
            &tx.proof,
            checkin::public_inputs(state, tx)?,
        ),
        Tx::Absorb(tx) => of(
            Statement::Absorb,
            &tx.proof,
            absorb::public_inputs(state, tx)?,
        ),
        Tx::Appeal(tx) => of(
            Statement::Appeal,
            &tx.proof,
            appeal::public_inputs(state, tx)?,
        ),
        Tx::DidCreate(_)
        | Tx::DidUpdate(_)
        | Tx::DidDeactivate(_)
        | Tx::Governance(_)
        | Tx::Release(_)
        | Tx::Attest(_)
        | Tx::AttestWithdrawn(_)
        | Tx::AuditBatch(_) => Ok(None),
    }
}

#[cfg(test)]
pub(crate) mod tests;
