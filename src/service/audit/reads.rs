//! The log of reads (protocol section 10): who asked for what, written and synced before the answer goes out.

use crate::lines::{self, Lines};
use luyin_protocol::did::Did;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use utoipa::ToSchema;

/// The most reads of one answer.
pub const PAGE: usize = 1_000;

/// One read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Read {
    /// Counts from 1.
    pub number: u64,
    /// When, milliseconds since 1970.
    pub time: u64,
    /// The regulator.
    #[schema(value_type = String)]
    pub reader: Did,
    /// What it asked for: path and query.
    pub what: String,
}

/// A page of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadsView {
    /// By rising number, at most 1,000.
    pub reads: Vec<Read>,
}

/// The log: a file of JSON lines that is only appended to.
#[derive(Debug)]
pub struct ReadLog {
    path: PathBuf,
    end: Mutex<End>,
}

#[derive(Debug)]
struct End {
    lines: Lines,
    number: u64,
}

impl ReadLog {
    /// Opens the log; a last line that a crash left torn is cut off.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let lines = Lines::open(path)?;
        let path = lines.path().to_owned();
        let bytes = std::fs::read(&path)?;
        let count = bytes.iter().filter(|b| **b == b'\n').count();
        let number = u64::try_from(count).unwrap_or(u64::MAX);
        let end = Mutex::new(End { lines, number });
        Ok(Self { path, end })
    }

    /// Logs a read, durably.
    ///
    /// # Errors
    /// Those of the file system: then nothing may be answered.
    pub fn log(&self, reader: Did, what: &str, time: Timestamp) -> io::Result<()> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let read = Read {
            number: end.number.saturating_add(1),
            time: time.get(),
            reader,
            what: what.to_owned(),
        };
        end.lines.append(&read)?;
        end.number = read.number;
        Ok(())
    }

    /// The reads after a number.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn after(&self, number: u64) -> io::Result<ReadsView> {
        let mut reads = Vec::new();
        for read in lines::read(&self.path)? {
            let read: Read = read?;
            if read.number > number {
                reads.push(read);
            }
            if reads.len() == PAGE {
                break;
            }
        }
        Ok(ReadsView { reads })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Write as _;

    #[test]
    fn reads_survive_a_torn_last_line_and_are_counted_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reads");
        let reader = Did::from_bytes([1; 32]);
        let log = ReadLog::open(path.clone()).unwrap();
        log.log(reader, "/a", Timestamp::new(1)).unwrap();
        log.log(reader, "/b\n\"", Timestamp::new(2)).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"number\":3,\"ti").unwrap();
        let log = ReadLog::open(path).unwrap();
        log.log(reader, "/c", Timestamp::new(3)).unwrap();
        let all = log.after(0).unwrap().reads;
        let seen: Vec<_> = all.iter().map(|r| (r.number, r.what.as_str())).collect();
        assert_eq!(seen, [(1, "/a"), (2, "/b\n\""), (3, "/c")]);
        assert_eq!(log.after(2).unwrap().reads, all[2..]);
    }
}
