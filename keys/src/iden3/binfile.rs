//! The container that the iden3 formats share.
//!
//! ```text
//! file    = magic(4) | version(4) | number of sections(4) | section*
//! section = id(4) | length(8) | length bytes
//! ```
//! All integers little-endian. Sections come in any order; unknown ones are ignored.

use super::Iden3Error;
use super::reader::Reader;

/// An iden3 file whose sections have been located.
pub(super) struct BinFile<'a> {
    sections: Vec<(u32, &'a [u8])>,
}

impl<'a> BinFile<'a> {
    pub(super) fn parse(
        bytes: &'a [u8],
        magic: &[u8; 4],
        version: u32,
    ) -> Result<Self, Iden3Error> {
        let mut reader = Reader::new(bytes);
        if reader.array()? != *magic {
            return Err(Iden3Error::OtherFormat);
        }
        let found = reader.u32()?;
        if found != version {
            return Err(Iden3Error::UnsupportedVersion(found));
        }
        let count = reader.u32()?;
        // Not reserved beforehand: the count is not to be trusted with memory.
        let mut sections = Vec::new();
        for _ in 0..count {
            let id = reader.u32()?;
            let len = usize::try_from(reader.u64()?).map_err(|_| Iden3Error::Truncated)?;
            sections.push((id, reader.take(len)?));
        }
        reader.finish()?;
        Ok(Self { sections })
    }

    /// The section of that id, which must stand exactly once.
    pub(super) fn section(&self, id: u32) -> Result<Reader<'a>, Iden3Error> {
        let mut found = self.sections.iter().filter(|(other, _)| *other == id);
        let (_, bytes) = found.next().ok_or(Iden3Error::MissingSection(id))?;
        if found.next().is_some() {
            return Err(Iden3Error::RepeatedSection(id));
        }
        Ok(Reader::new(bytes))
    }
}

/// Writes a container with the given sections.
pub(super) fn write(
    magic: &[u8; 4],
    version: u32,
    sections: &[(u32, Vec<u8>)],
) -> Result<Vec<u8>, Iden3Error> {
    let mut out = magic.to_vec();
    out.extend_from_slice(&version.to_le_bytes());
    let count = u32::try_from(sections.len()).map_err(|_| Iden3Error::TooLarge)?;
    out.extend_from_slice(&count.to_le_bytes());
    for (id, bytes) in sections {
        let len = u64::try_from(bytes.len()).map_err(|_| Iden3Error::TooLarge)?;
        out.extend_from_slice(&id.to_le_bytes());
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(bytes);
    }
    Ok(out)
}
