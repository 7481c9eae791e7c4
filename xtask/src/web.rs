//! The pages: modules for the browser, the JavaScript beside them, the bundle that the service carries.

use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::command::Program;
use crate::setup::{self, Build, Need};
use crate::sources;
use crate::suite::Done;
use crate::wasm::{self, Module};
use crate::workspace::Workspace;

pub const FOLDER: &str = "web";
/// Where the pages' sources import the modules from.
const MODULES: &str = "web/src/wasm";
const BUNDLE: &str = "web/dist";
const BINDGEN: &str = "target/debug/luyin-bindgen";
/// The files that the bundle was last made of.
const STAMP: &str = "target/web.stamp";

/// Proves a sample in a browser.
const SAMPLE: &str = "wasm/tests/browser.mjs";

/// Sets up what is missing and makes `web/dist`.
pub fn run(workspace: &Workspace) -> Result<()> {
    setup::run(workspace, &[Need::Wasm, Need::WebPackages], Build::Dev)?;
    build(workspace)
}

/// Makes the pages, checks their types, runs their tests, looks at every scene of them, and has both modules prove.
pub fn check(workspace: &Workspace) -> Result<Done> {
    build(workspace)?;
    for script in ["check", "test", "look"] {
        Program::new(workspace, "npm", &["run", "--silent", script])
            .within(workspace, FOLDER)
            .run()?;
    }
    let key = format!("{}/pass.pk", setup::PROVING_KEYS);
    Program::new(workspace, "node", &[SAMPLE, MODULES, &key]).run()?;
    Ok(Done::Checked(
        "the pages hold, and both modules prove in Chromium".to_owned(),
    ))
}

/// Looks at every scene in both sizes and both languages, where the test command looks at each of them once.
pub fn look_at_all(workspace: &Workspace) -> Result<Done> {
    build(workspace)?;
    let look = ["run", "--silent", "look", "--", "--every"];
    Program::new(workspace, "npm", &look)
        .within(workspace, FOLDER)
        .run()?;
    Ok(Done::Checked("every scene in every way".to_owned()))
}

/// Makes `web/dist`. What is up to date is left as it is.
pub fn build(workspace: &Workspace) -> Result<()> {
    println!("==> web: modules for the browser");
    wasm::build(workspace)?;
    bind(workspace)?;
    bundle(workspace)
}

/// Writes JavaScript and types beside each module that is newer than them.
fn bind(workspace: &Workspace) -> Result<()> {
    Program::cargo(
        workspace,
        &["build", "--locked", "--quiet", "--package", "luyin-bindgen"],
    )
    .run()?;
    let writer = workspace.path(BINDGEN);
    for module in Module::ALL {
        let source = module.path(workspace);
        let folder = workspace.path(MODULES).join(module.name());
        if is_newer(&folder.join("index.js"), &[&source, &writer]) {
            println!("==> web: {}: up to date", module.name());
            continue;
        }
        // Names of snippets change with versions; old ones would stay.
        remove(&folder)?;
        let (source, folder) = (source.to_string_lossy(), folder.to_string_lossy());
        Program::new(workspace, &writer.to_string_lossy(), &[&source, &folder]).run()?;
    }
    Ok(())
}

fn bundle(workspace: &Workspace) -> Result<()> {
    let inputs = listing(workspace)?;
    let same = std::fs::read_to_string(workspace.path(STAMP)).is_ok_and(|last| last == inputs);
    if same && workspace.path(BUNDLE).join("index.html").is_file() {
        println!("==> web: {BUNDLE}: up to date");
        return Ok(());
    }
    Program::new(workspace, "npm", &["run", "--silent", "build"])
        .within(workspace, FOLDER)
        .run()?;
    std::fs::write(workspace.path(STAMP), inputs).with_context(|| format!("cannot write {STAMP}"))
}

/// A line for each file that goes into the bundle: its name, size and time.
fn listing(workspace: &Workspace) -> Result<String> {
    let mut lines = String::new();
    let made = Module::ALL.map(|module| format!("{MODULES}/{}/index_bg.wasm", module.name()));
    let files = sources::below(workspace, FOLDER)?;
    for file in files.iter().chain(&made) {
        let metadata = workspace.path(file).metadata();
        let metadata = metadata.with_context(|| format!("cannot look at {file}"))?;
        let modified = metadata
            .modified()?
            .duration_since(SystemTime::UNIX_EPOCH)?;
        writeln!(lines, "{file} {} {}", metadata.len(), modified.as_nanos())?;
    }
    Ok(lines)
}

/// Whether the file is there and no source was changed after it.
fn is_newer(file: &Path, sources: &[&Path]) -> bool {
    let modified = |path: &Path| {
        path.metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    modified(file).is_some_and(|made| {
        sources
            .iter()
            .all(|source| modified(source).is_some_and(|changed| changed <= made))
    })
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_a_source_or_has_none_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let [made, source] = ["made", "source"].map(|name| folder.path().join(name));
        assert!(!is_newer(&made, &[&source]));
        std::fs::write(&made, "").unwrap();
        assert!(!is_newer(&made, &[&source]));
        std::fs::write(&source, "").unwrap();
        let time = |path: &Path| path.metadata().unwrap().modified().unwrap();
        let later = time(&source) + std::time::Duration::from_secs(1);
        let set = |path: &Path| {
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_modified(later).unwrap();
        };
        set(&made);
        assert!(is_newer(&made, &[&source]));
        set(&source);
        assert!(is_newer(&made, &[&source]));
    }

    #[test]
    fn a_changed_file_changes_the_listing() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        for module in Module::ALL {
            let path = workspace.path(MODULES).join(module.name());
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join("index_bg.wasm"), "").unwrap();
        }
        std::fs::write(workspace.path("web/index.html"), "a").unwrap();
        let first = listing(&workspace).unwrap();
        assert_eq!(first, listing(&workspace).unwrap());
        std::fs::write(workspace.path("web/index.html"), "ab").unwrap();
        assert_ne!(first, listing(&workspace).unwrap());
    }
}
