//! Showing and printing a pass.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use luyin_protocol::did::Did;
use luyin_protocol::pass::{GateCode, ShownPass};
use luyin_protocol::time::{Day, Timestamp};
use serde_json::json;

use super::{WalletArgs, WalletCommandError, day, write};
use crate::cli::say::Say;
use crate::qr::to_png;
use luyin_device::qr::{Medium, QrImage};
use luyin_device::wallet::{ShowAt, WalletError, WantedPasses};

const STEP_MS: u64 = 30_000;
const SCREEN_SCALE: u8 = 8;
const PAPER_SCALE: u8 = 12;

/// Show a pass.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  luyin wallet show --policy 1 --venue did:luyin:...
  luyin wallet show --policy 1 --png pass.png --watch
  luyin wallet show --policy 1 --code 271828")]
pub struct ShowArgs {
    /// The policy that the gate asks for
    #[arg(long, default_value_t = 1)]
    policy: u16,
    /// The venue; without it, or without a pass for it, a walk-in pass
    #[arg(long, value_name = "DID")]
    venue: Option<Did>,
    /// The code that the gate displays
    #[arg(long, value_name = "NUMBER")]
    code: Option<u32>,
    /// Write a PNG image
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Write an SVG image
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Refresh every 30 seconds; a number ends it after so many
    #[arg(long, value_name = "TIMES", num_args = 0..=1, default_missing_value = "0")]
    watch: Option<u32>,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// Print a pass.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  luyin wallet paper --policy 1 --venue did:luyin:... --day 2026-11-24 --svg pass.svg
The gate compares the printed pass with an ID; the policy must accept paper.")]
pub struct PaperArgs {
    /// The policy
    #[arg(long, default_value_t = 1)]
    policy: u16,
    /// The venue
    #[arg(long, value_name = "DID")]
    venue: Did,
    /// The day, YYYY-MM-DD; without it today
    #[arg(long, value_parser = day)]
    day: Option<Day>,
    /// Write a PNG image
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Write an SVG image
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    wallet: WalletArgs,
}

struct Output<'a> {
    png: Option<&'a PathBuf>,
    svg: Option<&'a PathBuf>,
    medium: Medium,
}

impl Output<'_> {
    fn give(&self, shown: &ShownPass, say: Say) -> Result<(), WalletCommandError> {
        let text = shown.to_text();
        let code = QrImage::draw(&text, self.medium)?;
        let scale = match self.medium {
            Medium::Screen => SCREEN_SCALE,
            Medium::Paper => PAPER_SCALE,
        };
        if let Some(path) = self.png {
            write(path, &to_png(&code, scale)?)?;
        }
        if let Some(path) = self.svg {
            write(path, code.to_svg().as_bytes())?;
        }
        let pass = &shown.pass;
        let value = json!({
            "text": text,
            "policy": pass.policy,
            "day": pass.day,
            "step": shown.step,
            "scope": pass.scope.byte(),
            "mode": pass.mode,
            "png": self.png,
            "svg": self.svg,
        });
        let to_file = self.png.or(self.svg).cloned();
        say.outcome(&value, || match to_file {
            Some(path) => format!(
                "policy {}, {}: {}",
                pass.policy,
                pass.day.to_iso(),
                path.display()
            ),
            None => format!(
                "{}policy {}, {}",
                code.to_terminal(),
                pass.policy,
                pass.day.to_iso()
            ),
        });
        Ok(())
    }
}

pub(super) fn show(args: &ShowArgs, say: Say) -> Result<(), WalletCommandError> {
    let mut opened = args.wallet.open()?;
    let now = opened.now()?;
    let at = args.venue.map_or(ShowAt::Anywhere, ShowAt::Venue);
    let taken = opened
        .wallet
        .take_pass(args.wallet.person(), at, args.policy, now)?;
    if opened.wallet.policy_of(&taken).is_ok_and(|p| p.gate_code) && args.code.is_none() {
        return Err(WalletError::GateCode.into());
    }
    let code = GateCode(args.code.unwrap_or(0));
    let output = Output {
        png: args.png.as_ref(),
        svg: args.svg.as_ref(),
        medium: Medium::Screen,
    };
    let mut left = args
        .watch
        .map(|times| if times == 0 { u32::MAX } else { times });
    loop {
        let now: Timestamp = opened.now()?;
        output.give(&taken.sign(now.step(), code), say)?;
        left = left.and_then(|n| n.checked_sub(1)).filter(|n| *n > 0);
        if left.is_none() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(STEP_MS - now.get() % STEP_MS));
    }
}

pub(super) fn paper(args: &PaperArgs, say: Say) -> Result<(), WalletCommandError> {
    let mut opened = args.wallet.open()?;
    let now = opened.now_online()?;
    let day = args.day.unwrap_or_else(|| now.day());
    let label = args.wallet.person();
    let moment = now.max(day.start());
    let at_hand = opened
        .wallet
        .take_pass(label, ShowAt::Paper(args.venue), args.policy, moment);
    let taken = match at_hand {
        Ok(taken) if taken.pass().day == day => taken,
        _ => {
            let client = opened.client()?;
            let prover = opened.prover(&client, say)?;
            let wanted = WantedPasses {
                policy: Some(args.policy),
                venues: vec![args.venue],
                walk_in_blocks: 0,
                day: Some(day),
                paper: true,
                most: None,
            };
            let proved = opened
                .wallet
                .prove(label, &wanted, &client, &prover, |_, _| {})?;
            if let Some(failed) = proved.unprovable.into_iter().next() {
                return Err(WalletError::Unprovable(failed.reason).into());
            }
            opened
                .wallet
                .take_pass(label, ShowAt::Paper(args.venue), args.policy, moment)?
        }
    };
    let output = Output {
        png: args.png.as_ref(),
        svg: args.svg.as_ref(),
        medium: Medium::Paper,
    };
    output.give(&taken.sign(now.step(), GateCode(0)), say)
}
