//! The itinerary engine, a workspace of its own: DataFusion takes longer to build than the rest of the house.

use anyhow::Result;

use crate::command::Program;
use crate::python::Environment;
use crate::workspace::Workspace;

pub const MANIFEST: &str = "itinerary/engine/Cargo.toml";
/// The same question on several machines' worth of executors.
pub const TRIAL: &str = "itinerary/ballista/Cargo.toml";
const ENGINE: &str = "itinerary/engine/target/debug/luyin-itinerary";
const WORK: &str = "data/itinerary-bench";
const DUCKDB: Environment =
    Environment::new("data/duckdb", "itinerary/engine/duckdb/requirements.txt");

/// Measures the engine beside DuckDB. What is prepared is said on standard error: standard output is the figures'.
pub fn bench(workspace: &Workspace, millions: &[u32]) -> Result<()> {
    let this = std::env::current_exe()?;
    let this = this.to_string_lossy();
    Program::new(workspace, &this, &["bench-itinerary", "--prepare"])
        .aside()
        .run()?;
    let python = DUCKDB.program("python");
    let mut arguments = vec!["bench", "--work", WORK, "--python", &python];
    let millions: Vec<String> = millions.iter().map(u32::to_string).collect();
    for millions in &millions {
        arguments.extend(["--millions", millions]);
    }
    Program::new(workspace, ENGINE, &arguments)
        .answering()
        .replace()
}

/// Everything that is measured.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    if DUCKDB.missing(workspace).is_some() {
        DUCKDB.install(workspace)?;
    }
    std::fs::create_dir_all(workspace.path(WORK))?;
    let build = ["build", "--locked", "--manifest-path", MANIFEST];
    Program::cargo(workspace, &build).run()
}
