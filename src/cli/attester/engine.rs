//! The itinerary engine, a program of its own: what it is asked, and what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use luyin_itinerary::{Answered, Moment};
use luyin_protocol::time::Day;
use serde::de::DeserializeOwned;

use super::itinerary::Derived;

/// The engine's program.
const PROGRAM: &str = "luyin-itinerary";

/// Why the engine did nothing.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It is not there.
    #[error(
        "no itinerary engine at {0}: `cargo build --locked --manifest-path itinerary/engine/Cargo.toml` builds target/debug/{PROGRAM} below itinerary/engine, which --engine names; without --state a small drop of text is derived in memory"
    )]
    Missing(PathBuf),
    /// It could not be started.
    #[error("the itinerary engine {path}: {source}")]
    Start {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// It refused.
    #[error("the itinerary engine refused to {verb}: {said}")]
    Refused {
        /// to do what
        verb: &'static str,
        /// its own words
        said: String,
    },
    /// What it said.
    #[error("the itinerary engine did not say what it did to {verb}")]
    Answer {
        /// having done what
        verb: &'static str,
    },
}

/// The engine, found.
#[derive(Debug)]
pub struct Engine(PathBuf);

impl Engine {
    /// The one that was named, else the one beside this program.
    ///
    /// # Errors
    /// [`EngineError::Missing`].
    pub fn find(named: Option<PathBuf>) -> Result<Self, EngineError> {
        let beside = || {
            let this = std::env::current_exe().unwrap_or_default();
            this.with_file_name(PROGRAM)
        };
        let path = named.unwrap_or_else(beside);
        if path.is_file() {
            Ok(Self(path))
        } else {
            Err(EngineError::Missing(path))
        }
    }

    /// Derives what was delivered since the last time. Deliveries of a moment after `now` are refused.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn derive(&self, drop: &Path, state: &Path, now: Moment) -> Result<Derived, EngineError> {
        let files = [("--drop", drop), ("--state", state)];
        self.say("derive", &files, ("--now", &now.to_string()))
    }

    /// Writes the table of those who asked on a day.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn window(
        &self,
        state: &Path,
        on: Day,
        asked: &Path,
        out: &Path,
    ) -> Result<Answered, EngineError> {
        let files = [("--state", state), ("--asked", asked), ("--out", out)];
        self.say("window", &files, ("--on", &on.to_iso()))
    }

    fn say<T: DeserializeOwned>(
        &self,
        verb: &'static str,
        files: &[(&str, &Path)],
        (name, value): (&str, &str),
    ) -> Result<T, EngineError> {
        let mut command = Command::new(&self.0);
        command.arg(verb).args([name, value]);
        for (name, path) in files {
            command.arg(name).arg(path);
        }
        // The passphrase of the keystore may stand in the environment, and is no business of the engine's.
        let output = command.env_clear().stdin(Stdio::null()).output();
        let output = output.map_err(|source| EngineError::Start {
            path: self.0.clone(),
            source,
        })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(EngineError::Refused { verb, said });
        }
        serde_json::from_slice(&output.stdout).map_err(|_| EngineError::Answer { verb })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_is_not_there_is_named_with_how_to_build_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PROGRAM);
        let missing = Engine::find(Some(path.clone())).unwrap_err();
        assert!(matches!(&missing, EngineError::Missing(named) if *named == path));
        assert!(missing.to_string().contains("cargo build"));
    }
}
