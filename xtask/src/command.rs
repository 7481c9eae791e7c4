//! Running programs in the checkout, each announced by a line.

use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// A program about to run at the root, with this terminal as its own.
pub struct Program {
    command: Command,
    shown: String,
    announced: Announced,
}

/// Where a program is announced.
enum Announced {
    Openly,
    Aside,
}

impl Program {
    pub fn new(workspace: &Workspace, name: &str, arguments: &[&str]) -> Self {
        Self::build(workspace, name.into(), name, arguments)
    }

    /// The cargo that runs this.
    pub fn cargo(workspace: &Workspace, arguments: &[&str]) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut program = Self::build(workspace, cargo, "cargo", arguments);
        for name in std::env::vars_os()
            .map(|(name, _)| name)
            .filter(|name| is_of_this_package(name))
        {
            program.command.env_remove(name);
        }
        program
    }

    fn build(workspace: &Workspace, name: OsString, shown: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(name);
        command.args(arguments).current_dir(workspace.root());
        let shown = [&[shown], arguments].concat().join(" ");
        Self {
            command,
            shown,
            announced: Announced::Openly,
        }
    }

    /// Runs it in a folder below the root.
    pub fn within(mut self, workspace: &Workspace, folder: &str) -> Self {
        self.command.current_dir(workspace.path(folder));
        self.shown = format!("{} (in {folder})", self.shown);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self.shown = format!("{name}={value} {}", self.shown);
        self
    }

    /// Announced on standard error: standard output is for its answer alone.
    pub fn answering(mut self) -> Self {
        self.announced = Announced::Aside;
        self
    }

    /// Announced on standard error, where everything goes that it says.
    pub fn aside(self) -> Self {
        let mut aside = self.answering();
        aside.command.stdout(std::io::stderr());
        aside
    }

    fn announce(&self) {
        match self.announced {
            Announced::Openly => println!("    $ {}", self.shown),
            Announced::Aside => eprintln!("    $ {}", self.shown),
        }
    }

    /// Runs it to its end; any exit code but 0 is an error.
    pub fn run(mut self) -> Result<()> {
        self.announce();
        let status = self
            .command
            .status()
            .with_context(|| format!("cannot start {}", self.shown))?;
        if !status.success() {
            bail!("{}: {status}", self.shown);
        }
        Ok(())
    }

    /// Whether it starts and exits with 0. Shows nothing.
    pub fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// What it prints, if it exits with 0.
    pub fn output(mut self) -> Result<String> {
        let output = self
            .command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .with_context(|| format!("cannot start {}", self.shown))?;
        if !output.status.success() {
            bail!("{}: {}", self.shown, output.status);
        }
        String::from_utf8(output.stdout).with_context(|| format!("{} printed no UTF-8", self.shown))
    }

    /// Puts the program in the place of this process, so that every signal reaches it and its exit code is ours.
    #[cfg(unix)]
    pub fn replace(mut self) -> Result<()> {
        use std::os::unix::process::CommandExt;
        self.announce();
        let error = self.command.exec();
        Err(error).with_context(|| format!("cannot start {}", self.shown))
    }

    /// Where a process cannot be replaced, the console sends Ctrl-C to both.
    #[cfg(not(unix))]
    pub fn replace(self) -> Result<()> {
        self.run()
    }
}

/// Whether cargo set the variable to tell this program of its own package. Build scripts of other packages that look at
/// theirs would seem changed to a cargo that inherits it, and much would be built anew after each command typed by hand.
fn is_of_this_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cargo_that_is_run_here_does_not_hear_of_this_package() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::cargo(&Workspace::at(folder.path()), &["--version"]);
        let removed = |wanted: &str| {
            let mut variables = program.command.get_envs();
            variables.any(|(name, value)| name == wanted && value.is_none())
        };
        assert!(removed("CARGO_PKG_NAME") && removed("CARGO_MANIFEST_DIR"));
        assert!(!removed("PATH"));
    }
}
