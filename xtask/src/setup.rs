//! What the tests and the demo need, as a table of steps. Each step looks first and acts only when something is missing.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

use crate::command::Program;
use crate::debian;
use crate::python::Environment;
use crate::wasm;
use crate::workspace::Workspace;

/// A token of keys in software.
const SOFT_TOKEN: &[&str] = &["softhsm2"];
const NEXTEST_VERSION: &str = "0.9.143";
const CHROMIUM: &str = "chromium";
pub const PROVING_KEYS: &str = "data/keys";
/// The service as the tests build it.
pub const DEV_SERVICE: &str = "target/debug/luyin";
const PINNED_CIRCUITS: &str = "circuits/pinned/circuits.json";
const SNARKJS: &str = "tests/snarkjs";
const SCHEMATHESIS: Environment =
    Environment::new("data/schemathesis", "tests/schemathesis/requirements.txt");

/// Something that a suite or a command cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    SoftToken,
    Nextest,
    RegionSources,
    SnarkJs,
    ProvingKeys,
    Wasm,
    WebPackages,
    Chromium,
    BrowserStories,
    Schemathesis,
}

impl Need {
    pub const ALL: [Self; 10] = [
        Self::SoftToken,
        Self::Nextest,
        Self::RegionSources,
        Self::SnarkJs,
        Self::ProvingKeys,
        Self::Wasm,
        Self::WebPackages,
        Self::Chromium,
        Self::BrowserStories,
        Self::Schemathesis,
    ];
}

/// Which build of the service makes the proving keys: the one that the caller has or needs anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    Dev,
    Release,
    /// Release, with the engine that lets several nodes agree.
    Consortium,
}

enum State {
    Ready,
    /// This checkout has no use for it.
    Unused,
    Missing(String),
}

struct Step {
    need: Need,
    name: &'static str,
    look: fn(&Workspace) -> State,
    act: fn(&Workspace, Build) -> Result<()>,
}

const STEPS: [Step; 10] = [
    Step {
        need: Need::SoftToken,
        name: "SoftHSM",
        look: look_for_soft_token,
        act: |workspace, _| debian::install(workspace, SOFT_TOKEN),
    },
    Step {
        need: Need::Nextest,
        name: "cargo-nextest",
        look: |workspace| installed(workspace, "nextest"),
        act: |workspace, _| install(workspace, "cargo-nextest", NEXTEST_VERSION),
    },
    Step {
        need: Need::RegionSources,
        name: "npm packages of the region table",
        look: |workspace| node_packages(workspace, crate::regions::FOLDER),
        act: |workspace, _| install_node_packages(workspace, crate::regions::FOLDER),
    },
    Step {
        need: Need::SnarkJs,
        name: "npm packages of the snarkjs test",
        look: |workspace| node_packages(workspace, SNARKJS),
        act: |workspace, _| install_node_packages(workspace, SNARKJS),
    },
    Step {
        need: Need::ProvingKeys,
        name: "development proving keys",
        look: look_for_proving_keys,
        act: make_proving_keys,
    },
    Step {
        need: Need::Wasm,
        name: "compilers for the browser",
        look: look_for_wasm,
        act: |workspace, _| wasm::install(workspace),
    },
    Step {
        need: Need::WebPackages,
        name: "npm packages of the pages",
        look: |workspace| node_packages(workspace, crate::web::FOLDER),
        act: |workspace, _| install_node_packages(workspace, crate::web::FOLDER),
    },
    Step {
        need: Need::Chromium,
        name: "Chromium",
        look: look_for_chromium,
        act: |workspace, _| debian::install(workspace, &[CHROMIUM]),
    },
    Step {
        need: Need::BrowserStories,
        name: "npm packages of the browser stories",
        look: |workspace| node_packages(workspace, crate::browser::FOLDER),
        act: |workspace, _| install_node_packages(workspace, crate::browser::FOLDER),
    },
    Step {
        need: Need::Schemathesis,
        name: "Schemathesis",
        look: |workspace| {
            SCHEMATHESIS
                .missing(workspace)
                .map_or(State::Ready, State::Missing)
        },
        act: |workspace, _| SCHEMATHESIS.install(workspace),
    },
];

/// Takes the steps for the given needs, in the order of the table.
pub fn run(workspace: &Workspace, needs: &[Need], build: Build) -> Result<()> {
    STEPS
        .iter()
        .filter(|step| needs.contains(&step.need))
        .try_for_each(|step| take(step, workspace, build))
}

fn take(step: &Step, workspace: &Workspace, build: Build) -> Result<()> {
    let why = match (step.look)(workspace) {
        State::Ready => {
            println!("==> setup: {}: ready", step.name);
            return Ok(());
        }
        State::Unused => {
            println!("==> setup: {}: not used here", step.name);
            return Ok(());
        }
        State::Missing(why) => why,
    };
    println!("==> setup: {}: {why}", step.name);
    (step.act)(workspace, build).with_context(|| format!("setup of {}", step.name))?;
    match (step.look)(workspace) {
        State::Missing(why) => bail!("setup of {}: done without an error, yet {why}", step.name),
        State::Ready | State::Unused => Ok(()),
    }
}

/// Whether `cargo <name>` works.
pub fn installed_subcommand(workspace: &Workspace, name: &str) -> bool {
    Program::cargo(workspace, &[name, "--version"]).succeeds()
}

/// Installs a cargo subcommand at the version that this repository was tried with.
pub fn install(workspace: &Workspace, package: &str, version: &str) -> Result<()> {
    Program::cargo(
        workspace,
        &["install", "--locked", package, "--version", version],
    )
    .run()
}

fn installed(workspace: &Workspace, name: &str) -> State {
    if installed_subcommand(workspace, name) {
        State::Ready
    } else {
        State::Missing(format!("`cargo {name}` is not installed"))
    }
}

fn look_for_soft_token(workspace: &Workspace) -> State {
    let missing = debian::missing(workspace, SOFT_TOKEN);
    if missing.is_empty() {
        State::Ready
    } else {
        State::Missing(format!("missing {}", missing.join(" ")))
    }
}

fn look_for_wasm(workspace: &Workspace) -> State {
    wasm::missing(workspace).map_or(State::Ready, State::Missing)
}

fn look_for_chromium(workspace: &Workspace) -> State {
    if Program::new(workspace, CHROMIUM, &["--version"]).succeeds() {
        State::Ready
    } else {
        State::Missing(format!("no `{CHROMIUM}`"))
    }
}

/// npm leaves a copy of the lock file in what it installed; an older copy than the lock file is out of date.
fn node_packages(workspace: &Workspace, folder: &str) -> State {
    let modified = |name: &str| {
        workspace
            .path(folder)
            .join(name)
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    match (
        modified("package-lock.json"),
        modified("node_modules/.package-lock.json"),
    ) {
        (None, _) => State::Unused,
        (Some(_), None) => State::Missing("not installed".to_owned()),
        (Some(wanted), Some(present)) if present < wanted => {
            State::Missing("out of date".to_owned())
        }
        (Some(_), Some(_)) => State::Ready,
    }
}

fn install_node_packages(workspace: &Workspace, folder: &str) -> Result<()> {
    Program::new(workspace, "npm", &["ci", "--no-audit", "--no-fund"])
        .within(workspace, folder)
        .run()
}

fn look_for_proving_keys(workspace: &Workspace) -> State {
    let made = matrix_hashes(&workspace.path(PROVING_KEYS).join("manifest.json"));
    match (made, matrix_hashes(&workspace.path(PINNED_CIRCUITS))) {
        (None, _) => State::Missing(format!("no manifest in {PROVING_KEYS}")),
        (Some(made), Some(pinned)) if made != pinned => {
            State::Missing(format!("{PROVING_KEYS} is of other circuits"))
        }
        (Some(_), _) => State::Ready,
    }
}

/// The matrix hash of each circuit that a manifest or the pinned shapes name.
fn matrix_hashes(file: &Path) -> Option<BTreeMap<String, String>> {
    let json: Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match json.get("circuits").and_then(Value::as_array) {
        Some(circuits) => {
            let circuits = circuits.iter();
            let hash = |c: &Value| Some((text(c.get("name")?)?, text(c.get("matrix_hash")?)?));
            circuits.map(hash).collect()
        }
        None => {
            let circuits = json.as_object()?.iter();
            let hash =
                |(name, c): (&String, &Value)| Some((name.clone(), text(c.get("matrix_sha256")?)?));
            circuits.map(hash).collect()
        }
    }
}

/// In the form that the tests are run in: alone, or without the tests, the service has other features and would be built
/// twice, with half of what it depends on.
pub fn as_tested() -> Vec<&'static str> {
    tested(&["build"], &["--tests", "--bins"])
}

/// What the test command builds: all but the consensus engine and its simulation, which have a suite of their own.
const TESTED: [&str; 6] = [
    "--locked",
    "--workspace",
    "--exclude",
    "luyin-consensus",
    "--exclude",
    "luyin-simulation",
];

/// A command of cargo over that.
pub fn tested<'a>(command: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [command, TESTED.as_slice(), rest].concat()
}

/// The service as it is run, with one node.
pub const RELEASE: [&str; 5] = ["build", "--locked", "--release", "--bin", "luyin"];
/// The same with the consensus engine in it.
pub const CONSORTIUM: [&str; 7] = [
    "build",
    "--locked",
    "--release",
    "--features",
    "bft",
    "--bin",
    "luyin",
];

fn make_proving_keys(workspace: &Workspace, build: Build) -> Result<()> {
    let as_tested = as_tested();
    let (arguments, service): (&[&str], &str) = match build {
        Build::Dev => (&as_tested, DEV_SERVICE),
        Build::Release => (&RELEASE, "target/release/luyin"),
        Build::Consortium => (&CONSORTIUM, "target/release/luyin"),
    };
    Program::cargo(workspace, arguments).run()?;
    let service = workspace.path(service);
    let make = ["ceremony", "dev", "--out", PROVING_KEYS];
    Program::new(workspace, &service.to_string_lossy(), &make).run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_has_exactly_one_step() {
        assert_eq!(STEPS.map(|step| step.need), Need::ALL);
    }

    #[test]
    fn node_packages_are_missing_until_npm_has_left_its_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        assert!(matches!(node_packages(&workspace, "."), State::Unused));
        std::fs::write(workspace.path("package-lock.json"), "{}").unwrap();
        assert!(matches!(node_packages(&workspace, "."), State::Missing(_)));
        std::fs::create_dir(workspace.path("node_modules")).unwrap();
        std::fs::write(workspace.path("node_modules/.package-lock.json"), "{}").unwrap();
        assert!(matches!(node_packages(&workspace, "."), State::Ready));
    }

    #[test]
    fn keys_of_other_circuits_than_the_pinned_ones_are_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        let missing = || matches!(look_for_proving_keys(&workspace), State::Missing(_));
        assert!(missing());
        for file in [PROVING_KEYS, "circuits/pinned"] {
            std::fs::create_dir_all(workspace.path(file)).unwrap();
        }
        let manifest = workspace.path(PROVING_KEYS).join("manifest.json");
        let circuits = r#"{"circuits": [{"name": "pass", "matrix_hash": "01"}]}"#;
        std::fs::write(manifest, circuits).unwrap();
        let pinned = |hash: &str| {
            let text = format!(r#"{{"pass": {{"matrix_sha256": "{hash}"}}}}"#);
            std::fs::write(workspace.path(PINNED_CIRCUITS), text).unwrap();
        };
        pinned("01");
        assert!(!missing());
        pinned("02");
        assert!(missing());
    }

    #[test]
    fn a_step_that_leaves_its_need_missing_is_an_error() {
        let step = Step {
            need: Need::Nextest,
            name: "nothing",
            look: |_| State::Missing("still missing".to_owned()),
            act: |_, _| Ok(()),
        };
        let folder = tempfile::tempdir().unwrap();
        let refused = take(&step, &Workspace::at(folder.path()), Build::Dev).unwrap_err();
        assert!(refused.to_string().contains("still missing"));
    }
}
