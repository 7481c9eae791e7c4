use super::*;
use crate::log::disk::{Failure, Fault, MemoryDisk, RealDisk};
use std::path::Path;

const FIRST: &str = "segments/00000000000000000000.seg";

fn network() -> NetworkId {
    NetworkId::from_bytes([7; 32])
}

fn settings() -> Settings {
    Settings::new(network()).roll_at(4096)
}

fn payload(number: u64) -> Vec<u8> {
    vec![(number % 251) as u8 + 1; 40 + (number as usize * 97) % 900]
}

/// Opens or begins, as a node does that knows of no checkpoint.
fn start(disk: &MemoryDisk, bound: Option<Bound>) -> Result<SegmentLog, SegmentError> {
    match SegmentLog::open(Arc::new(disk.clone()), settings(), bound) {
        Err(SegmentError::Absent) => SegmentLog::create(Arc::new(disk.clone()), settings()),
        other => other,
    }
}

fn fill(log: &mut SegmentLog, count: u64) {
    for _ in 0..count {
        let number = log.position().records();
        log.append(&payload(number)).unwrap();
        log.sync().unwrap();
    }
}

fn filled(count: u64) -> MemoryDisk {
    let disk = MemoryDisk::new(1);
    fill(&mut start(&disk, None).unwrap(), count);
    disk
}

fn read_all(log: &SegmentLog) -> Vec<Vec<u8>> {
    let records = log.reader().records(0);
    records.map(|r| r.unwrap().into_payload()).collect()
}

fn assert_holds(log: &SegmentLog, least: u64) {
    let found = read_all(log);
    assert!(found.len() as u64 >= least, "{} < {least}", found.len());
    for (number, bytes) in found.iter().enumerate() {
        assert_eq!(bytes, &payload(number as u64));
    }
}

#[test]
fn records_come_back_in_order_across_rolled_segments_and_reopening() {
    let disk = filled(60);
    assert!(disk.files().len() > 5);
    let mut log = start(&disk, Some(Bound::at_least(60))).unwrap();
    assert_holds(&log, 60);
    fill(&mut log, 10);
    assert_holds(&log, 70);
    for from in [0, 1, 33, 69] {
        let record = log.reader().records(from).next().unwrap().unwrap();
        assert_eq!(record.sequence(), from);
        assert_eq!(record.payload(), payload(from));
    }
    assert!(log.reader().records(70).next().is_none());
    let last = log.reader().records(69).next().unwrap().unwrap();
    assert_eq!(last.chain(), log.position().chain());
}

#[test]
fn the_real_file_system_keeps_records_too() {
    let dir = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(dir.path()).unwrap());
    fill(
        &mut SegmentLog::create(Arc::clone(&disk), settings()).unwrap(),
        20,
    );
    let log = SegmentLog::open(disk, settings(), Some(Bound::at_least(20))).unwrap();
    assert_holds(&log, 20);
}

#[test]
fn a_record_is_not_read_before_it_is_synced() {
    let disk = filled(3);
    let mut log = start(&disk, None).unwrap();
    assert_eq!(log.append(&payload(3)).unwrap(), 3);
    assert_eq!(read_all(&log).len(), 3);
    log.sync().unwrap();
    assert_eq!(read_all(&log).len(), 4);
}

#[test]
fn a_log_is_never_begun_where_one_is_expected_nor_over_another() {
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::new(1));
    let open = |bound| SegmentLog::open(Arc::clone(&disk), settings(), bound);
    assert!(matches!(open(None), Err(SegmentError::Absent)));
    assert!(matches!(
        open(Some(Bound::at_least(1))),
        Err(SegmentError::Missing { found: 0, bound: 1 })
    ));
    SegmentLog::create(Arc::clone(&disk), settings()).unwrap();
    let again = SegmentLog::create(Arc::clone(&disk), settings());
    assert!(matches!(again, Err(SegmentError::Exists)));
}

#[test]
fn empty_and_oversized_records_are_refused() {
    let mut log = start(&MemoryDisk::new(1), None).unwrap();
    assert!(matches!(log.append(&[]), Err(SegmentError::RecordSize(0))));
    let large = vec![1; MAX_PAYLOAD + 1];
    assert!(matches!(
        log.append(&large),
        Err(SegmentError::RecordSize(_))
    ));
}

#[test]
fn the_last_three_records_cut_at_every_byte_recover_or_are_refused() {
    let disk = MemoryDisk::new(1);
    let mut log = SegmentLog::create(Arc::new(disk.clone()), Settings::new(network())).unwrap();
    let mut ends = Vec::new();
    for _ in 0..6 {
        fill(&mut log, 1);
        ends.push(disk.files()[0].1);
    }
    let whole = disk.read(Path::new(FIRST)).unwrap();
    for cut in ends[2]..whole.len() {
        let disk = disk.fork();
        disk.overwrite(Path::new(FIRST), &whole[..cut]);
        let kept = ends.iter().filter(|end| **end <= cut).count() as u64;
        let open =
            |bound| SegmentLog::open(Arc::new(disk.fork()), Settings::new(network()), Some(bound));
        assert!(open(Bound::at_least(kept + 1)).is_err(), "cut at {cut}");
        let log = open(Bound::at_least(kept)).unwrap();
        assert_eq!(log.position().records(), kept);
        let torn = cut - ends[kept as usize - 1];
        assert_eq!(log.torn().map_or(0, Torn::bytes), torn as u64);
        assert_holds(&log, kept);
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let disk = filled(12);
    let files = disk.files();
    assert!(files.len() > 1);
    for (path, _) in files {
        let whole = disk.read(&path).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let disk = disk.fork();
            disk.overwrite(&path, &bytes);
            let result = start(&disk, Some(Bound::at_least(12)));
            assert!(
                matches!(result, Err(SegmentError::Damaged { .. })),
                "{path:?} bit {bit}: {result:?}"
            );
        }
    }
}

#[test]
fn damage_under_a_later_batch_is_found_even_without_a_bound() {
    let disk = MemoryDisk::new(1);
    let mut log = SegmentLog::create(Arc::new(disk.clone()), Settings::new(network())).unwrap();
    fill(&mut log, 4);
    let end_of_fourth = disk.files()[0].1;
    fill(&mut log, 2);
    let whole = disk.read(Path::new(FIRST)).unwrap();
    for byte in (0..end_of_fourth).step_by(7) {
        let mut bytes = whole.clone();
        bytes[byte] ^= 0x10;
        disk.overwrite(Path::new(FIRST), &bytes);
        let result = SegmentLog::open(Arc::new(disk.fork()), Settings::new(network()), None);
        assert!(
            matches!(result, Err(SegmentError::Damaged { .. })),
            "byte {byte}"
        );
    }
}

#[test]
fn exchanged_removed_and_foreign_segments_are_refused() {
    let disk = filled(30);
    let files = disk.files();
    let swapped = disk.fork();
    swapped.overwrite(&files[1].0, &disk.read(&files[2].0).unwrap());
    assert!(start(&swapped, None).is_err());
    let gap = disk.fork();
    gap.remove(&files[1].0).unwrap();
    assert!(matches!(start(&gap, None), Err(SegmentError::Gap { .. })));
    let beheaded = disk.fork();
    beheaded.remove(&files[0].0).unwrap();
    assert!(matches!(
        start(&beheaded, None),
        Err(SegmentError::Gap { records: 0, .. })
    ));
    let cut = disk.fork();
    cut.remove(&files[files.len() - 1].0).unwrap();
    assert!(matches!(
        start(&cut, Some(Bound::at_least(30))),
        Err(SegmentError::Missing { bound: 30, .. })
    ));
    let stranger = disk.fork();
    stranger.overwrite(Path::new("segments/notes.txt"), b"x");
    assert!(matches!(
        start(&stranger, None),
        Err(SegmentError::UnexpectedFile(_))
    ));
    let other = Settings::new(NetworkId::from_bytes([8; 32]));
    assert!(matches!(
        SegmentLog::open(Arc::new(disk), other, None),
        Err(SegmentError::Damaged {
            flaw: Flaw::Network,
            ..
        })
    ));
}

#[test]
fn a_log_with_other_records_than_the_bound_chain_is_refused() {
    let disk = filled(9);
    let chain = start(&disk, None).unwrap().position().chain();
    assert!(start(&disk, Some(Bound::with_chain(9, chain))).is_ok());
    let other = MemoryDisk::new(1);
    let mut log = start(&other, None).unwrap();
    for number in 0..9 {
        log.append(&payload(number + 1)).unwrap();
    }
    log.sync().unwrap();
    assert!(matches!(
        start(&other, Some(Bound::with_chain(9, chain))),
        Err(SegmentError::Forked { records: 9 })
    ));
}

/// Runs a node with batches of 1 to 3 records until the disk fails; returns what it acknowledged.
fn run(disk: &MemoryDisk, bound: u64) -> u64 {
    let Ok(mut log) = start(disk, Some(Bound::at_least(bound))) else {
        return bound;
    };
    let mut acknowledged = log.position().records();
    while acknowledged < 200 {
        for step in 0..=acknowledged % 3 {
            if log.append(&payload(acknowledged + step)).is_err() {
                return acknowledged;
            }
        }
        match log.sync() {
            Ok(position) => acknowledged = position.records(),
            Err(_) => return acknowledged,
        }
    }
    acknowledged
}

#[test]
fn power_loss_never_loses_an_acknowledged_record() {
    let mut total = 0;
    for seed in 0..400 {
        let mut disk = MemoryDisk::new(seed);
        let mut acknowledged = 0;
        for life in 0..4 {
            let operation = disk.operations() + 1 + (seed * 7 + life * 13) % 61;
            disk.set_faults(&[Fault::PowerCut { operation }]);
            acknowledged = run(&disk, acknowledged);
            disk = disk.restart();
            // Without a bound as well: the frames alone must not mistake a torn tail for damage.
            if acknowledged == 0 {
                start(&disk, None).unwrap();
                continue;
            }
            let log = start(&disk, None).unwrap();
            assert_holds(&log, acknowledged);
        }
        total += acknowledged;
    }
    assert!(total > 10_000, "{total}");
}

#[test]
fn a_killed_process_finds_its_records_and_makes_them_durable() {
    for cut in 3..40 {
        let disk = MemoryDisk::new(cut);
        disk.set_faults(&[Fault::PowerCut { operation: cut }]);
        let acknowledged = run(&disk, 0);
        let disk = disk.kill();
        let Ok(log) = start(&disk, Some(Bound::at_least(acknowledged))) else {
            panic!("refused after a kill at {cut}");
        };
        let found = log.position().records();
        assert_holds(&log, acknowledged);
        assert_holds(&start(&disk.restart(), None).unwrap(), found);
    }
}

#[test]
fn a_lying_sync_is_found_by_the_bound_and_refused() {
    let mut refused = 0;
    for seed in 0..100 {
        let disk = MemoryDisk::new(seed);
        let mut log = start(&disk, None).unwrap();
        fill(&mut log, 5);
        disk.set_faults(&[Fault::LyingSync]);
        fill(&mut log, 15);
        match start(&disk.restart(), Some(Bound::at_least(20))) {
            Ok(log) => assert_holds(&log, 20),
            Err(
                SegmentError::Missing { .. }
                | SegmentError::Damaged { .. }
                | SegmentError::Gap { .. },
            ) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 80, "{refused}");
}

#[test]
fn a_misdirected_write_never_yields_a_wrong_record() {
    let mut refused = 0;
    for seed in 0..200 {
        let disk = MemoryDisk::new(seed);
        let mut log = start(&disk, None).unwrap();
        fill(&mut log, 20);
        let operation = disk.operations();
        disk.set_faults(&[Fault::Misdirect { operation }]);
        fill(&mut log, 3);
        match start(&disk, Some(Bound::at_least(23))) {
            // The write may have landed where it belongs.
            Ok(log) => assert_holds(&log, 23),
            Err(SegmentError::Damaged { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 150, "{refused}");
}

#[test]
fn a_full_disk_leaves_acknowledged_records_and_a_later_append_works() {
    for spare in (0..2400).step_by(37) {
        let disk = filled(20);
        let used: usize = disk.files().iter().map(|(_, length)| *length).sum();
        let mut log = start(&disk, None).unwrap();
        let bytes = (used + spare) as u64;
        disk.set_faults(&[Fault::Capacity { bytes }]);
        let mut acknowledged = 20;
        let error = loop {
            log.append(&payload(acknowledged)).unwrap();
            match log.sync() {
                Ok(position) => acknowledged = position.records(),
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, SegmentError::Disk(e) if e.kind() == io::ErrorKind::StorageFull));
        assert_holds(&log, acknowledged);
        assert_holds(&start(&disk.restart(), None).unwrap(), acknowledged);
        disk.set_faults(&[]);
        fill(&mut log, 20);
        assert_holds(&start(&disk.restart(), None).unwrap(), acknowledged + 20);
    }
}

#[test]
fn every_operation_failing_before_or_after_it_persists_is_undone_or_stops_the_log() {
    for operation in 0..80 {
        for when in [Failure::Before, Failure::After] {
            let disk = MemoryDisk::new(operation);
            let mut log = start(&disk, None).unwrap();
            fill(&mut log, 4);
            disk.set_faults(&[Fault::Fail {
                operation: disk.operations() + operation,
                when,
            }]);
            let mut acknowledged = 4;
            for _ in 0..40 {
                let appended = log.append(&payload(acknowledged));
                match appended.and_then(|_| log.sync()) {
                    Ok(position) => acknowledged = position.records(),
                    Err(SegmentError::Disk(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            assert!(acknowledged >= 43);
            assert_holds(&log, acknowledged);
            assert_holds(&start(&disk.restart(), None).unwrap(), acknowledged);
        }
    }
}

#[test]
fn a_failure_that_cannot_be_undone_stops_the_log_until_it_is_opened_anew() {
    let disk = filled(4);
    let mut log = start(&disk, None).unwrap();
    let at = disk.operations();
    let fail = |operation| Fault::Fail {
        operation,
        when: Failure::Before,
    };
    disk.set_faults(&[fail(at + 1), fail(at + 2)]);
    log.append(&payload(4)).unwrap();
    assert!(matches!(log.sync(), Err(SegmentError::Disk(_))));
    assert!(matches!(log.append(&payload(4)), Err(SegmentError::Failed)));
    assert!(matches!(log.sync(), Err(SegmentError::Failed)));
    let mut log = start(&disk, Some(Bound::at_least(4))).unwrap();
    fill(&mut log, 3);
    assert_holds(&start(&disk.restart(), None).unwrap(), 7);
}

/// A log whose records differ from those of [`filled`] and are as long.
fn filled_otherwise(count: u64) -> MemoryDisk {
    let disk = MemoryDisk::new(1);
    let mut log = start(&disk, None).unwrap();
    for number in 0..count {
        let other: Vec<u8> = payload(number).iter().map(|byte| !byte).collect();
        log.append(&other).unwrap();
        log.sync().unwrap();
    }
    disk
}

#[test]
fn a_segment_of_another_history_is_refused_though_it_is_whole() {
    let (disk, other) = (filled(30), filled_otherwise(30));
    let name = disk.files()[1].0.clone();
    disk.overwrite(&name, &other.read(&name).unwrap());
    let refused = start(&disk, None);
    assert!(matches!(
        refused,
        Err(SegmentError::Damaged {
            offset: 0,
            flaw: Flaw::Chain,
            ..
        })
    ));
}

#[test]
fn a_record_of_another_history_is_refused_though_it_is_whole() {
    let (disk, other) = (filled(4), filled_otherwise(4));
    let short = filled(3).read(Path::new(FIRST)).unwrap().len();
    let mut bytes = disk.read(Path::new(FIRST)).unwrap();
    let foreign = other.read(Path::new(FIRST)).unwrap();
    bytes.splice(short.., foreign[short..].iter().copied());
    disk.overwrite(Path::new(FIRST), &bytes);
    let refused = start(&disk, Some(Bound::at_least(4)));
    assert!(matches!(
        refused,
        Err(SegmentError::Damaged {
            flaw: Flaw::Chain,
            ..
        })
    ));
}
