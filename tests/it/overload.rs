//! More than a node can take: told to come again, nothing lost, nothing broken.

use crate::support::client::Call;
use crate::support::disks::SwitchedDisk;
use crate::support::world::{did_create, memory, submission};
use crate::support::{Answer, World};
use luyin::bench::load::{self, Plan};
use luyin::bench::network::BenchNetwork;
use luyin::bench::process::NodeProcess;
use luyin::clock::Clock;
use luyin::config::Config;
use luyin::node::open::Storage;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_ledger::store::MemoryStore;
use luyin_protocol::tx::TxKind;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn key(n: usize) -> SigningKey {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&(n as u64).to_be_bytes());
    SigningKey::from_secret(&SecretBytes::new(seed))
}

#[test]
fn a_full_queue_answers_429_and_everything_taken_is_kept() {
    let (disk, switch) = SwitchedDisk::new();
    let mut config = Config::default();
    config.orderer.queue = 4;
    config.orderer.block = 4;
    config.http.request_timeout_ms = 60_000;
    let storage = Storage {
        disk,
        store: Arc::new(MemoryStore::new()),
    };
    let world = World::bare(config, storage);
    switch.hold();
    let refused = AtomicUsize::new(0);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let (world, refused) = (&world, &refused);
        let threads: Vec<_> = (0..64)
            .map(|n| {
                scope.spawn(move || {
                    let tx = did_create(&world.network(), &key(n));
                    let answer = world.send(&Call::post("/v1/dids", &submission(&tx)));
                    if answer.status == 429 {
                        refused.fetch_add(1, Ordering::SeqCst);
                    }
                    answer
                })
            })
            .collect();
        // What the stages and the queue hold is at most 4 blocks; the rest is turned away while nothing moves.
        while refused.load(Ordering::SeqCst) < 64 - 4 * 4 {
            std::thread::yield_now();
        }
        switch.release();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let mut taken = 0;
    for (n, answer) in answers.iter().enumerate() {
        match answer.status {
            201 => {
                taken += 1;
                let entry = answer.json()["entry"].as_u64().unwrap();
                assert_eq!(world.get(&format!("/v1/entries/{entry}")).status, 200);
            }
            429 => {
                assert_eq!(answer.slug(), "queue-full");
                let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=60).contains(&seconds));
            }
            other => panic!("{n}: {other}"),
        }
    }
    assert!(taken > 0);
    let after = did_create(&world.network(), &key(1_000));
    assert_eq!(world.submit("/v1/dids", &after).status, 201, "it goes on");
}

#[test]
fn an_office_of_a_thousand_behind_one_address_passes_and_a_flood_does_not() {
    let mut config = Config::default();
    config.limits.address_burst = 1_500;
    config.limits.address_per_second = 1;
    let world = World::bare(config, memory());
    let count = |n: usize| -> usize {
        let wave = |_| {
            (0..n / 10)
                .filter(|_| world.get("/v1/notices").status == 200)
                .count()
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..10).map(|t| scope.spawn(move || wave(t))).collect();
            threads.into_iter().map(|t| t.join().unwrap()).sum()
        })
    };
    assert_eq!(count(1_000), 1_000);
    let flood = count(1_000);
    assert!((500..900).contains(&flood), "{flood}");
    let refused = world.get("/v1/notices");
    assert_eq!(
        (refused.status, refused.slug().as_str()),
        (429, "address-budget")
    );
    assert!(refused.header("retry-after").is_some());
}

#[test]
fn an_organisation_has_a_budget_of_its_own() {
    use crate::support::Member;
    let mut config = Config::default();
    config.limits.key_burst = 3;
    config.limits.key_per_second = 1;
    let world = World::furnished(config, memory());
    let call = |member| {
        let call = world.signed(Call::get("/v1/gate/batches/next"), member);
        world.send(&call).slug()
    };
    let refused = (0..20)
        .map(|_| call(Member::Gate))
        .find(|slug| !slug.is_empty());
    assert_eq!(refused.as_deref(), Some("organisation-budget"));
    assert_eq!(call(Member::Registrar), "role", "others are not touched");
}

/// Ten times what it can do, in the real program: nobody is left without an answer, memory stays small, and when it is over
/// the answers come as fast as before.
#[test]
fn ten_times_too_much_is_shed_with_a_time_to_come_again_and_leaves_nothing_behind() {
    const STARTED_AT: usize = 64;
    let root = tempfile::tempdir().unwrap();
    let now = Clock::System.now();
    let network = BenchNetwork::found(root.path(), now).unwrap();
    let mut made = network
        .check_ins(&network.chain().unwrap(), 6_000, now)
        .unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_luyin"));
    program.env("LUYIN__ORDERER__QUEUE", STARTED_AT.to_string());
    program.env("LUYIN__ORDERER__BLOCK", "16");
    let node = NodeProcess::of(&mut program, root.path()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut taken = 0;
    let mut offer = |count: usize, rate: f64| {
        let bodies = made.drain(..count.min(made.len()));
        let bodies = bodies.map(|tx| submission(&tx).to_string().into_bytes().into());
        let outcome = runtime.block_on(load::run(Plan {
            urls: vec![node.url("/v1/checkins")],
            bodies: bodies.collect(),
            rate,
        }));
        assert_eq!(outcome.failed, 0, "{outcome:?}");
        taken += outcome.accepted;
        outcome
    };
    let calm = offer(50, 50.0);
    assert_eq!(calm.accepted, 50, "{calm:?}");
    let full = offer(600, 6_000.0);
    let rate = 10.0 * full.accepted_per_s;
    let flood = offer(4_000, rate);
    assert!(flood.shed > flood.sent / 2, "{flood:?}");
    let normal = (calm.p99_ms * 2.0).max(250.0);
    let over = Instant::now();
    loop {
        let after = offer(50, 50.0);
        if after.p99_ms <= normal && after.shed == 0 {
            break;
        }
        assert!(
            over.elapsed() < Duration::from_secs(30),
            "{calm:?} {after:?}"
        );
    }
    assert!(node.peak_mib().unwrap() < 300.0);
    drop(node);
    let kept = network
        .chain()
        .unwrap()
        .state()
        .count(TxKind::CheckIn)
        .unwrap();
    assert_eq!(
        kept.get(),
        taken as u64,
        "everything acknowledged is there, and nothing else"
    );
}
