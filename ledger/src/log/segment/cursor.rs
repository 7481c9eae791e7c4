//! Walks the frames of one segment file.

use super::frame::{Chain, Flaw, HEAD_LENGTH, HEADER_LENGTH, Head, Header, MAX_PAYLOAD};
use crate::log::disk::DiskFile;
use std::io;

const WINDOW: usize = 1 << 20;

/// Reads frame after frame and checks each against the one before.
#[derive(Debug)]
pub struct Cursor {
    file: Box<dyn DiskFile>,
    length: u64,
    window: Vec<u8>,
    window_at: u64,
    offset: u64,
    sequence: u64,
    chain: Chain,
}

/// What stands at the cursor.
#[derive(Debug)]
pub enum Step<'a> {
    /// A whole record; the cursor moved behind it.
    Record { chain: Chain, payload: &'a [u8] },
    /// The file ends here.
    End,
    /// The bytes here are no record; the cursor stays.
    Flawed(Flaw),
}

impl Cursor {
    /// Reads the header; the cursor stands at the first frame.
    pub fn new(file: Box<dyn DiskFile>) -> io::Result<Result<(Self, Header), Flaw>> {
        let length = file.length()?;
        let mut bytes = vec![0; to_usize(length).min(HEADER_LENGTH)];
        file.read_at(0, &mut bytes)?;
        Ok(Header::from_bytes(&bytes).map(|header| {
            let cursor = Self {
                file,
                length,
                window: Vec::new(),
                window_at: 0,
                offset: to_u64(HEADER_LENGTH),
                sequence: header.first,
                chain: header.previous,
            };
            (cursor, header)
        }))
    }

    /// Where the cursor stands, in bytes from the start of the file.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Number of the record expected next.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Chain up to the cursor.
    pub fn chain(&self) -> Chain {
        self.chain
    }

    /// Bytes from the cursor to the end of the file.
    pub fn remaining(&self) -> u64 {
        self.length.saturating_sub(self.offset)
    }

    /// Gives the file back.
    pub fn into_file(self) -> Box<dyn DiskFile> {
        self.file
    }

    /// Checks and passes one frame.
    pub fn step(&mut self) -> io::Result<Step<'_>> {
        if self.remaining() == 0 {
            return Ok(Step::End);
        }
        let head = match self.head()? {
            Ok(head) => head,
            Err(flaw) => return Ok(Step::Flawed(flaw)),
        };
        let total = HEAD_LENGTH.saturating_add(head.payload_length());
        if self.remaining() < to_u64(total) {
            return Ok(Step::Flawed(Flaw::Short));
        }
        self.fill(total)?;
        let start = to_usize(self.offset - self.window_at);
        let payload = start..start + total;
        let Some(payload) = self.window.get(payload).and_then(|f| f.get(HEAD_LENGTH..)) else {
            return Ok(Step::Flawed(Flaw::Short));
        };
        if let Err(flaw) = head.check(self.sequence, &self.chain, payload) {
            return Ok(Step::Flawed(flaw));
        }
        let Some(sequence) = self.sequence.checked_add(1) else {
            return Ok(Step::Flawed(Flaw::Sequence));
        };
        self.sequence = sequence;
        self.offset += to_u64(total);
        self.chain = head.chain;
        let chain = head.chain;
        Ok(Step::Record { chain, payload })
    }

    /// Passes one frame by its head alone, without reading the payload.
    pub fn skip(&mut self) -> io::Result<Result<(), Flaw>> {
        let head = match self.head()? {
            Ok(head) if head.fields.sequence == self.sequence => head,
            Ok(_) => return Ok(Err(Flaw::Sequence)),
            Err(flaw) => return Ok(Err(flaw)),
        };
        self.offset += to_u64(HEAD_LENGTH.saturating_add(head.payload_length()));
        self.sequence = self.sequence.saturating_add(1);
        self.chain = head.chain;
        Ok(Ok(()))
    }

    /// Looks behind a flaw for a whole frame that was written when the flawed record was already durable.
    ///
    /// One batch at most is in flight, so such a frame proves that the flaw is damage and not a torn write.
    pub fn is_damage(&mut self) -> io::Result<bool> {
        let missing = self.sequence;
        let mut at = self.offset.saturating_add(1);
        while at.saturating_add(to_u64(HEAD_LENGTH)) < self.length {
            let want = to_u64(HEAD_LENGTH + MAX_PAYLOAD).min(self.length - at);
            let mut bytes = vec![0; to_usize(want)];
            self.file.read_at(at, &mut bytes)?;
            let whole_file_seen = at.saturating_add(want) == self.length;
            let starts = if whole_file_seen { bytes.len() } else { WINDOW };
            if (0..starts).any(|start| proves_damage(&bytes, start, missing)) {
                return Ok(true);
            }
            at = at.saturating_add(to_u64(starts));
        }
        Ok(false)
    }

    fn head(&mut self) -> io::Result<Result<Head, Flaw>> {
        if self.remaining() < to_u64(HEAD_LENGTH) {
            return Ok(Err(Flaw::Short));
        }
        self.fill(HEAD_LENGTH)?;
        let start = to_usize(self.offset - self.window_at);
        let head = self.window.get(start..start + HEAD_LENGTH);
        Ok(head.ok_or(Flaw::Short).and_then(Head::from_bytes))
    }

    /// Sees to it that the window holds `count` bytes from the cursor; the caller knows that the file has them.
    fn fill(&mut self, count: usize) -> io::Result<()> {
        let end = self.window_at + to_u64(self.window.len());
        if self.window_at <= self.offset && self.offset + to_u64(count) <= end {
            return Ok(());
        }
        let size = to_u64(count.max(WINDOW)).min(self.remaining());
        self.window.resize(to_usize(size), 0);
        self.window_at = self.offset;
        self.file.read_at(self.offset, &mut self.window)
    }
}

fn proves_damage(bytes: &[u8], start: usize, missing: u64) -> bool {
    let Some((head, rest)) = bytes
        .get(start..)
        .and_then(|b| b.split_at_checked(HEAD_LENGTH))
    else {
        return false;
    };
    let Ok(head) = Head::from_bytes(head) else {
        return false;
    };
    let later = head.fields.settled > missing && head.fields.sequence >= head.fields.settled;
    later
        && rest
            .get(..head.payload_length())
            .is_some_and(|payload| head.is_whole(payload))
}

/// Lengths in memory fit both types on every machine this runs on; a file too long for memory saturates and is refused
/// by the read that follows.
fn to_usize(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn to_u64(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}
