//! The stream's journal: which names were issued, and which were about to be. It holds no result: what is attested stands in
//! the holder's file alone.
//!
//! Order: the holders' files are durable, then the journal says that a batch is begun, then the batch is posted, then the
//! journal says that it stands, then lines are answered. A crash in between leaves a batch that is begun; it is finished
//! before anything else is read.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use luyin_keys::durable_file;
use luyin_protocol::field::AttestationLeaf;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Day;
use serde::{Deserialize, Serialize};

use crate::lines::{self, Lines};

/// How many days names are remembered: longer than the ledger takes attestations back.
pub const KEPT_DAYS: u16 = 60;

/// Why the journal failed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Its file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// Two streams with one journal would issue twice.
    #[error("{0} is held by another stream")]
    Held(PathBuf),
}

/// An attestation of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its name in the other system.
    pub id: String,
    /// Of all that its line says.
    pub digest: Sha256Hash,
    /// The leaf; its file is named by it.
    pub leaf: AttestationLeaf,
}

/// A batch that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Counts up.
    pub number: u64,
    /// When it was begun.
    pub day: Day,
    /// In the order in which they are posted.
    pub all: Vec<Begun>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Entry {
    Begun(Batch),
    Posted {
        number: u64,
        day: Day,
        entry: Option<u64>,
    },
    GivenBack {
        number: u64,
    },
    Withdrawn {
        id: String,
        entry: Option<u64>,
    },
}

/// What became of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Of all that its line said.
    pub digest: Sha256Hash,
    /// The leaf.
    pub leaf: AttestationLeaf,
    /// How far it came.
    pub state: Standing,
}

/// How far an attestation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// On the ledger.
    Issued {
        /// The day of its tree.
        day: Day,
        /// Its entry, where that is known.
        entry: Option<u64>,
    },
    /// Taken back.
    Withdrawn {
        /// The entry, where that is known.
        entry: Option<u64>,
    },
}

/// The journal, held by this process.
#[derive(Debug)]
pub struct Journal {
    lines: Lines,
    known: HashMap<String, Known>,
    open: BTreeMap<u64, Batch>,
    next: u64,
    _lock: File,
}

impl Journal {
    /// Opens a journal or begins one, and forgets what is older than [`KEPT_DAYS`].
    ///
    /// # Errors
    /// [`JournalError`]; a damaged line is never passed over.
    pub fn open(path: &Path, today: Day) -> Result<Self, JournalError> {
        let failed = |source| JournalError::File {
            path: path.to_owned(),
            source,
        };
        let lock = hold(path)?;
        // Opening cuts off what a crash left torn.
        let lines = Lines::open(path.to_owned()).map_err(failed)?;
        let history = History::read(path).map_err(failed)?;
        let kept = history.since(today.minus(KEPT_DAYS));
        let lines = match kept.to_file() {
            Some(bytes) if kept.batches.len() < history.batches.len() / 2 => {
                durable_file::replace(path, &bytes).map_err(failed)?;
                Lines::open(path.to_owned()).map_err(failed)?
            }
            _ => lines,
        };
        let next = history.next;
        let (known, open) = kept.into_parts();
        Ok(Self {
            lines,
            known,
            open,
            next,
            _lock: lock,
        })
    }

    /// What became of a name.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    /// Batches that a former run began and did not finish.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Batch> {
        self.open.values().cloned().collect()
    }

    /// Notes that a batch is about to be posted.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn begin(&mut self, day: Day, all: Vec<Begun>) -> Result<Batch, JournalError> {
        let batch = Batch {
            number: self.next,
            day,
            all,
        };
        self.append(&Entry::Begun(batch.clone()))?;
        self.next = self.next.saturating_add(1);
        self.open.insert(batch.number, batch.clone());
        Ok(batch)
    }

    /// Notes that it is on the ledger.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn posted(
        &mut self,
        batch: &Batch,
        day: Day,
        entry: Option<u64>,
    ) -> Result<(), JournalError> {
        let number = batch.number;
        self.append(&Entry::Posted { number, day, entry })?;
        self.open.remove(&number);
        let state = Standing::Issued { day, entry };
        self.known.extend(names(batch, state));
        Ok(())
    }

    /// Notes that it is not, and will not be: its names are free again.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn give_back(&mut self, batch: &Batch) -> Result<(), JournalError> {
        let number = batch.number;
        self.append(&Entry::GivenBack { number })?;
        self.open.remove(&number);
        Ok(())
    }

    /// Notes that an attestation was taken back.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn withdrawn(&mut self, id: &str, entry: Option<u64>) -> Result<(), JournalError> {
        self.append(&Entry::Withdrawn {
            id: id.to_owned(),
            entry,
        })?;
        if let Some(known) = self.known.get_mut(id) {
            known.state = Standing::Withdrawn { entry };
        }
        Ok(())
    }

    fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.lines
            .append(entry)
            .map_err(|source| JournalError::File {
                path: self.lines.path().to_owned(),
                source,
            })
    }
}

fn names(batch: &Batch, state: Standing) -> impl Iterator<Item = (String, Known)> {
    batch.all.iter().map(move |begun| {
        let known = Known {
            digest: begun.digest,
            leaf: begun.leaf,
            state,
        };
        (begun.id.clone(), known)
    })
}

/// A file beside the journal that one process holds: the journal itself may be replaced.
fn hold(path: &Path) -> Result<File, JournalError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let beside = PathBuf::from(name);
    let failed = |source| JournalError::File {
        path: beside.clone(),
        source,
    };
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&beside)
        .map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(JournalError::Held(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// What is told of a batch.
#[derive(Debug, Clone)]
struct Told {
    batch: Batch,
    /// The day of its tree and its entry, where it is on the ledger.
    posted: Option<(Day, Option<u64>)>,
}

/// All that a journal tells, batch by batch.
#[derive(Debug, Clone, Default)]
struct History {
    batches: BTreeMap<u64, Told>,
    withdrawn: HashMap<String, Option<u64>>,
    next: u64,
}

impl History {
    fn read(path: &Path) -> io::Result<Self> {
        let mut history = Self::default();
        for entry in lines::read::<Entry>(path)? {
            match entry? {
                Entry::Begun(batch) => {
                    // A name that was forgotten and is used anew was not taken back yet.
                    for begun in &batch.all {
                        history.withdrawn.remove(&begun.id);
                    }
                    history.next = history.next.max(batch.number.saturating_add(1));
                    let told = Told {
                        batch,
                        posted: None,
                    };
                    history.batches.insert(told.batch.number, told);
                }
                Entry::Posted { number, day, entry } => {
                    if let Some(told) = history.batches.get_mut(&number) {
                        told.posted = Some((day, entry));
                    }
                }
                Entry::GivenBack { number } => {
                    history.batches.remove(&number);
                }
                Entry::Withdrawn { id, entry } => {
                    history.withdrawn.insert(id, entry);
                }
            }
        }
        Ok(history)
    }

    /// What began on a day or later; what is unfinished stays however old it is.
    fn since(&self, day: Day) -> Self {
        let mut kept = self.clone();
        kept.batches
            .retain(|_, told| told.posted.is_none() || told.batch.day >= day);
        let all = kept.batches.values().flat_map(|told| &told.batch.all);
        let ids: std::collections::HashSet<&str> = all.map(|begun| begun.id.as_str()).collect();
        kept.withdrawn = self.withdrawn.clone();
        kept.withdrawn.retain(|id, _| ids.contains(id.as_str()));
        kept
    }

    /// The lines that tell it; `None` where they cannot be written.
    fn to_file(&self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut line = |entry: &Entry| {
            let mut bytes = serde_json::to_vec(entry).ok()?;
            bytes.push(b'\n');
            out.extend(bytes);
            Some(())
        };
        for Told { batch, posted } in self.batches.values() {
            line(&Entry::Begun(batch.clone()))?;
            if let Some((day, entry)) = *posted {
                let number = batch.number;
                line(&Entry::Posted { number, day, entry })?;
            }
        }
        for (id, entry) in &self.withdrawn {
            line(&Entry::Withdrawn {
                id: id.clone(),
                entry: *entry,
            })?;
        }
        Some(out)
    }

    fn into_parts(self) -> (HashMap<String, Known>, BTreeMap<u64, Batch>) {
        let (mut known, mut open) = (HashMap::new(), BTreeMap::new());
        for (number, Told { batch, posted }) in self.batches {
            match posted {
                Some((day, entry)) => {
                    known.extend(names(&batch, Standing::Issued { day, entry }));
                }
                None => {
                    open.insert(number, batch);
                }
            }
        }
        for (id, entry) in self.withdrawn {
            if let Some(known) = known.get_mut(&id) {
                known.state = Standing::Withdrawn { entry };
            }
        }
        (known, open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const TODAY: Day = Day::new(18_779);

    fn begun(n: u64) -> Begun {
        Begun {
            id: n.to_string(),
            digest: Sha256Hash::of(&n.to_be_bytes()),
            leaf: AttestationLeaf::from_value(n.into()),
        }
    }

    fn state(journal: &Journal, n: u64) -> Option<Standing> {
        journal.of(&n.to_string()).map(|known| known.state)
    }

    #[test]
    fn what_was_noted_is_known_after_a_restart_and_a_torn_line_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut journal = Journal::open(&path, TODAY).unwrap();
        let first = journal.begin(TODAY, vec![begun(1), begun(2)]).unwrap();
        journal.posted(&first, TODAY.plus(1), Some(7)).unwrap();
        journal.withdrawn("2", Some(9)).unwrap();
        let refused = journal.begin(TODAY, vec![begun(3)]).unwrap();
        journal.give_back(&refused).unwrap();
        let open = journal.begin(TODAY, vec![begun(4)]).unwrap();
        drop(journal);
        let mut torn = File::options().append(true).open(&path).unwrap();
        torn.write_all(b"{\"what\":\"posted\",\"number\":2,")
            .unwrap();
        let mut journal = Journal::open(&path, TODAY).unwrap();
        let issued = Standing::Issued {
            day: TODAY.plus(1),
            entry: Some(7),
        };
        assert_eq!(state(&journal, 1), Some(issued));
        let withdrawn = Standing::Withdrawn { entry: Some(9) };
        assert_eq!(state(&journal, 2), Some(withdrawn));
        assert_eq!(state(&journal, 3), None);
        assert_eq!(journal.unfinished(), std::slice::from_ref(&open));
        assert_eq!(journal.begin(TODAY, vec![]).unwrap().number, 3);
    }

    #[test]
    fn two_streams_do_not_share_a_journal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let first = Journal::open(&path, TODAY).unwrap();
        let second = Journal::open(&path, TODAY);
        assert!(matches!(second, Err(JournalError::Held(_))));
        drop(first);
        Journal::open(&path, TODAY).unwrap();
    }

    #[test]
    fn a_damaged_line_is_refused_and_not_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        std::fs::write(&path, b"{\"what\":\"begun\"}\n").unwrap();
        assert!(Journal::open(&path, TODAY).is_err());
    }

    #[test]
    fn old_names_are_forgotten_and_unfinished_batches_never() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut journal = Journal::open(&path, TODAY).unwrap();
        let open = journal.begin(TODAY, vec![begun(0)]).unwrap();
        for n in 1..6 {
            let batch = journal.begin(TODAY, vec![begun(n)]).unwrap();
            journal.posted(&batch, TODAY, None).unwrap();
        }
        journal.withdrawn("1", None).unwrap();
        let young = TODAY.plus(KEPT_DAYS);
        let batch = journal.begin(young, vec![begun(6)]).unwrap();
        journal.posted(&batch, young, None).unwrap();
        drop(journal);
        let before = std::fs::metadata(&path).unwrap().len();
        for _ in 0..2 {
            let journal = Journal::open(&path, young.plus(1)).unwrap();
            assert_eq!(state(&journal, 1), None);
            assert!(state(&journal, 6).is_some());
            assert_eq!(journal.unfinished(), std::slice::from_ref(&open));
            assert_eq!(journal.next, 7);
        }
        assert!(std::fs::metadata(&path).unwrap().len() < before / 2);
    }
}
