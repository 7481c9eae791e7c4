//! Schemathesis makes requests from the OpenAPI document, fitting and unfitting ones, and sends them to a running node. What
//! asks for a role is signed on the way, so that not everything ends at the signature. No answer may be a server's fault.

use super::support::people::enrol;
use super::support::rules::lenient;
use super::support::simulated::simulated_world;
use super::support::world::{Member, World, did_create, seeded};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use luyin::app::App;
use luyin::config::Config;
use luyin::http::server;
use luyin_device::http_signature::{Message, Nonce, sign};
use luyin_ledger::log::merkle::EntryIndex;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::network::Cadence;
use luyin_protocol::tx::{Entry, GovernanceAction};
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

const LONGEST: usize = 64 << 20;
/// Where the document stands that requests are made from.
const DOCUMENT: &str = "/sharpened.json";

/// Where `cargo xtask setup` puts it.
fn program() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let program = root.join("data/schemathesis/bin/schemathesis");
    assert!(program.exists(), "run `cargo xtask setup` first");
    program
}

/// Answers by route template and status.
type Tally = BTreeMap<(String, u16), usize>;

/// Signs what needs it, sends it on, and keeps account.
#[derive(Clone)]
struct Desk {
    node: SocketAddr,
    app: App,
    routes: Arc<Vec<Route>>,
    document: Arc<Value>,
    client: Client<HttpConnector, Full<Bytes>>,
    tally: Arc<Mutex<Tally>>,
    faults: Arc<Mutex<Vec<String>>>,
}

struct Route {
    method: String,
    template: String,
    member: Option<Member>,
}

impl Route {
    fn all(document: &Value) -> Vec<Self> {
        let mut all = Vec::new();
        for (template, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let role = operation["x-luyin-role"].as_str().unwrap();
                let is_role = |m: &Member| format!("{m:?}").to_lowercase() == role;
                all.push(Self {
                    method: method.to_uppercase(),
                    template: template.clone(),
                    member: Member::ALL.into_iter().find(is_role),
                });
            }
        }
        all
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        let (mut wanted, mut given) = (self.template.split('/'), path.split('/'));
        self.method == method
            && wanted.clone().count() == given.clone().count()
            && wanted.all(|w| given.next().is_some_and(|g| w.starts_with('{') || w == g))
    }
}

impl Desk {
    fn at(world: &World) -> Self {
        let mut document = world.get("/openapi.json").json();
        let routes = Route::all(&document);
        sharpen(&mut document, "", &known_values(world));
        Self {
            node: world.address,
            app: world.app.clone(),
            routes: Arc::new(routes),
            document: Arc::new(document),
            client: Client::builder(TokioExecutor::new()).build_http(),
            tally: Arc::default(),
            faults: Arc::default(),
        }
    }

    async fn pass_on(State(desk): State<Self>, request: Request) -> Response {
        if request.uri().path() == DOCUMENT {
            return axum::Json(desk.document.as_ref().clone()).into_response();
        }
        let (mut parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, LONGEST).await else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let path = parts.uri.path().to_owned();
        let method = parts.method.as_str();
        let route = desk.routes.iter().find(|r| r.fits(method, &path));
        let name = route.map_or("none", |r| r.template.as_str()).to_owned();
        let authority = desk.node.to_string();
        parts.headers.remove(header::HOST);
        parts.headers.remove(header::TRANSFER_ENCODING);
        parts.headers.remove(header::CONTENT_LENGTH);
        if let Some(member) = route.and_then(|r| r.member) {
            let message = Message {
                method,
                authority: &authority,
                path: &path,
                query: parts.uri.query(),
                fields: &[],
            };
            let (id, now) = (member.did().to_string(), desk.app.clock().now());
            let nonce = Nonce::generate(&mut OsRng);
            let signed = sign(&message, &body, &member.key(), &id, now, nonce);
            for (name, value) in signed.iter() {
                let name = HeaderName::try_from(name).unwrap();
                let value = HeaderValue::try_from(value).unwrap();
                parts.headers.insert(name, value);
            }
        }
        let target = parts.uri.path_and_query().map_or("/", |p| p.as_str());
        let Ok(uri) = format!("http://{authority}{target}").parse::<Uri>() else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let asked = format!("{method} {target} {}", String::from_utf8_lossy(&body));
        parts.uri = uri;
        let request = Request::from_parts(parts, Full::new(body));
        let Ok(answer) = desk.client.request(request).await else {
            desk.faults
                .lock()
                .unwrap()
                .push(format!("no answer: {asked}"));
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let status = parts.status.as_u16();
        *desk
            .tally
            .lock()
            .unwrap()
            .entry((name, status))
            .or_default() += 1;
        if status >= 500 {
            let said = String::from_utf8_lossy(&body);
            let fault = format!("{status} {said}: {asked}");
            desk.faults.lock().unwrap().push(fault);
        }
        Response::from_parts(parts, Body::from(body))
    }
}

/// Values that exist, by the names of properties and parameters.
fn known_values(world: &World) -> BTreeMap<&'static str, Vec<Value>> {
    let node = world.app.node();
    let mut txs = Vec::new();
    for n in 0..node.published().newest().head.size() {
        let entry = node.entry(EntryIndex::new(n)).unwrap();
        if let Entry::Tx(tx) = Entry::from_slice(&entry).unwrap() {
            txs.push(tx.to_vec());
        }
    }
    for n in 60..80 {
        txs.push(did_create(&world.network(), &seeded(n)).to_vec());
    }
    // Each once as it is, and with one byte changed here and there: what decodes to something else.
    let spoilt = txs.iter().flat_map(|tx| {
        (0..8).map(|n| {
            let mut tx = tx.clone();
            let at = n * tx.len() / 8;
            tx[at] ^= 1 << (n % 8);
            tx
        })
    });
    let all: Vec<Vec<u8>> = spoilt.chain(txs.clone()).collect();
    let text = |bytes: &Vec<u8>| json!(STANDARD.encode(bytes));
    let dids = Member::ALL.map(|m| json!(m.did().to_string()));
    let hex = [json!("0a".repeat(32)), json!("00".repeat(32))];
    let files = ["manifest.json", "pass.vk", "checkin.pk", "main-1f2e.js"];
    let paths = ["0/000", "entries/000", "notes/0/000.p/1", "att/20781/0/000"];
    BTreeMap::from([
        ("tx", all.iter().map(text).collect()),
        ("records", txs.iter().map(text).collect()),
        ("did", dids.to_vec()),
        ("gate", dids.to_vec()),
        ("box", hex.to_vec()),
        ("nym", hex.to_vec()),
        ("file", files.map(Value::from).to_vec()),
        ("path", paths.map(Value::from).to_vec()),
        (
            "index",
            ["0", "1", "7", "4294967296"].map(Value::from).to_vec(),
        ),
        ("versionId", ["1", "2", "0"].map(Value::from).to_vec()),
        (
            "versionTime",
            vec![json!("2026-11-23T02:00:00Z"), json!("1969-01-01T00:00:00Z")],
        ),
        ("batch", ["0", "1", "99"].map(Value::from).to_vec()),
    ])
}

/// Says of each string whose name is known that it is one of the known values: without them nearly everything would end at
/// the first decoder. What does not fit the document, any other string among it, is sent all the same.
fn sharpen(schema: &mut Value, name: &str, known: &BTreeMap<&'static str, Vec<Value>>) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(|x| sharpen(x, name, known)),
        Value::Object(map) => {
            if map.get("type") == Some(&json!("string"))
                && let Some(values) = known.get(name)
            {
                *schema = json!({ "type": "string", "enum": values });
                return;
            }
            // A parameter names itself, a property is named by its key.
            let own = map.get("name").and_then(Value::as_str).map(str::to_owned);
            for (key, value) in map.iter_mut() {
                let within = match key.as_str() {
                    "schema" | "items" => own.as_deref().unwrap_or(name),
                    key => key,
                };
                sharpen(value, within, known);
            }
        }
        _ => {}
    }
}

/// A node with somebody enrolled, a policy in effect, and organisations.
fn world() -> World {
    let mut config = Config::default();
    config.orderer.tick_ms = 20;
    config.limits.address_burst = u32::MAX;
    config.limits.key_burst = u32::MAX;
    let (world, prover) = simulated_world(config, Cadence::demo(), server::serve);
    let policy = GovernanceAction::Policy(Box::new(lenient(world.now())));
    let tx = world.governance(5, policy);
    assert_eq!(world.submit("/v1/governance", &tx).status, 201);
    enrol(&world, 0, &prover);
    world
}

fn examples() -> &'static str {
    match std::env::var_os("LUYIN_NIGHTLY") {
        Some(_) => "2000",
        None => "100",
    }
}

/// Sends the router what is made from its document.
fn tried(router: Router, more: &[&str]) -> Output {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    let place = tempfile::tempdir().unwrap();
    Command::new(program())
        .arg("--no-color")
        .arg("run")
        .arg(format!("http://{address}{DOCUMENT}"))
        .args(["--url", &format!("http://{address}")])
        .args(["--checks", "not_a_server_error"])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", examples()])
        .args(["--seed", "20200305", "--generation-database", "none"])
        .args(["--suppress-health-check", "all"])
        .args(["--continue-on-failure", "--no-shrink", "--workers", "2"])
        .args(more)
        .current_dir(place.path())
        .output()
        .unwrap()
}

#[test]
fn a_route_with_a_fault_is_found() {
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "faulty", "version": "1" },
        "paths": { "/square": { "get": {
            "parameters": [{
                "name": "n", "in": "query", "required": true,
                "schema": { "type": "integer", "minimum": 0, "maximum": 255 },
            }],
            "responses": { "200": { "description": "its square" } },
        } } },
    });
    let square = |Query(asked): Query<BTreeMap<String, u8>>| async move {
        match asked.get("n").and_then(|n| n.checked_mul(*n)) {
            Some(square) => Ok(square.to_string()),
            None => Err(StatusCode::INTERNAL_SERVER_ERROR),
        }
    };
    let router = Router::new()
        .route(DOCUMENT, get(|| async { axum::Json(document) }))
        .route("/square", get(square));
    let out = tried(router, &[]);
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(!out.status.success(), "{said}");
    assert!(said.contains("Server error"), "{said}");
}

#[test]
fn no_request_made_from_the_document_is_answered_with_a_fault() {
    let world = world();
    let desk = Desk::at(&world);
    let router = Router::new()
        .fallback(Desk::pass_on)
        .with_state(desk.clone());
    // That route sets the clock to any time, and everything after it is about the year 584,556,019.
    let out = tried(router, &["--exclude-path", "/dev/clock"]);
    let said = String::from_utf8_lossy(&out.stdout);
    println!("{said}");
    let faults = desk.faults.lock().unwrap().clone();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(out.status.success(), "{said}");
    let tally = desk.tally.lock().unwrap().clone();
    let asked: BTreeSet<&str> = tally.keys().map(|(route, _)| route.as_str()).collect();
    for route in desk.routes.iter().filter(|r| r.template != "/dev/clock") {
        let name = route.template.as_str();
        assert!(asked.contains(name), "{name} was not asked");
    }
    let turned_away = |route: &Route| {
        let name = route.template.clone();
        let got = |status| tally.get(&(name.clone(), status)).copied().unwrap_or(0);
        got(401) + got(403)
    };
    for route in desk.routes.iter().filter(|r| r.member.is_some()) {
        let all = tally
            .iter()
            .filter(|((name, _), _)| *name == route.template);
        let all: usize = all.map(|(_, n)| n).sum();
        assert!(turned_away(route) < all, "{}: {tally:?}", route.template);
    }
    for (route, status) in [
        ("/v1/dids", 201),
        ("/v1/dids", 409),
        ("/v1/governance", 409),
        ("/v1/enrolments", 409),
        ("/v1/checkins", 400),
        ("/1.0/identifiers/{did}", 200),
        ("/v1/proofs/inclusion", 200),
        ("/v1/gate/bundle", 200),
        ("/v1/desks", 201),
    ] {
        let reached = tally.contains_key(&(route.to_owned(), status));
        assert!(reached, "{route} never answered {status}: {tally:?}");
    }
    assert_eq!(world.get("/readyz").status, 200, "it goes on");
}
