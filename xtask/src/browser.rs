//! Stories through the pages in Chromium, over a demo network of the real binary.

use anyhow::Result;

use crate::command::Program;
use crate::setup;
use crate::suite::Done;
use crate::web;
use crate::workspace::Workspace;

pub const FOLDER: &str = "tests/browser";

/// Makes the pages, the binary that carries them and the reader of backups, and runs the stories.
pub fn check(workspace: &Workspace) -> Result<Done> {
    web::build(workspace)?;
    // Of the whole workspace, as the suites of tests are built.
    let rest = ["--bin", "luyin", "--example", "wallet_secrets"];
    let programs = setup::tested(&["build"], &rest);
    Program::cargo(workspace, &programs).run()?;
    Program::new(workspace, "npm", &["test", "--silent"])
        .within(workspace, FOLDER)
        .run()?;
    Ok(Done::Checked("the stories hold in Chromium".to_owned()))
}
