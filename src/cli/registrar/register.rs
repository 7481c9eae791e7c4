//! The registrar's own register: which enrolments a person has. A notice needs it, and nothing else does.
//!
//! One sealed file for each person in one directory. File names and contents tell nothing without the passphrase: the name
//! is a hash of the ID number under the register's key, which itself stands sealed under the passphrase in `key`.

use std::path::Path;

use luyin_keys::sealed::{Secret, Strength};
use luyin_protocol::field::Owner;
use luyin_protocol::risk::Uid;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use crate::cli::sealed_register::RegisterError;
use crate::cli::sealed_register::{EntryName, Labels, SealedRegister};
use luyin_device::enrolment::IdNumber;

const LABELS: Labels = Labels {
    key: b"luyin/v1/register-key",
    entry: b"luyin/v1/register-entry/",
    name: b"luyin/v1/register-name\0",
    ending: "person",
};

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
#[derive(Debug)]
pub struct Register(SealedRegister);

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
        SealedRegister::open(directory, LABELS, secret, strength).map(Self)
    }

    /// The enrolments of a person, oldest first.
    ///
    /// # Errors
    /// [`RegisterError`]; a damaged entry is never taken for none.
    pub fn of(&self, person: &IdNumber) -> Result<Vec<Enrolled>, RegisterError> {
        match self.0.read(&self.name(person))? {
            Some(plain) => serde_json::from_slice(&plain).map_err(|_| RegisterError::Damaged),
            None => Ok(Vec::new()),
        }
    }

    /// Notes an enrolment, in the place of what is noted of the same owner.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn note(&self, person: &IdNumber, enrolled: Enrolled) -> Result<(), RegisterError> {
        let mut all = self.of(person)?;
        all.retain(|other| other.owner != enrolled.owner);
        all.push(enrolled);
        let plain = serde_json::to_vec(&all).map_err(|_| RegisterError::Damaged)?;
        self.0.write(&self.name(person), &Zeroizing::new(plain))
    }

    fn name(&self, person: &IdNumber) -> EntryName {
        self.0.name(person.expose().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use luyin_keys::sealed::{Passphrase, SealError};

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
            desks.map(|desk| desk.join().unwrap().0.name(b"somebody"))
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
        let path = register.0.path(&register.name(&person));
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(register.of(&person).is_err());
    }
}
