//! A prover without keys, and a file that fails on demand.

use crate::wallet::{Prover, Vault, WalletError};
use luyin_circuits::{Statement as _, absorb, checkin, enrol, pass};
use luyin_protocol::signature::ProofBytes;
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

/// When a write fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fail {
    /// Nothing is kept.
    BeforeWriting,
    /// It is kept, and nobody hears of it.
    AfterWriting,
}

/// Bytes that outlive the wallet that wrote them.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryVault {
    bytes: Rc<RefCell<Option<Vec<u8>>>>,
    writes: Rc<Cell<usize>>,
    fail: Rc<Cell<Option<(usize, Fail)>>>,
}

impl MemoryVault {
    /// Fails the `n`-th write from now on, once, counting from 1.
    pub(super) fn fail_at(&self, n: usize, fail: Fail) {
        self.writes.set(0);
        self.fail.set(Some((n, fail)));
    }

    /// Whether the failure is still to come.
    pub(super) fn is_armed(&self) -> bool {
        self.fail.get().is_some()
    }

    pub(super) fn disarm(&self) {
        self.fail.set(None);
    }
}

impl Vault for MemoryVault {
    fn load(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.bytes.borrow().clone())
    }

    fn store(&self, bytes: &[u8]) -> io::Result<()> {
        self.writes.set(self.writes.get() + 1);
        let failing = self.fail.get().filter(|(n, _)| *n == self.writes.get());
        if failing.is_none_or(|(_, fail)| fail == Fail::AfterWriting) {
            *self.bytes.borrow_mut() = Some(bytes.to_vec());
        }
        match failing {
            None => Ok(()),
            Some(_) => {
                self.fail.set(None);
                Err(io::Error::other("power lost"))
            }
        }
    }
}

/// Checks what it would prove.
pub(super) struct FakeProver;

impl FakeProver {
    pub(super) const PROOF: ProofBytes = ProofBytes::from_bytes([7; 128]);

    fn check<S: luyin_circuits::Statement>(
        public: &S::Public,
        private: &S::Private,
    ) -> Result<ProofBytes, WalletError> {
        S::check(public, private).map_err(|clause| WalletError::Unprovable(clause.to_string()))?;
        Ok(Self::PROOF)
    }
}

impl Prover for FakeProver {
    fn enrol(
        &self,
        public: &enrol::Public,
        private: &enrol::Private,
    ) -> Result<ProofBytes, WalletError> {
        Self::check::<enrol::Enrol>(public, private)
    }
    fn checkin(
        &self,
        public: &checkin::Public,
        private: &checkin::Private,
    ) -> Result<ProofBytes, WalletError> {
        Self::check::<checkin::Checkin>(public, private)
    }
    fn absorb(
        &self,
        public: &absorb::Public,
        private: &absorb::Private,
    ) -> Result<ProofBytes, WalletError> {
        Self::check::<absorb::Absorb>(public, private)
    }
    fn pass(
        &self,
        public: &pass::Public,
        private: &pass::Private,
    ) -> Result<ProofBytes, WalletError> {
        // The statement's own name must not be mistaken for the protocol's pass.
        debug_assert_eq!(pass::Pass::NAME.as_str(), "pass");
        Self::check::<pass::Pass>(public, private)
    }
}
