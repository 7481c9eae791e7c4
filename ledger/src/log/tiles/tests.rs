use super::*;
use crate::log::disk::{Disk, Failure, Fault, MemoryDisk};
use crate::log::merkle::{
    EntryIndex, LogHash, TreeHead, prove_consistency, prove_inclusion, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tlog_tiles::{Tile, TileHashReader, TileReader as TheirReader, tlog};

const DIR: &str = "log";

fn entry(index: u64) -> Vec<u8> {
    vec![(index % 256) as u8; (index % 23) as usize]
}

fn writer(disk: &MemoryDisk) -> TileWriter {
    TileWriter::new(Arc::new(disk.clone()), DIR)
}

fn extend(writer: &mut TileWriter, count: u64) -> TreeHead {
    for _ in 0..count {
        let next = writer.head().size();
        assert_eq!(writer.append(&entry(next)).unwrap().get(), next);
    }
    writer.write().unwrap()
}

/// A tree with three levels of tiles, all right edges partial.
static LARGE: LazyLock<(MemoryDisk, TreeHead)> = LazyLock::new(|| {
    let disk = MemoryDisk::new(1);
    let head = extend(&mut writer(&disk), 66_000);
    (disk, head)
});

fn reader(disk: &MemoryDisk, size: u64) -> TileReader {
    TileReader::new(Arc::new(disk.clone()), DIR, size)
}

#[test]
fn numbers_become_path_elements_of_three_digits() {
    for (number, path) in [
        (0, "000"),
        (999, "999"),
        (1000, "x001/000"),
        (1_234_067, "x001/x234/067"),
    ] {
        assert_eq!(number_path(number), path);
    }
}

#[test]
fn paths_are_read_only_in_their_canonical_form() {
    for path in [
        "tile/0/000",
        "tile/7/000.p/1",
        "tile/entries/x001/x234/067.p/255",
    ] {
        assert_eq!(path.parse::<TileId>().unwrap().to_string(), path);
    }
    for path in [
        "",
        "tile/0",
        "tile/00/000",
        "tile/8/000",
        "tile/0/0",
        "tile/0/1000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/xx01/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1/",
        "tile/0/000.p",
        "tile/0/+01",
        "tile/7/001",
        "tile/Entries/000",
        "/tile/0/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(path.parse::<TileId>(), Err(TilePathError), "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn paths_equal_those_of_another_implementation(level in 0u8..7, index: u32, width in 1u16..=256) {
        let index = u64::from(index) >> (8 * level).min(31);
        let Ok(tile) = TileId::new(TileKind::Hashes { level }, index, width) else { return Ok(()) };
        let other = Tile::new(8, level, index, width.into(), false).path();
        // Theirs names the tile height, as the older scheme did.
        prop_assert_eq!(format!("tile/8/{}", &tile.to_string()[5..]), other);
        prop_assert_eq!(tile.to_string().parse::<TileId>().unwrap(), tile);
    }

    #[test]
    fn proofs_from_tiles_hold(size in 1u64..66_000, place: prop::sample::Index, old: prop::sample::Index) {
        let (disk, newest) = &*LARGE;
        let tiles = reader(disk, newest.size());
        let index = EntryIndex::new(place.index(66_000) as u64);
        let proof = prove_inclusion(&tiles, newest.size(), index).unwrap();
        verify_inclusion(newest, index, LogHash::leaf(&entry(index.get())), &proof).unwrap();
        // The tiles of the newest size hold the proofs between all older sizes.
        let old = old.index(size as usize) as u64 + 1;
        let head = |size| TreeHead::new(size, crate::log::merkle::root(&tiles, size).unwrap());
        let proof = prove_consistency(&tiles, old, size).unwrap();
        verify_consistency(&head(old), &head(size), &proof).unwrap();
    }
}

/// Our files, read by the other implementation.
struct Theirs<'a>(&'a MemoryDisk);

impl TheirReader for Theirs<'_> {
    fn height(&self) -> u8 {
        8
    }
    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let read = |tile: &Tile| {
            let path = tile.path().replacen("tile/8/", "log/tile/", 1);
            self.0.read(Path::new(&path)).unwrap()
        };
        Ok(tiles.iter().map(read).collect())
    }
    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[test]
fn another_implementation_reads_our_tiles_and_makes_the_same_proofs() {
    let (disk, head) = &*LARGE;
    let root = tlog::Hash(*head.root().as_bytes());
    let files = Theirs(disk);
    let theirs = TileHashReader::new(head.size(), root, &files);
    let ours = reader(disk, head.size());
    let hashes = |proof: Vec<LogHash>| -> Vec<tlog::Hash> {
        proof.iter().map(|h| tlog::Hash(*h.as_bytes())).collect()
    };
    for place in [0, 255, 256, 40_000, 65_535, 65_536, 65_999] {
        let proof = prove_inclusion(&ours, head.size(), EntryIndex::new(place)).unwrap();
        assert_eq!(
            hashes(proof),
            tlog::prove_record(head.size(), place, &theirs).unwrap()
        );
        let proof = prove_consistency(&ours, place + 1, head.size()).unwrap();
        assert_eq!(
            hashes(proof),
            tlog::prove_tree(head.size(), place + 1, &theirs).unwrap()
        );
    }
}

#[test]
fn exactly_the_tiles_of_the_standard_are_written() {
    let (disk, head) = &*LARGE;
    let found: BTreeSet<String> = disk
        .files()
        .iter()
        .map(|(p, _)| p.display().to_string())
        .collect();
    let mut expected = BTreeSet::new();
    for tile in Tile::new_tiles(8, 0, head.size()) {
        let path = tile.path().replacen("tile/8/", "log/tile/", 1);
        if tile.level() == 0 {
            expected.insert(path.replacen("tile/0/", "tile/entries/", 1));
        }
        expected.insert(path);
    }
    assert_eq!(found, expected);
}

#[test]
fn entries_come_back_and_the_whole_log_checks() {
    let (disk, head) = &*LARGE;
    let tiles = reader(disk, head.size());
    tiles.check(0, head).unwrap();
    assert_eq!(tiles.entries(3).unwrap()[5], entry(773));
    assert_eq!(tiles.entries(257).unwrap().len(), 208);
    assert!(matches!(tiles.entries(258), Err(TileError::Proof(_))));
}

#[test]
fn a_writer_goes_on_where_another_one_stopped() {
    for size in [0, 1, 255, 256, 257, 600] {
        let disk = MemoryDisk::new(1);
        let head = extend(&mut writer(&disk), size);
        let mut again = TileWriter::open(Arc::new(disk.clone()), DIR, &head).unwrap();
        let head = extend(&mut again, 300);
        let fresh = MemoryDisk::new(1);
        assert_eq!(head, extend(&mut writer(&fresh), size + 300));
        reader(&disk, head.size()).check(0, &head).unwrap();
        let wrong = TreeHead::new(head.size(), LogHash::leaf(b"other"));
        let refused = TileWriter::open(Arc::new(disk), DIR, &wrong);
        assert!(matches!(refused, Err(TileError::Root)));
    }
}

#[test]
fn every_damaged_byte_of_any_tile_is_found() {
    let disk = MemoryDisk::new(1);
    let head = extend(&mut writer(&disk), 530);
    for (path, length) in disk.files() {
        let whole = disk.read(&path).unwrap();
        for at in (0..length).step_by(5) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            let disk = disk.fork();
            disk.overwrite(&path, &bytes);
            assert!(reader(&disk, 530).check(0, &head).is_err(), "{path:?} {at}");
        }
        for bytes in [&whole[1..], &[whole.as_slice(), &[0]].concat()] {
            let disk = disk.fork();
            disk.overwrite(&path, bytes);
            assert!(reader(&disk, 530).check(0, &head).is_err(), "{path:?}");
        }
        let disk = disk.fork();
        disk.remove(&path).unwrap();
        assert!(matches!(
            reader(&disk, 530).check(0, &head),
            Err(TileError::Disk { .. })
        ));
    }
}

#[test]
fn damage_is_found_in_the_tiles_that_new_entries_touch() {
    let disk = MemoryDisk::new(1);
    let mut writer = writer(&disk);
    extend(&mut writer, 520);
    let head = extend(&mut writer, 5);
    disk.overwrite(Path::new("log/tile/entries/002.p/13"), &[0, 0]);
    let found = reader(&disk, 525).check(520, &head);
    assert!(matches!(found, Err(TileError::Damaged(tile)) if tile.index() == 2));
}

#[test]
fn an_entry_that_does_not_fit_its_length_prefix_is_refused() {
    let disk = MemoryDisk::new(1);
    let mut writer = writer(&disk);
    writer.append(&vec![1; MAX_ENTRY]).unwrap();
    let refused = writer.append(&vec![1; MAX_ENTRY + 1]);
    assert!(matches!(refused, Err(TileError::EntrySize(65_536))));
    let head = writer.write().unwrap();
    assert_eq!(head.size(), 1);
    reader(&disk, 1).check(0, &head).unwrap();
}

#[test]
fn pruned_partial_tiles_are_read_from_the_full_ones() {
    let disk = MemoryDisk::new(1);
    let mut writer = writer(&disk);
    let old = extend(&mut writer, 100);
    let head = extend(&mut writer, 500);
    let before = disk.files().len();
    writer.prune(0, 600).unwrap();
    assert_eq!(disk.files().len(), before - 2);
    reader(&disk, 100).check(0, &old).unwrap();
    reader(&disk, 600).check(0, &head).unwrap();
}

#[test]
fn a_write_cut_short_anywhere_is_made_good_by_the_next_one() {
    let disk = MemoryDisk::new(3);
    let head = extend(&mut writer(&disk), 250);
    let start = disk.operations();
    for operation in start..start + 45 {
        for fault in [
            Fault::PowerCut { operation },
            Fault::Fail {
                operation,
                when: Failure::Before,
            },
            Fault::Fail {
                operation,
                when: Failure::After,
            },
        ] {
            let disk = disk.fork();
            let mut writer = TileWriter::open(Arc::new(disk.clone()), DIR, &head).unwrap();
            for index in 250..520 {
                writer.append(&entry(index)).unwrap();
            }
            disk.set_faults(&[fault]);
            let written = writer.write();
            if !matches!(fault, Fault::PowerCut { .. }) {
                writer.write().unwrap();
            }
            let disk = disk.restart();
            reader(&disk, 250).check(0, &head).unwrap();
            if let Ok(newest) = written {
                reader(&disk, 520).check(0, &newest).unwrap();
            }
            let mut again = TileWriter::open(Arc::new(disk.clone()), DIR, &head).unwrap();
            let newest = extend(&mut again, 270);
            reader(&disk.restart(), 520).check(0, &newest).unwrap();
        }
    }
}

#[test]
fn a_tile_exchanged_together_with_its_entries_is_found() {
    let disk = MemoryDisk::new(1);
    let head = extend(&mut writer(&disk), 530);
    let other = MemoryDisk::new(1);
    let mut forger = writer(&other);
    for index in 0..256 {
        forger.append(&entry(index + 1)).unwrap();
    }
    forger.write().unwrap();
    for path in ["log/tile/0/000", "log/tile/entries/000"] {
        disk.overwrite(Path::new(path), &other.read(Path::new(path)).unwrap());
    }
    let found = reader(&disk, 530).check(0, &head);
    assert!(matches!(found, Err(TileError::Damaged(tile)) if tile.to_string() == "tile/1/000.p/2"));
}
