//! Who may call what: every route of the OpenAPI document with every role.

use crate::support::client::Call;
use crate::support::{Answer, Member, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every route and who may call it. A route that is not here fails the first test, one that is not in the document too.
const TABLE: &[(&str, &str, &str)] = &[
    ("GET", "/", "anyone"),
    ("GET", "/{entry}", "anyone"),
    ("GET", "/{entry}/", "anyone"),
    ("GET", "/{entry}/index.html", "anyone"),
    ("GET", "/assets/{file}", "anyone"),
    ("GET", "/healthz", "anyone"),
    ("GET", "/readyz", "anyone"),
    ("GET", "/metrics", "anyone"),
    ("GET", "/openapi.json", "anyone"),
    ("GET", "/v1/network", "anyone"),
    ("GET", "/v1/clock", "anyone"),
    ("GET", "/v1/keys/manifest.json", "anyone"),
    ("GET", "/v1/keys/{file}", "anyone"),
    ("GET", "/v1/regions", "anyone"),
    ("GET", "/v1/policies", "anyone"),
    ("GET", "/v1/risk-lists", "anyone"),
    ("GET", "/v1/news", "anyone"),
    ("GET", "/v1/epochs", "anyone"),
    ("GET", "/v1/notices", "anyone"),
    ("GET", "/v1/appeals", "anyone"),
    ("GET", "/v1/appeals/statistics", "anyone"),
    ("GET", "/v1/releases", "anyone"),
    ("GET", "/v1/nullifiers", "anyone"),
    ("GET", "/v1/nullifiers/bits", "anyone"),
    ("GET", "/v1/enrolments", "anyone"),
    ("GET", "/v1/enrolments/bits", "anyone"),
    ("GET", "/v1/forest", "anyone"),
    ("GET", "/forest/{path}", "anyone"),
    ("GET", "/v1/attestations/roots", "anyone"),
    ("GET", "/checkpoint", "anyone"),
    ("GET", "/v1/checkpoints/{size}", "anyone"),
    ("GET", "/tile/{path}", "anyone"),
    ("GET", "/v1/proofs/inclusion", "anyone"),
    ("GET", "/v1/proofs/consistency", "anyone"),
    ("GET", "/v1/entries/{index}", "anyone"),
    ("GET", "/1.0/identifiers/{did}", "anyone"),
    ("POST", "/v1/dids", "anyone"),
    ("POST", "/v1/checkins", "anyone"),
    ("POST", "/v1/absorbs", "anyone"),
    ("POST", "/v1/appeals", "anyone"),
    ("POST", "/v1/enrolments", "registrar"),
    ("POST", "/v1/desks", "registrar"),
    ("POST", "/v1/desks/{box}/request", "anyone"),
    ("GET", "/v1/desks/{box}/request", "registrar"),
    ("DELETE", "/v1/desks/{box}", "registrar"),
    ("POST", "/v1/handovers", "node"),
    ("GET", "/v1/attestations/own", "attester"),
    ("POST", "/v1/attestations", "attester"),
    ("POST", "/v1/attestations/withdrawals", "attester"),
    ("POST", "/v1/governance", "anyone"),
    ("GET", "/v1/governance/next", "anyone"),
    ("POST", "/v1/releases", "anyone"),
    ("GET", "/v1/gate/bundle", "gate"),
    ("GET", "/v1/gate/list", "gate"),
    ("POST", "/v1/gate/walk-ins", "gate"),
    ("POST", "/v1/gate/records", "gate"),
    ("GET", "/v1/gate/batches/next", "gate"),
    ("GET", "/v1/audit/records", "regulator"),
    (
        "GET",
        "/v1/audit/records/{gate}/{batch}/{index}",
        "regulator",
    ),
    ("POST", "/v1/audit/verify", "regulator"),
    ("GET", "/v1/audit/actions", "regulator"),
    ("GET", "/v1/audit/attempts", "regulator"),
    ("GET", "/v1/audit/alarms", "regulator"),
    ("GET", "/v1/audit/releases", "regulator"),
    ("GET", "/v1/audit/report", "regulator"),
    ("GET", "/v1/audit/reads", "regulator"),
    ("POST", "/dev/clock", "anyone"),
];

struct Operation {
    method: &'static str,
    path: String,
    role: String,
}

fn operations(world: &World) -> Vec<Operation> {
    let document = world.get("/openapi.json").json();
    let mut out = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            out.push(Operation {
                method: match method.as_str() {
                    "get" => "GET",
                    "post" => "POST",
                    "delete" => "DELETE",
                    other => panic!("{other} {path}"),
                },
                path: path.clone(),
                role: operation["x-luyin-role"].as_str().unwrap().to_owned(),
            });
        }
    }
    out
}

#[test]
fn the_document_lists_exactly_the_routes_of_the_table_with_their_roles() {
    let world = World::start();
    let documented: BTreeSet<(String, String, String)> = operations(&world)
        .into_iter()
        .map(|o| (o.method.to_owned(), o.path, o.role))
        .collect();
    let expected: BTreeSet<(String, String, String)> = TABLE
        .iter()
        .map(|(m, p, r)| ((*m).to_owned(), (*p).to_owned(), (*r).to_owned()))
        .collect();
    assert_eq!(documented, expected);
}

/// The document that the pages' client is made from. `LUYIN_WRITE_OPENAPI=1` writes it anew; then `npm run api` in web/.
#[test]
fn the_pages_client_is_made_from_the_document_as_it_is() {
    let world = World::start();
    let document = world.get("/openapi.json").json();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");
    if std::env::var_os("LUYIN_WRITE_OPENAPI").is_some() {
        let text = serde_json::to_string_pretty(&document).unwrap();
        std::fs::write(file, text + "\n").unwrap();
    }
    let kept: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(
        kept == document,
        "web/openapi.json is stale: run this test with LUYIN_WRITE_OPENAPI=1, then `npm run api` in web/"
    );
}

/// A call of a route with parameters that name something, so that what refuses it is the role.
fn call(operation: &Operation) -> Call {
    let path = operation
        .path
        .replace("{entry}", "w")
        .replace("/assets/{file}", "/assets/main-1f2e.js")
        .replace("{file}", "checkin.vk")
        .replace("{did}", &Member::Gate.did().to_string())
        .replace("{gate}", &Member::Gate.did().to_string())
        .replace("{box}", &"0a".repeat(32))
        .replace("{batch}", "1")
        .replace("{index}", "0")
        .replace("/tile/{path}", "/tile/entries/000")
        .replace("/forest/{path}", "/forest/notes/0/000");
    match operation.method {
        "GET" => Call::get(&path),
        "DELETE" => Call::delete(&path),
        _ => Call::post(&path, &Value::Object(serde_json::Map::new())),
    }
}

fn is_turned_away(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403)
}

#[test]
fn every_route_answers_its_role_and_turns_every_other_away() {
    let world = World::start();
    for operation in operations(&world) {
        let unsigned = world.send(&call(&operation));
        let name = format!("{} {}", operation.method, operation.path);
        assert!(unsigned.status < 500, "{name}: {}", unsigned.status);
        if operation.role == "anyone" {
            assert!(!is_turned_away(&unsigned), "{name} to anyone");
            continue;
        }
        assert_eq!(unsigned.status, 401, "{name} unsigned");
        assert_eq!(unsigned.slug(), "http-signature");
        for member in Member::ALL {
            let answer = world.send(&world.signed(call(&operation), member));
            let is_member = format!("{member:?}").to_lowercase() == operation.role;
            if is_member {
                assert!(!is_turned_away(&answer), "{name} to its own role");
                assert!(answer.status < 500, "{name}: {}", answer.status);
            } else {
                assert_eq!(
                    (answer.status, answer.slug().as_str()),
                    (403, "role"),
                    "{name} to {member:?}"
                );
            }
        }
        let answer = world.send(&world.signed_by_node(call(&operation)));
        let refused = (answer.status, answer.slug().as_str()) == (403, "role");
        assert_eq!(refused, operation.role != "node", "{name} to a node");
    }
}

#[test]
fn what_is_not_in_the_table_is_refused() {
    let world = World::start();
    for path in [
        "/v1",
        "/v1/",
        "/v1/index.html",
        "/v1/persons",
        "/v1/network/",
        "/v2/network",
        "/tile/../checkpoint",
        "/tile/0/../../checkpoint",
    ] {
        let answer = world.get(path);
        assert_eq!(
            (answer.status, answer.slug().as_str()),
            (404, "not-found"),
            "{path}"
        );
    }
    let answer = world.send(&Call::post("/v1/network", &json!({})));
    assert_eq!((answer.status, answer.slug().as_str()), (405, "method"));
}

#[test]
fn bodies_that_are_too_long_too_deep_or_no_json_are_refused() {
    let world = World::start();
    let post = |body: &str| {
        let mut call = Call::post("/v1/dids", &json!({}));
        call.body = body.as_bytes().to_vec();
        let answer = world.send(&call);
        (answer.status, answer.slug())
    };
    let refused = |status, slug: &str| (status, slug.to_owned());
    let long = format!("{{\"tx\":\"{}\"}}", "A".repeat(70_000));
    assert_eq!(post(&long), refused(413, "body-too-long"));
    let deep = format!("{{\"tx\":{}{}}}", "[".repeat(32), "]".repeat(32));
    assert_eq!(post(&deep), refused(400, "malformed-body"));
    for body in ["", "{", "{\"tx\":1}", "{\"tx\":\"\",\"more\":1}", "[]"] {
        assert_eq!(post(body), refused(400, "malformed-body"), "{body}");
    }
    assert_eq!(post("{\"tx\":\"\"}"), refused(400, "malformed-bytes"));
    assert_eq!(post("{\"tx\":\"AAA\"}"), refused(400, "malformed-bytes"));
    let mut call = Call::post("/v1/dids", &json!({}));
    call.headers.clear();
    assert_eq!(
        world
            .send(&call.header("content-type", "text/plain"))
            .slug(),
        "media-type"
    );
}
