//! The daily form, and keeping up with the ledger.

use super::{WalletPage, Who};
use crate::page::views::{DisclosedView, OutcomeView};
use crate::page::{Asked, Fault, Host, Reply};
use crate::wallet::{
    AnswerError, Contact, Form, PendingFate, SlotChoice, Symptom, TypedForm, WalletError,
};
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
        // Passes rest on the new note next, which no epoch that was heard of holds.
        open.kept_up.remove(&a.person);
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
        let label = Some(person.as_str());
        let enrolled = open.wallet.content().person(label)?.note.is_some();
        let walked = match open.wallet.keep_up(label, &node) {
            Err(WalletError::NotEnrolled | WalletError::NotOnLedger) if !enrolled => 0,
            walked => {
                let walked = walked?;
                if walked.pending == PendingFate::Open {
                    open.wallet.resume(label, &node)?;
                }
                open.wallet.follow_appeals(label, &node)?;
                open.kept_up.insert(person.clone(), asked.now);
                walked.steps
            }
        };
        let now = open.wallet.content().seen.as_ref().map(|seen| seen.at);
        Reply::of(&json!({ "walked": walked, "now": now }))
    }
}
