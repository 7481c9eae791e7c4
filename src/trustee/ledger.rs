//! A trustee's own view of the ledger. It follows the log: takes every entry, computes the root itself and accepts what
//! a checkpoint under a node key of the founding data signs. So no node can show it a notice that is not on the log, hide
//! that one was lifted, or learn which enrolment it is looking at.

use std::path::PathBuf;

use luyin_keys::durable_file;
use luyin_ledger::log::checkpoint::{Checkpoint, network_checkpoint};
use luyin_ledger::log::merkle::{LogHash, TreeHead};
use luyin_ledger::log::tiles::{TILE_WIDTH, TileId, TileKind};
use luyin_protocol::codec::{Canonical, Reader};
use luyin_protocol::field::Owner;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{EnrolPublic, Entry, MAX_ENTRY, Tx};

use super::book::{Book, BookError};
use super::position::{Position, PositionFile};
use crate::client::NodeClient;
use luyin_device::client::ClientError;

/// Why the ledger could not be followed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The node could not be asked.
    #[error(transparent)]
    Node(#[from] ClientError),
    /// The checkpoint is not signed by a node of the founding data, or is none.
    #[error("the node's checkpoint does not verify: {0}")]
    Checkpoint(String),
    /// The entries do not lead to the signed root.
    #[error("the node's entries do not lead to the root it signed")]
    Root,
    /// The log is shorter than, or another one than, what was signed before.
    #[error("the node shows another history than it signed before")]
    Rollback,
    /// An entry or a bundle is malformed.
    #[error("the node's entries cannot be read")]
    Entries,
    /// An entry that the rules forbid.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The remembered checkpoint could not be kept.
    #[error("checkpoint file: {0}")]
    Io(#[from] std::io::Error),
}

/// Where checkpoints and bundles of entries come from.
pub trait LogSource {
    /// The newest signed checkpoint.
    fn checkpoint(&self) -> Result<Vec<u8>, ClientError>;
    /// A tile by its path.
    fn tile(&self, tile: &TileId) -> Result<Vec<u8>, ClientError>;
    /// The node's clock, which counts on development networks alone.
    fn now(&self) -> Result<Timestamp, ClientError>;
}

impl LogSource for NodeClient {
    fn checkpoint(&self) -> Result<Vec<u8>, ClientError> {
        Self::checkpoint(self)
    }
    fn tile(&self, tile: &TileId) -> Result<Vec<u8>, ClientError> {
        Self::tile(self, &format!("/{tile}"))
    }
    fn now(&self) -> Result<Timestamp, ClientError> {
        self.network().map(|info| info.now)
    }
}

/// The ledger as this trustee has read it.
#[derive(Debug)]
pub struct LedgerView<S> {
    source: S,
    network: NetworkId,
    remembered: PathBuf,
    position: Position,
    file: Option<PositionFile>,
    /// Whether this process has seen what was accepted before it began.
    met: bool,
}

impl<S: LogSource> LedgerView<S> {
    /// A view that has read nothing yet. `remembered` is the file that keeps the newest accepted checkpoint over restarts.
    pub fn new(source: S, network: NetworkId, remembered: PathBuf) -> Self {
        Self {
            source,
            network,
            remembered,
            position: Position::start(network),
            file: None,
            met: false,
        }
    }

    /// Goes on from the position in a file, if there is one, and keeps it there from now on.
    #[must_use]
    pub fn resuming(mut self, mut file: PositionFile) -> Self {
        if let Some(position) = file.read(self.network) {
            self.position = position;
        }
        self.file = Some(file);
        self
    }

    /// What the ledger said when it was last followed.
    pub const fn book(&self) -> &Book {
        &self.position.book
    }

    /// The node's clock.
    ///
    /// # Errors
    /// [`LedgerError::Node`].
    pub fn node_now(&self) -> Result<Timestamp, LedgerError> {
        Ok(self.source.now()?)
    }

    /// Reads the log up to the newest checkpoint. On an error the book says nothing that no signed root covers.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn follow(&mut self) -> Result<(), LedgerError> {
        let note = self.source.checkpoint()?;
        // The keys stand in the first entry, which the network id alone identifies: read it before the signature.
        let parameters = match self.book().parameters() {
            Some(parameters) => parameters.clone(),
            None => self.founding(&note)?,
        };
        let checkpoint = verified(&note, &parameters)?;
        let head = *checkpoint.head();
        let known = self.position.frontier.head();
        if head == known && self.met {
            return Ok(());
        }
        let floor = self.floor(&parameters)?;
        let other = |floor: TreeHead| {
            floor.size() > head.size() || (floor.size() == known.size() && floor != known)
        };
        let behind = head.size() < known.size() || (head.size() == known.size() && head != known);
        if behind || floor.is_some_and(other) {
            return Err(LedgerError::Rollback);
        }
        let read = self.read_to(&head, floor);
        if read.is_err() {
            // What was read since has no signed root: begin anew.
            self.position = Position::start(self.network);
        }
        read?;
        self.met = true;
        durable_file::replace(&self.remembered, &note)?;
        if let Some(file) = &mut self.file {
            file.keep(&self.network, &self.position);
        }
        Ok(())
    }

    /// The public part of an owner's enrolment, fetched with the 255 entries around it and recognised by its hash.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn enrolment(&self, owner: &Owner) -> Result<Option<EnrolPublic>, LedgerError> {
        let Some(place) = self.book().enrolment(owner) else {
            return Ok(None);
        };
        let width = u64::from(TILE_WIDTH);
        let (bundle, within) = (place.entry / width, place.entry % width);
        let entries = self.bundle(bundle, self.position.frontier.size())?;
        let within = usize::try_from(within).map_err(|_| LedgerError::Entries)?;
        let bytes = entries.get(within).ok_or(LedgerError::Entries)?;
        if LogHash::leaf(bytes) != place.leaf {
            return Err(LedgerError::Root);
        }
        match Entry::from_slice(bytes) {
            Ok(Entry::Tx(tx)) => match *tx {
                Tx::Enrol(enrol) => Ok(Some(enrol.public)),
                _ => Err(LedgerError::Entries),
            },
            _ => Err(LedgerError::Entries),
        }
    }

    /// The founding data from the first entry.
    fn founding(&self, note: &[u8]) -> Result<NetworkParameters, LedgerError> {
        let size = unverified_size(note)?;
        let first = self.bundle(0, size)?.into_iter().next();
        match Entry::from_slice(&first.ok_or(BookError::Genesis)?) {
            Ok(Entry::Genesis(found)) if found.id() == self.network => Ok(*found),
            _ => Err(BookError::Genesis.into()),
        }
    }

    /// The newest head accepted before this process began.
    fn floor(&self, parameters: &NetworkParameters) -> Result<Option<TreeHead>, LedgerError> {
        match std::fs::read(&self.remembered) {
            Ok(note) => verified(&note, parameters).map(|c| Some(*c.head())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn read_to(&mut self, head: &TreeHead, floor: Option<TreeHead>) -> Result<(), LedgerError> {
        let width = u64::from(TILE_WIDTH);
        while self.position.frontier.size() < head.size() {
            let size = self.position.frontier.size();
            let bundle = size / width;
            let skip = usize::try_from(size % width).unwrap_or(0);
            let entries = self.bundle(bundle, head.size())?;
            let room = usize::try_from(head.size() - bundle * width).unwrap_or(usize::MAX);
            let news = entries.get(skip..entries.len().min(room));
            let news = news.filter(|n| !n.is_empty()).ok_or(LedgerError::Entries)?;
            for bytes in news {
                self.take(bytes)?;
                let at = self.position.frontier.head();
                if floor.is_some_and(|floor| floor.size() == at.size() && floor != at) {
                    return Err(LedgerError::Rollback);
                }
            }
        }
        if self.position.frontier.head() == *head {
            Ok(())
        } else {
            Err(LedgerError::Root)
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), LedgerError> {
        let entry = Entry::from_slice(bytes).map_err(|_| LedgerError::Entries)?;
        Ok(self.position.take(bytes, &entry)?)
    }

    /// The entries of a bundle of a log of `size`; a partial bundle may have become a full one meanwhile.
    fn bundle(&self, index: u64, size: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
        let width = u64::from(TILE_WIDTH);
        let rest = size.saturating_sub(index * width).min(width);
        let rest = u16::try_from(rest).map_err(|_| LedgerError::Entries)?;
        let tile =
            |width| TileId::new(TileKind::Entries, index, width).map_err(|_| LedgerError::Entries);
        let bytes = match self.source.tile(&tile(rest)?) {
            Err(error) if error.status() == Some(404) && rest < TILE_WIDTH => {
                self.source.tile(&tile(TILE_WIDTH)?)?
            }
            other => other?,
        };
        let mut reader = Reader::new(&bytes);
        let mut entries = Vec::with_capacity(usize::from(rest));
        while reader.remaining() > 0 {
            let entry = reader.bytes(MAX_ENTRY, "an entry");
            entries.push(entry.map_err(|_| LedgerError::Entries)?.to_vec());
        }
        Ok(entries)
    }
}

/// A checkpoint as every reader of the network takes it.
fn verified(note: &[u8], parameters: &NetworkParameters) -> Result<Checkpoint, LedgerError> {
    let signed = network_checkpoint(note, parameters)
        .map_err(|error| LedgerError::Checkpoint(error.to_string()))?;
    Ok(signed.checkpoint().clone())
}

/// The size a note claims, to fetch the first bundle with; it decides nothing.
fn unverified_size(note: &[u8]) -> Result<u64, LedgerError> {
    let text = std::str::from_utf8(note).ok();
    let line = text.and_then(|text| text.lines().nth(1));
    line.and_then(|line| line.parse().ok())
        .ok_or_else(|| LedgerError::Checkpoint("it has no size".to_owned()))
}
