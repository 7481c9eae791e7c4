//! The region tables of the protocol; the work is done by a script beside this crate, see `docs/regions.md`.

use anyhow::Result;

use crate::command::Program;
use crate::setup::{self, Build, Need};
use crate::suite::Done;
use crate::workspace::Workspace;

pub const FOLDER: &str = "xtask/regions";

pub fn write(workspace: &Workspace) -> Result<()> {
    setup::run(workspace, &[Need::RegionSources], Build::Dev)?;
    generate(workspace, "--write")
}

/// The tests of the generator, then a comparison of the files with what it gives.
pub fn check(workspace: &Workspace) -> Result<Done> {
    setup::run(workspace, &[Need::RegionSources], Build::Dev)?;
    Program::new(workspace, "npm", &["test", "--silent"])
        .within(workspace, FOLDER)
        .run()?;
    generate(workspace, "--check")?;
    Ok(Done::Checked(
        "region tables are what their sources give".to_owned(),
    ))
}

fn generate(workspace: &Workspace, mode: &str) -> Result<()> {
    Program::new(workspace, "node", &["generate.mjs", mode])
        .within(workspace, FOLDER)
        .run()
}
