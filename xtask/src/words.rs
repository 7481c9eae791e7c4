//! Words that may not stand in the source, and how long a Rust file may be.

use std::fmt;

use anyhow::{Result, bail};

use crate::sources;
use crate::suite::Done;
use crate::workspace::Workspace;

const LINES_OF_A_RUST_FILE: usize = 600;

/// Kinds of files that people write.
const WRITTEN: [&str; 16] = [
    "rs", "toml", "md", "ts", "svelte", "js", "mjs", "cjs", "css", "html", "sh", "py", "sol",
    "yml", "yaml", "run",
];

/// A word and where it may not stand. Split in two here, so that this file does not hold it.
struct Ban {
    word: &'static str,
    files: Files,
    why: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Files {
    Written,
    Rust,
    /// Rust code that runs outside tests.
    RustOutsideTests,
}

const BANS: [Ban; 7] = [
    Ban {
        word: concat!("TO", "DO"),
        files: Files::Written,
        why: UNFINISHED,
    },
    Ban {
        word: concat!("FIX", "ME"),
        files: Files::Written,
        why: UNFINISHED,
    },
    Ban {
        word: concat!("todo", "!"),
        files: Files::Rust,
        why: UNFINISHED,
    },
    Ban {
        word: concat!("unimple", "mented!"),
        files: Files::Rust,
        why: UNFINISHED,
    },
    Ban {
        word: concat!("#[", "ignore"),
        files: Files::Rust,
        why: "a test runs or does not exist",
    },
    Ban {
        word: concat!("from_le_bytes", "_mod_order"),
        files: Files::RustOutsideTests,
        why: REDUCES,
    },
    Ban {
        word: concat!("from_be_bytes", "_mod_order"),
        files: Files::RustOutsideTests,
        why: REDUCES,
    },
];

const UNFINISHED: &str = "finish it or leave it out";
const REDUCES: &str = "x and x + p would be the same value; decode canonically";

#[derive(Debug, PartialEq, Eq)]
struct Finding {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Fails with every finding on a line of its own.
pub fn check(workspace: &Workspace) -> Result<Done> {
    let mut findings = Vec::new();
    let mut looked_at = 0;
    for file in sources::list(workspace)?
        .into_iter()
        .filter(|file| is_written(file))
    {
        // A file of these kinds that is no UTF-8 is a test input.
        if let Ok(text) = std::fs::read_to_string(workspace.path(&file)) {
            findings.extend(examine(&file, &text));
            looked_at += 1;
        }
    }
    if findings.is_empty() {
        return Ok(Done::Checked(format!("words: {looked_at} files")));
    }
    for finding in &findings {
        println!("{finding}");
    }
    bail!("words: {} findings", findings.len())
}

fn is_written(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    WRITTEN.contains(&name.rsplit('.').next().unwrap_or(name))
}

fn examine(file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rust = file.ends_with(".rs");
    let lines = text.lines().count();
    if rust && lines > LINES_OF_A_RUST_FILE {
        let what = format!("{lines} lines, more than {LINES_OF_A_RUST_FILE}");
        findings.push(Finding {
            file: file.to_owned(),
            line: lines,
            what,
        });
    }
    let mut in_tests = is_test_file(file);
    let mut test_attribute = false;
    for (line, number) in text.lines().zip(1..) {
        let code = line.trim_start();
        // By custom the module of tests is the last item of its file.
        in_tests |= test_attribute && code.starts_with("mod ") && code.ends_with('{');
        test_attribute = code.starts_with("#[cfg(test)]");
        for ban in BANS.iter().filter(|ban| applies(ban.files, rust, in_tests)) {
            let searched = if ban.files == Files::RustOutsideTests {
                without_comment(line)
            } else {
                line
            };
            if stands_in(searched, ban.word) {
                let what = format!("{}: {}", ban.word, ban.why);
                findings.push(Finding {
                    file: file.to_owned(),
                    line: number,
                    what,
                });
            }
        }
    }
    findings
}

fn applies(files: Files, rust: bool, in_tests: bool) -> bool {
    match files {
        Files::Written => true,
        Files::Rust => rust,
        Files::RustOutsideTests => rust && !in_tests,
    }
}

fn is_test_file(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    parts
        .iter()
        .any(|part| matches!(*part, "tests" | "tests.rs" | "benches"))
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Whether the word stands there by itself, not inside a longer name.
fn stands_in(line: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        let begins_inside = word.starts_with(letter) && before.is_some_and(letter);
        let ends_inside = word.ends_with(letter) && after.is_some_and(letter);
        !begins_inside && !ends_inside
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_found(file: &str, text: &str) -> Vec<usize> {
        examine(file, text)
            .into_iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn every_banned_word_is_found_where_it_is_banned() {
        for ban in &BANS {
            let text = format!("fn f() {{\n    {}\n}}\n", ban.word);
            assert_eq!(lines_found("src/a.rs", &text), [2], "{}", ban.word);
            let in_script = usize::from(ban.files == Files::Written);
            assert_eq!(
                lines_found("web/a.ts", &text).len(),
                in_script,
                "{}",
                ban.word
            );
        }
    }

    #[test]
    fn a_word_inside_a_longer_name_is_another_word() {
        let longer = format!("const NOT_{0}: u8 = 0; const {0}S: u8 = 0;", BANS[0].word);
        assert!(lines_found("src/a.rs", &longer).is_empty());
    }

    #[test]
    fn tests_may_reduce_bytes_and_comments_may_speak_of_it() {
        let call = format!("let x = Fr::{}(&b);", BANS[5].word);
        assert_eq!(lines_found("src/a.rs", &call), [1]);
        assert!(lines_found("src/a/tests.rs", &call).is_empty());
        assert!(lines_found("tests/it/a.rs", &call).is_empty());
        assert!(
            lines_found(
                "src/a.rs",
                &format!("#[cfg(test)]\nmod tests {{\n{call}\n}}")
            )
            .is_empty()
        );
        assert_eq!(
            lines_found("src/a.rs", &format!("#[cfg(test)]\nmod tests;\n{call}")),
            [3]
        );
        assert!(lines_found("src/a.rs", &format!("// never {call}")).is_empty());
    }

    #[test]
    fn a_rust_file_may_have_600_lines() {
        assert!(lines_found("src/a.rs", &"\n".repeat(600)).is_empty());
        assert_eq!(lines_found("src/a.rs", &"\n".repeat(601)), [601]);
        assert!(lines_found("docs/a.md", &"\n".repeat(601)).is_empty());
    }

    #[test]
    fn data_and_lock_files_are_not_source() {
        assert!(is_written("src/main.rs") && is_written(".ci/run"));
        assert!(
            !is_written("Cargo.lock")
                && !is_written("web/package-lock.json")
                && !is_written("protocol/data/a.csv")
        );
    }
}
