//! Runs each fuzz target for some seconds.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::Program;
use crate::setup;
use crate::suite::Done;
use crate::workspace::Workspace;

const MANIFEST: &str = "fuzz/Cargo.toml";
const CARGO_FUZZ_VERSION: &str = "0.13.2";

pub fn run(workspace: &Workspace, seconds: u32) -> Result<Done> {
    if !workspace.path(MANIFEST).is_file() {
        return Ok(Done::Skipped(format!("no {MANIFEST}")));
    }
    let targets = targets(workspace)?;
    if !setup::installed_subcommand(workspace, "fuzz") {
        setup::install(workspace, "cargo-fuzz", CARGO_FUZZ_VERSION)?;
    }
    let limit = format!("-max_total_time={seconds}");
    let mut failed = Vec::new();
    for target in &targets {
        // The sanitizer is an unstable option of the compiler.
        let run = Program::cargo(workspace, &["fuzz", "run", target, "--", &limit])
            .env("RUSTC_BOOTSTRAP", "1")
            .run();
        if let Err(error) = run {
            println!("{error:#}");
            failed.push(target.as_str());
        }
    }
    if !failed.is_empty() {
        bail!("fuzz targets with a finding: {}", failed.join(", "));
    }
    Ok(Done::Checked(format!(
        "{} targets, {seconds} s each",
        targets.len()
    )))
}

/// The binaries of the fuzz package, which is a workspace of its own.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let arguments = [
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--manifest-path",
        MANIFEST,
    ];
    let targets = targets_in(&Program::cargo(workspace, &arguments).output()?)?;
    if targets.is_empty() {
        bail!("{MANIFEST} has no targets");
    }
    Ok(targets)
}

fn targets_in(metadata: &str) -> Result<Vec<String>> {
    let metadata: Value = serde_json::from_str(metadata).context("cargo metadata")?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    let is_binary = |target: &&Value| {
        target["kind"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|k| k == "bin"))
    };
    Ok(packages
        .iter()
        .filter_map(|package| package["targets"].as_array())
        .flatten()
        .filter(is_binary)
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_the_binaries_of_the_fuzz_package() {
        let metadata = r#"{"packages":[{"targets":[
            {"name":"fuzz","kind":["lib"]},{"name":"pass","kind":["bin"]},{"name":"note","kind":["bin"]}]}]}"#;
        assert_eq!(targets_in(metadata).unwrap(), ["pass", "note"]);
        assert!(targets_in("{}").is_err());
    }
}
