//! What an HC1 certificate tells, by the EU's value sets of codes.

use serde_json::Value as Json;

use super::{Asked, Evidence, EvidenceFault, Holder, Mark, Told, doses, moment};
use crate::hc1::{Certificate, Kind};

/// SNOMED CT: COVID-19.
const COVID_19: &str = "840539006";
/// LOINC: nucleic acid amplification with probe detection.
const NUCLEIC_ACID: &str = "LP6464-4";
/// SNOMED CT: not detected, and detected.
const NOT_DETECTED: &str = "260415000";
const DETECTED: &str = "260373001";

/// What is asked of a certificate that was verified. Of doses that stand beside each other the newest counts.
pub fn of_hc1(certificate: &Certificate, asked: Asked) -> Result<Evidence, EvidenceFault> {
    if !certificate.is_key_name_signed() {
        return Err(EvidenceFault::KeyNameUnsigned);
    }
    let kind = certificate.kind();
    let entry = newest(certificate.payload(), kind).ok_or(EvidenceFault::Holder)?;
    let told = match (kind, asked) {
        (Kind::Test, Asked::Test) => test(entry)?,
        (Kind::Vaccination, Asked::Vaccination) => vaccination(entry)?,
        (kind, asked) => return Err(EvidenceFault::OtherKind(kind, asked)),
    };
    Ok(Evidence {
        told,
        holder: holder(certificate.payload()),
        mark: mark(entry),
    })
}

fn says<'a>(entry: &'a Json, field: &str) -> &'a str {
    entry.get(field).and_then(Json::as_str).unwrap_or_default()
}

/// Dates are written with the larger units first, so that they compare as text.
fn newest(payload: &Json, kind: Kind) -> Option<&Json> {
    let entries = payload.get(kind.group())?.as_array()?;
    entries.iter().max_by_key(|entry| says(entry, "dt"))
}

fn disease(entry: &Json) -> Result<(), EvidenceFault> {
    match says(entry, "tg") {
        COVID_19 => Ok(()),
        other => Err(EvidenceFault::Disease(other.to_owned())),
    }
}

fn test(entry: &Json) -> Result<Told, EvidenceFault> {
    disease(entry)?;
    if says(entry, "tt") != NUCLEIC_ACID {
        return Err(EvidenceFault::TestType(says(entry, "tt").to_owned()));
    }
    let negative = match says(entry, "tr") {
        NOT_DETECTED => true,
        DETECTED => false,
        other => return Err(EvidenceFault::Result(other.to_owned())),
    };
    let sampled = moment(says(entry, "sc"))?;
    Ok(Told::Test { negative, sampled })
}

fn vaccination(entry: &Json) -> Result<Told, EvidenceFault> {
    disease(entry)?;
    let doses = doses(entry.get("dn").and_then(Json::as_u64).unwrap_or(0))?;
    let newest = moment(says(entry, "dt"))?;
    Ok(Told::Vaccination { doses, newest })
}

fn holder(payload: &Json) -> Holder {
    let name = payload.get("nam").unwrap_or(&Json::Null);
    let spelled = |family, given| format!("{} {}", says(name, family), says(name, given));
    let spellings = [spelled("fn", "gn"), spelled("fnt", "gnt")];
    let names = spellings.iter().map(|name| name.trim().to_owned());
    let birth = says(payload, "dob");
    Holder {
        names: names.filter(|name| !name.is_empty()).collect(),
        birth: (!birth.is_empty()).then(|| birth.to_owned()),
    }
}

/// By the identifier that its country gave it, which stays when it is signed anew.
fn mark(entry: &Json) -> Mark {
    let (country, identifier) = (says(entry, "co"), says(entry, "ci"));
    Mark::of(&[b"hc1", country.as_bytes(), identifier.as_bytes()])
}
