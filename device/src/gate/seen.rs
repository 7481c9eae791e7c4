//! What a gate has let through, across restarts: a file per day that only grows.
//!
//! A line is a step (4 bytes), a kind (1) and a nym (32). A torn last line is dropped: it was never acted on, since
//! the guard is told only after the write. Files of days before yesterday are removed.

use super::{GateError, Sharing};
use crate::files::Files;
use luyin_protocol::codec::{Canonical, Reader, Writer};
use luyin_protocol::field::Nym;
use luyin_protocol::gate::{Seen, SeenInMemory};
use luyin_protocol::time::{Day, Step, Timestamp};

pub(super) const FOLDER: &str = "seen";
const LINE: usize = 4 + 1 + 32;
/// Steps within which a showing could come again.
const STEPS_KEPT: u32 = 4;

/// A gate's own memory in its files.
#[derive(Debug)]
pub struct SeenLog<F> {
    files: F,
    memory: SeenInMemory,
    unwritten: Vec<(Nym, Step, bool)>,
    today: Option<Day>,
    /// A write failed, so part of a line may stand in a file.
    torn: bool,
}

impl<F: Files> SeenLog<F> {
    /// Opens a gate's files and reads what was seen.
    ///
    /// # Errors
    /// Those of reading.
    pub fn open(files: F) -> Result<Self, GateError> {
        let memory = remembered(&files)?;
        Ok(Self {
            files,
            memory,
            unwritten: Vec::new(),
            today: None,
            torn: false,
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
        for day in days(&self.files)? {
            if day < today.minus(1) {
                self.files.remove(&name(day))?;
            }
        }
        // Reading again drops the walk-ins of removed days.
        self.memory = remembered(&self.files)?;
        Ok(())
    }

    fn write(&mut self) -> Result<(), GateError> {
        if self.torn {
            remembered(&self.files)?;
        }
        self.torn = true;
        for (nym, step, walk_in) in std::mem::take(&mut self.unwritten) {
            let day = Timestamp::new(u64::from(step.get()) * 30_000).day();
            let mut w = Writer::default();
            w.value(&step).flag(walk_in).value(&nym);
            self.files.append(&name(day), &w.finish())?;
        }
        self.torn = false;
        Ok(())
    }
}

fn name(day: Day) -> String {
    format!("{FOLDER}/{day}")
}

/// What stands in the files; a torn last line is cut off.
fn remembered(files: &impl Files) -> Result<SeenInMemory, GateError> {
    let mut memory = SeenInMemory::default();
    for day in days(files)? {
        let bytes = files.read(&name(day))?.unwrap_or_default();
        let (lines, torn) = bytes.as_chunks::<LINE>();
        for line in lines {
            let (step, walk_in, nym) = decode(line)?;
            memory.record(nym, step, walk_in);
        }
        if !torn.is_empty() {
            files.replace(&name(day), lines.as_flattened())?;
        }
    }
    Ok(memory)
}

fn decode(line: &[u8; LINE]) -> Result<(Step, bool, Nym), GateError> {
    let mut r = Reader::new(line);
    let step = Step::decode(&mut r)?;
    let walk_in = r.flag("a kind")?;
    Ok((step, walk_in, Nym::decode(&mut r)?))
}

fn days(files: &impl Files) -> Result<Vec<Day>, GateError> {
    let names = files.list(FOLDER)?;
    let days = names.iter().filter_map(|name| name.parse().ok());
    let mut days: Vec<Day> = days.map(Day::new).collect();
    days.sort_unstable();
    Ok(days)
}

/// A gate's memory, and other gates' where a node is reached.
pub struct SharedSeen<'a, F> {
    log: &'a mut SeenLog<F>,
    sharing: Sharing<'a>,
    step: Step,
}

impl<'a, F: Files> SharedSeen<'a, F> {
    /// For one scan.
    pub const fn new(log: &'a mut SeenLog<F>, sharing: Sharing<'a>, step: Step) -> Self {
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

impl<F: Files> Seen for SharedSeen<'_, F> {
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
