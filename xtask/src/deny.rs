//! `cargo deny` over the dependencies, and a check that no exception has outlived its date.

use anyhow::{Context, Result, bail};

use crate::command::Program;
use crate::setup;
use crate::suite::Done;
use crate::workspace::Workspace;

const CONFIGURATION: &str = "deny.toml";
const CARGO_DENY_VERSION: &str = "0.20.2";
/// What the reason of an exception ends with.
const UNTIL: &str = "until ";

pub fn check(workspace: &Workspace) -> Result<Done> {
    let configuration =
        std::fs::read_to_string(workspace.path(CONFIGURATION)).context(CONFIGURATION)?;
    let today = Program::new(workspace, "date", &["-u", "+%F"]).output()?;
    check_exceptions(&configuration, today.trim())?;
    if !setup::installed_subcommand(workspace, "deny")
        && let Err(error) = setup::install(workspace, "cargo-deny", CARGO_DENY_VERSION)
    {
        return Ok(Done::Skipped(format!("{error:#}")));
    }
    Program::cargo(
        workspace,
        &["deny", "--locked", "check", "bans", "licenses", "sources"],
    )
    .run()?;
    if let Err(error) = Program::cargo(workspace, &["deny", "fetch", "db"]).run() {
        return Ok(Done::Skipped(format!(
            "advisories alone, no database: {error:#}"
        )));
    }
    Program::cargo(workspace, &["deny", "--locked", "check", "advisories"]).run()?;
    Ok(Done::Checked(
        "licences, sources, bans, advisories".to_owned(),
    ))
}

/// Every exception to an advisory has a reason that ends with `until YYYY-MM-DD`, and that day has not passed.
fn check_exceptions(configuration: &str, today: &str) -> Result<()> {
    let exceptions = configuration
        .lines()
        .filter(|line| line.contains("id = \"RUSTSEC"));
    for line in exceptions {
        let until = line
            .rsplit_once(UNTIL)
            .and_then(|(_, rest)| rest.get(..10))
            .filter(|date| date.bytes().filter(|b| *b == b'-').count() == 2);
        match until {
            None => bail!("an exception without `{UNTIL}YYYY-MM-DD`: {}", line.trim()),
            // Dates in this form compare as text.
            Some(date) if date < today => bail!("an exception past its date: {}", line.trim()),
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATED: &str = r#"  { id = "RUSTSEC-2024-0001", reason = "comes with x, not reached; until 2027-01-31" },"#;

    #[test]
    fn an_exception_holds_through_its_last_day() {
        assert!(check_exceptions(DATED, "2027-01-31").is_ok());
        assert!(check_exceptions(DATED, "2027-02-01").is_err());
    }

    #[test]
    fn an_exception_without_a_date_is_refused() {
        let undated = r#"{ id = "RUSTSEC-2024-0001", reason = "harmless" },"#;
        assert!(check_exceptions(undated, "2020-01-01").is_err());
        assert!(check_exceptions("ignore = []", "2020-01-01").is_ok());
    }
}
