//! `luyin attester stream`: the adapter for a laboratory's or hospital's system and for a thermometer gate. It reads JSON
//! lines, issues what comes in together as one batch, and answers each line.
//!
//! A line is answered once it stands on the ledger or is refused for good. One that was not answered is sent again, by
//! whoever runs the other system: it is issued once.

mod clerk;
mod input;
mod journal;
mod line;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use luyin_device::attester::{Desk, Sheet};
use luyin_device::client::{ClientError, ResolveError};
use luyin_device::wallet::{WalletError, is_attested};
use luyin_protocol::field::AttestationLeaf;
use luyin_protocol::time::Day;
use luyin_protocol::tx::Tx;

use self::clerk::{Clerk, Ledger};
use self::input::Input;
use self::journal::{Journal, JournalError};
use self::line::Answer;
pub use self::line::{MAX_LINE, Reader, Wish};
use super::issue::IssueError;
use super::{AttesterError, KEY, Kind, fever};
use crate::cli::keystore::KeystoreCommandError;
use crate::cli::organisation::{Organisation, OrganisationArgs, OrganisationError};
use crate::client::NodeClient;

/// How long the policies' fever threshold is believed.
const POLICIES_FOR: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Lines in, lines out.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example, one line each way:
  {\"id\": \"S-1001\", \"card\": {...}, \"value\": \"negative\"}
  {\"status\": \"issued\", \"id\": \"S-1001\", \"file\": \"handed-out/0a1b2c3d4e5f6071.attestation.json\", \"leaf\": \"...\", \"tree_day\": \"2021-06-01\", \"entry\": 42}
A line has an id (one id is issued once, also across restarts), the card that the holder's wallet shows or its nym as binding,
value as in the table of `issue` (reading and doses may be numbers, regions a list), and where it is not today day and card_day.
{\"id\": \"S-1001\", \"withdraw\": \"mixed-up samples\"} takes it back. A refused line says the reason's name and may be sent again.
While the node is down lines wait; standard error says so. The journal knows ids for 60 days and holds no result.")]
pub struct StreamArgs {
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// What the lines state; the organisation is accredited for it
    #[arg(long, value_enum)]
    kind: Kind,
    /// What was issued under which id; made where it is missing, held by one stream at a time
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// Directory for the holders' files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How long others are waited for after a line, to go in one batch
    #[arg(long, value_name = "MS", default_value_t = 200)]
    wait_ms: u64,
}

/// Why a stream ended before its input did.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A holder's file.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// A holder's file of a batch that was begun.
    #[error(
        "{0} is missing or another's, and a batch with it was begun; put it back, or look on the ledger and begin a new journal"
    )]
    Lost(PathBuf),
    /// The call itself.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Nobody reads the answers.
    #[error("the answers cannot be written: {0}")]
    Answers(io::Error),
    /// The input.
    #[error("the input: {0}")]
    Input(io::Error),
}

struct Node<'a>(&'a NodeClient);

impl Ledger for Node<'_> {
    fn today(&self) -> Result<Day, ClientError> {
        self.0.now().map(|now| now.day())
    }

    fn attested(&self, day: Day, leaf: &AttestationLeaf) -> Result<bool, WalletError> {
        is_attested(self.0, day, leaf)
    }

    fn wait(&self, why: &dyn Display, attempt: u32) {
        wait(why, attempt);
    }
}

/// Says why, and waits longer each time.
fn wait(why: &dyn Display, attempt: u32) {
    let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempt.min(10)));
    let pause = pause.min(LONGEST_PAUSE);
    let _ = writeln!(
        io::stderr(),
        "luyin: {why}; trying again in {} s",
        pause.as_secs()
    );
    std::thread::sleep(pause);
}

/// Runs the stream until its input ends.
///
/// # Errors
/// [`AttesterError`].
pub(super) fn run(args: &StreamArgs) -> Result<(), AttesterError> {
    let organisation = open(&args.organisation)?;
    let node = Node(&organisation.node);
    let sign = |body: &[u8]| organisation.sign(body);
    let post = |tx: &Tx| organisation.node.submit(tx);
    let desk = Desk {
        did: organisation.did,
        sign: &sign,
        post: &post,
    };
    let mut sheets = Sheets::new(&organisation, args.kind);
    let today = sheets.next()?.today;
    let mut clerk = Clerk {
        desk: &desk,
        ledger: &node,
        out: &args.out,
        journal: Journal::open(&args.journal, today).map_err(StreamError::from)?,
    };
    clerk.resume()?;
    let reader = Reader {
        network: organisation.network,
        attester: organisation.did,
        kind: args.kind.into(),
    };
    let mut input = Input::of_standard_input(Duration::from_millis(args.wait_ms));
    while let Some(lines) = input.next().map_err(StreamError::Input)? {
        let sheet = sheets.next()?;
        let read = lines.iter().map(|line| reader.read(line, sheet.today));
        let answers = clerk.work(&sheet, read.collect())?;
        tell(&answers).map_err(StreamError::Answers)?;
    }
    Ok(())
}

/// Opens the organisation's key; a node that is not up yet is waited for.
fn open(args: &OrganisationArgs) -> Result<Organisation, OrganisationError> {
    let secret = args.keystore.passphrase.existing();
    let secret = secret.map_err(KeystoreCommandError::from)?;
    let mut attempt = 0;
    loop {
        match args.open_with(KEY, secret.clone()) {
            Err(
                OrganisationError::Client(error)
                | OrganisationError::Resolve(ResolveError::Client(error)),
            ) if error.is_offline() => wait(&error, attempt),
            opened => return opened,
        }
        attempt = attempt.saturating_add(1);
    }
}

/// What all lines of a moment have in common, kept up to date.
struct Sheets<'a> {
    organisation: &'a Organisation,
    kind: Kind,
    fever: Option<(u16, Instant)>,
}

impl<'a> Sheets<'a> {
    const fn new(organisation: &'a Organisation, kind: Kind) -> Self {
        Self {
            organisation,
            kind,
            fever: None,
        }
    }

    /// Today, and the threshold in force.
    fn next(&mut self) -> Result<Sheet, StreamError> {
        let mut attempt = 0;
        loop {
            match self.once() {
                Err(error) if error.is_offline() => wait(&error, attempt),
                sheet => return Ok(sheet?),
            }
            attempt = attempt.saturating_add(1);
        }
    }

    fn once(&mut self) -> Result<Sheet, ClientError> {
        let node = &self.organisation.node;
        let fever_tenths = match self.fever {
            Some((fever, since)) if since.elapsed() < POLICIES_FOR => fever,
            _ => {
                let fever = fever(node)?;
                self.fever = Some((fever, Instant::now()));
                fever
            }
        };
        Ok(Sheet {
            issuer: self.organisation.did.issuer(),
            kind: self.kind.into(),
            today: node.now()?.day(),
            fever_tenths,
        })
    }
}

fn tell(answers: &[Answer]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for answer in answers {
        serde_json::to_writer(&mut out, answer)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
