//! A crash at every operation of a commit and a publication.

use super::{copy, lived_in};
use crate::chain::{Chain, ChainError, FLUSH_EVERY};
use crate::forest::Shape;
use crate::log::disk::{Failure, Fault, MemoryDisk};
use crate::log::merkle::TreeHead;
use crate::store::{MemoryStore, StoreFault};
use crate::tx::tests::world::{World, parts};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::Tx;
use std::sync::Arc;

/// A state, the block that comes next, and what the log is before and after it.
struct Scene {
    disk: MemoryDisk,
    store: Arc<MemoryStore>,
    time: Timestamp,
    transactions: Vec<Tx>,
    before: TreeHead,
    after: TreeHead,
    content: Vec<(Vec<u8>, Vec<u8>)>,
    /// Operations on the disk that the block takes until it is acknowledged, and with its publication.
    committed: u64,
    published: u64,
    /// Operations on the index.
    indexed: u64,
    index: Index,
}

/// What becomes of the index in a crash. Where the log is long, a whole one each time would take minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Index {
    Kept,
    KeptOrLost,
}

/// Everything at once, and no epoch.
fn scene() -> Scene {
    let mut world = lived_in();
    let epoch = world.epoch();
    let transactions = vec![
        world.enrol(2),
        world.proved_checkin(epoch),
        Tx::AttestWithdrawn(world.withdraw(world.today(), &[1])),
        Tx::Attest(world.attest(&[3])),
    ];
    scene_of(world, transactions)
}

/// A block that makes an epoch of notes that no file holds yet.
fn epoch_scene() -> Scene {
    let mut world = lived_in();
    let epoch = world.epoch();
    let tx = world.proved_checkin(epoch);
    world.accept_one(tx);
    world.advance(15_000);
    let transactions = vec![world.proved_checkin(epoch)];
    scene_of(world, transactions)
}

/// A block behind which the index is flushed, and a file goes that a newer one has made superfluous.
fn flush_scene() -> Scene {
    let mut world = lived_in();
    let epoch = world.epoch();
    wait_for_a_flush(&mut world);
    let tx = world.proved_checkin(epoch);
    world.accept_one(tx);
    wait_for_a_flush(&mut world);
    let transactions = vec![world.proved_checkin(epoch)];
    Scene {
        index: Index::Kept,
        ..scene_of(world, transactions)
    }
}

/// Until the next block is one that flushes the index.
fn wait_for_a_flush(world: &mut World) {
    while !world.chain.position().records().is_multiple_of(FLUSH_EVERY) {
        world.accept(vec![]);
    }
}

/// A block that fills a tile of the note forest.
fn tile_scene() -> Scene {
    let mut world = lived_in();
    let epoch = world.epoch();
    let notes = world.chain.state().note_forest().unwrap().notes.get();
    let room = Shape::NETWORK.tile_width() - notes;
    let nearly = (1..room).map(|_| world.proved_checkin(epoch)).collect();
    world.accept(nearly);
    let transactions = (0..3).map(|_| world.proved_checkin(epoch)).collect();
    Scene {
        index: Index::Kept,
        ..scene_of(world, transactions)
    }
}

fn scene_of(mut world: World, transactions: Vec<Tx>) -> Scene {
    let (disk, store) = (world.disk.fork(), copy(&world.store));
    let before = world.chain.head();
    let mut chain = open(&disk.fork(), &copy(&store)).unwrap();
    let started = (world.disk.operations(), world.store.operations());
    chain_advances(&mut world.chain, world.now, &transactions).unwrap();
    let committed = world.disk.operations() - started.0;
    world.chain.publish().unwrap();
    chain_advances(&mut chain, world.now, &transactions).unwrap();
    assert_eq!(chain.head(), world.chain.head());
    Scene {
        disk,
        store,
        time: world.now,
        transactions,
        before,
        after: world.chain.head(),
        content: super::content(&world.store),
        committed,
        published: world.disk.operations() - started.0,
        indexed: world.store.operations() - started.1,
        index: Index::KeptOrLost,
    }
}

fn open(disk: &MemoryDisk, store: &Arc<MemoryStore>) -> Result<Chain, ChainError> {
    Chain::open(parts(disk, store))
}

/// Commits and publishes; what is `Ok` was acknowledged.
fn chain_advances(chain: &mut Chain, time: Timestamp, txs: &[Tx]) -> Result<(), ChainError> {
    let proposal = chain.propose(time, txs.to_vec())?;
    assert_eq!(proposal.refused(), []);
    chain.commit(proposal)?;
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Acknowledged,
    Failed,
}

impl Scene {
    /// Cuts the power, and lets the disk fail, at each of so many operations.
    fn every_crash(&self, operations: u64) {
        let mut told = Vec::new();
        for operation in 0..=operations {
            told.push(self.play(Some(Fault::PowerCut { operation }), None));
            if self.index == Index::KeptOrLost {
                for when in [Failure::Before, Failure::After] {
                    self.play(Some(Fault::Fail { operation, when }), None);
                }
            }
        }
        // The first cuts fall before the acknowledgement, the last ones behind it.
        assert_eq!(told.first(), Some(&Told::Failed));
        assert_eq!(told.last(), Some(&Told::Acknowledged));
    }

    /// Runs the block under a fault; then every way in which the machine may come back.
    fn play(&self, disk_fault: Option<Fault>, store_fault: Option<StoreFault>) -> Told {
        let (disk, store) = (self.disk.fork(), copy(&self.store));
        let mut chain = open(&disk, &store).unwrap();
        disk.set_faults(
            &disk_fault
                .map(|f| shifted(f, disk.operations()))
                .into_iter()
                .collect::<Vec<_>>(),
        );
        store.set_faults(
            &store_fault
                .map(|f| shifted_store(f, store.operations()))
                .into_iter()
                .collect::<Vec<_>>(),
        );
        let told = match chain_advances(&mut chain, self.time, &self.transactions) {
            Ok(()) => Told::Acknowledged,
            Err(_) => Told::Failed,
        };
        let _ = chain.publish();
        if told == Told::Failed {
            let refused = chain.propose(self.time, vec![]);
            assert!(matches!(refused, Err(ChainError::Failed)));
        }
        drop(chain);
        for disk in [disk.restart(), disk.kill()] {
            for batches in [0, 1] {
                let store = Arc::new(store.after_power_loss(batches));
                self.comes_back(&disk.fork(), &store, told);
            }
            if self.index == Index::KeptOrLost {
                self.comes_back(&disk, &Arc::new(MemoryStore::new()), told);
            }
        }
        told
    }

    fn comes_back(&self, disk: &MemoryDisk, store: &Arc<MemoryStore>, told: Told) {
        let mut chain = open(disk, store).unwrap();
        if told == Told::Acknowledged {
            assert_eq!(chain.head(), self.after, "an acknowledged block is lost");
        }
        if chain.head() != self.after {
            assert_eq!(chain.head(), self.before);
            chain_advances(&mut chain, self.time, &self.transactions).unwrap();
            chain.publish().unwrap();
        }
        assert_eq!(chain.head(), self.after);
        assert_eq!(*chain.checkpoint().unwrap().checkpoint().head(), self.after);
        assert!(super::content(store) == self.content);
    }
}

fn shifted(fault: Fault, by: u64) -> Fault {
    match fault {
        Fault::Fail { operation, when } => Fault::Fail {
            operation: operation + by,
            when,
        },
        Fault::PowerCut { operation } => Fault::PowerCut {
            operation: operation + by,
        },
        other => other,
    }
}

fn shifted_store(fault: StoreFault, by: u64) -> StoreFault {
    match fault {
        StoreFault::Before { operation } => StoreFault::Before {
            operation: operation + by,
        },
        StoreFault::After { operation } => StoreFault::After {
            operation: operation + by,
        },
    }
}

#[test]
fn a_crash_at_any_step_loses_nothing_acknowledged_and_ends_in_the_same_roots() {
    for scene in [scene(), epoch_scene(), flush_scene()] {
        assert!(scene.published > scene.committed + 15);
        scene.every_crash(scene.published);
    }
}

#[test]
fn a_crash_at_any_step_before_a_block_that_fills_a_tile_is_acknowledged_loses_nothing() {
    let scene = tile_scene();
    // A record; a full tile, a partial one and the roots of the full ones, in two directories.
    assert!(scene.committed > 12, "{}", scene.committed);
    scene.every_crash(scene.committed);
}

#[test]
fn an_index_that_fails_before_or_after_its_batch_is_made_up_for() {
    let scene = scene();
    for operation in 0..scene.indexed {
        let before = scene.play(None, Some(StoreFault::Before { operation }));
        let after = scene.play(None, Some(StoreFault::After { operation }));
        assert_eq!((before, after), (Told::Failed, Told::Failed));
    }
}

#[test]
fn a_founding_that_is_cut_short_is_finished_or_begun_anew() {
    let operations = World::bare().disk.operations();
    assert!(operations > 5);
    for operation in 0..operations {
        let (disk, store) = (MemoryDisk::new(operation), Arc::new(MemoryStore::new()));
        disk.set_faults(&[Fault::PowerCut { operation }]);
        assert!(Chain::create(parts(&disk, &store)).is_err(), "{operation}");
        let disk = disk.restart();
        let store = Arc::new(MemoryStore::new());
        let chain = match Chain::open(parts(&disk, &store)) {
            Err(ChainError::Segment(_)) => Chain::create(parts(&disk, &store)),
            other => other,
        };
        assert_eq!(chain.unwrap().head(), World::bare().chain.head());
    }
}
