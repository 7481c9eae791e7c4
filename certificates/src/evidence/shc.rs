//! What a health card tells, by the codes of its FHIR bundle.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Asked, Evidence, EvidenceFault, Holder, Mark, Told, doses, moment};
use crate::Moment;
use crate::shc::Card;

const CVX: &str = "http://hl7.org/fhir/sid/cvx";
const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";

/// Nucleic acid tests for SARS-CoV-2 whose answer is detected or not: of any specimen, respiratory, nasopharynx, saliva, nose.
const NUCLEIC_ACID: [&str; 5] = ["94309-2", "94500-6", "94759-8", "94845-5", "95406-5"];
/// Not detected, negative.
const NEGATIVE: [&str; 2] = ["260415000", "260385009"];
/// Detected, positive.
const POSITIVE: [&str; 2] = ["260373001", "10828004"];
/// States of an observation in which it is settled.
const SETTLED: [&str; 3] = ["final", "amended", "corrected"];

/// What is asked of a card that was verified. Doses of one day count once; of results the newest counts, and of two at one
/// moment the worse.
pub fn of_shc(card: &Card, asked: Asked) -> Result<Evidence, EvidenceFault> {
    let bundle = Bundle::of(card.bundle())?;
    let told = match asked {
        Asked::Test => test(&bundle)?,
        Asked::Vaccination => vaccination(&bundle)?,
    };
    // The same content signed anew, at another time too, is the same card.
    let content = card.bundle().to_string();
    Ok(Evidence {
        told,
        holder: holder(bundle.patient),
        mark: Mark::of(&[b"shc", card.issuer().as_bytes(), content.as_bytes()]),
    })
}

/// The resources that are about the one patient.
struct Bundle<'a> {
    patient: &'a Json,
    others: Vec<&'a Json>,
}

impl<'a> Bundle<'a> {
    fn of(bundle: &'a Json) -> Result<Self, EvidenceFault> {
        let entries = bundle.get("entry").and_then(Json::as_array);
        let entries: Vec<(Option<&str>, &Json)> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some((text(entry, "fullUrl"), entry.get("resource")?)))
            .collect();
        let is_patient = |resource: &Json| text(resource, "resourceType") == Some("Patient");
        let mut patients = entries.iter().filter(|(_, resource)| is_patient(resource));
        let (Some((Some(url), patient)), None) = (patients.next(), patients.next()) else {
            return Err(EvidenceFault::Holder);
        };
        let tells = |one: &&Json| {
            matches!(
                text(one, "resourceType"),
                Some("Immunization" | "Observation")
            )
        };
        let resources = entries.iter().map(|(_, resource)| *resource);
        let others: Vec<&Json> = resources.filter(tells).collect();
        let is_theirs = |resource: &&Json| {
            let subject = resource.get("patient").or_else(|| resource.get("subject"));
            subject.and_then(|subject| text(subject, "reference")) == Some(url)
        };
        if others.iter().all(is_theirs) {
            Ok(Self { patient, others })
        } else {
            Err(EvidenceFault::Holder)
        }
    }

    fn of_type(&self, name: &'static str) -> impl Iterator<Item = &'a Json> {
        let all = self.others.iter().copied();
        all.filter(move |resource| text(resource, "resourceType") == Some(name))
    }
}

fn text<'a>(json: &'a Json, field: &str) -> Option<&'a str> {
    json.get(field).and_then(Json::as_str)
}

/// The codes of a concept in one system.
fn codes<'a>(concept: Option<&'a Json>, system: &str) -> Vec<&'a str> {
    let codings = concept.and_then(|concept| concept.get("coding"));
    let codings = codings.and_then(Json::as_array).into_iter().flatten();
    codings
        .filter(|coding| text(coding, "system") == Some(system))
        .filter_map(|coding| text(coding, "code"))
        .collect()
}

fn vaccination(bundle: &Bundle<'_>) -> Result<Told, EvidenceFault> {
    let given = bundle.of_type("Immunization").filter(|one| {
        let vaccine = codes(one.get("vaccineCode"), CVX);
        text(one, "status") == Some("completed") && vaccine.into_iter().any(is_against_covid_19)
    });
    let days = given.map(|one| moment(text(one, "occurrenceDateTime").unwrap_or_default()));
    let days = days.collect::<Result<BTreeSet<Moment>, _>>()?;
    let newest = days
        .last()
        .ok_or(EvidenceFault::NothingAsked(Asked::Vaccination))?;
    let count = days
        .iter()
        .map(|moment| moment.day())
        .collect::<BTreeSet<i64>>();
    Ok(Told::Vaccination {
        doses: doses(u64::try_from(count.len()).unwrap_or(u64::MAX))?,
        newest: *newest,
    })
}

/// By CVX, as of 2023: the vaccines of the United States, and 500 to 521 of elsewhere.
fn is_against_covid_19(vaccine: &str) -> bool {
    matches!(
        vaccine.parse::<u16>(),
        Ok(207 | 208 | 210..=213 | 217..=219 | 221 | 225..=230 | 300..=302 | 500..=521)
    )
}

fn test(bundle: &Bundle<'_>) -> Result<Told, EvidenceFault> {
    let settled = bundle.of_type("Observation").filter(|one| {
        let test = codes(one.get("code"), LOINC);
        text(one, "status").is_some_and(|status| SETTLED.contains(&status))
            && test.iter().any(|code| NUCLEIC_ACID.contains(code))
    });
    let results = settled.map(|one| {
        let sampled = moment(text(one, "effectiveDateTime").unwrap_or_default())?;
        Ok((sampled, one.get("valueCodeableConcept")))
    });
    let results = results.collect::<Result<Vec<_>, _>>()?;
    let newest = results.iter().map(|(sampled, _)| *sampled).max();
    let sampled = newest.ok_or(EvidenceFault::NothingAsked(Asked::Test))?;
    let mut negative = true;
    for (_, result) in results.iter().filter(|(moment, _)| *moment == sampled) {
        negative &= is_negative(*result)?;
    }
    Ok(Told::Test { negative, sampled })
}

fn is_negative(result: Option<&Json>) -> Result<bool, EvidenceFault> {
    let codes = codes(result, SNOMED);
    let any_of = |wanted: [&str; 2]| codes.iter().any(|code| wanted.contains(code));
    match (any_of(NEGATIVE), any_of(POSITIVE)) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        _ => Err(EvidenceFault::Result(codes.join(" "))),
    }
}

fn holder(patient: &Json) -> Holder {
    let names = patient.get("name").and_then(Json::as_array);
    let names = names.into_iter().flatten().map(|name| {
        let given = name.get("given").and_then(Json::as_array);
        let given = given.into_iter().flatten().filter_map(Json::as_str);
        let spelled: Vec<&str> = text(name, "family").into_iter().chain(given).collect();
        match text(name, "text") {
            Some(text) if spelled.is_empty() => text.to_owned(),
            _ => spelled.join(" "),
        }
    });
    Holder {
        names: names.filter(|name| !name.is_empty()).collect(),
        birth: text(patient, "birthDate").map(str::to_owned),
    }
}
