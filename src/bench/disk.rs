//! What a ledger takes on disk, and what the disk itself can do.

use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

/// Bytes of a node's data, by what they are.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Usage {
    /// The truth.
    pub segments: u64,
    /// Log tiles, forest files, checkpoint: what is served.
    pub tiles: u64,
    /// The index.
    pub index: u64,
}

impl Usage {
    /// Of a data directory.
    pub fn of(data: &Path) -> io::Result<Self> {
        Ok(Self {
            segments: size(&data.join("chain").join("segments"))?,
            tiles: size(&data.join("chain").join(luyin_ledger::chain::PUBLIC_DIR))?,
            index: size(&data.join("index"))?,
        })
    }

    /// All of it.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.segments + self.tiles + self.index
    }

    /// What came since.
    #[must_use]
    pub const fn since(&self, before: &Self) -> Self {
        Self {
            segments: self.segments.saturating_sub(before.segments),
            tiles: self.tiles.saturating_sub(before.tiles),
            index: self.index.saturating_sub(before.index),
        }
    }
}

fn size(path: &Path) -> io::Result<u64> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        // A temporary file may be renamed while we look.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    if !meta.is_dir() {
        return Ok(meta.len());
    }
    fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

/// Appends with a sync each, of the size of a block of 100 check-ins: how many a second.
pub fn syncs_per_s(directory: &Path, rounds: u32) -> io::Result<f64> {
    let path = directory.join("sync-probe");
    let mut file = File::create(&path)?;
    let block = vec![0x5a; 60_000];
    let start = Instant::now();
    for _ in 0..rounds {
        file.write_all(&block)?;
        file.sync_data()?;
    }
    let took = start.elapsed().as_secs_f64();
    fs::remove_file(&path)?;
    Ok(f64::from(rounds) / took)
}
