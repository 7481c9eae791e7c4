//! What a holder shows: a certificate as a picture of its square code, as the code's text, or as a file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use luyin_certificates::shc::{self, cards_of_file, jws_of_codes};

use crate::qr::{MAX_IMAGE, QrError, read_png};

const PNG: &[u8] = b"\x89PNG";
const HC1: &str = "HC1:";
const CARD_CODE: &str = "shc:/";
/// A JWS begins so: `{"` in base64.
const JWS: &str = "eyJ";

/// A certificate that was not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The text of an HC1 code.
    Hc1(String),
    /// The JWS of a health card.
    Card(String),
}

/// Why what is shown is not taken for a certificate.
#[derive(Debug, thiserror::Error)]
pub enum ShownError {
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// A picture.
    #[error("{path}: {source}")]
    Picture {
        /// which
        path: PathBuf,
        /// why not
        source: QrError,
    },
    /// A text that is none.
    #[error(
        "{0} is neither a PNG picture nor text that begins with HC1: or shc:/ nor a file of health cards"
    )]
    Unknown(PathBuf),
    /// Parts, or a file of cards.
    #[error(transparent)]
    Card(#[from] shc::Refusal),
    /// Something else beside a certificate.
    #[error("only the parts of one health card can be given together")]
    Mixed,
    /// A file of several cards.
    #[error("the file holds {0} cards; choose one with --which, counted from 1")]
    Several(usize),
}

/// The text of a file or of the square code in a picture.
///
/// # Errors
/// [`ShownError`].
pub fn text(path: &Path) -> Result<String, ShownError> {
    let failed = |source| ShownError::File {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_IMAGE).unwrap_or(u64::MAX);
    let file = std::fs::File::open(path).map_err(failed)?;
    // One byte more than a picture may have tells that there is more.
    let mut file = file.take(most.saturating_add(1));
    file.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.starts_with(PNG) {
        return read_png(&bytes).map_err(|source| ShownError::Picture {
            path: path.to_owned(),
            source,
        });
    }
    // White space belongs to the text of a code, except the end of the line.
    let text = String::from_utf8(bytes).map_err(|_| ShownError::Unknown(path.to_owned()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// The certificate in a file, or in the parts of one.
///
/// # Errors
/// [`ShownError`].
pub fn certificate(paths: &[PathBuf], which: Option<usize>) -> Result<Shown, ShownError> {
    let texts = paths.iter().map(|path| text(path));
    let texts = texts.collect::<Result<Vec<String>, _>>()?;
    let codes: Vec<&str> = texts.iter().map(String::as_str).collect();
    match codes.as_slice() {
        [code] if code.starts_with(HC1) => Ok(Shown::Hc1((*code).to_owned())),
        [jws] if jws.starts_with(JWS) => Ok(Shown::Card((*jws).to_owned())),
        [file] if file.trim_start().starts_with('{') => one_of(cards_of_file(file)?, which),
        [other] if !other.starts_with(CARD_CODE) => {
            let path = paths.first().cloned().unwrap_or_default();
            Err(ShownError::Unknown(path))
        }
        codes if codes.iter().all(|code| code.starts_with(CARD_CODE)) => {
            Ok(Shown::Card(jws_of_codes(codes)?))
        }
        _ => Err(ShownError::Mixed),
    }
}

fn one_of(cards: Vec<String>, which: Option<usize>) -> Result<Shown, ShownError> {
    let count = cards.len();
    let place = match (which, count) {
        (None, 1) => 0,
        (Some(which), _) if (1..=count).contains(&which) => which.saturating_sub(1),
        _ => return Err(ShownError::Several(count)),
    };
    let card = cards.into_iter().nth(place);
    card.map(Shown::Card).ok_or(ShownError::Several(count))
}

#[cfg(test)]
mod tests {
    use luyin_device::qr::{Medium, QrImage};

    use super::*;
    use crate::qr::to_png;

    fn shown(contents: &[&[u8]], which: Option<usize>) -> Result<Shown, ShownError> {
        let dir = tempfile::tempdir().unwrap();
        let path = |n: usize| dir.path().join(n.to_string());
        for (n, bytes) in contents.iter().enumerate() {
            std::fs::write(path(n), bytes).unwrap();
        }
        let paths: Vec<PathBuf> = (0..contents.len()).map(path).collect();
        certificate(&paths, which)
    }

    #[test]
    fn a_text_and_a_picture_of_it_are_the_same_certificate() {
        let code = "HC1:6BFOXN TS0BI$ZD ";
        let picture = QrImage::draw(code, Medium::Paper).unwrap();
        let picture = to_png(&picture, 4).unwrap();
        let expected = Shown::Hc1(code.to_owned());
        assert_eq!(
            shown(&[format!("{code}\r\n").as_bytes()], None).unwrap(),
            expected
        );
        assert_eq!(shown(&[&picture], None).unwrap(), expected);
    }

    #[test]
    fn a_card_is_taken_from_its_codes_its_file_or_bare() {
        let jws = "eyJ.a.b";
        let digits = |text: &str| {
            text.bytes()
                .map(|b| format!("{:02}", b - 45))
                .collect::<String>()
        };
        let expected = Shown::Card(jws.to_owned());
        let whole = format!("shc:/{}\n", digits(jws));
        assert_eq!(shown(&[whole.as_bytes()], None).unwrap(), expected);
        let (one, two) = (
            format!("shc:/1/2/{}", digits("eyJ.")),
            format!("shc:/2/2/{}", digits("a.b")),
        );
        let parts = shown(&[two.as_bytes(), one.as_bytes()], None).unwrap();
        assert_eq!(parts, expected);
        assert_eq!(shown(&[b"eyJ.a.b\n"], None).unwrap(), expected);
        let file = br#"{"verifiableCredential":["eyJ.a.b","eyJ.c.d"]}"#;
        assert!(matches!(shown(&[file], None), Err(ShownError::Several(2))));
        assert!(matches!(
            shown(&[file], Some(3)),
            Err(ShownError::Several(2))
        ));
        assert_eq!(shown(&[file], Some(1)).unwrap(), expected);
    }

    #[test]
    fn what_is_no_certificate_is_refused_by_name() {
        assert!(matches!(
            shown(&[b"LY1:AB"], None),
            Err(ShownError::Unknown(_))
        ));
        assert!(matches!(
            shown(&[&[0xff]], None),
            Err(ShownError::Unknown(_))
        ));
        assert!(matches!(
            shown(&[b"HC1:A", b"HC1:A"], None),
            Err(ShownError::Mixed)
        ));
        assert!(matches!(
            shown(&[b"shc:/5"], None),
            Err(ShownError::Card(_))
        ));
        assert!(matches!(
            shown(&[b"\x89PNG"], None),
            Err(ShownError::Picture { .. })
        ));
    }
}
