//! Files in memory that can fail at each call, before or after it has taken effect.

use super::Files;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

/// When a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was written.
    Before,
    /// Half of an append was written, nothing of anything else.
    Torn,
    /// All was written, and nobody told.
    After,
}

/// Copies show the same files, as after a restart.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    /// Writing calls left until the one that fails, and how.
    fault: Rc<Cell<Option<(usize, Failure)>>>,
    failed: Rc<Cell<bool>>,
}

impl MemoryFiles {
    /// Fails the writing call of this number, counted from 0, and every one after it until [`MemoryFiles::mend`].
    pub fn fail_at(&self, call: usize, how: Failure) {
        self.fault.set(Some((call, how)));
    }

    /// Fails no more. Whether a call has failed.
    pub fn mend(&self) -> bool {
        self.fault.set(None);
        self.failed.take()
    }

    fn write(
        &self,
        apply: impl FnOnce(&mut BTreeMap<String, Vec<u8>>, bool) -> io::Result<()>,
    ) -> io::Result<()> {
        let files = &mut self.files.borrow_mut();
        match self.fault.get() {
            None => apply(files, false),
            Some((0, Failure::Before)) => {
                self.failed.set(true);
                Err(io::Error::other("played"))
            }
            Some((0, how)) => {
                self.failed.set(true);
                // What follows a failed call fails without effect: the process is as good as gone.
                self.fault.set(Some((0, Failure::Before)));
                apply(files, how == Failure::Torn)?;
                Err(io::Error::other("played"))
            }
            Some((left, how)) => {
                self.fault.set(Some((left - 1, how)));
                apply(files, false)
            }
        }
    }
}

impl Files for MemoryFiles {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.borrow().get(name).cloned())
    }
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(|files, torn| {
            if !torn {
                files.insert(name.to_owned(), bytes.to_vec());
            }
            Ok(())
        })
    }
    fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(|files, torn| {
            if files.contains_key(name) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            if !torn {
                files.insert(name.to_owned(), bytes.to_vec());
            }
            Ok(())
        })
    }
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(|files, torn| {
            let written = if torn {
                &bytes[..bytes.len() / 2]
            } else {
                bytes
            };
            files.entry(name.to_owned()).or_default().extend(written);
            Ok(())
        })
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.write(|files, torn| {
            if torn {
                return Ok(());
            }
            let bytes = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
            files.insert(to.to_owned(), bytes);
            Ok(())
        })
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.write(|files, torn| {
            if torn {
                return Ok(());
            }
            let removed = files.remove(name).ok_or(io::ErrorKind::NotFound)?;
            drop(removed);
            Ok(())
        })
    }
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let below = format!("{folder}/");
        let files = self.files.borrow();
        let names = files.keys().filter_map(|name| name.strip_prefix(&below));
        Ok(names
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect())
    }
}
