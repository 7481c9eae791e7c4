//! People: their enrolment, their consents, what they hand to employers and attesters.

use super::{Left, WalletPage, Who, did};
use crate::enrolment::{DeskCode, Surname};
use crate::page::views::DisclosedView;
use crate::page::{Asked, Fault, Host, Reply};
use crate::wallet::{Answer, Draft, HeldAttestation, Turn, WalletError};
use luyin_protocol::note::Mask;
use rand::rngs::OsRng;
use serde::Deserialize;
use serde_json::json;

impl<H: Host> WalletPage<H> {
    pub(super) fn add_person(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Arguments {
            label: String,
            name: String,
            id_digits: u8,
            employer: Option<String>,
        }
        let a: Arguments = asked.read()?;
        let employer = a.employer.map(|text| did("employer", &text)).transpose()?;
        let surname = Surname::of_name(&a.name).index();
        let bad = |_| Fault::new("id_digits", "the last two digits are 00 to 99");
        let mask = Mask::new(surname, a.id_digits).map_err(bad)?;
        self.open()?.wallet.add_person(&a.label, mask, employer)?;
        Reply::done()
    }

    pub(super) fn set_employer(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            employer: String,
        }
        let a: Arguments = asked.read()?;
        let employer = did("employer", &a.employer)?;
        self.open()?
            .wallet
            .set_employer(Some(&a.person), employer)?;
        Reply::done()
    }

    pub(super) fn request_enrolment(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            code: String,
            again: bool,
        }
        let a: Arguments = asked.read()?;
        let code: DeskCode = a.code.parse()?;
        let (open, node) = self.connected(asked)?;
        let turn = match a.again {
            true => Turn::Again,
            false => Turn::First,
        };
        let today = node.now()?.day();
        let label = Some(a.person.as_str());
        let (wallet, prover) = (&mut open.wallet, &open.prover);
        let request = wallet.begin_enrolment(label, turn, today, &node, prover)?;
        let desk = code.box_name();
        let same = |left: &&Left| left.desk == desk && left.request == request;
        // A box takes one request: after a lost answer it must be the same bytes.
        let sealed = match open.left.as_ref().filter(same) {
            Some(left) => left.sealed.clone(),
            None => code.seal(&open.wallet.network(), &request, &mut OsRng)?,
        };
        open.left = Some(Left {
            desk: desk.clone(),
            request,
            sealed: sealed.clone(),
        });
        node.leave_at_desk(&desk, &sealed)?;
        Reply::done()
    }

    pub(super) fn finish_enrolment(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let Who { person } = asked.read()?;
        let (open, node) = self.connected(asked)?;
        open.wallet.enrol_finish(Some(&person), &node)?;
        open.wallet.sync(&node)?;
        Reply::done()
    }

    pub(super) fn save_draft(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            draft: Option<Draft>,
        }
        let a: Arguments = asked.read()?;
        self.open()?.wallet.save_draft(Some(&a.person), a.draft)?;
        Reply::done()
    }

    pub(super) fn consent(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            purpose: String,
            version: u32,
            give: bool,
        }
        let a: Arguments = asked.read()?;
        let answer = match a.give {
            true => Answer::Give,
            false => Answer::Withdraw,
        };
        let wallet = &mut self.open()?.wallet;
        wallet.consent(Some(&a.person), &a.purpose, a.version, answer, asked.now)?;
        Reply::done()
    }

    pub(super) fn receive(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            attestation: String,
        }
        let a: Arguments = asked.read()?;
        let none = |_| WalletError::Attestation("it is no attestation");
        let held: HeldAttestation = serde_json::from_str(&a.attestation).map_err(none)?;
        self.open()?.wallet.receive(Some(&a.person), held)?;
        Reply::done()
    }

    pub(super) fn disclosures(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let Who { person } = asked.read()?;
        let person = self.open()?.wallet.content().person(Some(&person))?;
        let list: Vec<DisclosedView> = person.disclosures.iter().map(DisclosedView::from).collect();
        let file = serde_json::to_string_pretty(&person.disclosures).map_err(WalletError::from)?;
        Reply::of(&json!({ "list": list, "file": file }))
    }

    pub(super) fn nym_card(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            attester: String,
        }
        let a: Arguments = asked.read()?;
        let attester = did("did", &a.attester)?;
        let wallet = &self.open()?.wallet;
        let card = wallet.nym_card(Some(&a.person), attester, asked.now.day())?;
        let text = serde_json::to_string(&card).map_err(WalletError::from)?;
        Reply::of(&json!({
            "attester": attester,
            "day": card.day.to_iso(),
            "nym": card.nym,
            "text": text,
        }))
    }
}
