//! A cursor over untrusted little-endian bytes that never panics and never reads past the end.

use super::Iden3Error;

/// Reads fields one after the other from a byte slice.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Iden3Error> {
        let (head, tail) = self.rest.split_at_checked(n).ok_or(Iden3Error::Truncated)?;
        self.rest = tail;
        Ok(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Iden3Error> {
        let (head, tail) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(Iden3Error::Truncated)?;
        self.rest = tail;
        Ok(*head)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Iden3Error> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Iden3Error> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn finish(self) -> Result<(), Iden3Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Iden3Error::Trailing)
        }
    }
}
