//! QR codes as PNG images: written, and read from what a camera took. Drawing them is [`luyin_device::qr`].
//!
//! Images come from strangers, so their size is bounded before anything is decoded.

use image::imageops::{FilterType, blur, resize};
use image::{GrayImage, ImageFormat, ImageReader, Limits, Luma};
use luyin_device::qr::QrImage;
use std::io::Cursor;
use thiserror::Error;

/// The longest side of an image that is read, in pixels.
const MAX_SIDE: u32 = 6_000;
/// The most bytes of an image file that are read.
pub const MAX_IMAGE: usize = 16 << 20;
/// The most memory that decoding an image may take.
const MAX_PIXELS: u64 = 128 << 20;
/// Images of more pixels are only made smaller.
const LARGE_PIXELS: u64 = 4 << 20;

/// Why a code was not read or written.
#[derive(Debug, Error)]
pub enum QrError {
    /// The file is no PNG image, or too large a one.
    #[error("the image cannot be read: {0}; give a PNG file of at most 6,000 pixels a side")]
    Image(String),
    /// Nothing like a code in the image.
    #[error("no QR code was found in the image; take it closer and sharper")]
    NotFound,
    /// A code is there, but it cannot be made out.
    #[error("the QR code in the image cannot be made out; take it closer and sharper")]
    Unreadable,
}

/// As a grey image, `scale` pixels a module.
#[must_use]
pub fn to_gray(code: &QrImage, scale: u8) -> GrayImage {
    let scale = u32::from(scale.max(1));
    let side = u32::try_from(code.side()).unwrap_or(u32::MAX / 256);
    GrayImage::from_fn(side * scale, side * scale, |x, y| {
        let module = |at: u32| usize::try_from(at / scale).unwrap_or(usize::MAX);
        Luma([if code.is_dark(module(x), module(y)) {
            0
        } else {
            255
        }])
    })
}

/// As a PNG file, `scale` pixels a module.
///
/// # Errors
/// [`QrError::Image`], which no code causes.
pub fn to_png(code: &QrImage, scale: u8) -> Result<Vec<u8>, QrError> {
    let mut out = Cursor::new(Vec::new());
    to_gray(code, scale)
        .write_to(&mut out, ImageFormat::Png)
        .map_err(|error| QrError::Image(error.to_string()))?;
    Ok(out.into_inner())
}

/// Reads the one code in a PNG image. Where there are several, the first that can be made out.
///
/// # Errors
/// [`QrError`] names what is wrong with the image.
pub fn read_png(bytes: &[u8]) -> Result<String, QrError> {
    if bytes.len() > MAX_IMAGE {
        return Err(QrError::Image("the file is too large".to_owned()));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PIXELS);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    reader.limits(limits);
    let image = reader
        .decode()
        .map_err(|error| QrError::Image(error.to_string()))?;
    read_gray(image.into_luma8())
}

/// Reads the one code in a grey image: as it is, then smoothed against noise, then at other sizes.
///
/// # Errors
/// [`QrError::NotFound`], [`QrError::Unreadable`].
pub fn read_gray(image: GrayImage) -> Result<String, QrError> {
    let first = read_once(image.clone());
    if first.is_ok() {
        return first;
    }
    let (width, height) = image.dimensions();
    let scaled = |by: f32| {
        let side = |n: u32| {
            (f64::from(n) * f64::from(by))
                .round()
                .clamp(1.0, MAX_SIDE.into()) as u32
        };
        resize(&image, side(width), side(height), FilterType::Triangle)
    };
    let tries: [&dyn Fn() -> GrayImage; 4] = [
        &|| two_tone(&image),
        &|| two_tone(&blur(&image, 0.8)),
        &|| two_tone(&blur(&scaled(2.0), 1.6)),
        &|| scaled(0.5),
    ];
    let small = u64::from(width) * u64::from(height) <= LARGE_PIXELS;
    let tries = tries.iter().skip(if small { 0 } else { 3 });
    tries
        .map(|prepare| read_once(prepare()))
        .find(Result::is_ok)
        .unwrap_or(first)
}

/// Black and white at the threshold that parts the two best (Otsu 1979): the reader's own threshold follows the
/// surroundings of each pixel, which turns noise on white paper into specks.
fn two_tone(image: &GrayImage) -> GrayImage {
    let mut counts = [0_u64; 256];
    for pixel in image.pixels() {
        counts[usize::from(pixel.0[0])] += 1;
    }
    let weigh = |range: &[u64], first: u64| -> (u64, u64) {
        let values = (first..).zip(range);
        values.fold((0, 0), |(n, sum), (value, count)| {
            (n + count, sum + value * count)
        })
    };
    let spread = |threshold: u8| -> f64 {
        let (dark, light) = counts.split_at(usize::from(threshold));
        let ((n, a), (m, b)) = (weigh(dark, 0), weigh(light, threshold.into()));
        if n == 0 || m == 0 {
            return 0.0;
        }
        let apart = a as f64 / n as f64 - b as f64 / m as f64;
        n as f64 * m as f64 * apart * apart
    };
    let best = (1..=u8::MAX).max_by(|x, y| spread(*x).total_cmp(&spread(*y)));
    let best = best.unwrap_or(128);
    let mut out = image.clone();
    for pixel in out.pixels_mut() {
        pixel.0[0] = if pixel.0[0] < best { 0 } else { 255 };
    }
    out
}

fn read_once(image: GrayImage) -> Result<String, QrError> {
    let mut prepared = rqrr::PreparedImage::prepare(image);
    let grids = prepared.detect_grids();
    if grids.is_empty() {
        return Err(QrError::NotFound);
    }
    grids
        .iter()
        .find_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
        .ok_or(QrError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::imageops::rotate90;
    use luyin_device::qr::Medium;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    /// As long as a pass: 480 letters of the alphanumeric set.
    fn pass_text() -> String {
        let letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        let body: String = letters.chars().cycle().take(476).collect();
        format!("LY1:{body}")
    }

    #[test]
    fn what_is_drawn_is_read_at_every_usual_scale() {
        let text = pass_text();
        for medium in [Medium::Screen, Medium::Paper] {
            let code = QrImage::draw(&text, medium).unwrap();
            for scale in [3, 4, 7] {
                assert_eq!(read_png(&to_png(&code, scale).unwrap()).unwrap(), text);
            }
        }
    }

    #[test]
    fn noise_odd_scales_and_turned_cameras_do_not_hide_it() {
        let text = pass_text();
        let code = to_gray(&QrImage::draw(&text, Medium::Screen).unwrap(), 8);
        let mut rng = StdRng::seed_from_u64(7);
        for side in [341, 411, 503] {
            let mut image = rotate90(&resize(&code, side, side, FilterType::Triangle));
            for pixel in image.pixels_mut() {
                let shift: i16 = rng.gen_range(-40..=40);
                let value = i16::from(pixel.0[0]) * 7 / 10 + 40 + shift;
                pixel.0[0] = u8::try_from(value.clamp(0, 255)).unwrap();
            }
            assert_eq!(read_gray(image).unwrap(), text, "{side} pixels");
        }
    }

    #[test]
    fn a_stained_paper_code_is_read() {
        let text = pass_text();
        let mut image = to_gray(&QrImage::draw(&text, Medium::Paper).unwrap(), 5);
        for (x, y) in (200..225).flat_map(|x| (200..225).map(move |y| (x, y))) {
            image.put_pixel(x, y, Luma([0]));
        }
        assert_eq!(read_gray(image).unwrap(), text);
    }

    #[test]
    fn images_without_a_code_and_files_that_are_none_say_so() {
        let blank = GrayImage::from_pixel(200, 200, Luma([255]));
        assert!(matches!(read_gray(blank), Err(QrError::NotFound)));
        assert!(matches!(read_png(b"GIF89a"), Err(QrError::Image(_))));
        let png = to_png(&QrImage::draw("x", Medium::Screen).unwrap(), 3).unwrap();
        assert!(matches!(read_png(&png[..60]), Err(QrError::Image(_))));
    }

    #[test]
    fn an_image_of_absurd_size_is_refused_before_it_is_decoded() {
        let mut png = to_png(&QrImage::draw("x", Medium::Screen).unwrap(), 3).unwrap();
        // Width and height of the header chunk; its checksum is then wrong as well, which no limit may hide.
        png[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        assert!(matches!(read_png(&png), Err(QrError::Image(_))));
        assert!(read_png(&vec![0; MAX_IMAGE + 1]).is_err());
    }
}
