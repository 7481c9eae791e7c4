//! The committed seeds of the libraries' decoders, replayed through the checks that the fuzzer runs.
//!
//! After a change of a format, `LUYIN_WRITE_SEEDS=1 cargo test -p luyin-fuzz` writes the seeds anew.

use luyin_fuzz::replay::faults_of;
use luyin_fuzz::{LIBRARIES, Target};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_seed_is_what_its_name_says_and_gives_no_planted_fault_away() {
    let faults = faults_of(LIBRARIES);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_target_has_its_binary_and_every_binary_its_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let listed: BTreeSet<&str> = manifest
        .split("[[bin]]")
        .skip(1)
        .filter_map(|bin| bin.split('"').nth(1))
        .collect();
    for (name, target) in LIBRARIES {
        let Target { fault, .. } = target;
        assert!(listed.contains(name), "no binary of {name} in the manifest");
        assert!(!fault.is_empty());
        let source = std::fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
        assert!(
            source.contains(&format!("luyin_fuzz::{name}::TARGET")),
            "{name}.rs is of another target"
        );
    }
    let files = std::fs::read_dir(&folder).unwrap();
    let sources = files.filter_map(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".rs").map(str::to_owned)
    });
    assert_eq!(
        sources.collect::<BTreeSet<_>>(),
        listed.iter().map(|n| (*n).to_owned()).collect()
    );
}
