//! The note sealed to its owner: fixed-size bytes that travel with every transaction that makes a
//! note (protocol clause 4.8). Sealing and opening are in `keys`.

use crate::bytes_newtype;
use crate::field::{SealedHash, digest31};

/// Length of a sealed note: 160 bytes of plaintext and the 16-byte tag.
pub const SEALED_NOTE_LEN: usize = 176;

bytes_newtype! {
    /// A sealed note.
    SealedNote[176];
}

impl SealedNote {
    /// The public input that binds it to the proof.
    #[must_use]
    pub fn hash(&self) -> SealedHash {
        SealedHash::from_value(digest31("luyin/v1/sealed-note", &self.0))
    }
}
