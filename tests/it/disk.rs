//! A disk that is full: refused with 503, what was acknowledged stays, and the node works again when there is room.

use crate::support::World;
use crate::support::disks::SwitchedDisk;
use crate::support::world::{did_create, seeded};
use luyin::config::Config;
use luyin::node::open::Storage;
use luyin_ledger::store::MemoryStore;
use std::sync::Arc;

#[test]
fn a_full_disk_answers_503_keeps_what_was_acknowledged_and_recovers() {
    let (disk, switch) = SwitchedDisk::new();
    let storage = Storage {
        disk,
        store: Arc::new(MemoryStore::new()),
    };
    let mut config = Config::default();
    config.orderer.tick_ms = 20;
    let world = World::bare(config, storage);
    let create = |n| did_create(&world.network(), &seeded(n));
    let kept = world.submit("/v1/dids", &create(50));
    assert_eq!(kept.status, 201);
    let entry = kept.json()["entry"].as_u64().unwrap();
    assert_eq!(
        world.get(&format!("/v1/entries/{entry}")).status,
        200,
        "published"
    );
    switch.fill();
    for n in 51..54 {
        let refused = world.submit("/v1/dids", &create(n));
        assert_eq!(
            (refused.status, refused.slug().as_str()),
            (503, "cannot-write")
        );
        assert!(refused.header("retry-after").is_some());
        assert!(
            refused.json().get("detail").is_none(),
            "nothing of the fault shows"
        );
    }
    assert_eq!(world.get("/readyz").slug(), "cannot-write");
    assert_eq!(world.get(&format!("/v1/entries/{entry}")).status, 200);
    switch.release();
    while world.get("/readyz").status != 200 {
        std::thread::yield_now();
    }
    assert_eq!(world.get(&format!("/v1/entries/{entry}")).status, 200);
    let again = world.submit("/v1/dids", &create(50));
    assert_eq!(again.slug(), "did-exists", "what was acknowledged is there");
    for n in 51..54 {
        let accepted = world.submit("/v1/dids", &create(n)).status;
        assert!(matches!(accepted, 201 | 409), "{accepted}");
    }
}
