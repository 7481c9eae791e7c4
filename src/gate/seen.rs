//! What a gate has let through, across restarts: a file per day that only grows.
//!
//! A line is a step (4 bytes), a kind (1) and a nym (32). A torn last line is dropped: it was never acted on, since
//! the guard is told only after the write. Files of days before yesterday are removed.

use super::{GateError, Sharing};
use luyin_protocol::codec::{Canonical, Reader, Writer};
use luyin_protocol::field::Nym;
use luyin_protocol::gate::{Seen, SeenInMemory};
use luyin_protocol::time::{Day, Step, Timestamp};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const LINE: usize = 4 + 1 + 32;
/// Steps within which a showing could come again.
const STEPS_KEPT: u32 = 4;

/// A gate's own memory on disk.
#[derive(Debug)]
pub struct SeenLog {
    directory: PathBuf,
    memory: SeenInMemory,
    unwritten: Vec<(Nym, Step, bool)>,
    today: Option<Day>,
}

impl SeenLog {
    /// Opens a directory and reads what is there.
    ///
    /// # Errors
    /// Those of reading.
    pub fn open(directory: &Path) -> Result<Self, GateError> {
        fs::create_dir_all(directory)?;
        let mut memory = SeenInMemory::default();
        for (_, path) in days(directory)? {
            let bytes = fs::read(&path)?;
            let (lines, torn) = bytes.as_chunks::<LINE>();
            for line in lines {
                let (step, walk_in, nym) = decode(line)?;
                memory.record(nym, step, walk_in);
            }
            if !torn.is_empty() {
                let whole = u64::try_from(lines.len() * LINE).unwrap_or(u64::MAX);
                let file = OpenOptions::new().write(true).open(&path)?;
                file.set_len(whole)?;
                file.sync_all()?;
            }
        }
        Ok(Self {
            directory: directory.to_owned(),
            memory,
            unwritten: Vec::new(),
            today: None,
        })
    }

    /// Removes what can no longer come again.
    ///
    /// # Errors
    /// Those of removing.
    pub fn forget(&mut self, now: Timestamp) -> Result<(), GateError> {
        let today = now.day();
        // At the first scan after a start as well.
        let turned = self.today != Some(today);
        self.today = Some(today);
        let before = Step::new(now.step().get().saturating_sub(STEPS_KEPT));
        self.memory.forget_before(before, false);
        if !turned {
            return Ok(());
        }
        for (day, path) in days(&self.directory)? {
            if day < today.minus(1) {
                fs::remove_file(path)?;
            }
        }
        // Reading again drops the walk-ins of removed days.
        let again = Self::open(&self.directory)?;
        self.memory = again.memory;
        Ok(())
    }

    fn write(&mut self) -> Result<(), GateError> {
        for (nym, step, walk_in) in std::mem::take(&mut self.unwritten) {
            let day = Timestamp::new(u64::from(step.get()) * 30_000).day();
            let path = self.directory.join(format!("{day}"));
            let existed = path.exists();
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            let mut w = Writer::default();
            w.value(&step).flag(walk_in).value(&nym);
            file.write_all(&w.finish())?;
            file.sync_data()?;
            if !existed {
                File::open(&self.directory)?.sync_all()?;
            }
        }
        Ok(())
    }
}

fn decode(line: &[u8; LINE]) -> Result<(Step, bool, Nym), GateError> {
    let mut r = Reader::new(line);
    let step = Step::decode(&mut r)?;
    let walk_in = r.flag("a kind")?;
    Ok((step, walk_in, Nym::decode(&mut r)?))
}

fn days(directory: &Path) -> io::Result<Vec<(Day, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let day = path.file_name().and_then(|n| n.to_str()?.parse().ok());
        found.extend(day.map(|day: u16| (Day::new(day), path)));
    }
    found.sort();
    Ok(found)
}

/// A gate's memory, and other gates' where a node is reached.
#[derive(Debug)]
pub struct SharedSeen<'a> {
    log: &'a mut SeenLog,
    sharing: Sharing<'a>,
    step: Step,
}

impl<'a> SharedSeen<'a> {
    /// For one scan.
    pub const fn new(log: &'a mut SeenLog, sharing: Sharing<'a>, step: Step) -> Self {
        Self { log, sharing, step }
    }

    /// Writes what was recorded.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(self) -> Result<(), GateError> {
        self.log.write()
    }
}

impl Seen for SharedSeen<'_> {
    fn is_replay(&self, nym: Nym, step: Step) -> bool {
        self.log.memory.is_replay(nym, step)
    }

    /// Asked last, after the proof: the node's answer marks the pass as used. A node that is out of reach leaves the
    /// gate's own memory; the audit finds duplicates.
    fn is_spent(&self, nym: Nym) -> bool {
        if self.log.memory.is_spent(nym) {
            return true;
        }
        match self.sharing {
            Sharing::Online(node) => node.walk_in(&nym, self.step).unwrap_or(false),
            Sharing::Offline => false,
        }
    }

    fn record(&mut self, nym: Nym, step: Step, walk_in: bool) {
        self.log.memory.record(nym, step, walk_in);
        self.log.unwritten.push((nym, step, walk_in));
    }
}
