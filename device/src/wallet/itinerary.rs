//! The itinerary card (行程卡): the places of the newest attested itinerary, without dates, and the days that it answers for.
//!
//! The note holds the set of regions and the day. Nothing here leaves the wallet: a gate learns that no region of the risk
//! list is in the set, and nothing else.

use super::window::Window;
use super::{HeldAttestation, Person, PublicData, Vault, Wallet, WalletError, iso};
use crate::enrolment::surname_of;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::region::RegionTable;
use luyin_protocol::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

/// Where an itinerary came from and when it was taken in. A backup may be older than its note: then it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItineraryTaken {
    /// The operator.
    pub attester: Did,
    /// The day that it speaks of.
    pub day: Day,
    /// When it was taken in.
    pub at: Timestamp,
}

impl ItineraryTaken {
    /// What is kept of an attestation that was taken in; nothing of another kind.
    pub(super) fn of(held: &HeldAttestation, at: Timestamp) -> Option<Self> {
        let attestation = &held.attestation.0;
        (attestation.kind() == AttestationKind::Itinerary).then_some(Self {
            attester: held.attester,
            day: attestation.day,
            at,
        })
    }
}

/// A region on the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VisitedRegion {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Whether it is on the risk list of the moment.
    pub risk: bool,
}

/// The card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItineraryCard {
    /// Whose.
    pub person: String,
    /// The surname, as an ID desk compares it; a dash where the table has none.
    pub surname: String,
    /// The last two digits of the ID number.
    pub digits: String,
    /// The day of the attestation; none before the first.
    #[serde(serialize_with = "iso::maybe")]
    pub day: Option<Day>,
    /// The first day that it answers for.
    #[serde(serialize_with = "iso::maybe")]
    pub from: Option<Day>,
    /// The last.
    #[serde(serialize_with = "iso::maybe")]
    pub to: Option<Day>,
    /// Who attested it, where the wallet took it in itself.
    pub attester: Option<Did>,
    /// When it was taken in, likewise.
    pub taken: Option<Timestamp>,
    /// The places.
    pub regions: Vec<VisitedRegion>,
}

impl<V: Vault> Wallet<V> {
    /// A person's card. Needs no network.
    ///
    /// # Errors
    /// Those of finding the person.
    pub fn itinerary(
        &self,
        label: Option<&str>,
        now: Timestamp,
    ) -> Result<ItineraryCard, WalletError> {
        let person = self.content.person(label)?;
        Ok(ItineraryCard::of(person, self.content.seen.as_ref(), now))
    }
}

impl ItineraryCard {
    fn of(person: &Person, seen: Option<&PublicData>, now: Timestamp) -> Self {
        let note = person.note.as_ref();
        let day = note.map(|held| held.state().itin_day);
        let day = day.filter(|day| *day > Day::new(0));
        let window = day.map(Window::asked_on);
        // Of the note's own day alone: another device of this wallet may have taken in a later one.
        let taken = person.itinerary.filter(|taken| Some(taken.day) == day);
        let risk = seen.and_then(|seen| seen.risk_at(now));
        let table = RegionTable::embedded();
        let visited = note.into_iter().flat_map(|held| held.itinerary().regions());
        let regions = visited.filter_map(|index| {
            let region = table.by_index(index).ok()?;
            Some(VisitedRegion {
                code: region.code().to_string(),
                zh: region.name_zh().to_owned(),
                en: region.name_en().to_owned(),
                risk: risk.is_some_and(|list| list.regions.contains(index)),
            })
        });
        Self {
            person: person.label.clone(),
            surname: surname_of(person.mask.surname()).unwrap_or("-").to_owned(),
            digits: format!("{:02}", person.mask.digits()),
            day,
            from: window.map(|window| window.from),
            to: window.map(|window| window.to),
            attester: taken.map(|taken| taken.attester),
            taken: taken.map(|taken| taken.at),
            regions: regions.collect(),
        }
    }
}
