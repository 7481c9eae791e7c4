//! Rounds in bytes: four of them, all ones for "none".

use luyin_protocol::codec::{DecodeError, Reader, Writer};
use malachitebft_core_types::Round;

/// The last round that is spoken of. Rounds take longer and longer, so an honest node never comes near it; a liar who
/// names one beyond it would make counters overflow.
pub const MAX_ROUND: u32 = 1 << 20;

const NONE: u32 = u32::MAX;

pub fn put(w: &mut Writer, round: Round) {
    w.u32(round.as_u32().unwrap_or(NONE));
}

/// A round or none.
pub fn get_any(r: &mut Reader<'_>) -> Result<Round, DecodeError> {
    match r.u32("the round")? {
        NONE => Ok(Round::Nil),
        round if round <= MAX_ROUND => Ok(Round::new(round)),
        _ => Err(DecodeError::Invalid("the round")),
    }
}

/// A round that must be there.
pub fn get(r: &mut Reader<'_>) -> Result<Round, DecodeError> {
    match get_any(r)? {
        Round::Nil => Err(DecodeError::Invalid("the round")),
        round => Ok(round),
    }
}
