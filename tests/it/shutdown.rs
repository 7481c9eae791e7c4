//! An orderly end: what was taken is answered and durable.

use crate::support::World;
use crate::support::disks::SwitchedDisk;
use crate::support::world::{did_create, seeded};
use luyin::config::Config;
use luyin::node::open::Storage;
use luyin_ledger::store::MemoryStore;
use std::sync::Arc;

#[test]
fn a_request_that_is_being_written_when_the_end_begins_is_answered_and_kept() {
    let (disk, switch) = SwitchedDisk::new();
    let storage = || Storage {
        disk: disk.clone(),
        store: Arc::new(MemoryStore::new()),
    };
    let mut world = World::bare(Config::default(), storage());
    let tx = did_create(&world.network(), &seeded(50));
    switch.hold();
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| world.submit("/v1/dids", &tx));
        while world.app.metrics().queued.get() == 0 {
            std::thread::yield_now();
        }
        world.begin_stop();
        switch.release();
        asking.join().unwrap()
    });
    assert_eq!(answer.status, 201);
    let entry = answer.json()["entry"].as_u64().unwrap();
    world.stop().unwrap();
    let again = World::bare(Config::default(), storage());
    let kept = again.get(&format!("/v1/entries/{entry}"));
    assert_eq!(
        (kept.status, &kept.json()["kind"]),
        (200, &"did_create".into())
    );
}

#[test]
fn a_node_that_is_about_to_end_is_not_ready() {
    let world = World::bare(Config::default(), crate::support::world::memory());
    assert_eq!(world.get("/readyz").status, 200);
    let node = world.app.node().shared_orderer();
    node.close();
    let answer = world.get("/readyz");
    assert_eq!((answer.status, answer.slug().as_str()), (503, "stopping"));
    let tx = did_create(&world.network(), &seeded(50));
    assert_eq!(world.submit("/v1/dids", &tx).slug(), "stopping");
    assert_eq!(world.get("/healthz").status, 200);
}
