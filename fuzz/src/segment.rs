//! Segment files: what a node finds on its disk when it starts.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_ledger::log::disk::{Disk as _, MemoryDisk};
use luyin_ledger::log::segment::{SegmentError, SegmentLog, Settings};
use std::path::Path;
use std::sync::Arc;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "zeros at the end are taken for space set aside",
    seeds,
};

const FILE: &str = "segments/00000000000000000000.seg";

/// A disk that holds one segment file.
fn disk_with(data: &[u8]) -> MemoryDisk {
    let disk = MemoryDisk::new(1);
    disk.make_dir(Path::new("segments"))
        .expect("a directory in memory");
    disk.overwrite(Path::new(FILE), data);
    disk
}

fn open(disk: &MemoryDisk) -> Result<SegmentLog, SegmentError> {
    SegmentLog::open(
        Arc::new(disk.clone()),
        Settings::new(sample::network()),
        None,
    )
}

/// What is kept is the file's own beginning, what was cut off is its end, every record reads, and a second start finds the
/// same and nothing to cut.
fn law(data: &[u8], disk: &MemoryDisk) -> Outcome {
    let log = match open(disk) {
        Err(error) => return law::refused(error),
        Ok(log) => log,
    };
    let kept = disk.read(Path::new(FILE)).expect("the file is there");
    match log.torn() {
        // A header that was never finished is written anew.
        Some(torn) if torn.offset() == 0 => assert_eq!(torn.bytes(), size(data)),
        torn => {
            assert!(data.starts_with(&kept), "the log was rewritten");
            let cut = torn.map_or(0, |torn| torn.bytes());
            assert_eq!(
                size(&kept) + cut,
                size(data),
                "bytes that are neither kept nor cut off"
            );
        }
    }
    let read = log.reader().records(0).collect::<Result<Vec<_>, _>>();
    let records = read.expect("what is in the log can be read").len();
    assert_eq!(u64::try_from(records), Ok(log.position().records()));
    let again = open(disk).expect("what was opened opens again");
    assert!(again.torn().is_none() && again.position() == log.position());
    Outcome::Accepted
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("lengths fit")
}

/// What is kept is the file's own beginning, what was cut off is its end.
pub fn check(data: &[u8]) -> Outcome {
    law(data, &disk_with(data))
}

fn planted(data: &[u8]) -> Outcome {
    let end = data
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    law(data, &disk_with(data.get(..end).unwrap_or_default()))
}

/// The file of a log of these batches.
fn written(batches: &[&[&[u8]]]) -> Vec<u8> {
    let disk = MemoryDisk::new(1);
    let settings = Settings::new(sample::network());
    let mut log = SegmentLog::create(Arc::new(disk.clone()), settings).expect("an empty disk");
    for batch in batches {
        for record in *batch {
            log.append(record).expect("a record");
        }
        log.sync().expect("a disk without faults");
    }
    disk.read(Path::new(FILE)).expect("the file is there")
}

fn seeds() -> Vec<Seed> {
    let whole = written(&[&[b"first"], &[b"second", b"third"]]);
    let torn = whole
        .split_last()
        .map_or(Vec::new(), |(_, front)| front.to_vec());
    vec![
        ("begun", written(&[])),
        ("three-records", whole),
        ("torn", torn),
        ("not-of-this-format", b"LUYINSEG\0\x02".repeat(10)),
    ]
}
