use super::world::*;
use crate::state::identity::Resolution;
use crate::tx::{IdentityRefusal, Refusal, SignerRefusal};
use luyin_protocol::did::DocumentHash;
use luyin_protocol::signature::{Domain, Signature};
use luyin_protocol::tx::*;

fn update(world: &World, previous: DocumentHash, to: u8, by: u8) -> Tx {
    let (did, document) = (did(LAB), document(to));
    let body = DidUpdate::body(&did, &previous, &document);
    Tx::DidUpdate(DidUpdate {
        did,
        previous,
        document,
        signature: world.sign(by, Domain::Transaction, &body),
    })
}

fn deactivate(world: &World, previous: DocumentHash, by: u8) -> Tx {
    let did = did(LAB);
    let body = DidDeactivate::body(&did, &previous);
    Tx::DidDeactivate(DidDeactivate {
        did,
        previous,
        signature: world.sign(by, Domain::Transaction, &body),
    })
}

#[test]
fn an_identifier_is_created_once_and_only_by_its_own_controller() {
    let mut world = World::bare();
    let Tx::DidCreate(mut forged) = world.did_create(LAB) else {
        unreachable!()
    };
    forged.signature = world.sign(
        GATE,
        Domain::Transaction,
        &DidCreate::body(&forged.document),
    );
    let refused = world.refusal(Tx::DidCreate(forged));
    assert_eq!(refused, IdentityRefusal::BadSignature.into());
    let tx = world.did_create(LAB);
    world.accept_one(tx.clone());
    assert_eq!(world.refusal(tx), IdentityRefusal::Exists.into());
}

#[test]
fn a_key_is_rotated_by_the_old_key_alone_and_old_versions_stay_resolvable() {
    let mut world = World::new();
    let (first, second) = (document(LAB), document(90));
    let before = world.now;
    world.advance(60_000);
    let by_other = update(&world, first.hash(), 90, 90);
    assert_eq!(world.refusal(by_other), SignerRefusal::BadSignature.into());
    world.accept_one(update(&world, first.hash(), 90, LAB));
    let stale = update(&world, first.hash(), 91, LAB);
    assert_eq!(world.refusal(stale), IdentityRefusal::NotNewest.into());
    let same = update(&world, second.hash(), 90, 90);
    assert_eq!(world.refusal(same).slug(), "repeated-item");

    let state = world.chain.state();
    let held = |resolution| match resolution {
        Resolution::Active(number, version) => (number.get(), version.document),
        other => panic!("{other:?}"),
    };
    let lab = did(LAB);
    assert_eq!(held(state.resolve(lab).unwrap()), (2, second));
    assert_eq!(held(state.resolve_at(lab, before).unwrap()), (1, first));
    let early = morning().since(luyin_protocol::time::Timestamp::new(1));
    let early = luyin_protocol::time::Timestamp::new(early);
    assert_eq!(state.resolve_at(lab, early).unwrap(), Resolution::Unknown);
}

#[test]
fn the_new_key_signs_from_the_next_block_on_and_the_old_one_no_more() {
    let mut world = World::new();
    world.accept_one(update(&world, document(LAB).hash(), 90, LAB));
    let mut attest = world.attest(&[1]);
    let refused = world.refusal(Tx::Attest(attest.clone()));
    assert_eq!(refused, SignerRefusal::BadSignature.into());
    let body = Attest::body(&attest.issuer, attest.kind, &attest.bodies);
    attest.signature = world.sign(90, Domain::Transaction, &body);
    world.accept_one(Tx::Attest(attest));
}

#[test]
fn a_deactivated_identifier_does_nothing_any_more() {
    let mut world = World::new();
    let hash = document(LAB).hash();
    let by_other = deactivate(&world, hash, GATE);
    assert_eq!(world.refusal(by_other), SignerRefusal::BadSignature.into());
    world.accept_one(deactivate(&world, hash, LAB));
    let gone: Refusal = SignerRefusal::Deactivated.into();
    assert_eq!(world.refusal(deactivate(&world, hash, LAB)), gone);
    assert_eq!(world.refusal(update(&world, hash, 90, LAB)), gone);
    assert_eq!(world.refusal(Tx::Attest(world.attest(&[1]))), gone);
    let again = world.did_create(LAB);
    assert_eq!(world.refusal(again), IdentityRefusal::Exists.into());
    let resolved = world.chain.state().resolve(did(LAB)).unwrap();
    assert!(matches!(resolved, Resolution::Deactivated(_)));
}

#[test]
fn an_unknown_identifier_signs_nothing() {
    let world = World::bare();
    let hash = document(LAB).hash();
    let unknown: Refusal = SignerRefusal::UnknownDid.into();
    assert_eq!(world.refusal(update(&world, hash, 90, LAB)), unknown);
    assert_eq!(world.refusal(deactivate(&world, hash, LAB)), unknown);
}

#[test]
fn a_gates_batches_count_without_gaps_and_only_while_it_is_accredited() {
    let mut world = World::new();
    let refused = world.refusal(Tx::AuditBatch(world.audit(2)));
    assert_eq!(refused, crate::tx::AuditRefusal::BatchGap { due: 1 }.into());
    world.accept(vec![
        Tx::AuditBatch(world.audit(1)),
        Tx::AuditBatch(world.audit(2)),
    ]);
    let refused = world.refusal(Tx::AuditBatch(world.audit(2)));
    assert_eq!(refused, crate::tx::AuditRefusal::BatchGap { due: 3 }.into());
    let mut empty = world.audit(3);
    empty.records = 0;
    assert_eq!(world.refusal(Tx::AuditBatch(empty)).slug(), "empty");
    let mut forged = world.audit(3);
    forged.records = 10;
    let refused = world.refusal(Tx::AuditBatch(forged));
    assert_eq!(refused, SignerRefusal::BadSignature.into());
    let mut other = world.audit(1);
    other.gate = did(VENUE);
    other.signature = Signature::from_bytes([0; 64]);
    let refused = world.refusal(Tx::AuditBatch(other));
    assert_eq!(refused, SignerRefusal::NotAccredited.into());
}
