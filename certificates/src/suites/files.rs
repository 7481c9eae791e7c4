//! Reading what a suite's folder holds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use thiserror::Error;

/// The suite itself is broken, which says nothing about what it tests.
#[derive(Debug, Error)]
pub enum SuiteFault {
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0}: no JSON: {1}")]
    Json(PathBuf, serde_json::Error),
    #[error("{0}: {1}")]
    Form(PathBuf, &'static str),
}

/// Every file below the folder whose name ends so, in order.
pub fn below(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, SuiteFault> {
    let fault = |error| SuiteFault::Io(folder.to_owned(), error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() {
            found.extend(below(&path, ending)?);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The path below the folder: the name of a case.
pub fn name(folder: &Path, path: &Path) -> String {
    let name = path.strip_prefix(folder).unwrap_or(path);
    name.to_string_lossy().into_owned()
}

pub fn text(path: &Path) -> Result<String, SuiteFault> {
    let text = fs::read_to_string(path);
    text.map_err(|error| SuiteFault::Io(path.to_owned(), error))
}

/// The JSON of a file, which may begin with a byte order mark.
pub fn json(path: &Path) -> Result<Json, SuiteFault> {
    let text = text(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    serde_json::from_str(text).map_err(|error| SuiteFault::Json(path.to_owned(), error))
}

/// The items of a list that the file must have.
pub fn list<'a>(json: &'a Json, key: &'static str, path: &Path) -> Result<&'a [Json], SuiteFault> {
    let list = json.get(key).and_then(Json::as_array);
    let list = list.ok_or_else(|| SuiteFault::Form(path.to_owned(), key));
    list.map(Vec::as_slice)
}

/// A text within, or the empty one.
pub fn string<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}
