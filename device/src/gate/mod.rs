//! The gate device: what it keeps between two scans. The decision itself is `luyin_protocol::gate`.
//!
//! ```text
//! gate.json    network, DID, venue, policy         bundle.bin   the newest verified bundle
//! pass.vk      verifying key of the pass           code.secret  from which the displayed code comes
//! list.bin     the newest list of notices' values in addition to that bundle
//! seen/        showings and walk-ins let through   records/     audit records on their way, 14 days at most
//! ```
//! **Order of a scan.** Decide; write what was seen; write the audit record; tell the guard. A crash before the guard is
//! told leaves a record of a decision that nobody heard of, never an entry without a record.

mod error;
mod held;
mod node;
mod queue;
mod seen;
mod self_test;
mod settings;
#[cfg(test)]
mod tests;
mod upload;

pub use error::GateError;
pub use node::GateNode;
pub use queue::{RETENTION_DAYS, RecordQueue, SealedBatch};
pub use seen::{SeenLog, SharedSeen};
pub use self_test::GateFault;
pub use settings::Settings;
pub use upload::Uploaded;

use crate::files::Files;
use held::Held;
use luyin_circuits::CircuitName;
use luyin_circuits::groth16::{PreparedVk, Proof, verify};
use luyin_keys::manifest::{Manifest, decode_vk};
use luyin_protocol::gate::{
    AuditRecord, Colour, Evidence, GateBundle, MAX_NOTE, Reason, Verdict, gate_code,
};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::pass::{GateCode, PassMode, ShownPass};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::{Step, Timestamp};
use queue::{BATCHES, SENT, WAITING};
use rand::RngCore;
use rand::rngs::OsRng;
use seen::FOLDER;
use serde::Serialize;
use settings::FILE as SETTINGS;

/// How old a bundle must be before a pass that is newer has it fetched again.
const REFETCH_AFTER_MS: u64 = 10_000;
/// From which age on a bundle is fetched whole: as often as there is a new epoch root for who cannot wait.
const WHOLE_AFTER_MS: u64 = 120_000;

const BUNDLE: &str = "bundle.bin";
const LIST: &str = "list.bin";
const PASS_KEY: &str = "pass.vk";
const CODE_SECRET: &str = "code.secret";

/// A gate with its files open.
pub struct GateDevice<F> {
    files: F,
    settings: Settings,
    held: Option<Held>,
    key: Option<PreparedVk>,
    seen: SeenLog<F>,
    queue: RecordQueue<F>,
    /// Somebody showed a pass that is newer than the bundle.
    behind: bool,
}

impl<F> std::fmt::Debug for GateDevice<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GateDevice({})", self.settings.gate)
    }
}

/// What a scan came to, for the guard and for a machine.
#[derive(Clone, Debug, Serialize)]
pub struct Scan {
    /// Colour, reason and words.
    pub verdict: Verdict,
    /// Seen without colours.
    pub icon: &'static str,
    /// When, by the gate's clock.
    pub now: Timestamp,
    /// The step it was decided in.
    pub step: Step,
    /// What the pass says of itself, where it could be read.
    pub pass: Option<PassShown>,
    /// Age of what the gate goes by, in seconds: its bundle, or the newest list.
    pub bundle_age_s: Option<u64>,
}

/// What the guard may see of a pass: no name, no identity.
#[derive(Clone, Debug, Serialize)]
pub struct PassShown {
    /// Number and version of the policy.
    pub policy: String,
    /// Screen or paper.
    pub mode: PassMode,
    /// Its day, YYYY-MM-DD.
    pub day: String,
    /// The epoch it rests on.
    pub epoch: u32,
    /// The surname, where an ID is to be compared.
    pub surname: Option<&'static str>,
    /// The last two digits of the ID, likewise.
    pub digits: Option<String>,
}

/// The sign of a colour for who does not see it.
#[must_use]
pub const fn icon(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "✔",
        Colour::Yellow => "▲",
        Colour::Red => "✘",
        Colour::Grey => "?",
    }
}

/// The word of a colour, Chinese and English.
#[must_use]
pub const fn word(colour: Colour) -> (&'static str, &'static str) {
    match colour {
        Colour::Green => ("绿", "GREEN"),
        Colour::Yellow => ("黄", "YELLOW"),
        Colour::Red => ("红", "RED"),
        Colour::Grey => ("灰", "GREY"),
    }
}

impl Scan {
    /// One line for the guard, in both languages.
    #[must_use]
    pub fn line(&self) -> String {
        let colour = self.verdict.colour();
        let reason = self.verdict.reason();
        let (zh, en) = word(colour);
        let mut line = format!("{} {zh} {en}  {} / {}", self.icon, reason.zh(), reason.en());
        let shown = self.pass.as_ref();
        if let Some((surname, digits)) = shown.and_then(|p| p.surname.zip(p.digits.as_ref())) {
            line.push_str(&format!("  [{surname} **{digits}]"));
        }
        line
    }
}

/// Whether other gates are asked about walk-in passes.
#[derive(Clone, Copy)]
pub enum Sharing<'a> {
    /// The node keeps the set of all gates.
    Online(&'a dyn GateNode),
    /// This gate's own memory alone; duplicates are found by the audit.
    Offline,
}

impl<F: Files + Clone> GateDevice<F> {
    /// Sets a gate up where there is none.
    ///
    /// # Errors
    /// [`GateError::AlreadySetUp`]; those of writing.
    pub fn init(files: F, settings: &Settings) -> Result<Self, GateError> {
        if Settings::exist(&files)? {
            return Err(GateError::AlreadySetUp);
        }
        let mut secret = [0; 32];
        OsRng.fill_bytes(&mut secret);
        files.replace(CODE_SECRET, &secret)?;
        // Last: whoever finds the settings finds the rest.
        settings.write(&files)?;
        Self::open(files)
    }

    /// Opens a gate's files. A bundle that is not there, or is not of the network, leaves a gate that says so.
    ///
    /// # Errors
    /// [`GateError::NotSetUp`]; those of reading, and of a bundle or key that does not verify.
    pub fn open(files: F) -> Result<Self, GateError> {
        let settings = Settings::read(&files)?;
        let mut device = Self {
            seen: SeenLog::open(files.clone())?,
            queue: RecordQueue::open(files.clone())?,
            files,
            settings,
            held: None,
            key: None,
            behind: false,
        };
        if let Some(bytes) = device.files.read(BUNDLE)? {
            let mut held = Held::verified(&bytes, &device.settings)?;
            device.key = match device.files.read(PASS_KEY)? {
                Some(bytes) => Some(pass_key(&bytes, &held.gate.bundle().parameters)?),
                None => None,
            };
            if let Some(list) = device.files.read(LIST)? {
                held.resume(&list)?;
            }
            device.held = Some(held);
        }
        Ok(device)
    }

    /// Removes all of a gate, records that were never filed among it. The settings go last: what a crash leaves is a gate
    /// that can be erased again.
    ///
    /// # Errors
    /// Those of removing.
    pub fn erase(files: &F) -> Result<(), GateError> {
        for folder in [FOLDER, WAITING, BATCHES, SENT] {
            for name in files.list(folder)? {
                files.remove(&format!("{folder}/{name}"))?;
            }
        }
        for name in [LIST, BUNDLE, PASS_KEY, CODE_SECRET, SETTINGS] {
            if files.read(name)?.is_some() {
                files.remove(name)?;
            }
        }
        Ok(())
    }

    /// Whether it can decide at a moment.
    #[must_use]
    pub fn is_ready(&self, now: Timestamp) -> bool {
        self.key.is_some() && self.bundle().is_some_and(|bundle| now <= bundle.expires)
    }

    /// Who this gate is.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The bundle in use, with the values of the newest list.
    #[must_use]
    pub fn bundle(&self) -> Option<&GateBundle> {
        self.held.as_ref().map(|held| held.gate.bundle())
    }

    /// When the newest of what the gate goes by was made: its bundle, or a list since.
    #[must_use]
    pub fn as_of(&self) -> Option<Timestamp> {
        self.held.as_ref().map(|held| held.gate.as_of())
    }

    /// The audit records on their way.
    pub const fn queue(&mut self) -> &mut RecordQueue<F> {
        &mut self.queue
    }

    /// Takes a bundle file, after verifying it. One that is older than what the gate goes by is refused: it could hide a notice.
    ///
    /// # Errors
    /// [`GateError::Bundle`], [`GateError::OlderBundle`]; those of writing.
    pub fn take_bundle(&mut self, bytes: &[u8]) -> Result<&GateBundle, GateError> {
        let held = Held::verified(bytes, &self.settings)?;
        if self.as_of().is_some_and(|as_of| held.gate.as_of() < as_of) {
            return Err(GateError::OlderBundle);
        }
        // A list beside it adds to the bundle before, and is dropped when it is next read.
        self.files.replace(BUNDLE, bytes)?;
        self.behind = false;
        Ok(self.held.insert(held).gate.bundle())
    }

    /// Takes a list of notices' values, after verifying it against the bundle and what was taken since.
    ///
    /// # Errors
    /// [`GateError::List`]; [`GateError::NoBundle`]; those of writing.
    pub fn take_list(&mut self, bytes: &[u8]) -> Result<&GateBundle, GateError> {
        let held = self.held.as_mut().ok_or(GateError::NoBundle)?;
        let list = held.verify(bytes)?;
        self.files.replace(LIST, bytes)?;
        held.gate.take_list(list);
        Ok(held.gate.bundle())
    }

    /// Takes the pass statement's verifying key, whose hash the network's founding data name.
    ///
    /// # Errors
    /// [`GateError::WrongKey`]; [`GateError::NoBundle`] before there is a bundle; those of writing.
    pub fn take_key(&mut self, bytes: &[u8]) -> Result<(), GateError> {
        let parameters = &self.bundle().ok_or(GateError::NoBundle)?.parameters;
        let key = pass_key(bytes, parameters)?;
        self.files.replace(PASS_KEY, bytes)?;
        self.key = Some(key);
        Ok(())
    }

    /// Fetches bundle and key from a node, verifies and keeps them.
    ///
    /// # Errors
    /// Those of the node and of [`GateDevice::take_bundle`] and [`GateDevice::take_key`].
    pub fn update(&mut self, node: &(impl GateNode + ?Sized)) -> Result<&GateBundle, GateError> {
        let bytes = node.bundle()?;
        self.take_bundle(&bytes)?;
        if self.key.is_none() {
            let manifest = node.keys_manifest()?;
            let text = std::str::from_utf8(&manifest).map_err(|_| GateError::WrongKey)?;
            let manifest = Manifest::from_json(text).map_err(|_| GateError::WrongKey)?;
            let pass = manifest
                .circuit(CircuitName::Pass.as_str())
                .map_err(|_| GateError::WrongKey)?;
            self.take_key(&node.keys_file(&pass.verifying_key.file)?)?;
        }
        self.bundle().ok_or(GateError::NoBundle)
    }

    /// What a gate asks for again and again while its node answers, so that a new notice takes effect within a minute: the
    /// small list, where the bundle is young enough and it is enough, else the whole bundle.
    ///
    /// # Errors
    /// Those of [`GateDevice::update`].
    pub fn renew(
        &mut self,
        node: &(impl GateNode + ?Sized),
        now: Timestamp,
    ) -> Result<&GateBundle, GateError> {
        let young = self.held.as_ref().filter(|held| {
            let age = now.since(held.gate.bundle().issued);
            age < WHOLE_AFTER_MS && self.key.is_some() && !self.behind
        });
        if let Some(held) = young {
            match node.list(&held.name, held.gate.bundle().expires.day()) {
                Err(error) if error.is_offline() => return Err(error.into()),
                // A refused list may be honest: a notice was lifted, a policy is new. The bundle tells.
                Ok(bytes) if self.take_list(&bytes).is_ok() => {
                    return self.bundle().ok_or(GateError::NoBundle);
                }
                Ok(_) | Err(_) => {}
            }
        }
        self.update(node)
    }

    /// The code that the gate displays in a step.
    ///
    /// # Errors
    /// Those of reading its secret.
    pub fn code(&self, step: Step) -> Result<GateCode, GateError> {
        let bytes = self.files.read(CODE_SECRET)?;
        let bytes = bytes.ok_or(GateError::Damaged(CODE_SECRET))?;
        let secret: [u8; 32] = bytes
            .try_into()
            .map_err(|_| GateError::Damaged(CODE_SECRET))?;
        Ok(gate_code(&secret, step))
    }

    /// Decides on the text of a scanned code, and records it.
    ///
    /// # Errors
    /// [`GateError::NoKey`]; those of writing. Where a record cannot be written, nobody is let in.
    pub fn scan(
        &mut self,
        text: &str,
        now: Timestamp,
        sharing: Sharing<'_>,
    ) -> Result<Scan, GateError> {
        self.forget(now)?;
        let (verdict, shown) = self.decide(text, now, sharing)?;
        let evidence = match &shown {
            Some(shown) => Evidence::Pass(Box::new(shown.clone())),
            None => Evidence::Unreadable(Sha256Hash::of(text.as_bytes())),
        };
        self.queue.put(&AuditRecord {
            step: now.step(),
            verdict,
            evidence,
        })?;
        self.behind |= verdict.reason() == Reason::BundleBehind;
        let as_of = self.as_of();
        Ok(Scan {
            verdict,
            icon: icon(verdict.colour()),
            now,
            step: now.step(),
            pass: shown.as_ref().map(|s| describe(s, verdict.reason())),
            bundle_age_s: as_of.map(|as_of| now.since(as_of) / 1_000),
        })
    }

    /// Decides at a gate that reaches its node. Where the pass rests on newer data than the gate's, these are fetched and it is
    /// decided again; the showing that could not be decided stays on record. Who cannot wait for a node calls [`Self::scan`].
    ///
    /// # Errors
    /// As [`Self::scan`]. Where nothing newer can be had, the first verdict stands.
    pub fn scan_fetching(
        &mut self,
        text: &str,
        now: Timestamp,
        node: &dyn GateNode,
    ) -> Result<Scan, GateError> {
        let scan = self.scan(text, now, Sharing::Online(node))?;
        let behind = scan.verdict.reason() == Reason::BundleBehind;
        // Anyone may show a pass that names an epoch to come: a fetch a while is enough.
        let issued = self.bundle().map(|bundle| bundle.issued);
        let aged = issued.is_none_or(|issued| now.since(issued) >= REFETCH_AFTER_MS);
        if behind && aged && self.update(node).is_ok() {
            return self.scan(text, now, Sharing::Online(node));
        }
        Ok(scan)
    }

    /// The code may be of this step or, while a phone is being held up, of the one before.
    fn decide(
        &mut self,
        text: &str,
        now: Timestamp,
        sharing: Sharing<'_>,
    ) -> Result<(Verdict, Option<ShownPass>), GateError> {
        let step = now.step();
        let codes = [
            self.code(step)?,
            self.code(Step::new(step.get().saturating_sub(1)))?,
        ];
        let Some(Held { gate, .. }) = self.held.as_mut() else {
            let shown = ShownPass::from_text(text).ok();
            return Ok((Verdict::of(Reason::BundleExpired), shown));
        };
        let key = self.key.as_ref().ok_or(GateError::NoKey)?;
        let code = match ShownPass::from_text(text) {
            Ok(shown) if codes.contains(&shown.code) => shown.code,
            Ok(_) | Err(_) => codes[0],
        };
        let mut seen = SharedSeen::new(&mut self.seen, sharing, step);
        let verified = |inputs: &[_; 11], bytes: &_| {
            Proof::try_from(bytes).is_ok_and(|proof| verify(key, inputs, &proof).is_ok())
        };
        let decided = gate.decide_text(text, now, code, &mut seen, verified);
        seen.finish()?;
        Ok(decided)
    }

    /// Records what the guard decided by hand.
    ///
    /// # Errors
    /// [`GateError::Note`] for an empty or too long note; those of writing.
    pub fn manual(&mut self, note: &str, now: Timestamp) -> Result<(), GateError> {
        let note = note.trim();
        if note.is_empty() || note.len() > MAX_NOTE {
            return Err(GateError::Note);
        }
        self.queue.put(&AuditRecord {
            step: now.step(),
            verdict: Verdict::of(Reason::Manual),
            evidence: Evidence::Manual(note.to_owned()),
        })
    }

    /// Forgets what is past its use: showings of earlier steps, walk-ins of yesterday, records beyond the retention.
    fn forget(&mut self, now: Timestamp) -> Result<(), GateError> {
        self.seen.forget(now)?;
        self.queue.forget(now)?;
        Ok(())
    }
}

fn describe(shown: &ShownPass, reason: Reason) -> PassShown {
    let pass = &shown.pass;
    let compare = reason == Reason::ProvedCompareId;
    let digits = format!("{:02}", pass.mask.digits());
    PassShown {
        policy: pass.policy.to_string(),
        mode: pass.mode,
        day: pass.day.to_iso(),
        epoch: pass.epoch,
        surname: compare.then(|| crate::enrolment::surname_of(pass.mask.surname()).unwrap_or("-")),
        digits: compare.then_some(digits),
    }
}

fn pass_key(bytes: &[u8], parameters: &NetworkParameters) -> Result<PreparedVk, GateError> {
    if Sha256Hash::of(bytes) != parameters.verifying_keys.pass {
        return Err(GateError::WrongKey);
    }
    let key = decode_vk(bytes, CircuitName::Pass.inputs()).map_err(|_| GateError::WrongKey)?;
    PreparedVk::new(CircuitName::Pass, &key).map_err(|_| GateError::WrongKey)
}
