use super::*;
use std::fs;
use std::path::{Path, PathBuf};

/// Both stores, empty.
fn stores() -> Vec<(Option<tempfile::TempDir>, Box<dyn Store>)> {
    let dir = tempfile::tempdir().unwrap();
    let sled = SledStore::open(dir.path().join("index")).unwrap();
    vec![
        (Some(dir), Box::new(sled)),
        (None, Box::new(MemoryStore::new())),
        (None, Box::new(MemoryStore::simulated())),
    ]
}

fn batch(height: u64, writes: &[(&str, Option<&str>)]) -> Batch {
    let mut batch = Batch::at(Height::new(height));
    for (key, value) in writes {
        match value {
            Some(value) => batch.put(*key, *value).unwrap(),
            None => batch.delete(*key).unwrap(),
        }
    }
    batch
}

fn keys(store: &dyn Store, prefix: &str, from: &str, limit: usize) -> Vec<String> {
    let found = store
        .scan(prefix.as_bytes(), from.as_bytes(), limit)
        .unwrap();
    found
        .into_iter()
        .map(|(key, _)| String::from_utf8(key).unwrap())
        .collect()
}

#[test]
fn a_batch_puts_and_deletes_and_the_last_write_of_a_key_holds() {
    for (_keep, store) in stores() {
        store
            .apply(&batch(1, &[("a", Some("1")), ("b", Some("2"))]))
            .unwrap();
        store
            .apply(&batch(
                2,
                &[("a", None), ("b", Some("3")), ("b", Some("4"))],
            ))
            .unwrap();
        assert_eq!(store.get(b"a").unwrap(), None);
        assert_eq!(store.get(b"b").unwrap().unwrap(), b"4");
        assert_eq!(store.get(b"c").unwrap(), None);
        store
            .apply(&batch(3, &[("c", None), ("d", Some(""))]))
            .unwrap();
        assert_eq!(store.get(b"d").unwrap().unwrap(), b"");
    }
}

#[test]
fn a_scan_stays_in_its_prefix_begins_where_told_and_stops_at_its_limit() {
    for (_keep, store) in stores() {
        let writes = ["a", "n/1", "n/2", "n/20", "n/3", "o"].map(|key| (key, Some("x")));
        store.apply(&batch(1, &writes)).unwrap();
        assert_eq!(keys(&*store, "n/", "", 9), ["n/1", "n/2", "n/20", "n/3"]);
        assert_eq!(keys(&*store, "n/", "n/2", 2), ["n/2", "n/20"]);
        assert_eq!(keys(&*store, "n/", "n/2\0", 2), ["n/20", "n/3"]);
        assert_eq!(keys(&*store, "n/", "o", 9), [""; 0]);
        assert_eq!(keys(&*store, "", "", 9).len(), 6);
        assert_eq!(keys(&*store, "n/", "", 0), [""; 0]);
        assert_eq!(keys(&*store, "z", "", 9), [""; 0]);
    }
}

#[test]
fn binary_keys_are_ordered_by_their_bytes() {
    for (_keep, store) in stores() {
        let mut all = Batch::local();
        let wanted: [&[u8]; 4] = [&[0], &[0, 0], &[1], &[255, 255]];
        for key in wanted {
            all.put(key, key).unwrap();
        }
        store.apply(&all).unwrap();
        let found = store.scan(&[], &[], 9).unwrap();
        assert!(found.iter().map(|(key, _)| key.as_slice()).eq(wanted));
        assert_eq!(store.scan(&[255], &[], 9).unwrap().len(), 1);
    }
}

#[test]
fn heights_only_grow_and_local_batches_have_none() {
    for (_keep, store) in stores() {
        assert_eq!(store.height(), None);
        store.apply(&batch(0, &[])).unwrap();
        store.apply(&batch(7, &[("a", Some("7"))])).unwrap();
        for height in [6, 7] {
            let refused = store.apply(&batch(height, &[("a", Some("again"))]));
            assert!(matches!(
                refused,
                Err(StoreError::Height { applied: 7, .. })
            ));
        }
        let mut local = Batch::local();
        local.put("b", "local").unwrap();
        store.apply(&local).unwrap();
        assert_eq!(store.height(), Some(Height::new(7)));
        assert_eq!(store.get(b"a").unwrap().unwrap(), b"7");
        store.flush().unwrap();
    }
}

#[test]
fn keys_and_values_out_of_bounds_are_refused() {
    let mut batch = Batch::local();
    assert!(matches!(batch.put("", "x"), Err(StoreError::Key(0))));
    assert!(matches!(
        batch.delete(vec![1; MAX_KEY + 1]),
        Err(StoreError::Key(_))
    ));
    assert!(matches!(
        batch.put("k", vec![0; MAX_VALUE + 1]),
        Err(StoreError::Value(_))
    ));
    assert_eq!(batch, Batch::local());
}

fn fill(store: &dyn Store, heights: std::ops::Range<u64>) {
    for height in heights {
        let mut batch = Batch::at(Height::new(height));
        for part in 0..40u64 {
            let key = [height.to_be_bytes(), part.to_be_bytes()].concat();
            batch.put(key, vec![(height + part) as u8; 100]).unwrap();
        }
        store.apply(&batch).unwrap();
    }
}

#[test]
fn a_sled_store_opened_again_holds_the_batches_and_their_height() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    fill(&store, 0..20);
    store.apply(&batch(20, &[("x", Some("y"))])).unwrap();
    store.flush().unwrap();
    let all = store.scan(&[], &[], 10_000).unwrap();
    drop(store);
    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(store.height(), Some(Height::new(20)));
    assert_eq!(store.scan(&[], &[], 10_000).unwrap(), all);
    fill(&store, 21..23);
}

#[test]
fn an_empty_sled_store_can_be_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledStore::open(dir.path()).unwrap());
    assert_eq!(SledStore::open(dir.path()).unwrap().height(), None);
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(from) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_damaged_sled_directory_is_refused_or_whole_and_can_be_deleted_and_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let original = dir.path().join("original");
    let store = SledStore::open(&original).unwrap();
    fill(&store, 0..20);
    store.flush().unwrap();
    let all = store.scan(&[], &[], 10_000).unwrap();
    drop(store);
    let database = fs::read(original.join("db")).unwrap();
    let mut refused = 0;
    for round in 0..24usize {
        let damaged = dir.path().join(format!("damaged{round}"));
        copy(&original, &damaged);
        for file in files(&damaged) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("snap.") {
                fs::remove_file(file).unwrap();
            }
        }
        let mut bytes = database.clone();
        let at = bytes.len() / 24 * round + 77;
        bytes[at..at + 64].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(damaged.join("db"), &bytes).unwrap();
        match SledStore::open(&damaged) {
            // Either the damaged bytes were not in use, or everything since the last sound state is gone and the
            // seal of that state holds: the height tells where to resume.
            Ok(store) => {
                let height = store.height().map_or(0, |height| height.get() + 1);
                let kept = all
                    .iter()
                    .filter(|(key, _)| key[..8] < height.to_be_bytes()[..]);
                assert!(store.scan(&[], &[], 10_000).unwrap().iter().eq(kept));
            }
            Err(StoreError::Damaged(_)) => {
                refused += 1;
                SledStore::delete(&damaged).unwrap();
                let rebuilt = SledStore::open(&damaged).unwrap();
                fill(&rebuilt, 0..20);
                assert_eq!(rebuilt.scan(&[], &[], 10_000).unwrap(), all);
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0);
}

/// The library lets go of its lock a moment after the last handle is dropped.
fn once_unlocked<T, E: ToString>(open: impl Fn() -> Result<T, E>) -> Result<T, E> {
    loop {
        match open() {
            Err(error) if error.to_string().contains("could not acquire lock") => {
                std::thread::yield_now();
            }
            other => return other,
        }
    }
}

#[test]
fn an_entry_changed_behind_the_stores_back_is_found() {
    for key in [vec![1, b'a'], vec![1, b'z'], vec![0]] {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        store
            .apply(&batch(1, &[("a", Some("1")), ("b", Some("2"))]))
            .unwrap();
        drop(store);
        let db = once_unlocked(|| ::sled::open(dir.path())).unwrap();
        let b = db.get([1, b'b']).unwrap().unwrap();
        db.insert(key, b).unwrap();
        drop(db);
        assert!(matches!(
            once_unlocked(|| SledStore::open(dir.path())),
            Err(StoreError::Damaged(_))
        ));
    }
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store
        .apply(&batch(1, &[("a", Some("1")), ("b", Some("2"))]))
        .unwrap();
    drop(store);
    let db = once_unlocked(|| ::sled::open(dir.path())).unwrap();
    db.remove([1, b'a']).unwrap();
    drop(db);
    assert!(matches!(
        once_unlocked(|| SledStore::open(dir.path())),
        Err(StoreError::Damaged(_))
    ));
}

#[test]
fn a_store_that_another_holds_is_not_called_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let _held = SledStore::open(dir.path()).unwrap();
    assert!(matches!(
        SledStore::open(dir.path()),
        Err(StoreError::Disk(_))
    ));
}

#[test]
fn injected_faults_fail_before_or_after_the_batch_is_applied() {
    let store = MemoryStore::simulated();
    store.set_faults(&[
        StoreFault::Before { operation: 0 },
        StoreFault::After { operation: 1 },
        StoreFault::Before { operation: 2 },
    ]);
    assert!(store.apply(&batch(1, &[("a", Some("1"))])).is_err());
    assert_eq!(store.get(b"a").unwrap(), None);
    assert!(store.apply(&batch(1, &[("a", Some("1"))])).is_err());
    assert_eq!(store.get(b"a").unwrap().unwrap(), b"1");
    assert!(store.flush().is_err());
    assert_eq!(store.operations(), 3);
}

#[test]
fn a_power_loss_takes_back_whole_batches_after_the_last_flush() {
    let store = MemoryStore::simulated();
    store.apply(&batch(1, &[("a", Some("1"))])).unwrap();
    store.flush().unwrap();
    store
        .apply(&batch(2, &[("a", None), ("b", Some("2"))]))
        .unwrap();
    store.apply(&batch(3, &[("b", Some("3"))])).unwrap();
    let expected = [(1, vec!["1"]), (2, vec!["2"]), (3, vec!["3"])];
    for (batches, (height, values)) in expected.into_iter().enumerate() {
        let after = store.after_power_loss(batches);
        assert_eq!(after.height(), Some(Height::new(height)));
        let found = after.scan(&[], &[], 9).unwrap();
        assert!(
            found
                .iter()
                .map(|(_, value)| value)
                .eq(values.iter().map(|v| v.as_bytes()))
        );
    }
}
