//! The worked examples of RFC 9285.

use std::path::Path;

use super::files::{self, SuiteFault};
use super::outcome::Outcome;
use crate::hc1::code;

pub fn run(folder: &Path) -> Result<Outcome, SuiteFault> {
    let mut outcome = Outcome::new();
    for path in files::below(folder, ".json")? {
        let vectors = files::json(&path)?;
        for vector in files::list(&vectors, "encode", &path)? {
            let (text, plain) = (
                files::string(vector, "base45"),
                files::string(vector, "utf8"),
            );
            let decoded = code::base45(text).is_ok_and(|bytes| bytes == plain.as_bytes());
            let came_out = decoded.then_some(());
            outcome.count(text, came_out.ok_or_else(|| format!("is not {plain:?}")));
        }
        for vector in files::list(&vectors, "must_fail_decode", &path)? {
            let text = files::string(vector, "base45");
            let refused = code::base45(text).is_err().then_some(());
            outcome.count(text, refused.ok_or_else(|| "was decoded".to_owned()));
        }
    }
    Ok(outcome)
}
