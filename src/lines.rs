//! A file of JSON lines that is only appended to, each line durable before anything rests on it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

/// The end of such a file.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    file: File,
}

impl Lines {
    /// Opens the file; a last line that a crash left torn is cut off.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(&path)?;
        let bytes = std::fs::read(&path)?;
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        if whole < bytes.len() {
            file.set_len(u64::try_from(whole).unwrap_or(0))?;
            file.sync_all()?;
        }
        Ok(Self { path, file })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line and syncs it.
    ///
    /// # Errors
    /// Those of the file system: then the line does not stand.
    pub fn append(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let before = self.file.metadata()?.len();
        let written = self
            .file
            .write_all(&line)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // A line that may be torn must not stand before the next one.
            self.file.set_len(before)?;
            return Err(error);
        }
        Ok(())
    }
}

/// The lines of a file, in their order.
///
/// # Errors
/// Those of the file system; then, for each line, that it cannot be read.
pub fn read<T: DeserializeOwned>(
    path: &Path,
) -> io::Result<impl Iterator<Item = io::Result<T>> + use<T>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
}
