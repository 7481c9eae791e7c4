//! The attester's calls: a holder's card is read, an attestation made, posted, and taken back.
//!
//! Making and posting are two calls, so that the page can note which leaf is about to be posted: one whose answer is lost can be
//! posted again or taken back. What was made stays in memory alone, and goes with the key.

use super::organisation::Organisation;
use super::views::shown_mask;
use super::{Asked, Fault, Host, Reply};
use crate::attester::{Desk, FEVER_TENTHS, Row, Sheet, check_card, fever_tenths, is_final};
use crate::client::ClientError;
use crate::wallet::{HeldAttestation, NymCard};
use luyin_keys::sealed::Strength;
use luyin_protocol::attestation::{AttestationKind, Statement};
use luyin_protocol::field::AttestationLeaf;
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Day;
use luyin_protocol::tx::Tx;
use rand::rngs::OsRng;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// The ledger's word for a leaf that stands there already.
const REPEATED: &str = "repeated-attestation";

/// An attester's desk in a browser.
pub(super) struct AttesterPage<H> {
    organisation: Organisation<H>,
    /// What was made and is not known to stand on the ledger.
    made: BTreeMap<AttestationLeaf, HeldAttestation>,
}

impl<H: Host> AttesterPage<H> {
    pub(super) const fn new(host: H, strength: Strength) -> Self {
        Self {
            organisation: Organisation::new(host, strength, "no_attester_key"),
            made: BTreeMap::new(),
        }
    }

    pub(super) fn call(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        match asked.method {
            "stretching" => self.organisation.stretching(asked),
            "open" => self.organisation.open(asked),
            "close" => {
                self.made.clear();
                self.organisation.close()
            }
            "terms" => Reply::of(&self.organisation.signed(asked)?.own_terms()?),
            "card" => self.card(asked),
            "make" => self.make(asked),
            "post" => self.post(asked),
            "withdraw" => self.withdraw(asked),
            _ => Err(asked.unknown()),
        }
    }

    /// Who a card says its holder is, for the person at the desk to compare with the ID.
    fn card(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            card: String,
        }
        let Arguments { card } = asked.read()?;
        let (card, _) = self.read_card(asked, &card)?;
        let (surname, digits) = shown_mask(card.mask);
        Reply::of(&json!({ "day": card.day.to_iso(), "surname": surname, "digits": digits }))
    }

    /// A card for this attester, of today; and today.
    fn read_card(&self, asked: &Asked<'_>, text: &str) -> Result<(NymCard, Day), Fault> {
        let none = |_| Fault::new("not_a_card", "it is not what a wallet shows to an attester");
        let card: NymCard = serde_json::from_str(text.trim()).map_err(none)?;
        let node = self.organisation.signed(asked)?;
        check_card(&card, node.network_id()?, self.organisation.opened()?.did)?;
        let today = node.now()?.day();
        if card.day != today {
            let fault = Fault::new("card_of_other_day", "the card is of another day");
            return Err(fault.detailed("day", card.day.to_iso()));
        }
        Ok((card, today))
    }

    /// Makes an attestation; nothing is posted.
    fn make(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            card: String,
            kind: AttestationKind,
            day: String,
            value: String,
        }
        let a: Arguments = asked.read()?;
        let (card, today) = self.read_card(asked, &a.card)?;
        let did = self.organisation.opened()?.did;
        let fever_tenths = match a.kind {
            AttestationKind::Reading => fever_tenths(&self.organisation.signed(asked)?.policies()?),
            AttestationKind::Test | AttestationKind::Vaccination | AttestationKind::Itinerary => {
                FEVER_TENTHS
            }
        };
        let sheet = Sheet {
            issuer: did.issuer(),
            kind: a.kind,
            today,
            fever_tenths,
        };
        let row = Row {
            binding: card.nym.to_string(),
            day: a.day,
            value: a.value,
            card_day: Some(card.day.to_iso()),
        };
        let held = sheet.attestation(&row, &mut OsRng)?.held(did, today);
        let leaf = held.attestation.0.leaf();
        let adverse = matches!(
            held.attestation.0.statement,
            Statement::Test { negative: false } | Statement::Reading { fever: true }
        );
        self.made.insert(leaf, held);
        Reply::of(&json!({ "leaf": leaf, "treeDay": today.to_iso(), "adverse": adverse }))
    }

    /// Posts what was made, and hands out what its holder takes to the wallet.
    fn post(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            leaf: AttestationLeaf,
        }
        let Arguments { leaf } = asked.read()?;
        let gone = || Fault::new("not_made", "no such attestation is at hand");
        let mut held = self.made.get(&leaf).cloned().ok_or_else(gone)?;
        let attestation = &held.attestation.0;
        let (kind, body) = (attestation.kind(), attestation.body());
        let entry = match self.at_desk(asked, |desk| desk.attest(kind, vec![body]))? {
            Ok(receipt) => {
                held.tree_day = receipt.time.day();
                Some(receipt.entry)
            }
            // A request whose answer was lost took effect, and the receipt is forgotten.
            Err(error) if error.problem().is_some_and(|p| p.slug() == REPEATED) => None,
            Err(error) => {
                if is_final(&error) && !error.is_offline() {
                    self.made.remove(&leaf);
                }
                return Err(error.into());
            }
        };
        self.made.remove(&leaf);
        let text = serde_json::to_string(&held).map_err(|error| Fault::arguments(&error))?;
        Reply::of(&json!({ "treeDay": held.tree_day.to_iso(), "entry": entry, "text": text }))
    }

    fn withdraw(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            leaf: AttestationLeaf,
            day: String,
            reason: String,
        }
        let a: Arguments = asked.read()?;
        let day = Day::from_iso(&a.day).map_err(|error| Fault::arguments(&error))?;
        let receipt = self.at_desk(asked, |desk| desk.withdraw(day, vec![a.leaf], &a.reason))??;
        self.made.remove(&a.leaf);
        Reply::of(&json!({ "entry": receipt.entry }))
    }

    fn at_desk<T>(
        &self,
        asked: &Asked<'_>,
        act: impl FnOnce(&Desk<'_>) -> Result<T, ClientError>,
    ) -> Result<Result<T, ClientError>, Fault> {
        let open = self.organisation.opened()?;
        let node = self.organisation.signed(asked)?;
        let network = node.network_id()?;
        let sign = |body: &[u8]| open.key.sign(Domain::Transaction, &network, body);
        let post = |tx: &Tx| node.submit(tx);
        Ok(act(&Desk {
            did: open.did,
            sign: &sign,
            post: &post,
        }))
    }
}

#[cfg(test)]
mod tests;
