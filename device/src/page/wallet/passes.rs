//! Proving passes ahead, and showing one.

use super::{WalletPage, did};
use crate::page::views::{ProvedView, shown_mask};
use crate::page::{Asked, Fault, Host, Reply};
use crate::qr::{Medium, QrImage};
use crate::wallet::{ShowAt, WalletError, WantedPasses};
use luyin_protocol::did::Did;
use luyin_protocol::pass::{GateCode, PassMode};
use luyin_protocol::scope::ScopeIndex;
use luyin_protocol::time::Day;
use serde::Deserialize;
use serde_json::json;
use std::num::NonZeroUsize;

/// Passes that may be out for showing at once; the oldest give way.
const MAX_SHOWN: usize = 16;
/// How long what was heard of the node serves for proving.
const FRESH_MS: u64 = 60_000;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum At {
    Venue(String),
    Anywhere,
    Paper(String),
}

fn dids(texts: &[String]) -> Result<Vec<Did>, Fault> {
    texts.iter().map(|text| did("did", text)).collect()
}

impl<H: Host> WalletPage<H> {
    pub(super) fn prove(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wanted {
            venues: Vec<String>,
            walk_in_blocks: u8,
            paper: bool,
            policy: Option<u16>,
            day: Option<String>,
            #[serde(default)]
            most: Option<NonZeroUsize>,
        }
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            wanted: Wanted,
        }
        let Arguments { person, wanted } = asked.read()?;
        let day = wanted.day.as_deref().map(Day::from_iso).transpose();
        let wanted = WantedPasses {
            policy: wanted.policy,
            venues: dids(&wanted.venues)?,
            walk_in_blocks: wanted.walk_in_blocks,
            day: day.map_err(|error| Fault::arguments(&error))?,
            paper: wanted.paper,
            most: wanted.most,
        };
        let host = self.host.clone();
        let progress = |done, total| host.report("prove", done, total);
        let (open, node) = self.connected(asked)?;
        let (wallet, prover) = (&mut open.wallet, &open.prover);
        let label = Some(person.as_str());
        // A look proves in many small calls: all go by what the first has heard.
        let kept_up = open.kept_up.remove(&person);
        let since = kept_up.filter(|at| asked.now.since(*at) < FRESH_MS);
        if since.is_none() {
            wallet.keep_up(label, &node)?;
        }
        let proved = wallet.prove_by_heard(label, &wanted, &node, prover, progress)?;
        open.kept_up.insert(person, since.unwrap_or(asked.now));
        Reply::of(&ProvedView::from(proved))
    }

    pub(super) fn take_pass(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            person: String,
            at: At,
            policy: u16,
        }
        let a: Arguments = asked.read()?;
        let at = match a.at {
            At::Venue(venue) => ShowAt::Venue(did("did", &venue)?),
            At::Anywhere => ShowAt::Anywhere,
            At::Paper(venue) => ShowAt::Paper(did("did", &venue)?),
        };
        let open = self.open()?;
        let taken = open
            .wallet
            .take_pass(Some(&a.person), at, a.policy, asked.now)?;
        let pass = taken.pass();
        let demands = open.wallet.policy_of(&taken).is_ok_and(|p| p.gate_code);
        // A pass that shows no mask bears zero.
        let mask = (pass.mask.bits() != 0).then(|| shown_mask(pass.mask));
        let (surname, digits) = mask.unzip();
        let handle = open.next;
        let view = json!({
            "handle": handle,
            "policy": pass.policy.to_string(),
            "day": pass.day.to_iso(),
            "walkIn": pass.scope != ScopeIndex::Venue,
            "demandsCode": demands && pass.mode == PassMode::Screen,
            "surname": surname,
            "digits": digits,
        });
        open.next = open.next.wrapping_add(1);
        open.shown.insert(handle, taken);
        while open.shown.len() > MAX_SHOWN {
            open.shown.pop_first();
        }
        Reply::of(&view)
    }

    pub(super) fn sign_pass(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Arguments {
            handle: u32,
            gate_code: u32,
        }
        let a: Arguments = asked.read()?;
        let open = self.open()?;
        let gone = || Fault::new("no_pass", "this pass is not out for showing any more");
        let shown = open.shown.get(&a.handle).ok_or_else(gone)?;
        let mode = shown.pass().mode;
        let demands = open.wallet.policy_of(shown).is_ok_and(|p| p.gate_code);
        if demands && mode == PassMode::Screen && a.gate_code == 0 {
            return Err(WalletError::GateCode.into());
        }
        let text = shown
            .sign(asked.now.step(), GateCode(a.gate_code))
            .to_text();
        let medium = match mode {
            PassMode::Screen => Medium::Screen,
            PassMode::Paper => Medium::Paper,
        };
        let code = QrImage::draw(&text, medium)?;
        let modules = code.modules().iter().copied().map(u8::from).collect();
        Reply::with(
            &json!({ "text": text, "size": code.width() }),
            Some(modules),
        )
    }
}
