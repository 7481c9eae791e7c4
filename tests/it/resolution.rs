//! The HTTP binding of DID resolution: statuses, forms, versions.

use crate::support::client::Call;
use crate::support::world::{did_create, memory, seeded};
use crate::support::{Answer, World};
use luyin::config::Config;
use luyin_ledger::log::checkpoint::Checkpoint;
use luyin_ledger::log::merkle::{EntryIndex, LogHash, verify_inclusion};
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::{Did, DidDocument, Service};
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{DidDeactivate, DidUpdate, Tx};
use serde_json::{Value, json};

struct Told {
    world: World,
    did: Did,
}

/// An identifier created at 0 s, updated at 10 s, deactivated at 20 s where asked.
fn tell(deactivate: bool) -> Told {
    let world = World::bare(Config::default(), memory());
    let (key, network) = (seeded(60), world.network());
    let tx = did_create(&network, &key);
    let Tx::DidCreate(create) = &tx else {
        panic!("a create")
    };
    let first = create.document.clone();
    let did = Did::of(&first);
    assert_eq!(world.submit("/v1/dids", &tx).status, 201);
    let service = Service {
        kind: "LinkedDomains".into(),
        endpoint: "https://example.org".into(),
    };
    let second = DidDocument::new(vec![seeded(61).public()], vec![service]).unwrap();
    forward(&world, 10_000);
    let body = DidUpdate::body(&did, &first.hash(), &second);
    let update = Tx::DidUpdate(DidUpdate {
        did,
        previous: first.hash(),
        document: second.clone(),
        signature: key.sign(Domain::Transaction, &network, &body),
    });
    assert_eq!(world.submit("/v1/dids", &update).status, 201);
    if deactivate {
        forward(&world, 10_000);
        let body = DidDeactivate::body(&did, &second.hash());
        let end = Tx::DidDeactivate(DidDeactivate {
            did,
            previous: second.hash(),
            signature: seeded(61).sign(Domain::Transaction, &network, &body),
        });
        assert_eq!(world.submit("/v1/dids", &end).status, 201);
    }
    Told { world, did }
}

fn forward(world: &World, ms: u64) {
    let now = Timestamp::new(world.now().get() + ms);
    let set = Call::post("/dev/clock", &json!({ "now": now }));
    assert_eq!(world.send(&set).status, 200);
}

impl Told {
    fn resolve(&self, query: &str) -> Answer {
        let did = self.did;
        self.world.get(&format!("/1.0/identifiers/{did}{query}"))
    }

    fn accepting(&self, accept: &str) -> Answer {
        let call = Call::get(&format!("/1.0/identifiers/{}", self.did));
        self.world.send(&call.header("accept", accept))
    }
}

fn version(answer: &Answer) -> Value {
    answer.json()["didDocumentMetadata"]["versionId"].clone()
}

#[test]
fn an_identifier_resolves_to_its_newest_version() {
    let told = tell(false);
    let answer = told.resolve("");
    assert_eq!(answer.status, 200);
    let result = answer.json();
    let document = &result["didDocument"];
    assert_eq!(document["id"], told.did.to_string());
    assert_eq!(document["verificationMethod"][0]["type"], "Multikey");
    let key = document["verificationMethod"][0]["publicKeyMultibase"].as_str();
    assert!(key.unwrap().starts_with("z6Mk"));
    assert_eq!(
        document["service"][0]["serviceEndpoint"],
        "https://example.org"
    );
    let metadata = &result["didDocumentMetadata"];
    assert_eq!(metadata["versionId"], "2");
    assert_eq!(metadata["deactivated"], false);
    assert_eq!(metadata["created"], "2026-11-23T02:00:00Z");
    assert_eq!(metadata["updated"], "2026-11-23T02:00:10Z");
}

#[test]
fn versions_resolve_by_number_and_by_time() {
    let told = tell(false);
    let first = told.resolve("?versionId=1");
    assert_eq!((first.status, version(&first)), (200, "1".into()));
    assert_eq!(first.json()["didDocumentMetadata"]["nextVersionId"], "2");
    for (time, expected) in [
        ("02:00:00", "1"),
        ("02:00:09", "1"),
        ("02:00:10", "2"),
        ("23:59:59", "2"),
    ] {
        let answer = told.resolve(&format!("?versionTime=2026-11-23T{time}Z"));
        assert_eq!(
            (answer.status, version(&answer)),
            (200, expected.into()),
            "{time}"
        );
    }
}

#[test]
fn what_cannot_be_resolved_has_its_status() {
    let told = tell(false);
    for (query, status, slug) in [
        ("?versionId=3", 404, "not-found"),
        ("?versionTime=2026-11-23T01:59:59Z", 404, "not-found"),
        ("?versionId=0", 400, "invalid-options"),
        ("?versionId=x", 400, "invalid-options"),
        ("?versionTime=now", 400, "invalid-options"),
        (
            "?versionId=1&versionTime=2026-11-23T02:00:00Z",
            400,
            "invalid-options",
        ),
        ("?version=1", 400, "malformed-parameter"),
    ] {
        let answer = told.resolve(query);
        assert_eq!(
            (answer.status, answer.slug().as_str()),
            (status, slug),
            "{query}"
        );
    }
    for (did, status, slug) in [
        ("did:web:example.org", 400, "invalid-did"),
        ("did:luyin:0OIl", 400, "invalid-did"),
        ("anna", 400, "invalid-did"),
        (
            "did:luyin:11111111111111111111111111111111",
            404,
            "not-found",
        ),
    ] {
        let answer = told.world.get(&format!("/1.0/identifiers/{did}"));
        assert_eq!(
            (answer.status, answer.slug().as_str()),
            (status, slug),
            "{did}"
        );
    }
}

#[test]
fn the_accept_header_chooses_between_result_and_document() {
    let told = tell(false);
    for (accept, media, has_metadata) in [
        ("*/*", "application/did-resolution", true),
        (
            "application/did-resolution",
            "application/did-resolution",
            true,
        ),
        (
            "application/ld+json;profile=\"https://w3id.org/did-resolution\"",
            "application/ld+json;profile=\"https://w3id.org/did-resolution\"",
            true,
        ),
        ("application/did+json", "application/did+json", false),
        ("application/did+ld+json", "application/did+ld+json", false),
    ] {
        let answer = told.accepting(accept);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(media))
        );
        let json = answer.json();
        assert_eq!(
            json.get("didDocumentMetadata").is_some(),
            has_metadata,
            "{accept}"
        );
        let document = if has_metadata {
            &json["didDocument"]
        } else {
            &json
        };
        assert_eq!(document["id"], told.did.to_string());
    }
    let answer = told.accepting("text/html");
    assert_eq!(
        (answer.status, answer.slug().as_str()),
        (406, "not-acceptable")
    );
}

#[test]
fn a_deactivated_identifier_is_gone_and_its_past_is_not() {
    let told = tell(true);
    let gone = told.resolve("");
    assert_eq!(gone.status, 410);
    assert_eq!(gone.json()["didDocumentMetadata"]["deactivated"], true);
    assert!(
        gone.json()["didDocument"]
            .get("verificationMethod")
            .is_none()
    );
    assert_eq!(told.accepting("application/did+json").status, 410);
    let past = told.resolve("?versionTime=2026-11-23T02:00:15Z");
    assert_eq!((past.status, version(&past)), (200, "2".into()));
    let after = told.resolve("?versionTime=2026-11-23T02:00:20Z");
    assert_eq!(after.status, 410);
}

#[test]
fn the_resolution_carries_a_proof_that_a_stranger_can_check() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let told = tell(false);
    let proof = told.resolve("").json()["didDocumentMetadata"]["proof"].clone();
    let note = STANDARD
        .decode(proof["checkpoint"].as_str().unwrap())
        .unwrap();
    let text = String::from_utf8(note).unwrap();
    let text = text.split("\n\n").next().unwrap().to_owned() + "\n";
    let checkpoint = Checkpoint::from_text(text.as_bytes()).unwrap();
    assert_eq!(Some(checkpoint.head().size()), proof["size"].as_u64());
    let entry = proof["entry"].as_u64().unwrap();
    let bytes = told.world.get(&format!("/v1/entries/{entry}")).json()["bytes"].clone();
    let bytes = STANDARD.decode(bytes.as_str().unwrap()).unwrap();
    assert!(matches!(Tx::from_slice(&bytes), Ok(Tx::DidUpdate(_))));
    let hashes: Vec<LogHash> = proof["hashes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| {
            LogHash::new(
                hex::decode(h.as_str().unwrap())
                    .unwrap()
                    .try_into()
                    .unwrap(),
            )
        })
        .collect();
    let leaf = LogHash::leaf(&bytes);
    let verified = verify_inclusion(checkpoint.head(), EntryIndex::new(entry), leaf, &hashes);
    assert_eq!(verified, Ok(()));
}
