//! `luyin wallet why`: clause by clause, for any published policy and for another day.

use std::path::{Path, PathBuf};

use clap::Args;
use luyin_device::rulebook::{RuleStanding, Rulebook};
use luyin_device::wallet::{Admission, ClauseStanding, Precheck, Why, WhyAsked};
use luyin_protocol::did::Did;
use luyin_protocol::time::{Day, Timestamp};

use super::act::{notice_lines, refresh};
use super::{WalletArgs, WalletCommandError, day, read};
use crate::cli::say::{Say, minute};

/// What is asked.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  luyin wallet why
  luyin wallet why --policy 2 --day 2022-11-30
  luyin wallet why --policy 2 --venue did:luyin:... --json
  luyin wallet why --rules conference.json      (what each of its rules says, in its own words)
Which policy a venue asks for is not on the ledger: its entrance says the number. A policy that is published and takes
effect later is looked at as it will be.")]
pub struct WhyArgs {
    /// One policy by its number, in effect or only published; without it all in effect
    #[arg(long)]
    policy: Option<u16>,
    /// A venue, for the passes at hand for it
    #[arg(long, value_name = "DID")]
    venue: Option<Did>,
    /// The day, YYYY-MM-DD, today to 30 days ahead; without it today
    #[arg(long, value_parser = day)]
    day: Option<Day>,
    /// The rules of a published policy, as its authority gives them out; believed only where they come to that very policy
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// The answer, and what each rule says.
#[derive(serde::Serialize)]
struct Told {
    #[serde(flatten)]
    why: Why,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<RuleStanding>,
}

pub(super) fn why(args: &WhyArgs, say: Say) -> Result<(), WalletCommandError> {
    let mut opened = args.wallet.open()?;
    let now = opened.now_online()?;
    refresh(&mut opened)?;
    let book = args.rules.as_deref().map(rulebook).transpose()?;
    let asked = WhyAsked {
        // The rules say whose they are.
        policy: args
            .policy
            .or(book.as_ref().map(|book| book.policy().reference.id)),
        venue: args.venue,
        day: args.day,
    };
    let why = opened.wallet.why(args.wallet.person(), &asked, now)?;
    let rules = match &book {
        Some(book) => opened
            .wallet
            .judge_by(args.wallet.person(), book, args.day, now)?,
        None => Vec::new(),
    };
    let told = Told { why, rules };
    say.outcome(&told, || lines(&told, now));
    Ok(())
}

fn rulebook(path: &Path) -> Result<Rulebook, WalletCommandError> {
    Rulebook::read(&read(path)?).map_err(|refusal| WalletCommandError::Unreadable {
        path: path.to_owned(),
        reason: refusal.to_string(),
    })
}

fn lines(Told { why, rules }: &Told, now: Timestamp) -> String {
    let mut out = format!("{}: {}", why.person, why.day.to_iso());
    for precheck in &why.policies {
        out.push_str(&policy_lines(precheck, now));
    }
    for rule in rules {
        let sign = if rule.met { "✔" } else { "✘" };
        out.push_str(&format!(
            "\n  {sign} {}: {} / {}",
            rule.rule, rule.zh, rule.en
        ));
    }
    for notice in &why.notices {
        out.push_str(&notice_lines(notice, now));
    }
    out
}

fn policy_lines(precheck: &Precheck, now: Timestamp) -> String {
    let standing = &precheck.standing;
    let answer = match precheck.admission {
        Admission::Yes => "✔ 可以通行 / you would be let in",
        Admission::AfterCheckIns => {
            "▲ 每天打卡且正常即可通行 / with a normal check-in a day you would be let in"
        }
        Admission::No => "✘ 不满足 / you would not be let in",
        Admission::UnderNotice => "✘ 有一份关于您的风险告知 / a notice about you bars the way",
    };
    let mut out = format!(
        "\n  {} {} / {}: {answer}",
        standing.policy, standing.name_zh, standing.name_en
    );
    if precheck.effective > now {
        let from = minute(precheck.effective);
        out.push_str(&format!("\n    自 {from} 起施行 / takes effect on {from}"));
    }
    for clause in &standing.clauses {
        out.push_str(&clause_lines(clause));
    }
    if precheck.shows_mask {
        out.push_str("\n      · 闸机会显示姓氏和证件末两位，请带身份证 / the gate shows surname and last two digits: bring your ID");
    }
    if precheck.gate_code {
        out.push_str(
            "\n      · 出示时要输入闸机上的数字 / the gate's code is typed in when showing",
        );
    }
    out.push_str(&format!(
        "\n      · 备有 {0} 张通行证 / passes at hand: {0}",
        precheck.passes
    ));
    out
}

fn clause_lines(clause: &ClauseStanding) -> String {
    let sign = if clause.met { "✔" } else { "✘" };
    let mut out = format!(
        "\n      {sign} {} {} / {}",
        clause.clause, clause.zh, clause.en
    );
    if let Some(until) = clause.until {
        let until = minute(until);
        out.push_str(&format!("\n          有效至 {until} / until {until}"));
    }
    if let (Some(zh), Some(en)) = (&clause.todo_zh, &clause.todo_en) {
        out.push_str(&format!("\n          → {zh} / {en}"));
    }
    out
}
