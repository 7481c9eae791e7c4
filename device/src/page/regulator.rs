//! The regulator's calls. The key stays in memory alone, and goes with the page.

use super::host::Line;
use super::secret::{Key, StretchingView};
use super::{Asked, Fault, Host, Reply, decoded};
use crate::audit::{AuditError, OneRecord, SignedReport, check_record, signed_checkpoint};
use crate::client::{NodeClient, RequestSigner};
use luyin_keys::keystore::{Algorithm, Keystore, KeystoreError};
use luyin_keys::sealed::{SealError, Secret, Strength, Stretching};
use luyin_keys::signing::SigningKey;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::network::NetworkParameters;
use serde::Deserialize;
use serde_json::{Value, json};

const INTERFACE: &str = "/v1/audit/";
const VERIFY: &str = "/v1/audit/verify";

struct Open {
    did: Did,
    key: SigningKey,
    node: String,
}

/// A regulator's desk in a browser.
pub(super) struct RegulatorPage<H> {
    host: H,
    strength: Strength,
    open: Option<Open>,
}

impl<H: Host> RegulatorPage<H> {
    pub(super) const fn new(host: H, strength: Strength) -> Self {
        Self {
            host,
            strength,
            open: None,
        }
    }

    pub(super) fn call(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        match asked.method {
            "stretching" => self.stretching(asked),
            "open" => self.open(asked),
            "close" => {
                self.open = None;
                Reply::done()
            }
            "call" => self.ask(asked),
            "check" => self.check(asked),
            "checkCheckpoint" => self.check_checkpoint(asked),
            "checkReport" => self.check_report(asked),
            _ => Err(asked.unknown()),
        }
    }

    fn node(&self, asked: &Asked<'_>, address: &str) -> Result<NodeClient<Line<H>>, Fault> {
        let line = Line::new(self.host.clone(), asked.now);
        Ok(NodeClient::over(line, address)?)
    }

    fn signed(&self, asked: &Asked<'_>) -> Result<NodeClient<Line<H>>, Fault> {
        let closed = || Fault::new("not_open", "no keystore is open");
        let open = self.open.as_ref().ok_or_else(closed)?;
        let signer = RequestSigner::organisation(&open.did, open.key.clone());
        Ok(self.node(asked, &open.node)?.signing_as(signer))
    }

    /// How the keystore's passphrase is stretched; null where a key opens it.
    fn stretching(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            keystore: String,
        }
        let Arguments { keystore } = asked.read()?;
        let stretching = Stretching::of(&decoded(&keystore)?, self.strength);
        let stretching = stretching.map_err(|error| sealed(&error))?;
        Reply::of(&stretching.map(StretchingView::from))
    }

    /// Opens a keystore and finds the key in it that controls the regulator's document.
    fn open(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            #[serde(flatten)]
            key: Key,
            keystore: String,
            did: String,
            node: String,
        }
        let a: Arguments = asked.read()?;
        let did: Did = a
            .did
            .trim()
            .parse()
            .map_err(|_| Fault::did("did", &a.did))?;
        let secret = a.key.secret(&asked.bytes)?;
        let keystore = self.unseal(&decoded(&a.keystore)?, &secret)?;
        let document = self.node(asked, &a.node)?.current_document(did)?.document;
        let none = || Fault::new("no_regulator_key", "no key in it controls this identifier");
        let key = controlling(&keystore, &document).ok_or_else(none)?;
        self.open = Some(Open {
            did,
            key,
            node: a.node,
        });
        Reply::done()
    }

    fn unseal(&self, bytes: &[u8], secret: &Secret) -> Result<Keystore, Fault> {
        let opened = Keystore::unseal(bytes, secret, self.strength);
        opened.map_err(|error| match error {
            KeystoreError::Seal(error) => sealed(&error),
            error => Fault::new("not_a_keystore", error.to_string()),
        })
    }

    /// A signed call of the audit interface. The clock that signs is the page's, or on a development network the node's.
    fn ask(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            method: String,
            path: String,
            #[serde(default)]
            body: Value,
        }
        let a: Arguments = asked.read()?;
        let node = self.signed(asked)?;
        let answer: Value = match a.method.as_str() {
            "GET" if a.path.starts_with(INTERFACE) => node.audit(&a.path)?,
            "POST" if a.path == VERIFY => node.audit_verify(&a.body)?,
            _ => return Err(asked.unknown()),
        };
        Reply::of(&answer)
    }

    fn check(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            record: OneRecord,
        }
        let Arguments { record } = asked.read()?;
        let node = self.signed(asked)?;
        let checked = check_record(&node, &node.parameters()?, &record)?;
        Reply::of(&json!({
            "proof": checked.proof,
            "inputs": checked.inputs,
            "inBatch": checked.in_batch,
        }))
    }

    /// Whether a node of the network signed a checkpoint, and which network that is.
    fn check_checkpoint(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            note: String,
        }
        let Arguments { note } = asked.read()?;
        self.signed_by_the_network(asked, |parameters| {
            signed_checkpoint(note.as_bytes(), parameters).map(|_| ())
        })
    }

    /// The same of a report.
    fn check_report(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let report: SignedReport = asked.read()?;
        self.signed_by_the_network(asked, |parameters| report.verify(parameters))
    }

    /// The keys are those of the founding data, whose hash is the network's identity: the page shows it, so that it can be
    /// compared with the one that was handed out beside this node.
    fn signed_by_the_network(
        &self,
        asked: &Asked<'_>,
        check: impl FnOnce(&NetworkParameters) -> Result<(), AuditError>,
    ) -> Result<Reply, Fault> {
        let node = self.signed(asked)?;
        let wrong = match check(&node.parameters()?) {
            Ok(()) => None,
            Err(error @ AuditError::DoesNotHold(_)) => Some(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        Reply::of(&json!({
            "network": node.network_id()?,
            "holds": wrong.is_none(),
            "wrong": wrong,
        }))
    }
}

fn sealed(error: &SealError) -> Fault {
    let slug = match error {
        SealError::WrongSecret => "wrong_passphrase",
        _ => "not_a_keystore",
    };
    Fault::new(slug, error.to_string())
}

/// The key of a keystore, of any name and generation, that controls a document.
fn controlling(keystore: &Keystore, document: &DidDocument) -> Option<SigningKey> {
    let list = keystore.list();
    let signing = list
        .iter()
        .filter(|info| info.kind.algorithm() == Algorithm::Ed25519);
    signing
        .filter_map(|info| {
            keystore
                .generation(&info.name, info.kind, info.generation)
                .ok()
        })
        .map(SigningKey::from_secret)
        .find(|key| key.public() == *document.controller())
}
