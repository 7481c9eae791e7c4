//! The daily form, and keeping up with the ledger.

use super::{WalletPage, Who};
use crate::page::views::{DisclosedView, OutcomeView};
use crate::page::{Asked, Fault, Host, Reply};
use crate::wallet::{AnswerError, Contact, Form, SlotChoice, Symptom, TypedForm, WalletError};
use luyin_protocol::time::Slot;
use serde::Deserialize;
use serde_json::json;

fn form(typed: &TypedForm) -> Result<Form, Fault> {
    let read = || {
        Ok::<_, AnswerError>(Form {
            temperature: typed.temperature.parse()?,
            symptoms: Symptom::parse_list(&typed.symptoms)?,
            contacts: Contact::parse_list(&typed.contacts)?,
        })
    };
    read().map_err(|error| WalletError::from(error).into())
}

impl<H: Host> WalletPage<H> {
    pub(super) fn check_in(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Half {
            Current,
            Previous,
        }
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            form: TypedForm,
            slot: Half,
        }
        let a: Arguments = asked.read()?;
        let form = form(&a.form)?;
        let choice = match a.slot {
            Half::Current => SlotChoice::Current,
            Half::Previous => SlotChoice::Previous,
        };
        let (open, node) = self.connected(asked)?;
        let label = Some(a.person.as_str());
        let outcome = open
            .wallet
            .checkin(label, &form, choice, &node, &open.prover)?;
        Reply::of(&OutcomeView::from(outcome))
    }

    pub(super) fn late_statement(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            form: TypedForm,
            slot: Slot,
        }
        let a: Arguments = asked.read()?;
        let form = form(&a.form)?;
        let wallet = &mut self.open()?.wallet;
        let label = Some(a.person.as_str());
        let employer = wallet.content().person(label)?.employer;
        let none = || Fault::new("no_employer", "a late statement goes to the employer alone");
        let employer = employer.ok_or_else(none)?;
        let told = wallet.late_statement(label, &form, a.slot, employer, asked.now)?;
        Reply::of(&DisclosedView::from(&told))
    }

    pub(super) fn sync(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let Who { person } = asked.read()?;
        let (open, node) = self.connected(asked)?;
        open.wallet.sync(&node)?;
        let now = open.wallet.content().seen.as_ref().map(|seen| seen.at);
        let enrolled = open.wallet.content().person(Some(&person))?.note.is_some();
        let walked = match open.wallet.walk_on(Some(&person), &node) {
            Err(WalletError::NotEnrolled | WalletError::NotOnLedger) if !enrolled => 0,
            walked => {
                let steps = walked?.steps;
                open.wallet.resume(Some(&person), &node)?;
                steps
            }
        };
        Reply::of(&json!({ "walked": walked, "now": now }))
    }
}
