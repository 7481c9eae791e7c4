//! Schemathesis in a Python environment of its own, at the versions that this repository was tried with.

use anyhow::Result;

use crate::command::Program;
use crate::debian;
use crate::workspace::Workspace;

/// Not below `target/`, which anyone may throw away to save room.
const ENVIRONMENT: &str = "data/schemathesis";
const VERSIONS: &str = "tests/schemathesis/requirements.txt";
/// A copy of the versions that were installed.
const INSTALLED: &str = "data/schemathesis/installed.txt";

/// What is missing, if anything.
pub fn missing(workspace: &Workspace) -> Option<String> {
    let read = |path: &str| std::fs::read(workspace.path(path)).ok();
    match (read(VERSIONS), read(INSTALLED)) {
        (_, None) => Some("not installed".to_owned()),
        (wanted, present) if wanted != present => Some("other versions are installed".to_owned()),
        _ => None,
    }
}

/// Makes the environment anew. Debian's Python lacks what that takes until a package is there.
pub fn install(workspace: &Workspace) -> Result<()> {
    if !Program::new(workspace, "python3", &["-c", "import ensurepip"]).succeeds() {
        debian::install(workspace, &["python3-venv"])?;
    }
    Program::new(
        workspace,
        "python3",
        &["-m", "venv", "--clear", ENVIRONMENT],
    )
    .run()?;
    let pip = format!("{ENVIRONMENT}/bin/pip");
    let arguments = ["install", "--quiet", "--no-deps", "--requirement", VERSIONS];
    Program::new(workspace, &pip, &arguments).run()?;
    std::fs::copy(workspace.path(VERSIONS), workspace.path(INSTALLED))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_versions_than_the_wanted_ones_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        for path in ["tests/schemathesis", ENVIRONMENT] {
            std::fs::create_dir_all(workspace.path(path)).unwrap();
        }
        std::fs::write(workspace.path(VERSIONS), "a==1").unwrap();
        assert_eq!(missing(&workspace).unwrap(), "not installed");
        std::fs::write(workspace.path(INSTALLED), "a==0").unwrap();
        assert!(missing(&workspace).unwrap().contains("other versions"));
        std::fs::write(workspace.path(INSTALLED), "a==1").unwrap();
        assert_eq!(missing(&workspace), None);
    }
}
