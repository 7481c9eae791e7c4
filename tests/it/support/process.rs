//! The real program with a node's directory.

use super::client::{Answer, Call};
use super::world::node_key;
use luyin::node::directory::DataDirectory;
use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_keys::signing::SigningKey;
use luyin_protocol::network::NetworkParameters;
use rand::rngs::OsRng;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub const PASSPHRASE: &str = "correct horse battery";

/// A keystore with the node's key and the passphrase to it.
pub fn keystore() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("passphrase"), PASSPHRASE).unwrap();
    keystore_at(&dir.path().join("node.keys"), &node_key());
    dir
}

/// A keystore with one node's key, under the passphrase of all.
pub fn keystore_at(path: &Path, key: &SigningKey) {
    let secret = Secret::Passphrase(Passphrase::new(PASSPHRASE).unwrap());
    let file = KeystoreFile::create(path, secret, Strength::PRODUCTION, &mut OsRng).unwrap();
    file.update(&mut OsRng, |keys| {
        keys.insert(KeyName::new("node")?, KeyKind::Node, key.to_secret(), 0)
    })
    .unwrap();
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

/// A process that has said where it listens; killed when dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
}

impl Running {
    /// Starts a process whose first line is JSON with `listening` in it; what it logs is appended to a file.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let file = std::fs::File::options().create(true).append(true).open(log);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(file.unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let logged = || std::fs::read_to_string(log).unwrap_or_default();
        let said: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}{}", logged()));
        Self {
            child,
            address: said["listening"].as_str().unwrap().parse().unwrap(),
        }
    }

    pub fn get(&self, target: &str) -> Answer {
        Call::get(target)
            .send(self.address)
            .expect("the process answers")
    }

    /// Ends it in order, as an operator does, and waits for its end.
    #[cfg(feature = "bft")]
    pub fn end(mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success(), "kill -TERM {id}");
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }

    /// `kill -9`.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
