//! Making, opening, locking and moving a wallet.

use super::{Open, Vault, WalletPage};
use crate::page::host::HostKeys;
use crate::page::secret::{Key, StretchingView, thirty_two};
use crate::page::{Asked, Fault, Host, Reply, decoded};
use crate::wallet::{KeyProver, Locks, Vault as _, Wallet, WalletError, proving_key_files};
use luyin_keys::manifest::Manifest;
use luyin_keys::sealed::WrappingKey;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

impl<H: Host> WalletPage<H> {
    pub(super) fn state(&self) -> Result<Reply, Fault> {
        let file = self.vault().load().map_err(WalletError::from)?;
        let locks = file.as_ref().map(|bytes| Locks::of(bytes, self.strength));
        let locks = locks.transpose().map_err(WalletError::from)?;
        let node = self.open.as_ref().map(|open| &open.wallet.content().node);
        Reply::of(&json!({
            "exists": file.is_some(),
            "open": self.open.is_some(),
            "node": node,
            "prf": locks.is_some_and(|locks| locks.passkey),
        }))
    }

    /// How a passphrase is stretched for the wallet here, or for a backup; null where no passphrase opens it.
    pub(super) fn stretching(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            #[serde(default)]
            backup: Option<String>,
        }
        let Arguments { backup } = asked.read()?;
        let file = match backup {
            Some(backup) => decoded(&backup)?,
            None => {
                let file = self.vault().load().map_err(WalletError::from)?;
                file.ok_or(WalletError::NoWallet)?
            }
        };
        let locks = Locks::of(&file, self.strength).map_err(WalletError::from)?;
        Reply::of(&locks.passphrase.map(StretchingView::from))
    }

    pub(super) fn create(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            #[serde(flatten)]
            key: Key,
            node: String,
        }
        let Arguments { key, node } = asked.read()?;
        let secret = key.secret(&asked.bytes)?;
        let parameters = self.node(asked, &node)?.parameters()?;
        let wallet = Wallet::create(self.vault(), &secret, self.strength, parameters, node)?;
        self.opened(wallet)
    }

    pub(super) fn unlock(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let key: Key = asked.read()?;
        let secret = key.secret(&asked.bytes)?;
        let wallet = Wallet::open(self.vault(), &secret, self.strength);
        self.opened(wallet.map_err(|error| key.refused(error.into()))?)
    }

    pub(super) fn opened(&mut self, wallet: Wallet<Vault<H>>) -> Result<Reply, Fault> {
        let keys = HostKeys {
            host: self.host.clone(),
        };
        self.open = Some(Open {
            prover: KeyProver::new(keys, &wallet.content().parameters.0),
            wallet,
            shown: BTreeMap::new(),
            next: 1,
            left: None,
            kept_up: BTreeMap::new(),
        });
        Reply::done()
    }

    /// The bytes beside are the stretched passphrase and then the passkey's secret.
    pub(super) fn add_passkey(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let key: Key = asked.read()?;
        let (passphrase, passkey) = asked.bytes.split_at_checked(32).unwrap_or_default();
        let secret = key.secret(passphrase)?;
        let passkey = WrappingKey::from_bytes(thirty_two(passkey)?);
        let strength = self.strength;
        self.open()?
            .wallet
            .add_passkey(&secret, passkey, strength)?;
        Reply::done()
    }

    pub(super) fn restore(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            #[serde(flatten)]
            key: Key,
            backup: String,
            node: String,
        }
        let Arguments { key, backup, node } = asked.read()?;
        let secret = key.secret(&asked.bytes)?;
        let backup = decoded(&backup)?;
        let mut wallet = Wallet::restore(self.vault(), &backup, &secret, self.strength)?;
        // The backup may come from another device, and a page reaches the node alone that it came from.
        wallet.use_node(node)?;
        self.opened(wallet)
    }

    /// Which files the page must have before anything is proved, out of a node's manifest.
    pub(super) fn key_files(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            manifest: String,
        }
        let Arguments { manifest } = asked.read()?;
        let parameters = &self.open()?.wallet.content().parameters.0;
        let mismatch = |why: String| Fault::new("key_mismatch", why);
        let manifest = Manifest::from_json(&manifest).map_err(|e| mismatch(e.to_string()))?;
        let files =
            proving_key_files(&manifest, parameters).map_err(|e| mismatch(e.to_string()))?;
        let files = files.iter().map(|(circuit, file)| {
            json!({
                "circuit": circuit.as_str(),
                "file": file.file,
                "size": file.size,
                "sha256": file.sha256,
            })
        });
        Reply::of(&files.collect::<Vec<_>>())
    }
}
