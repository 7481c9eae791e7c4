//! The guard against signing twice: a small file that remembers what was signed at the newest height (clause 12.10).
//!
//! It stands outside the engine and its write-ahead log, because a copied directory or a log that lost its end would
//! let the engine sign again what it has forgotten. Order: the ballot is written and synced, then it is signed, then it
//! leaves. A crash before the write: nothing was signed. After it: the same ballot may be signed again, which gives the
//! same signature, and no other.
//!
//! It remembers all ballots of the height, not the last one alone: the engine does not log what it signs while it replays
//! its log, so it asks for the same ballot again after the next crash, when later ones have been signed.
//!
//! After such a crash the engine may want something else at that step, because what it heard is gone. It is then given
//! what the guard holds. A prevote, or a nil precommit, binds nobody to more than the engine knows. A precommit for a
//! value does: a validator that cast it must not prevote another value in a later round on its own account. So the value
//! is pinned: until the height is over, a prevote for another value becomes one for nil, which is always safe.

use super::{Ballot, Step};
use crate::{Height, ValueId};
use luyin_keys::durable_file;
use luyin_protocol::codec::{DecodeError, Reader, Writer};
use luyin_protocol::signature::{NetworkId, PublicKey, Sha256Hash};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

const MAGIC: &[u8; 8] = b"LUYINGRD";
const VERSION: u8 = 1;

/// A refusal of the guard.
#[derive(Debug, Error)]
pub enum GuardError {
    /// There is no guard here. It is never begun silently: [`Guard::create`] does that.
    #[error(
        "no guard at {0}: an old or copied directory must not sign; see docs/RUNBOOK.md, \"A refused guard\""
    )]
    Absent(PathBuf),
    /// There is one here already.
    #[error("a guard exists already at {0}")]
    Exists(PathBuf),
    /// The file cannot be read or written.
    #[error("the guard at {path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The bytes are no guard, or not whole.
    #[error("the guard at {path} is damaged: {source}; see docs/RUNBOOK.md, \"A refused guard\"")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: DecodeError,
    },
    /// It guards another key.
    #[error("the guard at {path} is of the key {found}")]
    AnotherKey {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: PublicKey,
    },
    /// It guards the key on another network.
    #[error("the guard at {path} is of the network {found}")]
    AnotherNetwork {
        /// The file.
        path: PathBuf,
        /// Which it is.
        found: NetworkId,
    },
    /// Something else was signed at this step.
    #[error("{asked:?} is asked for, {held:?} was signed")]
    Conflict {
        /// What the engine wants.
        asked: Ballot,
        /// What the guard holds.
        held: Ballot,
    },
    /// A later step was signed already.
    #[error("{asked:?} is asked for behind {held:?}")]
    Behind {
        /// What the engine wants.
        asked: Ballot,
        /// What the guard holds.
        held: Ballot,
    },
    /// The height is closed to this node.
    #[error("{asked:?} is asked for, heights up to {closed} are closed")]
    Closed {
        /// What the engine wants.
        asked: Ballot,
        /// The last closed height.
        closed: Height,
    },
}

type Place = (Height, u32, Step);

/// Most ballots that are remembered; the oldest go first, and are then refused like any step behind the newest. A height
/// of a thousand rounds takes a day.
const MAX_BALLOTS: usize = 3 << 10;

/// What the file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Memory {
    /// What was signed at the newest height.
    signed: BTreeMap<Place, Ballot>,
    /// Nothing is signed at this height or below.
    closed: Height,
    /// The value that this node precommitted at the newest height without the engine's knowledge.
    pinned: Option<ValueId>,
}

/// Where a guard keeps what it remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeping {
    File,
    #[cfg(feature = "simulation")]
    Memory,
}

/// The guard of one key on one network.
#[derive(Debug)]
pub struct Guard {
    keeping: Keeping,
    path: PathBuf,
    key: PublicKey,
    network: NetworkId,
    memory: Memory,
}

impl Guard {
    /// Begins a guard where there is none: a node's first start, and nothing else.
    ///
    /// # Errors
    /// [`GuardError::Exists`], [`GuardError::Disk`].
    pub fn create(path: &Path, key: PublicKey, network: NetworkId) -> Result<Self, GuardError> {
        let guard = Self {
            keeping: Keeping::File,
            path: path.to_owned(),
            key,
            network,
            memory: Memory {
                signed: BTreeMap::new(),
                closed: Height::ZERO,
                pinned: None,
            },
        };
        match durable_file::create(path, &guard.to_bytes(&guard.memory)) {
            Ok(()) => Ok(guard),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(GuardError::Exists(path.to_owned()))
            }
            Err(source) => Err(guard.disk(source)),
        }
    }

    /// Opens the guard of this key and network.
    ///
    /// # Errors
    /// [`GuardError::Absent`], [`GuardError::Damaged`], [`GuardError::AnotherKey`], [`GuardError::AnotherNetwork`],
    /// [`GuardError::Disk`].
    pub fn open(path: &Path, key: PublicKey, network: NetworkId) -> Result<Self, GuardError> {
        let disk = |source| GuardError::Disk {
            path: path.to_owned(),
            source,
        };
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(GuardError::Absent(path.to_owned()));
            }
            read => read.map_err(disk)?,
        };
        let (found_key, found_network, memory) =
            from_bytes(&bytes).map_err(|source| GuardError::Damaged {
                path: path.to_owned(),
                source,
            })?;
        if found_network != network {
            return Err(GuardError::AnotherNetwork {
                path: path.to_owned(),
                found: found_network,
            });
        }
        if found_key != key {
            return Err(GuardError::AnotherKey {
                path: path.to_owned(),
                found: found_key,
            });
        }
        durable_file::confirm(path).map_err(disk)?;
        Ok(Self {
            keeping: Keeping::File,
            path: path.to_owned(),
            key,
            network,
            memory,
        })
    }

    /// A guard that forgets all with its process. For simulations: one that guards a key that is in use has a file.
    #[cfg(feature = "simulation")]
    #[must_use]
    pub fn in_memory(key: PublicKey, network: NetworkId) -> Self {
        Self {
            keeping: Keeping::Memory,
            path: PathBuf::new(),
            key,
            network,
            memory: Memory {
                signed: BTreeMap::new(),
                closed: Height::ZERO,
                pinned: None,
            },
        }
    }

    /// Whether there is a guard at `path`.
    #[must_use]
    pub fn exists(path: &Path) -> bool {
        path.exists()
    }

    /// The newest signed step.
    #[must_use]
    pub fn last(&self) -> Option<Ballot> {
        let last = self.memory.signed.last_key_value();
        last.map(|(_, ballot)| *ballot)
    }

    /// What was signed at a step of the newest height.
    #[must_use]
    pub fn signed(&self, height: Height, round: u32, step: Step) -> Option<Ballot> {
        self.memory.signed.get(&(height, round, step)).copied()
    }

    /// The last height at which nothing is signed any more.
    #[must_use]
    pub fn closed(&self) -> Height {
        self.memory.closed
    }

    /// Lets a ballot through if it is new or the very one that was signed at its step; it is durable then.
    ///
    /// # Errors
    /// [`GuardError::Conflict`], [`GuardError::Behind`], [`GuardError::Closed`], [`GuardError::Disk`].
    pub fn admit(&mut self, asked: &Ballot) -> Result<(), GuardError> {
        let asked = *asked;
        let closed = self.memory.closed;
        if asked.height <= closed {
            return Err(GuardError::Closed { asked, closed });
        }
        if let Some(held) = self.memory.signed.get(&asked.place()).copied() {
            return if asked == held {
                Ok(())
            } else {
                Err(GuardError::Conflict { asked, held })
            };
        }
        match self.last() {
            Some(held) if asked.place() < held.place() => Err(GuardError::Behind { asked, held }),
            _ => self.remember(asked),
        }
    }

    /// What may be signed when the engine asks for `asked`: that, or what was signed at this step already, or a nil
    /// prevote where a value is pinned. It is durable when this returns.
    ///
    /// # Errors
    /// [`GuardError::Behind`], [`GuardError::Closed`], [`GuardError::Disk`].
    pub fn answer(&mut self, asked: Ballot) -> Result<Ballot, GuardError> {
        let allowed = Ballot {
            value: match self.pinned_at(asked.height) {
                Some(_) if asked.step == Step::Prevote && asked.value != self.memory.pinned => None,
                _ => asked.value,
            },
            ..asked
        };
        match self.admit(&allowed) {
            Ok(()) => Ok(allowed),
            Err(GuardError::Conflict { held, .. }) => {
                if held.step == Step::Precommit && held.value.is_some() {
                    self.write(Memory {
                        pinned: held.value,
                        ..self.memory.clone()
                    })?;
                }
                Ok(held)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Closes all heights up to one: this node has forgotten what it heard there, so it says nothing more.
    ///
    /// # Errors
    /// [`GuardError::Disk`].
    pub fn close(&mut self, height: Height) -> Result<(), GuardError> {
        if height <= self.memory.closed {
            return Ok(());
        }
        self.write(Memory {
            closed: height,
            ..self.memory.clone()
        })
    }

    fn pinned_at(&self, height: Height) -> Option<ValueId> {
        let same = self.last().is_some_and(|last| last.height == height);
        self.memory.pinned.filter(|_| same)
    }

    fn remember(&mut self, ballot: Ballot) -> Result<(), GuardError> {
        let pinned = self.pinned_at(ballot.height);
        let mut signed = self.memory.signed.clone();
        signed.retain(|(height, _, _), _| *height == ballot.height);
        signed.insert(ballot.place(), ballot);
        while signed.len() > MAX_BALLOTS {
            signed.pop_first();
        }
        self.write(Memory {
            signed,
            pinned,
            ..self.memory
        })
    }

    fn write(&mut self, memory: Memory) -> Result<(), GuardError> {
        match self.keeping {
            Keeping::File => {
                let bytes = self.to_bytes(&memory);
                durable_file::replace(&self.path, &bytes).map_err(|source| self.disk(source))?;
            }
            #[cfg(feature = "simulation")]
            Keeping::Memory => {}
        }
        self.memory = memory;
        Ok(())
    }

    fn disk(&self, source: io::Error) -> GuardError {
        GuardError::Disk {
            path: self.path.clone(),
            source,
        }
    }

    fn to_bytes(&self, memory: &Memory) -> Vec<u8> {
        let mut w = Writer::default();
        w.raw(MAGIC)
            .u8(VERSION)
            .value(&self.network)
            .value(&self.key)
            .value(&memory.closed)
            .option(memory.pinned.as_ref())
            .sequence(&memory.signed.values().copied().collect::<Vec<_>>());
        let mut bytes = w.finish();
        let sum = Sha256Hash::of(&bytes);
        bytes.extend_from_slice(sum.as_bytes());
        bytes
    }
}

fn from_bytes(bytes: &[u8]) -> Result<(PublicKey, NetworkId, Memory), DecodeError> {
    let (body, sum) = bytes
        .split_last_chunk::<32>()
        .ok_or(DecodeError::Short("the guard's checksum"))?;
    if Sha256Hash::of(body).as_bytes() != sum {
        return Err(DecodeError::Invalid("the guard's checksum"));
    }
    let mut r = Reader::new(body);
    if r.take(MAGIC.len(), "the guard's magic")? != MAGIC {
        return Err(DecodeError::Invalid("the guard's magic"));
    }
    match r.u8("the guard's version")? {
        VERSION => {}
        version => return Err(DecodeError::Version(version)),
    }
    let (network, key, closed) = (r.value()?, r.value()?, r.value()?);
    let pinned = r.option("the pinned value")?;
    let ballots: Vec<Ballot> = r.sequence(MAX_BALLOTS, "the ballots")?;
    let memory = Memory {
        signed: ballots.into_iter().map(|b| (b.place(), b)).collect(),
        closed,
        pinned,
    };
    match r.remaining() {
        0 => Ok((key, network, memory)),
        rest => Err(DecodeError::Trailing(rest)),
    }
}

#[cfg(test)]
mod tests;
