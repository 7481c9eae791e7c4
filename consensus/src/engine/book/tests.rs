//! A crash at every operation on the disk.

use super::*;
use crate::Address;
use crate::engine::tests::network::{NETWORK, validators};
use crate::engine::tests::toy::{BAD, Memory, Toy};
use crate::signer::tests::key;
use luyin_ledger::log::disk::{Disk, Failure, Fault as DiskFault, MemoryDisk};
use std::sync::Arc;

const HEIGHTS: u64 = 3;

fn open(disk: &MemoryDisk, memory: &Arc<Memory>) -> Result<Book<Toy>, BookError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let first = validators(4);
    let decisions = match Decisions::open(Arc::clone(&disk), NETWORK, &first)? {
        Some(decisions) => decisions,
        None => Decisions::create(Arc::clone(&disk), NETWORK, first)?,
    };
    let bodies = Bodies::open(disk)?;
    Ok(Book::new(Toy(Arc::clone(memory)), bodies, decisions, 1000))
}

/// Height 2 decides the empty body, the others one of their own.
fn body(height: u64) -> Vec<u8> {
    match height {
        2 => Vec::new(),
        height => format!("body of {height}").into_bytes(),
    }
}

fn arrived(height: u64, body: &[u8]) -> Arrived {
    let seen = Seen {
        height: Height::new(height),
        round: Round::ZERO,
        proposer: Address::of(key(1).public()),
        value: ValueId::of(body),
        seal: None,
    };
    let body = body.to_vec();
    Arrived { seen, body }
}

fn certificate(height: u64, body: &[u8]) -> CommitCertificate<Consortium> {
    CommitCertificate {
        height: Height::new(height),
        round: Round::ZERO,
        value_id: ValueId::of(body),
        commit_signatures: Vec::new(),
    }
}

/// Opens, recovers, and decides what is missing.
fn live(disk: &MemoryDisk, memory: &Arc<Memory>) -> Result<Book<Toy>, BookError> {
    let mut book = open(disk, memory)?;
    assert_eq!(book.recover()?, Recovered::Whole, "a decided body is kept");
    for height in book.tip().next().get()..=HEIGHTS {
        let body = body(height);
        book.judge(&arrived(height, &body))?;
        book.decide(&certificate(height, &body))?;
    }
    Ok(book)
}

fn is_whole(book: &Book<Toy>, memory: &Memory) {
    assert_eq!(book.tip(), Height::new(HEIGHTS));
    assert_eq!(memory.with(|state| state.height), Height::new(HEIGHTS));
    assert_eq!(
        memory.with(|state| state.bodies.clone()),
        [body(1), body(3)]
    );
    let values = book
        .decided_values(Height::FIRST, Height::new(9), 16)
        .unwrap();
    let served: Vec<_> = values.iter().map(|v| v.value_bytes.to_vec()).collect();
    assert_eq!(served, [body(1), body(2), body(3)]);
    assert_eq!(book.held().unwrap(), [], "what is applied is not kept");
}

#[test]
fn a_crash_at_any_operation_loses_nothing_and_applies_nothing_twice() {
    let clean = MemoryDisk::new(1);
    let memory = Memory::new(validators(4));
    is_whole(&live(&clean, &memory).unwrap(), &memory);

    let mut crashes = 0;
    for operation in 0..clean.operations() {
        for fault in [
            DiskFault::Fail {
                operation,
                when: Failure::Before,
            },
            DiskFault::Fail {
                operation,
                when: Failure::After,
            },
            DiskFault::PowerCut { operation },
        ] {
            let disk = MemoryDisk::new(operation);
            let memory = Memory::new(validators(4));
            disk.set_faults(&[fault]);
            // A disk that undoes its failure may let the life go on; then there is nothing to recover.
            crashes += u32::from(live(&disk, &memory).is_err());
            let after = match operation % 2 {
                0 => disk.restart(),
                _ => disk.kill(),
            };
            is_whole(&live(&after, &memory).unwrap(), &memory);
        }
    }
    assert!(u64::from(crashes) > 2 * clean.operations());
}

#[test]
fn a_body_that_is_lost_is_told_and_can_come_from_others() {
    let disk = MemoryDisk::new(1);
    let memory = Memory::new(validators(4));
    let mut book = open(&disk, &memory).unwrap();
    let lost = book.decide(&certificate(1, b"never came"));
    assert!(matches!(lost, Err(BookError::BodyLost(height)) if height == Height::FIRST));
    book.judge(&arrived(1, b"never came")).unwrap();
    book.decide(&certificate(1, b"never came")).unwrap();
}

#[test]
fn the_engine_cannot_decide_out_of_turn() {
    let disk = MemoryDisk::new(1);
    let memory = Memory::new(validators(4));
    let mut book = live(&disk, &memory).unwrap();
    let ahead = book.decide(&certificate(HEIGHTS + 2, b"x"));
    assert!(matches!(ahead, Err(BookError::OutOfTurn { .. })));
    book.decide(&certificate(1, &body(1))).unwrap();
    assert_eq!(book.tip(), Height::new(HEIGHTS), "a past one is no news");
}

#[test]
fn a_body_that_is_not_valid_or_too_long_is_not_kept() {
    let disk = MemoryDisk::new(1);
    let memory = Memory::new(validators(4));
    let mut book = open(&disk, &memory).unwrap();
    for body in [BAD, &[1; 1001]] {
        let value = book.judge(&arrived(1, body)).unwrap();
        assert_eq!(value.validity, Validity::Invalid);
    }
    assert_eq!(book.held().unwrap(), []);
}

#[test]
fn an_answer_to_a_late_node_is_bounded_in_bytes_and_in_heights() {
    let disk = MemoryDisk::new(1);
    let memory = Memory::new(validators(4));
    let mut book = open(&disk, &memory).unwrap();
    for height in 1..=6u8 {
        let body = [height; 400];
        book.judge(&arrived(height.into(), &body)).unwrap();
        book.decide(&certificate(height.into(), &body)).unwrap();
    }
    let count = |start, end, limit| {
        let range = (Height::new(start), Height::new(end));
        book.decided_values(range.0, range.1, limit).unwrap().len()
    };
    assert_eq!(count(1, 6, 16), 2, "two of 400 bytes fit into 1000");
    assert_eq!(count(1, 6, 1), 1);
    assert_eq!(count(6, u64::MAX, 16), 1);
    assert_eq!(count(5, 4, 16), 0);
}
