//! `luyin attester itinerary`: from an operator's events to the attestations of those who asked. A small drop is derived
//! here, in memory; a large one by the engine, a program of its own that keeps a state. Both leave the same table, and the
//! attestations are issued from that as from any other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use luyin_itinerary::{
    Answered, AskedError, Counts, LARGEST, Moment, Rules, Small, SmallError, Window,
};
use luyin_keys::durable_file;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::engine::{Engine, EngineError};
use super::issue::{IssueError, Summary};
use super::{AttesterError, issue_all};
use crate::cli::organisation::OrganisationArgs;
use crate::cli::say::Say;

/// Where the table of itineraries goes, below the directory of what was issued.
const TABLE: &str = "itineraries.csv";

/// Arguments.
#[derive(Debug, Args)]
pub struct ItineraryArgs {
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// The operator's folder of deliveries; it is only read
    #[arg(long, value_name = "DIR")]
    drop: PathBuf,
    /// Who asked: subscriber, binding and, where the card is of another day, card_day
    #[arg(long, value_name = "FILE")]
    asked: PathBuf,
    /// Directory for the table of itineraries, the holders' files, issued.csv and quarantine.csv
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Derive by the itinerary engine, which keeps its days here; without it at most a million rows of text are derived in memory
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// The engine's program; without it the one beside this
    #[arg(long, value_name = "FILE", requires = "state")]
    engine: Option<PathBuf>,
}

/// Why no itinerary was issued.
#[derive(Debug, thiserror::Error)]
pub enum ItineraryError {
    /// The engine.
    #[error("{0}; nothing was issued")]
    Engine(#[from] EngineError),
    /// The derivation in memory.
    #[error(
        "{0}; nothing was issued. With --state DIR the itinerary engine derives what is larger than {LARGEST} rows or comes as Parquet"
    )]
    Small(#[from] SmallError),
    /// Those who asked.
    #[error("{0}; nothing was issued")]
    Asked(#[from] AskedError),
}

/// What was derived.
#[derive(Debug, Serialize, Deserialize)]
pub struct Derived {
    /// Deliveries that were read now, with their rows by fate.
    pub deliveries: BTreeMap<Moment, Counts>,
    /// All rows that were read now.
    pub rows: Counts,
}

/// What became of those who asked.
#[derive(Debug, Serialize)]
pub struct Itineraries {
    /// The derivation.
    pub derived: Derived,
    /// Those who asked: who was left out, and why.
    pub asked: Answered,
    /// What was issued.
    #[serde(flatten)]
    pub issued: Summary,
}

impl std::fmt::Display for Itineraries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = &self.derived.rows;
        write!(f, "{} rows of events = {} seen", rows.rows, rows.seen)?;
        write!(f, " + {} of porting", rows.ported)?;
        for (reason, number) in &rows.quarantined {
            write!(f, " + {number} {reason}")?;
        }
        let asked = &self.asked;
        writeln!(f)?;
        writeln!(
            f,
            "{} asked for {} to {} = {} stated + {} left out",
            asked.rows,
            asked.first,
            asked.last,
            asked.stated,
            asked.left_out.len()
        )?;
        for left_out in &asked.left_out {
            writeln!(f, "asked, row {}: {}", left_out.row, left_out.reason)?;
        }
        self.issued.fmt(f)
    }
}

/// Derives, and issues to those who asked.
///
/// # Errors
/// [`AttesterError`]; a row that counts for nothing is none.
pub fn run(args: ItineraryArgs, say: Say) -> Result<(), AttesterError> {
    let engine = match args.state {
        Some(state) => Some((
            Engine::find(args.engine).map_err(ItineraryError::from)?,
            state,
        )),
        None => None,
    };
    let organisation = args.organisation.open(super::KEY)?;
    let now = organisation.node.now()?;
    let table = args.out.join(TABLE);
    let (derived, asked) = match engine {
        Some((engine, state)) => by_engine(&engine, &args.drop, &state, now, &args.asked, &table),
        None => in_memory(&args.drop, now, &args.asked, &table),
    }?;
    let kind = AttestationKind::Itinerary;
    let issued = issue_all(&organisation, kind, now.day(), &table, &args.out, say)?;
    let said = Itineraries {
        derived,
        asked,
        issued,
    };
    say.outcome(&said, || said.to_string());
    Ok(())
}

fn in_memory(
    drop: &Path,
    now: Timestamp,
    asked: &Path,
    table: &Path,
) -> Result<(Derived, Answered), AttesterError> {
    let window = Window::asked_on(now.day(), Rules::embedded());
    let small = Small::derive(drop, now, window, LARGEST).map_err(ItineraryError::from)?;
    let answer = small.answer(now.day(), asked);
    let (bytes, answered) = answer.map_err(ItineraryError::from)?;
    make_folder(table)?;
    durable_file::replace(table, &bytes).map_err(|source| file(table, source))?;
    let derived = Derived {
        deliveries: small.deliveries,
        rows: small.rows,
    };
    Ok((derived, answered))
}

fn by_engine(
    engine: &Engine,
    drop: &Path,
    state: &Path,
    now: Timestamp,
    asked: &Path,
    table: &Path,
) -> Result<(Derived, Answered), AttesterError> {
    let derived = engine.derive(drop, state, Moment::at(now));
    let derived = derived.map_err(ItineraryError::from)?;
    make_folder(table)?;
    let answered = engine.window(state, now.day(), asked, table);
    Ok((derived, answered.map_err(ItineraryError::from)?))
}

fn make_folder(table: &Path) -> Result<(), IssueError> {
    let folder = table.parent().unwrap_or(table);
    std::fs::create_dir_all(folder).map_err(|source| file(folder, source))
}

fn file(path: &Path, source: std::io::Error) -> IssueError {
    IssueError::File {
        path: path.to_owned(),
        source,
    }
}
