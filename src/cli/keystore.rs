//! `luyin keystore`: an organisation's keys in one sealed file.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use luyin_keys::keystore::{
    Algorithm, Generation, KeyInfo, KeyKind, KeyName, KeyState, Keystore, KeystoreError,
    KeystoreFile,
};
use luyin_keys::seal_key::SealKey;
use luyin_keys::sealed::{Secret, Strength};
use luyin_keys::signing::SigningKey;
use luyin_keys::voprf::UidKey;
use rand::rngs::OsRng;
use serde::Serialize;

use super::passphrase::{PassphraseArgs, PassphraseError};
use super::say::Say;
use crate::clock::Clock;

/// A keystore and its passphrase.
#[derive(Debug, Clone, Args)]
pub struct KeystoreArgs {
    /// The keystore file
    #[arg(long, env = "LUYIN_KEYSTORE", value_name = "FILE")]
    pub keystore: PathBuf,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Keys of an organisation, in one sealed file
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin keystore create --keystore hospital.keys --name attester --kind attester
  luyin keystore list   --keystore hospital.keys
  luyin keystore rotate --keystore hospital.keys --name attester
  luyin keystore export --keystore hospital.keys --json > public.json
The passphrase is read from --passphrase-file, from the file that LUYIN_PASSPHRASE_FILE names, or asked for.")]
pub enum Command {
    /// Draw a key for a new name; makes the file where there is none
    Create {
        #[command(flatten)]
        file: KeystoreArgs,
        /// Name of the key: a-z, 0-9, - . _
        #[arg(long)]
        name: String,
        /// What the key is for
        #[arg(long, value_enum)]
        kind: Kind,
    },
    /// Show every key without its secret
    List {
        #[command(flatten)]
        file: KeystoreArgs,
    },
    /// Make a new generation of a key; the one before stays usable until it is retired
    Rotate {
        #[command(flatten)]
        file: KeystoreArgs,
        /// Name of the key
        #[arg(long)]
        name: String,
    },
    /// Erase the secret of a generation that is no longer active
    Retire {
        #[command(flatten)]
        file: KeystoreArgs,
        /// Name of the key
        #[arg(long)]
        name: String,
        /// Number of the generation
        #[arg(long)]
        generation: u32,
    },
    /// Print the public halves of all active keys
    Export {
        #[command(flatten)]
        file: KeystoreArgs,
    },
}

/// What a key is for, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Kind {
    Proposer,
    Approver,
    Reviewer,
    Registrar,
    Attester,
    Gate,
    Regulator,
    Organisation,
    Node,
    ContactSeal,
    AggregatorSeal,
}

impl Kind {
    const fn key_kind(self) -> KeyKind {
        match self {
            Self::Proposer => KeyKind::GovernanceProposer,
            Self::Approver => KeyKind::GovernanceApprover,
            Self::Reviewer => KeyKind::GovernanceReviewer,
            Self::Registrar => KeyKind::Registrar,
            Self::Attester => KeyKind::Attester,
            Self::Gate => KeyKind::Gate,
            Self::Regulator => KeyKind::Regulator,
            Self::Organisation => KeyKind::Organisation,
            Self::Node => KeyKind::Node,
            Self::ContactSeal => KeyKind::ContactSeal,
            Self::AggregatorSeal => KeyKind::AggregatorSeal,
        }
    }
}

/// Why a keystore command failed.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreCommandError {
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The keystore.
    #[error("keystore {path}: {source}")]
    Keystore {
        /// which
        path: PathBuf,
        /// why not
        source: KeystoreError,
    },
    /// The name is not of a key that can do this.
    #[error("the keystore has no signing key named {0:?}; see `luyin keystore list`")]
    NoSigningKey(String),
}

/// An open keystore.
#[derive(Debug)]
pub struct OpenKeystore {
    file: KeystoreFile,
    keys: Keystore,
    path: PathBuf,
}

impl KeystoreArgs {
    /// Opens the keystore, asking for the passphrase where no file names it.
    ///
    /// # Errors
    /// [`KeystoreCommandError`].
    pub fn open(&self) -> Result<OpenKeystore, KeystoreCommandError> {
        self.open_with(self.passphrase.existing()?)
    }

    /// Opens the keystore with a passphrase that was read already.
    ///
    /// # Errors
    /// [`KeystoreCommandError`].
    pub fn open_with(&self, secret: Secret) -> Result<OpenKeystore, KeystoreCommandError> {
        let opened = KeystoreFile::open(&self.keystore, secret, Strength::PRODUCTION);
        let (file, keys) = opened.map_err(|source| self.failed(source))?;
        Ok(OpenKeystore {
            file,
            keys,
            path: self.keystore.clone(),
        })
    }

    fn open_or_create(&self) -> Result<OpenKeystore, KeystoreCommandError> {
        if self.keystore.exists() {
            return self.open();
        }
        let secret = self.passphrase.new_one()?;
        let made = KeystoreFile::create(&self.keystore, secret, Strength::PRODUCTION, &mut OsRng);
        Ok(OpenKeystore {
            file: made.map_err(|source| self.failed(source))?,
            keys: Keystore::new(),
            path: self.keystore.clone(),
        })
    }

    fn failed(&self, source: KeystoreError) -> KeystoreCommandError {
        KeystoreCommandError::Keystore {
            path: self.keystore.clone(),
            source,
        }
    }
}

impl OpenKeystore {
    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &Keystore {
        &self.keys
    }

    /// Changes the file.
    ///
    /// # Errors
    /// [`KeystoreCommandError::Keystore`]; the file is then as it was.
    pub fn update<T>(
        &mut self,
        change: impl FnOnce(&mut Keystore) -> Result<T, KeystoreError>,
    ) -> Result<T, KeystoreCommandError> {
        let updated = self.file.update(&mut OsRng, change);
        let (done, keys) = updated.map_err(|source| KeystoreCommandError::Keystore {
            path: self.path.clone(),
            source,
        })?;
        self.keys = keys;
        Ok(done)
    }

    /// Every signing key of a name that is not retired, newest first.
    ///
    /// # Errors
    /// [`KeystoreCommandError::NoSigningKey`].
    pub fn signing_keys(&self, name: &str) -> Result<Vec<SigningKey>, KeystoreCommandError> {
        let missing = || KeystoreCommandError::NoSigningKey(name.to_owned());
        let list = self.keys.list();
        let info = list.iter().find(|info| info.name.as_str() == name);
        let info = info.filter(|info| info.kind.algorithm() == Algorithm::Ed25519);
        let info = info.ok_or_else(missing)?;
        let secrets = self.keys.usable(&info.name, info.kind);
        let secrets = secrets.map_err(|_| missing())?;
        Ok(secrets.into_iter().map(SigningKey::from_secret).collect())
    }

    /// The active signing key of a name.
    ///
    /// # Errors
    /// [`KeystoreCommandError::NoSigningKey`].
    pub fn signing_key(&self, name: &str) -> Result<SigningKey, KeystoreCommandError> {
        let newest = self.signing_keys(name)?.into_iter().next();
        newest.ok_or_else(|| KeystoreCommandError::NoSigningKey(name.to_owned()))
    }

    fn public(&self, info: &KeyInfo) -> Option<String> {
        let secret = self.keys.generation(&info.name, info.kind, info.generation);
        let secret = secret.ok()?;
        match info.kind.algorithm() {
            Algorithm::Ed25519 => Some(SigningKey::from_secret(secret).public().to_string()),
            Algorithm::X25519 => Some(SealKey::from_secret(secret).public().to_string()),
            Algorithm::Ristretto255Scalar => {
                let key = UidKey::from_secret(secret).ok()?;
                Some(hex::encode(key.public().to_bytes()))
            }
            Algorithm::Wrapping => None,
        }
    }

    fn shown(&self) -> Vec<Shown> {
        let shown = |info: &KeyInfo| Shown {
            name: info.name.to_string(),
            kind: format!("{:?}", info.kind),
            generation: info.generation.get(),
            state: match info.state {
                KeyState::Active => "active",
                KeyState::Previous => "previous",
                KeyState::Retired => "retired",
            },
            created_at: info.created_at,
            public: self.public(info),
        };
        self.keys.list().iter().map(shown).collect()
    }
}

/// A generation of a key as it is shown.
#[derive(Debug, Serialize, PartialEq, Eq)]
struct Shown {
    name: String,
    kind: String,
    generation: u32,
    state: &'static str,
    created_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<String>,
}

fn lines(shown: &[Shown]) -> String {
    let line = |s: &Shown| {
        format!(
            "{:<20} {:<20} {:>3} {:<9} {}",
            s.name,
            s.kind,
            s.generation,
            s.state,
            s.public.as_deref().unwrap_or("-")
        )
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Runs a keystore command.
///
/// # Errors
/// [`KeystoreCommandError`].
pub fn run(command: Command, say: Say) -> Result<(), KeystoreCommandError> {
    let now = Clock::System.now().get() / 1000;
    let name =
        |text: &str, file: &KeystoreArgs| KeyName::new(text).map_err(|source| file.failed(source));
    let open = match command {
        Command::Create {
            file,
            name: text,
            kind,
        } => {
            let key = name(&text, &file)?;
            let mut open = file.open_or_create()?;
            open.update(|keys| keys.generate(key, kind.key_kind(), now, &mut OsRng))?;
            open
        }
        Command::Rotate { file, name: text } => {
            let key = name(&text, &file)?;
            let mut open = file.open()?;
            open.update(|keys| keys.rotate(&key, now, &mut OsRng))?;
            open
        }
        Command::Retire {
            file,
            name: text,
            generation,
        } => {
            let key = name(&text, &file)?;
            let mut open = file.open()?;
            open.update(|keys| keys.retire(&key, numbered(generation)?))?;
            open
        }
        Command::List { file } => file.open()?,
        Command::Export { file } => {
            let mut shown = file.open()?.shown();
            shown.retain(|s| s.state == "active" && s.public.is_some());
            say.outcome(&shown, || lines(&shown));
            return Ok(());
        }
    };
    let shown = open.shown();
    say.outcome(&shown, || lines(&shown));
    Ok(())
}

fn numbered(number: u32) -> Result<Generation, KeystoreError> {
    let mut generation = Generation::FIRST;
    if number == 0 || number > 10_000 {
        return Err(KeystoreError::UnknownKey);
    }
    while generation.get() < number {
        generation = generation.next()?;
    }
    Ok(generation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(dir: &std::path::Path) -> KeystoreArgs {
        let passphrase = dir.join("passphrase");
        std::fs::write(&passphrase, "correct horse\n").unwrap();
        KeystoreArgs {
            keystore: dir.join("keys"),
            passphrase: PassphraseArgs {
                passphrase_file: Some(passphrase),
            },
        }
    }

    fn create(file: &KeystoreArgs, name: &str, kind: Kind) -> Result<(), KeystoreCommandError> {
        let command = Command::Create {
            file: file.clone(),
            name: name.to_owned(),
            kind,
        };
        run(command, Say::Json)
    }

    #[test]
    fn a_key_is_made_rotated_and_retired_without_losing_the_one_in_use() {
        let dir = tempfile::tempdir().unwrap();
        let file = args(dir.path());
        create(&file, "attester", Kind::Attester).unwrap();
        let first = file.open().unwrap().signing_key("attester").unwrap();
        let rotate = Command::Rotate {
            file: file.clone(),
            name: "attester".to_owned(),
        };
        run(rotate, Say::Json).unwrap();
        let keys = file.open().unwrap().signing_keys("attester").unwrap();
        assert_eq!(keys.len(), 2);
        assert_ne!(keys[0].public(), first.public());
        assert_eq!(keys[1].public(), first.public());
        let retire = |generation| Command::Retire {
            file: file.clone(),
            name: "attester".to_owned(),
            generation,
        };
        run(retire(1), Say::Json).unwrap();
        assert_eq!(
            file.open().unwrap().signing_keys("attester").unwrap().len(),
            1
        );
        assert!(run(retire(2), Say::Json).is_err(), "still active");
        assert!(run(retire(0), Say::Json).is_err());
    }

    #[test]
    fn a_taken_name_and_a_sealing_key_for_signing_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = args(dir.path());
        create(&file, "contact", Kind::ContactSeal).unwrap();
        assert!(create(&file, "contact", Kind::Gate).is_err());
        assert!(create(&file, "Contact", Kind::Gate).is_err());
        let open = file.open().unwrap();
        assert!(matches!(
            open.signing_key("contact"),
            Err(KeystoreCommandError::NoSigningKey(_))
        ));
        let shown = open.shown();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].public.as_ref().unwrap().len(), 64);
    }
}
