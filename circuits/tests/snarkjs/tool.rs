use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;

/// The scripts, and node to run them.
pub struct SnarkJs {
    pub scripts: PathBuf,
}

impl SnarkJs {
    /// Nothing, and a word about it, where it is not installed.
    pub fn find() -> Option<Self> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/snarkjs");
        if !scripts.join("node_modules/snarkjs").is_dir() {
            println!("SKIPPED: `npm ci` has not been run in tests/snarkjs");
            return None;
        }
        if Command::new("node").arg("--version").output().is_err() {
            println!("SKIPPED: there is no node");
            return None;
        }
        Some(Self { scripts })
    }

    /// Runs a script to its end; what it printed.
    pub fn run(&self, script: &str, arguments: &[&Path]) -> String {
        let mut node = Command::new("node");
        let output = node.arg(self.scripts.join(script)).args(arguments).output();
        let output = output.expect("node starts");
        assert!(
            output.status.success(),
            "{script}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs a script; what it printed as JSON.
    pub fn ask<T: DeserializeOwned>(&self, script: &str, arguments: &[&Path]) -> T {
        serde_json::from_str(&self.run(script, arguments)).expect("the script prints JSON")
    }
}
