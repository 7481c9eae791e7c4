//! The suites as a table. All chosen ones run, whatever the earlier ones came to.

use std::fmt;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::command::Program;
use crate::report::{self, Row, Verdict};
use crate::setup::{self, Build, Need};
use crate::workspace::Workspace;
use crate::{browser, deny, faults, fuzz, itinerary, links, properties, regions, web, words};

/// How long the tests may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Usual,
    /// Tests read `LUYIN_NIGHTLY` and take their long variants.
    Nightly {
        fuzz_seconds: u32,
    },
}

/// How a check ended that did not fail.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    Checked(String),
    Skipped(String),
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checked(what) => write!(f, "{what}"),
            Self::Skipped(why) => write!(f, "skipped: {why}"),
        }
    }
}

#[derive(Clone, Copy)]
enum Action {
    /// Arguments of cargo.
    Cargo(&'static [&'static str]),
    /// A command of cargo over what the test command builds.
    Tested {
        command: &'static [&'static str],
        rest: &'static [&'static str],
    },
    /// A check of this program's own.
    Check(fn(&Workspace) -> Result<Done>),
    /// Fuzzing, which needs to know for how long.
    Fuzz,
}

/// Named actions with what they need.
pub struct Suite {
    name: &'static str,
    what: &'static str,
    needs: &'static [Need],
    actions: &'static [Action],
}

// Suites of tests choose from the whole workspace: chosen packages alone have other features, and everything would be built twice.
// The consensus engine and the simulation of its core are left out: what they bring takes longer to build than the budget has
// left. Their suite is on demand.
static SUITES: [Suite; 9] = [
    Suite {
        name: "fmt",
        what: "the Rust source is formatted",
        needs: &[],
        actions: &[Action::Cargo(&["fmt", "--all", "--", "--check"])],
    },
    Suite {
        name: "lint",
        what: "no banned words, no warnings of clippy",
        needs: &[],
        actions: &[
            Action::Check(words::check),
            Action::Tested {
                command: &["clippy"],
                rest: &["--all-targets", "--", "-D", "warnings"],
            },
        ],
    },
    Suite {
        name: "data",
        what: "the region tables are what their sources give",
        // The check sets up its own sources: it is a command as well.
        needs: &[],
        actions: &[Action::Check(regions::check)],
    },
    Suite {
        name: "web",
        what: "the pages are built, typed, tested and looked at; both modules prove in a browser",
        needs: &[
            Need::Wasm,
            Need::WebPackages,
            Need::Chromium,
            Need::ProvingKeys,
        ],
        actions: &[Action::Check(web::check)],
    },
    Suite {
        name: "units",
        what: "the tests of the libraries",
        needs: &[Need::Nextest, Need::SnarkJs],
        actions: &[Action::Tested {
            command: &["nextest", "run"],
            rest: &["-E", "not package(luyin)"],
        }],
    },
    Suite {
        name: "stories",
        what: "the tests of the service, stories through the real binary among them",
        needs: &[Need::Nextest, Need::SnarkJs, Need::ProvingKeys],
        actions: &[Action::Tested {
            command: &["nextest", "run"],
            rest: &["-E", "package(luyin) and not test(/^openapi::/)"],
        }],
    },
    Suite {
        name: "browser",
        what: "stories through the real pages in Chromium, over a demo network",
        needs: &[
            Need::Wasm,
            Need::WebPackages,
            Need::Chromium,
            Need::BrowserStories,
            Need::ProvingKeys,
        ],
        actions: &[Action::Check(browser::check)],
    },
    Suite {
        name: "api",
        what: "requests made from the OpenAPI document find no fault in a running node",
        needs: &[Need::Nextest, Need::ProvingKeys, Need::Schemathesis],
        actions: &[Action::Tested {
            command: &["nextest", "run"],
            rest: &["-E", "package(luyin) and test(/^openapi::/)"],
        }],
    },
    Suite {
        name: "docs",
        what: "no dead relative links in the documents, and every test that they name",
        needs: &[],
        actions: &[
            Action::Check(links::check),
            Action::Check(properties::check),
        ],
    },
];

// Run where they are named, and in the night: what they build takes longer than all the others together.
static ON_DEMAND: [Suite; 3] = [
    Suite {
        name: "consortium",
        what: "the consensus engine, fifty seeds of its simulation, stories of four nodes that agree, and three rounds of each fault",
        needs: &[Need::SoftToken, Need::Nextest, Need::ProvingKeys],
        actions: &[
            Action::Cargo(&[
                "clippy",
                "--locked",
                "--workspace",
                "--features",
                "luyin/bft",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]),
            Action::Cargo(&[
                "nextest",
                "run",
                "--locked",
                "--workspace",
                "--features",
                "luyin/bft",
                "-E",
                "package(luyin-consensus) or package(luyin-simulation) or (package(luyin) and test(/^consortium::/))",
            ]),
            Action::Check(faults::few),
        ],
    },
    Suite {
        name: "itinerary",
        what: "the itinerary engine is formatted, builds, and its tests pass",
        needs: &[Need::Nextest],
        actions: &[
            Action::Cargo(&[
                "fmt",
                "--manifest-path",
                itinerary::MANIFEST,
                "--",
                "--check",
            ]),
            Action::Cargo(&[
                "nextest",
                "run",
                "--locked",
                "--manifest-path",
                itinerary::MANIFEST,
            ]),
        ],
    },
    Suite {
        name: "ballista",
        what: "the itinerary's question on Ballista with two executors has the engine's answer",
        needs: &[],
        actions: &[Action::Cargo(&[
            "test",
            "--locked",
            "--manifest-path",
            itinerary::TRIAL,
        ])],
    },
];

static NIGHTLY: [Suite; 5] = [
    Suite {
        name: "look",
        what: "every scene of the pages in both sizes and both languages",
        needs: &[Need::Wasm, Need::WebPackages, Need::Chromium],
        actions: &[Action::Check(web::look_at_all)],
    },
    Suite {
        name: "faults",
        what: "four nodes under load, killed, stopped, parted and with wrong clocks, twenty rounds each: no fork, nothing lost",
        needs: &[],
        actions: &[Action::Cargo(&[
            "run",
            "--locked",
            "--release",
            "--package",
            "luyin",
            "--features",
            "bft",
            "--",
            "--json",
            "bench",
            "net",
            "--rounds",
            "20",
        ])],
    },
    Suite {
        name: "simulation",
        what: "the consensus core under the faults of 2,000 seeds, with four nodes and with seven",
        needs: &[],
        actions: &[
            Action::Cargo(&[
                "run",
                "--locked",
                "--release",
                "--package",
                "luyin-simulation",
                "--",
                "--seeds",
                "0..2000",
                "--nodes",
                "4",
            ]),
            Action::Cargo(&[
                "run",
                "--locked",
                "--release",
                "--package",
                "luyin-simulation",
                "--",
                "--seeds",
                "0..2000",
                "--nodes",
                "7",
            ]),
        ],
    },
    Suite {
        name: "fuzz",
        what: "every decoder fuzzed for a while, and the fault planted beside each found",
        needs: &[],
        actions: &[Action::Fuzz],
    },
    Suite {
        name: "deny",
        what: "licences, sources, bans and advisories of the dependencies",
        needs: &[],
        actions: &[Action::Check(deny::check)],
    },
];

/// A line for each suite.
pub fn listing() -> String {
    let line = |suite: &Suite, when| format!("{:<10} {}{when}\n", suite.name, suite.what);
    let usual = SUITES.iter().map(|suite| line(suite, ""));
    let named = ON_DEMAND
        .iter()
        .map(|suite| line(suite, " (only where named)"));
    usual.chain(named).collect()
}

/// The suites of those names, in the order of the table; for no names all but those on demand.
pub fn choose(names: &[String]) -> Result<Vec<&'static Suite>> {
    if let Some(unknown) = names.iter().find(|name| {
        SUITES
            .iter()
            .chain(&ON_DEMAND)
            .all(|suite| suite.name != *name)
    }) {
        bail!("no suite {unknown}; there are:\n{}", listing());
    }
    let named = |suite: &&Suite| names.iter().any(|name| name == suite.name);
    Ok(SUITES
        .iter()
        .filter(|suite| names.is_empty() || named(suite))
        .chain(ON_DEMAND.iter().filter(named))
        .collect())
}

/// All suites and those of the night.
pub fn nightly() -> Vec<&'static Suite> {
    SUITES.iter().chain(&ON_DEMAND).chain(&NIGHTLY).collect()
}

/// Sets up and runs the suites one after another, prints the table, and fails if any failed.
pub fn run(workspace: &Workspace, suites: &[&Suite], length: Length) -> Result<ExitCode> {
    let mut rows = Vec::with_capacity(suites.len());
    for suite in suites {
        println!("\n==> {}: {}", suite.name, suite.what);
        let begun = Instant::now();
        let (verdict, note) = match run_one(workspace, suite, length) {
            Ok(Done::Checked(what)) => {
                println!("==> {}: passed. {what}", suite.name);
                (Verdict::Passed, String::new())
            }
            Ok(Done::Skipped(why)) => (Verdict::Skipped, why),
            Err(error) => (Verdict::Failed, format!("{error:#}")),
        };
        if verdict != Verdict::Passed {
            println!("==> {}: {verdict:?}: {note}", suite.name);
        }
        rows.push(Row {
            name: suite.name,
            verdict,
            note,
            elapsed: begun.elapsed(),
        });
    }
    report::save(workspace, &rows)?;
    print!("\n{}", report::table(&rows));
    let failed = rows.iter().any(|row| row.verdict == Verdict::Failed);
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// All actions of a suite, also after one has failed; the first failure is the suite's.
fn run_one(workspace: &Workspace, suite: &Suite, length: Length) -> Result<Done> {
    setup::run(workspace, suite.needs, Build::Dev)?;
    let mut failure = None;
    let mut done = Done::Checked(String::new());
    for action in suite.actions {
        match act(workspace, *action, length) {
            Ok(result) => done = result,
            Err(error) if failure.is_none() => failure = Some(error),
            Err(error) => println!("{error:#}"),
        }
    }
    failure.map_or(Ok(done), Err)
}

/// Runs cargo; in the night the tests are told so.
fn in_time(workspace: &Workspace, arguments: &[&str], length: Length) -> Result<()> {
    let cargo = Program::cargo(workspace, arguments);
    match length {
        Length::Usual => cargo.run(),
        Length::Nightly { .. } => cargo
            .env("LUYIN_NIGHTLY", "1")
            .env("NEXTEST_PROFILE", "nightly")
            .run(),
    }
}

fn act(workspace: &Workspace, action: Action, length: Length) -> Result<Done> {
    match (action, length) {
        (Action::Cargo(arguments), length) => in_time(workspace, arguments, length)?,
        (Action::Tested { command, rest }, length) => {
            in_time(workspace, &setup::tested(command, rest), length)?;
        }
        (Action::Check(check), _) => return check(workspace),
        (Action::Fuzz, Length::Nightly { fuzz_seconds }) => {
            return fuzz::run(workspace, fuzz_seconds, &[]);
        }
        (Action::Fuzz, Length::Usual) => {
            return Ok(Done::Skipped("fuzzing is for the night".to_owned()));
        }
    }
    Ok(Done::Checked(String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(suites: &[&Suite]) -> Vec<&'static str> {
        suites.iter().map(|suite| suite.name).collect()
    }

    #[test]
    fn no_name_chooses_all_suites_and_an_unknown_one_is_refused() {
        assert_eq!(
            names(&choose(&[]).unwrap()),
            [
                "fmt", "lint", "data", "web", "units", "stories", "browser", "api", "docs"
            ]
        );
        let two = ["docs".to_owned(), "fmt".to_owned()];
        assert_eq!(names(&choose(&two).unwrap()), ["fmt", "docs"]);
        let on_demand = ["itinerary".to_owned()];
        assert_eq!(names(&choose(&on_demand).unwrap()), ["itinerary"]);
        let refused = choose(&["unit".to_owned()]).err().unwrap().to_string();
        assert!(refused.contains("no suite unit") && refused.contains("units"));
    }

    #[test]
    fn a_failure_stops_neither_the_suite_nor_the_next_one() {
        static FAILING: Suite = Suite {
            name: "failing",
            what: "fails",
            needs: &[],
            actions: &[
                Action::Check(|_| bail!("first")),
                Action::Check(|workspace| {
                    std::fs::write(workspace.path("second"), "")?;
                    Ok(Done::Checked("second".to_owned()))
                }),
            ],
        };
        static PASSING: Suite = Suite {
            name: "passing",
            what: "passes",
            needs: &[],
            actions: &[Action::Check(|workspace| {
                std::fs::write(workspace.path("third"), "")?;
                Ok(Done::Checked("third".to_owned()))
            })],
        };
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        let code = run(&workspace, &[&FAILING, &PASSING], Length::Usual).unwrap();
        assert_eq!(code, ExitCode::FAILURE);
        assert!(workspace.path("second").exists() && workspace.path("third").exists());
        assert_eq!(
            run(&workspace, &[&PASSING], Length::Usual).unwrap(),
            ExitCode::SUCCESS
        );
    }
}
