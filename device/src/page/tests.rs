//! The pages' calls against a browser in memory.

use super::*;
use crate::client::{WireAnswer, WireError, WireRequest};
use crate::files::Files as _;
use crate::files::memory::MemoryFiles;
use crate::wallet::tests::fake::{FakeLedger, weak};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_circuits::CircuitName;
use luyin_protocol::codec::Canonical;
use luyin_protocol::network::NetworkParameters;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

pub(super) const NODE: &str = "http://node.example";
const PASSKEY: [u8; 32] = [9; 32];

/// To requests whose address has this part: a status and a body.
pub(super) type Answer = (&'static str, u16, Value);

/// A body that was sent, and where.
type Sent = (String, Vec<u8>);

/// A browser that answers from a list. What is not listed is out of reach.
#[derive(Clone, Default)]
pub(super) struct Browser {
    wallet: MemoryFiles,
    gate: MemoryFiles,
    answers: Rc<RefCell<Vec<Answer>>>,
    /// Bodies that were sent, each with its address.
    pub(super) sent: Rc<RefCell<Vec<Sent>>>,
}

impl Browser {
    pub(super) fn answers(&self, answers: Vec<Answer>) {
        *self.answers.borrow_mut() = answers;
    }
}

impl Host for Browser {
    type Files = MemoryFiles;

    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError> {
        if let Some(body) = request.body {
            let sent = (request.url.to_owned(), body.to_vec());
            self.sent.borrow_mut().push(sent);
        }
        let answers = self.answers.borrow();
        let found = answers.iter().find(|(part, ..)| request.url.contains(part));
        let (_, status, body) = found.ok_or_else(|| WireError::Unreachable("played".to_owned()))?;
        Ok(WireAnswer {
            status: *status,
            body: serde_json::to_vec(body).unwrap(),
            retry_after: None,
        })
    }
    fn pause(&self, _: Duration) {}
    fn files(&self, store: Store) -> MemoryFiles {
        match store {
            Store::Wallet => self.wallet.clone(),
            Store::Gate => self.gate.clone(),
        }
    }
    fn key(&self, _: CircuitName) -> Option<Vec<u8>> {
        None
    }
    fn report(&self, _: &str, _: usize, _: usize) {}
}

/// One network for all of a test: a ledger draws its keys anew each time.
pub(super) fn parameters() -> NetworkParameters {
    static PARAMETERS: LazyLock<NetworkParameters> =
        LazyLock::new(|| FakeLedger::new().parameters());
    PARAMETERS.clone()
}

pub(super) fn network() -> Answer {
    let parameters = parameters();
    let now = 1_800_000_000_000_u64;
    let info = json!({
        "network": parameters.id(),
        "parameters": STANDARD.encode(parameters.to_vec()),
        "mode": "development", "origin": parameters.origin, "now": now, "day": 20_833, "slot": 41_667,
        "height": 1, "log_size": 1, "epoch": 1,
    });
    ("/v1/network", 200, info)
}

pub(super) fn page(browser: &Browser) -> Page<Browser> {
    Page::new(browser.clone(), weak())
}

pub(super) fn ask(
    page: &mut Page<Browser>,
    call: &str,
    arguments: Value,
    bytes: &[u8],
) -> Result<Value, Fault> {
    let (part, method) = call.split_once('.').unwrap();
    let reply = page.call(part, method, &arguments.to_string(), bytes.to_vec())?;
    Ok(serde_json::from_str(&reply.json).unwrap())
}

pub(super) fn slug(answer: Result<Value, Fault>) -> String {
    answer.unwrap_err().slug
}

/// As the browser stretches.
fn stretched(passphrase: &str, stretching: &Value) -> [u8; 32] {
    let salt = hex::decode(stretching["salt"].as_str().unwrap()).unwrap();
    let rounds = u32::try_from(stretching["rounds"].as_u64().unwrap()).unwrap();
    let mut out = [0; 32];
    ring::pbkdf2::derive(
        ring::pbkdf2::PBKDF2_HMAC_SHA256,
        rounds.try_into().unwrap(),
        &salt,
        passphrase.as_bytes(),
        &mut out,
    );
    out
}

/// A page with a wallet of one person, locked by "correct horse".
fn with_wallet(browser: &Browser) -> Page<Browser> {
    browser.answers(vec![network()]);
    let mut page = page(browser);
    let how = ask(&mut page, "wallet.drawStretching", json!({}), &[]).unwrap();
    let arguments = json!({ "stretching": how, "node": NODE });
    let secret = stretched("correct horse", &how);
    ask(&mut page, "wallet.create", arguments, &secret).unwrap();
    let person = json!({ "label": "me", "name": "王某", "idDigits": 7, "employer": null });
    ask(&mut page, "wallet.addPerson", person, &[]).unwrap();
    page
}

fn open(page: &mut Page<Browser>, passphrase: &str) -> Result<Value, Fault> {
    let how = ask(page, "wallet.stretching", json!({}), &[]).unwrap();
    let secret = stretched(passphrase, &how);
    ask(page, "wallet.open", json!({ "stretching": how }), &secret)
}

#[test]
fn a_wallet_is_made_locked_and_opened_with_the_passphrase_alone() {
    let browser = Browser::default();
    assert_eq!(
        ask(&mut page(&browser), "wallet.state", json!({}), &[]).unwrap(),
        json!({ "exists": false, "open": false, "node": null, "prf": false })
    );
    let mut page = with_wallet(&browser);
    let state = ask(&mut page, "wallet.state", json!({}), &[]).unwrap();
    assert_eq!(
        state,
        json!({ "exists": true, "open": true, "node": NODE, "prf": false })
    );
    ask(&mut page, "wallet.lock", json!({}), &[]).unwrap();
    assert_eq!(
        slug(ask(&mut page, "wallet.persons", json!({}), &[])),
        "not_open"
    );
    assert_eq!(slug(open(&mut page, "battery staple")), "wrong_passphrase");
    open(&mut page, "correct horse").unwrap();
    let people = ask(&mut page, "wallet.persons", json!({}), &[]).unwrap();
    let me = &people[0];
    assert_eq!(
        (&me["surname"], &me["digits"]),
        (&json!("王"), &json!("07"))
    );
    assert_eq!(
        (&me["enrolment"], &me["slot"]),
        (&json!("none"), &json!(null))
    );
}

#[test]
fn a_passkey_opens_after_the_passphrase_let_it_in_and_a_wrong_one_is_not_called_a_passphrase() {
    let browser = Browser::default();
    let mut page = with_wallet(&browser);
    let how = ask(&mut page, "wallet.stretching", json!({}), &[]).unwrap();
    let both = |passphrase| [stretched(passphrase, &how), PASSKEY].concat();
    let arguments = json!({ "stretching": how });
    let refused = ask(
        &mut page,
        "wallet.addPrf",
        arguments.clone(),
        &both("battery staple"),
    );
    assert_eq!(slug(refused), "wrong_passphrase");
    ask(
        &mut page,
        "wallet.addPrf",
        arguments,
        &both("correct horse"),
    )
    .unwrap();
    ask(&mut page, "wallet.lock", json!({}), &[]).unwrap();
    let state = ask(&mut page, "wallet.state", json!({}), &[]).unwrap();
    assert_eq!(state["prf"], json!(true));
    assert_eq!(
        slug(ask(&mut page, "wallet.open", json!({}), &[8; 32])),
        "wrong_prf"
    );
    assert_eq!(
        slug(ask(&mut page, "wallet.open", json!({}), &[9; 31])),
        "other_version"
    );
    ask(&mut page, "wallet.open", json!({}), &PASSKEY).unwrap();
}

#[test]
fn a_backup_opens_elsewhere_and_goes_by_the_node_of_its_new_page() {
    let mut first = with_wallet(&Browser::default());
    let backup = first
        .call("wallet", "backup", "{}", Vec::new())
        .unwrap()
        .bytes
        .unwrap();
    let elsewhere = Browser::default();
    let mut page = page(&elsewhere);
    let backup = STANDARD.encode(backup);
    let how = ask(
        &mut page,
        "wallet.stretching",
        json!({ "backup": backup }),
        &[],
    )
    .unwrap();
    let arguments = json!({ "stretching": how, "backup": backup, "node": "https://other.example" });
    let wrong = ask(&mut page, "wallet.restore", arguments.clone(), &[1; 32]);
    assert_eq!(slug(wrong), "wrong_passphrase");
    let secret = stretched("correct horse", &how);
    ask(&mut page, "wallet.restore", arguments.clone(), &secret).unwrap();
    let state = ask(&mut page, "wallet.state", json!({}), &[]).unwrap();
    assert_eq!(state["node"], json!("https://other.example"));
    assert_eq!(
        slug(ask(&mut page, "wallet.restore", arguments, &secret)),
        "already_there"
    );
    ask(&mut page, "wallet.erase", json!({}), &[]).unwrap();
    let state = ask(&mut page, "wallet.state", json!({}), &[]).unwrap();
    assert_eq!(state["exists"], json!(false));
}

#[test]
fn faults_carry_what_words_need() {
    let browser = Browser::default();
    let mut page = with_wallet(&browser);
    let mut asked =
        |call: &str, arguments: Value| ask(&mut page, call, arguments, &[]).unwrap_err();
    assert_eq!(asked("wallet.dance", json!({})).slug, "other_version");
    assert_eq!(asked("wallet.status", json!({})).slug, "other_version");
    assert_eq!(
        asked("wallet.status", json!({ "person": "you" })).slug,
        "no_person"
    );
    let form = json!({ "temperature": "99", "symptoms": [], "contacts": [] });
    let late = json!({ "person": "me", "form": form, "slot": 1, "now": 1 });
    assert_eq!(asked("wallet.lateStatement", late).slug, "temperature");
    let nobody = json!({ "person": "me", "employer": "the company" });
    assert_eq!(asked("wallet.setEmployer", nobody).slug, "employer");
    let pass =
        json!({ "person": "me", "at": "anywhere", "policy": 3, "now": 1_800_000_000_000_u64 });
    let none = asked("wallet.takePass", pass);
    assert_eq!(
        (none.slug.as_str(), &none.detail["policy"]),
        ("no_pass", &json!(3))
    );
    browser.answers(Vec::new());
    assert_eq!(
        asked("wallet.sync", json!({ "person": "me" })).slug,
        "unreachable"
    );
    let problem = json!({ "type": "urn:luyin:problem:queue-full", "status": 422, "title": "" });
    browser.answers(vec![("/v1/news", 422, problem)]);
    let refused = asked("wallet.sync", json!({ "person": "me" }));
    assert_eq!(refused.slug, "refused");
    assert_eq!(refused.detail["problem"], json!("queue-full"));
}

#[test]
fn what_was_typed_is_kept_and_shown_again() {
    let mut page = with_wallet(&Browser::default());
    let draft = json!({ "form": { "temperature": "36.", "symptoms": ["fever"], "contacts": [] }, "slot": 41_000 });
    let save = json!({ "person": "me", "draft": draft });
    ask(&mut page, "wallet.saveDraft", save, &[]).unwrap();
    let give = json!({ "person": "me", "purpose": "travel", "version": 1, "give": true, "now": 5 });
    ask(&mut page, "wallet.consent", give, &[]).unwrap();
    let people = ask(&mut page, "wallet.persons", json!({}), &[]).unwrap();
    assert_eq!(people[0]["draft"], draft);
    let consent = json!([{ "purpose": "travel", "version": 1, "given": 5, "withdrawn": null }]);
    assert_eq!(people[0]["consents"], consent);
}

#[test]
fn an_enrolment_of_a_gate_that_broke_off_is_taken_up_with_the_same_key() {
    let browser = Browser::default();
    let mut page = page(&browser);
    let state = ask(&mut page, "gate.state", json!({ "now": 1 }), &[]).unwrap();
    assert_eq!(
        (&state["ready"], &state["did"]),
        (&json!(false), &json!(null))
    );
    assert_eq!(
        slug(ask(&mut page, "gate.code", json!({ "now": 1 }), &[])),
        "no_gate"
    );
    let venue = luyin_protocol::did::Did::from_bytes([8; 32]);
    let enrol = json!({ "node": NODE, "venue": venue, "policy": 1 });
    browser.answers(vec![network()]);
    assert_eq!(
        slug(ask(&mut page, "gate.enrol", enrol.clone(), &[])),
        "unreachable"
    );
    let key = || browser.gate.read("gate.key").unwrap().unwrap();
    let first = key();
    // It had arrived, and the answer was lost.
    let exists = json!({ "type": "urn:luyin:problem:did-exists", "status": 409, "title": "" });
    browser.answers(vec![network(), ("/v1/dids", 409, exists)]);
    let did = ask(&mut page, "gate.enrol", enrol.clone(), &[]).unwrap()["did"].clone();
    assert_eq!(first, key());
    let state = ask(&mut page, "gate.state", json!({ "now": 1 }), &[]).unwrap();
    assert_eq!((&state["did"], &state["bundle"]), (&did, &json!(null)));
    assert_eq!(
        slug(ask(&mut page, "gate.enrol", enrol, &[])),
        "gate_already_there"
    );
    let manual = json!({ "note": "身份证核对", "now": 1_800_000_000_000_u64 });
    ask(&mut page, "gate.manual", manual, &[]).unwrap();
    let state = ask(&mut page, "gate.state", json!({ "now": 1 }), &[]).unwrap();
    assert_eq!(state["waiting"], json!(1));
    let role = json!({ "type": "urn:luyin:problem:role", "status": 403, "title": "" });
    browser.answers(vec![network(), ("/v1/gate/bundle", 403, role)]);
    let waiting = ask(&mut page, "gate.update", json!({ "now": 1 }), &[]);
    assert_eq!(slug(waiting), "not_accredited");
    ask(&mut page, "gate.erase", json!({}), &[]).unwrap();
    let state = ask(&mut page, "gate.state", json!({ "now": 1 }), &[]).unwrap();
    assert_eq!(
        (&state["did"], &state["waiting"]),
        (&json!(null), &json!(0))
    );
}

#[test]
fn the_gates_clock_is_compared_with_the_nodes_and_silence_is_no_fault() {
    let browser = Browser::default();
    let mut page = page(&browser);
    let venue = luyin_protocol::did::Did::from_bytes([8; 32]);
    let receipt = json!({ "entry": 1, "height": 1, "time": 1 });
    browser.answers(vec![network(), ("/v1/dids", 200, receipt)]);
    let enrol = json!({ "node": NODE, "venue": venue, "policy": 1 });
    ask(&mut page, "gate.enrol", enrol, &[]).unwrap();
    let now = json!({ "now": 1_800_000_000_400_u64 });
    assert_eq!(
        ask(&mut page, "gate.clockOffset", now.clone(), &[]).unwrap(),
        json!(-400)
    );
    browser.answers(Vec::new());
    assert_eq!(
        ask(&mut page, "gate.clockOffset", now, &[]).unwrap(),
        json!(null)
    );
}
