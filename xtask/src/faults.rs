//! What is done to four nodes while clients write, with the service as the tests of the consortium have just built it.

use anyhow::Result;

use crate::command::Program;
use crate::setup::DEV_SERVICE;
use crate::suite::Done;
use crate::workspace::Workspace;

/// Three rounds of each fault. The night runs more, from a release build.
pub fn few(workspace: &Workspace) -> Result<Done> {
    Program::new(
        workspace,
        DEV_SERVICE,
        &["--json", "bench", "--quick", "net"],
    )
    .run()?;
    Ok(Done::Checked(
        "no fork and nothing lost in three rounds of each fault".to_owned(),
    ))
}
