//! The same request twice, across whatever happens in between (clause 9.3).

use crate::support::client::Call;
use crate::support::world::{did_create, memory, on_disk, seeded, submission};
use crate::support::{Answer, World};
use luyin::config::Config;
use luyin_protocol::tx::Tx;
use serde_json::json;

const KEY: &str = "idempotency-key";

fn post(world: &World, tx: &Tx, key: &str) -> Answer {
    world.send(&Call::post("/v1/dids", &submission(tx)).header(KEY, key))
}

#[test]
fn the_same_request_is_answered_the_same_and_takes_effect_once() {
    let world = World::bare(Config::default(), memory());
    let tx = did_create(&world.network(), &seeded(50));
    let first = post(&world, &tx, "k1");
    assert_eq!(first.status, 201);
    for _ in 0..3 {
        let again = post(&world, &tx, "k1");
        assert_eq!((again.status, again.json()), (201, first.json()));
    }
    let other_key = post(&world, &tx, "k2");
    assert_eq!(
        other_key.json(),
        first.json(),
        "the transaction is the same"
    );
    let without = world.submit("/v1/dids", &tx);
    assert_eq!(
        (without.status, without.slug().as_str()),
        (409, "did-exists")
    );
    assert_eq!(world.get("/v1/network").json()["log_size"], 3);
}

#[test]
fn a_key_that_took_effect_is_refused_with_another_body() {
    let world = World::bare(Config::default(), memory());
    let tx = did_create(&world.network(), &seeded(50));
    assert_eq!(post(&world, &tx, "k").status, 201);
    let other = did_create(&world.network(), &seeded(51));
    let refused = post(&world, &other, "k");
    assert_eq!(
        (refused.status, refused.slug().as_str()),
        (422, "idempotency-reuse")
    );
    assert_eq!(post(&world, &other, "k2").status, 201);
}

#[test]
fn a_key_whose_request_was_refused_is_free() {
    let world = World::bare(Config::default(), memory());
    let Tx::DidCreate(mut bad) = did_create(&world.network(), &seeded(50)) else {
        panic!("a create");
    };
    let good = Tx::DidCreate(bad.clone());
    bad.signature = luyin_protocol::signature::Signature::from_bytes([1; 64]);
    assert_eq!(
        post(&world, &Tx::DidCreate(bad), "k").slug(),
        "did-bad-signature"
    );
    assert_eq!(post(&world, &good, "k").status, 201);
}

#[test]
fn a_receipt_is_given_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = {
        let (_held, storage) = on_disk(dir.path());
        let world = World::bare(Config::default(), storage);
        let tx = did_create(&world.network(), &seeded(50));
        post(&world, &tx, "k")
    };
    assert_eq!(first.status, 201);
    // Also where the index with its receipts is lost: they are made up from the log.
    for lose_index in [false, true] {
        if lose_index {
            std::fs::remove_dir_all(dir.path().join("index")).unwrap();
        }
        let (_held, storage) = on_disk(dir.path());
        let world = World::bare(Config::default(), storage);
        let tx = did_create(&world.network(), &seeded(50));
        let again = post(&world, &tx, "k");
        assert_eq!((again.status, again.json()), (201, first.json()));
    }
}

#[test]
fn many_of_the_same_request_at_once_give_one_effect_and_one_answer() {
    let world = World::bare(Config::default(), memory());
    let tx = did_create(&world.network(), &seeded(50));
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| post(&world, &tx, "k")))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!((answer.status, answer.json()), (201, answers[0].json()));
    }
}

#[test]
fn malformed_keys_are_refused() {
    let world = World::bare(Config::default(), memory());
    let tx = did_create(&world.network(), &seeded(50));
    for key in ["", "with space", &"k".repeat(65)] {
        assert_eq!(post(&world, &tx, key).slug(), "idempotency-key", "{key:?}");
    }
    let twice = Call::post("/v1/dids", &json!({"tx": ""}))
        .header(KEY, "a")
        .header(KEY, "b");
    assert_eq!(world.send(&twice).slug(), "idempotency-key");
}
