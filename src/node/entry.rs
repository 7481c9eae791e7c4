//! Entries of the log, read from its published tiles.

use luyin_ledger::log::merkle::{EntryIndex, ProofError};
use luyin_ledger::log::tiles::{TileError, TileReader};

/// Entries of a bundle.
pub const WIDTH: u64 = 256;

/// The bytes of one entry.
///
/// # Errors
/// Those of the tiles; [`TileError::Proof`] for an entry that is not published.
pub fn read(tiles: &TileReader, entry: EntryIndex) -> Result<Vec<u8>, TileError> {
    let bundle = tiles.entries(entry.get() / WIDTH)?;
    let place = usize::try_from(entry.get() % WIDTH).unwrap_or(usize::MAX);
    let found = bundle.into_iter().nth(place);
    found.ok_or(TileError::Proof(ProofError::Range))
}
