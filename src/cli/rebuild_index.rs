//! `luyin rebuild-index`: deletes the index and makes it, the trees and the tiles anew from the segment log.

use super::keystore::{KeystoreArgs, KeystoreCommandError};
use super::say::Say;
use crate::node::directory::{DataDirectory, DirectoryError};
use crate::node::judge::Judge;
use crate::node::open::{OpenError, Storage, parts};
use crate::node::verifying_keys::{self, KeysError};
use clap::Args;
use luyin_ledger::chain::{Chain, ChainError};
use luyin_ledger::store::{SledStore, StoreError};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Make the index and the tiles anew from the log
#[derive(Debug, Args)]
#[command(after_help = "Example:
  luyin rebuild-index node --keys keys --keystore node.keys
The node must not be running. The segment log is only read.")]
pub struct RebuildArgs {
    /// A node's data directory
    #[arg(value_name = "DIR")]
    pub data: PathBuf,
    /// Directory of proving and verifying keys
    #[arg(long, value_name = "DIR")]
    pub keys: PathBuf,
    #[command(flatten)]
    pub keystore: KeystoreArgs,
    /// Name of the node's key in the keystore
    #[arg(long, value_name = "NAME", default_value = "node")]
    pub key: String,
}

/// Why nothing was rebuilt.
#[derive(Debug, Error)]
pub enum RebuildError {
    /// The data directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreCommandError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The storage.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The old index.
    #[error(transparent)]
    Index(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Rebuilds.
///
/// # Errors
/// [`RebuildError`].
pub fn run(args: RebuildArgs, say: Say) -> Result<(), RebuildError> {
    let signing = args.keystore.open()?.signing_key(&args.key)?;
    let directory = DataDirectory::open(&args.data)?;
    let genesis = directory.genesis()?;
    let (_, keys) = verifying_keys::load(&args.keys, genesis.mode, &genesis.verifying_keys)?;
    SledStore::delete(&directory.index())?;
    let storage = Storage::in_directory(&directory)?;
    let judge = Arc::new(Judge::new(keys));
    let chain = Chain::rebuild(parts(&genesis, &signing, &storage, judge)?)?;
    let (blocks, head) = (chain.position().records(), chain.head());
    let root = hex::encode(head.root().as_bytes());
    let shown = json!({ "blocks": blocks, "entries": head.size(), "root": root });
    say.outcome(&shown, || {
        format!("{blocks} blocks, {} entries, root {root}", head.size())
    });
    Ok(())
}
