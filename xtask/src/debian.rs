//! Debian packages: looked for, and installed by root.

use anyhow::{Result, bail};

use crate::command::Program;
use crate::workspace::Workspace;

/// Those of the packages that are not there.
pub fn missing<'p>(workspace: &Workspace, packages: &[&'p str]) -> Vec<&'p str> {
    packages
        .iter()
        .copied()
        .filter(|package| !Program::new(workspace, "dpkg", &["-s", package]).succeeds())
        .collect()
}

pub fn install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let user = Program::new(workspace, "id", &["-u"]).output()?;
    if user.trim() != "0" {
        bail!(
            "only root can install packages: apt-get install {}",
            packages.join(" ")
        );
    }
    Program::new(workspace, "apt-get", &["update", "-q"]).run()?;
    let install = ["install", "-q", "-y", "--no-install-recommends"];
    Program::new(workspace, "apt-get", &[&install, packages].concat())
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()
}
