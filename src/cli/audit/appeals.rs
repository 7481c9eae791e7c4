//! `luyin audit appeals`: the public list of appeals with their clock, and how they went.

use std::path::PathBuf;

use clap::Args;
use luyin_device::client::{AppealState, AppealStatistics, PublicAppeal};
use luyin_protocol::appeal::{AppealEntry, StatementCommitment, StatementSalt};
use luyin_protocol::signature::Sha256Hash;
use serde_json::json;

use super::AuditCommandError;
use crate::cli::organisation::NodeArgs;
use crate::cli::say::{Say, minute};
use crate::client::NodeClient;

/// Which appeals.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  luyin audit appeals
  luyin audit appeals --overdue
  luyin audit appeals --statement result.pdf --code 00112233445566778899aabbccddeeff --appeal 4711
The list is public: nobody signs for it, and no name is in it.")]
pub struct AppealsArgs {
    /// Those alone that were due and are not answered
    #[arg(long)]
    overdue: bool,
    /// A file that a person handed over, to be compared with what the appeal commits to
    #[arg(long, value_name = "FILE", requires_all = ["code", "appeal"])]
    statement: Option<PathBuf>,
    /// The code that came with the file
    #[arg(long, value_name = "HEX", requires = "statement")]
    code: Option<StatementSalt>,
    /// The appeal, by its entry
    #[arg(long, value_name = "ENTRY", requires = "statement")]
    appeal: Option<u64>,
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn appeals(args: &AppealsArgs, say: Say) -> Result<(), AuditCommandError> {
    let node = args.node.client()?;
    if let (Some(path), Some(code), Some(entry)) = (&args.statement, &args.code, args.appeal) {
        return compare(&node, path, code, AppealEntry(entry), say);
    }
    let statistics = node.appeal_statistics()?;
    let mut listed = node.appeals(0)?;
    if args.overdue {
        listed.retain(|appeal| appeal.state == AppealState::Overdue);
    }
    say.outcome(
        &json!({ "statistics": statistics, "appeals": listed }),
        || {
            let mut lines: Vec<String> = listed.iter().map(line).collect();
            lines.push(figures(&statistics));
            lines.join("\n")
        },
    );
    Ok(())
}

/// Whether a file is the one that an appeal commits to. Another one is an error, so that scripts notice.
fn compare(
    node: &NodeClient,
    path: &PathBuf,
    code: &StatementSalt,
    entry: AppealEntry,
    say: Say,
) -> Result<(), AuditCommandError> {
    let bytes = std::fs::read(path).map_err(|source| AuditCommandError::File {
        path: path.clone(),
        source,
    })?;
    let stated = StatementCommitment::of(&Sha256Hash::of(&bytes), code);
    let found = node.appeals(entry.0.saturating_sub(1))?;
    let found = found.into_iter().find(|appeal| appeal.entry == entry);
    if found.and_then(|appeal| appeal.statement) != Some(stated) {
        return Err(AuditCommandError::OtherStatement(entry));
    }
    say.outcome(&json!({ "appeal": entry, "statement": true }), || {
        format!(
            "{} is the file that appeal {entry} speaks of",
            path.display()
        )
    });
    Ok(())
}

fn line(appeal: &PublicAppeal) -> String {
    let PublicAppeal {
        entry,
        notice,
        reason,
        filed,
        due,
        state,
        answer,
        ..
    } = appeal;
    let mut out = format!(
        "{:>8}  filed {}  due {}  {}  {}  notice {notice}",
        entry.0,
        minute(*filed),
        minute(*due),
        reason.name(),
        state.en()
    );
    if let Some(answer) = answer {
        let late = if answer.late { ", late" } else { "" };
        let words = answer.words.as_deref().unwrap_or("-");
        out.push_str(&format!(
            "\n          answered {}{late}: {words}",
            minute(answer.time)
        ));
    }
    out
}

fn figures(s: &AppealStatistics) -> String {
    let median = s.median_minutes.map_or("-".to_owned(), |m| m.to_string());
    format!(
        "{} filed: {} open, {} overdue, {} granted, {} refused, {} whose notice was lifted; {} in time, {} late; \
         half were answered within {median} minutes",
        s.filed, s.open, s.overdue, s.granted, s.refused, s.lifted, s.in_time, s.late
    )
}
