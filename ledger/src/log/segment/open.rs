//! Opening a log: every record is checked; a torn tail is cut only where nothing binds it.

use super::cursor::{Cursor, Step};
use super::frame::{Chain, Flaw, HEADER_LENGTH};
use super::{
    Active, Bound, Health, Position, SegmentError, SegmentLog, Settings, Torn, begin_segment,
    first_of, segment_name,
};
use crate::log::disk::Disk;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Names of the segments in `dir`, in order.
pub fn segment_names(disk: &dyn Disk, dir: &Path) -> Result<Vec<(u64, String)>, SegmentError> {
    let names = match disk.list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        other => other?,
    };
    let parse = |name: String| match first_of(&name) {
        Some(first) => Ok((first, name)),
        None => Err(SegmentError::UnexpectedFile(name)),
    };
    names.into_iter().map(parse).collect()
}

/// See [`SegmentLog::open`].
pub fn open(
    disk: Arc<dyn Disk>,
    settings: Settings,
    bound: Option<Bound>,
) -> Result<SegmentLog, SegmentError> {
    let bound = bound.unwrap_or(Bound::at_least(0));
    let names = segment_names(disk.as_ref(), &settings.dir)?;
    let Some((last, sealed)) = names.split_last() else {
        return Err(match bound.records {
            0 => SegmentError::Absent,
            bound => SegmentError::Missing { found: 0, bound },
        });
    };
    let mut scan = Scan {
        disk: disk.as_ref(),
        settings: &settings,
        bound,
        position: Position {
            records: 0,
            chain: Chain::genesis(&settings.network),
        },
    };
    scan.judge_bound()?;
    for (first, name) in sealed {
        scan.sealed(*first, name)?;
    }
    let (mut active, torn) = scan.last(last.0, &last.1)?;
    let position = scan.position;
    if position.records < bound.records {
        return Err(SegmentError::Missing {
            found: position.records,
            bound: bound.records,
        });
    }
    // A killed process may have left records in the page cache alone, and a name that is not durable.
    active.file.sync()?;
    disk.sync_dir(&settings.dir)?;
    Ok(SegmentLog {
        firsts: names.iter().map(|(first, _)| *first).collect(),
        disk,
        settings,
        active,
        durable: position,
        next: position,
        pending: Vec::new(),
        health: Health::Sound,
        torn,
    })
}

struct Scan<'a> {
    disk: &'a dyn Disk,
    settings: &'a Settings,
    bound: Bound,
    position: Position,
}

impl Scan<'_> {
    fn judge_bound(&self) -> Result<(), SegmentError> {
        let Bound { records, chain } = self.bound;
        match chain {
            Some(chain) if records == self.position.records && chain != self.position.chain => {
                Err(SegmentError::Forked { records })
            }
            _ => Ok(()),
        }
    }

    /// A segment with a successor was synced whole before the successor was begun.
    fn sealed(&mut self, first: u64, name: &str) -> Result<(), SegmentError> {
        let mut cursor = self
            .begin(first, name)?
            .map_err(|flaw| damaged(name, 0, flaw))?;
        match self.walk(&mut cursor)? {
            None => Ok(()),
            Some(flaw) => Err(damaged(name, cursor.offset(), flaw)),
        }
    }

    fn last(&mut self, first: u64, name: &str) -> Result<(Active, Option<Torn>), SegmentError> {
        let mut cursor = match self.begin(first, name)? {
            Ok(cursor) => cursor,
            Err(flaw) => return self.restart_segment(first, name, flaw),
        };
        let flaw = self.walk(&mut cursor)?;
        let (offset, bytes) = (cursor.offset(), cursor.remaining());
        if let Some(flaw) = flaw
            && (self.bound.records > self.position.records || cursor.is_damage()?)
        {
            return Err(damaged(name, offset, flaw));
        }
        let mut file = cursor.into_file();
        let torn = (bytes > 0).then(|| Torn {
            file: name.to_owned(),
            offset,
            bytes,
        });
        if torn.is_some() && self.bound.records <= self.position.records {
            file.truncate(offset)?;
            file.sync()?;
        }
        let active = Active {
            file,
            first,
            length: offset,
        };
        Ok((active, torn))
    }

    /// The outer error refuses for good; the inner one may be a header that was never finished.
    fn begin(&self, first: u64, name: &str) -> Result<Result<Cursor, Flaw>, SegmentError> {
        if first != self.position.records {
            return Err(SegmentError::Gap {
                file: name.to_owned(),
                records: self.position.records,
            });
        }
        let file = self.disk.open(&self.settings.dir.join(name))?;
        let (cursor, header) = match Cursor::new(file)? {
            Ok(opened) => opened,
            Err(flaw @ (Flaw::Short | Flaw::Checksum)) => return Ok(Err(flaw)),
            Err(flaw) => return Err(damaged(name, 0, flaw)),
        };
        if header.network != self.settings.network {
            return Err(damaged(name, 0, Flaw::Network));
        }
        if header.first != first {
            return Err(damaged(name, 0, Flaw::Sequence));
        }
        if header.previous != self.position.chain {
            return Err(damaged(name, 0, Flaw::Chain));
        }
        Ok(Ok(cursor))
    }

    /// Passes all whole records; tells what stopped it before the end of the file.
    fn walk(&mut self, cursor: &mut Cursor) -> Result<Option<Flaw>, SegmentError> {
        loop {
            match cursor.step()? {
                Step::End => return Ok(None),
                Step::Flawed(flaw) => return Ok(Some(flaw)),
                Step::Record { .. } => {}
            }
            self.position = Position {
                records: cursor.sequence(),
                chain: cursor.chain(),
            };
            self.judge_bound()?;
        }
    }

    /// A header is synced before anything follows it: torn and alone, it was never finished and holds nothing.
    fn restart_segment(
        &self,
        first: u64,
        name: &str,
        flaw: Flaw,
    ) -> Result<(Active, Option<Torn>), SegmentError> {
        let path = self.settings.dir.join(name);
        let bytes = self.disk.open(&path)?.length()?;
        if bytes > HEADER_LENGTH as u64 || self.bound.records > first {
            return Err(damaged(name, 0, flaw));
        }
        self.disk.remove(&path)?;
        self.disk.sync_dir(&self.settings.dir)?;
        let active = begin_segment(self.disk, self.settings, self.position)?;
        let torn = Torn {
            file: segment_name(first),
            offset: 0,
            bytes,
        };
        Ok((active, Some(torn)))
    }
}

fn damaged(file: &str, offset: u64, flaw: Flaw) -> SegmentError {
    SegmentError::Damaged {
        file: file.to_owned(),
        offset,
        flaw,
    }
}
