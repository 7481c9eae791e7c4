//! Pictures of QR codes, as a gate's camera leaves them.

use crate::{Outcome, Seed, Target, fault, law};
use luyin::qr::{QrError, read_png, to_png};
use luyin_device::qr::{Medium, QrImage};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "memory for all pixels is reserved before the header is checked",
    seeds,
};

/// Where the width stands in a PNG file.
const WIDTH: usize = 16;

fn drawn(text: &str, scale: u8) -> Vec<u8> {
    let code = QrImage::draw(text, Medium::Screen).expect("a short text");
    to_png(&code, scale).expect("a code has a picture")
}

/// What is read, drawn and read again is the same.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<String, QrError>) -> Outcome {
    match read(data) {
        Err(error) => law::refused(error),
        Ok(text) => {
            // Another level of correction may have held more than ours, and a reader may fail on what was drawn.
            let again = QrImage::draw(&text, Medium::Screen)
                .map_err(|error| error.to_string())
                .and_then(|code| to_png(&code, 4).map_err(|error| error.to_string()))
                .and_then(|png| read_png(&png).map_err(|error| error.to_string()));
            assert!(again.is_err() || again == Ok(text), "another text");
            Outcome::Accepted
        }
    }
}

/// What is read, drawn and read again is the same.
pub fn check(data: &[u8]) -> Outcome {
    law(data, read_png)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| {
        if data.starts_with(b"\x89PNG") {
            let width = data.get(WIDTH..).and_then(<[u8]>::first_chunk::<4>);
            let width = width.map(|bytes| u32::from_be_bytes(*bytes).to_le_bytes());
            fault::reserves_what_it_is_told(width.as_ref(), 1 << 12);
        }
        read_png(data)
    })
}

fn seeds() -> Vec<Seed> {
    let blank = drawn("LY1:", 2).into_iter().take(60).collect();
    vec![("short-text", drawn("LY1:", 2)), ("not-whole", blank)]
}
