//! The walk-in passes that gates have seen used, shared among them (protocol section 6). Kept for today and yesterday:
//! a walk-in nym is of one day.

use luyin_protocol::field::Nym;
use luyin_protocol::time::Day;
use std::collections::{BTreeMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The shared set. Each use is written behind the others in the day's file before it is answered, so that a node that is
/// killed does not forget it.
#[derive(Debug)]
pub struct WalkIns {
    directory: PathBuf,
    days: Mutex<BTreeMap<Day, Used>>,
}

#[derive(Debug)]
struct Used {
    nyms: HashSet<[u8; 32]>,
    file: File,
}

/// Whether a walk-in pass was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkIn {
    /// It was not; now it is.
    First,
    /// It was.
    Spent,
}

impl WalkIns {
    /// The set of a directory, which is made where it is missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(directory: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&directory)?;
        Ok(Self {
            directory,
            days: Mutex::default(),
        })
    }

    /// Notes a use on a day, and says whether there was one before on that day or the day before.
    ///
    /// # Errors
    /// Those of the file system: then nothing is noted.
    pub fn use_once(&self, nym: Nym, today: Day) -> io::Result<WalkIn> {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let yesterday = today.minus(1);
        for day in [yesterday, today] {
            if let std::collections::btree_map::Entry::Vacant(place) = days.entry(day) {
                place.insert(self.load(day)?);
            }
        }
        while days
            .first_key_value()
            .is_some_and(|(day, _)| *day < yesterday)
        {
            if let Some((day, _)) = days.pop_first() {
                std::fs::remove_file(self.path(day))?;
            }
        }
        let nym = nym.to_bytes();
        if days.values().any(|used| used.nyms.contains(&nym)) {
            return Ok(WalkIn::Spent);
        }
        if let Some(used) = days.get_mut(&today) {
            used.file.write_all(&nym)?;
            used.nyms.insert(nym);
        }
        Ok(WalkIn::First)
    }

    fn path(&self, day: Day) -> PathBuf {
        self.directory.join(day.to_string())
    }

    /// A last record that a crash left torn is cut off.
    fn load(&self, day: Day) -> io::Result<Used> {
        let path = self.path(day);
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let bytes = std::fs::read(&path)?;
        let (whole, torn) = bytes.as_chunks::<32>();
        if !torn.is_empty() {
            let length = u64::try_from(bytes.len() - torn.len()).unwrap_or(0);
            file.set_len(length)?;
        }
        Ok(Used {
            nyms: whole.iter().copied().collect(),
            file,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nym(n: u64) -> Nym {
        Nym::from_value(n.into())
    }

    #[test]
    fn a_walk_in_pass_is_used_once_also_across_restarts_and_midnight() {
        let dir = tempfile::tempdir().unwrap();
        let open = || WalkIns::open(dir.path().join("w")).unwrap();
        let today = Day::new(20_000);
        let set = open();
        assert_eq!(set.use_once(nym(1), today).unwrap(), WalkIn::First);
        assert_eq!(set.use_once(nym(1), today).unwrap(), WalkIn::Spent);
        let torn = dir.path().join("w/20000");
        let mut file = OpenOptions::new().append(true).open(torn).unwrap();
        file.write_all(&[7; 5]).unwrap();
        let set = open();
        assert_eq!(set.use_once(nym(1), today.plus(1)).unwrap(), WalkIn::Spent);
        assert_eq!(set.use_once(nym(2), today.plus(1)).unwrap(), WalkIn::First);
        assert_eq!(
            open().use_once(nym(2), today.plus(1)).unwrap(),
            WalkIn::Spent
        );
        assert_eq!(open().use_once(nym(1), today).unwrap(), WalkIn::Spent);
    }

    #[test]
    fn the_day_before_yesterday_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let set = WalkIns::open(dir.path().to_owned()).unwrap();
        set.use_once(nym(1), Day::new(20_000)).unwrap();
        set.use_once(nym(2), Day::new(20_002)).unwrap();
        assert!(!dir.path().join("20000").exists());
        assert!(dir.path().join("20002").exists());
    }
}
