//! An issuer that does more than it should is told to the regulator, and to whoever watches the node.

use crate::support::client::Call;
use crate::support::world::submission;
use crate::support::{Member, World};
use luyin_protocol::attestation::{AttestationKind, leaf};
use luyin_protocol::field::AttestationBody;
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Attest, AttestWithdrawn, Tx};
use serde_json::{Value, json};
use std::ops::Range;

const KIND: AttestationKind = AttestationKind::Test;

fn bodies(numbers: Range<u64>) -> Vec<AttestationBody> {
    numbers
        .map(|n| AttestationBody::from_value(n.into()))
        .collect()
}

fn post(world: &World, route: &str, tx: &Tx) {
    let call = world.signed(Call::post(route, &submission(tx)), Member::Attester);
    let answer = world.send(&call);
    assert_eq!(answer.status, 201, "{}", answer.json());
}

fn attest(world: &World, numbers: Range<u64>) {
    let (issuer, bodies) = (Member::Attester.did(), bodies(numbers));
    let body = Attest::body(&issuer, KIND, &bodies);
    let signature = Member::Attester
        .key()
        .sign(Domain::Transaction, &world.network(), &body);
    let tx = Tx::Attest(Attest {
        issuer,
        kind: KIND,
        bodies,
        signature,
    });
    post(world, "/v1/attestations", &tx);
}

fn withdraw(world: &World, day: Day, numbers: Range<u64>) {
    let issuer = Member::Attester.did();
    let bodies = bodies(numbers).into_iter();
    let leaves: Vec<_> = bodies
        .map(|body| leaf(KIND, issuer.issuer(), body))
        .collect();
    let reason = "mixed-up samples".to_owned();
    let body = AttestWithdrawn::body(&issuer, day, &leaves, &reason);
    let signature = Member::Attester
        .key()
        .sign(Domain::Transaction, &world.network(), &body);
    let tx = Tx::AttestWithdrawn(AttestWithdrawn {
        issuer,
        day,
        leaves,
        reason,
        signature,
    });
    post(world, "/v1/attestations/withdrawals", &tx);
}

fn alarms(world: &World, query: &str) -> Value {
    let call = Call::get(&format!("/v1/audit/alarms{query}"));
    let answer = world.send(&world.signed(call, Member::Regulator));
    assert_eq!(answer.status, 200);
    answer.json()
}

fn names(alarms: &Value) -> Vec<&str> {
    let all = alarms["alarms"].as_array().unwrap().iter();
    all.map(|alarm| alarm["alarm"].as_str().unwrap()).collect()
}

fn figures(world: &World) -> String {
    let text = world.get("/metrics");
    let text = String::from_utf8(text.body).unwrap();
    let own = text.lines().filter(|line| line.starts_with("luyin_alarms"));
    own.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_issuer_far_above_its_usual_day_is_told_with_its_figures_and_the_read_is_logged() {
    let world = World::start();
    let next_day = || {
        let tomorrow = world.now().day().plus(1).start().plus_ms(36_000_000);
        world.app.clock().set(tomorrow).unwrap();
    };
    for day in 0..3 {
        attest(&world, day * 10..day * 10 + 10);
        next_day();
    }
    let today = world.now().day();
    assert_eq!(alarms(&world, "")["alarms"], json!([]));
    attest(&world, 1_000..1_900);
    withdraw(&world, today, 1_000..1_050);

    let told = alarms(&world, "");
    assert_eq!(told["day"], today.get());
    assert_eq!(told["thresholds"]["near_quota_percent"], 80);
    assert_eq!(told["looked_at"], 2);
    assert_eq!(names(&told), ["withdrawals", "near-quota", "surge"]);
    let [back, quota, surge] = [0, 1, 2].map(|n| &told["alarms"][n]);
    for alarm in [back, quota, surge] {
        assert_eq!(alarm["organisation"], Member::Attester.did().to_string());
        assert_eq!(
            (&alarm["role"], &alarm["count"]),
            (&json!("attester"), &json!(900))
        );
    }
    assert_eq!(
        (&back["taken_back"], &back["kind"]),
        (&json!(50), &Value::Null)
    );
    assert_eq!(
        (&quota["quota"], &quota["kind"]),
        (&json!(1_000), &json!("test"))
    );
    assert_eq!(surge["usual"], 10);

    let lines = figures(&world);
    assert!(lines.contains("luyin_alarms{alarm=\"surge\"} 1"), "{lines}");
    assert!(lines.contains("luyin_alarms{alarm=\"first-issue-after-silence\"} 0"));
    let did = Member::Attester.did().to_string();
    assert!(!lines.contains(&did), "figures name nobody");

    // The day before was as any other, and stays so.
    let before = format!("?day={}", today.minus(1));
    assert_eq!(alarms(&world, &before)["alarms"], json!([]));
    next_day();
    let kept = format!("?day={today}");
    assert_eq!(names(&alarms(&world, &kept)), names(&told));
    assert_eq!(alarms(&world, "")["alarms"], json!([]));

    let reads = world.signed(Call::get("/v1/audit/reads"), Member::Regulator);
    let reads = world.send(&reads).json();
    let what = reads["reads"].as_array().unwrap().iter();
    let of_alarms = what.filter(|r| r["what"].as_str().unwrap().starts_with("/v1/audit/alarms"));
    assert_eq!(of_alarms.count(), 5);
}

#[test]
fn an_attester_is_told_its_kinds_with_what_is_left_of_the_day() {
    let world = World::start();
    attest(&world, 0..7);
    let call = Call::get("/v1/attestations/own");
    let own = world.send(&world.signed(call, Member::Attester)).json();
    let expected = json!([{"kind": "test", "quota": 1_000, "used": 7}]);
    assert_eq!(own, json!({"day": world.now().day(), "kinds": expected}));
}
