//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

use super::key::{Signed, VerifierKey, is_name};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// What opens a line of a signature: a dash (U+2014) and a space.
const DASH: &str = "\u{2014} ";
const MAX_SIGNATURES: usize = 100;

/// Why a note is not one, or is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a text of whole lines and lines of signatures in their one form.
    #[error("not a signed note")]
    Malformed,
    /// A known key's signature is of something else.
    #[error("a signature of a known key does not hold")]
    Signature,
    /// Two known keys have the same name and number.
    #[error("two known keys cannot be told apart")]
    Ambiguous,
    /// Nobody known has signed.
    #[error("no known key has signed")]
    Unverified,
}

/// A key's number: the first bytes of the hash of its name and of the key with its kind before it.
pub fn key_id(name: &str, typed_key: &[u8]) -> u32 {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(name.as_bytes())
        .chain_update(b"\n")
        .chain_update(typed_key)
        .finalize()
        .into();
    let [a, b, c, d, ..] = hash;
    u32::from_be_bytes([a, b, c, d])
}

/// `<name>+<id>+<key>`.
pub fn key_text(name: &str, id: u32, typed_key: &[u8]) -> String {
    format!("{name}+{id:08x}+{}", STANDARD.encode(typed_key))
}

/// A signature's line, with its end of line.
pub fn line(name: &str, id: u32, signature: &[u8]) -> String {
    let bytes = [id.to_be_bytes().as_slice(), signature].concat();
    format!("{DASH}{name} {}\n", STANDARD.encode(bytes))
}

struct Line {
    name: String,
    id: u32,
    signature: Vec<u8>,
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(base64).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        if signature.is_empty() || !is_name(name) {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            id: u32::from_be_bytes(*id),
            signature: signature.to_vec(),
        })
    }

    fn write(&self) -> String {
        line(&self.name, self.id, &self.signature)
    }
}

/// A text with its signatures.
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

impl Note {
    /// A text that nobody has signed yet.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn new(text: &str) -> Result<Self, NoteError> {
        if !text.ends_with('\n') || text.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed);
        }
        Ok(Self {
            text: text.to_owned(),
            lines: Vec::new(),
        })
    }

    /// Reads a signed note. What [`Note::to_bytes`] would write otherwise is none.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoteError> {
        let malformed = NoteError::Malformed;
        let whole = std::str::from_utf8(bytes).map_err(|_| malformed)?;
        let (text, lines) = whole.rsplit_once("\n\n").ok_or(malformed)?;
        let mut note = Self::new(&format!("{text}\n"))?;
        let lines = lines.strip_suffix('\n').ok_or(malformed)?.split('\n');
        let lines: Option<Vec<Line>> = lines.take(MAX_SIGNATURES + 1).map(Line::read).collect();
        note.lines = lines.ok_or(malformed)?;
        if note.lines.len() > MAX_SIGNATURES || note.to_bytes() != bytes {
            return Err(malformed);
        }
        Ok(note)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts a signature over the text below it.
    pub fn add(&mut self, name: &str, id: u32, signature: &[u8]) {
        self.lines.push(Line {
            name: name.to_owned(),
            id,
            signature: signature.to_vec(),
        });
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let lines: String = self.lines.iter().map(Line::write).collect();
        format!("{}\n{lines}", self.text).into_bytes()
    }

    /// What one line below a text says, by one of these keys; `None` where it does not hold.
    pub(super) fn signed_line(text: &str, line: &str, keys: &[VerifierKey]) -> Option<Signed> {
        let read = Line::read(line.strip_suffix('\n')?)?;
        if read.write() != line {
            return None;
        }
        let by = |key: &&VerifierKey| key.name() == read.name && key.id() == read.id;
        let key = keys.iter().find(by)?;
        key.verify(text.as_bytes(), &read.signature)
    }

    /// What each of the keys has signed, each once; signatures of others are passed over.
    ///
    /// # Errors
    /// [`NoteError`].
    pub(super) fn signed(&self, keys: &[VerifierKey]) -> Result<Vec<Signed>, NoteError> {
        let mut seen = HashSet::new();
        let mut signed = Vec::new();
        for line in &self.lines {
            let of_the_line = |key: &&VerifierKey| key.name() == line.name && key.id() == line.id;
            let mut known = keys.iter().filter(of_the_line);
            let Some(key) = known.next() else { continue };
            if known.next().is_some() {
                return Err(NoteError::Ambiguous);
            }
            if !seen.insert((&line.name, line.id)) {
                continue;
            }
            let holds = key.verify(self.text.as_bytes(), &line.signature);
            signed.push(holds.ok_or(NoteError::Signature)?);
        }
        Ok(signed)
    }
}
