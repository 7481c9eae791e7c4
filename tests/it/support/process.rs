//! The real program with a node's directory.

use super::world::node_key;
use luyin::node::directory::DataDirectory;
use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_protocol::network::NetworkParameters;
use rand::rngs::OsRng;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const PASSPHRASE: &str = "correct horse battery";

/// A keystore with the node's key and the passphrase to it.
pub fn keystore() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("passphrase"), PASSPHRASE).unwrap();
    let secret = Secret::Passphrase(Passphrase::new(PASSPHRASE).unwrap());
    let path = dir.path().join("node.keys");
    let file = KeystoreFile::create(path, secret, Strength::PRODUCTION, &mut OsRng).unwrap();
    file.update(&mut OsRng, |keys| {
        keys.insert(
            KeyName::new("node")?,
            KeyKind::Node,
            node_key().to_secret(),
            0,
        )
    })
    .unwrap();
    dir
}

/// The same with a node's directory.
pub fn node_directory(parameters: &NetworkParameters) -> TempDir {
    let dir = keystore();
    DataDirectory::found(&dir.path().join("node"), parameters).unwrap();
    dir
}

/// `luyin serve` over one of the directory's nodes, on a free port.
pub fn serve(dir: &Path, node: &str, keys: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luyin"));
    command
        .args(["--json", "serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir.join(node))
        .arg("--keys")
        .arg(keys)
        .arg("--keystore")
        .arg(dir.join("node.keys"))
        .arg("--passphrase-file")
        .arg(dir.join("passphrase"));
    command
}
