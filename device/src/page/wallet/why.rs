//! Why, and would it do elsewhere.

use super::{WalletPage, did};
use crate::client::Encoded;
use crate::page::views::{WhyView, published};
use crate::page::{Asked, Fault, Host, Reply};
use crate::wallet::{WalletError, WhyAsked};
use luyin_protocol::policy::Policy;
use luyin_protocol::time::Day;
use serde::Deserialize;

impl<H: Host> WalletPage<H> {
    pub(super) fn why(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            policy: Option<u16>,
            venue: Option<String>,
            day: Option<String>,
        }
        let a: Arguments = asked.read()?;
        let venue = a
            .venue
            .as_deref()
            .map(|text| did("did", text))
            .transpose()?;
        let day = a.day.as_deref().map(Day::from_iso).transpose();
        let wanted = WhyAsked {
            policy: a.policy,
            venue,
            day: day.map_err(WalletError::from)?,
        };
        let wallet = &self.open()?.wallet;
        let why = wallet.why(Some(&a.person), &wanted, asked.now)?;
        Reply::of(&WhyView::from(&why))
    }

    /// A person's note as the rules of a published policy see it: what judges by them is a module of its own.
    pub(super) fn rule_data(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            policy: Encoded<Policy>,
            day: Option<String>,
        }
        let a: Arguments = asked.read()?;
        let day = a.day.as_deref().map(Day::from_iso).transpose();
        let day = day.map_err(WalletError::from)?;
        let wallet = &self.open()?.wallet;
        let note = wallet.rule_data(Some(&a.person), &a.policy.0, day, asked.now)?;
        Reply::of(&note)
    }

    /// Policies in effect, and those that will be.
    pub(super) fn published(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let seen = self.open()?.wallet.content().seen.as_ref();
        let seen = seen.ok_or(WalletError::NeverSynced)?;
        Reply::of(&published(seen, asked.now))
    }
}
