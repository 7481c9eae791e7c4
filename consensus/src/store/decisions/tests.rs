use super::*;
use crate::ValueId;
use crate::signer::tests::key;
use luyin_ledger::log::disk::{MemoryDisk, RealDisk};
use luyin_protocol::signature::Signature;
use malachitebft_core_types::{CommitSignature, Round};

const NETWORK: NetworkId = NetworkId::from_bytes([3; 32]);

fn set(keys: std::ops::Range<u8>) -> Validators {
    Validators::new(keys.map(|n| key(n).public()).collect()).unwrap()
}

fn certificate(height: u64) -> CommitCertificate<Consortium> {
    CommitCertificate {
        height: Height::new(height),
        round: Round::new(1),
        value_id: ValueId::of(&height.to_be_bytes()),
        commit_signatures: (0..3)
            .map(|n| {
                CommitSignature::new(
                    crate::Address::of(key(n).public()),
                    Signature::from_bytes([n; 64]),
                )
            })
            .collect(),
    }
}

fn filled(disk: &Arc<dyn Disk>, heights: u64) -> Decisions {
    let mut decisions = Decisions::create(Arc::clone(disk), NETWORK, set(0..4)).unwrap();
    for height in 1..=heights {
        decisions.certify(&certificate(height)).unwrap();
        decisions.applied(height * 10, &set(0..4)).unwrap();
    }
    decisions
}

fn open(disk: &Arc<dyn Disk>) -> Result<Option<Decisions>, DecisionError> {
    Decisions::open(Arc::clone(disk), NETWORK, &set(0..1))
}

#[test]
fn what_was_decided_is_there_after_opening_again() {
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::default());
    assert!(open(&disk).unwrap().is_none());
    filled(&disk, 9);
    let decisions = open(&disk).unwrap().unwrap();
    assert_eq!(decisions.tip(), Height::new(9));
    assert_eq!(decisions.certified(), None);
    assert_eq!(*decisions.validators(), set(0..4));
    let found = decisions.from(Height::new(4), 3).unwrap();
    let expected: Vec<_> = (4..7)
        .map(|height| Decision {
            certificate: certificate(height),
            mark: height * 10,
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(decisions.from(Height::new(9), 8).unwrap().len(), 1);
    assert_eq!(decisions.from(Height::new(10), 8).unwrap(), []);
    assert_eq!(decisions.from(Height::ZERO, 8).unwrap(), []);
}

#[test]
fn a_certificate_without_an_answer_is_told_after_opening_again() {
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::default());
    let mut decisions = filled(&disk, 2);
    decisions.certify(&certificate(3)).unwrap();
    let mut decisions = open(&disk).unwrap().unwrap();
    assert_eq!(decisions.tip(), Height::new(2));
    assert_eq!(decisions.certified(), Some(&certificate(3)));
    assert_eq!(decisions.from(Height::new(3), 1).unwrap(), []);
    decisions.applied(30, &set(0..4)).unwrap();
    assert_eq!(decisions.tip(), Height::new(3));
}

#[test]
fn a_new_set_of_validators_is_found_from_any_later_height() {
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::default());
    let mut decisions = filled(&disk, 2);
    for (height, next) in [(3, 0..4), (4, 0..5), (5, 0..5), (6, 0..5)] {
        decisions.certify(&certificate(height)).unwrap();
        decisions.applied(0, &set(next)).unwrap();
        let opened = open(&disk).unwrap().unwrap();
        assert_eq!(opened.validators(), decisions.validators());
    }
    assert_eq!(decisions.validators().count(), 5);
}

#[test]
fn decisions_come_in_order() {
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::default());
    let mut decisions = filled(&disk, 2);
    for wrong in [1, 2, 4] {
        assert!(matches!(
            decisions.certify(&certificate(wrong)),
            Err(DecisionError::Order { .. })
        ));
    }
    assert!(decisions.applied(0, &set(0..4)).is_err());
    decisions.certify(&certificate(3)).unwrap();
    assert!(decisions.certify(&certificate(3)).is_err());
}

/// The file of a log of three heights, and where it lies.
fn written() -> (tempfile::TempDir, std::path::PathBuf, Vec<u8>) {
    let root = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(root.path()).unwrap());
    filled(&disk, 3);
    let file = root.path().join("segments").join(format!("{:020}.seg", 0));
    let bytes = std::fs::read(&file).unwrap();
    (root, file, bytes)
}

#[test]
fn a_log_cut_anywhere_opens_with_what_was_whole() {
    let (root, file, bytes) = written();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(root.path()).unwrap());
    let mut tips = std::collections::BTreeSet::new();
    for length in (88..bytes.len()).step_by(7) {
        std::fs::write(&file, &bytes[..length]).unwrap();
        tips.insert(open(&disk).unwrap().unwrap().tip().get());
    }
    assert_eq!(tips.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_flipped_bit_before_the_last_record_is_refused_by_name() {
    let (root, file, bytes) = written();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(root.path()).unwrap());
    for at in (88..bytes.len() - 400).step_by(13) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        std::fs::write(&file, flipped).unwrap();
        let refusal = open(&disk).unwrap_err().to_string();
        assert!(refusal.contains(".seg"), "at {at}: {refusal}");
    }
}
