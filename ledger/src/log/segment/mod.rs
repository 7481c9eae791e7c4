//! The segment log: one record per committed block, append-only, chained and synced. It is the truth on disk.
//!
//! Commit order, and why a crash at each arrow is safe: append to the active file → `fdatasync` → acknowledge. Before the
//! sync nothing was promised, and what is half written is cut off at the next open; after it the record is durable. A new
//! segment is begun only when the one before is wholly synced: create → header → `fdatasync` → sync the directory → first
//! batch. A segment whose header is torn holds nothing yet and is made anew.
//!
//! What a torn tail may hide is limited from two sides: by the caller's [`Bound`], taken from a signed checkpoint, and by
//! the frames themselves, which say how many records were durable when they were written.

mod cursor;
mod frame;
mod open;
mod records;

pub use frame::{Chain, Flaw, MAX_PAYLOAD};
pub use records::{LogReader, Record, Records};

use crate::log::disk::{Disk, DiskFile};
use frame::{HEADER_LENGTH, Head, HeadFields, Header};
use luyin_protocol::signature::NetworkId;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// What a log is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    network: NetworkId,
    dir: PathBuf,
    roll_at: u64,
}

impl Settings {
    /// A log of `network` in `segments/`, whose files roll once they hold 64 MiB.
    #[must_use]
    pub fn new(network: NetworkId) -> Self {
        Self {
            network,
            dir: PathBuf::from("segments"),
            roll_at: 64 << 20,
        }
    }

    /// Rolls to a new file once one holds `bytes`; a file exceeds that by one batch at most.
    #[must_use]
    pub fn roll_at(self, bytes: u64) -> Self {
        Self {
            roll_at: bytes,
            ..self
        }
    }
}

/// What must exist, because somebody signed it. A log that has less is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    records: u64,
    chain: Option<Chain>,
}

impl Bound {
    /// At least `records` records.
    #[must_use]
    pub const fn at_least(records: u64) -> Self {
        Self {
            records,
            chain: None,
        }
    }

    /// At least `records` records, with `chain` after the last of them.
    #[must_use]
    pub const fn with_chain(records: u64, chain: Chain) -> Self {
        Self {
            records,
            chain: Some(chain),
        }
    }
}

/// How many records there are, and the chain over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    records: u64,
    chain: Chain,
}

impl Position {
    /// Number of records.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Chain over all of them.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        self.chain
    }
}

/// A refusal of the segment log.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The disk failed.
    #[error("segment log: {0}")]
    Disk(#[from] io::Error),
    /// There is no log here. It is never begun silently: [`SegmentLog::create`] does that.
    #[error("no segment log here")]
    Absent,
    /// There is a log here already.
    #[error("a segment log exists already")]
    Exists,
    /// A file in the directory has no name of a segment.
    #[error("unexpected file {0}")]
    UnexpectedFile(String),
    /// Records are missing before a segment.
    #[error("{file} does not follow the first {records} records")]
    Gap {
        /// File name.
        file: String,
        /// Whole records found before it.
        records: u64,
    },
    /// Bytes that must be a record are none.
    #[error("{file} at byte {offset}: {flaw}")]
    Damaged {
        /// File name.
        file: String,
        /// Byte offset in it.
        offset: u64,
        /// What is wrong there.
        flaw: Flaw,
    },
    /// Records that a signed checkpoint binds are gone without a trace.
    #[error("{found} records found where {bound} are bound")]
    Missing {
        /// Whole records found.
        found: u64,
        /// Records bound.
        bound: u64,
    },
    /// The records are others than those a signed checkpoint binds.
    #[error("the first {records} records are not those bound")]
    Forked {
        /// How many the bound covers.
        records: u64,
    },
    /// A record is empty or above [`MAX_PAYLOAD`].
    #[error("a record of {0} bytes")]
    RecordSize(usize),
    /// An earlier failure could not be undone; only opening the log anew tells what is durable.
    #[error("the log failed earlier and must be opened anew")]
    Failed,
}

/// What opening had to cut off: bytes that no acknowledgement covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    file: String,
    offset: u64,
    bytes: u64,
}

impl Torn {
    /// Name of the file that was cut.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where it ends now.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes were cut off.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[derive(Debug)]
struct Active {
    file: Box<dyn DiskFile>,
    first: u64,
    /// Durable bytes; whatever lies behind them is none of ours.
    length: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Sound,
    Failed,
}

/// The log, open for appending. One process holds it at a time; the caller locks the data directory.
#[derive(Debug)]
pub struct SegmentLog {
    disk: Arc<dyn Disk>,
    settings: Settings,
    /// First sequence numbers of all segments, the active one included.
    firsts: Vec<u64>,
    active: Active,
    durable: Position,
    next: Position,
    pending: Vec<u8>,
    health: Health,
    torn: Option<Torn>,
}

impl SegmentLog {
    /// Begins a log where there is none.
    ///
    /// # Errors
    /// [`SegmentError::Exists`] if any segment is there; those of the disk.
    pub fn create(disk: Arc<dyn Disk>, settings: Settings) -> Result<Self, SegmentError> {
        disk.make_dir(&settings.dir)?;
        if !open::segment_names(disk.as_ref(), &settings.dir)?.is_empty() {
            return Err(SegmentError::Exists);
        }
        let position = Position {
            records: 0,
            chain: Chain::genesis(&settings.network),
        };
        let active = begin_segment(disk.as_ref(), &settings, position)?;
        Ok(Self {
            disk,
            settings,
            firsts: vec![0],
            active,
            durable: position,
            next: position,
            pending: Vec::new(),
            health: Health::Sound,
            torn: None,
        })
    }

    /// Opens a log: checks every record, cuts a torn tail that nothing binds, and makes the rest durable.
    ///
    /// `bound` states what must exist. Without one, damage in the last batch cannot be told from a torn write.
    ///
    /// # Errors
    /// [`SegmentError::Absent`] if there is no log, [`SegmentError::Damaged`], [`SegmentError::Missing`] or
    /// [`SegmentError::Forked`] if it is not whole up to the bound; those of the disk.
    pub fn open(
        disk: Arc<dyn Disk>,
        settings: Settings,
        bound: Option<Bound>,
    ) -> Result<Self, SegmentError> {
        open::open(disk, settings, bound)
    }

    /// Adds a record to the batch in memory; it is not in the log before [`SegmentLog::sync`] says so.
    ///
    /// # Errors
    /// [`SegmentError::RecordSize`]; [`SegmentError::Failed`] after a failure that could not be undone.
    pub fn append(&mut self, payload: &[u8]) -> Result<u64, SegmentError> {
        self.sound()?;
        let size = SegmentError::RecordSize(payload.len());
        if payload.is_empty() || payload.len() > MAX_PAYLOAD {
            return Err(size);
        }
        let sequence = self.next.records;
        let fields = HeadFields {
            length: u32::try_from(payload.len()).map_err(|_| size)?,
            sequence,
            settled: self.durable.records,
        };
        let head = Head::seal(fields, &self.next.chain, payload);
        head.write(&mut self.pending);
        self.pending.extend_from_slice(payload);
        self.next = Position {
            records: sequence.checked_add(1).ok_or(SegmentError::Failed)?,
            chain: head.chain,
        };
        Ok(sequence)
    }

    /// Makes the batch durable. Only after `Ok` may any of its records be acknowledged.
    ///
    /// On an error the whole batch is dropped, the file is cut back to what was durable before and the caller appends
    /// again when it sees fit. If even that fails the log refuses everything until it is opened anew, since after a failed
    /// `fsync` the kernel may hold pages that it will never write.
    ///
    /// # Errors
    /// Those of the disk; [`SegmentError::Failed`] after a failure that could not be undone.
    pub fn sync(&mut self) -> Result<Position, SegmentError> {
        self.sound()?;
        if self.pending.is_empty() {
            return Ok(self.durable);
        }
        match self.write_batch() {
            Ok(()) => {
                self.active.length = self.active.length.saturating_add(self.pending.len() as u64);
                self.durable = self.next;
                self.pending.clear();
                Ok(self.durable)
            }
            Err(error) => {
                self.pending.clear();
                self.next = self.durable;
                Err(error.into())
            }
        }
    }

    /// What is durable.
    #[must_use]
    pub fn position(&self) -> Position {
        self.durable
    }

    /// What opening cut off, if anything.
    #[must_use]
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    /// A reader of the records that are durable now; it may go to another thread.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        LogReader::new(
            Arc::clone(&self.disk),
            self.settings.dir.clone(),
            self.firsts.clone(),
            self.durable.records,
        )
    }

    fn sound(&self) -> Result<(), SegmentError> {
        match self.health {
            Health::Sound => Ok(()),
            Health::Failed => Err(SegmentError::Failed),
        }
    }

    fn write_batch(&mut self) -> io::Result<()> {
        let holds_records = self.active.first < self.durable.records;
        if holds_records && self.active.length >= self.settings.roll_at {
            self.roll()?;
        }
        let file = &mut self.active.file;
        let written = file.append(&self.pending).and_then(|()| file.sync());
        written.inspect_err(|_| {
            let undone = file.truncate(self.active.length).and_then(|()| file.sync());
            if undone.is_err() {
                self.health = Health::Failed;
            }
        })
    }

    fn roll(&mut self) -> io::Result<()> {
        match begin_segment(self.disk.as_ref(), &self.settings, self.durable) {
            Ok(active) => {
                self.firsts.push(active.first);
                self.active = active;
                Ok(())
            }
            Err(error) => {
                if self.forget_segment(self.durable.records).is_err() {
                    self.health = Health::Failed;
                }
                Err(error)
            }
        }
    }

    /// Removes a segment that could not be begun, so that the next attempt finds its name free.
    fn forget_segment(&self, first: u64) -> io::Result<()> {
        let path = self.settings.dir.join(segment_name(first));
        match self.disk.remove(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.disk.sync_dir(&self.settings.dir),
        }
    }
}

/// Makes a segment with its header durable.
fn begin_segment(disk: &dyn Disk, settings: &Settings, at: Position) -> io::Result<Active> {
    let path = settings.dir.join(segment_name(at.records));
    let header = Header {
        network: settings.network,
        first: at.records,
        previous: at.chain,
    };
    let mut file = disk.create(&path)?;
    file.append(&header.to_bytes())?;
    file.sync()?;
    disk.sync_dir(&settings.dir)?;
    Ok(Active {
        file,
        first: at.records,
        length: HEADER_LENGTH as u64,
    })
}

fn segment_name(first: u64) -> String {
    format!("{first:020}.seg")
}

/// The first sequence number that a segment's name states.
fn first_of(name: &str) -> Option<u64> {
    let first = name.strip_suffix(".seg")?.parse().ok()?;
    (segment_name(first) == name).then_some(first)
}
#[cfg(test)]
mod tests;
