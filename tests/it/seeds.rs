//! Seeds for the fuzz targets that only a running network can write, and the seeds of the service's own decoders.
//!
//! The network is played anew each time, so what it writes differs from what is committed; what every run shows is that the
//! checks take it. `LUYIN_WRITE_SEEDS=1 cargo test -p luyin --test it seeds` puts it into `fuzz/corpus`.

use super::support::people::{Citizen, enrol};
use super::support::rules::lenient;
use super::support::simulated::{Simulator, simulated_world};
use super::support::wallets::well;
use super::support::world::{Member, World};
use luyin::client::NodeClient;
use luyin::config::Config;
use luyin::device::{DiskFiles, GateDevice};
use luyin::http::server;
use luyin::qr::to_png;
use luyin::service::forest;
use luyin_device::client::RequestSigner;
use luyin_device::gate::{Settings, Sharing};
use luyin_device::qr::{Medium, QrImage};
use luyin_device::wallet::{ShowAt, SlotChoice, WantedPasses};
use luyin_fuzz::replay::{WRITE, faults_of};
use luyin_fuzz::{LIBRARIES, Outcome, SERVICE, Target, corpus};
use luyin_ledger::log::merkle::EntryIndex;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::Cadence;
use luyin_protocol::pass::GateCode;
use luyin_protocol::risk::RiskList;
use luyin_protocol::tx::{Entry, GovernanceAction, Tx};
use std::path::{Path, PathBuf};

#[test]
fn every_seed_of_the_service_is_what_its_name_says_and_gives_no_planted_fault_away() {
    let faults = faults_of(SERVICE);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Checks what a network wrote, and keeps it where the environment asks for it.
fn take(target: &str, seed: &str, bytes: &[u8]) {
    let of_that_name = |(name, _): &&(&str, Target)| *name == target;
    let (_, found) = LIBRARIES
        .iter()
        .chain(SERVICE)
        .find(of_that_name)
        .expect(target);
    assert_eq!((found.check)(bytes), Outcome::Accepted, "{target}/{seed}");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(corpus(target).join(seed), bytes).unwrap();
    }
}

fn file(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn publish_rules(world: &World) {
    let list = RiskList {
        version: 1,
        regions: Itinerary::default(),
        effective: world.now(),
        grace_ms: 0,
    };
    let actions = [
        GovernanceAction::Policy(Box::new(lenient(world.now()))),
        GovernanceAction::RiskList(Box::new(list)),
    ];
    for (sequence, action) in (5..).zip(actions) {
        let tx = world.governance(sequence, action);
        assert_eq!(world.submit("/v1/governance", &tx).status, 201);
    }
}

/// Moves the clock past an epoch's cadence, and waits until every note so far stands under one.
fn next_epoch(world: &World) {
    let clock = world.app.clock();
    clock.set(clock.now().plus_ms(16_000)).unwrap();
    let node = world.app.node();
    let notes = || node.state().note_forest().unwrap().notes.get();
    while forest::show(node).unwrap().size < notes() {
        std::thread::yield_now();
    }
}

/// Somebody who has checked in and holds passes.
fn citizen(world: &World, prover: &Simulator, node: &NodeClient) -> Citizen {
    let (mut citizen, _) = enrol(world, 0, prover);
    next_epoch(world);
    let wallet = &mut citizen.wallet;
    wallet
        .checkin(None, &well(), SlotChoice::Current, node, prover)
        .unwrap();
    next_epoch(world);
    let wanted = WantedPasses {
        policy: Some(1),
        venues: vec![Member::Stranger.did()],
        ..WantedPasses::default()
    };
    let proved = wallet
        .prove(None, &wanted, node, prover, |_, _| {})
        .unwrap();
    assert!(proved.unprovable.is_empty(), "{proved:?}");
    citizen
}

#[test]
fn what_a_network_writes_is_taken_by_the_checks_of_the_fuzz_targets() {
    let (world, prover) = simulated_world(Config::default(), Cadence::demo(), server::serve);
    publish_rules(&world);
    let node = NodeClient::new(&world.node()).unwrap();
    let mut citizen = citizen(&world, &prover, &node);
    let content = serde_json::to_vec(citizen.wallet.content()).unwrap();
    take("wallet_content", "with-a-note-and-a-pass", &content);
    the_ledger_s_entries(&world);
    the_files_of_the_log(&world);
    the_answers_of_the_node(&world);
    let now = world.now();
    let place = ShowAt::Venue(Member::Stranger.did());
    let pass = citizen.wallet.take_pass(None, place, 1, now).unwrap();
    let text = pass.sign(now.step(), GateCode(0)).to_text();
    take("pass_text", "at-a-venue", text.as_bytes());
    let code = QrImage::draw(&text, Medium::Screen).unwrap();
    take("qr_image", "pass", &to_png(&code, 2).unwrap());
    a_morning_at_a_gate(&world, &text);
}

fn the_ledger_s_entries(world: &World) {
    let node = world.app.node();
    for n in 0..node.published().newest().head.size() {
        let bytes = node.entry(EntryIndex::new(n)).unwrap();
        let seed = match Entry::from_slice(&bytes).unwrap() {
            Entry::Tx(tx) => match *tx {
                Tx::Enrol(ref enrol) => {
                    take("proof", "of-an-enrolment", enrol.proof.as_bytes());
                    "enrol-on-a-ledger"
                }
                Tx::CheckIn(_) => "check-in-on-a-ledger",
                _ => continue,
            },
            Entry::Genesis(_) | Entry::Block(_) => continue,
        };
        take("entry", seed, &bytes);
    }
}

/// The file with these parts in its path, of those the longest name: the newest partial tile.
fn newest(directory: &Path, part: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.to_string_lossy().contains(part) => found.push(path),
                false => {}
            }
        }
    }
    found.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
    found.pop().unwrap_or_else(|| panic!("no file of {part}"))
}

fn the_files_of_the_log(world: &World) {
    let data = world.files().join("node");
    let of = |part: &str| file(&newest(&data, part));
    take("hash_tile", "of-a-log", &of("tile/0/000.p/"));
    take("forest_tile", "of-a-forest", &of("note/0/000.p/"));
    take("genesis", "of-a-network", &of("genesis.bin"));
    let note = of("/checkpoint");
    let end = note.windows(2).position(|pair| pair == b"\n\n").unwrap();
    take("checkpoint", "of-a-log", &note[..=end]);
    take(
        "manifest",
        "of-a-bench",
        &file(&world.files().join("keys/manifest.json")),
    );
}

fn the_answers_of_the_node(world: &World) {
    for (seed, target) in [
        ("network-of-a-node", "/v1/network"),
        ("news-of-a-node", "/v1/news"),
        ("forest-of-a-node", "/v1/forest"),
        ("epochs-of-a-node", "/v1/epochs?after=0"),
        ("enrolments-of-a-node", "/v1/enrolments?bucket=0&bits=0"),
        ("entry-of-a-node", "/v1/entries/1"),
    ] {
        let answer = world.get(target);
        let said = [format!("{}\n", answer.status).as_bytes(), &answer.body].concat();
        take("node_answer", seed, &said);
    }
}

fn a_morning_at_a_gate(world: &World, text: &str) {
    let settings = Settings {
        network: world.network(),
        gate: Member::Gate.did(),
        venue: Member::Stranger.did(),
        policy: 1,
        node: world.node(),
    };
    let directory = world.files().join("gate");
    let mut gate = GateDevice::init(DiskFiles::below(directory.clone()), &settings).unwrap();
    let signer = RequestSigner::organisation(&Member::Gate.did(), Member::Gate.key());
    let client = NodeClient::new(&world.node()).unwrap().signing_as(signer);
    let bundle = gate.update(&client).unwrap().to_vec();
    take("gate_bundle", "of-a-node", &bundle);
    gate.scan(text, world.now(), Sharing::Offline).unwrap();
    let records = gate.queue().waiting().unwrap();
    take("audit_record", "of-a-gate", &records[0].to_vec());
    take(
        "gate_seen",
        "of-a-gate",
        &file(&newest(&directory, "seen/")),
    );
    take(
        "gate_settings",
        "of-a-gate",
        &file(&directory.join("gate.json")),
    );
    let (network, key) = (world.network(), Member::Gate.key());
    let batch = gate
        .queue()
        .cut(1, Member::Gate.did(), &network, &key)
        .unwrap();
    take("gate_queue", "of-a-gate", &batch.unwrap().to_vec());
}
