//! Development keys of the four statements, made once and shared by all tests and processes.

use luyin::cli::ceremony;
use luyin::cli::say::Say;
use luyin_circuits::CircuitName;
use luyin_keys::manifest::Manifest;
use std::fs::File;
use std::path::PathBuf;
use std::sync::LazyLock;

static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let directory = target.parent().unwrap().join("test-keys");
    std::fs::create_dir_all(&directory).unwrap();
    let lock = File::create(directory.join("lock")).unwrap();
    lock.lock().unwrap();
    if !is_of_these_circuits(&directory) {
        ceremony::development(&directory, Say::Json).unwrap();
    }
    directory
});

/// The directory of keys, made where they are missing or of older circuits.
pub fn directory() -> PathBuf {
    DIRECTORY.clone()
}

fn is_of_these_circuits(directory: &std::path::Path) -> bool {
    let Ok(text) = std::fs::read_to_string(directory.join("manifest.json")) else {
        return false;
    };
    let Ok(manifest) = Manifest::from_json(&text) else {
        return false;
    };
    CircuitName::ALL.iter().all(|name| {
        let made_for = manifest.circuit(name.as_str()).map(|c| c.matrix_hash);
        let hash = luyin_circuits::matrices(*name).hash();
        made_for.is_ok_and(|found| *found.as_bytes() == hash)
    })
}
