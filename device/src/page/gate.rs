//! The gate's calls.
//!
//! A gate stands unattended after a power cut, so nobody could type a passphrase: its key stands in its files as it is, as
//! the secret of its codes does. Whoever can read them can file records and fetch bundles in this gate's name until the
//! authority ends its accreditation; no holder is harmed by that.

use super::host::Line;
use super::{Asked, Fault, Host, Reply, Store};
use crate::client::{ClientError, NodeClient, RequestSigner};
use crate::files::Files;
use crate::gate::{GateDevice, GateError, Scan, Settings, Sharing};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::pass::PassMode;
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{DidCreate, Tx};
use rand::RngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::rc::Rc;
use zeroize::Zeroizing;

const KEY: &str = "gate.key";

type Node<H> = NodeClient<Line<H>>;

/// The gate of a browser.
pub(super) struct GatePage<H: Host> {
    host: H,
    line: Line<H>,
    device: Option<GateDevice<H::Files>>,
    /// The client of the gate's node, which signs; kept, since it knows the network's founding data.
    node: Option<Rc<Node<H>>>,
}

#[derive(Serialize)]
struct ScanView {
    colour: luyin_protocol::gate::Colour,
    reason: &'static str,
    zh: &'static str,
    en: &'static str,
    now: Timestamp,
    bundle_age_s: Option<u64>,
    pass: Option<PassView>,
}

#[derive(Serialize)]
struct PassView {
    policy: String,
    mode: PassMode,
    day: String,
    epoch: u32,
    surname: Option<&'static str>,
    digits: Option<String>,
}

impl From<Scan> for ScanView {
    fn from(scan: Scan) -> Self {
        let reason = scan.verdict.reason();
        Self {
            colour: scan.verdict.colour(),
            reason: reason.slug(),
            zh: reason.zh(),
            en: reason.en(),
            now: scan.now,
            bundle_age_s: scan.bundle_age_s,
            pass: scan.pass.map(|pass| PassView {
                policy: pass.policy,
                mode: pass.mode,
                day: pass.day,
                epoch: pass.epoch,
                surname: pass.surname,
                digits: pass.digits,
            }),
        }
    }
}

impl<H: Host> GatePage<H> {
    pub(super) fn new(host: H) -> Self {
        Self {
            line: Line::hurried(host.clone()),
            host,
            device: None,
            node: None,
        }
    }

    fn files(&self) -> H::Files {
        self.host.files(Store::Gate)
    }

    /// The gate, opened when it is first needed.
    fn device(&mut self) -> Result<&mut GateDevice<H::Files>, Fault> {
        if self.device.is_none() {
            self.device = Some(GateDevice::open(self.files())?);
        }
        self.device
            .as_mut()
            .ok_or_else(|| GateError::NotSetUp.into())
    }

    fn key(&self) -> Result<Option<SigningKey>, GateError> {
        let Some(bytes) = self.files().read(KEY)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        let seed: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| GateError::Damaged(KEY))?;
        Ok(Some(SigningKey::from_secret(&SecretBytes::new(seed))))
    }

    /// The gate's node, every call signed that must be.
    fn node(&mut self) -> Result<Rc<Node<H>>, Fault> {
        if let Some(node) = &self.node {
            return Ok(Rc::clone(node));
        }
        let settings = self.device()?.settings().clone();
        let key = self.key()?.ok_or(GateError::Damaged(KEY))?;
        let signer = RequestSigner::organisation(&settings.gate, key);
        let node = NodeClient::over(self.line.clone(), &settings.node)?;
        let node = Rc::new(node.signing_as(signer));
        self.node = Some(Rc::clone(&node));
        Ok(node)
    }

    pub(super) fn call(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        self.line.set(asked.now);
        match asked.method {
            "state" => self.state(asked),
            // The host has let go of the files, and another window may write them.
            "close" => {
                self.device = None;
                self.node = None;
                Reply::done()
            }
            "enrol" => self.enrol(asked),
            "update" => self.update(asked),
            "takeBundle" => {
                self.device()?.take_bundle(&asked.bytes)?;
                self.state(asked)
            }
            "scan" => self.scan(asked),
            "manual" => {
                #[derive(Deserialize)]
                struct Arguments {
                    note: String,
                }
                let Arguments { note } = asked.read()?;
                self.device()?.manual(&note, asked.now)?;
                Reply::done()
            }
            "code" => {
                let code = self.device()?.code(asked.now.step())?;
                Reply::of(&format!("{:06}", code.0))
            }
            "upload" => self.upload(),
            "selfTest" => Reply::of(&self.device()?.self_test(asked.now)),
            "clockOffset" => self.clock_offset(asked),
            "erase" => self.erase(),
            _ => Err(asked.unknown()),
        }
    }

    fn state(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let device = match self.device() {
            Err(fault) if fault.slug == "no_gate" => {
                return Reply::of(&json!({
                    "ready": false, "did": null, "venue": null, "policy": null, "node": null,
                    "bundle": null, "waiting": 0, "unsent": 0, "demands_code": null,
                }));
            }
            other => other?,
        };
        let settings = device.settings().clone();
        let policy = |p: &&luyin_protocol::policy::Policy| {
            p.reference.id == settings.policy && p.effective <= asked.now
        };
        let (bundle, demands): (Value, Option<bool>) = match device.bundle().zip(device.as_of()) {
            None => (Value::Null, None),
            Some((bundle, as_of)) => {
                let asked_for = bundle.policies.iter().filter(policy);
                let newest = asked_for.max_by_key(|p| p.reference.version);
                let view = json!({ "issued": as_of, "expires": bundle.expires });
                (view, newest.map(|p| p.gate_code))
            }
        };
        let ready = device.is_ready(asked.now);
        let queue = device.queue();
        let unsent: usize = queue.unsent()?.iter().map(|b| b.records.len()).sum();
        Reply::of(&json!({
            "ready": ready,
            "did": settings.gate,
            "venue": settings.venue,
            "policy": settings.policy,
            "node": settings.node,
            "bundle": bundle,
            "waiting": queue.waiting_count()?,
            "unsent": unsent,
            "demands_code": demands,
        }))
    }

    /// Draws the key and registers it. An attempt that broke off is taken up with the same key.
    fn enrol(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            node: String,
            venue: String,
            policy: u16,
        }
        let a: Arguments = asked.read()?;
        let venue: Did = a
            .venue
            .trim()
            .parse()
            .map_err(|_| Fault::did("did", &a.venue))?;
        if self.device().is_ok() {
            return Err(GateError::AlreadySetUp.into());
        }
        let node = NodeClient::over(self.line.clone(), &a.node)?;
        let network = node.network_id()?;
        let key = match self.key()? {
            Some(key) => key,
            None => {
                let mut seed = Zeroizing::new([0; 32]);
                OsRng.fill_bytes(seed.as_mut());
                self.files()
                    .replace(KEY, seed.as_ref())
                    .map_err(GateError::from)?;
                SigningKey::from_secret(&SecretBytes::new(*seed))
            }
        };
        let document = DidDocument::new(vec![key.public()], Vec::new()).map_err(GateError::from)?;
        let gate = Did::of(&document);
        let body = DidCreate::body(&document);
        let signature = key.sign(Domain::Transaction, &network, &body);
        let create = DidCreate {
            document,
            signature,
        };
        match node.submit(&Tx::DidCreate(create)) {
            Err(error) if !is(&error, &["did-exists"]) => return Err(error.into()),
            _ => {}
        }
        let settings = Settings {
            network,
            gate,
            venue,
            policy: a.policy,
            node: a.node,
        };
        self.device = Some(GateDevice::init(self.files(), &settings)?);
        Reply::of(&json!({ "did": gate }))
    }

    fn update(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let node = self.node()?;
        match self.device()?.renew(node.as_ref(), asked.now) {
            Err(GateError::Node(error))
                if is(&error, &["role", "unknown-key", "not-accredited"]) =>
            {
                return Err(Fault::new("not_accredited", error.to_string()));
            }
            other => other.map(|_| ())?,
        }
        self.state(asked)
    }

    fn scan(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            text: String,
            online: bool,
        }
        let Arguments { text, online } = asked.read()?;
        let node = match online {
            true => Some(self.node()?),
            false => None,
        };
        let sharing = match &node {
            Some(node) => Sharing::Online(node.as_ref()),
            None => Sharing::Offline,
        };
        let scan = self.device()?.scan(&text, asked.now, sharing)?;
        Reply::of(&ScanView::from(scan))
    }

    fn upload(&mut self) -> Result<Reply, Fault> {
        let node = self.node()?;
        let key = self.key()?.ok_or(GateError::Damaged(KEY))?;
        let host = self.host.clone();
        let device = self.device()?;
        let waiting = device.queue().waiting_count()?;
        let done = device.upload(node.as_ref(), &key, |done| {
            let records = usize::try_from(done.records).unwrap_or(usize::MAX);
            host.report("upload", records, waiting.max(records));
        })?;
        Reply::of(&done)
    }

    /// The node's clock minus the page's; null where the node is out of reach.
    fn clock_offset(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        match self.node()?.network() {
            Err(error) if error.is_offline() => Reply::of(&()),
            Err(error) => Err(error.into()),
            Ok(info) => {
                let ms = |moment: Timestamp| i64::try_from(moment.get()).unwrap_or(i64::MAX);
                Reply::of(&ms(info.now).saturating_sub(ms(asked.now)))
            }
        }
    }

    fn erase(&mut self) -> Result<Reply, Fault> {
        self.device = None;
        self.node = None;
        let files = self.files();
        if files.read(KEY).map_err(GateError::from)?.is_some() {
            files.remove(KEY).map_err(GateError::from)?;
        }
        GateDevice::erase(&files)?;
        Reply::done()
    }
}

fn is(error: &ClientError, problems: &[&str]) -> bool {
    error
        .problem()
        .is_some_and(|p| problems.contains(&p.slug()))
}
