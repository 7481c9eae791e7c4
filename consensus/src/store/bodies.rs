//! Bodies that were proposed and are not applied yet, one file each (clause 12.8).
//!
//! A body is written and synced before this node proposes it or votes for it: whoever sees a certificate may then count
//! on it that more than one third of the honest validators hold the body.

use crate::{Address, Height, ValueId, round};
use luyin_ledger::log::disk::{Disk, write_files};
use luyin_protocol::codec::{DecodeError, Reader, Writer};
use luyin_protocol::signature::Signature;
use malachitebft_core_types::Round;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DIR: &str = "bodies";

/// Where a body was proposed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// For which height.
    pub height: Height,
    /// In which round.
    pub round: Round,
    /// By whom.
    pub proposer: Address,
    /// Its digest.
    pub value: ValueId,
    /// The proposer's seal; none where it came with a certificate instead.
    pub seal: Option<Signature>,
}

/// The files of bodies. The empty body has none.
#[derive(Debug)]
pub struct Bodies {
    disk: Arc<dyn Disk>,
    held: BTreeMap<(Height, ValueId), PathBuf>,
}

impl Bodies {
    /// Opens the directory, making it if need be, and removes what a crash left half written.
    ///
    /// # Errors
    /// Those of the disk, and a name that no body has.
    pub fn open(disk: Arc<dyn Disk>) -> io::Result<Self> {
        let dir = Path::new(DIR);
        disk.make_dir(dir)?;
        let mut held = BTreeMap::new();
        for name in disk.list(dir)? {
            let path = dir.join(&name);
            if name.ends_with(".tmp") {
                disk.remove(&path)?;
                continue;
            }
            let key = key_of(&name).ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("unexpected file {name} among the bodies"),
                )
            })?;
            held.insert(key, path);
        }
        Ok(Self { disk, held })
    }

    /// Whether the body is at hand.
    #[must_use]
    pub fn holds(&self, height: Height, value: ValueId) -> bool {
        value.is_empty_body() || self.held.contains_key(&(height, value))
    }

    /// Makes a body durable; once is enough.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn keep(&mut self, seen: Seen, body: &[u8]) -> io::Result<()> {
        if self.holds(seen.height, seen.value) {
            return Ok(());
        }
        let path = Path::new(DIR).join(name_of(seen.height, seen.value));
        let mut w = Writer::default();
        round::put(&mut w, seen.round);
        w.value(&seen.proposer).option(seen.seal.as_ref()).raw(body);
        write_files(self.disk.as_ref(), &[(path.clone(), w.finish())])?;
        self.held.insert((seen.height, seen.value), path);
        Ok(())
    }

    /// A body with where it was seen, if it has a file that is whole.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn seen(&self, height: Height, value: ValueId) -> io::Result<Option<(Seen, Vec<u8>)>> {
        self.read(height, value)
    }

    /// A body, if it is at hand and whole.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn body(&self, height: Height, value: ValueId) -> io::Result<Option<Vec<u8>>> {
        if value.is_empty_body() {
            return Ok(Some(Vec::new()));
        }
        Ok(self.read(height, value)?.map(|(_, body)| body))
    }

    /// The bodies at a height that a node held when it went down, with where they were seen.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn at(&self, height: Height) -> io::Result<Vec<(Seen, Vec<u8>)>> {
        let mut found = Vec::new();
        for (at, value) in self.held.keys() {
            if *at == height
                && let Some(body) = self.read(height, *value)?
            {
                found.push(body);
            }
        }
        Ok(found)
    }

    /// Removes the bodies of heights that are applied.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn forget(&mut self, through: Height) -> io::Result<()> {
        while let Some(entry) = self.held.first_entry() {
            if entry.key().0 > through {
                break;
            }
            // A name that comes back after a crash is removed the next time.
            self.disk.remove(entry.get())?;
            entry.remove();
        }
        Ok(())
    }

    fn read(&self, height: Height, value: ValueId) -> io::Result<Option<(Seen, Vec<u8>)>> {
        let Some(path) = self.held.get(&(height, value)) else {
            return Ok(None);
        };
        let bytes = self.disk.read(path)?;
        match from_bytes(&bytes, height, value) {
            Ok((seen, body)) if ValueId::of(&body) == value => Ok(Some((seen, body))),
            _ => {
                tracing::error!(%height, %value, "consensus: a kept body is damaged; it is taken as absent");
                Ok(None)
            }
        }
    }
}

fn from_bytes(
    bytes: &[u8],
    height: Height,
    value: ValueId,
) -> Result<(Seen, Vec<u8>), DecodeError> {
    let mut r = Reader::new(bytes);
    let seen = Seen {
        height,
        round: round::get(&mut r)?,
        proposer: r.value()?,
        value,
        seal: r.option("the seal")?,
    };
    let body = r.take(r.remaining(), "the body")?.to_vec();
    Ok((seen, body))
}

fn name_of(height: Height, value: ValueId) -> String {
    format!("{height:020}-{value}.body", height = height.get())
}

fn key_of(name: &str) -> Option<(Height, ValueId)> {
    let (height, value) = name.strip_suffix(".body")?.split_once('-')?;
    let hash: luyin_protocol::signature::Sha256Hash = value.parse().ok()?;
    let key = (
        Height::new(height.parse().ok()?),
        ValueId::from_bytes(*hash.as_bytes()),
    );
    (name_of(key.0, key.1) == name).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signer::tests::key;
    use luyin_ledger::log::disk::MemoryDisk;

    fn seen(height: u64, body: &[u8]) -> Seen {
        Seen {
            height: Height::new(height),
            round: Round::new(3),
            proposer: Address::of(key(1).public()),
            value: ValueId::of(body),
            seal: Some(Signature::from_bytes([6; 64])),
        }
    }

    #[test]
    fn a_body_is_found_again_with_where_it_was_seen_until_its_height_is_over() {
        let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::default());
        let mut bodies = Bodies::open(Arc::clone(&disk)).unwrap();
        bodies.keep(seen(7, b"seven"), b"seven").unwrap();
        bodies.keep(seen(8, b"eight"), b"eight").unwrap();
        bodies.keep(seen(8, b""), b"").unwrap();

        let mut bodies = Bodies::open(disk).unwrap();
        let found = bodies.at(Height::new(8)).unwrap();
        assert_eq!(found, [(seen(8, b"eight"), b"eight".to_vec())]);
        bodies.forget(Height::new(7)).unwrap();
        assert!(!bodies.holds(Height::new(7), ValueId::of(b"seven")));
        assert!(bodies.holds(Height::new(8), ValueId::of(b"eight")));
        let empty = bodies.body(Height::new(9), ValueId::of(b"")).unwrap();
        assert_eq!(empty, Some(vec![]), "the empty body is always at hand");
    }

    #[test]
    fn a_body_with_a_flipped_bit_is_taken_as_absent() {
        let root = tempfile::tempdir().unwrap();
        let disk: Arc<dyn Disk> =
            Arc::new(luyin_ledger::log::disk::RealDisk::new(root.path()).unwrap());
        let mut bodies = Bodies::open(disk).unwrap();
        bodies.keep(seen(1, b"whole"), b"whole").unwrap();
        let path = root
            .path()
            .join(DIR)
            .join(name_of(Height::new(1), ValueId::of(b"whole")));
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let found = bodies.body(Height::new(1), ValueId::of(b"whole")).unwrap();
        assert_eq!(found, None);
    }

    #[test]
    fn a_file_that_is_no_body_is_refused_by_name() {
        let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::default());
        disk.make_dir(Path::new(DIR)).unwrap();
        disk.create(&Path::new(DIR).join("1-x.body")).unwrap();
        let refusal = Bodies::open(disk).unwrap_err();
        assert!(refusal.to_string().contains("1-x.body"), "{refusal}");
    }
}
