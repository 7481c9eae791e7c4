//! A form while it is being filled in: as typed, not yet an answer. Kept in the sealed wallet, so that nothing typed is lost
//! and nothing of it stands anywhere else.

use super::{Vault, Wallet, WalletError};
use luyin_protocol::time::Slot;
use serde::{Deserialize, Serialize};

const MAX_TEXT: usize = 64;
const MAX_NAMES: usize = 32;

/// A form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedForm {
    /// The temperature, which may be no temperature yet.
    pub temperature: String,
    /// Names of symptoms.
    pub symptoms: Vec<String>,
    /// Names of contacts.
    pub contacts: Vec<String>,
}

/// A form as typed, and the half-day it was begun for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What was typed.
    pub form: TypedForm,
    /// For which half-day.
    pub slot: Slot,
}

impl TypedForm {
    fn is_small(&self) -> bool {
        let names = self.symptoms.iter().chain(&self.contacts);
        let count = self.symptoms.len() + self.contacts.len();
        let mut texts = names.chain([&self.temperature]);
        count <= MAX_NAMES && texts.all(|text| text.len() <= MAX_TEXT)
    }
}

impl<V: Vault> Wallet<V> {
    /// Keeps what was typed, or forgets it.
    ///
    /// # Errors
    /// [`WalletError::DraftSize`] for more than a form has; those of finding the person and of writing.
    pub fn save_draft(
        &mut self,
        label: Option<&str>,
        draft: Option<Draft>,
    ) -> Result<(), WalletError> {
        if draft.as_ref().is_some_and(|draft| !draft.form.is_small()) {
            return Err(WalletError::DraftSize);
        }
        let person = self.content.person_mut(label)?;
        if person.draft == draft {
            return Ok(());
        }
        person.draft = draft;
        self.save()
    }
}
