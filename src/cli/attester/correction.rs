//! `luyin attester correction`: what a holder asks to be corrected, and the row by which it is issued.

use std::path::{Path, PathBuf};

use luyin_device::wallet::{Correction, CorrectionError, CorrectionReason};
use luyin_protocol::region::RegionTable;
use serde_json::json;

use crate::cli::say::Say;

/// Why a request is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionFileError {
    /// The file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// What stands in it.
    #[error(transparent)]
    Request(#[from] CorrectionError),
}

/// Shows a request. Whether it is right, the operator finds in its own records; the mask is compared with the ID.
pub fn show(path: &Path, say: Say) -> Result<(), CorrectionFileError> {
    let bytes = std::fs::read(path).map_err(|source| CorrectionFileError::File {
        path: path.to_owned(),
        source,
    })?;
    let request = Correction::read(&bytes)?;
    say.outcome(&json!({ "request": request }), || lines(&request));
    Ok(())
}

fn lines(request: &Correction) -> String {
    let Correction { card, .. } = request;
    let reason = match request.reason {
        CorrectionReason::Border => "跨境或交界处基站 / a base station across a border",
        CorrectionReason::Roaming => "漫游 / roaming",
        CorrectionReason::Lent => "手机借出或不在身边 / the telephone was lent or left behind",
        CorrectionReason::Ported => {
            "携号转网或换过号主 / the number was ported or another's before"
        }
        CorrectionReason::Other => "其他 / another",
    };
    let mut out = format!(
        "for {}\n  itinerary of {}: {reason}",
        card.attester, request.itinerary_day
    );
    if !request.words.is_empty() {
        out.push_str(&format!("\n  “{}”", one_line(&request.words)));
    }
    for code in &request.places {
        let region = code.parse().ok();
        let region = region.and_then(|code| RegionTable::embedded().by_code(code).ok());
        let name = region.map_or("?", |region| region.name_zh());
        out.push_str(&format!("\n  wrong: {} {name}", one_line(code)));
    }
    let day = card.day.to_iso();
    out.push_str(&format!(
        "\nwhere it is right, issue a row of a later day than {}: binding {}, card_day {day}",
        request.itinerary_day, card.nym
    ));
    out
}

/// What a stranger wrote, without what would move a terminal's cursor.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
