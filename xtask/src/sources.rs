//! The files that belong to the repository.

use std::path::Path;

use anyhow::{Context, Result};

use crate::command::Program;
use crate::workspace::Workspace;

/// Folders that tools fill. Only looked at where git cannot be asked.
const MADE: [&str; 5] = ["target", "node_modules", "dist", ".git", "artifacts"];

/// Paths below the root, with `/`, of the files that git tracks; of all files outside a checkout.
pub fn list(workspace: &Workspace) -> Result<Vec<String>> {
    asked(workspace, &["ls-files", "-z"], "")
}

/// The same of one folder, with the files that git does not track yet and does not ignore.
pub fn below(workspace: &Workspace, folder: &str) -> Result<Vec<String>> {
    let all = ["ls-files", "-z", "-c", "-o", "--exclude-standard", folder];
    asked(workspace, &all, folder)
}

fn asked(workspace: &Workspace, question: &[&str], folder: &str) -> Result<Vec<String>> {
    let root = workspace.root().display();
    // The checkout may belong to another user than the one who tests it.
    let safe = format!("safe.directory={root}");
    let git = [&["-c", &safe], question].concat();
    let mut files = match Program::new(workspace, "git", &git).output() {
        Ok(names) => names.split_terminator('\0').map(str::to_owned).collect(),
        Err(_) => walk(workspace, Path::new(folder))?,
    };
    // A file may be tracked and deleted.
    files.retain(|file| workspace.path(file).is_file());
    files.sort();
    Ok(files)
}

fn walk(workspace: &Workspace, start: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![start.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = workspace.root().join(&folder);
        for entry in entries
            .read_dir()
            .with_context(|| format!("cannot read {}", entries.display()))?
        {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_file() {
                files.push(slashed(&path));
            } else if kind.is_dir() && !is_made(&path) {
                folders.push(path);
            }
        }
    }
    Ok(files)
}

fn is_made(folder: &Path) -> bool {
    folder == Path::new("data") || MADE.iter().any(|name| folder.ends_with(name))
}

fn slashed(path: &Path) -> String {
    path.components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_a_checkout_all_files_count_but_what_tools_made() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        for file in [
            "src/main.rs",
            "target/debug/x.rs",
            "data/keys/x",
            "protocol/data/x.csv",
            "web/node_modules/a.js",
        ] {
            let path = workspace.path(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let mut files = walk(&workspace, Path::new("")).unwrap();
        files.sort();
        assert_eq!(files, ["protocol/data/x.csv", "src/main.rs"]);
    }
}
