use super::*;
use std::io::ErrorKind;

fn disks() -> Vec<(Option<tempfile::TempDir>, Box<dyn Disk>)> {
    let dir = tempfile::tempdir().unwrap();
    let real = RealDisk::new(dir.path().join("data")).unwrap();
    vec![
        (Some(dir), Box::new(real)),
        (None, Box::new(MemoryDisk::new(1))),
    ]
}

#[test]
fn both_disks_append_truncate_read_list_rename_and_remove_alike() {
    for (_keep, disk) in disks() {
        disk.make_dir(Path::new("a/b")).unwrap();
        let one = Path::new("a/b/one");
        let mut file = disk.create(one).unwrap();
        file.append(b"hello ").unwrap();
        file.append(b"world").unwrap();
        file.sync().unwrap();
        assert_eq!(
            disk.create(one).unwrap_err().kind(),
            ErrorKind::AlreadyExists
        );
        let mut part = [0; 5];
        file.read_at(6, &mut part).unwrap();
        assert_eq!(&part, b"world");
        let error = file.read_at(7, &mut part).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        file.truncate(3).unwrap();
        assert_eq!(disk.open(one).unwrap().length().unwrap(), 3);
        disk.rename(one, Path::new("a/b/two")).unwrap();
        disk.sync_dir(Path::new("a/b")).unwrap();
        assert_eq!(disk.list(Path::new("a/b")).unwrap(), ["two"]);
        assert!(disk.list(Path::new("a")).unwrap().is_empty());
        assert_eq!(disk.read(Path::new("a/b/two")).unwrap(), b"hel");
        disk.remove(Path::new("a/b/two")).unwrap();
        let gone = disk.open(Path::new("a/b/two")).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        let nowhere = disk.list(Path::new("c")).unwrap_err();
        assert_eq!(nowhere.kind(), ErrorKind::NotFound);
        assert!(disk.create(Path::new("c/one")).is_err());
    }
}

#[test]
fn the_real_disk_refuses_a_path_that_leaves_its_root() {
    let dir = tempfile::tempdir().unwrap();
    let disk = RealDisk::new(dir.path().join("data")).unwrap();
    for path in ["../x", "/etc/passwd", "a/../../x", "./x"] {
        let error = disk.create(Path::new(path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{path}");
    }
}

#[test]
fn an_unsynced_write_can_be_lost_and_a_synced_one_cannot() {
    let mut lost = 0;
    for seed in 0..64 {
        let disk = MemoryDisk::new(seed);
        let mut file = disk.create(Path::new("f")).unwrap();
        file.append(&[1; 2000]).unwrap();
        file.sync().unwrap();
        disk.sync_dir(Path::new("")).unwrap();
        file.append(&[2; 2000]).unwrap();
        let found = disk.restart().read(Path::new("f")).unwrap();
        assert_eq!(&found[..2000], &[1; 2000]);
        lost += usize::from(found.len() < 4000 || found[2000..].contains(&0));
    }
    assert!((16..64).contains(&lost), "{lost}");
}

#[test]
fn a_name_without_a_directory_sync_can_be_lost() {
    let survived = |seed| {
        let disk = MemoryDisk::new(seed);
        let mut file = disk.create(Path::new("f")).unwrap();
        file.append(b"x").unwrap();
        file.sync().unwrap();
        disk.restart().read(Path::new("f")).is_ok()
    };
    let count = (0..64).filter(|seed| survived(*seed)).count();
    assert!((8..56).contains(&count), "{count}");
}

#[test]
fn whole_file_writes_show_old_or_new_content_at_every_cut() {
    let path = Path::new("d/f");
    let disk = MemoryDisk::new(7);
    write_files(&disk, &[(path.to_owned(), vec![1; 3000])]).unwrap();
    let start = disk.operations();
    for cut in start..start + 6 {
        for when in [None, Some(Failure::Before), Some(Failure::After)] {
            let disk = disk.fork();
            disk.set_faults(&[match when {
                None => Fault::PowerCut { operation: cut },
                Some(when) => Fault::Fail {
                    operation: cut,
                    when,
                },
            }]);
            let result = write_files(&disk, &[(path.to_owned(), vec![2; 2000])]);
            let after = disk.restart();
            let found = after.read(path).unwrap();
            assert!(found == vec![1; 3000] || found == vec![2; 2000]);
            if result.is_ok() {
                assert_eq!(found, vec![2; 2000]);
            }
            write_files(&after, &[(path.to_owned(), vec![3; 10])]).unwrap();
            assert_eq!(after.restart().read(path).unwrap(), vec![3; 10]);
        }
    }
}
