//! An organisation's key in a browser: it is opened from its keystore, signs, and stays in memory alone.

use super::host::Line;
use super::secret::{Key, StretchingView};
use super::{Asked, Fault, Host, Reply, decoded};
use crate::client::{NodeClient, RequestSigner};
use luyin_keys::keystore::{Algorithm, Keystore, KeystoreError};
use luyin_keys::sealed::{SealError, Secret, Strength, Stretching};
use luyin_keys::signing::SigningKey;
use luyin_protocol::did::{Did, DidDocument};
use serde::Deserialize;

/// An opened key.
pub(super) struct Open {
    /// Whose it is.
    pub did: Did,
    /// It.
    pub key: SigningKey,
    /// The node that is asked.
    pub node: String,
}

/// Where an organisation works.
pub(super) struct Organisation<H> {
    host: H,
    strength: Strength,
    /// The name of the refusal where no key of the keystore is the organisation's.
    no_key: &'static str,
    pub(super) open: Option<Open>,
}

impl<H: Host> Organisation<H> {
    pub(super) const fn new(host: H, strength: Strength, no_key: &'static str) -> Self {
        Self {
            host,
            strength,
            no_key,
            open: None,
        }
    }

    /// The key, where it is open.
    pub(super) fn opened(&self) -> Result<&Open, Fault> {
        let closed = || Fault::new("not_open", "no keystore is open");
        self.open.as_ref().ok_or_else(closed)
    }

    pub(super) fn close(&mut self) -> Result<Reply, Fault> {
        self.open = None;
        Reply::done()
    }

    fn node(&self, asked: &Asked<'_>, address: &str) -> Result<NodeClient<Line<H>>, Fault> {
        let line = Line::new(self.host.clone(), asked.now);
        Ok(NodeClient::over(line, address)?)
    }

    /// A node, calls signed by the key.
    pub(super) fn signed(&self, asked: &Asked<'_>) -> Result<NodeClient<Line<H>>, Fault> {
        let open = self.opened()?;
        let signer = RequestSigner::organisation(&open.did, open.key.clone());
        Ok(self.node(asked, &open.node)?.signing_as(signer))
    }

    /// How the keystore's passphrase is stretched; null where a key opens it.
    pub(super) fn stretching(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            keystore: String,
        }
        let Arguments { keystore } = asked.read()?;
        let stretching = Stretching::of(&decoded(&keystore)?, self.strength);
        let stretching = stretching.map_err(|error| sealed(&error))?;
        Reply::of(&stretching.map(StretchingView::from))
    }

    /// Opens a keystore and finds the key in it that controls the organisation's document.
    pub(super) fn open(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            #[serde(flatten)]
            key: Key,
            keystore: String,
            did: String,
            node: String,
        }
        let a: Arguments = asked.read()?;
        let did: Did = a
            .did
            .trim()
            .parse()
            .map_err(|_| Fault::did("did", &a.did))?;
        let secret = a.key.secret(&asked.bytes)?;
        let keystore = self.unseal(&decoded(&a.keystore)?, &secret)?;
        let document = self.node(asked, &a.node)?.current_document(did)?.document;
        let none = || Fault::new(self.no_key, "no key in it controls this identifier");
        let key = controlling(&keystore, &document).ok_or_else(none)?;
        self.open = Some(Open {
            did,
            key,
            node: a.node,
        });
        Reply::done()
    }

    fn unseal(&self, bytes: &[u8], secret: &Secret) -> Result<Keystore, Fault> {
        let opened = Keystore::unseal(bytes, secret, self.strength);
        opened.map_err(|error| match error {
            KeystoreError::Seal(error) => sealed(&error),
            error => Fault::new("not_a_keystore", error.to_string()),
        })
    }
}

fn sealed(error: &SealError) -> Fault {
    let slug = match error {
        SealError::WrongSecret => "wrong_passphrase",
        _ => "not_a_keystore",
    };
    Fault::new(slug, error.to_string())
}

/// The key of a keystore, of any name and generation, that controls a document.
fn controlling(keystore: &Keystore, document: &DidDocument) -> Option<SigningKey> {
    let list = keystore.list();
    let signing = list
        .iter()
        .filter(|info| info.kind.algorithm() == Algorithm::Ed25519);
    signing
        .filter_map(|info| {
            keystore
                .generation(&info.name, info.kind, info.generation)
                .ok()
        })
        .map(SigningKey::from_secret)
        .find(|key| key.public() == *document.controller())
}
