//! Fuzzing: every target from its committed seeds for some seconds, and then with its planted fault, which must be found.
//!
//! The corpora stay as they are: what a run finds goes to `target/fuzz/<target>`, beside its log. A finding of the plain run
//! is a fault of the decoder; mend it, and keep the input as a seed.

mod binary;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use self::binary::{Binary, Played};
use crate::command::Program;
use crate::setup;
use crate::suite::Done;
use crate::workspace::Workspace;

const FOLDER: &str = "fuzz/fuzz_targets";
const MANIFEST: &str = "fuzz/fuzz_targets/Cargo.toml";
const TARGET: &str = "fuzz/fuzz_targets/target";
const CORPUS: &str = "fuzz/corpus";
/// Where runs leave what they find.
const SCRATCH: &str = "target/fuzz";
const CARGO_FUZZ_VERSION: &str = "0.13.2";

/// Seconds for each target where nobody says otherwise: all targets then take some twelve minutes on two cores, and as much
/// again to build.
pub const SECONDS: u32 = 8;

/// Builds all targets once, runs the named ones (all for no names), and fails if any has a finding or keeps its planted fault.
pub fn run(workspace: &Workspace, seconds: u32, named: &[String]) -> Result<Done> {
    let targets = chosen(&targets(workspace)?, named)?;
    build(workspace)?;
    let binaries = workspace
        .path(TARGET)
        .join(host(workspace)?)
        .join("release");
    let binary = |name: &String| Binary {
        program: binaries.join(name),
        corpus: workspace.path(CORPUS).join(name),
        scratch: workspace.path(SCRATCH).join(name),
        name: name.clone(),
    };
    let played = play_all(targets.iter().map(binary).collect(), seconds);
    let failed: Vec<String> = played
        .iter()
        .filter_map(|(name, played)| Some(format!("{name}: {:#}", played.as_ref().err()?)))
        .collect();
    if !failed.is_empty() {
        bail!(
            "{} of {} targets failed:\n{}",
            failed.len(),
            targets.len(),
            failed.join("\n")
        );
    }
    Ok(Done::Checked(summary(&played, seconds)))
}

/// A sanitizer is an unstable option of the compiler. Code that nothing calls is left out: else every one of the binaries
/// would hold all of every library.
fn build(workspace: &Workspace) -> Result<()> {
    if !setup::installed_subcommand(workspace, "fuzz") {
        setup::install(workspace, "cargo-fuzz", CARGO_FUZZ_VERSION)?;
    }
    let target = argument(&workspace.path(TARGET))?;
    let arguments = [
        "fuzz",
        "build",
        "--fuzz-dir",
        FOLDER,
        "--target-dir",
        &target,
        "-O",
        "--strip-dead-code",
    ];
    Program::cargo(workspace, &arguments)
        .env("RUSTC_BOOTSTRAP", "1")
        .run()
}

/// The compiler's own triple, which names the directory of what it builds for cargo-fuzz.
fn host(workspace: &Workspace) -> Result<String> {
    let said = Program::new(workspace, "rustc", &["-vV"]).output()?;
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned)
        .context("rustc does not say its host")
}

/// One process a core takes the next target until none is left.
fn play_all(binaries: VecDeque<Binary>, seconds: u32) -> Vec<(String, Result<Played>)> {
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let waiting = Mutex::new(binaries);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(binary) = next(&waiting) {
                    let played = binary.play(seconds);
                    match &played {
                        Ok(played) => println!("    {:<20} {played}", binary.name),
                        Err(error) => println!("    {:<20} FAILED: {error:#}", binary.name),
                    }
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((binary.name, played));
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn next(waiting: &Mutex<VecDeque<Binary>>) -> Option<Binary> {
    waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
}

fn summary(played: &[(String, Result<Played>)], seconds: u32) -> String {
    let all = played
        .iter()
        .filter_map(|(name, played)| Some((name, played.as_ref().ok()?)));
    let slowest = all.max_by_key(|(_, played)| played.fault_found_after);
    let slowest = slowest.map_or(String::new(), |(name, played)| {
        let Played {
            fault_found_after, ..
        } = played;
        format!(
            ", the last one ({name}) within {}",
            shown(*fault_found_after)
        )
    });
    let count = played.len();
    format!(
        "{count} targets, {seconds} s each, without a finding; {count} planted faults found{slowest}"
    )
}

fn shown(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f32())
}

/// The targets of those names, all for none.
fn chosen(all: &[String], named: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        bail!("no fuzz target {unknown}; there are: {}", all.join(" "));
    }
    Ok(if named.is_empty() {
        all.to_vec()
    } else {
        named.to_vec()
    })
}

/// The binaries of the package of targets, which is a workspace of its own.
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

/// A path as an argument of the fuzzer.
fn argument(path: &Path) -> Result<String> {
    let text = path
        .to_str()
        .with_context(|| format!("{} is no UTF-8", path.display()))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_the_binaries_of_the_package() {
        let metadata = r#"{"packages":[{"targets":[
            {"name":"fuzz","kind":["lib"]},{"name":"pass","kind":["bin"]},{"name":"note","kind":["bin"]}]}]}"#;
        assert_eq!(targets_in(metadata).unwrap(), ["pass", "note"]);
        assert!(targets_in("{}").is_err());
    }

    #[test]
    fn no_name_chooses_all_targets_and_an_unknown_one_is_refused() {
        let all = ["pass", "note"].map(str::to_owned);
        assert_eq!(chosen(&all, &[]).unwrap(), all);
        assert_eq!(chosen(&all, &["note".to_owned()]).unwrap(), ["note"]);
        assert!(chosen(&all, &["notes".to_owned()]).is_err());
    }

    #[test]
    fn one_failure_is_no_end_of_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let binary = |name: &str| Binary {
            name: name.to_owned(),
            program: folder.path().join("missing"),
            corpus: folder.path().join("corpus"),
            scratch: folder.path().join(name),
        };
        let played = play_all(["a", "b", "c"].map(binary).into(), 1);
        assert_eq!(played.len(), 3);
        assert!(played.iter().all(|(_, played)| played.is_err()));
    }
}
