//! What the pages cost in Chromium: builds them, then measures.

use anyhow::Result;

use crate::command::Program;
use crate::setup::{self, Build, Need};
use crate::web;
use crate::workspace::Workspace;

const BENCH: &str = "tests/browser/bench/bench.mjs";

/// Builds in a process of its own, whose words go to standard error: standard output is the figures'.
pub fn run(workspace: &Workspace, json: bool) -> Result<()> {
    let this = std::env::current_exe()?;
    let this = this.to_string_lossy();
    Program::new(workspace, &this, &["bench-web", "--prepare"])
        .aside()
        .run()?;
    let form: &[&str] = if json { &["--json"] } else { &[] };
    Program::new(workspace, "node", &[&[BENCH], form].concat())
        .answering()
        .replace()
}

/// Everything that is measured.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    setup::run(
        workspace,
        &[Need::Chromium, Need::BrowserStories, Need::ProvingKeys],
        Build::Dev,
    )?;
    web::run(workspace)?;
    Program::cargo(workspace, &setup::as_tested()).run()
}
