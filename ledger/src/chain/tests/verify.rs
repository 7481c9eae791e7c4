use super::{copy, lived_in};
use crate::chain::{
    Block, BlockError, Chain, ChainError, Fault, Finding, PUBLIC_DIR, Progress, Verified, block,
    verify_log,
};
use crate::log::checkpoint::{Checkpoint, CheckpointSigner, SignedCheckpoint};
use crate::log::disk::{Disk, MemoryDisk};
use crate::log::merkle::EntryIndex;
use crate::log::segment::{SegmentLog, Settings};
use crate::state::keys;
use crate::tx::tests::world::*;
use crate::tx::{AlreadyJudged, Refusal, Statement};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::Tx;
use std::path::Path;
use std::sync::Arc;

fn verified(disk: &MemoryDisk) -> Result<Verified, Box<Fault>> {
    verify_log(Arc::new(disk.clone()), genesis(), &DigestProofs, |_| ())
}

#[test]
fn a_sound_log_verifies_from_its_files_alone_and_stays_as_it_was() {
    let world = lived_in();
    let disk = world.disk.fork();
    let before = disk.operations();
    let mut steps: Vec<Progress> = Vec::new();
    let found = verify_log(Arc::new(disk.clone()), genesis(), &DigestProofs, |p| {
        steps.push(p)
    });
    let found = found.unwrap();
    assert_eq!(found.head, world.chain.head());
    assert_eq!(found.signed, found.head.size());
    assert_eq!(found.blocks, world.chain.position().records());
    assert_eq!(
        steps.last().map(|p| (p.records, p.entries)),
        Some((found.blocks, found.signed))
    );
    assert_eq!(disk.operations(), before, "something was written");
}

#[test]
fn a_flipped_bit_in_any_file_that_the_checkpoint_needs_is_found() {
    let world = lived_in();
    let size = world.chain.head().size();
    let state = world.chain.state();
    let notes = state.get(&keys::note_files()).unwrap().unwrap().notes;
    let needed = [
        "segments/00000000000000000000.seg".to_owned(),
        format!("{PUBLIC_DIR}/checkpoint"),
        format!("{PUBLIC_DIR}/tile/0/000.p/{size}"),
        format!("{PUBLIC_DIR}/tile/entries/000.p/{size}"),
        format!("{PUBLIC_DIR}/note/0/000.p/{notes}"),
        format!("{PUBLIC_DIR}/att/20000/0/000.p/2"),
    ];
    for name in needed {
        let path = Path::new(&name);
        let whole = world.disk.read(path).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 11 + 1) {
            let disk = world.disk.fork();
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            disk.overwrite(path, &bytes);
            let found = verified(&disk).expect_err(&name);
            // Hashes and entries that disagree are told by the entries' file.
            let told = name.replace("tile/0/", "tile/entries/");
            let named = [&name, &told].iter().any(|n| n.contains(&found.file));
            assert!(named, "{name} at {at}: {found}");
        }
    }
}

#[test]
fn a_proof_that_does_not_hold_is_named_with_file_offset_and_entry() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    // A node that looks at no proof.
    let mut lax = parts(&world.disk, &copy(&world.store));
    lax.verifier = Arc::new(AlreadyJudged);
    let mut chain = Chain::open(lax).unwrap();
    let bad = Tx::CheckIn(world.checkin(epoch));
    let good = world.proved_checkin(epoch);
    let proposal = chain.propose(world.now, vec![good, bad]).unwrap();
    let receipt = chain.commit(proposal).unwrap();
    chain.publish().unwrap();

    let found = verified(&world.disk).unwrap_err();
    assert_eq!(found.entry, Some(receipt.entries[1]));
    assert_eq!(found.file, "00000000000000000000.seg");
    let Finding::Chain(ChainError::Block { source, .. }) = &found.finding else {
        panic!("{found}")
    };
    let refusal = Refusal::ProofRejected(Statement::CheckIn);
    assert_eq!(*source, BlockError::Transaction { place: 1, refusal });
    let segment = world
        .disk
        .read(Path::new("segments/00000000000000000000.seg"))
        .unwrap();
    let record = chain
        .segments
        .reader()
        .records(receipt.height.get())
        .next()
        .unwrap()
        .unwrap();
    let start = usize::try_from(found.offset.unwrap()).unwrap() + 56;
    assert_eq!(
        &segment[start..start + record.payload().len()],
        record.payload()
    );
}

/// Appends a block to the log behind the node's back and leaves the checkpoint as it is.
fn smuggle(disk: &MemoryDisk, change: impl FnOnce(&mut Block)) -> u64 {
    let network = genesis().id();
    let settings = Settings::new(network);
    let mut log = SegmentLog::open(Arc::new(disk.clone()), settings, None).unwrap();
    let records: Vec<_> = log.reader().records(1).map(Result::unwrap).collect();
    let mut block = Block::from_record(records.last().unwrap().payload()).unwrap();
    block.header.height += 1;
    block.transactions.clear();
    block.header.transactions = 0;
    change(&mut block);
    log.append(&block::record(&block.entries())).unwrap();
    log.sync().unwrap();
    block.header.height
}

#[test]
fn a_header_that_names_other_roots_is_found_at_its_entry() {
    let world = lived_in();
    let size = world.chain.head().size();
    let roots = {
        let tip = world.chain.state().tip().unwrap().unwrap();
        tip.roots()
    };
    let disk = world.disk.fork();
    smuggle(&disk, |block| block.header.before = roots);
    assert_eq!(verified(&disk).unwrap().head.size(), size + 1);
    let disk = world.disk.fork();
    smuggle(&disk, |block| {
        block.header.before = roots;
        block.header.before.notes = Sha256Hash::of(b"other");
    });
    let found = verified(&disk).unwrap_err();
    assert_eq!(found.entry, Some(EntryIndex::new(size)));
    let Finding::Chain(ChainError::Block { source, .. }) = &found.finding else {
        panic!("{found}")
    };
    assert_eq!(*source, BlockError::Before);
}

#[test]
fn a_checkpoint_signed_over_anything_else_is_found() {
    let world = lived_in();
    let path = Path::new(PUBLIC_DIR).join("checkpoint");
    let text = world.chain.checkpoint().unwrap().checkpoint().clone();
    let key = CheckpointSigner::new(text.origin(), key(NODE)).unwrap();
    for line in 1..text.extensions().len() {
        let mut lines = text.extensions().to_vec();
        lines[line].push('1');
        let forged = Checkpoint::new(text.origin(), *text.head(), lines).unwrap();
        assert_ne!(forged, text);
        let disk = world.disk.fork();
        let signed = SignedCheckpoint::sign(forged, &[&key]).unwrap();
        disk.overwrite(&path, signed.note());
        let found = verified(&disk).unwrap_err();
        assert!(
            matches!(found.finding, Finding::Checkpoint),
            "{line}: {found}"
        );
    }
    let disk = world.disk.fork();
    disk.remove(&path).unwrap();
    assert!(matches!(
        verified(&disk).unwrap_err().finding,
        Finding::NoCheckpoint
    ));
}

#[test]
fn a_torn_tail_is_told_and_left_alone() {
    let world = lived_in();
    let disk = world.disk.fork();
    let path = Path::new("segments/00000000000000000000.seg");
    let mut bytes = disk.read(path).unwrap();
    let length = bytes.len();
    bytes.extend([1; 30]);
    disk.overwrite(path, &bytes);
    let found = verified(&disk).unwrap_err();
    assert!(matches!(found.finding, Finding::Torn(30)), "{found}");
    assert_eq!(found.offset, Some(length as u64));
    assert_eq!(disk.read(path).unwrap(), bytes);
}
