//! A device's small files below one directory.

use luyin_device::files::Files;
use luyin_keys::durable_file;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Files below a directory.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    /// The files below `root`, which is made with the first of them.
    #[must_use]
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The path of a file to be written, whose folder is there when this returns.
    fn path_to_write(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            make_durably(folder)?;
        }
        Ok(path)
    }
}

/// Makes a directory and those above it; whoever finds a file in it after a power loss finds the way there too.
fn make_durably(directory: &Path) -> io::Result<()> {
    if directory.as_os_str().is_empty() || directory.is_dir() {
        return Ok(());
    }
    let above = directory.parent().unwrap_or(Path::new(""));
    make_durably(above)?;
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync(above),
    }
}

fn sync(directory: &Path) -> io::Result<()> {
    let here = Path::new(".");
    let directory = if directory.as_os_str().is_empty() {
        here
    } else {
        directory
    };
    File::open(directory)?.sync_all()
}

impl Files for DiskFiles {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        durable_file::replace(&self.path_to_write(name)?, bytes)
    }

    fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        durable_file::create(&self.path_to_write(name)?, bytes)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path_to_write(name)?;
        let existed = path.exists();
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        match path.parent() {
            Some(folder) if !existed => sync(folder),
            _ => Ok(()),
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.path(from), self.path_to_write(to)?);
        fs::rename(&from, &to)?;
        // The new name first: a power loss between the two leaves the file under both names, never under none.
        for folder in [to.parent(), from.parent()].into_iter().flatten() {
            sync(folder)?;
        }
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.path(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_new_folders_are_written_listed_renamed_and_removed() {
        let directory = tempfile::tempdir().unwrap();
        let files = DiskFiles::below(directory.path().join("gate"));
        assert_eq!(files.list("records/waiting").unwrap(), Vec::<String>::new());
        assert_eq!(files.read("gate.json").unwrap(), None);
        files.replace("gate.json", b"{}").unwrap();
        files.create("records/waiting/1", b"one").unwrap();
        let taken = files.create("records/waiting/1", b"two").unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        files.rename("records/waiting/1", "records/sent/1").unwrap();
        assert_eq!(
            files.read("records/sent/1").unwrap().as_deref(),
            Some(&b"one"[..])
        );
        assert_eq!(files.list("records").unwrap(), Vec::<String>::new());
        assert_eq!(files.list("records/sent").unwrap(), ["1"]);
        files.remove("records/sent/1").unwrap();
        assert_eq!(files.list("records/sent").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn appending_makes_the_file_and_then_adds_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let files = DiskFiles::below(directory.path());
        files.append("seen/20000", b"one").unwrap();
        files.append("seen/20000", b"two").unwrap();
        assert_eq!(
            files.read("seen/20000").unwrap().as_deref(),
            Some(&b"onetwo"[..])
        );
    }
}
