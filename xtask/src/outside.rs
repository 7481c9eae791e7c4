//! Suites that others published, over data that stands outside the repository.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::Program;
use crate::workspace::Workspace;

const DATA: &str = "../shared/data";

/// One line a suite: its name, how many cases come out as it says, of how many.
pub fn run(workspace: &Workspace, folder: Option<&Path>) -> Result<()> {
    let folder = match folder {
        Some(folder) => std::path::absolute(folder)?,
        None => workspace.path(DATA),
    };
    if !folder.is_dir() {
        bail!(
            "no folder {}: name the suites' folder with --dir",
            folder.display()
        );
    }
    let folder = folder.to_string_lossy();
    let program = [
        "run",
        "--quiet",
        "--locked",
        "--package",
        "luyin-certificates",
    ];
    let order = ["--features", "suites", "--", "suites", "--dir", &folder];
    Program::cargo(workspace, &[&program[..], &order].concat()).run()
}
