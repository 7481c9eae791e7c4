//! Pictures of square codes.

use std::fs;
use std::path::Path;

use super::files::SuiteFault;

/// The text of the code in a picture, if one is found in it.
pub fn read(path: &Path) -> Result<Option<String>, SuiteFault> {
    let bytes = fs::read(path).map_err(|error| SuiteFault::Io(path.to_owned(), error))?;
    Ok(text(&bytes))
}

pub fn text(png: &[u8]) -> Option<String> {
    let picture = image::load_from_memory(png).ok()?.into_luma8();
    let mut prepared = rqrr::PreparedImage::prepare(picture);
    let grids = prepared.detect_grids();
    let (_, text) = grids.first()?.decode().ok()?;
    Some(text)
}
