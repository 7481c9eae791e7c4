//! A request to correct an itinerary (`docs/itinerary.md`): what the operator needs to look again, as a file that the holder
//! hands over. Nothing sends it; the operator is an outside party, and may refuse.

use super::{ItineraryCard, NymCard};
use luyin_protocol::region::RegionCode;
use luyin_protocol::time::Day;
use serde::{Deserialize, Serialize};

const VERSION: u8 = 1;
/// The longest file.
const MAX_FILE: usize = 16 * 1024;
/// Letters of what is told in words.
const MAX_WORDS: usize = 300;

/// Why a place is said to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionReason {
    /// A base station across a border was heard.
    Border,
    /// The telephone was roaming.
    Roaming,
    /// Somebody else had the telephone.
    Lent,
    /// The number came from another operator, or belonged to somebody else before.
    Ported,
    /// Told in words.
    Other,
}

/// The request. Of the itinerary it names the places that are said to be wrong and no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    version: u8,
    /// The holder's card of the day for this operator, to which the corrected itinerary is issued.
    pub card: NymCard,
    /// Day of the attestation that is wrong, YYYY-MM-DD.
    pub itinerary_day: String,
    /// Codes of the places that are wrong, at least one.
    pub places: Vec<String>,
    /// Why.
    pub reason: CorrectionReason,
    /// The same in words, where they are needed.
    pub words: String,
}

/// Why a request is none.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionError {
    /// No itinerary is in the note.
    #[error("there is no itinerary to correct")]
    NoItinerary,
    /// The day of the itinerary.
    #[error("the day of the itinerary is no date YYYY-MM-DD")]
    Day,
    /// A place that the card does not name, or no code of one.
    #[error("{0:?} is not a place on the card")]
    Place(String),
    /// None, or one twice.
    #[error("name each place that is wrong once, at least one")]
    Places,
    /// "Other" without words, or too many.
    #[error("say in at most {MAX_WORDS} letters what is wrong")]
    Words,
    /// Too long.
    #[error("a request has at most {MAX_FILE} bytes")]
    Size,
    /// Another version.
    #[error("version {0} of a request is not known here")]
    Version(u8),
    /// Not its form.
    #[error("the request cannot be read: {0}")]
    Form(#[from] serde_json::Error),
}

impl Correction {
    /// A request about places of a card.
    ///
    /// # Errors
    /// [`CorrectionError`].
    pub fn of(
        itinerary: &ItineraryCard,
        card: NymCard,
        places: &[String],
        reason: CorrectionReason,
        words: &str,
    ) -> Result<Self, CorrectionError> {
        let day = itinerary.day.ok_or(CorrectionError::NoItinerary)?;
        let named = |code: &String| itinerary.regions.iter().any(|region| region.code == *code);
        if let Some(strange) = places.iter().find(|code| !named(code)) {
            return Err(CorrectionError::Place(strange.clone()));
        }
        let request = Self {
            version: VERSION,
            card,
            itinerary_day: day.to_iso(),
            places: places.to_vec(),
            reason,
            words: words.trim().to_owned(),
        };
        request.check()?;
        Ok(request)
    }

    /// Reads a file that a holder handed over.
    ///
    /// # Errors
    /// [`CorrectionError`].
    pub fn read(bytes: &[u8]) -> Result<Self, CorrectionError> {
        if bytes.len() > MAX_FILE {
            return Err(CorrectionError::Size);
        }
        let request: Self = serde_json::from_slice(bytes)?;
        request.check()?;
        Ok(request)
    }

    /// The file.
    ///
    /// # Errors
    /// [`CorrectionError::Form`].
    pub fn to_json(&self) -> Result<String, CorrectionError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    fn check(&self) -> Result<(), CorrectionError> {
        if self.version != VERSION {
            return Err(CorrectionError::Version(self.version));
        }
        Day::from_iso(&self.itinerary_day).map_err(|_| CorrectionError::Day)?;
        let strange = |code: &&String| code.parse::<RegionCode>().is_err();
        if let Some(code) = self.places.iter().find(strange) {
            return Err(CorrectionError::Place(code.clone()));
        }
        let mut once = self.places.clone();
        once.sort_unstable();
        once.dedup();
        if once.is_empty() || once.len() != self.places.len() {
            return Err(CorrectionError::Places);
        }
        let needed = self.reason == CorrectionReason::Other;
        if self.words.chars().count() > MAX_WORDS || (needed && self.words.trim().is_empty()) {
            return Err(CorrectionError::Words);
        }
        Ok(())
    }
}
