//! Shares on a real disk, and what is printed of them.

use super::*;

fn file_store(directory: &std::path::Path, key: u8) -> FileShareStore {
    FileShareStore::open(directory, WrappingKey::from_bytes([key; 32])).unwrap()
}

#[test]
fn shares_on_disk_survive_reopening_are_sealed_and_never_change() {
    let directory = tempfile::tempdir().unwrap();
    let story = Story::new();
    let stored = StoredShare {
        owner: owner(),
        share: story.dealing.shares[0].clone(),
    };
    let other = StoredShare {
        owner: owner(),
        share: story.dealing.shares[1].clone(),
    };
    let store = file_store(directory.path(), 1);
    assert!(store.get(&ENROL).unwrap().is_none());
    assert_eq!(store.put(&ENROL, &stored).unwrap(), stored);
    assert_eq!(store.put(&ENROL, &other).unwrap(), stored);
    let again = file_store(directory.path(), 1);
    assert_eq!(again.get(&ENROL).unwrap().unwrap(), stored);

    let path = fs::read_dir(directory.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let bytes = fs::read(&path).unwrap();
    let secret = &stored.share.to_bytes()[1..33];
    assert!(!bytes.windows(32).any(|window| window == secret));

    assert!(matches!(
        file_store(directory.path(), 2).get(&ENROL),
        Err(StoreError::Corrupted)
    ));
    // A share file under another enrolment's name does not open as that one's.
    let elsewhere = Sha256Hash::from_bytes([8; 32]);
    fs::copy(&path, directory.path().join(format!("{elsewhere}.share"))).unwrap();
    assert!(matches!(store.get(&elsewhere), Err(StoreError::Corrupted)));
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(store.get(&ENROL), Err(StoreError::Corrupted)));
    assert!(matches!(
        store.put(&ENROL, &stored),
        Err(StoreError::Corrupted)
    ));
}

#[test]
fn many_threads_storing_different_shares_agree_on_one() {
    let directory = tempfile::tempdir().unwrap();
    let story = Story::new();
    let outcomes: Vec<StoredShare> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let store = file_store(directory.path(), 1);
                let share = story.dealing.shares[i % 5].clone();
                scope.spawn(move || {
                    store.put(
                        &ENROL,
                        &StoredShare {
                            owner: owner(),
                            share,
                        },
                    )
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap().unwrap())
            .collect()
    });
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]));
}

#[test]
fn a_trustee_restarted_on_its_files_still_acts() {
    let directory = tempfile::tempdir().unwrap();
    let story = Story::new();
    let keys = story.trustees[0].keys.clone();
    let make = || {
        let store = file_store(directory.path(), 1);
        Trustee::new(NETWORK, nr(1), keys.clone(), store)
    };
    let sealed = story.sealed_for(&make(), 1);
    make().accept(&enrolment(&story.dealing), &sealed).unwrap();
    let notice = story.notice_on(100);
    let offers = story.offers(&notice, &[2, 3], 1);
    assert!(make().release(&notice, &offers, &[Day::new(100)]).is_ok());
}

#[test]
fn nothing_printable_holds_a_handle_or_a_share() {
    let story = Story::new();
    let notice = story.notice_on(100);
    let offers = story.offers(&notice, &[2, 3], 1);
    let signed = story.trustees[0]
        .release(&notice, &offers, &[Day::new(100)])
        .unwrap();
    let stored = story.trustees[0]
        .store
        .get(&notice.enrolment().hash())
        .unwrap()
        .unwrap();
    let text = format!(
        "{stored:?} {signed:?} {offers:?} {:?}",
        story.trustees[0].keys
    );
    let share = hex::encode(&story.dealing.shares[0].to_bytes()[1..33]);
    let handle = signed[0].values.handle.to_string();
    assert!(!text.contains(&share) && !text.contains(&handle));
    assert!(!text.contains(&story.dealing.shares[0].expose_value().to_string()));
}
