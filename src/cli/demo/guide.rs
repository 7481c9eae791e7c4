//! What to try next: the commands of one walkthrough, ready to be copied.

use super::cast::{Cast, Member};
use super::seed::POLICY;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// A running demo network.
pub struct Guide<'a> {
    pub cast: &'a Cast,
    pub node: SocketAddr,
    pub trustees: &'a [SocketAddr],
}

impl Guide<'_> {
    /// For programs.
    pub fn to_json(&self) -> Value {
        let dids: serde_json::Map<String, Value> = self
            .cast
            .players
            .iter()
            .map(|p| (p.member.file().to_owned(), json!(p.did)))
            .collect();
        json!({
            "node": format!("http://{}", self.node),
            "trustees": self.trustees.iter().map(|t| format!("http://{t}")).collect::<Vec<_>>(),
            "directory": self.cast.root(),
            "passphrase_file": self.cast.passphrase_file(),
            "policy": POLICY,
            "dids": dids,
        })
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let directory = self.cast.root().display();
        let trustees: Vec<String> = self
            .trustees
            .iter()
            .map(|t| format!("http://{t}"))
            .collect();
        let trustees = trustees.join(",");
        let employer = self.cast.did(Member::Employer);
        let employer = employer.map(|did| did.to_string()).unwrap_or_default();
        format!(
            "demo network: node http://{node}, trustees {trustees}
All of it is synthetic (演示数据). In another terminal:

  cd {directory}
  export LUYIN_NODE=http://{node} LUYIN_PASSPHRASE_FILE={directory}/passphrase

A person is enrolled, checks in, and shows a pass:
  luyin wallet init --wallet anna.wallet
  luyin wallet request --wallet anna.wallet --surname 王 --id-tail 28 --out anna.request
  printf '%s\\n' 11010519491231002X 王安娜 > anna.id
  luyin registrar enrol --keystore registrar.keys --register register --trustees {trustees} \\
      --id-number-file anna.id --request anna.request --out anna.receipt
  luyin wallet enrolled --wallet anna.wallet --receipt anna.receipt
  luyin wallet checkin --wallet anna.wallet --employer {employer} --temperature 36.5 --symptoms none --contacts none
  luyin wallet prove --wallet anna.wallet --venue {employer} --policy {POLICY}
  luyin wallet show --wallet anna.wallet --venue {employer} --qr pass.png
  luyin gate verify --keystore gate.keys --policy {POLICY} --image pass.png        (green)

The authority publishes a risk notice about her; the gate turns red:
  luyin registrar subject --keystore registrar.keys --register register --id-number-file anna.id --out anna.subject
  luyin authority propose notice --keystore proposer.keys --subject anna.subject --class close-contact \\
      --clause '传染病防治法 第三十九条' --evidence file.pdf --days 14 --out notice.proposal
  luyin authority approve --keystore approver.keys --proposal notice.proposal
  luyin gate verify --keystore gate.keys --policy {POLICY} --image pass.png        (red)

Anyone may check the whole log:
  luyin verify-log node --keys ../keys
",
            node = self.node,
        )
    }
}
