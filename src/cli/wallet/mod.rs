//! `luyin wallet`: a person's wallet, or a family's.

mod act;
mod appeal;
mod show;
mod why;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use luyin_protocol::did::Did;
use luyin_protocol::network::NetworkMode;
use luyin_protocol::time::{Day, Slot, Timestamp};

use super::passphrase::{PassphraseArgs, PassphraseError};
use super::say::Say;
use crate::client::NodeClient;
use crate::clock::Clock;
use crate::device::{FileVault, KeyProver, NetworkKeys};
use crate::qr::QrError;
use luyin_device::client::ClientError;
use luyin_device::qr::TooLong;
use luyin_device::wallet::{Wallet, WalletError};
use luyin_keys::sealed::Strength;

/// Enrol, check in, prove and show passes
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin wallet new --wallet me.wallet --node http://127.0.0.1:8080
  luyin wallet add-person me --name 王某 --id-digits 42 --employer did:luyin:...
  luyin wallet enrol-request --out request.json       (take it to a registrar, then)
  luyin wallet enrol-finish
  luyin wallet checkin --temperature 36.5 --symptoms none --confirm
  luyin wallet checkin --same-as-yesterday --confirm
  luyin wallet prove --venue did:luyin:... --walk-ins 2
  luyin wallet show --policy 1 --watch
  luyin wallet status
  luyin wallet why --policy 2 --day 2022-11-30
  luyin wallet appeal --reason recovered --file result.pdf --confirm
The wallet file is --wallet or LUYIN_WALLET; the passphrase is read from --passphrase-file, from the file that
LUYIN_PASSPHRASE_FILE names, or asked for.")]
pub enum Command {
    /// Make an empty wallet for the network of a node
    New {
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Add a person with fresh secrets
    AddPerson {
        /// What the wallet calls them
        label: String,
        /// Full name; only the surname's place in the table is kept
        #[arg(long)]
        name: String,
        /// The last two digits of the ID number
        #[arg(long, value_name = "NN")]
        id_digits: u8,
        /// The employer, to whom check-ins are opened
        #[arg(long, value_name = "DID")]
        employer: Option<Did>,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Write the file that a registrar enrols you from
    #[command(after_help = "Example:
  luyin wallet enrol-request --person me --out request.json
It holds the mask and its salt for the registrar, and a sealed share for each trustee; no secret of the wallet.")]
    EnrolRequest {
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// After a lost phone, or when the note has slept too long: the wallet starts blank, and policies ask for more normal days
        #[arg(long)]
        again: bool,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Take the first note, once the registrar has posted the enrolment
    EnrolFinish {
        /// The registrar's receipt; only shown, since the wallet believes the ledger alone
        #[arg(long, value_name = "FILE")]
        receipt: Option<PathBuf>,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Report a half-day
    #[command(after_help = "Examples:
  luyin wallet checkin --temperature 36.5 --symptoms dry_cough,fatigue --confirm
  luyin wallet checkin --same-as-yesterday --confirm
  luyin wallet checkin --temperature 36.4 --late 40001 --confirm --disclosure late.json
Symptoms: fever dry_cough fatigue sore_throat blocked_nose runny_nose smell_taste_loss muscle_pain conjunctivitis
diarrhoea breathing_difficulty none. Contacts: confirmed_case close_contact unwell_traveller cluster none.")]
    Checkin(CheckinArgs),
    /// Keep an attestation that an attester handed over
    Receive {
        /// The attestation file
        file: PathBuf,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Take the oldest attestation received into the note
    Absorb {
        /// An attestation file to receive first
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Prove passes ahead of time
    Prove {
        /// One policy; without it all in effect
        #[arg(long)]
        policy: Option<u16>,
        /// A venue to have a pass for; may be repeated
        #[arg(long = "venue", value_name = "DID")]
        venues: Vec<Did>,
        /// Walk-in spares for so many four-hour blocks from now on
        #[arg(long, value_name = "BLOCKS", default_value_t = 1)]
        walk_ins: u8,
        /// The day, YYYY-MM-DD; without it today
        #[arg(long, value_parser = day)]
        day: Option<Day>,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Show a pass; works without the network
    Show(show::ShowArgs),
    /// Print a pass for one day and venue
    Paper(show::PaperArgs),
    /// Show your name in an attester's scope, and the mask it compares with your ID
    Nym {
        /// The attester
        attester: Did,
        /// The day, YYYY-MM-DD; without it today
        #[arg(long, value_parser = day)]
        day: Option<Day>,
        /// Write the card to a file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Which policies you meet, clause by clause, and notices about you
    Status {
        /// One policy; without it all in effect
        #[arg(long)]
        policy: Option<u16>,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Why you may pass or not, clause by clause, and whether you would be let in elsewhere or on another day
    Why(why::WhyArgs),
    /// Appeal against a notice about you; the authority has 8 hours to answer
    Appeal(appeal::AppealArgs),
    /// Your appeals, their clocks and what was answered
    Appeals {
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Write the openings of check-ins for the employer
    Disclosures {
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Copy the wallet, sealed as it is
    Backup {
        /// The file to write
        out: PathBuf,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Put a backup in place and walk on to the newest notes
    Restore {
        /// The backup
        backup: PathBuf,
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// Walk on, finish what was interrupted, and fetch the public data
    Sync {
        #[command(flatten)]
        wallet: WalletArgs,
    },
    /// The policies in effect, as last seen
    Policies {
        #[command(flatten)]
        wallet: WalletArgs,
    },
}

/// What a check-in says.
#[derive(Debug, Args)]
pub struct CheckinArgs {
    /// Body temperature, 34.0 to 43.0 with one decimal
    #[arg(long, required_unless_present = "same_as_yesterday")]
    temperature: Option<String>,
    /// Symptoms by name, with commas; none
    #[arg(long, value_delimiter = ',', default_value = "none")]
    symptoms: Vec<String>,
    /// Contacts by name, with commas; none
    #[arg(long, value_delimiter = ',', default_value = "none")]
    contacts: Vec<String>,
    /// The answers of the last check-in
    #[arg(long, conflicts_with_all = ["temperature", "symptoms", "contacts"])]
    same_as_yesterday: bool,
    /// Say that the answers are true
    #[arg(long)]
    confirm: bool,
    /// The employer to open it to from now on
    #[arg(long, value_name = "DID")]
    employer: Option<Did>,
    /// For the half-day before, while it is still taken
    #[arg(long, conflicts_with = "late")]
    previous: bool,
    /// Tell the employer alone of a missed half-day, by its number
    #[arg(long, value_name = "SLOT", value_parser = slot)]
    late: Option<Slot>,
    /// Where to write the opening for the employer; without it beside the wallet
    #[arg(long, value_name = "FILE")]
    disclosure: Option<PathBuf>,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// Which wallet, whose, through which node.
#[derive(Debug, Clone, Args)]
pub struct WalletArgs {
    /// The wallet file
    #[arg(
        long,
        env = "LUYIN_WALLET",
        value_name = "FILE",
        default_value = "me.wallet"
    )]
    pub wallet: PathBuf,
    /// Whose; needed where several people are in the wallet
    #[arg(long, value_name = "LABEL")]
    pub person: Option<String>,
    /// A node; without it the one the wallet was made with
    #[arg(long, env = "LUYIN_NODE", value_name = "URL")]
    pub node: Option<String>,
    /// Directory of the proving keys, shared by wallets; without it beside the wallet
    #[arg(long, env = "LUYIN_KEYS", value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// The moment, in milliseconds since 1970; on development networks alone
    #[arg(long, value_name = "MS")]
    pub now: Option<u64>,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Why a wallet command failed.
#[derive(Debug, thiserror::Error)]
pub enum WalletCommandError {
    /// The wallet.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A QR code.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// A pass that no code can hold.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// A file that is not what it should be.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// which
        path: PathBuf,
        /// why
        reason: String,
    },
    /// The clock of a production network.
    #[error("--now is for development networks alone")]
    NotSettable,
    /// The digits of an ID.
    #[error("the last two digits of an ID number are 0 to 99")]
    Digits,
    /// An appeal that nobody confirmed.
    #[error("a notice can be appealed against once: add --confirm to file it")]
    AppealNotConfirmed,
    /// No notice about the person, or several.
    #[error("{0} notices are about you: name one with --notice, see `luyin wallet status`")]
    WhichNotice(usize),
    /// No employer.
    #[error("no employer is known; give one with `add-person --employer`")]
    NoEmployer,
}

fn day(text: &str) -> Result<Day, String> {
    Day::from_iso(text).map_err(|error| error.to_string())
}

fn slot(text: &str) -> Result<Slot, String> {
    text.parse()
        .map(Slot::new)
        .map_err(|_| "a half-day's number".to_owned())
}

/// A wallet opened for a command.
struct Opened {
    wallet: Wallet<FileVault>,
    args: WalletArgs,
}

impl WalletArgs {
    fn vault(&self) -> Result<FileVault, WalletCommandError> {
        FileVault::at(&self.wallet).map_err(|source| file_error(&self.wallet, source))
    }

    fn open(&self) -> Result<Opened, WalletCommandError> {
        let vault = self.vault()?;
        if !self.wallet.exists() {
            return Err(WalletError::NoWallet.into());
        }
        let secret = self.passphrase.existing()?;
        Ok(Opened {
            wallet: Wallet::open(vault, &secret, Strength::PRODUCTION)?,
            args: self.clone(),
        })
    }

    fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }
}

impl Opened {
    fn client(&self) -> Result<NodeClient, WalletCommandError> {
        let address = self.args.node.as_deref();
        let address = address.unwrap_or(&self.wallet.content().node);
        Ok(NodeClient::new(address)?)
    }

    fn prover(&self, client: &NodeClient, say: Say) -> Result<KeyProver, WalletCommandError> {
        let directory = self.args.keys.clone().unwrap_or_else(|| {
            let mut name = self.args.wallet.clone().into_os_string();
            name.push(".keys");
            PathBuf::from(name)
        });
        let bar = say.progress(8, "proving keys");
        let parameters = &self.wallet.content().parameters.0;
        let keys = NetworkKeys::fetch(client, &directory, parameters, |_| bar.inc(1));
        bar.finish_and_clear();
        Ok(KeyProver::new(keys?, parameters))
    }

    /// The moment without a network: the system's, or on a development network the one given.
    fn now(&self) -> Result<Timestamp, WalletCommandError> {
        let mode = self.wallet.content().parameters.0.mode;
        match (self.args.now, mode) {
            (None, _) => Ok(Clock::System.now()),
            (Some(ms), NetworkMode::Development) => Ok(Timestamp::new(ms)),
            (Some(_), NetworkMode::Production) => Err(WalletCommandError::NotSettable),
        }
    }

    /// The same, but on a development network the node's clock where it is reached.
    fn now_online(&self) -> Result<Timestamp, WalletCommandError> {
        let given = self.now()?;
        if self.args.now.is_some() {
            return Ok(given);
        }
        Ok(self.client()?.now().unwrap_or(given))
    }
}

fn file_error(path: &std::path::Path, source: std::io::Error) -> WalletCommandError {
    WalletCommandError::File {
        path: path.to_owned(),
        source,
    }
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), WalletCommandError> {
    luyin_keys::durable_file::replace(path, bytes).map_err(|source| file_error(path, source))
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, WalletCommandError> {
    std::fs::read(path).map_err(|source| file_error(path, source))
}

/// Runs a wallet command.
///
/// # Errors
/// [`WalletCommandError`].
pub fn run(command: Command, say: Say) -> Result<(), WalletCommandError> {
    match command {
        Command::New { wallet } => act::new(&wallet, say),
        Command::AddPerson {
            label,
            name,
            id_digits,
            employer,
            wallet,
        } => act::add_person(&wallet, &label, &name, id_digits, employer, say),
        Command::EnrolRequest { out, again, wallet } => {
            act::enrol_request(&wallet, &out, again, say)
        }
        Command::EnrolFinish { receipt: _, wallet } => act::enrol_finish(&wallet, say),
        Command::Checkin(args) => act::checkin(&args, say),
        Command::Receive { file, wallet } => act::receive(&wallet, &file, say),
        Command::Absorb { file, wallet } => act::absorb(&wallet, file.as_deref(), say),
        Command::Prove {
            policy,
            venues,
            walk_ins,
            day,
            wallet,
        } => {
            let wanted = luyin_device::wallet::WantedPasses {
                policy,
                venues,
                walk_in_blocks: walk_ins,
                day,
                paper: false,
                most: None,
            };
            act::prove(&wallet, &wanted, say)
        }
        Command::Show(args) => show::show(&args, say),
        Command::Paper(args) => show::paper(&args, say),
        Command::Nym {
            attester,
            day,
            out,
            wallet,
        } => act::nym(&wallet, attester, day, out.as_deref(), say),
        Command::Status { policy, wallet } => act::status(&wallet, policy, say),
        Command::Why(args) => why::why(&args, say),
        Command::Appeal(args) => appeal::appeal(&args, say),
        Command::Appeals { wallet } => appeal::appeals(&wallet, say),
        Command::Disclosures { out, wallet } => act::disclosures(&wallet, &out, say),
        Command::Backup { out, wallet } => act::backup(&wallet, &out, say),
        Command::Restore { backup, wallet } => act::restore(&wallet, &backup, say),
        Command::Sync { wallet } => act::sync(&wallet, say),
        Command::Policies { wallet } => act::policies(&wallet, say),
    }
}
