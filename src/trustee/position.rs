//! How far a trustee has read the log, kept over restarts, so that a start need not read all of it again.
//!
//! The file is sealed under the trustee's storage key, so nothing is in it that this trustee has not verified itself. It is
//! no second truth: what follows is read from the log and must lead to the signed root, so an older file does no harm, and
//! without a file, or with one that does not open, all of the log is read.

use std::path::PathBuf;

use luyin_keys::durable_file;
use luyin_keys::sealed::{self, Secret, Strength, WrappingKey};
use luyin_ledger::log::merkle::{Frontier, LogHash};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{Entry, MAX_ENTRY, Tx};
use rand::rngs::OsRng;

use super::book::{Book, EnrolmentPlace};

const CONTEXT: &[u8] = b"luyin/v1/trustee-position/";
const VERSION: u8 = 1;
/// Entries that a start may have to read again; at most an eighth of the log where that is more.
pub const EVERY: u64 = 4_096;

/// An entry that the book rests on, with the time of its block.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    index: u64,
    time: Option<Timestamp>,
    bytes: Vec<u8>,
}

/// What of a log has been read, up to a signed root.
#[derive(Debug)]
pub struct Position {
    pub frontier: Frontier,
    pub book: Book,
    kept: Vec<Kept>,
}

impl Position {
    /// Nothing of it.
    pub fn start(network: NetworkId) -> Self {
        Self {
            frontier: Frontier::new(),
            book: Book::new(network),
            kept: Vec::new(),
        }
    }

    /// Takes the next entry.
    pub fn take(&mut self, bytes: &[u8], entry: &Entry) -> Result<(), super::BookError> {
        let (index, time) = (self.frontier.size(), self.book.time());
        let leaf = LogHash::leaf(bytes);
        self.book.apply(index, leaf, entry)?;
        self.frontier.push(leaf);
        if rests_on(entry) {
            let bytes = bytes.to_vec();
            self.kept.push(Kept { index, time, bytes });
        }
        Ok(())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let Self {
            frontier,
            book,
            kept,
        } = self;
        let mut w = Writer::default();
        w.u8(VERSION).u64(frontier.size());
        for peak in frontier.peaks() {
            w.raw(peak.as_bytes());
        }
        w.option(book.time().as_ref());
        w.u64(count(kept.len()));
        for Kept { index, time, bytes } in kept {
            w.u64(*index).option(time.as_ref()).bytes(bytes);
        }
        for (owner, EnrolmentPlace { entry, leaf }) in book.enrolments() {
            w.raw(owner).u64(*entry).raw(leaf.as_bytes());
        }
        w.finish()
    }

    /// Signatures in the kept entries are checked once more on the way.
    fn from_bytes(network: NetworkId, bytes: &[u8]) -> Result<Self, DecodeError> {
        let bad = |_| DecodeError::Invalid("a position in the log");
        let mut r = Reader::new(bytes);
        let version = r.u8("a version")?;
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let mut position = Self::start(network);
        let size = r.u64("a size")?;
        for level in (0u8..64).rev().filter(|level| size >> level & 1 == 1) {
            let hash = LogHash::new(r.array("a peak")?);
            let pushed = position.frontier.push_subtree(level, hash);
            pushed.map_err(|_| DecodeError::Invalid("a frontier"))?;
        }
        let newest: Option<Timestamp> = r.option("a time")?;
        for _ in 0..r.u64("a count")? {
            let (index, time) = (r.u64("an index")?, r.option("a time")?);
            let bytes = r.bytes(MAX_ENTRY, "an entry")?.to_vec();
            let entry = Entry::from_slice(&bytes)?;
            position.book.set_time(time);
            let applied = position.book.apply(index, LogHash::leaf(&bytes), &entry);
            applied.map_err(bad)?;
            position.kept.push(Kept { index, time, bytes });
        }
        while r.remaining() > 0 {
            let owner = r.array("an owner")?;
            let entry = r.u64("an index")?;
            let leaf = LogHash::new(r.array("a leaf")?);
            position.book.recall(owner, EnrolmentPlace { entry, leaf });
        }
        position.book.set_time(newest);
        Ok(position)
    }
}

/// Whether the book needs an entry's bytes again; of enrolments it keeps the place alone.
fn rests_on(entry: &Entry) -> bool {
    match entry {
        Entry::Genesis(_) => true,
        Entry::Block(_) => false,
        Entry::Tx(tx) => matches!(
            tx.as_ref(),
            Tx::Governance(_) | Tx::DidCreate(_) | Tx::DidUpdate(_) | Tx::DidDeactivate(_)
        ),
    }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Where a position is kept.
#[derive(Debug)]
pub struct PositionFile {
    path: PathBuf,
    secret: Secret,
    /// Entries between two writings, where the log is not long.
    every: u64,
    /// Size of the log that was written last.
    written: u64,
}

impl PositionFile {
    /// A file that may be there or not.
    #[must_use]
    pub const fn new(path: PathBuf, key: WrappingKey, every: u64) -> Self {
        Self {
            path,
            secret: Secret::Key(key),
            every,
            written: 0,
        }
    }

    fn context(network: &NetworkId) -> Vec<u8> {
        [CONTEXT, network.as_bytes()].concat()
    }

    /// The position in the file, if it is there and opens.
    pub(super) fn read(&mut self, network: NetworkId) -> Option<Position> {
        let sealed = std::fs::read(&self.path).ok()?;
        // A wrapping key is not stretched, so the strength plays no part.
        let context = Self::context(&network);
        let plain = sealed::open(&self.secret, Strength::PRODUCTION, &context, &sealed);
        let position = plain.map_err(|error| error.to_string()).and_then(|plain| {
            Position::from_bytes(network, &plain).map_err(|error| error.to_string())
        });
        match position {
            Ok(position) => {
                self.written = position.frontier.size();
                Some(position)
            }
            Err(error) => {
                tracing::warn!(
                    error,
                    "the position in the log is not readable; all of it is read"
                );
                None
            }
        }
    }

    /// Writes a position where enough was read since the last one. Where that fails, the next start reads more.
    pub(super) fn keep(&mut self, network: &NetworkId, position: &Position) {
        let size = position.frontier.size();
        if size.saturating_sub(self.written) < self.every.max(size / 8) {
            return;
        }
        let context = Self::context(network);
        let plain = position.to_bytes();
        let strength = Strength::PRODUCTION;
        let sealed = sealed::seal(&self.secret, strength, &context, &plain, &mut OsRng);
        let written = sealed
            .map_err(|error| error.to_string())
            .and_then(|sealed| {
                durable_file::replace(&self.path, &sealed).map_err(|error| error.to_string())
            });
        match written {
            Ok(()) => self.written = size,
            Err(error) => tracing::warn!(error, "the position in the log was not kept"),
        }
    }
}
