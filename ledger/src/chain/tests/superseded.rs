use super::*;
use crate::chain::{FLUSH_EVERY, PUBLIC_DIR, Trees};
use crate::log::disk::Disk;
use std::path::Path;

const TILE: &str = "note/0/000.p";

fn partial_files(world: &World) -> usize {
    let directory = Path::new(PUBLIC_DIR).join(TILE);
    let names = world.disk.list(&directory);
    names.map_or(0, |names| names.len())
}

fn to_the_next_flush(world: &mut World) {
    while !world
        .accept(vec![])
        .height
        .get()
        .is_multiple_of(FLUSH_EVERY)
    {}
}

#[test]
fn blocks_leave_no_partial_files_behind_but_the_newest_and_those_of_epochs() {
    let mut world = World::new();
    let enrol = |world: &mut World, person: u8| {
        let tx = world.enrol(person);
        world.accept_one(tx);
    };
    (1..=3).for_each(|person| enrol(&mut world, person));
    world.epoch();
    (4..=7).for_each(|person| enrol(&mut world, person));
    assert_eq!(partial_files(&world), 7);
    to_the_next_flush(&mut world);
    let names = world.disk.list(&Path::new(PUBLIC_DIR).join(TILE)).unwrap();
    assert_eq!(
        names,
        ["1", "3", "7"],
        "those of two epochs, and the newest"
    );
    let state = world.chain.state();
    let disk: Arc<dyn Disk> = Arc::new(world.disk.clone());
    Trees::restore(&state, world.today(), &disk, Path::new(PUBLIC_DIR)).unwrap();
}

#[test]
fn log_tiles_leave_no_partial_files_behind_once_they_are_full() {
    let mut world = World::new();
    to_the_next_flush(&mut world);
    to_the_next_flush(&mut world);
    let first = Path::new(PUBLIC_DIR).join("tile/0/000.p");
    assert_eq!(world.disk.list(&first).map_or(0, |names| names.len()), 0);
}
