//! A person with a phone at the registrar's desk: a code is told, the wallet leaves its request at the node under it, and the request is enrolled like
//! any other (clause 9.7).

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use luyin_device::client::ClientError;
use luyin_device::enrolment::{DeskCode, DeskError, EnrolRequest};
use luyin_device::qr::{Medium, QrImage};
use luyin_protocol::signature::NetworkId;
use rand::rngs::OsRng;
use serde_json::json;

use super::enrol::Person;
use super::{OfficeArgs, Opened, RegistrarError, finish, read_person, write_file};
use crate::cli::say::Say;
use crate::client::NodeClient;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a desk works with.
#[derive(Debug, Args)]
pub struct DeskArgs {
    #[command(flatten)]
    office: OfficeArgs,
    /// File with the ID number and, on the second line, the name; `-` for standard input
    #[arg(long, value_name = "FILE")]
    id_number_file: PathBuf,
    /// Where to write the receipt
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where to keep the request, for `luyin registrar enrol` if a trustee fails now
    #[arg(long, value_name = "FILE")]
    request_out: Option<PathBuf>,
    /// Seconds to wait for the request
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..=3600))]
    wait: u64,
    /// Do not ask whether the person's phone says that the request was sent
    #[arg(long)]
    yes: bool,
}

/// Why nobody was enrolled at the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskCommandError {
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What lay in the box.
    #[error("what came is no request that was sealed to this code: {0}")]
    Request(#[from] DeskError),
    /// It did not come.
    #[error("no request came within {0} seconds; the code is worth nothing any more")]
    NothingCame(u64),
    /// The phone does not say so, or nobody answers for it.
    #[error(
        "the request may be another person's: the phone before you has to say that its own was sent; nothing was enrolled, and the code is worth nothing any more"
    )]
    NotConfirmed,
    /// Nobody can be asked.
    #[error(
        "nobody can be asked whether the phone says that the request was sent: run it in a terminal, with the ID in a file, or add --yes"
    )]
    NobodyToAsk,
    /// The terminal.
    #[error("the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Enrols the person at the desk.
pub fn run(args: &DeskArgs, say: Say) -> Result<(), RegistrarError> {
    let asks = !args.yes;
    if asks && (args.id_number_file.as_os_str() == "-" || !std::io::stdin().is_terminal()) {
        return Err(DeskCommandError::NobodyToAsk.into());
    }
    let person = read_person(&args.id_number_file)?;
    let opened = Opened::open(&args.office)?;
    let node = &opened.organisation.node;
    let code = DeskCode::draw(&mut OsRng);
    let name = code.box_name();
    node.open_desk(&name).map_err(DeskCommandError::from)?;
    let enrolled = serve(args, &opened, &person, &code, say);
    // Good once, whatever came of it. A box that cannot be closed now ends by itself within the hour.
    let _ = node.close_desk(&name);
    enrolled
}

fn serve(
    args: &DeskArgs,
    opened: &Opened,
    person: &Person,
    code: &DeskCode,
    say: Say,
) -> Result<(), RegistrarError> {
    let organisation = &opened.organisation;
    show(code, args.wait, say).map_err(DeskCommandError::from)?;
    let request = wait_for(&organisation.node, &organisation.network, code, args.wait)?;
    if !args.yes && !confirmed().map_err(DeskCommandError::from)? {
        return Err(DeskCommandError::NotConfirmed.into());
    }
    if let Some(path) = &args.request_out {
        let bytes = request.to_json().map_err(DeskError::from);
        write_file(path, &bytes.map_err(DeskCommandError::from)?)?;
    }
    finish(opened, person, &request, args.out.as_deref(), say)
}

/// Shows the code: large, and for a camera. It goes to standard error, since it is no outcome.
fn show(code: &DeskCode, wait: u64, say: Say) -> std::io::Result<()> {
    let mut screen = std::io::stderr().lock();
    let text = code.to_string();
    if say == Say::Json {
        return writeln!(screen, "{}", json!({ "code": text }));
    }
    let spaced: Vec<String> = text.chars().map(String::from).collect();
    let spaced = spaced.join(" ");
    if screen.is_terminal() {
        let frame = "━".repeat(spaced.chars().count() + 6);
        writeln!(
            screen,
            "\n\x1b[1m┏{frame}┓\n┃   {spaced}   ┃\n┗{frame}┛\x1b[0m\n"
        )?;
        if let Ok(image) = QrImage::draw(&text, Medium::Screen) {
            writeln!(screen, "{}", image.to_terminal())?;
        }
    } else {
        writeln!(screen, "{text}")?;
    }
    writeln!(
        screen,
        "Tell this code to the person before you and to nobody else. Waiting up to {wait} s for the request of the wallet ..."
    )
}

/// Looks into the box until something lies in it, ever more seldom.
fn wait_for(
    node: &NodeClient,
    network: &NetworkId,
    code: &DeskCode,
    wait: u64,
) -> Result<EnrolRequest, DeskCommandError> {
    let (begun, limit) = (Instant::now(), Duration::from_secs(wait));
    let (name, mut pause) = (code.box_name(), FIRST_PAUSE);
    loop {
        if let Some(sealed) = node.take_from_desk(&name)? {
            return Ok(code.open(network, &sealed)?);
        }
        let left = limit.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(DeskCommandError::NothingCame(wait));
        }
        node.pause(pause.min(left));
        pause = pause.mul_f64(1.2).min(LONGEST_PAUSE);
    }
}

/// A box keeps the first request that came. If the phone says that its own was handed in, that one lies there, and no eavesdropper's.
fn confirmed() -> std::io::Result<bool> {
    let mut screen = std::io::stderr();
    write!(
        screen,
        "A request came. Does the phone of the person before you say that its request was sent? [y/N] "
    )?;
    screen.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}
