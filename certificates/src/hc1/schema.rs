//! The JSON schema of the payload, versions 1.0 to 1.3, as far as it says what a certificate is.
//!
//! Codes are not held against value sets: those change without the schema, and are what rules are for.
//! Two checks are our own: nobody is born after the issue, and a forename that is written has a
//! transliteration.

use serde_json::{Map, Value as Json};
use thiserror::Error;

use super::statement::Kind;
use crate::Moment;

/// Characters of a text.
const LONGEST_TEXT: usize = 80;
const LONGEST_COUNTRY: usize = 10;

/// A field, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field} {fault}")]
pub struct SchemaFault {
    pub field: &'static str,
    pub fault: &'static str,
}

type Checked<T = ()> = Result<T, SchemaFault>;

struct Field {
    name: &'static str,
    form: Form,
    needed: bool,
}

enum Form {
    Text,
    /// By the rules of machine-readable passports.
    Transliterated,
    Country,
    Dose,
    /// Poland adds a time of day.
    Date,
    DateTime,
}

const fn needed(name: &'static str, form: Form) -> Field {
    let needed = true;
    Field { name, form, needed }
}

const fn optional(name: &'static str, form: Form) -> Field {
    let needed = false;
    Field { name, form, needed }
}

const NAME: [Field; 4] = [
    needed("fnt", Form::Transliterated),
    optional("fn", Form::Text),
    optional("gnt", Form::Transliterated),
    optional("gn", Form::Text),
];

const VACCINATION: [Field; 10] = [
    needed("tg", Form::Text),
    needed("vp", Form::Text),
    needed("mp", Form::Text),
    needed("ma", Form::Text),
    needed("dn", Form::Dose),
    needed("sd", Form::Dose),
    needed("dt", Form::Date),
    needed("co", Form::Country),
    needed("is", Form::Text),
    needed("ci", Form::Text),
];

const TEST: [Field; 10] = [
    needed("tg", Form::Text),
    needed("tt", Form::Text),
    optional("nm", Form::Text),
    optional("ma", Form::Text),
    needed("sc", Form::DateTime),
    needed("tr", Form::Text),
    needed("tc", Form::Text),
    needed("co", Form::Country),
    needed("is", Form::Text),
    needed("ci", Form::Text),
];

const RECOVERY: [Field; 7] = [
    needed("tg", Form::Text),
    needed("fr", Form::Date),
    needed("co", Form::Country),
    needed("is", Form::Text),
    needed("df", Form::Date),
    needed("du", Form::Date),
    needed("ci", Form::Text),
];

/// What the payload is about, if it has the form of a certificate issued at that moment.
pub fn check(payload: &Json, issued: Moment) -> Checked<Kind> {
    let (json, payload) = (payload, object(payload, "the payload")?);
    let minor = minor_version(text(payload, "ver")?)?;
    check_name(object(get(payload, "nam")?, "nam")?)?;
    check_birth(text(payload, "dob")?, issued)?;
    let kind = kind(json)?;
    let entries = get(payload, kind.group())?.as_array();
    let entries = entries.ok_or(fault(kind.group(), "is no list"))?;
    // Before 1.3 a series of doses could stand in one certificate.
    if entries.is_empty() || (entries.len() > 1 && minor >= 3) {
        return Err(fault(kind.group(), "has not one entry"));
    }
    let fields: &[Field] = match kind {
        Kind::Vaccination => &VACCINATION,
        Kind::Test => &TEST,
        Kind::Recovery => &RECOVERY,
    };
    for entry in entries {
        check_fields(object(entry, kind.group())?, fields)?;
    }
    Ok(kind)
}

const fn fault(field: &'static str, fault: &'static str) -> SchemaFault {
    SchemaFault { field, fault }
}

fn object<'a>(value: &'a Json, field: &'static str) -> Checked<&'a Map<String, Json>> {
    value.as_object().ok_or(fault(field, "is no object"))
}

fn get<'a>(object: &'a Map<String, Json>, field: &'static str) -> Checked<&'a Json> {
    object.get(field).ok_or(fault(field, "is missing"))
}

fn text<'a>(object: &'a Map<String, Json>, field: &'static str) -> Checked<&'a str> {
    get(object, field)?
        .as_str()
        .ok_or(fault(field, "is no text"))
}

fn minor_version(version: &str) -> Checked<u32> {
    let mut parts = version.split('.').map(|part| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    });
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Some(1)), Some(Some(minor)), Some(Some(_)), None) => Ok(minor),
        _ => Err(fault("ver", "is no version 1.x.y")),
    }
}

/// What the payload is about, whatever else is wrong with it.
pub fn kind(payload: &Json) -> Checked<Kind> {
    let payload = object(payload, "the payload")?;
    let mut present = Kind::ALL
        .into_iter()
        .filter(|kind| payload.contains_key(kind.group()));
    match (present.next(), present.next()) {
        (Some(kind), None) => Ok(kind),
        (None, _) => Err(fault("v, t or r", "is missing")),
        (Some(_), Some(_)) => Err(fault("v, t and r", "stand beside each other")),
    }
}

fn check_name(name: &Map<String, Json>) -> Checked {
    check_fields(name, &NAME)?;
    let filled = |field| {
        name.get(field)
            .and_then(Json::as_str)
            .map(|text| !text.is_empty())
    };
    match (filled("gn"), filled("gnt")) {
        (Some(true), Some(false)) => Err(fault("gnt", "is empty beside a forename")),
        _ => Ok(()),
    }
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD` of two centuries, or nothing.
fn check_birth(birth: &str, issued: Moment) -> Checked {
    let mut parts = birth.split('-');
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let year = parts.next().unwrap_or_default();
    let year_holds = year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && (year.starts_with("19") || year.starts_with("20"));
    let rest: Vec<&str> = parts.collect();
    let holds = year_holds && rest.len() <= 2 && rest.into_iter().all(two);
    if !birth.is_empty() && !holds {
        return Err(fault("dob", "is no date of the years 1900 to 2099"));
    }
    // Both are written with the larger units first, so that they compare as text.
    let issued = issued.to_string();
    if issued
        .get(..birth.len())
        .is_some_and(|issued| birth > issued)
    {
        return Err(fault("dob", "lies after the issue"));
    }
    Ok(())
}

fn check_fields(object: &Map<String, Json>, fields: &[Field]) -> Checked {
    for field in fields {
        match object.get(field.name) {
            Some(value) => check_field(field, value)?,
            None if field.needed => return Err(fault(field.name, "is missing")),
            None => {}
        }
    }
    Ok(())
}

fn check_field(field: &Field, value: &Json) -> Checked {
    let wrong = |what| Err(fault(field.name, what));
    if matches!(field.form, Form::Dose) {
        return match value.as_u64() {
            Some(1..) => Ok(()),
            _ => wrong("is no positive number"),
        };
    }
    let Some(text) = value.as_str() else {
        return wrong("is no text");
    };
    if text.chars().count() > LONGEST_TEXT {
        return wrong("is longer than 80 characters");
    }
    let capitals = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    match field.form {
        Form::Transliterated if !capitals(&text.replace('<', "")) => {
            wrong("is not in capitals A to Z")
        }
        Form::Country if !capitals(text) || text.len() > LONGEST_COUNTRY => {
            wrong("is no code of a country")
        }
        Form::Date if Moment::parse(text).is_err() => wrong("is no date"),
        Form::DateTime if Moment::parse(text).is_err() || !text.contains('T') => {
            wrong("is no date-time")
        }
        _ => Ok(()),
    }
}
