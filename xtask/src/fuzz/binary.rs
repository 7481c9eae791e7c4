//! One fuzz target's binary: a plain run, a run with the planted fault, and the proof that it was that fault.

use anyhow::{Context, Result, bail, ensure};
use std::fmt;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{argument, shown};

/// Seconds in which a planted fault must be found.
const FOR_A_FAULT: u32 = 60;
/// Says to the binary that it runs with its fault; see `fuzz/src/lib.rs`.
const PLANT: &str = "LUYIN_PLANT";
/// Largest piece of memory at once, all memory, and seconds for one input.
const LIMITS: [&str; 3] = ["-malloc_limit_mb=256", "-rss_limit_mb=2048", "-timeout=20"];

/// A built target.
pub struct Binary {
    pub name: String,
    pub program: PathBuf,
    /// The committed seeds, which are only read.
    pub corpus: PathBuf,
    /// Whatever a run writes.
    pub scratch: PathBuf,
}

/// What two runs came to.
#[derive(Debug)]
pub struct Played {
    /// Inputs tried in the plain run.
    pub inputs: u64,
    /// How long the planted fault stayed hidden.
    pub fault_found_after: Duration,
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            inputs,
            fault_found_after,
        } = self;
        write!(
            f,
            "{inputs:>9} inputs; planted fault found in {}",
            shown(*fault_found_after)
        )
    }
}

/// How a run ended.
struct Ended {
    success: bool,
    log: String,
    took: Duration,
}

impl Binary {
    /// Both runs.
    pub fn play(&self, seconds: u32) -> Result<Played> {
        let seeds = fs::read_dir(&self.corpus).map_or(0, Iterator::count);
        ensure!(seeds > 0, "no seeds in {}", self.corpus.display());
        if self.scratch.exists() {
            fs::remove_dir_all(&self.scratch)?;
        }
        let plain = self.fuzz("plain", seconds)?;
        if !plain.success {
            bail!(
                "a finding: {}; see {}",
                last_words(&plain.log),
                self.scratch.display()
            );
        }
        let planted = self.fuzz("planted", FOR_A_FAULT)?;
        let found = self.findings("planted")?;
        let [input, ..] = found.as_slice() else {
            bail!(
                "the planted fault was not found in {FOR_A_FAULT} s: {}",
                last_words(&planted.log)
            );
        };
        // The same input without the fault: else something else was found, or the decoder has it as well.
        let again = self.run(
            &["-malloc_limit_mb=256".to_owned(), argument(input)?],
            "again",
            false,
        )?;
        if !again.success {
            bail!("{} is a finding without the fault as well", input.display());
        }
        Ok(Played {
            inputs: executed(&plain.log),
            fault_found_after: planted.took,
        })
    }

    fn fuzz(&self, kind: &str, seconds: u32) -> Result<Ended> {
        let found = self.scratch.join(kind);
        fs::create_dir_all(&found)?;
        let mut arguments = vec![argument(&found)?, argument(&self.corpus)?];
        arguments.extend(LIMITS.map(str::to_owned));
        arguments.push(format!("-max_total_time={seconds}"));
        if kind == "planted" {
            // Inputs longer than the seeds from the first one on: many faults lie behind the end.
            arguments.push("-len_control=0".to_owned());
        }
        arguments.push("-print_final_stats=1".to_owned());
        let prefix = self.scratch.join(format!("{kind}-"));
        arguments.push(format!("-artifact_prefix={}", argument(&prefix)?));
        self.run(&arguments, kind, kind == "planted")
    }

    fn run(&self, arguments: &[String], kind: &str, planted: bool) -> Result<Ended> {
        let path = self.scratch.join(format!("{kind}.log"));
        let log = File::create(&path)?;
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .stdout(log.try_clone()?)
            .stderr(log)
            .env_remove(PLANT);
        if planted {
            command.env(PLANT, "1");
        }
        let begun = Instant::now();
        let status = command.status();
        let status = status.with_context(|| format!("cannot start {}", self.program.display()))?;
        Ok(Ended {
            success: status.success(),
            took: begun.elapsed(),
            log: String::from_utf8_lossy(&fs::read(&path)?).into_owned(),
        })
    }

    /// Inputs that ended a run: libFuzzer names them `crash-`, `oom-`, `timeout-` and so on.
    fn findings(&self, kind: &str) -> Result<Vec<PathBuf>> {
        let prefix = format!("{kind}-");
        let mut found = Vec::new();
        for file in fs::read_dir(&self.scratch)? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with(&prefix) {
                found.push(file.path());
            }
        }
        Ok(found)
    }
}

/// Inputs tried, as libFuzzer counts them at its end.
fn executed(log: &str) -> u64 {
    let count = |line: &str| {
        line.strip_prefix("stat::number_of_executed_units:")?
            .trim()
            .parse()
            .ok()
    };
    log.lines().find_map(count).unwrap_or(0)
}

/// The line of a log that says most: a panic's message, else what the sanitizer or the fuzzer says, else the last one.
fn last_words(log: &str) -> String {
    let lines = || log.lines().map(str::trim).filter(|line| !line.is_empty());
    let panic = lines()
        .skip_while(|line| !line.contains("panicked at"))
        .nth(1);
    let error = lines().find(|line| line.contains("ERROR:"));
    panic
        .or(error)
        .or(lines().next_back())
        .unwrap_or("no word")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_how_many_inputs_were_tried_and_what_broke() {
        let log = "INFO: x\nthread '<unnamed>' panicked at fuzz/src/law.rs:33:13:\na second encoding\n==7== ERROR: libFuzzer: deadly signal\nstat::number_of_executed_units: 1234\n";
        assert_eq!(executed(log), 1_234);
        assert_eq!(executed(""), 0);
        assert_eq!(last_words(log), "a second encoding");
        assert_eq!(
            last_words("a\n==7== ERROR: libFuzzer: out-of-memory\nb"),
            "==7== ERROR: libFuzzer: out-of-memory"
        );
        assert_eq!(last_words("a\nb\n\n"), "b");
    }

    #[cfg(unix)]
    mod with_a_shell {
        use super::*;
        use std::os::unix::fs::PermissionsExt as _;

        /// A binary that runs these lines with `$kind` set to which run it is.
        fn binary(folder: &std::path::Path, lines: &str) -> Binary {
            let script = format!(
                "#!/bin/sh\nkind=again\nfor a in \"$@\"; do case \"$a\" in -artifact_prefix=*) prefix=\"${{a#*=}}\"; kind=plain;; esac; done\n\
                 [ -n \"$LUYIN_PLANT\" ] && kind=planted\n{lines}\n"
            );
            let program = folder.join("target");
            fs::write(&program, script).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            let corpus = folder.join("corpus");
            fs::create_dir_all(&corpus).unwrap();
            fs::write(corpus.join("seed"), "x").unwrap();
            Binary {
                name: "target".to_owned(),
                program,
                corpus,
                scratch: folder.join("scratch"),
            }
        }

        fn played(lines: &str) -> Result<Played> {
            let folder = tempfile::tempdir().unwrap();
            binary(folder.path(), lines).play(1)
        }

        const FOUND: &str = "planted) touch \"${prefix}crash-1\"; exit 77;;";

        #[test]
        fn a_clean_run_and_a_found_fault_are_what_is_wanted() {
            let lines = format!(
                "case $kind in plain) echo 'stat::number_of_executed_units: 9';; {FOUND} esac"
            );
            assert_eq!(played(&lines).unwrap().inputs, 9);
        }

        #[test]
        fn a_finding_a_hidden_fault_and_a_fault_of_the_decoder_itself_fail() {
            let finding = played("[ $kind = plain ] && exit 77; exit 0").unwrap_err();
            assert!(finding.to_string().contains("a finding"), "{finding}");
            let hidden = played("exit 0").unwrap_err();
            assert!(hidden.to_string().contains("not found"), "{hidden}");
            let own = played(&format!("case $kind in {FOUND} again) exit 77;; esac")).unwrap_err();
            assert!(own.to_string().contains("without the fault"), "{own}");
        }
    }
}
