//! The browser, as far as the device needs it.

use crate::client::{Transport, WireAnswer, WireError, WireRequest};
use crate::files::Files;
use crate::wallet::{ProvingKeys, Vault, WalletError};
use luyin_circuits::CircuitName;
use luyin_protocol::time::Timestamp;
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

/// Whose files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// The wallet's.
    Wallet,
    /// The gate's.
    Gate,
}

/// What a browser does for the device. Every call returns when it is done.
pub trait Host: Clone {
    /// Where it keeps files.
    type Files: Files + Clone;

    /// Sends one request.
    ///
    /// # Errors
    /// [`WireError`].
    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError>;
    /// Waits.
    fn pause(&self, time: Duration);
    /// The files of one part.
    fn files(&self, store: Store) -> Self::Files;
    /// The bytes of a proving key, where they were fetched.
    fn key(&self, circuit: CircuitName) -> Option<Vec<u8>>;
    /// Tells the page how far a long task is.
    fn report(&self, task: &str, done: usize, total: usize);
}

/// A host as a transport, at the moment that the page gave last.
#[derive(Clone, Debug)]
pub(super) struct Line<H> {
    host: H,
    now: Rc<Cell<Timestamp>>,
    attempts: u32,
}

impl<H> Line<H> {
    pub(super) fn new(host: H, now: Timestamp) -> Self {
        Self {
            host,
            now: Rc::new(Cell::new(now)),
            attempts: 3,
        }
    }

    /// For a gate: nobody is let in while it waits, and the page asks again by itself.
    pub(super) fn hurried(host: H) -> Self {
        Self {
            attempts: 1,
            ..Self::new(host, Timestamp::new(0))
        }
    }

    /// Another moment, for every copy.
    pub(super) fn set(&self, now: Timestamp) {
        self.now.set(now);
    }
}

impl<H: Host> Transport for Line<H> {
    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError> {
        self.host.send(request)
    }
    fn pause(&self, time: Duration) {
        self.host.pause(time);
    }
    fn now(&self) -> Timestamp {
        self.now.get()
    }
    fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// The wallet's one file among files.
#[derive(Clone, Debug)]
pub(super) struct OneFile<F> {
    pub(super) files: F,
}

const WALLET: &str = "me.wallet";

impl<F: Files> Vault for OneFile<F> {
    fn load(&self) -> io::Result<Option<Vec<u8>>> {
        self.files.read(WALLET)
    }
    fn store(&self, bytes: &[u8]) -> io::Result<()> {
        self.files.replace(WALLET, bytes)
    }
}

impl<F: Files> OneFile<F> {
    pub(super) fn erase(&self) -> io::Result<()> {
        match self.files.read(WALLET)? {
            Some(_) => self.files.remove(WALLET),
            None => Ok(()),
        }
    }
}

/// Proving keys as the host hands them over.
#[derive(Clone, Debug)]
pub(super) struct HostKeys<H> {
    pub(super) host: H,
}

impl<H: Host> ProvingKeys for HostKeys<H> {
    fn proving_key(&self, name: CircuitName) -> Result<Vec<u8>, WalletError> {
        let missing = || WalletError::Prover(format!("the key of {name} was not fetched"));
        self.host.key(name).ok_or_else(missing)
    }
}
