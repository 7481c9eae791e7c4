use super::*;
use crate::clock::Clock;
use ed25519_dalek::SigningKey;
use luyin_ledger::log::checkpoint::{
    Checkpoint, CheckpointSigner, SignedCheckpoint, WitnessSigner,
};
use luyin_ledger::log::merkle::{LogHash, TreeHead};
use luyin_ledger::log::witness::{AddCheckpoint, Refusal};
use luyin_protocol::time::Timestamp;
use std::path::Path;

const ORIGIN: &str = "luyin.example/log";

fn log() -> CheckpointSigner {
    CheckpointSigner::new(ORIGIN, SigningKey::from_bytes(&[1; 32])).unwrap()
}

fn witness() -> WitnessSigner {
    WitnessSigner::new("witness.example/one", SigningKey::from_bytes(&[7; 32])).unwrap()
}

fn open(data: &Path) -> Result<WitnessService, WitnessError> {
    let logs = Logs::from_texts(&[log().verifier().to_text()]).unwrap();
    let clock = Clock::settable_at(Timestamp::new(1_795_399_200_000));
    WitnessService::open(data, witness(), &logs, clock)
}

fn signed(origin: &str, entry: &[u8]) -> SignedCheckpoint {
    let head = TreeHead::new(1, LogHash::leaf(entry));
    let signer = CheckpointSigner::new(origin, SigningKey::from_bytes(&[1; 32])).unwrap();
    let checkpoint = Checkpoint::new(origin, head, vec![]).unwrap();
    SignedCheckpoint::sign(checkpoint, &[&signer]).unwrap()
}

fn first(entry: &[u8]) -> AddCheckpoint {
    AddCheckpoint::new(0, vec![], signed(ORIGIN, entry).note()).unwrap()
}

#[test]
fn what_was_cosigned_is_remembered_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let service = open(dir.path()).unwrap();
    let line = service.add_checkpoint(&first(b"a")).unwrap();
    let keys = [witness().verifier().unwrap()];
    let cosigned = signed(ORIGIN, b"a").joined_by(&line, &keys);
    assert_eq!(cosigned.cosignatures()[0].time, 1_795_399_200);
    drop(service);
    let service = open(dir.path()).unwrap();
    assert_eq!(service.card().unwrap().logs[0].size, 1);
    assert!(matches!(
        service.add_checkpoint(&first(b"a")),
        Err(WitnessError::Refused(Refusal::OtherOld { known: 1 }))
    ));
}

#[test]
fn a_split_view_is_kept_with_both_signed_notes() {
    let dir = tempfile::tempdir().unwrap();
    let service = open(dir.path()).unwrap();
    service.add_checkpoint(&first(b"a")).unwrap();
    for _ in 0..2 {
        assert!(matches!(
            service.add_checkpoint(&first(b"b")),
            Err(WitnessError::Refused(Refusal::SplitView { size: 1, .. }))
        ));
    }
    let card = service.card().unwrap();
    let [split] = &card.split_views[..] else {
        panic!("{:?}", card.split_views)
    };
    // Whoever knows the log's key can check both.
    let keys = [log().verifier()];
    let roots = [&split.cosigned, &split.other].map(|note| {
        let signed = SignedCheckpoint::verify(note.as_bytes(), &keys).unwrap();
        signed.checkpoint().root()
    });
    assert_eq!(roots, [LogHash::leaf(b"a"), LogHash::leaf(b"b")]);
    assert!(service.figures().unwrap().contains("split_views 1\n"));
}

#[test]
fn a_log_that_nobody_named_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let service = open(dir.path()).unwrap();
    let note = signed("luyin.example/other", b"a");
    let request = AddCheckpoint::new(0, vec![], note.note()).unwrap();
    assert!(matches!(
        service.add_checkpoint(&request),
        Err(WitnessError::UnknownLog)
    ));
    assert!(matches!(
        service.checkpoint("0"),
        Err(WitnessError::UnknownLog)
    ));
    assert!(matches!(Logs::from_texts(&[]), Err(LogsError::None)));
    let bad = Logs::from_texts(&["luyin.example/log+0+AA==".to_owned()]);
    assert!(matches!(bad, Err(LogsError::Key { .. })));
}

#[test]
fn a_damaged_record_is_never_taken_for_none() {
    let dir = tempfile::tempdir().unwrap();
    let service = open(dir.path()).unwrap();
    service.add_checkpoint(&first(b"a")).unwrap();
    drop(service);
    let file = std::fs::read_dir(dir.path().join("logs")).unwrap().next();
    let path = file.unwrap().unwrap().path();
    let good = std::fs::read(&path).unwrap();
    for at in [0, good.len() / 2, good.len() - 3] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert!(matches!(
            open(dir.path()),
            Err(WitnessError::Record(RecordError::Damaged { .. }))
        ));
    }
    std::fs::write(&path, []).unwrap();
    assert!(open(dir.path()).is_err());
}

#[test]
fn two_processes_cannot_be_one_witness() {
    let dir = tempfile::tempdir().unwrap();
    let _first = open(dir.path()).unwrap();
    assert!(matches!(open(dir.path()), Err(WitnessError::Held(_))));
}

#[test]
fn a_hundred_requests_at_once_get_one_history() {
    let dir = tempfile::tempdir().unwrap();
    let service = open(dir.path()).unwrap();
    let cosigned: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..100u8)
            .map(|n| {
                let service = &service;
                scope.spawn(move || usize::from(service.add_checkpoint(&first(&[n])).is_ok()))
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(cosigned, 1);
}
