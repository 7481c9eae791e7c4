//! What the suites came to, as a table for people and a file for machines.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::workspace::Workspace;

const FOLDER: &str = "target/xtask";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Skipped,
    Failed,
}

/// One suite, or the set-up before them.
pub struct Row {
    pub name: &'static str,
    pub verdict: Verdict,
    /// Why it failed or was skipped.
    pub note: String,
    pub elapsed: Duration,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "FAILED",
        }
    }
}

fn minutes(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() / 60.0
}

/// Name, result, minutes, note; a line each and one for the sum.
pub fn table(rows: &[Row]) -> String {
    let mut table = format!("{:<10} {:<8} {:>7}\n", "suite", "result", "minutes");
    for row in rows {
        let line = format!(
            "{:<10} {:<8} {:>7.2}  {}",
            row.name,
            row.verdict.word(),
            minutes(row.elapsed),
            row.note
        );
        table.push_str(line.trim_end());
        table.push('\n');
    }
    let total: Duration = rows.iter().map(|row| row.elapsed).sum();
    let _ = writeln!(table, "{:<19} {:>7.2}", "total", minutes(total));
    table
}

/// Writes `target/xtask/minutes.json`.
pub fn save(workspace: &Workspace, rows: &[Row]) -> Result<()> {
    let suites: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name,
                "result": row.verdict.word().to_lowercase(),
                "minutes": minutes(row.elapsed),
                "note": row.note,
            })
        })
        .collect();
    let total: Duration = rows.iter().map(|row| row.elapsed).sum();
    let text = serde_json::to_string_pretty(
        &json!({ "suites": suites, "total_minutes": minutes(total) }),
    )?;
    let folder = workspace.path(FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {FOLDER}"))?;
    std::fs::write(folder.join("minutes.json"), text + "\n").context("cannot write minutes.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> [Row; 2] {
        [
            Row {
                name: "fmt",
                verdict: Verdict::Passed,
                note: String::new(),
                elapsed: Duration::from_secs(3),
            },
            Row {
                name: "units",
                verdict: Verdict::Failed,
                note: "exit 100".to_owned(),
                elapsed: Duration::from_secs(90),
            },
        ]
    }

    #[test]
    fn the_table_names_each_suite_its_result_and_its_minutes() {
        let expected = "suite      result   minutes\n\
                        fmt        passed      0.05\n\
                        units      FAILED      1.50  exit 100\n\
                        total                  1.55\n";
        assert_eq!(table(&rows()), expected);
    }

    #[test]
    fn the_file_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        save(&workspace, &rows()).unwrap();
        let text = std::fs::read_to_string(workspace.path("target/xtask/minutes.json")).unwrap();
        let saved: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(saved["suites"][1]["result"], "failed");
        assert_eq!(saved["suites"][1]["minutes"], 1.5);
        assert_eq!(saved["total_minutes"], 1.55);
    }
}
