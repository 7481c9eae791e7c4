use super::*;
use crate::log::disk::{Disk, Failure, Fault, MemoryDisk};
use crate::log::segment::{SegmentLog, Settings};
use crate::log::tiles::{TileReader, TileWriter};
use ed25519_dalek::SigningKey;
use luyin_protocol::signature::NetworkId;
use std::path::Path;
use std::sync::Arc;

const ORIGIN: &str = "luyin.example/log";

fn signer(name: &str, seed: u8) -> CheckpointSigner {
    CheckpointSigner::new(name, SigningKey::from_bytes(&[seed; 32])).unwrap()
}

fn head(size: u64) -> TreeHead {
    TreeHead::new(size, LogHash::leaf(b"x"))
}

fn checkpoint() -> Checkpoint {
    let lines = ["block 7", "note 00ff"].map(str::to_owned);
    Checkpoint::new(ORIGIN, head(42), lines.to_vec()).unwrap()
}

#[test]
fn the_text_is_that_of_the_standard_and_comes_back() {
    let text = checkpoint().to_text();
    let root = STANDARD.encode(LogHash::leaf(b"x").as_bytes());
    assert_eq!(text, format!("{ORIGIN}\n42\n{root}\nblock 7\nnote 00ff\n"));
    let read = Checkpoint::from_text(text.as_bytes()).unwrap();
    assert_eq!(read, checkpoint());
    assert_eq!(read.extension("note"), Some("00ff"));
    assert_eq!(read.extension("other"), None);
    let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
    assert_eq!((theirs.origin(), theirs.size()), (ORIGIN, 42));
    assert_eq!(theirs.extension(), "block 7\nnote 00ff\n");
    assert_eq!(theirs.to_bytes(), text.as_bytes());
}

#[test]
fn texts_in_any_other_form_are_refused() {
    let good = checkpoint().to_text();
    let root = STANDARD.encode(LogHash::leaf(b"x").as_bytes());
    for bad in [
        String::new(),
        "\n".to_owned(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!("\n{good}"),
        good.replace("\n42\n", "\n042\n"),
        good.replace("\n42\n", "\n+42\n"),
        good.replace("\n42\n", "\n-1\n"),
        good.replace("\n42\n", "\n18446744073709551616\n"),
        good.replace("\n42\n", "\r\n42\n"),
        good.replace("luyin.example", "luyin example"),
        good.replace("luyin.example", "luyin+example"),
        good.replace('=', ""),
        good.replace(&root, &root[4..]),
        good.replace("=\n", "==\n"),
        good.replace("block 7", "block"),
        good.replace("block 7", " 7"),
        good.replace("block 7", "note 7"),
        good.replace("block 7", "block 7\t"),
        good.replace("block 7\n", "\n"),
    ] {
        assert!(Checkpoint::from_text(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert!(Checkpoint::from_text(&[0xff, b'\n']).is_err());
    assert!(Checkpoint::from_text(&vec![b'a'; MAX_TEXT + 1]).is_err());
    let long = vec![format!("k {}", "v".repeat(MAX_TEXT))];
    assert_eq!(
        Checkpoint::new(ORIGIN, head(1), long),
        Err(CheckpointError::Text)
    );
}

#[test]
fn a_note_with_several_signatures_verifies_under_each_key_and_under_all() {
    let (a, b, other) = (signer(ORIGIN, 1), signer("witness", 2), signer("other", 3));
    let signed = SignedCheckpoint::sign(checkpoint(), &[&a, &b]).unwrap();
    for keys in [vec![&a], vec![&b], vec![&a, &b], vec![&other, &b]] {
        let keys: Vec<VerifierKey> = keys.into_iter().map(|key| key.verifier()).collect();
        let read = SignedCheckpoint::verify(signed.note(), &keys).unwrap();
        assert_eq!(read.checkpoint(), &checkpoint());
        let known = keys.iter().filter(|key| key.name() != "other").count();
        assert_eq!(read.signers().len(), known);
    }
    assert!(SignedCheckpoint::verify(signed.note(), &[other.verifier()]).is_err());
    assert!(SignedCheckpoint::verify(signed.note(), &[]).is_err());
    assert!(matches!(
        SignedCheckpoint::sign(checkpoint(), &[]),
        Err(SignError::NoSigner)
    ));
}

#[test]
fn the_library_of_the_note_format_verifies_our_signature() {
    let a = signer(ORIGIN, 1);
    let signed = SignedCheckpoint::sign(checkpoint(), &[&a]).unwrap();
    let note = signed_note::Note::from_bytes(signed.note()).unwrap();
    let theirs = signed_note::StandardVerifier::new(&a.verifier().to_text()).unwrap();
    let list = signed_note::VerifierList::new(vec![Box::new(theirs)]);
    assert_eq!(note.verify(&list).unwrap().0.len(), 1);
}

#[test]
fn every_flipped_bit_of_a_signed_checkpoint_is_found() {
    let a = signer(ORIGIN, 1);
    let signed = SignedCheckpoint::sign(checkpoint(), &[&a]).unwrap();
    for bit in 0..signed.note().len() * 8 {
        let mut bytes = signed.note().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(
            SignedCheckpoint::verify(&bytes, &[a.verifier()]).is_err(),
            "{bit}"
        );
    }
    let longer = [signed.note(), b"\n"].concat();
    assert!(SignedCheckpoint::verify(&longer, &[a.verifier()]).is_err());
}

#[test]
fn another_key_of_the_same_name_is_not_taken_for_the_known_one() {
    let signed = SignedCheckpoint::sign(checkpoint(), &[&signer(ORIGIN, 9)]).unwrap();
    let refused = SignedCheckpoint::verify(signed.note(), &[signer(ORIGIN, 1).verifier()]);
    assert!(matches!(refused, Err(VerifyError::Note(_))));
}

#[test]
fn a_wrong_signature_of_a_known_key_refuses_the_whole_note() {
    let (a, b) = (signer(ORIGIN, 1), signer("witness", 2));
    let good = SignedCheckpoint::sign(checkpoint(), &[&a, &b]).unwrap();
    let other = Checkpoint::new(ORIGIN, head(43), Vec::new()).unwrap();
    let stray = SignedCheckpoint::sign(other, &[&b]).unwrap();
    let line = |note: &[u8]| {
        let text = String::from_utf8(note.to_vec()).unwrap();
        text.lines().last().unwrap().to_owned()
    };
    let note = String::from_utf8(good.note().to_vec()).unwrap();
    let forged = note.replace(&line(good.note()), &line(stray.note()));
    let keys = [a.verifier(), b.verifier()];
    assert!(SignedCheckpoint::verify(forged.as_bytes(), &keys).is_err());
    assert!(SignedCheckpoint::verify(forged.as_bytes(), &keys[..1]).is_ok());
}

#[test]
fn names_that_break_the_note_format_are_refused() {
    for name in ["", "a b", "a+b", "a\nb", "a\u{7f}"] {
        let key = SigningKey::from_bytes(&[1; 32]);
        assert!(
            matches!(CheckpointSigner::new(name, key), Err(SignError::Name)),
            "{name:?}"
        );
    }
}

#[test]
fn the_segment_line_binds_the_segment_log() {
    let settings = Settings::new(NetworkId::from_bytes([7; 32]));
    let disk = Arc::new(MemoryDisk::new(1));
    let mut log = SegmentLog::create(disk.clone(), settings.clone()).unwrap();
    log.append(b"block").unwrap();
    let line = segment_line(&log.sync().unwrap());
    let bound = |line: String| {
        Checkpoint::new(ORIGIN, head(1), vec![line])
            .unwrap()
            .bound()
    };
    let found = bound(line.clone()).unwrap().unwrap();
    assert!(SegmentLog::open(disk.clone(), settings.clone(), Some(found)).is_ok());
    let more = bound(line.replace(" 1 ", " 2 ")).unwrap();
    assert!(SegmentLog::open(disk, settings, more).is_err());
    assert!(bound(line.replace(" 1 ", " 01 ")).is_err());
    assert!(bound(line.replace('=', "")).is_err());
    assert_eq!(checkpoint().bound(), Ok(None));
}

/// A node that publishes over a simulated disk.
struct Node {
    tiles: TileWriter,
    publisher: Publisher,
}

impl Node {
    fn open(disk: &MemoryDisk) -> Self {
        let disk = Arc::new(disk.clone());
        let key = signer(ORIGIN, 1).verifier();
        let publisher = Publisher::open(disk.clone(), "log", &[key]).unwrap();
        let tiles = match publisher.published() {
            None => TileWriter::new(disk, "log"),
            Some(old) => TileWriter::open(disk, "log", old.checkpoint().head()).unwrap(),
        };
        Self { tiles, publisher }
    }

    fn publish(&mut self, count: u64) -> Result<TreeHead, PublishError> {
        for _ in 0..count {
            let next = self.tiles.head().size();
            self.tiles.append(&next.to_be_bytes()).unwrap();
        }
        let sign = |head| {
            let checkpoint = Checkpoint::new(ORIGIN, head, Vec::new()).unwrap();
            SignedCheckpoint::sign(checkpoint, &[&signer(ORIGIN, 1)])
        };
        let published = self.publisher.publish(&mut self.tiles, sign)?;
        Ok(*published.checkpoint().head())
    }
}

fn published(disk: &MemoryDisk) -> TreeHead {
    let node = Node::open(disk);
    let head = *node.publisher.published().unwrap().checkpoint().head();
    let tiles = TileReader::new(Arc::new(disk.clone()), "log", head.size());
    tiles.check(0, &head).unwrap();
    head
}

#[test]
fn every_step_failing_before_and_after_it_persists_leaves_the_old_or_the_new_checkpoint() {
    let disk = MemoryDisk::new(5);
    let old = Node::open(&disk).publish(250).unwrap();
    let start = disk.operations();
    let new = Node::open(&disk.fork()).publish(20).unwrap();
    let mut node = Node::open(&disk.fork());
    let steps = {
        let disk = disk.fork();
        let before = disk.operations();
        Node::open(&disk).publish(20).unwrap();
        disk.operations() - before
    };
    assert_eq!(node.publish(20).unwrap(), new);
    assert!(steps > 20);
    for operation in start..start + steps {
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
            let mut node = Node::open(&disk);
            disk.set_faults(&[fault]);
            assert!(node.publish(20).is_err(), "{fault:?}");
            for after in [disk.restart(), disk.kill()] {
                let found = published(&after);
                assert!(found == old || found == new, "{fault:?}");
                let missing = 270 - found.size();
                assert_eq!(Node::open(&after).publish(missing).unwrap(), new);
                assert_eq!(published(&after.restart()), new);
            }
            if !matches!(fault, Fault::PowerCut { .. }) {
                assert_eq!(node.publish(0).unwrap(), new, "{fault:?}");
                assert_eq!(published(&disk.restart()), new);
            }
        }
    }
}

#[test]
fn nothing_is_signed_over_a_damaged_tile() {
    let disk = MemoryDisk::new(1);
    let mut node = Node::open(&disk);
    let old = node.publish(300).unwrap();
    for path in [
        "log/tile/entries/001.p/44",
        "log/tile/0/001.p/44",
        "log/tile/1/000.p/1",
    ] {
        let disk = disk.fork();
        let mut node = Node::open(&disk);
        let path = Path::new(path);
        let mut bytes = disk.read(path).unwrap();
        bytes[20] ^= 1;
        disk.overwrite(path, &bytes);
        assert!(
            matches!(node.publish(0), Err(PublishError::Tiles(_))),
            "{path:?}"
        );
        let kept = Publisher::open(Arc::new(disk), "log", &[signer(ORIGIN, 1).verifier()]);
        assert_eq!(*kept.unwrap().published().unwrap().checkpoint().head(), old);
    }
}

#[test]
fn a_log_that_does_not_extend_the_published_one_is_not_signed() {
    let disk = MemoryDisk::new(1);
    let mut node = Node::open(&disk);
    node.publish(10).unwrap();
    node.tiles = TileWriter::new(Arc::new(disk.clone()), "other");
    assert!(matches!(
        node.publish(5),
        Err(PublishError::Inconsistent(_))
    ));
    node.tiles = TileWriter::new(Arc::new(disk.clone()), "third");
    for entry in 0..12u8 {
        node.tiles.append(&[entry, 9]).unwrap();
    }
    assert!(matches!(
        node.publish(0),
        Err(PublishError::Inconsistent(_))
    ));
}

#[test]
fn a_signature_over_another_tree_and_a_damaged_checkpoint_are_refused() {
    let disk = MemoryDisk::new(1);
    let mut node = Node::open(&disk);
    node.publish(3).unwrap();
    let stale = node.publisher.published().unwrap().clone();
    node.tiles.append(b"more").unwrap();
    let refused = node
        .publisher
        .publish(&mut node.tiles, |_| Ok::<_, SignError>(stale));
    assert!(matches!(refused, Err(PublishError::OtherTree)));
    disk.overwrite(Path::new("log/checkpoint"), b"");
    let keys = [signer(ORIGIN, 1).verifier()];
    let opened = Publisher::open(Arc::new(disk), "log", &keys);
    assert!(matches!(opened, Err(PublishError::Damaged(_))));
}
