//! Looking at the engine's write-ahead log before the engine does.
//!
//! The engine keeps in it what it heard and said at the height that is decided. Where an entry cannot be read it cuts the
//! log there and hangs; the next start would go on with the shortened log. So the log is read here first, and a start is
//! refused while it is damaged.

use super::EngineError;
use crate::Height;
use crate::codec::EngineCodec;
use crate::context::Consortium;
use malachitebft_app_channel::app;
use std::path::Path;

/// The height that the log is of; none if there is no log.
///
/// # Errors
/// [`EngineError::Wal`] if an entry cannot be read.
pub fn inspect(path: &Path) -> Result<Option<Height>, EngineError> {
    let refuse = |why: String| EngineError::Wal {
        path: path.to_owned(),
        why,
    };
    if !path.exists() {
        return Ok(None);
    }
    let mut log = app::wal::Log::open(path).map_err(|error| refuse(error.to_string()))?;
    let height = Height::new(log.sequence());
    if log.is_empty() {
        return Ok(Some(height));
    }
    let entries = app::engine::wal::log_entries::<Consortium, _>(&mut log, &EngineCodec)
        .map_err(|error| refuse(error.to_string()))?;
    for (number, entry) in entries.enumerate() {
        entry.map_err(|error| refuse(format!("entry {number}: {error}")))?;
    }
    Ok(Some(height))
}
