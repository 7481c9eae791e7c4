mod blocks;
mod crash;
mod invariants;
mod rebuild;
mod superseded;
mod verify;

use crate::store::{MemoryStore, Store};
use crate::tx::tests::world::World;
use luyin_protocol::appeal::AppealOutcome;
use luyin_protocol::tx::Tx;
use std::sync::Arc;

/// The network with a person, an epoch, attestations, a notice with its release, a check-in, and two appeals of
/// which one is answered.
fn lived_in() -> World {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    let tx = world.proved_checkin(epoch);
    world.accept_one(tx);
    world.accept_one(Tx::Attest(world.attest(&[1, 2])));
    let class = luyin_protocol::risk::NoticeClass::Confirmed;
    let id = world.publish_notice(class, None);
    world.accept_one(world.release(id, world.today(), 500));
    let first = world.proved_appeal(id, epoch, 71);
    let second = world.proved_appeal(id, epoch, 72);
    let filed = world.accept(vec![first, second]);
    let refused = world.answer(filed.entries[0], id, AppealOutcome::Refused);
    let tx = world.reviewed(refused);
    world.accept_one(tx);
    world
}

/// All keys and values.
fn content(store: &MemoryStore) -> Vec<(Vec<u8>, Vec<u8>)> {
    store.scan(&[], &[], usize::MAX).unwrap()
}

/// The same content in a store of its own.
fn copy(store: &MemoryStore) -> Arc<MemoryStore> {
    Arc::new(store.after_power_loss(usize::MAX))
}
