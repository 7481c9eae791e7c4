//! `luyin wallet itinerary`: the card, and the file that asks an operator to correct it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use luyin_device::wallet::{Correction, CorrectionReason, ItineraryCard, VisitedRegion};
use luyin_protocol::did::Did;
use luyin_protocol::time::Day;
use serde_json::json;

use super::act::refresh;
use super::{WalletArgs, WalletCommandError, write};
use crate::cli::say::{Say, minute};

/// What is asked.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  luyin wallet itinerary
  luyin wallet itinerary --wrong 420100 --reason border --out correction.json
  luyin wallet itinerary --wrong 420100 --reason other --words '...' --attester did:luyin:... --out correction.json
The file is for the operator alone: it holds the places that are wrong and your card of today. Hand it over, or send it
yourself; nothing is sent from here.")]
pub struct ItineraryArgs {
    /// A place on the card that is wrong, by its code; may be repeated
    #[arg(long = "wrong", value_name = "CODE", requires_all = ["reason", "out"])]
    wrong: Vec<String>,
    /// Why it is wrong
    #[arg(long, value_enum, requires = "wrong")]
    reason: Option<Reason>,
    /// What is wrong, in words; needed where the reason is another
    #[arg(long, value_name = "TEXT", default_value = "", requires = "wrong")]
    words: String,
    /// The operator; without it the one whose itinerary this wallet took in
    #[arg(long, value_name = "DID", requires = "wrong")]
    attester: Option<Did>,
    /// The file to write
    #[arg(long, value_name = "FILE", requires = "wrong")]
    out: Option<PathBuf>,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// Reasons, as the command line spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Reason {
    /// A base station across a border
    Border,
    /// The telephone was roaming
    Roaming,
    /// Somebody else had the telephone
    Lent,
    /// The number was ported, or somebody else's before
    Ported,
    /// Told in --words
    Other,
}

impl From<Reason> for CorrectionReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Border => Self::Border,
            Reason::Roaming => Self::Roaming,
            Reason::Lent => Self::Lent,
            Reason::Ported => Self::Ported,
            Reason::Other => Self::Other,
        }
    }
}

pub(super) fn itinerary(args: &ItineraryArgs, say: Say) -> Result<(), WalletCommandError> {
    let mut opened = args.wallet.open()?;
    let now = opened.now_online()?;
    refresh(&mut opened)?;
    let label = args.wallet.person();
    let card = opened.wallet.itinerary(label, now)?;
    let (Some(reason), Some(out)) = (args.reason, &args.out) else {
        say.outcome(&card, || lines(&card));
        return Ok(());
    };
    let attester = args.attester.or(card.attester);
    let attester = attester.ok_or(WalletCommandError::NoAttester)?;
    let nym = opened.wallet.nym_card(label, attester, now.day())?;
    let request = Correction::of(&card, nym, &args.wrong, reason.into(), &args.words)?;
    write(out, request.to_json()?.as_bytes())?;
    say.outcome(
        &json!({ "correction": out, "attester": attester, "places": request.places }),
        || {
            format!(
                "{} is for {attester}, today; a corrected itinerary of a later day takes the place of this one",
                out.display()
            )
        },
    );
    Ok(())
}

fn lines(card: &ItineraryCard) -> String {
    let mut out = format!(
        "行程卡 / Itinerary card: {} ({} **{})",
        card.person, card.surname, card.digits
    );
    let (Some(day), Some(from), Some(to)) = (card.day, card.from, card.to) else {
        out.push_str("\n  没有行程记录 / no itinerary yet");
        return out;
    };
    let [day, from, to] = [day, from, to].map(Day::to_iso);
    out.push_str(&format!(
        "\n  {from} 至 {to} 到访（证明日 {day}） / stays from {from} to {to} (attested on {day})"
    ));
    if let Some(taken) = card.taken.map(minute) {
        out.push_str(&format!("\n  更新于 {taken} / updated {taken}"));
    }
    if card.regions.is_empty() {
        out.push_str("\n    没有停留满 4 小时的地区 / no stay of 4 hours anywhere");
    }
    for VisitedRegion { code, zh, en, risk } in &card.regions {
        let mark = if *risk {
            "  ✘ 风险区 / risk region"
        } else {
            ""
        };
        out.push_str(&format!("\n    {code} {zh} / {en}{mark}"));
    }
    out.push_str(
        "\n  跨境基站和漫游会造成误差，可向运营商申请更正（--wrong） / base stations across a border and roaming cause errors: a correction can be asked for (--wrong)",
    );
    out
}
