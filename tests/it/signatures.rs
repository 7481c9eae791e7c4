//! Requests that are not what was signed (clause 9.2).

use crate::support::client::Call;
use crate::support::{Member, World};
use luyin_protocol::time::Timestamp;
use serde_json::json;

const ROUTE: &str = "/v1/audit/verify";

fn call() -> Call {
    Call::post(ROUTE, &json!({}))
}

fn outcome(world: &World, call: &Call) -> (u16, String) {
    let answer = world.send(call);
    (answer.status, answer.slug())
}

#[test]
fn a_signed_request_is_good_once() {
    let world = World::start();
    let signed = world.signed(call(), Member::Regulator);
    assert_eq!(outcome(&world, &signed), (200, String::new()));
    assert_eq!(outcome(&world, &signed), (401, "nonce-used".into()));
}

#[test]
fn an_altered_request_is_refused() {
    let world = World::start();
    let good = world.signed(call(), Member::Regulator);
    let refused = (401, "http-signature".to_owned());
    let mut body = good.clone();
    body.body = json!({ "from": 1 }).to_string().into_bytes();
    assert_eq!(outcome(&world, &body), refused);
    let mut query = good.clone();
    query.target.push_str("?x=1");
    assert_eq!(outcome(&world, &query), refused);
    let mut path = good.clone();
    path.target = "/v1/gate/walk-ins".into();
    assert_eq!(outcome(&world, &path), refused);
    for dropped in ["content-digest", "signature-input", "signature"] {
        let mut call = good.clone();
        call.headers.retain(|(name, _)| name != dropped);
        assert_eq!(outcome(&world, &call), refused, "{dropped}");
    }
    let mut covered = good.clone();
    for (name, value) in &mut covered.headers {
        if name == "signature-input" {
            *value = value.replace(" \"content-digest\"", "");
        }
    }
    assert_eq!(outcome(&world, &covered), refused);
    assert_eq!(
        outcome(&world, &good),
        (200, String::new()),
        "none of it used the nonce up"
    );
}

#[test]
fn a_request_of_another_time_key_or_organisation_is_refused() {
    let world = World::start();
    let sign = |member: Member, id: &str, now: Timestamp| {
        call().signed(world.address, &member.key(), id, now)
    };
    let now = world.now();
    let regulator = Member::Regulator.did().to_string();
    for stale in [now.get() - 61_000, now.get() + 61_000] {
        let call = sign(Member::Regulator, &regulator, Timestamp::new(stale));
        assert_eq!(outcome(&world, &call), (401, "http-signature".into()));
    }
    let other_key = sign(Member::Gate, &regulator, now);
    assert_eq!(outcome(&world, &other_key), (401, "http-signature".into()));
    let role_missing = sign(Member::Gate, &Member::Gate.did().to_string(), now);
    assert_eq!(outcome(&world, &role_missing), (403, "role".into()));
    for unknown in [
        "did:luyin:11111111111111111111111111111111",
        "trustee:1",
        "",
    ] {
        let call = sign(Member::Regulator, unknown, now);
        assert_eq!(outcome(&world, &call).0, 401, "{unknown}");
    }
}

#[test]
fn a_request_addressed_to_another_host_is_refused_where_hosts_are_named() {
    let mut config = luyin::config::Config::default();
    config.http.authorities = vec!["node.example".into()];
    let world = World::furnished(config, crate::support::world::memory());
    let signed = world.signed(call(), Member::Regulator);
    assert_eq!(outcome(&world, &signed), (401, "authority".into()));
}

#[test]
fn an_organisation_hands_in_its_own_transactions_alone() {
    use luyin_protocol::signature::{Domain, Sha256Hash};
    use luyin_protocol::tx::{AuditBatch, Tx};
    let world = World::start();
    let (gate, root) = (Member::Stranger.did(), Sha256Hash::of(b""));
    let body = AuditBatch::body(&gate, 1, 0, &root);
    let signature = Member::Stranger
        .key()
        .sign(Domain::Audit, &world.network(), &body);
    let tx = Tx::AuditBatch(AuditBatch {
        gate,
        batch: 1,
        records: 0,
        root,
        signature,
    });
    let mut filing = crate::support::world::submission(&tx);
    filing["records"] = json!([]);
    let call = world.signed(Call::post("/v1/gate/records", &filing), Member::Gate);
    assert_eq!(outcome(&world, &call), (403, "not-own".into()));
}
