//! Opens a node: directory, keys, chain, orderer, in this order, and refuses rather than starts half.

use super::Node;
use super::cosigning::{self, Cosigned, Cosigning, Others};
use super::directory::{DataDirectory, DirectoryError};
use super::in_process::{InProcess, Surroundings};
use super::judge::Judge;
use super::orderer::Orderer;
use super::published::Published;
use super::receipts::{Receipts, make_up_receipts};
use super::verifying_keys::{self, KeysError};
use crate::clock::Clock;
use crate::config::{Config, ConsensusConfig};
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
    /// Other nodes and witnesses.
    #[error(transparent)]
    Cosigning(#[from] cosigning::StartError),
    /// Several nodes, and nothing said of how they agree: each would make a history of its own.
    #[error("the network has {0} nodes, and the configuration has no [consensus]")]
    NoConsensus(usize),
    /// The configuration asks for what this binary has not.
    #[error(
        "the configuration has [consensus], and this binary was built without the feature `bft`"
    )]
    BuiltWithout,
    /// The consensus engine.
    #[cfg(feature = "bft")]
    #[error("consensus: {0}")]
    Consensus(#[from] luyin_consensus::EngineError),
    /// The founding data ask for signatures of nodes that the configuration does not name.
    #[error(
        "readers of this network need the signatures of {needed} nodes; consensus.urls names {named} beside this one"
    )]
    Nodes {
        /// by the founding data
        needed: usize,
        /// by the configuration
        named: usize,
    },
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
        data,
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
    let orderer = orderer(chain, parts, around, &signing, &config, &data)?;
    Ok(Node {
        network,
        clock,
        disk: storage.disk,
        store: storage.store,
        orderer,
        receipts,
        published,
        cosigned,
        signing,
        keys,
        key_files,
    })
}

/// Where order comes from: this process alone, or the agreement of several.
fn orderer(
    chain: Chain,
    parts: Parts,
    around: Surroundings,
    signing: &SigningKey,
    config: &Config,
    data: &Path,
) -> Result<Arc<dyn Orderer>, OpenError> {
    let nodes = chain.network().parameters().nodes.len();
    match &config.consensus {
        None if nodes > 1 => Err(OpenError::NoConsensus(nodes)),
        None => Ok(Arc::new(InProcess::start(chain, parts, around)?)),
        Some(consensus) => consortium(chain, around, signing, consensus, data),
    }
}

#[cfg(feature = "bft")]
fn consortium(
    chain: Chain,
    around: Surroundings,
    signing: &SigningKey,
    config: &ConsensusConfig,
    data: &Path,
) -> Result<Arc<dyn Orderer>, OpenError> {
    let home = data.join("consensus");
    let consortium = super::consortium::Consortium::start(chain, signing, config, &home, around)?;
    Ok(Arc::new(consortium))
}

#[cfg(not(feature = "bft"))]
fn consortium(
    _: Chain,
    _: Surroundings,
    _: &SigningKey,
    _: &ConsensusConfig,
    _: &Path,
) -> Result<Arc<dyn Orderer>, OpenError> {
    Err(OpenError::BuiltWithout)
}

/// Other nodes and witnesses, where there are any to ask.
fn cosigned(
    genesis: &NetworkParameters,
    config: &Config,
    storage: &Storage,
    published: &Published,
    metrics: &Metrics,
) -> Result<Option<Cosigned>, OpenError> {
    let others = Others {
        nodes: config
            .consensus
            .as_ref()
            .map_or_else(Vec::new, |c| c.urls.clone()),
        witnesses: config.witnesses.urls.clone(),
    };
    let (urls, needed) = (&others.witnesses, genesis.witnesses_needed);
    if urls.len() < usize::from(needed) {
        return Err(OpenError::Witnesses {
            needed,
            named: urls.len(),
        });
    }
    let needed = genesis.nodes_needed();
    if others.nodes.len().saturating_add(1) < needed {
        let named = others.nodes.len();
        return Err(OpenError::Nodes { needed, named });
    }
    if urls.is_empty() && others.nodes.is_empty() {
        return Ok(None);
    }
    let own = published.newest().head.size();
    // In a consortium the others give back what this node has lost, before it signs anything more.
    if genesis.nodes.len() == 1
        && let Some((witness, held)) = cosigning::furthest(urls, genesis)
        && held > own
    {
        return Err(OpenError::Behind { witness, held, own });
    }
    let started = Cosigning::start(&storage.disk, published, genesis, &others, metrics)?;
    Ok(Some(started))
}

fn check_mode(config: &Config, clock: &Clock, mode: NetworkMode) -> Result<(), OpenError> {
    match mode {
        NetworkMode::Development => Ok(()),
        NetworkMode::Production if !matches!(clock, Clock::System) => Err(OpenError::SettableClock),
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
