//! Pictures of square codes.

pub fn text(png: &[u8]) -> Option<String> {
    let picture = image::load_from_memory(png).ok()?.into_luma8();
    let mut prepared = rqrr::PreparedImage::prepare(picture);
    let grids = prepared.detect_grids();
    let (_, text) = grids.first()?.decode().ok()?;
    Some(text)
}
