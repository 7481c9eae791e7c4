use super::*;
use crate::chain::{Chain, FLUSH_EVERY, PUBLIC_DIR};
use crate::log::disk::Disk;
use crate::log::tiles::TILE_WIDTH;
use crate::tx::tests::world::parts;
use std::path::Path;

const TILE: &str = "note/0/000.p";

fn to_the_next_flush(world: &mut World) {
    while !world
        .accept(vec![])
        .height
        .get()
        .is_multiple_of(FLUSH_EVERY)
    {}
}

#[test]
fn blocks_write_no_partial_files_but_for_epochs_and_flushes_of_the_index() {
    let mut world = World::new();
    let enrol = |world: &mut World, person: u8| {
        let tx = world.enrol(person);
        world.accept_one(tx);
    };
    let files = |world: &World| world.disk.list(&Path::new(PUBLIC_DIR).join(TILE)).unwrap();
    (1..=3).for_each(|person| enrol(&mut world, person));
    world.epoch();
    (4..=6).for_each(|person| enrol(&mut world, person));
    assert_eq!(files(&world), ["1", "3"], "those of two epochs");
    to_the_next_flush(&mut world);
    assert_eq!(files(&world), ["1", "3", "6"], "and the newest");
    to_the_next_flush(&mut world);
    assert_eq!(files(&world), ["1", "3", "6"], "nothing is new");
    enrol(&mut world, 7);
    to_the_next_flush(&mut world);
    assert_eq!(files(&world), ["1", "3", "7"], "the last flush's is gone");
    world.epoch();
    enrol(&mut world, 8);
    to_the_next_flush(&mut world);
    assert_eq!(files(&world), ["1", "3", "7", "8"], "an epoch's stays");
    Chain::open(parts(&world.disk, &copy(&world.store))).unwrap();
}

#[test]
fn a_block_of_check_ins_waits_for_its_record_alone() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    let txs = (0..9).map(|_| world.proved_checkin(epoch)).collect();
    let proposal = world.chain.propose(world.now, txs).unwrap();
    let before = world.disk.operations();
    world.chain.commit(proposal).unwrap();
    // An append and a sync.
    assert_eq!(world.disk.operations() - before, 2);
}

#[test]
fn a_start_takes_the_notes_that_no_file_holds_from_the_log() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    for _ in 0..3 {
        let txs = (0..5).map(|_| world.proved_checkin(epoch)).collect();
        world.accept(txs);
        let kept = copy(&world.store);
        let before = content(&kept);
        let chain = Chain::open(parts(&world.disk.fork(), &kept)).unwrap();
        let roots = |chain: &Chain| chain.trees().notes().window();
        assert_eq!(roots(&chain), roots(&world.chain));
        assert!(
            content(&kept) == before,
            "the index was at the newest block"
        );
    }
}

#[test]
fn log_tiles_leave_no_partial_files_behind_once_they_are_full() {
    let mut world = World::new();
    while world.chain.head().size() < u64::from(TILE_WIDTH) {
        world.accept(vec![]);
    }
    to_the_next_flush(&mut world);
    let first = Path::new(PUBLIC_DIR).join("tile/0/000.p");
    assert_eq!(world.disk.list(&first).map_or(0, |names| names.len()), 0);
}
