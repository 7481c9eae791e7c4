//! `luyin verify-log`: checks a whole log from its files alone. Nothing is written; the node may go on running.

use super::say::Say;
use crate::node::directory::{DirectoryError, GENESIS, read_genesis};
use crate::node::judge::Judge;
use crate::node::verifying_keys::{self, KeysError};
use clap::Args;
use luyin_ledger::chain::{Fault, Verified, verify_log};
use luyin_ledger::log::disk::{Disk, RealDisk};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Check a whole log from its files alone
#[derive(Debug, Args)]
#[command(after_help = "Example:
  luyin verify-log node --keys keys
Every frame, entry, signature, proof, root and tile is checked, and the signed checkpoint against them.")]
pub struct VerifyLogArgs {
    /// A node's data directory, or a copy of it
    #[arg(value_name = "DIR")]
    pub data: PathBuf,
    /// Directory of proving and verifying keys
    #[arg(long, value_name = "DIR")]
    pub keys: PathBuf,
}

/// Why the log was not found sound.
#[derive(Debug, Error)]
pub enum VerifyLogError {
    /// The data directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The file system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The first fault.
    #[error("the log is NOT sound: {0}")]
    Fault(#[from] Box<Fault>),
}

/// Checks.
///
/// # Errors
/// [`VerifyLogError`].
pub fn run(args: VerifyLogArgs, say: Say) -> Result<(), VerifyLogError> {
    let genesis = read_genesis(&args.data.join(GENESIS))?;
    let (_, keys) = verifying_keys::load(&args.keys, genesis.mode, &genesis.verifying_keys)?;
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(args.data.join("chain"))?);
    let bar = say.progress(0, "blocks");
    let network = genesis.id();
    let found = verify_log(disk, genesis, &Judge::new(keys), |progress| {
        bar.set_length(progress.of);
        bar.set_position(progress.records);
    });
    bar.finish_and_clear();
    let Verified {
        blocks,
        head,
        signed,
    } = found?;
    let root = hex::encode(head.root().as_bytes());
    let entries = head.size();
    let shown = json!({
        "network": network, "blocks": blocks, "entries": entries, "signed": signed, "root": root,
    });
    say.outcome(&shown, || {
        format!("sound: {blocks} blocks, {entries} entries, {signed} of them signed, root {root}")
    });
    Ok(())
}
