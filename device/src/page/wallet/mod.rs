//! The wallet's calls.

mod appeal;
mod daily;
mod opening;
mod passes;
mod people;
mod why;

use super::host::{HostKeys, Line, OneFile};
use super::secret::StretchingView;
use super::views::{ItineraryView, OutcomeView, PersonView, StatusView, policies};
use super::{Asked, Fault, Host, Reply, Store};
use crate::client::NodeClient;
use crate::enrolment::EnrolRequest;
use crate::wallet::{KeyProver, Shown, Wallet, WalletError};
use luyin_keys::sealed::{Strength, Stretching};
use luyin_protocol::did::Did;
use luyin_protocol::time::Timestamp;
use rand::rngs::OsRng;
use serde::Deserialize;
use std::collections::BTreeMap;

type Vault<H> = OneFile<<H as Host>::Files>;

/// An opened wallet and what is at work with it.
struct Open<H: Host> {
    wallet: Wallet<Vault<H>>,
    prover: KeyProver<HostKeys<H>>,
    shown: BTreeMap<u32, Shown>,
    next: u32,
    left: Option<Left>,
    /// When each person last kept up with the node, by the page's clock.
    kept_up: BTreeMap<String, Timestamp>,
}

/// What was left at a desk last.
struct Left {
    desk: String,
    request: EnrolRequest,
    sealed: Vec<u8>,
}

/// The wallet of a browser.
pub(super) struct WalletPage<H: Host> {
    host: H,
    strength: Strength,
    open: Option<Open<H>>,
}

#[derive(Deserialize)]
struct Who {
    person: String,
}

fn did(slug: &str, text: &str) -> Result<Did, Fault> {
    text.trim().parse().map_err(|_| Fault::did(slug, text))
}

impl<H: Host> WalletPage<H> {
    pub(super) const fn new(host: H, strength: Strength) -> Self {
        Self {
            host,
            strength,
            open: None,
        }
    }

    fn vault(&self) -> Vault<H> {
        let files = self.host.files(Store::Wallet);
        OneFile { files }
    }

    fn open(&mut self) -> Result<&mut Open<H>, Fault> {
        let closed = || Fault::new("not_open", "the wallet is locked");
        self.open.as_mut().ok_or_else(closed)
    }

    fn node(&self, asked: &Asked<'_>, address: &str) -> Result<NodeClient<Line<H>>, Fault> {
        let line = Line::new(self.host.clone(), asked.now);
        Ok(NodeClient::over(line, address)?)
    }

    /// The opened wallet with a client of its node.
    fn connected(
        &mut self,
        asked: &Asked<'_>,
    ) -> Result<(&mut Open<H>, NodeClient<Line<H>>), Fault> {
        let address = self.open()?.wallet.content().node.clone();
        let node = self.node(asked, &address)?;
        Ok((self.open()?, node))
    }

    pub(super) fn call(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        match asked.method {
            "state" => self.state(),
            "drawStretching" => {
                let drawn = Stretching::draw(self.strength, &mut OsRng);
                Reply::of(&StretchingView::from(drawn))
            }
            "stretching" => self.stretching(asked),
            "create" => self.create(asked),
            "open" => self.unlock(asked),
            "lock" => {
                self.open = None;
                Reply::done()
            }
            "addPrf" => self.add_passkey(asked),
            "backup" => {
                let backup = self.open()?.wallet.backup()?;
                Reply::with(&(), Some(backup))
            }
            "restore" => self.restore(asked),
            "erase" => {
                self.open = None;
                self.vault().erase().map_err(WalletError::from)?;
                Reply::done()
            }
            "keyFiles" => self.key_files(asked),
            "fetchesKeysFrom" => Reply::of(&self.open()?.wallet.content().node),
            "persons" => {
                let persons = &self.open()?.wallet.content().persons;
                Reply::of(&persons.iter().map(PersonView::from).collect::<Vec<_>>())
            }
            "addPerson" => self.add_person(asked),
            "setEmployer" => self.set_employer(asked),
            "requestEnrolment" => self.request_enrolment(asked),
            "finishEnrolment" => self.finish_enrolment(asked),
            "status" => {
                let Who { person } = asked.read()?;
                let status = self.open()?.wallet.status(Some(&person), None, asked.now)?;
                Reply::of(&StatusView::from(&status))
            }
            "why" => self.why(asked),
            "published" => self.published(asked),
            "checkin" => self.check_in(asked),
            "lateStatement" => self.late_statement(asked),
            "saveDraft" => self.save_draft(asked),
            "consent" => self.consent(asked),
            "receive" => self.receive(asked),
            "absorb" => {
                let Who { person } = asked.read()?;
                let (open, node) = self.connected(asked)?;
                open.kept_up.remove(&person);
                let outcome = open.wallet.absorb(Some(&person), &node, &open.prover)?;
                Reply::of(&OutcomeView::from(outcome))
            }
            "appeal" => self.appeal(asked),
            "appeals" => self.appeals(asked),
            "prove" => self.prove(asked),
            "takePass" => self.take_pass(asked),
            "signPass" => self.sign_pass(asked),
            "itinerary" => {
                let Who { person } = asked.read()?;
                let content = self.open()?.wallet.content();
                let person = content.person(Some(&person))?;
                Reply::of(&ItineraryView::of(person, content.seen.as_ref(), asked.now))
            }
            "policies" => {
                let seen = self.open()?.wallet.content().seen.as_ref();
                let seen = seen.ok_or(WalletError::NeverSynced)?;
                Reply::of(&policies(seen, asked.now))
            }
            "disclosures" => self.disclosures(asked),
            "nymCard" => self.nym_card(asked),
            "sync" => self.sync(asked),
            _ => Err(asked.unknown()),
        }
    }
}
