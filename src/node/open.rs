//! Opens a node: directory, keys, chain, orderer, in this order, and refuses rather than starts half.

use super::Node;
use super::directory::{DataDirectory, DirectoryError};
use super::in_process::{InProcess, Surroundings};
use super::judge::Judge;
use super::published::Published;
use super::receipts::{Receipts, make_up_receipts};
use super::verifying_keys::{self, KeysError};
use super::witnessing::{self, Cosigned, Witnessing};
use crate::clock::Clock;
use crate::config::Config;
use crate::telemetry::Metrics;
use luyin_keys::manifest::Mode;
use luyin_keys::signing::SigningKey;
use luyin_ledger::chain::{Chain, ChainError, Parts};
use luyin_ledger::log::checkpoint::{CheckpointSigner, SignError};
use luyin_ledger::log::disk::{Disk, RealDisk};
use luyin_ledger::log::segment::SegmentError;
use luyin_ledger::store::{SledStore, Store, StoreError};
use luyin_protocol::network::{NetworkMode, NetworkParameters};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Why a node does not start.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The data directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Proving and verifying keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The log or what is made from it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The index.
    #[error(transparent)]
    Index(#[from] StoreError),
    /// The origin names no key.
    #[error("the network's origin: {0}")]
    Origin(#[from] SignError),
    /// A clock that is set by hand.
    #[error("a settable clock is refused in production")]
    SettableClock,
    /// Signed requests must name this host in production.
    #[error("in production http.authorities must name this node's hosts")]
    NoAuthorities,
    /// Witnesses.
    #[error(transparent)]
    Witnessing(#[from] witnessing::StartError),
    /// The founding data ask for witnesses that the configuration does not name.
    #[error("readers of this network need {needed} witnesses, and witnesses.urls names {named}")]
    Witnesses {
        /// by the founding data
        needed: u8,
        /// by the configuration
        named: usize,
    },
    /// A node of the network has signed a longer log than this directory holds.
    #[error(
        "witness {witness} holds a checkpoint of {held} entries that a node of this network signed, and this directory has {own}: \
         it was restored from an old copy, or its disk lost what it had synced; signing on would make a second history"
    )]
    Behind {
        /// its address
        witness: String,
        /// entries under that checkpoint
        held: u64,
        /// entries under this directory's
        own: u64,
    },
    /// The file system or a thread.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What a node is opened with.
#[derive(Debug)]
pub struct Opening {
    /// The data directory, with founding data in it.
    pub data: PathBuf,
    /// The directory of proving and verifying keys.
    pub keys: PathBuf,
    /// Signs checkpoints and bundles; one of genesis's nodes.
    pub signing: SigningKey,
    /// The configuration.
    pub config: Config,
    /// The clock.
    pub clock: Clock,
    /// Figures.
    pub metrics: Metrics,
}

/// Where a chain writes. Tests hand in a disk that fails.
#[derive(Debug)]
pub struct Storage {
    /// Segments, tiles, trees.
    pub disk: Arc<dyn Disk>,
    /// The index.
    pub store: Arc<dyn Store>,
}

impl Storage {
    /// The directory's own disk and index. A damaged index is deleted: it is made again from the log.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn in_directory(directory: &DataDirectory) -> Result<Self, OpenError> {
        std::fs::create_dir_all(directory.chain())?;
        let disk = RealDisk::new(directory.chain())?;
        let store = match SledStore::open(directory.index()) {
            Err(StoreError::Damaged(what)) => {
                tracing::warn!(what, "the index is damaged and made again from the log");
                SledStore::delete(&directory.index())?;
                SledStore::open(directory.index())?
            }
            other => other?,
        };
        Ok(Self {
            disk: Arc::new(disk),
            store: Arc::new(store),
        })
    }
}

/// A node and the directory that it holds.
#[derive(Debug)]
pub struct Opened {
    /// The node.
    pub node: Node,
    /// Its directory, locked.
    pub directory: DataDirectory,
}

/// Opens a node over its directory.
///
/// # Errors
/// [`OpenError`].
pub fn open(opening: Opening) -> Result<Opened, OpenError> {
    let directory = DataDirectory::open(&opening.data)?;
    let storage = Storage::in_directory(&directory)?;
    let node = open_with(opening, directory.genesis()?, storage)?;
    Ok(Opened { node, directory })
}

/// Opens a node for a bench, whose keys no other node takes.
///
/// # Errors
/// [`OpenError`].
pub fn open_for_bench(opening: Opening) -> Result<Opened, OpenError> {
    let directory = DataDirectory::open(&opening.data)?;
    let storage = Storage::in_directory(&directory)?;
    let node = assemble(opening, directory.genesis()?, storage, Mode::Bench)?;
    Ok(Opened { node, directory })
}

/// Opens a node over storage of the caller's.
///
/// # Errors
/// [`OpenError`].
pub fn open_with(
    opening: Opening,
    genesis: NetworkParameters,
    storage: Storage,
) -> Result<Node, OpenError> {
    let mode = verifying_keys::mode_of(genesis.mode);
    assemble(opening, genesis, storage, mode)
}

fn assemble(
    opening: Opening,
    genesis: NetworkParameters,
    storage: Storage,
    mode: Mode,
) -> Result<Node, OpenError> {
    let Opening {
        data: _,
        keys,
        signing,
        config,
        clock,
        metrics,
    } = opening;
    check_mode(&config, &clock, genesis.mode)?;
    let (key_files, keys) = verifying_keys::load_in(&keys, mode, &genesis.verifying_keys)?;
    let judge = Arc::new(Judge::new(keys.clone()));
    let parts = parts(&genesis, &signing, &storage, Arc::clone(&judge))?;
    let chain = open_or_create(&parts)?;
    let receipts = Receipts::new(chain.store(), config.retention.idempotency_hours);
    make_up_receipts(&chain, &receipts)?;
    let checkpoint = chain.checkpoint().ok_or(ChainError::Failed)?;
    let published = Published::new(checkpoint);
    let network = chain.network().clone();
    let around = Surroundings {
        clock: clock.clone(),
        config: config.orderer.clone(),
        metrics,
        judge,
        receipts: receipts.clone(),
        published: published.clone(),
    };
    let cosigned = cosigned(&genesis, &config, &storage, &published, &around.metrics)?;
    let orderer = InProcess::start(chain, parts, around)?;
    Ok(Node {
        network,
        clock,
        disk: storage.disk,
        store: storage.store,
        orderer: Arc::new(orderer),
        receipts,
        published,
        cosigned,
        signing,
        keys,
        key_files,
    })
}

/// Witnesses, where there are any to ask.
fn cosigned(
    genesis: &NetworkParameters,
    config: &Config,
    storage: &Storage,
    published: &Published,
    metrics: &Metrics,
) -> Result<Option<Cosigned>, OpenError> {
    let urls = &config.witnesses.urls;
    let needed = genesis.witnesses_needed;
    if urls.len() < usize::from(needed) {
        return Err(OpenError::Witnesses {
            needed,
            named: urls.len(),
        });
    }
    if urls.is_empty() {
        return Ok(None);
    }
    let own = published.newest().head.size();
    if let Some((witness, held)) = witnessing::furthest(urls, genesis)
        && held > own
    {
        return Err(OpenError::Behind { witness, held, own });
    }
    let started = Witnessing::start(&storage.disk, published, genesis, urls, metrics)?;
    Ok(Some(started))
}

fn check_mode(config: &Config, clock: &Clock, mode: NetworkMode) -> Result<(), OpenError> {
    match mode {
        NetworkMode::Development => Ok(()),
        NetworkMode::Production if matches!(clock, Clock::Settable(_)) => {
            Err(OpenError::SettableClock)
        }
        NetworkMode::Production if config.http.authorities.is_empty() => {
            Err(OpenError::NoAuthorities)
        }
        NetworkMode::Production => Ok(()),
    }
}

/// What the chain of a directory is put together from.
///
/// # Errors
/// [`OpenError::Origin`].
pub fn parts(
    genesis: &NetworkParameters,
    signing: &SigningKey,
    storage: &Storage,
    judge: Arc<Judge>,
) -> Result<Parts, OpenError> {
    let seed = ed25519_dalek::SigningKey::from_bytes(signing.to_secret().expose());
    Ok(Parts {
        disk: Arc::clone(&storage.disk),
        store: Arc::clone(&storage.store),
        verifier: judge,
        signer: CheckpointSigner::new(&genesis.origin, seed)?,
        genesis: genesis.clone(),
    })
}

/// Opens the chain; founds it where there has never been one. A log that is missing beside an index that is not, or beside
/// a checkpoint, is a loss and not a beginning.
fn open_or_create(parts: &Parts) -> Result<Chain, OpenError> {
    let began = parts.store.height().is_some() || has_checkpoint(parts.disk.as_ref())?;
    match Chain::open(parts.clone()) {
        Err(ChainError::Segment(SegmentError::Absent)) if !began => {
            Ok(Chain::create(parts.clone())?)
        }
        other => Ok(other?),
    }
}

fn has_checkpoint(disk: &dyn Disk) -> Result<bool, std::io::Error> {
    let path = Path::new(luyin_ledger::chain::PUBLIC_DIR).join("checkpoint");
    match disk.read(&path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
