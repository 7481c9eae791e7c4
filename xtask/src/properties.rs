//! The tests that `docs/PROPERTIES.md` names must exist.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::sources;
use crate::suite::Done;
use crate::workspace::Workspace;

const DOCUMENT: &str = "docs/PROPERTIES.md";

/// Fails with every name that no function bears, and with every row that names none.
pub fn check(workspace: &Workspace) -> Result<Done> {
    let text = std::fs::read_to_string(workspace.path(DOCUMENT))?;
    let mut functions = BTreeSet::new();
    for file in sources::list(workspace)? {
        if file.ends_with(".rs") {
            let source = std::fs::read_to_string(workspace.path(&file))?;
            functions.extend(names_of_functions(&source).map(str::to_owned));
        }
    }
    let (mut rows, mut faults) = (0, 0);
    for (line, number) in text.lines().zip(1..) {
        let Some(tests) = tests_of(line) else {
            continue;
        };
        rows += 1;
        if tests.is_empty() {
            println!("{DOCUMENT}:{number}: no test");
            faults += 1;
        }
        for name in tests.iter().filter(|name| !functions.contains(**name)) {
            println!("{DOCUMENT}:{number}: no test {name}");
            faults += 1;
        }
    }
    if faults > 0 {
        bail!("properties: {faults} faults");
    }
    Ok(Done::Checked(format!("properties: {rows}")))
}

/// What stands between backticks in the last column of a row; `None` for other lines and for heads.
fn tests_of(line: &str) -> Option<Vec<&str>> {
    let row = line.strip_prefix('|')?.trim_end().strip_suffix('|')?;
    let (_, last) = row.rsplit_once(" | ")?;
    let is_head = last.trim() == "tests" || last.trim().chars().all(|c| c == '-');
    (!is_head).then(|| last.split('`').skip(1).step_by(2).collect())
}

fn names_of_functions(source: &str) -> impl Iterator<Item = &str> {
    let declared = source
        .lines()
        .filter_map(|line| line.split_once("fn ").map(|(_, rest)| rest));
    declared.filter_map(|rest| rest.split(['(', '<']).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_its_tests_and_a_head_does_not() {
        assert_eq!(
            tests_of("| `x + p` | `one`, `two` |"),
            Some(vec!["one", "two"])
        );
        assert_eq!(tests_of("| a property | later |"), Some(vec![]));
        for other in ["| property | tests |", "| --- | --- |", "text | `a` |"] {
            assert_eq!(tests_of(other), None, "{other}");
        }
    }

    #[test]
    fn functions_are_found_by_their_names() {
        let source = "fn one() {}\n    pub fn two<T>(x: T) {}\n// a thing\n";
        assert!(names_of_functions(source).eq(["one", "two"]));
    }
}
