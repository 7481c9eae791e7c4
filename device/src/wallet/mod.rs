//! The wallet: several people's secrets and notes in one sealed file, and what can be done with them.
//!
//! No clock, no network and no disk of its own: the moment comes in, the node stands behind [`Ledger`], the file behind
//! [`Vault`], the proving keys behind [`Prover`].
//!
//! **What is written when.** A transaction is written down before it is submitted, and forgotten only once the ledger
//! shows what became of it. After a crash between any two writes, or from an old backup, the wallet walks on from
//! its last note: nullifier, bucket, sealed note, next note, until none follows ([`Wallet::walk_on`]).

mod answers;
mod appeal;
mod attest;
mod clause;
mod consent;
mod content;
mod disclosure;
mod draft;
mod enrol;
mod error;
mod iso;
mod keep_up;
mod ledger;
mod outlook;
mod passes;
mod prover;
mod secret;
mod show;
mod spend;
mod status;
mod sync;
#[cfg(test)]
pub(crate) mod tests;
mod vault;
mod walk;
mod why;

pub use answers::{AnswerError, Contact, Form, Symptom, Temperature};
pub use appeal::Grounds;
pub use attest::NymCard;
pub use clause::{Evidence, Means, NamedRegion};
pub use consent::{Answer, Consent};
pub use content::{
    Content, HeldAttestation, HeldNote, PassFor, Pending, Person, PublicData, ReadyPass,
};
pub use disclosure::{Disclosed, Punctuality};
pub use draft::{Draft, TypedForm};
pub use enrol::Turn;
pub use error::WalletError;
pub use ledger::Ledger;
pub use passes::{Proved, WantedPasses};
pub use prover::{KeyProver, Prover, ProvingKeys, demanded, proving_key_files};
pub use secret::{SecretScalar, SecretSeed};
pub use show::{ShowAt, Shown};
pub use spend::{Outcome, SlotChoice};
pub use status::{ClauseStanding, NoticeAboutMe, PolicyStanding, Status, WalletColour};
pub use sync::Crowd;
pub use vault::{Locks, MAX_FILE, Sealer, Vault, VaultError};
pub use walk::{PendingFate, Walked};
pub use why::{Admission, Precheck, Why, WhyAsked};

use crate::client::{Encoded, News};
use luyin_keys::sealed::{Secret, Strength, WrappingKey};
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::note::Mask;
use luyin_protocol::signature::NetworkId;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const MAX_LABEL: usize = 40;
/// Openings kept for the employer: 30 days of two a day.
const MAX_DISCLOSURES: usize = 60;

/// An opened wallet.
#[derive(Debug)]
pub struct Wallet<V> {
    vault: V,
    sealer: Sealer,
    content: Content,
    /// What was heard last, since it was opened.
    news: Option<News>,
}

impl<V: Vault> Wallet<V> {
    /// Makes an empty wallet for a network.
    ///
    /// # Errors
    /// [`WalletError::AlreadyThere`]; those of sealing and writing.
    pub fn create(
        vault: V,
        passphrase: &Secret,
        strength: Strength,
        parameters: NetworkParameters,
        node: String,
    ) -> Result<Self, WalletError> {
        if vault.load()?.is_some() {
            return Err(WalletError::AlreadyThere);
        }
        let sealer = Sealer::create(passphrase, strength, &mut OsRng)?;
        let content = Content {
            version: VERSION,
            parameters: Encoded(parameters),
            node,
            seen: None,
            persons: Vec::new(),
        };
        let mut wallet = Self {
            vault,
            sealer,
            content,
            news: None,
        };
        wallet.save()?;
        Ok(wallet)
    }

    /// Opens a wallet.
    ///
    /// # Errors
    /// [`WalletError::NoWallet`]; [`WalletError::Vault`] for a wrong passphrase.
    pub fn open(vault: V, passphrase: &Secret, strength: Strength) -> Result<Self, WalletError> {
        let bytes = vault.load()?.ok_or(WalletError::NoWallet)?;
        Self::of_file(vault, &bytes, passphrase, strength)
    }

    /// Puts a backup in place of nothing, after checking that the passphrase opens it.
    ///
    /// # Errors
    /// [`WalletError::AlreadyThere`]; [`WalletError::Vault`] for a wrong passphrase.
    pub fn restore(
        vault: V,
        backup: &[u8],
        passphrase: &Secret,
        strength: Strength,
    ) -> Result<Self, WalletError> {
        if vault.load()?.is_some() {
            return Err(WalletError::AlreadyThere);
        }
        let mut wallet = Self::of_file(vault, backup, passphrase, strength)?;
        for person in &mut wallet.content.persons {
            person.restored = true;
        }
        wallet.save()?;
        Ok(wallet)
    }

    fn of_file(
        vault: V,
        file: &[u8],
        passphrase: &Secret,
        strength: Strength,
    ) -> Result<Self, WalletError> {
        let (sealer, content) = Sealer::open(file, passphrase, strength)?;
        let content: Content = serde_json::from_slice(&content)?;
        if content.version != VERSION {
            return Err(VaultError::Version(content.version).into());
        }
        Ok(Self {
            vault,
            sealer,
            content,
            news: None,
        })
    }

    /// Lets a passkey open the wallet as well. The wallet must be opened once more for it: who finds it open must not add a
    /// way in.
    ///
    /// # Errors
    /// [`WalletError::Vault`] where `secret` does not open it; those of writing.
    pub fn add_passkey(
        &mut self,
        secret: &Secret,
        passkey: WrappingKey,
        strength: Strength,
    ) -> Result<(), WalletError> {
        let bytes = self.vault.load()?.ok_or(WalletError::NoWallet)?;
        Sealer::open(&bytes, secret, strength)?;
        self.sealer.add_passkey(passkey, &mut OsRng)?;
        self.save()
    }

    /// A copy of the file, sealed as the file is. Passes are left out: shown walk-ins must not come back.
    ///
    /// # Errors
    /// Those of sealing.
    pub fn backup(&self) -> Result<Vec<u8>, WalletError> {
        let mut content = self.content.clone();
        for person in &mut content.persons {
            person.passes.clear();
        }
        self.sealed(&content)
    }

    /// What it holds.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// The network it was made for.
    #[must_use]
    pub fn network(&self) -> NetworkId {
        self.content.network()
    }

    /// Makes a person with fresh secrets. Nobody knows of them before they enrol.
    ///
    /// # Errors
    /// [`WalletError::Label`], [`WalletError::LabelTaken`]; those of writing.
    pub fn add_person(
        &mut self,
        label: &str,
        mask: Mask,
        employer: Option<Did>,
    ) -> Result<(), WalletError> {
        let label = label.trim();
        if label.is_empty() || label.chars().count() > MAX_LABEL {
            return Err(WalletError::Label);
        }
        if self.content.persons.iter().any(|p| p.label == label) {
            return Err(WalletError::LabelTaken(label.to_owned()));
        }
        self.content.persons.push(Person {
            label: label.to_owned(),
            sk: SecretScalar::draw(&mut OsRng),
            did_seed: SecretSeed::draw(&mut OsRng),
            mask,
            employer,
            request: None,
            note: None,
            previous: None,
            restored: false,
            pending: None,
            attestations: Vec::new(),
            passes: Vec::new(),
            disclosures: Vec::new(),
            last_form: None,
            draft: None,
            consents: Vec::new(),
            appeals: Vec::new(),
        });
        self.save()
    }

    /// Names a person's employer.
    ///
    /// # Errors
    /// Those of finding the person and of writing.
    pub fn set_employer(&mut self, label: Option<&str>, employer: Did) -> Result<(), WalletError> {
        self.content.person_mut(label)?.employer = Some(employer);
        self.save()
    }

    /// Goes by another node from now on. Whether it is of the same network shows with the first call.
    ///
    /// # Errors
    /// Those of writing.
    pub fn use_node(&mut self, node: String) -> Result<(), WalletError> {
        if self.content.node == node {
            return Ok(());
        }
        self.content.node = node;
        self.save()
    }

    /// A person's DID and its first document, to be registered only where somebody needs it.
    ///
    /// # Errors
    /// Those of finding the person.
    pub fn did(&self, label: Option<&str>) -> Result<(Did, DidDocument), WalletError> {
        let key = self.content.person(label)?.did_seed.key().public();
        let document = DidDocument::new(vec![key], Vec::new())?;
        Ok((Did::of(&document), document))
    }

    fn sealed(&self, content: &Content) -> Result<Vec<u8>, WalletError> {
        let plain = Zeroizing::new(serde_json::to_vec(content)?);
        Ok(self.sealer.seal(&plain, &mut OsRng)?)
    }

    /// Writes the content. Everything that must survive goes through here.
    fn save(&mut self) -> Result<(), WalletError> {
        let bytes = self.sealed(&self.content)?;
        Ok(self.vault.store(&bytes)?)
    }
}
