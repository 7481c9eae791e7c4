//! QR codes, drawn for screens, paper and terminals.
//!
//! A pass is alphanumeric text of 480 letters; level L on a screen, M on paper (protocol section 6).

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;
use thiserror::Error;

/// White modules around a code (ISO/IEC 18004).
pub const QUIET: usize = 4;

/// Where a code is shown, which decides how much damage it must bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A screen: level L.
    Screen,
    /// Paper, which is folded and stained: level M.
    Paper,
}

/// More text than a code can hold.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

/// A code as black and white modules, without its margin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrImage {
    dark: Vec<bool>,
    width: usize,
}

impl QrImage {
    /// Draws `text`.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn draw(text: &str, medium: Medium) -> Result<Self, TooLong> {
        let level = match medium {
            Medium::Screen => EcLevel::L,
            Medium::Paper => EcLevel::M,
        };
        let code = QrCode::with_error_correction_level(text, level).map_err(|_| TooLong)?;
        Ok(Self {
            width: code.width(),
            dark: code.to_colors().iter().map(|c| *c == Color::Dark).collect(),
        })
    }

    /// Modules a side, without the margin.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// The modules row by row, without the margin; true is dark.
    #[must_use]
    pub fn modules(&self) -> &[bool] {
        &self.dark
    }

    /// Whether a module is dark; `x` and `y` count from the outer corner of the margin.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        match (x.checked_sub(QUIET), y.checked_sub(QUIET)) {
            (Some(x), Some(y)) if x < self.width && y < self.width => {
                self.dark.get(y * self.width + x).copied().unwrap_or(false)
            }
            _ => false,
        }
    }

    /// Modules a side, with the margin.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.width + 2 * QUIET
    }

    /// As an SVG file: one path, a unit a module, no script and no text.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let side = self.side();
        let mut path = String::new();
        for y in 0..side {
            for x in (0..side).filter(|x| self.is_dark(*x, y)) {
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>\n"
        )
    }

    /// For a terminal: two modules a character, dark on light whatever the terminal's colours.
    #[must_use]
    pub fn to_terminal(&self) -> String {
        let side = self.side();
        let mut out = String::new();
        for y in (0..side).step_by(2) {
            out.push_str("\x1b[30;47m");
            for x in 0..side {
                let lower = y + 1 < side && self.is_dark(x, y + 1);
                out.push(match (self.is_dark(x, y), lower) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            out.push_str("\x1b[0m\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As long as a pass: 480 letters of the alphanumeric set.
    fn pass_text() -> String {
        let letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        let body: String = letters.chars().cycle().take(476).collect();
        format!("LY1:{body}")
    }

    #[test]
    fn a_pass_stays_small_enough_for_a_cheap_camera() {
        // Version 12: 65 modules.
        let code = QrImage::draw(&pass_text(), Medium::Screen).unwrap();
        assert_eq!(code.width(), 65);
        // Version 14.
        let paper = QrImage::draw(&pass_text(), Medium::Paper).unwrap();
        assert!(paper.width() <= 73, "{} modules", paper.width());
    }

    #[test]
    fn text_beyond_the_largest_code_is_refused() {
        let long = "x".repeat(4_000);
        assert_eq!(QrImage::draw(&long, Medium::Screen), Err(TooLong));
    }

    #[test]
    fn the_other_forms_show_the_same_modules() {
        let code = QrImage::draw("LY1:", Medium::Screen).unwrap();
        let dark = code.dark.iter().filter(|d| **d).count();
        assert_eq!(code.to_svg().matches('M').count(), dark);
        let halves = code.to_terminal();
        let shown = halves.matches('█').count() * 2
            + halves.matches('▀').count()
            + halves.matches('▄').count();
        assert_eq!(shown, dark);
    }
}
