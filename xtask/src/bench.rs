use anyhow::Result;

use crate::command::Program;
use crate::setup::{self, Build, Need};
use crate::workspace::Workspace;

/// Measures a release build. The service prints its figures as JSON on standard output.
pub fn run(workspace: &Workspace, quick: bool) -> Result<()> {
    setup::run(workspace, &[Need::ProvingKeys], Build::Release)?;
    println!("==> bench: building");
    Program::cargo(
        workspace,
        &["build", "--release", "--locked", "--bin", "luyin"],
    )
    .run()?;
    let run = [
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--bin",
        "luyin",
        "--",
        "bench",
        "--json",
    ];
    let size: &[&str] = if quick { &["--quick"] } else { &[] };
    Program::cargo(workspace, &[&run[..], size].concat()).replace()
}
