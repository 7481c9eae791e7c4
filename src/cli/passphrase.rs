//! Where passphrases come from: a file, an environment variable that names one, or a prompt. Never the command line, which
//! every process on the machine can read.

use std::path::{Path, PathBuf};

use clap::Args;
use luyin_keys::sealed::{Passphrase, SealError, Secret};
use zeroize::{Zeroize, Zeroizing};

/// Where the passphrase of a keystore is.
#[derive(Debug, Clone, Args)]
pub struct PassphraseArgs {
    /// File whose first line is the passphrase; without it you are asked
    #[arg(long, env = "LUYIN_PASSPHRASE_FILE", value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// The file.
    #[error("the passphrase file {path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// The terminal.
    #[error("nobody to ask for the passphrase ({0}); name a file with --passphrase-file")]
    Prompt(std::io::Error),
    /// Two different ones were typed.
    #[error("the two passphrases differ; try again")]
    Differ,
    /// Too short.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl PassphraseArgs {
    /// The passphrase of an existing file.
    ///
    /// # Errors
    /// [`PassphraseError`].
    pub fn existing(&self) -> Result<Secret, PassphraseError> {
        match &self.passphrase_file {
            Some(path) => from_file(path),
            None => secret(ask("Passphrase: ")?),
        }
    }

    /// A passphrase for a new file, asked for twice.
    ///
    /// # Errors
    /// [`PassphraseError`].
    pub fn new_one(&self) -> Result<Secret, PassphraseError> {
        if let Some(path) = &self.passphrase_file {
            return from_file(path);
        }
        let first = ask("New passphrase (at least 8 characters): ")?;
        let again = ask("Once more: ")?;
        if *first != *again {
            return Err(PassphraseError::Differ);
        }
        secret(first)
    }
}

fn from_file(path: &Path) -> Result<Secret, PassphraseError> {
    let read = std::fs::read_to_string(path);
    let mut text = Zeroizing::new(read.map_err(|source| PassphraseError::File {
        path: path.to_owned(),
        source,
    })?);
    let line = text.lines().next().unwrap_or_default().to_owned();
    text.zeroize();
    secret(Zeroizing::new(line))
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, PassphraseError> {
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(PassphraseError::Prompt)
}

fn secret(text: Zeroizing<String>) -> Result<Secret, PassphraseError> {
    Ok(Secret::Passphrase(Passphrase::new(text.as_str())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(file: &Path) -> PassphraseArgs {
        PassphraseArgs {
            passphrase_file: Some(file.to_owned()),
        }
    }

    #[test]
    fn the_first_line_of_the_file_is_the_passphrase() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("p");
        std::fs::write(&file, "correct horse\nsecond line\n").unwrap();
        assert!(args(&file).existing().is_ok());
        assert!(args(&file).new_one().is_ok());
        std::fs::write(&file, "short\n").unwrap();
        assert!(matches!(
            args(&file).existing(),
            Err(PassphraseError::Seal(SealError::PassphraseTooShort))
        ));
    }

    #[test]
    fn a_missing_file_is_named_and_nobody_is_asked_instead() {
        let missing = Path::new("/nonexistent/passphrase");
        let refused = args(missing).existing().unwrap_err();
        assert!(refused.to_string().contains("/nonexistent/passphrase"));
    }
}
