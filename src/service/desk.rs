//! A registrar's desk: boxes in which a request waits for the registrar who opened them (clause 9.7).
//!
//! What lies in a box is sealed to a code that the node never sees. Boxes live in memory: an hour each, so many a registrar and so many in all. A
//! restart loses them, and whoever waits opens another.

use super::encoded;
use super::error::{Busy, DeskError, RequestError, ServiceError};
use luyin_protocol::did::Did;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use utoipa::ToSchema;

/// How long a box stays open.
const OPEN_MS: u64 = 3_600_000;
/// Boxes of one registrar at a time.
const EACH: usize = 200;
/// Boxes in all: with full ones, less than 100 MiB.
const ALL: usize = 4_000;
/// The longest sealed request.
pub const MAX_SEALED: usize = 24 << 10;

/// The name of a box: a hash of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BoxName([u8; 32]);

impl FromStr for BoxName {
    type Err = RequestError;

    /// 64 hexadecimal digits, small letters.
    fn from_str(text: &str) -> Result<Self, RequestError> {
        let mut name = [0; 32];
        let capital = text.bytes().any(|b| b.is_ascii_uppercase());
        match hex::decode_to_slice(text, &mut name) {
            Ok(()) if !capital => Ok(Self(name)),
            _ => Err(RequestError::Parameter(
                "box: not 64 hexadecimal digits".to_owned(),
            )),
        }
    }
}

/// A box to be opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskOpening {
    /// Its name, 64 hex digits.
    #[serde(rename = "box")]
    pub name: String,
}

/// Until when a box is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeskView {
    /// Milliseconds since 1970.
    #[schema(value_type = u64)]
    pub until: Timestamp,
}

/// A request that is sealed to the code of a box.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedRequest {
    /// Base64; at most 24 KiB of bytes.
    pub sealed: String,
}

#[derive(Debug)]
struct DeskBox {
    registrar: Did,
    until: Timestamp,
    sealed: Option<Vec<u8>>,
}

/// All open boxes.
#[derive(Debug, Default)]
pub struct Desks(Mutex<BTreeMap<BoxName, DeskBox>>);

impl Desks {
    /// Opens a box. Opening one's own again changes nothing: an answer may have been lost.
    ///
    /// # Errors
    /// [`DeskError::Taken`]; [`Busy::Desks`] where there are too many.
    pub fn open(
        &self,
        name: BoxName,
        registrar: Did,
        now: Timestamp,
    ) -> Result<DeskView, ServiceError> {
        let mut boxes = self.live(now);
        if let Some(open) = boxes.get(&name) {
            let until = open.until;
            return if open.registrar == registrar {
                Ok(DeskView { until })
            } else {
                Err(DeskError::Taken.into())
            };
        }
        let own = boxes
            .values()
            .filter(|open| open.registrar == registrar)
            .count();
        if own >= EACH || boxes.len() >= ALL {
            return Err(Busy::Desks.into());
        }
        let until = Timestamp::new(now.get().saturating_add(OPEN_MS));
        let sealed = None;
        boxes.insert(
            name,
            DeskBox {
                registrar,
                until,
                sealed,
            },
        );
        Ok(DeskView { until })
    }

    /// Puts a request into an open box. The first stays; the same again is as good as the first time.
    ///
    /// # Errors
    /// [`DeskError::Unknown`], [`DeskError::Full`]; [`RequestError`] for what is no such request.
    pub fn put(
        &self,
        name: BoxName,
        request: &SealedRequest,
        now: Timestamp,
    ) -> Result<DeskView, ServiceError> {
        let sealed = encoded::decode(&request.sealed, "the sealed request")?;
        if sealed.len() > MAX_SEALED {
            return Err(RequestError::TooLong(MAX_SEALED).into());
        }
        if sealed.is_empty() {
            let (what, why) = ("the sealed request", "none".to_owned());
            return Err(RequestError::Bytes { what, why }.into());
        }
        let mut boxes = self.live(now);
        let open = boxes.get_mut(&name).ok_or(DeskError::Unknown)?;
        match &open.sealed {
            Some(first) if *first != sealed => return Err(DeskError::Full.into()),
            Some(_) => {}
            None => open.sealed = Some(sealed),
        }
        Ok(DeskView { until: open.until })
    }

    /// What lies in a box of the registrar's. Another registrar's box is as unknown as none.
    ///
    /// # Errors
    /// [`DeskError::Unknown`], [`DeskError::Empty`].
    pub fn take(
        &self,
        name: BoxName,
        registrar: Did,
        now: Timestamp,
    ) -> Result<SealedRequest, ServiceError> {
        let boxes = self.live(now);
        let open = boxes.get(&name).filter(|open| open.registrar == registrar);
        let sealed = open.ok_or(DeskError::Unknown)?.sealed.as_ref();
        let sealed = encoded::encode(sealed.ok_or(DeskError::Empty)?);
        Ok(SealedRequest { sealed })
    }

    /// Closes a box of the registrar's.
    ///
    /// # Errors
    /// [`DeskError::Unknown`].
    pub fn close(&self, name: BoxName, registrar: Did, now: Timestamp) -> Result<(), ServiceError> {
        let mut boxes = self.live(now);
        match boxes.get(&name) {
            Some(open) if open.registrar == registrar => {
                boxes.remove(&name);
                Ok(())
            }
            _ => Err(DeskError::Unknown.into()),
        }
    }

    /// The boxes that are still open; the others are thrown away.
    fn live(&self, now: Timestamp) -> MutexGuard<'_, BTreeMap<BoxName, DeskBox>> {
        let mut boxes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        boxes.retain(|_, open| now < open.until);
        boxes
    }
}

#[cfg(test)]
mod tests;
