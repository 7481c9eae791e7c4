//! Index, tiles and trees' files lost or damaged: all of it is made again from the segments.

use super::{content, copy, lived_in};
use crate::chain::{Chain, ChainError, PUBLIC_DIR};
use crate::log::disk::{Disk, MemoryDisk};
use crate::store::{MemoryStore, SledStore, Store};
use crate::tx::tests::world::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files below the public directory, the checkpoint aside.
fn derived(disk: &MemoryDisk) -> Vec<PathBuf> {
    let files = disk.files().into_iter().map(|(path, _)| path);
    let checkpoint = Path::new(PUBLIC_DIR).join("checkpoint");
    let derived = files.filter(|p| p.starts_with(PUBLIC_DIR) && *p != checkpoint);
    derived.collect()
}

fn files(disk: &MemoryDisk) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| (path.clone(), disk.read(&path).unwrap());
    derived(disk).into_iter().map(read).collect()
}

#[test]
fn an_index_that_is_deleted_is_built_again_from_the_segments() {
    let world = lived_in();
    let disk = world.disk.fork();
    let store = Arc::new(MemoryStore::new());
    let chain = Chain::open(parts(&disk, &store)).unwrap();
    assert_eq!(chain.head(), world.chain.head());
    assert!(content(&store) == content(&world.store));
    assert!(files(&disk) == files(&world.disk));
}

#[test]
fn an_index_that_lost_its_newest_blocks_catches_up() {
    let world = lived_in();
    let batches = world.chain.position().records();
    for kept in 0..batches {
        let store = Arc::new(world.store.after_power_loss(usize::try_from(kept).unwrap()));
        let disk = world.disk.fork();
        let chain = Chain::open(parts(&disk, &store)).unwrap();
        assert_eq!(chain.head(), world.chain.head());
        assert!(content(&store) == content(&world.store));
    }
}

#[test]
fn tiles_and_trees_are_written_again_byte_for_byte() {
    let world = lived_in();
    let disk = world.disk.fork();
    for path in derived(&disk) {
        disk.remove(&path).unwrap();
    }
    let broken = Chain::open(parts(&disk, &copy(&world.store)));
    assert!(matches!(broken, Err(ChainError::Forest(_))), "{broken:?}");
    let store = Arc::new(MemoryStore::new());
    let chain = Chain::rebuild(parts(&disk, &store)).unwrap();
    assert_eq!(chain.head(), world.chain.head());
    // Partial log tiles of sizes in between are not written again; nothing else is missing and nothing differs.
    let (new, old) = (files(&disk), files(&world.disk));
    assert!(new.iter().all(|file| old.contains(file)));
    let missing = |(path, _): &&(PathBuf, Vec<u8>)| !new.iter().any(|(p, _)| p == path);
    let in_between = |(path, _): (&PathBuf, _)| path.starts_with("log/tile");
    assert!(old.iter().filter(missing).all(|(p, b)| in_between((p, b))));
    assert!(content(&store) == content(&world.store));
    let full = Chain::rebuild(parts(&disk, &store));
    assert!(matches!(full, Err(ChainError::IndexAhead { .. })));
}

#[test]
fn a_damaged_tree_or_tile_is_found_at_the_start() {
    let world = lived_in();
    for name in ["note/0/000.p/2", "tile/0/000.p/18", "att/20000/0/000.p/2"] {
        let disk = world.disk.fork();
        let path = Path::new(PUBLIC_DIR).join(name);
        let path = derived(&disk)
            .into_iter()
            .filter(|p| p.parent() == path.parent())
            .max_by_key(|p| p.file_name().and_then(|n| n.to_str()?.parse::<u64>().ok()))
            .unwrap();
        let mut bytes = disk.read(&path).unwrap();
        bytes[3] ^= 1;
        disk.overwrite(&path, &bytes);
        assert!(
            Chain::open(parts(&disk, &copy(&world.store))).is_err(),
            "{path:?}"
        );
    }
}

#[test]
fn an_index_of_a_longer_log_or_of_another_network_is_refused() {
    let mut world = lived_in();
    let disk = world.disk.fork();
    world.accept(vec![]);
    let ahead = Chain::open(parts(&disk, &copy(&world.store)));
    assert!(matches!(ahead, Err(ChainError::IndexAhead { .. })));
    let mut other = parts(&disk, &copy(&world.store));
    other.genesis.cadence.quick_ms += 1;
    assert!(Chain::open(other).is_err());
    let mut other = parts(&MemoryDisk::new(3), &copy(&world.store));
    other.genesis.cadence.quick_ms += 1;
    assert!(matches!(
        Chain::create(other),
        Err(ChainError::OtherNetwork)
    ));
}

#[test]
fn a_log_that_lost_blocks_under_a_signed_checkpoint_is_refused() {
    let mut world = lived_in();
    let before = world.disk.fork();
    world.accept(vec![]);
    let disk = world.disk.fork();
    for (path, _) in before.files() {
        if path.starts_with("segments") {
            disk.overwrite(&path, &before.read(&path).unwrap());
        }
    }
    let cut = Chain::open(parts(&disk, &Arc::new(MemoryStore::new())));
    assert!(matches!(cut, Err(ChainError::Segment(_))), "{cut:?}");
}

#[test]
fn the_index_in_a_database_says_what_the_one_in_memory_says() {
    let world = lived_in();
    let dir = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(SledStore::open(dir.path()).unwrap());
    let mut parts = parts(&world.disk.fork(), &world.store);
    parts.store = Arc::clone(&store);
    let chain = Chain::open(parts.clone()).unwrap();
    assert_eq!(chain.head(), world.chain.head());
    let kept = store.scan(&[], &[], usize::MAX).unwrap();
    assert_eq!(kept, content(&world.store));
    drop(chain);
    let again = Chain::open(parts).unwrap();
    assert_eq!(again.head(), world.chain.head());
}
