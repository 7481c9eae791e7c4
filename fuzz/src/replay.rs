//! The committed seeds through the checks, without a fuzzer.

use crate::{Outcome, Seed, Target, corpus};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Seeds of this beginning must be refused.
const NOT: &str = "not-";
/// Set to write the seeds that are made here into the corpora.
pub const WRITE: &str = "LUYIN_WRITE_SEEDS";

/// The seeds in a directory by name; none where it is missing.
#[must_use]
pub fn seeds_in(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(found) = std::fs::read_dir(directory) else {
        return BTreeMap::new();
    };
    let seed = |file: std::fs::DirEntry| {
        let name = file
            .file_name()
            .into_string()
            .expect("seeds have plain names");
        let bytes = std::fs::read(file.path()).expect("a seed can be read");
        (name, bytes)
    };
    found
        .map(|file| seed(file.expect("the corpus can be listed")))
        .collect()
}

/// Keeps the seeds that are made here, and plays every seed of every target. Says what is wrong, a line each.
#[must_use]
pub fn faults_of(targets: &[(&str, Target)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, target) in targets {
        let others = keep(name, &(target.seeds)()).into_iter();
        faults.extend(others.map(|seed| format!("{seed}: is not what is made here")));
        let seeds = seeds_in(&corpus(name));
        if !seeds.keys().any(|seed| !seed.starts_with(NOT)) {
            faults.push(format!("{name}: no seed that is accepted"));
        }
        for (seed, bytes) in seeds {
            faults
                .extend(fault_of(target, &seed, &bytes).map(|why| format!("{name}/{seed}: {why}")));
        }
    }
    faults
}

/// What is wrong with one seed.
fn fault_of(target: &Target, seed: &str, bytes: &[u8]) -> Option<&'static str> {
    let played = |check: fn(&[u8]) -> Outcome| catch_unwind(AssertUnwindSafe(|| check(bytes)));
    match (played(target.check), seed.starts_with(NOT)) {
        (Err(_), _) => return Some("breaks the law"),
        (Ok(Outcome::Refused), false) => return Some("is refused"),
        (Ok(Outcome::Accepted), true) => return Some("is accepted"),
        (Ok(_), _) => {}
    }
    // Else the fuzzer would find it by replaying, and nothing would be shown.
    let found = played(target.planted).is_err();
    found.then_some("gives the planted fault away")
}

/// Writes seeds into a corpus where the environment asks for it, else says which of them are missing or others.
fn keep(target: &str, seeds: &[Seed]) -> Vec<String> {
    let directory = corpus(target);
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(&directory).expect("the corpus can be made");
        for (name, bytes) in seeds {
            std::fs::write(directory.join(name), bytes).expect("a seed can be written");
        }
    }
    let kept = seeds_in(&directory);
    let other = seeds
        .iter()
        .filter(|(name, bytes)| kept.get(*name) != Some(bytes));
    other.map(|(name, _)| format!("{target}/{name}")).collect()
}
