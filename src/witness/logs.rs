//! The logs that a witness knows: by origin, the keys that sign their checkpoints.

use std::collections::BTreeMap;

use luyin_ledger::log::checkpoint::{SignError, VerifierKey};

/// Why the logs are refused.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// Not a key.
    #[error("{text}: {source}")]
    Key {
        /// as it was given
        text: String,
        /// why not
        source: SignError,
    },
    /// None: then every request is refused.
    #[error("a witness of no log: give --log-key")]
    None,
}

/// Keys by the origin that they sign for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logs(BTreeMap<String, Vec<VerifierKey>>);

impl Logs {
    /// Reads keys in the form `<origin>+<id>+<key>`; several of one origin are keys of one log.
    ///
    /// # Errors
    /// [`LogsError`].
    pub fn from_texts(texts: &[String]) -> Result<Self, LogsError> {
        let mut logs: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for text in texts {
            let key = VerifierKey::from_text(text).map_err(|source| LogsError::Key {
                text: text.clone(),
                source,
            })?;
            logs.entry(key.name().to_owned()).or_default().push(key);
        }
        if logs.is_empty() {
            return Err(LogsError::None);
        }
        Ok(Self(logs))
    }

    /// Each log with its keys.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Vec<VerifierKey>)> {
        self.0.iter()
    }
}
