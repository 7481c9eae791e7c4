//! What the pages of a browser ask of the device: a part, a method, arguments as JSON, and secrets as bytes beside them.
//!
//! The browser stands behind [`Host`]: it sends requests, keeps files and hands over proving keys, each by a call that
//! returns when it is done. The contract with the pages is `web/src/device/api.ts`.

mod attester;
mod fault;
mod gate;
mod host;
mod organisation;
mod regulator;
mod secret;
#[cfg(test)]
mod tests;
mod views;
mod wallet;

pub use fault::Fault;
pub use host::{Host, Store};

use attester::AttesterPage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gate::GatePage;
use luyin_keys::sealed::Strength;
use luyin_protocol::time::Timestamp;
use regulator::RegulatorPage;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wallet::WalletPage;
use zeroize::Zeroizing;

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer as JSON.
    pub json: String,
    /// Bytes that belong to it.
    pub bytes: Option<Vec<u8>>,
}

impl Reply {
    fn of(value: &impl Serialize) -> Result<Self, Fault> {
        Self::with(value, None)
    }

    fn with(value: &impl Serialize, bytes: Option<Vec<u8>>) -> Result<Self, Fault> {
        let json = serde_json::to_string(value).map_err(|error| Fault::arguments(&error))?;
        Ok(Self { json, bytes })
    }

    fn done() -> Result<Self, Fault> {
        Self::of(&())
    }
}

/// A call as it comes from the page.
struct Asked<'a> {
    method: &'a str,
    arguments: &'a str,
    /// Secrets, and files that may be long.
    bytes: Zeroizing<Vec<u8>>,
    now: Timestamp,
}

impl Asked<'_> {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_str(self.arguments).map_err(|error| Fault::arguments(&error))
    }

    fn unknown(&self) -> Fault {
        let message = format!("the device knows no call {:?}", self.method);
        Fault::new("other_version", message)
    }
}

/// The whole device of a browser.
pub struct Page<H: Host> {
    wallet: WalletPage<H>,
    gate: GatePage<H>,
    regulator: RegulatorPage<H>,
    attester: AttesterPage<H>,
}

impl<H: Host> Page<H> {
    /// A device with nothing opened.
    pub fn new(host: H, strength: Strength) -> Self {
        Self {
            wallet: WalletPage::new(host.clone(), strength),
            regulator: RegulatorPage::new(host.clone(), strength),
            attester: AttesterPage::new(host.clone(), strength),
            gate: GatePage::new(host),
        }
    }

    /// Does what a page asks. `now` stands among the arguments of every call that needs it, in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Fault`], under a name that pages have words for.
    pub fn call(
        &mut self,
        part: &str,
        method: &str,
        arguments: &str,
        bytes: Vec<u8>,
    ) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Moment {
            #[serde(default)]
            now: u64,
        }
        let mut asked = Asked {
            method,
            arguments,
            bytes: Zeroizing::new(bytes),
            now: Timestamp::new(0),
        };
        asked.now = Timestamp::new(asked.read::<Moment>()?.now);
        match part {
            "wallet" => self.wallet.call(&asked),
            "gate" => self.gate.call(&asked),
            "regulator" => self.regulator.call(&asked),
            "attester" => self.attester.call(&asked),
            _ => Err(asked.unknown()),
        }
    }
}

/// A file among the arguments.
fn decoded(base64: &str) -> Result<Vec<u8>, Fault> {
    let bytes = STANDARD.decode(base64);
    bytes.map_err(|error| Fault::arguments(&error))
}
