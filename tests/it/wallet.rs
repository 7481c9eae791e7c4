//! A person's days with the wallet command: enrolment, check-ins, passes without a network, a backup.

use super::support::town::{Said, Town};
use super::support::world::Member;
use luyin_protocol::policy::{Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::GovernanceAction;
use serde_json::Value;

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A town with a policy in effect, which shows the mask and takes paper.
pub fn governed() -> Town {
    govern(Town::start())
}

/// Puts the policy and an empty risk list in effect.
pub fn govern(town: Town) -> Town {
    let effective = town.world.now();
    let policy = Policy {
        reference: PolicyRef { id: 1, version: 1 },
        name_zh: "复工通行".into(),
        name_en: "Return to work".into(),
        effective,
        grace_ms: 0,
        thresholds: Thresholds::standard(),
        predicates: Predicates {
            slot_lag: 1,
            min_normal: 1,
            window_a: 0x3fff,
            window_b: 1,
            max_test_age: None,
            min_doses: None,
            max_reading_age: None,
            max_itinerary_age: None,
            fresh_horizon: 0,
            fresh_normal: 0,
            show_mask: true,
        },
        paper: true,
        gate_code: false,
    };
    let risk = RiskList {
        version: 1,
        regions: Default::default(),
        effective,
        grace_ms: 0,
    };
    let actions = [
        GovernanceAction::Policy(Box::new(policy)),
        GovernanceAction::RiskList(Box::new(risk)),
    ];
    for action in actions {
        let next = town.world.get("/v1/governance/next").json()["next"].as_u64();
        let tx = town.world.governance(next.unwrap(), action);
        let answer = town.world.submit("/v1/governance", &tx);
        assert_eq!(answer.status, 201, "{}", answer.slug());
    }
    town
}

/// Moves the clock, and waits until every note so far stands under an epoch.
pub fn forward(town: &Town, ms: u64) {
    let clock = town.world.app.clock();
    clock.set(clock.now().plus_ms(ms)).unwrap();
    let notes = || {
        let state = town.world.app.node().state();
        state.note_forest().unwrap().notes.get()
    };
    let under_an_epoch = || {
        town.world.get("/v1/forest").json()["size"]
            .as_u64()
            .unwrap()
    };
    while under_an_epoch() < notes() {
        std::thread::yield_now();
    }
}

pub fn wallet(town: &Town, file: &str, args: &[&str]) -> Said {
    let keys = town.path("wallet-keys");
    let all = [
        &["wallet"],
        args,
        &["--wallet", file, "--keys", keys.to_str().unwrap()],
    ]
    .concat();
    town.luyin(&all)
}

pub fn venue() -> String {
    Member::Stranger.did().to_string()
}

fn ms(at: Timestamp) -> String {
    at.get().to_string()
}

/// Somebody who is enrolled and has checked in normally.
pub fn enrolled(town: &Town) {
    town.request("anna", false);
    let said = town.enrol("anna", "11010519491231002X");
    assert!(said.success, "{}", said.stderr);
    wallet(town, "anna.wallet", &["enrol-finish"]).json();
    forward(town, 16_000);
    let normal = ["checkin", "--temperature", "36.5", "--confirm"];
    let said = wallet(town, "anna.wallet", &normal).json();
    assert_eq!(said["status"], "normal", "{said}");
    forward(town, 16_000);
}

/// A pass as a PNG image, made without a network at a moment.
pub fn shown(town: &Town, now: Timestamp, png: &str) -> Value {
    let args = [
        "show",
        "--venue",
        &venue(),
        "--png",
        png,
        "--node",
        NOWHERE,
        "--now",
        &ms(now),
    ];
    wallet(town, "anna.wallet", &args).json()
}

#[test]
fn a_person_enrols_checks_in_twice_and_walks_on_from_an_old_backup() {
    let town = governed();
    enrolled(&town);
    let anna = |args: &[&str]| wallet(&town, "anna.wallet", args);
    anna(&["backup", "old.backup"]).json();
    let status = anna(&["status"]).json();
    assert_eq!(
        (&status[0]["colour"], &status[0]["pending"]),
        (&"green".into(), &false.into())
    );

    let again = anna(&["checkin", "--same-as-yesterday", "--confirm"]);
    assert!(again.refusal().contains("already checked in"), "{again:?}");
    let unconfirmed = anna(&["checkin", "--temperature", "36.5"]);
    assert!(unconfirmed.refusal().contains("--confirm"));
    let unreadable = anna(&["checkin", "--temperature", "36.55", "--confirm"]);
    assert!(unreadable.refusal().contains("34.0 to 43.0"));
    let missed = anna(&["checkin", "--same-as-yesterday", "--previous", "--confirm"]);
    assert!(missed.refusal().contains("closed"), "{missed:?}");

    let employer = venue();
    for _ in 0..2 {
        forward(&town, 12 * 3_600_000);
        let same = [
            "checkin",
            "--same-as-yesterday",
            "--confirm",
            "--employer",
            &employer,
        ];
        let said = anna(&same).json();
        let opening: Value = serde_json::from_slice(
            &std::fs::read(town.path(said["disclosure"].as_str().unwrap())).unwrap(),
        )
        .unwrap();
        assert_eq!(
            (&opening["slot"], &opening["punctuality"]),
            (&said["slot"], &"on_time".into())
        );
    }
    std::fs::create_dir(town.path("new-phone")).unwrap();
    wallet(&town, "new-phone/anna.wallet", &["restore", "old.backup"]).json();
    let slot = |file: &str| {
        let fever = ["checkin", "--temperature", "38.6", "--confirm"];
        wallet(&town, file, &fever).json()["slot"].as_u64().unwrap()
    };
    forward(&town, 16_000);
    // The restored wallet stands where the first one does, and goes on from there.
    let expected = town.world.now().slot().get();
    assert_eq!(slot("new-phone/anna.wallet"), u64::from(expected));
    let status = anna(&["status"]).json();
    assert_eq!(status[0]["colour"], "red", "{status}");
}

#[test]
fn a_wallet_opens_with_its_passphrase_alone_and_shows_no_pass_that_it_has_not_proved() {
    let town = governed();
    enrolled(&town);
    std::fs::write(town.path("wrong"), "battery staple\n").unwrap();
    let wrong = wallet(
        &town,
        "anna.wallet",
        &["status", "--passphrase-file", "wrong"],
    );
    assert!(wrong.refusal().contains("passphrase"), "{wrong:?}");
    let now = town.world.now();
    let args = ["show", "--node", NOWHERE, "--now", &ms(now)];
    let none = wallet(&town, "anna.wallet", &args);
    assert!(none.refusal().contains("luyin wallet prove"), "{none:?}");
    let made = wallet(&town, "anna.wallet", &["prove", "--walk-ins", "1"]).json();
    assert_eq!(made["made"], 4, "{made}");
    for _ in 0..4 {
        wallet(&town, "anna.wallet", &args).json();
    }
    let fifth = wallet(&town, "anna.wallet", &args);
    assert!(fifth.refusal().contains("manual lane"), "{fifth:?}");
    let lost = wallet(&town, "nobody.wallet", &["status"]);
    assert!(lost.refusal().contains("luyin wallet new"), "{lost:?}");
}
