//! `luyin gate`: a gate at a venue.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::gate::{AuditRecord, Evidence};
use luyin_protocol::network::NetworkMode;
use luyin_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::keystore::KeystoreArgs;
use super::organisation::{NodeArgs, Organisation, OrganisationArgs, OrganisationError};
use super::passphrase::PassphraseArgs;
use super::say::Say;
use crate::clock::Clock;
use crate::device::{DiskFiles, GateDevice};
use crate::qr::{QrError, read_png};
use luyin_device::client::ClientError;
use luyin_device::gate::{GateError, Scan, Settings, Sharing};

/// Name of the gate's key in its keystore, where none is given.
const KEY: &str = "gate";
const POLL: Duration = Duration::from_millis(500);
/// How often the node is asked for what is new: a notice takes effect within a minute.
const RENEW: Duration = Duration::from_secs(40);

/// Verify passes at a venue, with or without the network
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin keystore create --keystore gate.keys --name gate --kind gate
  luyin did create      --keystore gate.keys --key gate       (have it accredited for a venue, then)
  luyin gate init   --state gate --keystore gate.keys --venue did:luyin:... --policy 1
  luyin gate bundle --state gate --keystore gate.keys
  luyin gate verify --state gate --image pass.png
  luyin gate verify --state gate --text 'LY1:...' --online http://127.0.0.1:8080 --keystore gate.keys
  luyin gate watch  --state gate camera/
  luyin gate upload --state gate --keystore gate.keys")]
pub enum Command {
    /// Set a gate up in an empty directory
    Init {
        #[command(flatten)]
        state: StateArgs,
        /// The organisation whose venue it guards
        #[arg(long, value_name = "DID")]
        venue: Did,
        /// The policy it asks for
        #[arg(long, default_value_t = 1)]
        policy: u16,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// Fetch, verify and keep the data by which the gate decides
    Bundle {
        #[command(flatten)]
        state: StateArgs,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// Decide on one pass
    #[command(
        after_help = "Exit status 0 for every verdict; the verdict is in the answer. The colours are green, yellow, red, grey."
    )]
    Verify {
        #[command(flatten)]
        state: StateArgs,
        /// A PNG image with the QR code
        #[arg(long, value_name = "FILE", required_unless_present = "text")]
        image: Option<PathBuf>,
        /// The text of the QR code
        #[arg(long, conflicts_with = "image")]
        text: Option<String>,
        #[command(flatten)]
        online: OnlineArgs,
    },
    /// The code that the gate displays now
    Code {
        #[command(flatten)]
        state: StateArgs,
        /// The moment, in milliseconds since 1970; on development networks alone
        #[arg(long, value_name = "MS")]
        now: Option<u64>,
    },
    /// Decide on every PNG image that arrives in a directory
    Watch {
        #[command(flatten)]
        state: StateArgs,
        /// The directory
        directory: PathBuf,
        /// End after the images that are there
        #[arg(long)]
        once: bool,
        #[command(flatten)]
        online: OnlineArgs,
    },
    /// Record what the guard decided by hand; no name belongs here
    Manual {
        #[command(flatten)]
        state: StateArgs,
        /// Why, for instance "ID compared, phone broken, let in"
        note: String,
        /// The moment, in milliseconds since 1970; on development networks alone
        #[arg(long, value_name = "MS")]
        now: Option<u64>,
    },
    /// The gate's own audit records
    #[command(subcommand)]
    Records(Records),
    /// File the audit records; may be repeated at any time
    Upload {
        #[command(flatten)]
        state: StateArgs,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// Whether the gate can decide: bundle, key, clock, code, queue
    SelfTest {
        #[command(flatten)]
        state: StateArgs,
        /// The moment, in milliseconds since 1970; on development networks alone
        #[arg(long, value_name = "MS")]
        now: Option<u64>,
    },
}

/// Audit records.
#[derive(Debug, Subcommand)]
pub enum Records {
    /// Waiting, cut and filed ones, the oldest first; kept for 14 days
    List {
        #[command(flatten)]
        state: StateArgs,
    },
}

/// Where the gate keeps its state.
#[derive(Debug, Clone, Args)]
pub struct StateArgs {
    /// The gate's directory
    #[arg(long, env = "LUYIN_GATE", value_name = "DIR", default_value = "gate")]
    pub state: PathBuf,
}

/// Whether a node is asked about walk-in passes.
#[derive(Debug, Clone, Args)]
pub struct OnlineArgs {
    /// Share walk-in passes with other gates through this node, and refresh the bundle
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "offline",
        requires = "keystore"
    )]
    online: Option<String>,
    /// Decide with what the gate has (the default)
    #[arg(long)]
    offline: bool,
    /// The gate's keystore, for --online
    #[arg(long, env = "LUYIN_KEYSTORE", value_name = "FILE")]
    keystore: Option<PathBuf>,
    /// Name of the gate's key in it
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// The moment, in milliseconds since 1970; on development networks alone
    #[arg(long, value_name = "MS")]
    now: Option<u64>,
}

/// Why a gate command failed.
#[derive(Debug, thiserror::Error)]
pub enum GateCommandError {
    /// The gate.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Keystore, DID or node.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The image.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// The clock of a production network.
    #[error("--now is for development networks alone")]
    NotSettable,
    /// The self-test found faults.
    #[error("the gate cannot decide: {0}; `luyin gate bundle` fetches bundle and key")]
    Faults(String),
}

/// Runs a gate command.
///
/// # Errors
/// [`GateCommandError`]; a refused pass is none.
pub fn run(command: Command, say: Say) -> Result<(), GateCommandError> {
    match command {
        Command::Init {
            state,
            venue,
            policy,
            organisation,
        } => init(&state.state, venue, policy, &organisation, say),
        Command::Bundle {
            state,
            organisation,
        } => bundle(&state.state, &organisation, say),
        Command::Verify {
            state,
            image,
            text,
            online,
        } => {
            let text = match (text, image) {
                (Some(text), _) => text,
                (None, Some(path)) => read_image(&path)?,
                (None, None) => String::new(),
            };
            let mut session = Session::open(&state.state, online)?;
            let scan = session.scan(&text)?;
            say.outcome(&scan, || scan.line());
            Ok(())
        }
        Command::Code { state, now } => code(&state.state, now, say),
        Command::Watch {
            state,
            directory,
            once,
            online,
        } => watch(&state.state, &directory, once, online, say),
        Command::Manual { state, note, now } => {
            let mut device = GateDevice::open(DiskFiles::below(&state.state))?;
            let now = moment(&device, now)?;
            device.manual(&note, now)?;
            say.outcome(&json!({ "recorded": true }), || "recorded".into());
            Ok(())
        }
        Command::Records(Records::List { state }) => records(&state.state, say),
        Command::Upload {
            state,
            organisation,
        } => upload(&state.state, &organisation, say),
        Command::SelfTest { state, now } => self_test(&state.state, now, say),
    }
}

fn init(
    state: &Path,
    venue: Did,
    policy: u16,
    organisation: &OrganisationArgs,
    say: Say,
) -> Result<(), GateCommandError> {
    let Organisation {
        did, network, node, ..
    } = organisation.open(KEY)?;
    let settings = Settings {
        network,
        gate: did,
        venue,
        policy,
        node: node.address().to_owned(),
    };
    GateDevice::init(DiskFiles::below(state), &settings)?;
    say.outcome(&settings, || {
        format!("{did} guards {venue}, policy {policy}; next `luyin gate bundle`")
    });
    Ok(())
}

fn bundle(state: &Path, organisation: &OrganisationArgs, say: Say) -> Result<(), GateCommandError> {
    let mut device = GateDevice::open(DiskFiles::below(state))?;
    let node = organisation.open(KEY)?.node;
    let bundle = device.update(&node)?;
    let value = json!({
        "issued": bundle.issued,
        "expires": bundle.expires,
        "epochs": bundle.epochs.len(),
        "policies": bundle.policies.iter().map(|p| p.reference).collect::<Vec<_>>(),
        "risk_lists": bundle.risk_lists.len(),
        "releases": bundle.releases.len(),
    });
    say.outcome(&value, || {
        let hours = bundle.expires.since(bundle.issued) / 3_600_000;
        format!(
            "verified and kept: {} roots, {} notices' values, good for {hours} h",
            bundle.epochs.len(),
            bundle.releases.len()
        )
    });
    Ok(())
}

/// A gate and, where asked for, its node.
struct Session {
    device: GateDevice,
    organisation: Option<Organisation>,
    now: Option<u64>,
    /// When the node was last asked for what is new.
    renewed: Instant,
}

impl Session {
    fn open(state: &Path, online: OnlineArgs) -> Result<Self, GateCommandError> {
        let mut device = GateDevice::open(DiskFiles::below(state))?;
        let organisation = match (online.online, online.keystore) {
            (Some(node), Some(keystore)) => {
                let args = OrganisationArgs {
                    keystore: KeystoreArgs {
                        keystore,
                        passphrase: online.passphrase,
                    },
                    key: online.key,
                    did: Some(device.settings().gate),
                    node: NodeArgs { node },
                };
                let organisation = args.open(KEY)?;
                device.update(&organisation.node)?;
                Some(organisation)
            }
            _ => None,
        };
        Ok(Self {
            device,
            organisation,
            now: online.now,
            // Opening has fetched the bundle.
            renewed: Instant::now(),
        })
    }

    /// Asks the node for what is new, often enough for a notice to take effect within a minute. Out of its reach the gate goes by
    /// what it has.
    fn renew(&mut self) -> Result<(), GateCommandError> {
        let Some(organisation) = &self.organisation else {
            return Ok(());
        };
        if self.renewed.elapsed() < RENEW {
            return Ok(());
        }
        self.renewed = Instant::now();
        let renewed = organisation.node.now().map_err(GateError::from);
        match renewed.and_then(|now| self.device.renew(&organisation.node, now).map(|_| ())) {
            Err(GateError::Node(error)) if error.is_offline() => Ok(()),
            other => Ok(other?),
        }
    }

    fn now(&self) -> Result<Timestamp, GateCommandError> {
        match (&self.organisation, self.now) {
            (Some(organisation), None) => Ok(organisation.node.now()?),
            (_, given) => moment(&self.device, given),
        }
    }

    fn scan(&mut self, text: &str) -> Result<Scan, GateCommandError> {
        let now = self.now()?;
        Ok(match &self.organisation {
            Some(organisation) => self.device.scan_fetching(text, now, &organisation.node)?,
            None => self.device.scan(text, now, Sharing::Offline)?,
        })
    }
}

/// The system's time, or on a development network the one given.
fn moment(device: &GateDevice, given: Option<u64>) -> Result<Timestamp, GateCommandError> {
    let development = device
        .bundle()
        .is_some_and(|b| b.parameters.mode == NetworkMode::Development);
    match given {
        None => Ok(Clock::System.now()),
        Some(ms) if development => Ok(Timestamp::new(ms)),
        Some(_) => Err(GateCommandError::NotSettable),
    }
}

fn read_image(path: &Path) -> Result<String, GateCommandError> {
    let bytes = std::fs::read(path).map_err(|source| GateCommandError::File {
        path: path.to_owned(),
        source,
    })?;
    Ok(read_png(&bytes)?)
}

fn code(state: &Path, now: Option<u64>, say: Say) -> Result<(), GateCommandError> {
    let device = GateDevice::open(DiskFiles::below(state))?;
    let now = moment(&device, now)?;
    let code = device.code(now.step())?.0;
    let left = 30 - now.get() / 1_000 % 30;
    say.outcome(
        &json!({ "code": code, "step": now.step(), "seconds_left": left }),
        || format!("{code:06}  ({left} s)"),
    );
    Ok(())
}

fn watch(
    state: &Path,
    directory: &Path,
    once: bool,
    online: OnlineArgs,
    say: Say,
) -> Result<(), GateCommandError> {
    let mut session = Session::open(state, online)?;
    let mut done = BTreeSet::new();
    loop {
        session.renew()?;
        for path in images(directory)? {
            if !done.insert(path.clone()) {
                continue;
            }
            match read_image(&path) {
                Ok(text) => {
                    let scan = session.scan(&text)?;
                    say.outcome(&json!({ "image": path, "scan": scan }), || {
                        format!("{}: {}", path.display(), scan.line())
                    });
                }
                Err(error) => say.outcome(
                    &json!({ "image": path, "error": error.to_string() }),
                    || format!("{}: {error}", path.display()),
                ),
            }
        }
        if once {
            return Ok(());
        }
        std::thread::sleep(POLL);
    }
}

/// PNG images by name; a camera writes them whole under another name first.
fn images(directory: &Path) -> Result<Vec<PathBuf>, GateCommandError> {
    let failed = |source| GateCommandError::File {
        path: directory.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("png"))
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn line(record: &AuditRecord, batch: Option<u32>) -> Value {
    let evidence = match &record.evidence {
        Evidence::Pass(_) => "pass",
        Evidence::Unreadable(_) => "unreadable",
        Evidence::Manual(_) => "manual",
    };
    json!({
        "step": record.step,
        "verdict": record.verdict,
        "evidence": evidence,
        "batch": batch,
        "bytes": record.to_vec().len(),
    })
}

fn records(state: &Path, say: Say) -> Result<(), GateCommandError> {
    let mut device = GateDevice::open(DiskFiles::below(state))?;
    let queue = device.queue();
    let mut all = Vec::new();
    let (sent, unsent, waiting) = (queue.sent()?, queue.unsent()?, queue.waiting()?);
    for batch in sent.iter().chain(&unsent) {
        let number = Some(batch.anchor.batch);
        all.extend(batch.records.iter().map(|r| line(r, number)));
    }
    all.extend(waiting.iter().map(|r| line(r, None)));
    let cut: usize = unsent.iter().map(|b| b.records.len()).sum();
    say.outcome(&all, || {
        let mut text = format!("{} records, {} not filed", all.len(), waiting.len() + cut);
        let every = sent
            .iter()
            .chain(&unsent)
            .flat_map(|b| &b.records)
            .chain(&waiting);
        for record in every {
            let reason = record.verdict.reason();
            text.push_str(&format!(
                "\n{}  {:?}  {}",
                record.step,
                reason.colour(),
                reason.slug()
            ));
        }
        text
    });
    Ok(())
}

fn upload(state: &Path, organisation: &OrganisationArgs, say: Say) -> Result<(), GateCommandError> {
    let mut device = GateDevice::open(DiskFiles::below(state))?;
    let organisation = organisation.open(KEY)?;
    let waiting = device.queue().waiting()?.len() + device.queue().unsent()?.len();
    let bar = say.progress(u64::try_from(waiting).unwrap_or(u64::MAX), "records");
    let done = device.upload(&organisation.node, organisation.key(), |done| {
        bar.set_position(done.records.into());
    });
    bar.finish_and_clear();
    let done = done?;
    say.outcome(&done, || {
        format!("{} records filed in {} batches", done.records, done.batches)
    });
    Ok(())
}

fn self_test(state: &Path, now: Option<u64>, say: Say) -> Result<(), GateCommandError> {
    let device = GateDevice::open(DiskFiles::below(state))?;
    let now = moment(&device, now)?;
    let faults = device.self_test(now);
    if faults.is_empty() {
        say.outcome(&json!({ "ready": true }), || "ready / 就绪".into());
        return Ok(());
    }
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    say.outcome(&json!({ "ready": false, "faults": faults }), || {
        lines.join("\n")
    });
    Err(GateCommandError::Faults(lines.join("; ")))
}
