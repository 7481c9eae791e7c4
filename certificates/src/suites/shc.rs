//! SMART Health Cards: the examples of the specification and the test data of its developer tools, with
//! the errors that those tools' own tests expect (`expected.json`).
//!
//! A case comes out as expected if the card is taken where no error is expected, or refused for a reason
//! that stands among the expected errors or warnings. What the tools report beyond cards is not counted:
//! bundles alone, SMART Health Links, and pictures that are no PNG or are not in the folder.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::files::{self, SuiteFault};
use super::outcome::Outcome;
use super::picture;
use crate::Moment;
use crate::shc::{
    Card, Issuer, IssuerFault, IssuerList, Jws, Refusal, Verifier, cards_of_file,
    cards_of_parameters, jws_of_codes,
};

/// After the examples were made, and before the one with an expiry expired.
const CLOCK: Moment = Moment::from_millis(1_700_000_000_000);
/// Codes in parts are held still, and are taken.
const TAKEN: &str = "QR_CHUNKING_DEPRECATED";
const SETS: &str = ".well-known/jwks.json";

pub fn run_cards(folder: &Path) -> Result<Outcome, SuiteFault> {
    let path = folder.join("expected.json");
    let expected = files::json(&path)?;
    let mut outcome = Outcome::new();
    for case in files::list(&expected, "cases", &path)? {
        let expected = Expected::read(files::string(case, "args"));
        let files: Option<Vec<PathBuf>> = expected
            .files
            .iter()
            .map(|file| find(folder, file))
            .collect();
        if let Some(files) = files.filter(|files| expected.is_counted(files)) {
            let name = format!(
                "{} ({})",
                files::string(case, "name"),
                expected.files.join(", ")
            );
            outcome.count(name, expected.compare(judge(folder, &expected, &files)?));
        }
    }
    Ok(outcome)
}

/// Key sets that are to be taken, and that are not, by their files' names.
pub fn run_keys(folder: &Path) -> Result<Outcome, SuiteFault> {
    let mut outcome = Outcome::new();
    for path in files::below(&folder.join("negative"), ".json")? {
        let name = files::name(&folder.join("negative"), &path);
        let valid = name.starts_with("valid_");
        let invalid = ["wrong_", "invalid_", "cert_mismatch"];
        if !valid && !invalid.iter().any(|start| name.starts_with(start)) {
            continue;
        }
        let taken = Issuer::read(ISSUER_OF_KEYS, &files::json(&path)?);
        let came_out = match (valid, taken) {
            (true, Ok(_)) | (false, Err(_)) => Ok(()),
            (true, Err(fault)) => Err(fault.to_string()),
            (false, Ok(_)) => Err("is taken".to_owned()),
        };
        outcome.count(name, came_out);
    }
    Ok(outcome)
}

/// Whom the certificates beside the keys name.
const ISSUER_OF_KEYS: &str = "https://smarthealth.cards/examples/issuer";

/// What a test of the tools gives to the tool, and expects of it.
struct Expected<'a> {
    files: Vec<&'a str>,
    kind: &'a str,
    errors: Vec<&'a str>,
    warnings: Vec<&'a str>,
    options: &'a str,
}

const KINDS: [&str; 6] = [
    "jws",
    "healthcard",
    "fhirhealthcard",
    "qrnumeric",
    "qr",
    "jwspayload",
];

impl<'a> Expected<'a> {
    /// Reads the arguments as they stand in the test's source: texts, then lists of `ec.NAME`.
    fn read(arguments: &'a str) -> Self {
        let mut texts = arguments.split(['\'', '"']).skip(1).step_by(2);
        let files = texts
            .clone()
            .take_while(|text| text.contains('.'))
            .collect::<Vec<_>>();
        let kind = texts.nth(files.len()).unwrap_or_default();
        let quoted = [format!("'{kind}'"), format!("\"{kind}\"")];
        let rest = quoted
            .iter()
            .find_map(|kind| arguments.split_once(kind.as_str()));
        let rest = rest.map_or("", |(_, rest)| rest);
        let (lists, options) = rest.split_once('{').unwrap_or((rest, ""));
        let (errors, warnings) = errors_and_warnings(lists);
        Self {
            files,
            kind,
            errors: codes(errors),
            warnings: codes(warnings),
            options,
        }
    }

    fn is_counted(&self, files: &[PathBuf]) -> bool {
        let is_png = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "png");
        let is_link = self.files.iter().any(|file| file.starts_with("shlink"));
        KINDS.contains(&self.kind)
            && !is_link
            && !files.is_empty()
            && (self.kind != "qr" || files.iter().all(is_png))
    }

    fn compare(&self, came_out: Result<(), (String, &[&str])>) -> Result<(), String> {
        let expected: Vec<&str> = self.errors.iter().chain(&self.warnings).copied().collect();
        match came_out {
            Ok(()) if self.errors.iter().all(|code| *code == TAKEN) => Ok(()),
            Ok(()) => Err(format!("is taken, expected: {}", self.errors.join(", "))),
            Err((_, codes)) if codes.iter().any(|code| expected.contains(code)) => Ok(()),
            Err((why, _)) => Err(format!("{why}; expected: {}", expected.join(", "))),
        }
    }
}

/// The errors and the warnings of `[[errors], [warnings]]`; a number or a name may stand for a list.
fn errors_and_warnings(lists: &str) -> (&str, &str) {
    let (_, inner) = lists.split_once('[').unwrap_or_default();
    let end = if inner.trim_start().starts_with('[') {
        ']'
    } else {
        ','
    };
    inner.split_once(end).unwrap_or((inner, ""))
}

fn codes(list: &str) -> Vec<&str> {
    let names = list.split("ec.").skip(1);
    let is_letter =
        |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    names
        .map(|rest| {
            rest.split(|letter| !is_letter(letter))
                .next()
                .unwrap_or(rest)
        })
        .collect()
}

fn find(folder: &Path, file: &str) -> Option<PathBuf> {
    let places = ["examples", "negative"].map(|part| folder.join(part).join(file));
    places.into_iter().find(|path| path.is_file())
}

/// A refusal with the names that the tools give its reason.
type CameOut = Result<(), (String, &'static [&'static str])>;

fn judge(folder: &Path, expected: &Expected<'_>, paths: &[PathBuf]) -> Result<CameOut, SuiteFault> {
    let mut texts = Vec::new();
    for path in paths {
        if expected.kind == "qr" {
            match picture::read(path)? {
                Some(text) => texts.push(text),
                None => return Ok(Err(("no code is found".to_owned(), &["QR_DECODE_ERROR"]))),
            }
        } else {
            texts.push(files::text(path)?);
        }
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let first = texts.first().copied().unwrap_or_default();
    if expected.kind == "jwspayload" {
        let card = Card::read(first.as_bytes());
        return Ok(refused(card.and_then(|card| card.check_time(CLOCK))));
    }
    let cards = match expected.kind {
        "jws" => Ok(vec![first.to_owned()]),
        "healthcard" => cards_of_file(first),
        "fhirhealthcard" => cards_of_parameters(first),
        _ => jws_of_codes(&texts).map(|jws| vec![jws]),
    };
    let cards = match cards {
        Ok(cards) => cards,
        Err(refusal) => return Ok(refused(Err(refusal))),
    };
    for jws in cards {
        let came_out = verify(folder, expected, &jws)?;
        if came_out.is_err() {
            return Ok(came_out);
        }
    }
    Ok(Ok(()))
}

fn verify(folder: &Path, expected: &Expected<'_>, jws: &str) -> Result<CameOut, SuiteFault> {
    let mut issuers = IssuerList::new();
    let card = Jws::read(jws).and_then(|jws| Card::read(jws.payload()));
    // A directory that is not in the folder lists nobody.
    if let (Ok(card), false) = (card, expected.options.contains("'VCI'")) {
        match issuer(folder, card.issuer())? {
            Some(Ok(issuer)) => issuers.add(issuer),
            Some(Err(IssuerFault::Revocations(fault))) => {
                return Ok(Err((fault.to_string(), &["REVOCATION_ERROR"])));
            }
            Some(Err(fault)) => {
                return Ok(Err((fault.to_string(), &["ISSUER_KEY_DOWNLOAD_ERROR"])));
            }
            None => {}
        }
    }
    let verifier = Verifier {
        issuers: &issuers,
        clock: CLOCK,
    };
    Ok(refused(verifier.verify(jws).map(|_| ())))
}

/// What the folder gives as published by the issuer: below a path that its URL ends with.
fn issuer(folder: &Path, url: &str) -> Result<Option<Result<Issuer, IssuerFault>>, SuiteFault> {
    for path in files::below(folder, SETS)? {
        let place = path.parent().and_then(Path::parent).unwrap_or(folder);
        let name = files::name(folder, place);
        let name = name.strip_prefix("negative/").unwrap_or(&name);
        if !url.ends_with(&format!("/{name}")) {
            continue;
        }
        let set = match files::json(&path) {
            Ok(set) => set,
            Err(SuiteFault::Json(..)) => return Ok(Some(Err(IssuerFault::Keys))),
            Err(fault) => return Err(fault),
        };
        return published(place, url, &set).map(Some);
    }
    Ok(None)
}

fn published(
    place: &Path,
    url: &str,
    set: &Json,
) -> Result<Result<Issuer, IssuerFault>, SuiteFault> {
    let mut issuer = match Issuer::read(url, set) {
        Ok(issuer) => issuer,
        fault => return Ok(fault),
    };
    let ids: Vec<String> = issuer.keys().map(|key| key.id().to_owned()).collect();
    for id in ids {
        let list = place.join(".well-known/crl").join(format!("{id}.json"));
        if list.is_file()
            && let Err(fault) = issuer.revoke(&id, &files::json(&list)?)
        {
            return Ok(Err(fault));
        }
    }
    Ok(Ok(issuer))
}

fn refused(result: Result<(), Refusal>) -> CameOut {
    result.map_err(|refusal| {
        let codes: &[&str] = match &refusal {
            Refusal::NotOurs => &["INVALID_NUMERIC_QR_HEADER", "TRAILING_CHARACTERS"],
            Refusal::Part(_) => &["INVALID_NUMERIC_QR_HEADER"],
            Refusal::PartMissing(_) => &["MISSING_QR_CHUNK"],
            Refusal::Numeric => &["INVALID_NUMERIC_QR", "TRAILING_CHARACTERS"],
            Refusal::Jws => &["TRAILING_CHARACTERS", "JWS_TOO_LONG"],
            Refusal::Header(_) => &["JWS_HEADER_ERROR"],
            Refusal::Deflate(_) => &["INFLATION_ERROR"],
            Refusal::Payload(_) => &["JSON_PARSE_ERROR", "TRAILING_CHARACTERS", "SCHEMA_ERROR"],
            Refusal::IssuerUrl => &["INVALID_ISSUER_URL"],
            Refusal::NotAHealthCard => &["SCHEMA_ERROR"],
            Refusal::Time("nbf") | Refusal::NotYetValid(_) => &["NOT_YET_VALID"],
            Refusal::Time(_) | Refusal::Expired(_) => &["EXPIRATION_ERROR"],
            Refusal::UnknownIssuer(_) => &["ISSUER_NOT_TRUSTED", "ISSUER_KEY_DOWNLOAD_ERROR"],
            Refusal::UnknownKey(_) => &["ISSUER_KID_MISMATCH", "JWS_VERIFICATION_ERROR"],
            Refusal::SignatureForm => &["SIGNATURE_FORMAT_ERROR"],
            Refusal::Altered => &["JWS_VERIFICATION_ERROR"],
            Refusal::Revoked => &[],
        };
        (refusal.to_string(), codes)
    })
}
