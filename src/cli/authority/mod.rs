//! `luyin authority`: what two persons of different roles do together. One proposes, the other approves; neither can act
//! alone, and nothing here sets a colour. What may reach many needs a third, who reviews.

mod action;
mod answer;
mod dry_run;
mod evidence;
mod opening;
mod propose;
mod release;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use luyin_keys::durable_file;
use luyin_keys::escrow::MAX_EVIDENCE;
use luyin_keys::signing::SigningKey;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::network::{NetworkParameters, TRUSTEES};
use luyin_protocol::risk::NoticeId;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Governance, GovernanceAction, Release, Tx};
use serde_json::json;

pub(crate) use self::action::class_in_words;
pub use self::action::{ActionError, ActionFile};
use self::action::{MAX_FILE, in_words};
use self::dry_run::{DryRun, DryRunError};
use self::opening::{OpeningFile, TooFewTold, tell};
use self::propose::{Proposal, ProposeError, read};
use self::release::{Sources, release};
use super::keystore::{KeystoreArgs, KeystoreCommandError};
use super::organisation::NodeArgs;
use super::say::Say;
use crate::client::{NodeClient, TrusteeClient};
use crate::trustee::{LedgerError, LedgerView};
use luyin_device::client::{ClientError, LiveNotice, Receipt, ReleaseAnswer, Without};

/// The authority: two roles for every action
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin authority propose --keystore a.keys --key proposer --out action.json accredit --subject did:luyin:... --role registrar --quota 500
  luyin authority approve --keystore b.keys --key approver --file action.json --yes
  luyin authority propose --keystore a.keys --out action.json notice --subject subject.json --class close-contact \\
      --evidence report.pdf --clause 'Infectious Diseases Act, article 39' --days 14 --opening-out opening.json
  luyin authority approve --keystore b.keys --file action.json --yes
  luyin authority open    --opening opening.json --evidence report.pdf --trustees http://127.0.0.1:8101,...
  luyin authority release --trustees http://127.0.0.1:8101,... --days 2
  luyin authority actions
  luyin authority dry-run risk-list --csv cities.csv
  luyin authority approve --keystore b.keys --file action.json --for-review both.json --yes
  luyin authority review  --keystore c.keys --file both.json --yes
Run `release` every day, and after every notice: until a day is released nobody is refused on it.")]
pub enum Command {
    /// Write an action with the proposer's signature
    Propose {
        #[command(flatten)]
        keystore: KeystoreArgs,
        /// Name of the proposer's key
        #[arg(long, default_value = "proposer")]
        key: String,
        #[command(flatten)]
        node: NodeArgs,
        /// Where to write the action, for the approver
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(subcommand)]
        proposal: Proposal,
    },
    /// Show what an action does, and with --yes sign and post it
    Approve {
        #[command(flatten)]
        keystore: KeystoreArgs,
        /// Name of the approver's key
        #[arg(long, default_value = "approver")]
        key: String,
        #[command(flatten)]
        node: NodeArgs,
        /// The action that was proposed
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Sign and post
        #[arg(long)]
        yes: bool,
        /// Do not post: write the action with both signatures, for a reviewer to post
        #[arg(long, value_name = "FILE")]
        for_review: Option<PathBuf>,
    },
    /// Show what an action does, and with --yes give the third approval and post it
    Review {
        #[command(flatten)]
        keystore: KeystoreArgs,
        /// Name of the reviewer's key
        #[arg(long, default_value = "reviewer")]
        key: String,
        #[command(flatten)]
        node: NodeArgs,
        /// The action that was proposed and approved
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Sign and post
        #[arg(long)]
        yes: bool,
    },
    /// What an action asks more than what is there, how many it may reach, and whether it needs a third approval
    DryRun {
        #[command(flatten)]
        node: NodeArgs,
        /// Persons who were in each region, as an operator counted them: JSON, {"source": "...", "regions": {"410100": 1317}}
        #[arg(long, value_name = "FILE")]
        counts: Option<PathBuf>,
        #[command(subcommand)]
        proposal: Proposal,
    },
    /// Tell the trustees whose notice it is and show them its evidence; once it is on the ledger
    Open {
        #[command(flatten)]
        node: NodeArgs,
        #[command(flatten)]
        trustees: TrusteesArgs,
        /// What `propose notice` wrote
        #[arg(long, value_name = "FILE")]
        opening: PathBuf,
        /// The very file of evidence whose SHA-256 stands on the ledger; at most 512 KiB
        #[arg(long, value_name = "FILE")]
        evidence: PathBuf,
    },
    /// Publish the days' values of all live notices; may be run again at any time
    Release {
        #[command(flatten)]
        node: NodeArgs,
        #[command(flatten)]
        trustees: TrusteesArgs,
        /// From today on, so many days; trustees give at most tomorrow
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=2))]
        days: u16,
    },
    /// List every action on the ledger, each checked for its two signatures
    Actions {
        #[command(flatten)]
        node: NodeArgs,
    },
}

/// The five trustees.
#[derive(Debug, Args)]
pub struct TrusteesArgs {
    /// The five trustees by rising number, separated by commas
    #[arg(long, value_name = "URL,...", value_delimiter = ',', required = true)]
    trustees: Vec<String>,
}

/// Why an authority command failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreCommandError),
    /// A node or trustee.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The proposal.
    #[error(transparent)]
    Propose(#[from] ProposeError),
    /// The action.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The trustees were not told.
    #[error(transparent)]
    Told(#[from] TooFewTold),
    /// Not five addresses.
    #[error("give the addresses of all five trustees, by rising number; there are {0}")]
    Trustees(usize),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// What stands in an opening file.
    #[error("{0} is no opening file")]
    OpeningFile(PathBuf),
    /// What is shown as evidence.
    #[error(
        "{0}: evidence has 1 byte to 512 KiB; of longer files, a list of their SHA-256 may be the evidence"
    )]
    Evidence(PathBuf),
    /// The dry run.
    #[error(transparent)]
    DryRun(#[from] DryRunError),
    /// Some days were not published.
    #[error(
        "{0} days of live notices were not released; those persons are not refused yet, run this again"
    )]
    Unreleased(usize),
    /// The log.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Runs an authority command.
///
/// # Errors
/// [`AuthorityError`].
pub fn run(command: Command, say: Say) -> Result<(), AuthorityError> {
    match command {
        Command::Propose {
            keystore,
            key,
            node,
            out,
            proposal,
        } => propose(&keystore, &key, &node, &out, proposal, say),
        Command::Approve {
            keystore,
            key,
            node,
            file,
            yes,
            for_review,
        } => {
            let node = node.client()?;
            let action = ActionFile::read(&read_file(&file)?, &node.parameters()?)?;
            if yes {
                let key = keystore.open()?.signing_key(&key)?;
                approve(&key, &node, &action, for_review.as_deref(), say)
            } else {
                shown(&action, "not signed: add --yes to approve", say);
                Ok(())
            }
        }
        Command::Review {
            keystore,
            key,
            node,
            file,
            yes,
        } => {
            let node = node.client()?;
            let action = ActionFile::read(&read_file(&file)?, &node.parameters()?)?;
            if yes {
                let key = keystore.open()?.signing_key(&key)?;
                let due = node.governance_next()?;
                let governance = action.review(&node.parameters()?, due, &key)?;
                post(&node, governance, say)
            } else {
                shown(&action, "not signed: add --yes to review", say);
                Ok(())
            }
        }
        Command::DryRun {
            node,
            counts,
            proposal,
        } => {
            let node = node.client()?;
            let counts = counts.map(|path| read_file(&path)).transpose()?;
            let action = read(proposal, &node)?.action;
            let found = DryRun::of(&node, &action, counts.as_deref())?;
            say.outcome(&found, || found.to_string());
            Ok(())
        }
        Command::Open {
            node,
            trustees,
            opening,
            evidence,
        } => open(&node, &trustees, &opening, &evidence, say),
        Command::Release {
            node,
            trustees,
            days,
        } => {
            let network = Network::new(&node, &trustees)?;
            let parameters = network.node.parameters()?;
            let today = network.node.now()?.day();
            let summary = release(&network, &parameters, today, days)?;
            say.outcome(&summary, || summary.to_string());
            match summary.failed.len() {
                0 => Ok(()),
                failed => Err(AuthorityError::Unreleased(failed)),
            }
        }
        Command::Actions { node } => actions(&node.client()?, say),
    }
}

fn propose(
    keystore: &KeystoreArgs,
    key: &str,
    node: &NodeArgs,
    out: &Path,
    proposal: Proposal,
    say: Say,
) -> Result<(), AuthorityError> {
    let node = node.client()?;
    let key = keystore.open()?.signing_key(key)?;
    let proposed = read(proposal, &node)?;
    let sequence = node.governance_next()?;
    let action = ActionFile::propose(&node.parameters()?, sequence, proposed.action, &key)?;
    if let Some((path, opening)) = &proposed.opening {
        write_file(
            path,
            &serde_json::to_vec_pretty(opening).unwrap_or_default(),
        )?;
    }
    write_file(out, &serde_json::to_vec_pretty(&action).unwrap_or_default())?;
    let hint = format!(
        "written to {}; the approver signs and posts it",
        out.display()
    );
    shown(&action, &hint, say);
    Ok(())
}

fn shown(action: &ActionFile, hint: &str, say: Say) {
    let words = in_words(&action.action.0);
    let value = json!({
        "sequence": action.sequence,
        "action": words,
        "proposer": action.proposer,
        "hint": hint,
    });
    say.outcome(&value, || {
        format!("action {}: {words}\n{hint}", action.sequence)
    });
}

fn approve(
    key: &SigningKey,
    node: &NodeClient,
    action: &ActionFile,
    for_review: Option<&Path>,
    say: Say,
) -> Result<(), AuthorityError> {
    let due = node.governance_next()?;
    let parameters = node.parameters()?;
    let Some(out) = for_review else {
        let governance = action.approve(&parameters, due, key)?;
        return post(node, governance, say);
    };
    let both = action.approve_for_review(&parameters, due, key)?;
    write_file(out, &serde_json::to_vec_pretty(&both).unwrap_or_default())?;
    let hint = format!(
        "written to {}; a reviewer signs and posts it",
        out.display()
    );
    shown(&both, &hint, say);
    Ok(())
}

fn post(node: &NodeClient, governance: Governance, say: Say) -> Result<(), AuthorityError> {
    let (sequence, action) = (governance.sequence, governance.action.clone());
    let receipt = node.submit(&Tx::Governance(governance))?;
    let notice = match &action {
        GovernanceAction::RiskNotice(notice) => Some(notice.id()),
        _ => None,
    };
    let words = in_words(&action);
    let value = json!({
        "sequence": sequence,
        "action": words,
        "entry": receipt.entry,
        "notice": notice,
    });
    say.outcome(&value, || {
        let next = notice.map_or(
            "",
            |_| "\nnow `luyin authority open`, then `luyin authority release`",
        );
        format!(
            "action {sequence} at entry {}: {words}{next}",
            receipt.entry
        )
    });
    Ok(())
}

fn open(
    node: &NodeArgs,
    trustees: &TrusteesArgs,
    file: &Path,
    evidence: &Path,
    say: Say,
) -> Result<(), AuthorityError> {
    let network = Network::new(node, trustees)?;
    let opening: OpeningFile = serde_json::from_slice(&read_file(file)?)
        .map_err(|_| AuthorityError::OpeningFile(file.to_owned()))?;
    let shown = read_up_to(evidence, MAX_EVIDENCE + 1)?;
    if shown.is_empty() || shown.len() > MAX_EVIDENCE {
        return Err(AuthorityError::Evidence(evidence.to_owned()));
    }
    let parameters: NetworkParameters = network.node.parameters()?;
    let without = tell(&parameters, &opening, &shown, |trustee, sealed| {
        network.trustee(trustee)?.opening(sealed)
    })?;
    let told = TRUSTEES - without.len();
    let value = json!({ "notice": opening.notice, "told": told, "without": without });
    say.outcome(&value, || {
        let mut text = format!("{told} trustees know whose notice {} is", opening.notice);
        for Without { trustee, why } in &without {
            text.push_str(&format!("\nwithout trustee {trustee}: {why}"));
        }
        text
    });
    Ok(())
}

fn actions(node: &NodeClient, say: Say) -> Result<(), AuthorityError> {
    let directory = std::env::temp_dir().join(format!("luyin-actions-{}", std::process::id()));
    let failed = |source| AuthorityError::File {
        path: directory.clone(),
        source,
    };
    std::fs::create_dir_all(&directory).map_err(failed)?;
    let network = node.network_id()?;
    let source = NodeClient::new(node.address())?;
    let mut view = LedgerView::new(source, network, directory.join("checkpoint"));
    let followed = view.follow();
    std::fs::remove_dir_all(&directory).map_err(failed)?;
    followed?;
    let listed: Vec<_> = view
        .book()
        .actions()
        .iter()
        .map(|recorded| {
            let governance = &recorded.governance;
            json!({
                "sequence": governance.sequence,
                "entry": recorded.entry,
                "time": recorded.time,
                "action": in_words(&governance.action),
                "proposer": governance.approvals.proposer,
                "approver": governance.approvals.approver,
                "reviewer": governance.approvals.review.map(|review| review.reviewer),
            })
        })
        .collect();
    say.outcome(&listed, || {
        let line = |recorded: &crate::trustee::RecordedAction| {
            let governance = &recorded.governance;
            let (day, words) = (recorded.time.day().to_iso(), in_words(&governance.action));
            format!(
                "{:>5} {day} entry {:>8}  {words}",
                governance.sequence, recorded.entry
            )
        };
        let lines: Vec<String> = view.book().actions().iter().map(line).collect();
        lines.join("\n")
    });
    Ok(())
}

/// The node and the trustees.
struct Network {
    node: NodeClient,
    trustees: Vec<TrusteeClient>,
}

impl Network {
    fn new(node: &NodeArgs, trustees: &TrusteesArgs) -> Result<Self, AuthorityError> {
        if trustees.trustees.len() != TRUSTEES {
            return Err(AuthorityError::Trustees(trustees.trustees.len()));
        }
        let clients = trustees.trustees.iter().map(|t| TrusteeClient::new(t));
        Ok(Self {
            node: node.client()?,
            trustees: clients.collect::<Result<_, _>>()?,
        })
    }

    fn trustee(&self, trustee: TrusteeIndex) -> Result<&TrusteeClient, ClientError> {
        let client = self.trustees.get(trustee.position());
        client.ok_or_else(|| ClientError::Address(format!("trustee {trustee}")))
    }
}

impl Sources for Network {
    fn notices(&self) -> Result<Vec<LiveNotice>, ClientError> {
        self.node.notices()
    }
    fn releases(&self, day: Day) -> Result<Vec<Release>, ClientError> {
        self.node.releases(day)
    }
    fn ask(
        &self,
        trustee: TrusteeIndex,
        notice: &NoticeId,
        day: Day,
    ) -> Result<ReleaseAnswer, ClientError> {
        self.trustee(trustee)?.release(notice, day)
    }
    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        self.node.submit(tx)
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, AuthorityError> {
    read_up_to(path, MAX_FILE)
}

fn read_up_to(path: &Path, limit: usize) -> Result<Vec<u8>, AuthorityError> {
    let failed = |source| AuthorityError::File {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), AuthorityError> {
    durable_file::replace(path, bytes).map_err(|source| AuthorityError::File {
        path: path.to_owned(),
        source,
    })
}
