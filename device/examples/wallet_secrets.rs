//! Prints what a wallet's backup holds, secrets and all, as JSON: for the tests that look for them in its traffic.
//!
//! ```text
//! wallet_secrets BACKUP PASSPHRASE_FILE
//! ```

use std::cell::RefCell;
use std::error::Error;
use std::io;

use luyin_device::wallet::{Vault, Wallet};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use serde_json::json;

/// Keeps the file for as long as the process lives.
#[derive(Default)]
struct InMemory(RefCell<Option<Vec<u8>>>);

impl Vault for InMemory {
    fn load(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.borrow().clone())
    }

    fn store(&self, bytes: &[u8]) -> io::Result<()> {
        *self.0.borrow_mut() = Some(bytes.to_vec());
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(backup), Some(passphrase)) = (arguments.next(), arguments.next()) else {
        return Err("which backup, and which file with its passphrase?".into());
    };
    let backup = std::fs::read(backup)?;
    let passphrase = std::fs::read_to_string(passphrase)?;
    let secret = Secret::Passphrase(Passphrase::new(passphrase.trim_end())?);
    let wallet = Wallet::restore(InMemory::default(), &backup, &secret, Strength::PRODUCTION)?;
    let mut people = Vec::new();
    for person in &wallet.content().persons {
        let held = person.held()?;
        let sk = person.secret();
        let note = held.note(&sk);
        let spent_as = hex::encode(note.nullifier(&sk).to_bytes());
        let blinding = hex::encode(luyin_protocol::field::to_bytes(&note.r));
        // What is kept carries its secrets as hex: `sk`, `did_seed`, and `rh` and `rho` of the note.
        people.push(json!({ "kept": person, "nullifier": spent_as, "r": blinding }));
    }
    println!("{}", json!({ "people": people }));
    Ok(())
}
