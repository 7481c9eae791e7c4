//! What a version changes against another, in words: what is on the ledger, or what a file would change.

use std::fmt;

use clap::Args;
use luyin_protocol::difference::{
    ClauseDifference, Dates, Difference, ListedRegion, Way, of_lists, of_policies,
};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::tx::GovernanceAction;
use serde::Serialize;

use super::propose::{Proposal, ProposeError, read};
use crate::cli::say::minute;
use crate::client::NodeClient;
use luyin_device::client::ClientError;

/// Which versions.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// A policy by its number: two of its versions on the ledger
    #[arg(long, value_name = "ID", conflicts_with = "risk_list")]
    policy: Option<u16>,
    /// The risk list: two of its versions on the ledger
    #[arg(long)]
    risk_list: bool,
    /// The version before; without it the one before the other, or for a file the newest
    #[arg(long, value_name = "VERSION")]
    from: Option<u32>,
    /// The version that is looked at; without it the newest
    #[arg(long, value_name = "VERSION")]
    to: Option<u32>,
    /// A file instead, against what is on the ledger
    #[command(subcommand)]
    proposal: Option<Proposal>,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The file.
    #[error(transparent)]
    Propose(#[from] ProposeError),
    /// Nothing was named.
    #[error(
        "name what to compare: --policy ID, --risk-list, or `policy` or `risk-list` with a file"
    )]
    Nothing,
    /// Another action.
    #[error("only policies and risk lists come in versions")]
    NoVersions,
    /// A version that is not there.
    #[error("there is no version {0} on the ledger")]
    NoVersion(u32),
    /// A first version.
    #[error("there is nothing before it: it is the first version")]
    First,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diff(Difference);

impl Diff {
    /// Compares what the arguments name.
    ///
    /// # Errors
    /// [`DiffError`].
    pub fn of(node: &NodeClient, args: DiffArgs) -> Result<Self, DiffError> {
        let DiffArgs { policy, from, .. } = args;
        match (args.proposal, policy, args.risk_list) {
            (Some(proposal), None, false) => match read(proposal, node)?.action {
                GovernanceAction::Policy(after) => {
                    let all = policies(node, after.reference.id)?;
                    let before = before(&all, from, None)?;
                    Ok(Self(Difference::Policy(of_policies(before, &after))))
                }
                GovernanceAction::RiskList(after) => {
                    let all = lists(node)?;
                    let before = before(&all, from, None)?;
                    Ok(Self(Difference::RiskList(of_lists(before, &after))))
                }
                _ => Err(DiffError::NoVersions),
            },
            (None, Some(id), false) => {
                let all = policies(node, id)?;
                let after = version(&all, args.to)?;
                let before = before(&all, from, Some(after.0))?;
                Ok(Self(Difference::Policy(of_policies(before, &after.1))))
            }
            (None, None, true) => {
                let all = lists(node)?;
                let after = version(&all, args.to)?;
                let before = before(&all, from, Some(after.0))?;
                Ok(Self(Difference::RiskList(of_lists(before, &after.1))))
            }
            _ => Err(DiffError::Nothing),
        }
    }
}

/// Versions by number, the oldest first.
type Versions<T> = Vec<(u32, T)>;

fn policies(node: &NodeClient, id: u16) -> Result<Versions<Policy>, DiffError> {
    let all = node.policies()?.into_iter().map(|p| p.item.0);
    let same = all.filter(|p| p.reference.id == id);
    let mut all: Vec<_> = same.map(|p| (p.reference.version.into(), p)).collect();
    all.sort_by_key(|(version, _)| *version);
    Ok(all)
}

fn lists(node: &NodeClient) -> Result<Versions<RiskList>, DiffError> {
    let all = node.risk_lists()?.into_iter().map(|l| l.item.0);
    let mut all: Vec<_> = all.map(|list| (list.version, list)).collect();
    all.sort_by_key(|(version, _)| *version);
    Ok(all)
}

/// A version by its number; the newest where none is named.
fn version<T>(all: &Versions<T>, wanted: Option<u32>) -> Result<&(u32, T), DiffError> {
    match wanted {
        Some(number) => all
            .iter()
            .find(|(version, _)| *version == number)
            .ok_or(DiffError::NoVersion(number)),
        None => all.last().ok_or(DiffError::First),
    }
}

/// The version to compare with: the one named, else the newest before `after`.
fn before<T>(all: &Versions<T>, named: Option<u32>, after: Option<u32>) -> Result<&T, DiffError> {
    if named.is_some() {
        return version(all, named).map(|(_, found)| found);
    }
    let earlier = |(version, _): &&(u32, T)| after.is_none_or(|after| *version < after);
    let found = all.iter().rfind(earlier);
    found.map(|(_, found)| found).ok_or(DiffError::First)
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Difference::Policy(policy) => {
                write!(f, "policy {}, ", policy.policy)?;
                dates(f, &policy.dates)?;
                if let Some(old) = &policy.renamed {
                    write!(f, "\nrenamed: it was {} / {}", old.zh, old.en)?;
                }
                if policy.clauses.is_empty() {
                    write!(f, "\nevery clause asks what it asked")?;
                }
                policy.clauses.iter().try_for_each(|one| clause(f, one))
            }
            Difference::RiskList(list) => {
                write!(f, "risk list, ")?;
                dates(f, &list.dates)?;
                regions(f, "added", &list.added)?;
                regions(f, "dropped", &list.dropped)?;
                write!(f, "\nkept: {}", list.kept)
            }
        }
    }
}

fn dates(f: &mut fmt::Formatter<'_>, dates: &Dates) -> fmt::Result {
    write!(
        f,
        "version {} against {}\ntakes effect {} (the one before: {}), grace {} minutes (before: {})",
        dates.after,
        dates.before,
        minute(dates.effective),
        minute(dates.effective_before),
        dates.grace_ms / 60_000,
        dates.grace_before_ms / 60_000,
    )?;
    if dates.hurried {
        write!(f, "\nhurried: the version before ends within two hours")?;
    }
    Ok(())
}

fn clause(f: &mut fmt::Formatter<'_>, one: &ClauseDifference) -> fmt::Result {
    let way = match one.way {
        Way::Tightened => "tightened",
        Way::Loosened => "loosened",
        Way::Otherwise => "otherwise",
    };
    let ClauseDifference {
        about,
        before,
        after,
        ..
    } = one;
    write!(
        f,
        "\n{way}: {} / {}: {} -> {}",
        about.zh, about.en, before.en, after.en
    )
}

fn regions(f: &mut fmt::Formatter<'_>, what: &str, regions: &[ListedRegion]) -> fmt::Result {
    write!(f, "\n{what}: {}", regions.len())?;
    regions.iter().try_for_each(|region| {
        let ListedRegion { code, name } = region;
        write!(f, "\n  {code} {} / {}", name.zh, name.en)
    })
}
