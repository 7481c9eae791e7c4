//! What is decided for: the door to the ledger.

use crate::{Height, Validators};
use thiserror::Error;

/// What the application thinks of a body that somebody proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be decided.
    Valid,
    /// It may not, and why.
    Invalid(String),
}

/// A body that more than two thirds of the validators signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// At which height.
    pub height: Height,
    /// In which round, from 0.
    pub round: u32,
    /// What; empty where nothing waited.
    pub body: Vec<u8>,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// By which the application finds the body again.
    pub mark: u64,
    /// Who decides the next height.
    pub validators: Validators,
}

/// The application cannot go on, for instance because its disk failed. The engine stops, loudly.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the application cannot go on: {0}")]
pub struct Fault(pub String);

/// The ledger, as the consensus sees it. It is called from one thread of the engine's own and may block.
pub trait Application: Send + 'static {
    /// Who decides the height after the newest applied one. Asked where the engine begins its first home; later sets
    /// come from [`Applied`].
    ///
    /// # Errors
    /// [`Fault`] if it cannot be told.
    fn validators(&self) -> Result<Validators, Fault>;

    /// The body to propose, empty where nothing waits.
    ///
    /// Asked more than once a height while nothing waits, and again in later rounds. What it returned may never be
    /// decided.
    ///
    /// # Errors
    /// [`Fault`] if the application cannot go on.
    fn propose(&mut self, height: Height) -> Result<Vec<u8>, Fault>;

    /// Judges a body of another, for the height after the newest applied one alone. The same body at the same height
    /// gets the same verdict on every node.
    ///
    /// # Errors
    /// [`Fault`] if the application cannot go on.
    fn check(&mut self, height: Height, body: &[u8]) -> Result<Verdict, Fault>;

    /// Applies a decided body. It is durable when this returns.
    ///
    /// Called again with the same body after a crash, also for the newest applied height; it changes nothing then and
    /// answers the same.
    ///
    /// # Errors
    /// [`Fault`] if the application cannot go on.
    fn decide(&mut self, decided: &Decided) -> Result<Applied, Fault>;

    /// A decided body that is not empty, for nodes that are late. `None` if there is no such mark.
    ///
    /// # Errors
    /// [`Fault`] if the application cannot go on.
    fn body(&self, mark: u64) -> Result<Option<Vec<u8>>, Fault>;
}
