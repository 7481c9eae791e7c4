use super::lived_in;
use crate::chain::propose::propose_within;
use crate::chain::{
    Block, BlockError, Chain, ChainError, PUBLIC_DIR, RecordError, TimeBounds, block, note_prefix,
};
use crate::forest::{ForestTiles, LeafPosition, Shape};
use crate::log::merkle::{LogHash, prove_inclusion, verify_inclusion};
use crate::state::epoch::EpochKind;
use crate::state::keys;
use crate::state::record::EpochNumber;
use crate::store::MemoryStore;
use crate::tx::SpendRefusal;
use crate::tx::tests::world::*;
use luyin_protocol::codec::Canonical;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::*;
use std::path::Path;
use std::sync::Arc;

fn follower() -> Chain {
    let disk = crate::log::disk::MemoryDisk::new(9);
    let store = Arc::new(MemoryStore::new());
    Chain::create(parts(&disk, &store)).unwrap()
}

/// Every block of a world, from its log.
fn blocks(world: &World) -> Vec<Block> {
    let records = world.chain.segments.reader().records(1);
    let block =
        |r: Result<crate::log::segment::Record, _>| Block::from_record(r.unwrap().payload());
    records.map(|r| block(r).unwrap()).collect()
}

fn refused(error: ChainError) -> BlockError {
    match error {
        ChainError::Block { source, .. } => source,
        other => panic!("{other}"),
    }
}

#[test]
fn a_second_node_that_executes_the_same_blocks_has_the_same_roots() {
    let world = lived_in();
    let mut other = follower();
    for block in blocks(&world) {
        other.execute(block, TimeBounds::any()).unwrap();
    }
    assert_eq!(other.head(), world.chain.head());
    let texts = [&other, &world.chain].map(|c| c.checkpoint().unwrap().checkpoint().to_text());
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn a_block_out_of_place_time_or_state_is_refused() {
    let mut world = World::new();
    let mut good = follower();
    let first = blocks(&world).remove(0);
    good.execute(first.clone(), TimeBounds::any()).unwrap();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let block = blocks(&world).remove(1);
    let mut with = |change: &dyn Fn(&mut Block), bounds| {
        let mut block = block.clone();
        change(&mut block);
        refused(good.execute(block, bounds).unwrap_err())
    };
    let any = TimeBounds::any();
    assert_eq!(with(&|b| b.header.height = 1, any), BlockError::Height(2));
    assert_eq!(with(&|b| b.header.height = 3, any), BlockError::Height(2));
    let forged = Sha256Hash::of(b"forged");
    assert_eq!(
        with(&|b| b.header.before.notes = forged, any),
        BlockError::Before
    );
    let wrong = with(&|b| b.header.before.attestations = forged, any);
    assert_eq!(wrong, BlockError::Before);
    assert_eq!(with(&|b| b.header.transactions = 2, any), BlockError::Count);
    let back = Timestamp::new(first.header.time.get() - 1);
    assert_eq!(with(&|b| b.header.time = back, any), BlockError::Time);
    let early = TimeBounds {
        earliest: block.header.time.plus_ms(1),
        ..any
    };
    assert_eq!(with(&|_| (), early), BlockError::Time);
    let late = TimeBounds {
        latest: back,
        ..any
    };
    assert_eq!(with(&|_| (), late), BlockError::Time);
    let twice = with(
        &|b| {
            b.transactions.push(b.transactions[0].clone());
            b.header.transactions = 2;
        },
        any,
    );
    let BlockError::Transaction { place: 1, refusal } = twice else {
        panic!("{twice:?}")
    };
    assert_eq!(refusal.slug(), "repeated-owner");
    good.execute(block, any).unwrap();
}

#[test]
fn a_proposal_is_for_one_place_only_and_time_does_not_run_back() {
    let mut world = World::new();
    let (a, b) = (world.enrol(1), world.enrol(2));
    let first = world.chain.propose(world.now, vec![a]).unwrap();
    let second = world.chain.propose(world.now, vec![b]).unwrap();
    world.chain.commit(first).unwrap();
    let stale = world.chain.commit(second).unwrap_err();
    assert!(matches!(
        stale,
        ChainError::Stale {
            proposed: 2,
            due: 3
        }
    ));
    let earlier = Timestamp::new(world.now.get() - 1);
    let back = world.chain.propose(earlier, vec![]).unwrap_err();
    assert!(matches!(back, ChainError::TimeRunsBack { .. }));
}

#[test]
fn a_receipt_leads_to_an_inclusion_proof_under_the_checkpoint() {
    let mut world = World::new();
    let tx = world.enrol(1);
    let bytes = tx.to_vec();
    let receipt = world.accept(vec![tx]);
    let head = *world.chain.checkpoint().unwrap().checkpoint().head();
    let index = receipt.entries[0];
    let proof = prove_inclusion(&world.chain.tiles(), head.size(), index).unwrap();
    verify_inclusion(&head, index, LogHash::leaf(&bytes), &proof).unwrap();
}

#[test]
fn epochs_come_when_the_forest_changed_and_shared_ones_in_any_case() {
    let mut world = World::new();
    let Cadence { quick, shared } = cadence();
    world.advance(shared);
    assert!(
        !world.chain.epoch_is_due(world.now).unwrap(),
        "nothing to prove against"
    );
    assert_eq!(world.accept(vec![]).epoch, None);
    let tx = world.enrol(1);
    assert_eq!(
        world.accept_one(tx).epoch,
        None,
        "made of what stood before the block"
    );
    assert!(world.chain.epoch_is_due(world.now).unwrap());
    assert_eq!(kind(&mut world), Some(EpochKind::Shared));
    world.advance(quick);
    assert_eq!(kind(&mut world), None, "nothing new");
    let tx = world.enrol(2);
    world.accept_one(tx);
    assert_eq!(kind(&mut world), Some(EpochKind::Quick));
    let tx = world.enrol(3);
    world.accept_one(tx);
    world.advance(quick - 1);
    assert_eq!(kind(&mut world), None, "too soon");
    world.advance(1);
    assert_eq!(kind(&mut world), Some(EpochKind::Quick));
    world.advance(shared);
    assert_eq!(kind(&mut world), Some(EpochKind::Shared));
    let state = world.chain.state();
    let last = state.get(&keys::last_epochs()).unwrap().unwrap();
    let epoch = state.get(&keys::epoch(last.newest)).unwrap().unwrap();
    assert_eq!((last.newest, epoch.notes.get()), (EpochNumber::new(4), 3));
    assert_eq!(epoch.root.value(), world.chain.trees().notes().epoch_root());
    assert_eq!(
        state.get(&keys::epoch_of_root(epoch.root)).unwrap(),
        Some(last.newest)
    );
}

struct Cadence {
    quick: u64,
    shared: u64,
}

fn cadence() -> Cadence {
    let cadence = genesis().cadence;
    Cadence {
        quick: cadence.quick_ms.into(),
        shared: cadence.shared_ms.into(),
    }
}

/// Makes an empty block; the kind of the epoch it made.
fn kind(world: &mut World) -> Option<EpochKind> {
    let made = world.accept(vec![]).epoch?;
    let epoch = world.chain.state().get(&keys::epoch(made)).unwrap();
    Some(epoch.unwrap().kind)
}

#[test]
fn a_wallet_finds_its_path_to_the_epoch_root_in_the_forests_files() {
    let mut world = lived_in();
    let number = EpochNumber::new(world.epoch());
    let epoch = world
        .chain
        .state()
        .get(&keys::epoch(number))
        .unwrap()
        .unwrap();
    let disk = Arc::new(world.disk.clone());
    let prefix = Path::new(PUBLIC_DIR).join(note_prefix(0));
    let files = ForestTiles::new(disk, prefix, Shape::NETWORK);
    let size = epoch.notes.get();
    let (upper, last) = (files.upper(size).unwrap(), files.last(size).unwrap());
    for index in 0..size {
        let tile = files.tile(0, size).unwrap();
        let position = LeafPosition::new(0, index);
        let path = world
            .chain
            .trees()
            .notes()
            .epoch_path(position, &upper, &tile, &last);
        path.unwrap()
            .verify(Shape::NETWORK, epoch.root.value())
            .unwrap();
    }
}

#[test]
fn candidates_beyond_a_blocks_room_wait_and_are_not_refused() {
    let mut world = World::bare();
    let create = world.did_create(LAB);
    world.accept_one(create);
    let kind = luyin_protocol::attestation::AttestationKind::Test;
    let quota = Quota(u32::MAX);
    let tx = world.accredit(LAB, Role::Attester { kind, quota });
    world.accept_one(tx);
    let batches: Vec<Tx> = (0..4u64)
        .map(|n| Tx::Attest(world.attest(&[2 * n, 2 * n + 1])))
        .collect();
    let room = batches[0].to_vec().len() * 2;
    let base = world.chain.base();
    let proposal = propose_within(&base, &DigestProofs, world.now, batches, room).unwrap();
    assert_eq!(proposal.taken(), [0, 1]);
    assert_eq!(proposal.deferred(), [2, 3]);
    assert_eq!(proposal.refused(), []);
}

#[test]
fn records_of_another_form_are_no_blocks() {
    let world = World::new();
    let good = blocks(&world).remove(0);
    let entries = good.entries();
    let read = |entries: &[Vec<u8>]| Block::from_record(&block::record(entries));
    assert_eq!(read(&entries).unwrap(), good);
    assert_eq!(read(&[]), Err(RecordError::Kind { place: 0 }));
    assert_eq!(read(&entries[1..]), Err(RecordError::Kind { place: 0 }));
    let again = [&entries[..], &entries[..1]].concat();
    assert_eq!(
        read(&again),
        Err(RecordError::Kind {
            place: entries.len()
        })
    );
    let found = entries.len() - 2;
    let announced = u32::try_from(found + 1).unwrap();
    let short = read(&entries[..entries.len() - 1]);
    assert_eq!(short, Err(RecordError::Count { announced, found }));
    let whole = block::record(&entries);
    for cut in 1..whole.len() {
        assert!(Block::from_record(&whole[..cut]).is_err(), "{cut}");
    }
    let mut longer = entries.clone();
    longer[1].push(0);
    assert!(matches!(
        read(&longer),
        Err(RecordError::Entry { place: 1, .. })
    ));
}

#[test]
fn a_refused_candidate_leaves_no_trace() {
    let mut world = lived_in();
    let epoch = world.epoch();
    let tx = world.proved_checkin(epoch);
    world.accept_one(tx.clone());
    let before = super::content(&world.store);
    let proposal = world.chain.propose(world.now, vec![tx]).unwrap();
    assert_eq!(
        proposal.refused()[0].refusal,
        SpendRefusal::RepeatedNullifier.into()
    );
    assert!(proposal.block().transactions.is_empty());
    drop(proposal);
    assert_eq!(super::content(&world.store), before);
}

#[test]
fn the_checkpoint_names_block_time_epoch_and_the_trees_in_their_order() {
    let world = lived_in();
    let text = world.chain.checkpoint().unwrap().checkpoint().clone();
    let keys: Vec<&str> = text
        .extensions()
        .iter()
        .filter_map(|line| Some(line.split_once(' ')?.0))
        .collect();
    let expected = [
        "segment",
        "block",
        "time",
        "note",
        "att",
        "epoch",
        "notes",
        "attestations",
    ];
    assert_eq!(keys, expected);
    let state = world.chain.state();
    let last = state.get(&keys::last_epochs()).unwrap().unwrap().newest;
    let root = state.get(&keys::epoch(last)).unwrap().unwrap().root;
    assert_eq!(
        text.extension("epoch"),
        Some(format!("{last} {root}").as_str())
    );
    let (day, tree) = (world.today(), world.root(world.today()));
    assert_eq!(
        text.extension("att"),
        Some(format!("{day} {tree}").as_str())
    );
    let tip = state.tip().unwrap().unwrap();
    assert_eq!(
        text.extension("notes"),
        Some(tip.notes.to_string().as_str())
    );
    assert_eq!(
        text.extension("block"),
        Some(tip.height.get().to_string().as_str())
    );
}

#[test]
fn a_key_that_genesis_does_not_name_signs_no_checkpoint() {
    let disk = crate::log::disk::MemoryDisk::new(9);
    let store = Arc::new(MemoryStore::new());
    let mut parts = parts(&disk, &store);
    let key = key(99);
    parts.signer =
        crate::log::checkpoint::CheckpointSigner::new("luyin.example/test", key).unwrap();
    assert!(matches!(Chain::create(parts), Err(ChainError::OtherSigner)));
}
