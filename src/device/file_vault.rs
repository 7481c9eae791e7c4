//! The wallet's file.

use luyin_device::wallet::{MAX_FILE, Vault};
use luyin_keys::durable_file;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file that one process at a time may use.
#[derive(Debug)]
pub struct FileVault {
    path: PathBuf,
    /// Held for as long as the vault: two commands at once take turns.
    _turn: File,
}

impl FileVault {
    /// The vault at a path; waits until no other process uses it.
    pub fn at(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(parent)?;
        }
        let mut name = path.clone().into_os_string();
        name.push(".lock");
        let turn = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(name)?;
        turn.lock()?;
        Ok(Self { path, _turn: turn })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Vault for FileVault {
    fn load(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::metadata(&self.path) {
            Ok(found) if found.len() > MAX_FILE => Err(io::ErrorKind::FileTooLarge.into()),
            Ok(_) => fs::read(&self.path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn store(&self, bytes: &[u8]) -> io::Result<()> {
        durable_file::replace(&self.path, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_vault_gives_back_what_was_stored_last() {
        let directory = tempfile::tempdir().unwrap();
        let vault = FileVault::at(directory.path().join("me.wallet")).unwrap();
        assert_eq!(vault.load().unwrap(), None);
        vault.store(b"one").unwrap();
        vault.store(b"two").unwrap();
        assert_eq!(vault.load().unwrap().as_deref(), Some(&b"two"[..]));
    }
}
