//! The registrar's own register: which enrolments a person has. A notice needs it, and nothing else does.
//!
//! One sealed file for each person in one directory. File names and contents tell nothing without the passphrase: the name
//! is a hash of the ID number under the register's key, which itself stands sealed under the passphrase in `key`.

use std::io;
use std::path::{Path, PathBuf};

use luyin_keys::durable_file;
use luyin_keys::sealed::{self, SealError, Secret, Strength, WrappingKey};
use luyin_protocol::field::Owner;
use luyin_protocol::risk::Uid;
use luyin_protocol::time::Timestamp;
use rand::RngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use luyin_device::enrolment::IdNumber;

const KEY_CONTEXT: &[u8] = b"luyin/v1/register-key";
const ENTRY_CONTEXT: &[u8] = b"luyin/v1/register-entry/";
const NAME_LABEL: &[u8] = b"luyin/v1/register-name\0";

/// Why the register failed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Reading or writing.
    #[error("the register {path}: {source}")]
    Io {
        /// which file or directory
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// The passphrase, or damage.
    #[error("the register: {0}")]
    Seal(#[from] SealError),
    /// A person's file holds something else.
    #[error("an entry of the register is damaged; restore it from a backup")]
    Damaged,
}

/// How far an enrolment came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Progress {
    /// About to be posted; after a crash the ledger knows more.
    Begun,
    /// On the ledger.
    Posted {
        /// its entry
        entry: u64,
    },
}

/// One enrolment of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Whose it is on the ledger.
    pub owner: Owner,
    /// The person's identifier.
    pub uid: Uid,
    /// When.
    pub time: Timestamp,
    /// How far it came.
    #[serde(flatten)]
    pub progress: Progress,
}

/// The register, opened.
pub struct Register {
    directory: PathBuf,
    key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Register({})", self.directory.display())
    }
}

impl Register {
    /// Opens the register in `directory`, or begins one there.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn open(
        directory: &Path,
        secret: &Secret,
        strength: Strength,
    ) -> Result<Self, RegisterError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| RegisterError::Io { path, source }
        };
        std::fs::create_dir_all(directory).map_err(failed(directory))?;
        let path = directory.join("key");
        let key = match Self::key_in(&path, secret, strength)? {
            Some(key) => key,
            None => {
                let mut key = Zeroizing::new([0; 32]);
                OsRng.fill_bytes(key.as_mut());
                let bytes = sealed::seal(secret, strength, KEY_CONTEXT, key.as_ref(), &mut OsRng)?;
                match durable_file::create(&path, &bytes) {
                    Ok(()) => key,
                    // Another desk began the same register at this moment: its key is the register's.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        Self::key_in(&path, secret, strength)?.ok_or(RegisterError::Damaged)?
                    }
                    Err(error) => return Err(failed(&path)(error)),
                }
            }
        };
        Ok(Self {
            directory: directory.to_owned(),
            key,
        })
    }

    fn key_in(
        path: &Path,
        secret: &Secret,
        strength: Strength,
    ) -> Result<Option<Zeroizing<[u8; 32]>>, RegisterError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                let path = path.to_owned();
                return Err(RegisterError::Io { path, source });
            }
        };
        let plain = sealed::open(secret, strength, KEY_CONTEXT, &bytes)?;
        let key = plain.as_slice().try_into();
        key.map(|key| Some(Zeroizing::new(key)))
            .map_err(|_| RegisterError::Damaged)
    }

    /// The enrolments of a person, oldest first.
    ///
    /// # Errors
    /// [`RegisterError`]; a damaged entry is never taken for none.
    pub fn of(&self, person: &IdNumber) -> Result<Vec<Enrolled>, RegisterError> {
        let name = self.name(person);
        let path = self.path(&name);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(RegisterError::Io { path, source }),
        };
        let plain = sealed::open(
            &self.secret(),
            Strength::PRODUCTION,
            &context(&name),
            &bytes,
        )?;
        serde_json::from_slice(&plain).map_err(|_| RegisterError::Damaged)
    }

    /// Notes an enrolment, in the place of what is noted of the same owner.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn note(&self, person: &IdNumber, enrolled: Enrolled) -> Result<(), RegisterError> {
        let mut all = self.of(person)?;
        all.retain(|other| other.owner != enrolled.owner);
        all.push(enrolled);
        let name = self.name(person);
        let plain = serde_json::to_vec(&all).map_err(|_| RegisterError::Damaged)?;
        let plain = Zeroizing::new(plain);
        // A wrapping key is not stretched, so the strength plays no part.
        let bytes = sealed::seal(
            &self.secret(),
            Strength::PRODUCTION,
            &context(&name),
            &plain,
            &mut OsRng,
        )?;
        let path = self.path(&name);
        durable_file::replace(&path, &bytes).map_err(|source| RegisterError::Io { path, source })
    }

    fn secret(&self) -> Secret {
        Secret::Key(WrappingKey::from_bytes(*self.key))
    }

    fn name(&self, person: &IdNumber) -> String {
        let digest = Sha256::new()
            .chain_update(NAME_LABEL)
            .chain_update(self.key.as_ref())
            .chain_update(person.expose().as_bytes())
            .finalize();
        hex::encode(digest)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.person"))
    }
}

fn context(name: &str) -> Vec<u8> {
    [ENTRY_CONTEXT, name.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use luyin_keys::sealed::Passphrase;

    use super::*;

    fn weak() -> Strength {
        Strength::weak_for_tests(NonZeroU32::new(2).unwrap())
    }

    fn secret(text: &str) -> Secret {
        Secret::Passphrase(Passphrase::new(text).unwrap())
    }

    fn enrolled(owner: u64, progress: Progress) -> Enrolled {
        Enrolled {
            owner: Owner::from_value(owner.into()),
            uid: Uid::from_bytes([7; 32]),
            time: Timestamp::new(5),
            progress,
        }
    }

    #[test]
    fn desks_that_begin_a_register_at_once_share_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let together = std::sync::Barrier::new(4);
        let open = || {
            together.wait();
            Register::open(dir.path(), &secret("correct horse"), weak()).unwrap()
        };
        let keys = std::thread::scope(|scope| {
            let desks = [(); 4].map(|()| scope.spawn(open));
            desks.map(|desk| desk.join().unwrap().key)
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn an_enrolment_is_found_after_opening_again_and_by_its_person_alone() {
        let dir = tempfile::tempdir().unwrap();
        let person = IdNumber::parse("11010519491231002X").unwrap();
        let other = IdNumber::parse("440524188001010014").unwrap();
        let register = Register::open(dir.path(), &secret("correct horse"), weak()).unwrap();
        register
            .note(&person, enrolled(1, Progress::Begun))
            .unwrap();
        let posted = enrolled(1, Progress::Posted { entry: 9 });
        register.note(&person, posted.clone()).unwrap();
        register
            .note(&person, enrolled(2, Progress::Begun))
            .unwrap();
        let again = Register::open(dir.path(), &secret("correct horse"), weak()).unwrap();
        let found = again.of(&person).unwrap();
        assert_eq!(found, [posted, enrolled(2, Progress::Begun)]);
        assert!(again.of(&other).unwrap().is_empty());
        let wrong = Register::open(dir.path(), &secret("another horse"), weak());
        assert!(matches!(
            wrong,
            Err(RegisterError::Seal(SealError::WrongSecret))
        ));
    }

    #[test]
    fn neither_names_nor_contents_show_a_number() {
        let dir = tempfile::tempdir().unwrap();
        let person = IdNumber::parse("11010519491231002X").unwrap();
        let register = Register::open(dir.path(), &secret("correct horse"), weak()).unwrap();
        register
            .note(&person, enrolled(1, Progress::Begun))
            .unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Register::open(elsewhere.path(), &secret("correct horse"), weak()).unwrap();
        assert_ne!(register.name(&person), other.name(&person));
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let file = file.unwrap();
            let bytes = std::fs::read(file.path()).unwrap();
            let shown = [file.file_name().as_encoded_bytes(), &bytes].concat();
            assert!(!shown.windows(6).any(|w| w == b"110105"));
        }
    }

    #[test]
    fn a_damaged_entry_is_never_taken_for_none() {
        let dir = tempfile::tempdir().unwrap();
        let person = IdNumber::parse("11010519491231002X").unwrap();
        let register = Register::open(dir.path(), &secret("correct horse"), weak()).unwrap();
        register
            .note(&person, enrolled(1, Progress::Begun))
            .unwrap();
        let path = register.path(&register.name(&person));
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(register.of(&person).is_err());
    }
}
