use super::*;
use crate::log::disk::{Disk, Failure, Fault, MemoryDisk};
use proptest::prelude::*;
use std::sync::Arc;

/// 256 leaves, tiles of 16.
fn small() -> Shape {
    Shape::new(4, 2).unwrap()
}

/// 16 leaves, tiles of 4.
fn tiny() -> Shape {
    Shape::new(2, 1).unwrap()
}

fn leaf(index: u64) -> Fr {
    Fr::from(index + 1)
}

fn leaves(range: std::ops::Range<u64>) -> Vec<Fr> {
    range.map(leaf).collect()
}

/// Root of a subtree, straight from the definition.
fn slow_root(leaves: &[Fr], level: u8) -> Fr {
    if level == 0 {
        return leaves.first().copied().unwrap_or_else(empty_leaf);
    }
    let quarter = 1usize << (2 * (level - 1));
    let child = |i: usize| {
        let start = leaves.len().min(i * quarter);
        let end = leaves.len().min((i + 1) * quarter);
        slow_root(&leaves[start..end], level - 1)
    };
    hash(Tag::Tree, &[child(0), child(1), child(2), child(3)])
}

fn tree(shape: Shape, size: u64) -> Tree {
    let mut tree = Tree::new(shape);
    tree.append(&leaves(0..size)).unwrap();
    tree
}

#[test]
fn roots_are_those_of_the_definition_at_every_size_however_the_leaves_are_batched() {
    let mut single = Tree::new(tiny());
    assert_eq!(single.root(), slow_root(&[], 2));
    for size in 1..=16 {
        single.append(&[leaf(size - 1)]).unwrap();
        let expected = slow_root(&leaves(0..size), 2);
        assert_eq!(single.root(), expected);
        assert_eq!(tree(tiny(), size).root(), expected);
    }
    assert_eq!(single.room(), 0);
}

#[test]
fn the_empty_tree_of_the_network_has_its_own_root() {
    let empty = Tree::new(Shape::NETWORK);
    assert_eq!(empty.root(), empty_root(12));
    assert_eq!(empty_root(0), empty_leaf());
    assert_eq!(empty_root(1), hash(Tag::Tree, &[empty_leaf(); 4]));
    assert_eq!(Shape::NETWORK.capacity(), 16_777_216);
    assert_eq!(Shape::NETWORK.tile_width(), 4_096);
}

#[test]
fn a_full_tree_refuses_more_leaves_and_stays_as_it_is() {
    let mut full = tree(tiny(), 15);
    let root = full.root();
    assert!(matches!(
        full.append(&leaves(15..17)),
        Err(ForestError::Full)
    ));
    assert_eq!((full.root(), full.size()), (root, 15));
    full.append(&leaves(15..16)).unwrap();
    assert!(matches!(full.append(&[leaf(0)]), Err(ForestError::Full)));
}

#[test]
fn shapes_out_of_bounds_are_refused() {
    for (depth, tile) in [(0, 0), (2, 0), (2, 2), (2, 3), (16, 2), (12, 9)] {
        assert!(matches!(Shape::new(depth, tile), Err(ForestError::Shape)));
    }
}

#[test]
fn finished_tiles_hold_the_leaves_in_order_and_their_roots_go_up() {
    let mut tree = Tree::new(small());
    assert!(tree.append(&leaves(0..10)).unwrap().is_empty());
    let finished = tree.append(&leaves(10..50)).unwrap();
    assert_eq!(finished.len(), 3);
    for tile in &finished {
        let start = tile.index() * 16;
        assert_eq!(tile.leaves(), leaves(start..start + 16));
        assert_eq!(
            tree.upper()[tile.index() as usize],
            slow_root(tile.leaves(), 2)
        );
    }
    assert_eq!(tree.tile(), leaves(48..50));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn batches_of_any_size_lead_to_the_same_tree(cuts in prop::collection::vec(0u64..=256, 0..6)) {
        let mut grown = Tree::new(small());
        for cut in cuts {
            if cut > grown.size() {
                grown.append(&leaves(grown.size()..cut)).unwrap();
            }
            prop_assert_eq!(grown.root(), slow_root(&leaves(0..grown.size()), 4));
            let restored = Tree::restore(small(), grown.upper(), grown.tile()).unwrap();
            prop_assert_eq!((restored.root(), restored.size()), (grown.root(), grown.size()));
        }
    }
}

#[test]
fn a_tree_is_not_restored_from_more_than_it_can_hold() {
    let restore = |upper: &[Fr], tile: &[Fr]| Tree::restore(tiny(), upper, tile);
    assert!(matches!(
        restore(&leaves(0..5), &[]),
        Err(ForestError::Full)
    ));
    assert!(matches!(
        restore(&leaves(0..4), &leaves(0..1)),
        Err(ForestError::Full)
    ));
    assert!(matches!(
        restore(&[], &leaves(0..4)),
        Err(ForestError::Range)
    ));
}

/// A forest of tiny trees with `count` leaves, leaf `i` at tree `i / 16`.
fn forest(count: u64) -> Forest {
    let mut forest = Forest::new(tiny());
    forest.append(&leaves(0..count)).unwrap();
    forest
}

fn roots_over(trees: &[Option<u64>; 16], count: u64) -> Fr {
    let root = |tree: &Option<u64>| match tree {
        Some(tree) => slow_root(&leaves(tree * 16..count.min(tree * 16 + 16)), 2),
        None => slow_root(&[], 2),
    };
    let roots: Vec<Fr> = trees.iter().map(root).collect();
    let four: Vec<Fr> = roots.chunks(4).map(|c| hash(Tag::Tree, c)).collect();
    hash(Tag::Tree, &four)
}

#[test]
fn the_epoch_root_covers_the_newest_sixteen_trees_each_at_its_place() {
    let mut places = [None; 16];
    places[0] = Some(0);
    assert_eq!(forest(0).epoch_root(), roots_over(&places, 0));
    assert_eq!(forest(16).epoch_root(), roots_over(&places, 16));
    places[1] = Some(1);
    assert_eq!(forest(17).epoch_root(), roots_over(&places, 17));
    let all: [Option<u64>; 16] = std::array::from_fn(|i| Some(i as u64));
    assert_eq!(forest(256).epoch_root(), roots_over(&all, 256));
    let mut later = all;
    (later[0], later[1]) = (Some(16), Some(17));
    assert_eq!(forest(280).epoch_root(), roots_over(&later, 280));
}

fn archive_root(forest: &Forest, group: u64) -> Option<Fr> {
    let window = archive_window(tiny(), forest.archived(), group)?;
    Some(window_root(tiny(), &window))
}

#[test]
fn trees_that_left_the_window_are_under_their_archive_root() {
    assert_eq!(archive_root(&forest(256), 0), None);
    let mut places = [None; 16];
    (places[0], places[1]) = (Some(0), Some(1));
    let young = forest(280);
    assert_eq!(archive_root(&young, 0), Some(roots_over(&places, 280)));
    assert_eq!(archive_root(&young, 1), None);
    let all: [Option<u64>; 16] = std::array::from_fn(|i| Some(i as u64));
    let old = forest(33 * 16);
    assert_eq!(archive_root(&old, 0), Some(roots_over(&all, 256)));
    assert_eq!(archive_root(&old, 0), Some(forest(256).epoch_root()));
    places[1] = None;
    places[0] = Some(16);
    assert_eq!(archive_root(&old, 1), Some(roots_over(&places, 33 * 16)));
    assert_eq!(archive_root(&old, 2), None);
    assert_eq!(archive_root(&old, u64::MAX), None);
}

#[test]
fn full_trees_close_new_ones_open_and_positions_run_on() {
    let mut forest = Forest::new(tiny());
    assert_eq!(forest.next(), LeafPosition::new(0, 0));
    let placed = forest.append(&leaves(0..37)).unwrap();
    let tiles: Vec<(u64, u64)> = placed
        .iter()
        .map(|p| (p.tree(), p.tile().index()))
        .collect();
    let expected: Vec<(u64, u64)> = (0..9).map(|tile| (tile / 4, tile % 4)).collect();
    assert_eq!(tiles, expected);
    assert_eq!(forest.next(), LeafPosition::new(2, 5));
    assert_eq!(forest.tree_root(1), Some(slow_root(&leaves(16..32), 2)));
    assert_eq!(forest.tree_root(3), None);
    forest.append(&leaves(37..48)).unwrap();
    assert_eq!(
        (forest.next(), forest.newest()),
        (LeafPosition::new(3, 0), 2)
    );
    let restored = Forest::restore(forest.closed().to_vec(), forest.open().clone());
    assert_eq!(restored.epoch_root(), forest.epoch_root());
}

/// A forest with its files: tree `i` below `note/<i>`.
fn published(count: u64, step: u64) -> (Forest, MemoryDisk) {
    let disk = MemoryDisk::new(1);
    let mut forest = Forest::new(tiny());
    let mut start = 0;
    while start < count {
        let end = count.min(start + step.min(forest.open().room().max(1)));
        let placed = forest.append(&leaves(start..end)).unwrap();
        let finished: Vec<FinishedTile> = placed.iter().map(|p| p.tile().clone()).collect();
        files(&disk, forest.newest())
            .write(forest.open(), &finished)
            .unwrap();
        start = end;
    }
    (forest, disk)
}

fn files(disk: &MemoryDisk, tree: u64) -> ForestTiles {
    ForestTiles::new(Arc::new(disk.clone()), format!("note/{tree}"), tiny())
}

fn path_of(forest: &Forest, disk: &MemoryDisk, index: u64) -> Result<Path, PathError> {
    let position = LeafPosition::new(index / 16, index % 16);
    let tiles = files(disk, position.tree());
    let open = position.tree() == forest.newest();
    let size = if open { forest.open().size() } else { 16 };
    let tile = tiles.tile(position.index() / 4, size).unwrap();
    let (upper, last) = (tiles.upper(size).unwrap(), tiles.last(size).unwrap());
    forest.epoch_path(position, &upper, &tile, &last)
}

#[test]
fn a_path_from_tiles_leads_every_leaf_of_the_window_to_the_epoch_root() {
    for count in [1, 4, 5, 15, 16, 17, 75, 277] {
        let (forest, disk) = published(count, 7);
        let root = forest.epoch_root();
        for index in 0..count {
            let path = path_of(&forest, &disk, index);
            if index / 16 + 16 <= forest.newest() {
                assert_eq!(path, Err(PathError::Tree));
                continue;
            }
            let path = path.unwrap();
            assert_eq!((path.leaf(), path.levels().len()), (leaf(index), 4));
            path.verify(tiny(), root).unwrap();
        }
    }
}

#[test]
fn an_archived_leaf_has_a_path_to_its_archive_root() {
    let (forest, disk) = published(277, 16);
    let tiles = files(&disk, 1);
    let path = Path::build(&PathParts {
        shape: tiny(),
        position: LeafPosition::new(1, 6),
        window: &archive_window(tiny(), forest.archived(), 0).unwrap(),
        upper: &tiles.upper(16).unwrap(),
        tile: &tiles.tile(1, 16).unwrap(),
        last: &[],
    });
    path.unwrap()
        .verify(tiny(), archive_root(&forest, 0).unwrap())
        .unwrap();
}

#[test]
fn a_path_of_another_leaf_root_or_length_is_refused() {
    let (forest, disk) = published(40, 7);
    let root = forest.epoch_root();
    let path = path_of(&forest, &disk, 21).unwrap();
    let stranger = Path::new(leaf(99), path.levels().to_vec());
    assert_eq!(stranger.verify(tiny(), root), Err(PathError::Broken(0)));
    assert_eq!(
        path.verify(tiny(), forest.open().root()),
        Err(PathError::Root)
    );
    // An inner node is no leaf, though its path leads to the root.
    let inner = Path::new(node(&path.levels()[0]), path.levels()[1..].to_vec());
    assert_eq!(inner.root(), Ok(root));
    assert_eq!(inner.verify(tiny(), root), Err(PathError::Levels));
    for level in 0..4 {
        for child in 0..4 {
            let mut levels = path.levels().to_vec();
            levels[level][child] += Fr::from(1u64);
            assert!(Path::new(path.leaf(), levels).verify(tiny(), root).is_err());
        }
    }
}

#[test]
fn tiles_that_do_not_belong_together_make_no_path() {
    let (forest, disk) = published(40, 7);
    let tiles = files(&disk, 1);
    let (upper, own, last) = (
        tiles.upper(16).unwrap(),
        tiles.tile(1, 16).unwrap(),
        Vec::new(),
    );
    let make = |index, upper: &[Fr], tile: &[Fr], last: &[Fr]| {
        forest
            .epoch_path(LeafPosition::new(1, index), upper, tile, last)
            .map(drop)
    };
    assert_eq!(make(5, &upper, &own, &last), Ok(()));
    assert_eq!(make(1, &upper, &own, &last), Err(PathError::Tile));
    assert_eq!(make(5, &upper[..1], &own, &last), Err(PathError::Tile));
    assert_eq!(make(5, &upper[..3], &own, &last), Err(PathError::Tree));
    assert_eq!(make(6, &upper, &own[..2], &last), Err(PathError::Range));
    assert_eq!(make(5, &upper, &own, &own[..1]), Err(PathError::Range));
    assert_eq!(make(5, &upper, &leaves(0..5), &last), Err(PathError::Range));
    assert_eq!(make(u64::MAX, &upper, &own, &last), Err(PathError::Tile));
}

#[test]
fn files_are_named_by_tile_and_width_and_are_never_rewritten() {
    let (_, disk) = published(22, 3);
    let names: Vec<String> = disk
        .files()
        .iter()
        .map(|(p, _)| p.display().to_string())
        .collect();
    for name in [
        "note/0/000",
        "note/0/003",
        "note/0/upper",
        "note/0/upper.p/3",
        "note/1/001.p/2",
        "note/1/upper.p/1",
    ] {
        assert!(names.iter().any(|n| n == name), "{name}: {names:?}");
    }
    let bytes = disk.read(std::path::Path::new("note/0/001")).unwrap();
    assert_eq!(bytes.len(), 4 * 32);
    assert_eq!(bytes[..32], luyin_protocol::field::to_bytes(&leaf(4)));
}

#[test]
fn a_tree_comes_back_from_its_files_and_older_sizes_from_fuller_tiles() {
    let (forest, disk) = published(45, 5);
    let tiles = files(&disk, 2);
    let restored = tiles.restore(13, forest.open().root()).unwrap();
    assert_eq!(restored.root(), forest.open().root());
    tiles.check(13, forest.open().root()).unwrap();
    assert!(matches!(tiles.restore(13, leaf(0)), Err(ForestError::Root)));
    let closed = files(&disk, 0);
    closed.check(16, forest.tree_root(0).unwrap()).unwrap();
    assert_eq!(closed.tile(0, 2).unwrap(), leaves(0..2));
    assert!(matches!(closed.tile(4, 16), Err(ForestError::Range)));
    assert!(matches!(closed.tile(0, 17), Err(ForestError::Range)));
    assert!(matches!(closed.upper(17), Err(ForestError::Range)));
    assert!(matches!(closed.tile(u64::MAX, 16), Err(ForestError::Range)));
}

#[test]
fn every_damaged_byte_of_a_tree_s_files_is_found() {
    let (forest, disk) = published(16, 16);
    let root = forest.tree_root(0).unwrap();
    for (path, length) in disk.files() {
        let whole = disk.read(&path).unwrap();
        for at in (0..length).step_by(3) {
            let disk = disk.fork();
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            disk.overwrite(&path, &bytes);
            assert!(files(&disk, 0).check(16, root).is_err(), "{path:?} {at}");
        }
        disk.fork().overwrite(&path, &whole[1..]);
        let cut = disk.fork();
        cut.overwrite(&path, &whole[..length - 32]);
        assert!(matches!(
            files(&cut, 0).check(16, root),
            Err(ForestError::Damaged(_))
        ));
        let above = disk.fork();
        above.overwrite(&path, &[0xff; 32].repeat(length / 32));
        assert!(matches!(
            files(&above, 0).check(16, root),
            Err(ForestError::Damaged(_))
        ));
    }
}

#[test]
fn a_write_cut_short_anywhere_leaves_the_old_tree_and_can_be_repeated() {
    let shape = tiny();
    let disk = MemoryDisk::new(9);
    let mut old = Tree::new(shape);
    let finished = old.append(&leaves(0..6)).unwrap();
    files(&disk, 0).write(&old, &finished).unwrap();
    let mut new = old.clone();
    let finished = new.append(&leaves(6..15)).unwrap();
    let start = disk.operations();
    for operation in start..start + 22 {
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
            disk.set_faults(&[fault]);
            let written = files(&disk, 0).write(&new, &finished);
            let disk = disk.restart();
            files(&disk, 0).restore(6, old.root()).unwrap();
            if written.is_ok() {
                files(&disk, 0).check(15, new.root()).unwrap();
            }
            files(&disk, 0).write(&new, &finished).unwrap();
            files(&disk.restart(), 0).check(15, new.root()).unwrap();
        }
    }
}

#[test]
fn a_path_at_the_depth_of_the_network_has_fourteen_levels() {
    let mut forest = Forest::new(Shape::NETWORK);
    forest.append(&leaves(0..5000)).unwrap();
    let open = forest.open();
    let first = leaves(0..4096);
    let path = forest.epoch_path(
        LeafPosition::new(0, 4095),
        open.upper(),
        &first,
        open.tile(),
    );
    let path = path.unwrap();
    assert_eq!(path.levels().len(), 14);
    path.verify(Shape::NETWORK, forest.epoch_root()).unwrap();
    let path = forest.epoch_path(
        LeafPosition::new(0, 4999),
        open.upper(),
        open.tile(),
        open.tile(),
    );
    path.unwrap()
        .verify(Shape::NETWORK, forest.epoch_root())
        .unwrap();
}
