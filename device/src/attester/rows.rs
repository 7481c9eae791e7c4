//! The table that an attester issues from. A row is either an attestation or a reason why not; none is dropped.

use crate::client::{Encoded, Published};
use crate::wallet::HeldAttestation;
use ark_bn254::Fr;
use ark_ff::UniformRand;
use luyin_protocol::attestation::{Attestation, AttestationKind, Statement};
use luyin_protocol::did::Did;
use luyin_protocol::field::{IssuerId, Nym};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::policy::Policy;
use luyin_protocol::region::{RegionCode, RegionError, RegionTable};
use luyin_protocol::time::Day;
use luyin_protocol::versioned::Standing;
use rand::{CryptoRng, RngCore};
use serde::Deserialize;

/// Readings of at least so many tenths of a degree are fever where the policy says nothing else.
pub const FEVER_TENTHS: u16 = 373;

/// The fever threshold of the policies in force; the shipped default where none is published.
#[must_use]
pub fn fever_tenths(policies: &[Published<Policy>]) -> u16 {
    let current = policies
        .iter()
        .filter(|published| published.standing == Standing::Current);
    let lowest = current
        .map(|published| published.item.0.thresholds.fever)
        .min();
    lowest.unwrap_or(FEVER_TENTHS)
}

/// A row as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct Row {
    /// Nym of the pass that the holder showed, 64 hex digits.
    pub binding: String,
    /// The day it speaks of, `YYYY-MM-DD` in Beijing.
    pub day: String,
    /// What is stated; its form depends on the kind.
    pub value: String,
    /// The day of the card that the holder showed, where it is another than `day`.
    #[serde(default)]
    pub card_day: Option<String>,
}

/// An attestation with the day of the card it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The attestation.
    pub attestation: Attestation,
    /// Day of the scope in which the attester knows the holder.
    pub scope_day: Day,
}

impl Made {
    /// What its holder takes to the wallet.
    #[must_use]
    pub fn held(&self, attester: Did, tree_day: Day) -> HeldAttestation {
        HeldAttestation {
            attestation: Encoded(self.attestation.clone()),
            attester,
            scope_day: self.scope_day,
            tree_day,
        }
    }
}

/// Why a row is no attestation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Not three fields, or not UTF-8.
    #[error("not a row with binding, day and value")]
    Shape,
    /// The nym.
    #[error("the binding is not the nym of a pass (64 lowercase hex digits)")]
    Binding,
    /// The day.
    #[error("the day is no date YYYY-MM-DD")]
    Day,
    /// A day that has not come.
    #[error("the day lies in the future")]
    Future,
    /// A test's result.
    #[error("a test is `negative` or `positive`")]
    Test,
    /// Doses.
    #[error("a vaccination is the number of doses, 1 to 15")]
    Doses,
    /// A temperature.
    #[error("a reading is degrees Celsius with one decimal, 30.0 to 45.0")]
    Reading,
    /// A region's code.
    #[error("{0:?} is no region code (GB/T 2260 or ISO 3166)")]
    Code(String),
    /// A region that is unknown or has ended.
    #[error("{0}")]
    Region(#[from] RegionError),
    /// The same attestation as a row before.
    #[error("the same as row {0}")]
    Repeated(u64),
}

impl RowError {
    /// A stable name.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Shape => "row_shape",
            Self::Binding => "row_binding",
            Self::Day => "row_day",
            Self::Future => "row_day_ahead",
            Self::Test => "row_test",
            Self::Doses => "row_doses",
            Self::Reading => "row_reading",
            Self::Code(_) => "row_region_code",
            Self::Region(_) => "row_region",
            Self::Repeated(_) => "row_repeated",
        }
    }
}

/// What all rows of a table have in common.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// Who states it.
    pub issuer: IssuerId,
    /// Of which kind.
    pub kind: AttestationKind,
    /// Today.
    pub today: Day,
    /// From which reading on it is fever.
    pub fever_tenths: u16,
}

impl Sheet {
    /// The attestation of a row, with a fresh nonce.
    ///
    /// # Errors
    /// [`RowError`] says what is wrong with the row.
    pub fn attestation(
        &self,
        row: &Row,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Made, RowError> {
        let binding: Nym = row.binding.trim().parse().map_err(|_| RowError::Binding)?;
        let day = self.day(&row.day)?;
        let card_day = row.card_day.as_deref().map(str::trim);
        let scope_day = match card_day.filter(|text| !text.is_empty()) {
            Some(text) => self.day(text)?,
            None => day,
        };
        let attestation = Attestation {
            issuer: self.issuer,
            binding,
            day,
            statement: self.statement(row.value.trim(), day)?,
            nonce: Fr::rand(rng),
        };
        Ok(Made {
            attestation,
            scope_day,
        })
    }

    fn day(&self, text: &str) -> Result<Day, RowError> {
        let day = Day::from_iso(text.trim()).map_err(|_| RowError::Day)?;
        if day > self.today {
            return Err(RowError::Future);
        }
        Ok(day)
    }

    fn statement(&self, value: &str, day: Day) -> Result<Statement, RowError> {
        match self.kind {
            AttestationKind::Test => match value {
                "negative" => Ok(Statement::Test { negative: true }),
                "positive" => Ok(Statement::Test { negative: false }),
                _ => Err(RowError::Test),
            },
            AttestationKind::Vaccination => {
                let doses: u8 = value.parse().map_err(|_| RowError::Doses)?;
                if (1..=15).contains(&doses) {
                    Ok(Statement::Vaccination { doses })
                } else {
                    Err(RowError::Doses)
                }
            }
            AttestationKind::Reading => {
                let tenths = tenths(value).ok_or(RowError::Reading)?;
                let fever = tenths >= self.fever_tenths;
                Ok(Statement::Reading { fever })
            }
            AttestationKind::Itinerary => Ok(Statement::Itinerary {
                regions: regions(value, day)?,
            }),
        }
    }
}

/// `36.5` as 365; exactly one decimal, 30.0 to 45.0.
fn tenths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.')?;
    let digits = |t: &str, n| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 2) || !digits(part, 1) {
        return None;
    }
    let tenths = whole.parse::<u16>().ok()? * 10 + part.parse::<u16>().ok()?;
    (300..=450).contains(&tenths).then_some(tenths)
}

/// Codes separated by `;`, each of a region that exists on the day. None at all is a stay at home: an empty itinerary.
pub fn regions(text: &str, day: Day) -> Result<Itinerary, RowError> {
    let mut out = Itinerary::default();
    let codes = text
        .split(';')
        .map(str::trim)
        .filter(|code| !code.is_empty());
    for text in codes {
        let code: RegionCode = text.parse().map_err(|_| RowError::Code(short(text)))?;
        out.insert(RegionTable::embedded().in_force(code, day)?.index());
    }
    Ok(out)
}

/// As much of a wrong code as helps to find it.
fn short(text: &str) -> String {
    text.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use luyin_protocol::did::Did;
    use rand::rngs::OsRng;

    use super::*;

    const TODAY: &str = "2021-06-01";

    fn sheet(kind: AttestationKind) -> Sheet {
        Sheet {
            issuer: Did::from_bytes([1; 32]).issuer(),
            kind,
            today: Day::from_iso(TODAY).unwrap(),
            fever_tenths: FEVER_TENTHS,
        }
    }

    fn row(value: &str) -> Row {
        Row {
            binding: Nym::from_value(Fr::from(7_u64)).to_string(),
            day: TODAY.to_owned(),
            value: value.to_owned(),
            card_day: None,
        }
    }

    fn stated(kind: AttestationKind, value: &str) -> Result<Statement, RowError> {
        let made = sheet(kind).attestation(&row(value), &mut OsRng)?;
        Ok(made.attestation.statement)
    }

    #[test]
    fn each_kind_reads_its_own_values_and_no_others() {
        use AttestationKind::{Itinerary as Stay, Reading, Test, Vaccination};
        assert_eq!(
            stated(Test, "negative"),
            Ok(Statement::Test { negative: true })
        );
        assert_eq!(
            stated(Test, "positive"),
            Ok(Statement::Test { negative: false })
        );
        assert_eq!(
            stated(Vaccination, "3"),
            Ok(Statement::Vaccination { doses: 3 })
        );
        assert_eq!(
            stated(Reading, "37.2"),
            Ok(Statement::Reading { fever: false })
        );
        assert_eq!(
            stated(Reading, "37.3"),
            Ok(Statement::Reading { fever: true })
        );
        for (kind, value, error) in [
            (Test, "Negative", RowError::Test),
            (Test, "", RowError::Test),
            (Vaccination, "0", RowError::Doses),
            (Vaccination, "16", RowError::Doses),
            (Vaccination, "-1", RowError::Doses),
            (Reading, "37", RowError::Reading),
            (Reading, "37.25", RowError::Reading),
            (Reading, "29.9", RowError::Reading),
            (Reading, "45.1", RowError::Reading),
            (Stay, "1101", RowError::Code("1101".to_owned())),
        ] {
            assert_eq!(stated(kind, value), Err(error), "{value}");
        }
    }

    #[test]
    fn an_itinerary_names_regions_that_exist_on_its_day() {
        let Ok(Statement::Itinerary { regions: found }) =
            stated(AttestationKind::Itinerary, "420100; JPN;")
        else {
            panic!("two regions");
        };
        assert_eq!(found.regions().count(), 2);
        let none = regions("", Day::from_iso(TODAY).unwrap()).unwrap();
        assert_eq!(none.regions().count(), 0);
        let unknown = regions("429999", Day::from_iso(TODAY).unwrap());
        assert!(matches!(
            unknown,
            Err(RowError::Region(RegionError::UnknownCode { .. }))
        ));
    }

    #[test]
    fn a_region_that_has_ended_refuses_the_row_with_its_successor() {
        let ended = RegionTable::embedded()
            .regions()
            .iter()
            .find(|region| region.validity().to().is_some())
            .expect("the table keeps ended regions");
        let day = ended.validity().to().unwrap();
        let refused = regions(&ended.code().to_string(), day).unwrap_err();
        assert!(matches!(
            refused,
            RowError::Region(RegionError::Retired { .. })
        ));
    }

    #[test]
    fn a_binding_that_is_no_nym_and_a_day_to_come_are_refused() {
        let sheet = sheet(AttestationKind::Test);
        let mut bad = row("negative");
        bad.binding = "ff".repeat(32);
        assert_eq!(sheet.attestation(&bad, &mut OsRng), Err(RowError::Binding));
        let mut bad = row("negative");
        bad.day = "2021-06-02".to_owned();
        assert_eq!(sheet.attestation(&bad, &mut OsRng), Err(RowError::Future));
        let mut late = row("negative");
        late.card_day = Some("2021-05-30".to_owned());
        let made = sheet.attestation(&late, &mut OsRng).unwrap();
        assert_eq!(made.scope_day.to_iso(), "2021-05-30");
        bad.day = "1 June".to_owned();
        assert_eq!(sheet.attestation(&bad, &mut OsRng), Err(RowError::Day));
    }

    #[test]
    fn two_attestations_of_one_row_differ_in_their_nonce() {
        let sheet = sheet(AttestationKind::Test);
        let make = || {
            sheet
                .attestation(&row("negative"), &mut OsRng)
                .unwrap()
                .attestation
        };
        assert_ne!(make().leaf(), make().leaf());
    }
}
