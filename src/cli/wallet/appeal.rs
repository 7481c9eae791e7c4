//! `luyin wallet appeal` and `luyin wallet appeals`: against a notice about oneself, and what becomes of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use luyin_device::client::PublicAppeal;
use luyin_device::wallet::Grounds;
use luyin_protocol::appeal::AppealReason;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use serde_json::json;

use super::act::refresh;
use super::{Opened, WalletArgs, WalletCommandError, read};
use crate::cli::say::{Say, minute};

/// What is said against a notice.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  luyin wallet appeal --reason recovered --file result.pdf --confirm
No name is sent: a proof says that the notice is about whoever appeals. The notice, the reason and a commitment to the
file stand on the public ledger; the file itself does not. Hand it to the authority with the code that is printed.")]
pub struct AppealArgs {
    /// The notice; may be left out where one alone is about you
    #[arg(long, value_name = "HEX")]
    notice: Option<NoticeId>,
    /// Why
    #[arg(long, value_enum)]
    reason: Reason,
    /// A file that you will hand to the authority; only a commitment to it is sent
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Say that this is to be filed: one appeal a notice
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// A reason, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Reason {
    NotMe,
    Recovered,
    EvidenceWrong,
    Outlived,
    Other,
}

impl From<Reason> for AppealReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::NotMe => Self::NotMe,
            Reason::Recovered => Self::Recovered,
            Reason::EvidenceWrong => Self::EvidenceWrong,
            Reason::Outlived => Self::Outlived,
            Reason::Other => Self::Other,
        }
    }
}

pub(super) fn appeal(args: &AppealArgs, say: Say) -> Result<(), WalletCommandError> {
    if !args.confirm {
        return Err(WalletCommandError::AppealNotConfirmed);
    }
    let mut opened = args.wallet.open()?;
    let client = opened.client()?;
    let label = args.wallet.person();
    opened.wallet.sync(&client)?;
    let notice = match args.notice {
        Some(notice) => notice,
        None => only_notice(&opened)?,
    };
    let file = args.file.as_deref().map(read).transpose()?;
    let grounds = Grounds {
        notice,
        reason: args.reason.into(),
        file: file.map(|bytes| Sha256Hash::of(&bytes)),
    };
    let prover = opened.prover(&client, say)?;
    let filed = opened.wallet.appeal(label, &grounds, &client, &prover)?;
    let code = match filed.statement {
        Some(_) => Some(opened.wallet.statement_salt(label, &notice)?),
        None => None,
    };
    let now = opened.now_online()?;
    say.outcome(&json!({ "appeal": filed, "statement_code": code }), || {
        let mut out = line(&filed, now);
        if let Some(code) = code {
            out.push_str(&format!(
                "\n  材料交给发布机关时请附上此码 / hand your file to the authority with this code: {code}"
            ));
        }
        out
    });
    Ok(())
}

pub(super) fn appeals(args: &WalletArgs, say: Say) -> Result<(), WalletCommandError> {
    let mut opened = args.open()?;
    refresh(&mut opened)?;
    let now = opened.now_online()?;
    let kept = &opened.wallet.content().person(args.person())?.appeals;
    say.outcome(kept, || match kept.as_slice() {
        [] => "没有申诉 / no appeals".to_owned(),
        all => {
            let lines: Vec<String> = all.iter().map(|appeal| line(appeal, now)).collect();
            lines.join("\n")
        }
    });
    Ok(())
}

fn only_notice(opened: &Opened) -> Result<NoticeId, WalletCommandError> {
    let label = opened.args.person();
    let now = opened.now_online()?;
    let status = opened.wallet.status(label, None, now)?;
    match status.notices.as_slice() {
        [one] => Ok(one.notice),
        several => Err(WalletCommandError::WhichNotice(several.len())),
    }
}

/// An appeal with its clock.
pub(super) fn line(appeal: &PublicAppeal, now: Timestamp) -> String {
    let state = appeal.state_at(now);
    let due = minute(appeal.due);
    let mut out = format!(
        "  申诉 / appeal {}: {} / {}; 应于 {due} 前答复 / due by {due}",
        appeal.entry,
        state.zh(),
        state.en()
    );
    let words = appeal.answer.as_ref().and_then(|a| a.words.as_deref());
    if let Some(words) = words {
        out.push_str(&format!("\n    {words}"));
    }
    out
}
