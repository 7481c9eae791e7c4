//! Python environments of our own, each with packages at the versions that this repository was tried with.

use anyhow::Result;

use crate::command::Program;
use crate::debian;
use crate::workspace::Workspace;

/// An environment.
pub struct Environment {
    /// Not below `target/`, which anyone may throw away to save room.
    folder: &'static str,
    /// The file of versions.
    versions: &'static str,
}

impl Environment {
    pub const fn new(folder: &'static str, versions: &'static str) -> Self {
        Self { folder, versions }
    }

    /// One of its programs.
    pub fn program(&self, name: &str) -> String {
        format!("{}/bin/{name}", self.folder)
    }

    /// A copy of the versions that were installed.
    fn installed(&self) -> String {
        format!("{}/installed.txt", self.folder)
    }

    /// What is missing, if anything.
    pub fn missing(&self, workspace: &Workspace) -> Option<String> {
        let read = |path: &str| std::fs::read(workspace.path(path)).ok();
        match (read(self.versions), read(&self.installed())) {
            (_, None) => Some("not installed".to_owned()),
            (wanted, present) if wanted != present => {
                Some("other versions are installed".to_owned())
            }
            _ => None,
        }
    }

    /// Makes the environment anew. Debian's Python lacks what that takes until a package is there.
    pub fn install(&self, workspace: &Workspace) -> Result<()> {
        if !Program::new(workspace, "python3", &["-c", "import ensurepip"]).succeeds() {
            debian::install(workspace, &["python3-venv"])?;
        }
        let make = ["-m", "venv", "--clear", self.folder];
        Program::new(workspace, "python3", &make).run()?;
        let pip = self.program("pip");
        let arguments = [
            "install",
            "--quiet",
            "--no-deps",
            "--requirement",
            self.versions,
        ];
        Program::new(workspace, &pip, &arguments).run()?;
        std::fs::copy(
            workspace.path(self.versions),
            workspace.path(&self.installed()),
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_versions_than_the_wanted_ones_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        let environment = Environment::new("data/tool", "tool/requirements.txt");
        for path in ["data/tool", "tool"] {
            std::fs::create_dir_all(workspace.path(path)).unwrap();
        }
        std::fs::write(workspace.path("tool/requirements.txt"), "a==1").unwrap();
        let missing = || environment.missing(&workspace);
        assert_eq!(missing().unwrap(), "not installed");
        std::fs::write(workspace.path("data/tool/installed.txt"), "a==0").unwrap();
        assert!(missing().unwrap().contains("other versions"));
        std::fs::write(workspace.path("data/tool/installed.txt"), "a==1").unwrap();
        assert_eq!(missing(), None);
    }
}
