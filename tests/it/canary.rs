//! Nothing personal shows in any log, at the most talkative level: node, trustees, and every command that a person's days take.

use super::gate::{gate, organisation, set_up};
use super::support::town::Town;
use super::support::world::Member;
use super::wallet::{enrolled, forward, governed, shown, venue, wallet};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_ledger::log::merkle::EntryIndex;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::pass::ShownPass;
use luyin_protocol::tx::{Entry, Tx};
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

const NUMBER: &str = "11010519491231002X";

/// A log in memory.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Values that no log may hold, each with what it is.
#[derive(Default)]
struct Canaries(Vec<(&'static str, String)>);

impl Canaries {
    fn text(&mut self, what: &'static str, text: impl Into<String>) {
        self.0.push((what, text.into()));
    }

    /// A value in the spellings in which it travels.
    fn bytes(&mut self, what: &'static str, bytes: &[u8]) {
        self.text(what, hex::encode(bytes));
        self.text(what, hex::encode_upper(bytes));
        // Without the last characters, which depend on what follows.
        let text = STANDARD.encode(bytes);
        self.text(what, &text[..text.len() / 4 * 4 - 4]);
        self.text(what, format!("{:?}", &bytes[..8]));
    }

    fn of_the_ledger(town: &Town) -> Self {
        let mut all = Self::default();
        let node = town.world.app.node();
        for n in 0..node.published().newest().head.size() {
            let entry = node.entry(EntryIndex::new(n)).unwrap();
            let Entry::Tx(tx) = Entry::from_slice(&entry).unwrap() else {
                continue;
            };
            match *tx {
                Tx::CheckIn(x) => {
                    all.bytes("a nullifier", &x.nf.to_bytes());
                    all.bytes("a note", &x.cm_new.to_bytes());
                    all.bytes("a check-in tag", &x.ctag.to_bytes());
                    all.bytes("a disclosure", &x.disclosure.to_bytes());
                    all.bytes("a sealed note", &x.sealed.to_vec());
                }
                Tx::Enrol(x) => {
                    all.bytes("an owner", &x.public.owner.to_bytes());
                    all.bytes("an identifier", x.public.uid.as_bytes());
                    all.bytes("a registrar's signature", &x.signature.to_vec());
                }
                Tx::Release(x) => all.bytes("a day's value", &x.to_vec()[34..66]),
                _ => {}
            }
        }
        all
    }
}

#[test]
fn no_log_of_a_person_s_days_tells_anything_of_them() {
    let kept = Kept::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(kept.clone())
        .init();
    let mut town = governed();
    town.log_filter = "trace";
    enrolled(&town);
    let made = ["prove", "--venue", &venue(), "--walk-ins", "1"];
    wallet(&town, "anna.wallet", &made).json();
    set_up(&town);
    organisation(&town, &["bundle"]).json();
    let now = town.world.now();
    let text = shown(&town, now, "pass.png")["text"]
        .as_str()
        .unwrap()
        .to_owned();
    let at = now.get().to_string();
    let verified = gate(&town, &["verify", "--image", "pass.png", "--now", &at]);
    assert_eq!(verified.json()["verdict"]["reason"], "proved_compare_id");
    organisation(&town, &["upload"]).json();
    forward(&town, 12 * 3_600_000);
    let fever = ["checkin", "--temperature", "38.6", "--symptoms", "fever"];
    wallet(&town, "anna.wallet", &[&fever[..], &["--confirm"]].concat()).json();
    forward(&town, 16_000);
    assert!(town.notify(NUMBER, "close-contact", "3").success);
    assert!(town.open().success);
    assert!(town.release("1").success);
    let refused = wallet(&town, "anna.wallet", &["checkin", "--temperature", "x"]);
    assert!(!refused.success);

    let mut canaries = Canaries::of_the_ledger(&town);
    let pass = ShownPass::from_text(&text).unwrap().pass;
    canaries.bytes("a nym", &pass.nym.to_bytes());
    canaries.bytes("a pass's tag", &pass.rtag.to_bytes());
    canaries.bytes("a pass's proof", pass.proof.as_bytes());
    canaries.text("a pass", &text[..40]);
    canaries.text("an ID number", NUMBER);
    canaries.text("an ID number", &NUMBER[..17]);
    canaries.text("a name", "王");
    canaries.text("a passphrase", "battery");
    canaries.text("a temperature", "38.6");
    canaries.text("a temperature", "temperature");
    canaries.text("a symptom", "fever");
    for member in [Member::Registrar, Member::Gate] {
        canaries.text("an identifier", member.did().to_string());
    }
    canaries.text("a signature", "sig1=:");
    canaries.text("a signature's parameters", "\"nonce\"");
    let services = String::from_utf8_lossy(&kept.0.lock().unwrap()).into_owned();
    let commands = town.log.lock().unwrap().clone();
    assert!(services.lines().count() > 100, "services log");
    assert!(
        commands.contains("--confirm"),
        "what commands say: {commands}"
    );
    let mut found = Vec::new();
    for (what, value) in &canaries.0 {
        for (whose, log) in [("services", &services), ("commands", &commands)] {
            let line = log
                .lines()
                .find(|line| untimed(line).contains(value.as_str()));
            found.extend(line.map(|line| format!("{what} in the log of {whose}: {line}")));
        }
    }
    found.dedup();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A line without the moment that the log itself writes before it: its seconds look like a temperature once a minute.
fn untimed(line: &str) -> &str {
    match line.split_once("Z ") {
        Some((moment, rest)) if moment.starts_with("20") && !moment.contains(' ') => rest,
        _ => line,
    }
}
