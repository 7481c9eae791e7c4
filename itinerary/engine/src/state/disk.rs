//! Writing in a state so that a crash at any moment leaves the old or the new, never a mix: a file is written under a
//! temporary name, synced, renamed, and its folder synced. Files that nothing refers to are swept at the next start.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Asked before and after everything that changes the disk. A test lets it fail, as a power cut would.
pub trait Watch: Send + Sync {
    /// About to change the disk, or just done.
    ///
    /// # Errors
    /// What the caller then fails with, at once.
    fn step(&self) -> io::Result<()>;
}

/// Nobody watches.
#[derive(Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn step(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A folder with its watch.
#[derive(Clone)]
pub struct Disk {
    root: PathBuf,
    watch: Arc<dyn Watch>,
}

impl Disk {
    /// A folder, made where there is none, for its owner alone.
    pub fn open(root: &Path, watch: Arc<dyn Watch>) -> io::Result<Self> {
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(root.join("days"))?;
        Ok(Self {
            root: root.to_owned(),
            watch,
        })
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file whole, or leaves what was there.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        replace(&self.path(name), bytes, self.watch.as_ref())
    }

    /// Deletes a file; one that is not there is deleted.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        self.watch.step()?;
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.watch.step()
    }

    /// Names of the files in the folder of days.
    pub fn days(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.root.join("days").read_dir()? {
            if let Some(name) = entry?.file_name().to_str() {
                names.push(format!("days/{name}"));
            }
        }
        Ok(names)
    }
}

/// Writes a file whole, for its owner alone, or leaves what was there.
///
/// # Errors
/// The disk's, and the watch's.
pub fn replace(path: &Path, bytes: &[u8], watch: &dyn Watch) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let temporary = folder.join(format!(".{}.tmp", name.unwrap_or_default()));
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    watch.step()?;
    let mut out = options.open(&temporary)?;
    watch.step()?;
    out.write_all(bytes)?;
    out.sync_all()?;
    watch.step()?;
    fs::rename(&temporary, path)?;
    File::open(folder)?.sync_all()?;
    watch.step()
}
