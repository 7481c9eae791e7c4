//! `luyin genesis`: puts the public halves of everyone's keys together into a network's founding data.

use super::say::Say;
use crate::node::directory::{DataDirectory, DirectoryError};
use crate::node::verifying_keys::{self, KeysError};
use crate::trustee::PublicInfo;
use clap::{Args, Subcommand, ValueEnum};
use luyin_keys::manifest::{KeyDirectory, ManifestError, Mode, VkAllowList};
use luyin_ledger::log::checkpoint::{SignError, VerifierKey, node_keys};
use luyin_protocol::codec::DecodeError;
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, EVALUATORS, NetworkMode, NetworkParameters, TrusteeInfo,
    WitnessInfo,
};
use luyin_protocol::signature::PublicKey;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Make the founding data of a network
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:
  luyin genesis init --data node --origin luyin.example/demo --mode development --keys keys \\
      --proposer <KEY> --approver <KEY> --node-key <KEY> --trustee trustee-1.json ... --trustee trustee-5.json
Keys are 64 hex digits, as `luyin keystore export` prints them; trustee and witness files are what `init --json` of `luyin trustee`
and of `luyin witness` printed.")]
pub enum Command {
    /// Write founding data into a node's data directory
    Init(InitArgs),
}

/// What founding data are made of.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The node's data directory, made where it is missing
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Origin line of checkpoints, for instance luyin.example/demo
    #[arg(long)]
    pub origin: String,
    /// Whether real people are meant
    #[arg(long, value_enum)]
    pub mode: ModeArg,
    /// Directory of proving and verifying keys
    #[arg(long, value_name = "DIR")]
    pub keys: PathBuf,
    /// A key that may propose acts of the authority; may be repeated
    #[arg(long = "proposer", value_name = "KEY", required = true)]
    pub proposers: Vec<PublicKey>,
    /// A key that may approve them; may be repeated
    #[arg(long = "approver", value_name = "KEY", required = true)]
    pub approvers: Vec<PublicKey>,
    /// A key that may give the third approval, which what may reach many needs; may be repeated
    #[arg(long = "reviewer", value_name = "KEY")]
    pub reviewers: Vec<PublicKey>,
    /// How many persons a proposer and an approver may reach without a reviewer
    #[arg(long, value_name = "PERSONS", default_value_t = DEFAULT_TWO_REACH)]
    pub two_reach: u32,
    /// A node's key; may be repeated
    #[arg(long = "node-key", value_name = "KEY", required = true)]
    pub nodes: Vec<PublicKey>,
    /// What a trustee printed at its `init`; five of them
    #[arg(long = "trustee", value_name = "FILE", required = true)]
    pub trustees: Vec<PathBuf>,
    /// What a witness printed at its `init`; may be repeated
    #[arg(long = "witness", value_name = "FILE")]
    pub witnesses: Vec<PathBuf>,
    /// How many witnesses must have cosigned a checkpoint before anyone believes it
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub witnesses_needed: u8,
    /// Epochs for those who cannot wait, in seconds (120; 15 in demo networks)
    #[arg(long, value_name = "SECONDS")]
    pub quick: Option<u32>,
}

/// Whether real people are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Real people: development keys and settable clocks are refused
    Production,
    /// Synthetic data alone
    Development,
}

/// Why there are no founding data.
#[derive(Debug, Error)]
pub enum GenesisError {
    /// A trustee's or a witness's file.
    #[error("{path}: {why}")]
    Card {
        /// which
        path: PathBuf,
        /// why not
        why: String,
    },
    /// The five are not the five.
    #[error(
        "five trustees with the numbers 1 to 5 are needed, the first three with an evaluation key"
    )]
    Trustees,
    /// Proving and verifying keys.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Verifying keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The parts disagree.
    #[error("founding data: {0}")]
    Form(#[from] DecodeError),
    /// A node's key.
    #[error("a node's key: {0}")]
    Node(#[from] SignError),
    /// The data directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// Runs a genesis command.
///
/// # Errors
/// [`GenesisError`].
pub fn run(command: Command, say: Say) -> Result<(), GenesisError> {
    let Command::Init(args) = command;
    let trustees: Vec<PublicInfo> = cards(&args.trustees)?;
    let witnesses: Vec<WitnessInfo> = cards(&args.witnesses)?;
    let mut cadence = Cadence::standard();
    if let Some(seconds) = args.quick {
        cadence.quick_ms = seconds.saturating_mul(1000);
    }
    let mode = match args.mode {
        ModeArg::Production => NetworkMode::Production,
        ModeArg::Development => NetworkMode::Development,
    };
    let founding = Founding {
        origin: args.origin,
        mode,
        cadence,
        proposers: args.proposers,
        approvers: args.approvers,
        reviewers: args.reviewers,
        two_reach: args.two_reach,
        nodes: args.nodes,
        trustees,
        witnesses,
        witnesses_needed: args.witnesses_needed,
    };
    let parameters = founding.parameters(&args.keys)?;
    DataDirectory::found(&args.data, &parameters)?;
    let network = parameters.id();
    let keys = node_keys(&parameters)?;
    let logs: Vec<String> = keys.iter().map(VerifierKey::to_text).collect();
    say.outcome(&json!({ "network": network, "logs": logs }), || {
        let logs = logs.iter().map(|key| format!("\nlog {key}"));
        format!("network {network}{}", logs.collect::<String>())
    });
    Ok(())
}

/// Everyone's public halves.
#[derive(Debug)]
pub struct Founding {
    /// Origin line of checkpoints.
    pub origin: String,
    /// Mode.
    pub mode: NetworkMode,
    /// Time spans.
    pub cadence: Cadence,
    /// Proposers.
    pub proposers: Vec<PublicKey>,
    /// Approvers.
    pub approvers: Vec<PublicKey>,
    /// Reviewers; there may be none.
    pub reviewers: Vec<PublicKey>,
    /// How many persons two signatures reach.
    pub two_reach: u32,
    /// Nodes.
    pub nodes: Vec<PublicKey>,
    /// The five trustees, in any order.
    pub trustees: Vec<PublicInfo>,
    /// Witnesses; there may be none.
    pub witnesses: Vec<WitnessInfo>,
    /// How many of them a checkpoint needs.
    pub witnesses_needed: u8,
}

impl Founding {
    /// Puts founding data together, with the verifying keys of a directory.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn parameters(mut self, keys: &Path) -> Result<NetworkParameters, GenesisError> {
        let directory = KeyDirectory::open(keys, Mode::Development, VkAllowList::default())?;
        if self.mode == NetworkMode::Production {
            directory.manifest().check_mode(Mode::Production)?;
        }
        self.trustees.sort_by_key(|t| t.index);
        let numbers: Vec<u8> = self.trustees.iter().map(|t| t.index.get()).collect();
        let evaluators: Vec<_> = self
            .trustees
            .iter()
            .take(EVALUATORS)
            .filter_map(|t| t.voprf)
            .collect();
        if numbers != [1, 2, 3, 4, 5] || evaluators.len() != EVALUATORS {
            return Err(GenesisError::Trustees);
        }
        let trustee = |info: PublicInfo| TrusteeInfo {
            name: info.name,
            sign: info.sign,
            seal: info.seal,
        };
        let parameters = NetworkParameters {
            origin: self.origin,
            mode: self.mode,
            cadence: self.cadence,
            proposers: self.proposers,
            approvers: self.approvers,
            reviewers: self.reviewers,
            two_reach: self.two_reach,
            trustees: self.trustees.into_iter().map(trustee).collect(),
            evaluators,
            verifying_keys: verifying_keys::hashes(&directory)?,
            nodes: self.nodes,
            witnesses: self.witnesses,
            witnesses_needed: self.witnesses_needed,
        };
        parameters.check()?;
        Ok(parameters)
    }
}

/// What parties printed about themselves.
fn cards<T: DeserializeOwned>(paths: &[PathBuf]) -> Result<Vec<T>, GenesisError> {
    paths.iter().map(|path| card(path)).collect()
}

fn card<T: DeserializeOwned>(path: &Path) -> Result<T, GenesisError> {
    let bad = |why: String| GenesisError::Card {
        path: path.to_owned(),
        why,
    };
    let text = std::fs::read_to_string(path).map_err(|e| bad(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| bad(e.to_string()))
}
