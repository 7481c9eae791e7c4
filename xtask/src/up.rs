use std::io::ErrorKind;

use anyhow::{Context, Result};

use crate::command::Program;
use crate::setup::{self, Build, Need};
use crate::web;
use crate::workspace::Workspace;

const DATA: &str = "data/demo";
const KEYS: &str = "data/keys";

/// Runs a demo node on the loopback address until Ctrl-C.
pub fn run(workspace: &Workspace, port: u16, fresh: bool) -> Result<()> {
    setup::run(
        workspace,
        &[Need::DebianPackages, Need::ProvingKeys],
        Build::Release,
    )?;
    if fresh {
        println!("==> up: removing {DATA}");
        match std::fs::remove_dir_all(workspace.path(DATA)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {DATA}"));
            }
            _ => {}
        }
    }
    web::run(workspace)?;
    println!("==> up: building");
    Program::cargo(
        workspace,
        &["build", "--release", "--locked", "--bin", "luyin"],
    )
    .run()?;
    println!("==> up: http://127.0.0.1:{port} (Ctrl-C ends it)");
    let listen = format!("127.0.0.1:{port}");
    let service = [
        "demo", "up", "--data", DATA, "--keys", KEYS, "--listen", &listen,
    ];
    let run = [
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--bin",
        "luyin",
        "--",
    ];
    Program::cargo(workspace, &[&run[..], &service].concat()).replace()
}
