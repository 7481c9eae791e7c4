//! What to try next: the commands of one walkthrough, ready to be copied.

use super::cast::{Cast, Member};
use super::ports::Ports;
use super::seed::POLICY;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A number that nobody has: the birthday and the place are made up, the check digit fits.
const ID_NUMBER: &str = "110105199001010010";
/// Another one, for the person who comes with a browser.
const OTHER_ID_NUMBER: &str = "110105199002020026";
/// The pages and what they are.
const PAGES: [(&str, &str); 3] = [("wallet", "w"), ("gate", "g"), ("regulator", "r")];

/// A running demo network.
pub struct Guide<'a> {
    pub cast: &'a Cast,
    pub keys: &'a Path,
    pub ports: &'a Ports,
}

impl Guide<'_> {
    /// Where the pages are. Browsers take passkeys for a name alone, so the loopback address is called by its name.
    fn page(&self, entry: &str) -> String {
        let node = self.ports.listen;
        if node.ip().is_loopback() {
            format!("http://localhost:{}/{entry}", node.port())
        } else {
            format!("http://{node}/{entry}")
        }
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let dids: serde_json::Map<String, Value> = self
            .cast
            .players
            .iter()
            .map(|p| (p.member.file().to_owned(), json!(p.did)))
            .collect();
        json!({
            "node": format!("http://{}", self.ports.listen),
            "nodes": self.ports.nodes().map(|n| format!("http://{n}")).collect::<Vec<_>>(),
            "trustees": self.ports.trustees().map(|t| format!("http://{t}")).collect::<Vec<_>>(),
            "witnesses": self.ports.witnesses().map(|w| format!("http://{w}")).collect::<Vec<_>>(),
            "pages": PAGES.map(|(name, entry)| (name, self.page(entry))).into_iter().collect::<BTreeMap<_, _>>(),
            "directory": self.cast.root(),
            "passphrase_file": self.cast.passphrase_file(),
            "policy": POLICY,
            "dids": dids,
        })
    }

    fn did(&self, member: Member) -> String {
        let did = self.cast.did(member);
        did.map(|did| did.to_string()).unwrap_or_default()
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let directory = self.cast.root().display();
        let trustees: Vec<String> = self
            .ports
            .trustees()
            .map(|t| format!("http://{t}"))
            .collect();
        let trustees = trustees.join(",");
        let employer = self.did(Member::Employer);
        format!(
            "demo network of {shape}: node http://{node}, trustees {trustees}
All of it is synthetic (演示数据). In another terminal:

  cd {directory}
  export LUYIN_NODE=http://{node} LUYIN_PASSPHRASE_FILE={directory}/passphrase LUYIN_WALLET=me.wallet
  TRUSTEES={trustees}
  VENUE={employer}

A person is enrolled and checks in:
  luyin wallet new
  luyin wallet add-person me --name 王某 --id-digits {digits} --employer $VENUE
  luyin wallet enrol-request --out request.json
  printf '%s\\n%s\\n' {id} 王某 > id.txt
  luyin registrar enrol --keystore registrar.keys --register register --trustees $TRUSTEES --id-number-file id.txt --request request.json --out receipt.json
  sleep 20
  luyin wallet enrol-finish
  luyin wallet checkin --temperature 36.5 --symptoms none --confirm
  sleep 20

It proves ahead of time, shows, and the gate says green:
  luyin wallet prove --venue $VENUE --walk-ins 0
  luyin gate init --state gate --keystore gate.keys --venue $VENUE --policy {POLICY}
  luyin gate bundle --state gate --keystore gate.keys
  luyin wallet show --venue $VENUE --png pass.png
  luyin gate verify --state gate --image pass.png

The same in a browser: a wallet at {wallet}, a gate at {gate}, the regulator at {regulator}.
In the wallet, 李某 with the last digits {other_digits} works for $VENUE. The registrar opens the desk, tells the code, and is asked what the phone says:
  printf '%s\\n%s\\n' {other_id} 李某 > other.txt
  luyin registrar desk --keystore registrar.keys --register register --trustees $TRUSTEES --id-number-file other.txt --out other.json
The gate's page shows its DID, and is let in by the authority:
  GATE=<the DID that the page shows>
  luyin authority propose --keystore proposer.keys --out gate.json accredit --subject $GATE --role gate --venue $VENUE
  luyin authority approve --keystore approver.keys --file gate.json --yes
The regulator opens {directory}/regulator.keys with the passphrase in {directory}/passphrase, as {regulator_did}.

The authority publishes a notice about the person; once trustees have released the day, the gate says red:
  luyin registrar subject --keystore registrar.keys --register register --id-number-file id.txt --out subject.json
  echo 'the evidence on file' > evidence.txt
  luyin authority propose --keystore proposer.keys --out action.json notice --subject subject.json --class close-contact --evidence evidence.txt --clause '传染病防治法 第三十九条' --days 14 --opening-out opening.json
  luyin authority approve --keystore approver.keys --file action.json --yes
  luyin authority open --opening opening.json --evidence evidence.txt --trustees $TRUSTEES
  luyin authority release --trustees $TRUSTEES
  luyin gate bundle --state gate --keystore gate.keys
  sleep 31
  luyin wallet show --venue $VENUE --png pass.png
  luyin gate verify --state gate --image pass.png

The person appeals without a name; the authority has 8 hours, and everyone sees the clock. Granting lifts the notice:
  luyin wallet appeal --reason recovered --confirm
  luyin audit appeals
  APPEAL=<the entry that the list begins with>
  luyin authority propose --keystore proposer.keys --out answer.json answer-appeal --appeal $APPEAL --outcome granted --reason 'negative since Monday'
  luyin authority approve --keystore approver.keys --file answer.json --yes

Anyone may check the whole log, while the node runs:
  luyin verify-log node --keys {keys}
",
            wallet = self.page("w"),
            gate = self.page("g"),
            regulator = self.page("r"),
            regulator_did = self.did(Member::Regulator),
            other_id = OTHER_ID_NUMBER,
            other_digits = OTHER_ID_NUMBER.get(16..).unwrap_or_default(),
            digits = ID_NUMBER.get(16..).unwrap_or_default(),
            id = ID_NUMBER,
            keys = self.keys.display(),
            node = self.ports.listen,
            shape = self.ports.shape,
        )
    }
}
