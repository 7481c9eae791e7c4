use super::super::organisation::Open;
use super::super::tests::{Browser, NODE, ask, network, page, parameters, slug};
use super::super::{Fault, Page};
use super::*;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::note::Mask;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::Attest;
use serde_json::Value;

const NOW: Timestamp = Timestamp::new(1_800_000_000_000);

fn did() -> Did {
    Did::from_bytes([7; 32])
}

fn key() -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([5; 32]))
}

fn card() -> NymCard {
    NymCard {
        network: parameters().id(),
        attester: did(),
        day: NOW.day(),
        nym: Nym::from_value(7_u64.into()),
        mask: Mask::new(1, 21).unwrap(),
    }
}

/// A page whose key is open.
fn opened(browser: &Browser) -> Page<Browser> {
    let mut page = page(browser);
    page.attester.organisation.open = Some(Open {
        did: did(),
        key: key(),
        node: NODE.to_owned(),
    });
    browser.answers(vec![network()]);
    page
}

fn make(page: &mut Page<Browser>, card: &NymCard, value: &str) -> Result<Value, Fault> {
    let card = serde_json::to_string(card).unwrap();
    let day = NOW.day().to_iso();
    let arguments = json!({ "card": card, "kind": "test", "day": day, "value": value, "now": NOW });
    ask(page, "attester.make", arguments, &[])
}

fn post(page: &mut Page<Browser>, made: &Value) -> Result<Value, Fault> {
    let arguments = json!({ "leaf": made["leaf"], "now": NOW });
    ask(page, "attester.post", arguments, &[])
}

/// The attestations that were posted.
fn posted(browser: &Browser) -> Vec<Attest> {
    let sent = browser.sent.borrow();
    let posts = sent
        .iter()
        .filter(|(url, _)| url.ends_with("/v1/attestations"));
    let tx = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap();
        let bytes = super::super::decoded(body["tx"].as_str().unwrap()).unwrap();
        match Tx::from_slice(&bytes).unwrap() {
            Tx::Attest(attest) => attest,
            other => panic!("{other:?}"),
        }
    };
    posts.map(|(_, body)| tx(body)).collect()
}

#[test]
fn a_card_shows_its_mask_and_one_of_elsewhere_is_refused_by_name() {
    let browser = Browser::default();
    let mut page = opened(&browser);
    let mut read = |text: String| {
        ask(
            &mut page,
            "attester.card",
            json!({ "card": text, "now": NOW }),
            &[],
        )
    };
    let shown = read(serde_json::to_string(&card()).unwrap()).unwrap();
    assert_eq!(
        (&shown["surname"], &shown["digits"]),
        (&json!("赵"), &json!("21"))
    );
    let (mut network, mut attester, mut day) = (card(), card(), card());
    network.network = NetworkId::from_bytes([9; 32]);
    attester.attester = Did::from_bytes([9; 32]);
    day.day = NOW.day().minus(1);
    for (card, name) in [
        (network, "card_of_other_network"),
        (attester, "card_for_other_attester"),
        (day, "card_of_other_day"),
    ] {
        assert_eq!(slug(read(serde_json::to_string(&card).unwrap())), name);
    }
    assert_eq!(slug(read("LY1:ABC".to_owned())), "not_a_card");
}

#[test]
fn a_post_whose_answer_was_lost_is_repeated_with_the_same_bytes_and_handed_out_once_it_stands() {
    let browser = Browser::default();
    let mut page = opened(&browser);
    let made = make(&mut page, &card(), "positive").unwrap();
    assert_eq!(made["adverse"], true);
    assert!(posted(&browser).is_empty(), "making posts nothing");
    assert_eq!(slug(post(&mut page, &made)), "unreachable");
    let tomorrow = NOW.day().plus(1).start();
    let receipt = json!({ "entry": 42, "height": 3, "time": tomorrow });
    browser.answers(vec![network(), ("/v1/attestations", 201, receipt)]);
    let stands = post(&mut page, &made).unwrap();
    let all = posted(&browser);
    assert!(all.len() > 1 && all.windows(2).all(|two| two[0] == two[1]));
    let held: HeldAttestation = serde_json::from_str(stands["text"].as_str().unwrap()).unwrap();
    assert_eq!(all[0].bodies, [held.attestation.0.body()]);
    let body = Attest::body(&did(), all[0].kind, &all[0].bodies);
    let network = parameters().id();
    key()
        .public()
        .verify(Domain::Transaction, &network, &body, &all[0].signature)
        .unwrap();
    assert_eq!(held.attestation.0.binding, card().nym);
    assert_eq!((held.scope_day, held.tree_day), (NOW.day(), tomorrow.day()));
    assert_eq!(stands["entry"], 42);
    // It was handed out: nothing of it is kept.
    assert_eq!(slug(post(&mut page, &made)), "not_made");
}

#[test]
fn what_stands_already_is_handed_out_and_what_is_refused_is_forgotten() {
    let browser = Browser::default();
    let mut page = opened(&browser);
    let refusal = |slug: &str, status: u16| {
        let problem =
            json!({ "type": format!("urn:luyin:problem:{slug}"), "status": status, "title": "" });
        vec![network(), ("/v1/attestations", status, problem)]
    };
    let made = make(&mut page, &card(), "negative").unwrap();
    assert_eq!(made["adverse"], false);
    browser.answers(refusal("repeated-attestation", 409));
    assert_eq!(post(&mut page, &made).unwrap()["entry"], Value::Null);
    let made = make(&mut page, &card(), "negative").unwrap();
    browser.answers(refusal("quota-exceeded", 403));
    assert_eq!(slug(post(&mut page, &made)), "refused");
    assert_eq!(slug(post(&mut page, &made)), "not_made");
}

#[test]
fn nothing_is_done_without_a_key_and_closing_forgets_what_was_made() {
    let browser = Browser::default();
    let mut page = opened(&browser);
    let made = make(&mut page, &card(), "negative").unwrap();
    assert_eq!(slug(make(&mut page, &card(), "maybe")), "row_test");
    ask(&mut page, "attester.close", json!({}), &[]).unwrap();
    assert!(page.attester.made.is_empty());
    assert_eq!(slug(make(&mut page, &card(), "negative")), "not_open");
    assert_eq!(slug(post(&mut page, &made)), "not_made");
}

#[test]
fn one_is_taken_back_by_its_leaf() {
    let browser = Browser::default();
    let mut page = opened(&browser);
    let receipt = json!({ "entry": 77, "height": 3, "time": NOW });
    browser.answers(vec![
        network(),
        ("/v1/attestations/withdrawals", 201, receipt),
    ]);
    let made = make(&mut page, &card(), "negative").unwrap();
    let arguments = json!({
        "leaf": made["leaf"], "day": made["treeDay"], "reason": "mixed-up samples", "now": NOW,
    });
    let back = ask(&mut page, "attester.withdraw", arguments, &[]).unwrap();
    assert_eq!(back["entry"], 77);
    assert!(page.attester.made.is_empty());
}
