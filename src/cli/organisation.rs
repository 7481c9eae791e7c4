//! An organisation at the command line: its keystore, its DID, a node.

use std::path::{Path, PathBuf};

use clap::Args;
use luyin_keys::durable_file;
use luyin_keys::sealed::Secret;
use luyin_keys::signing::SigningKey;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::{Domain, NetworkId, Signature};

use super::keystore::{KeystoreArgs, KeystoreCommandError, OpenKeystore};
use crate::client::NodeClient;
use luyin_device::client::{ClientError, RequestSigner, ResolveError};

/// Who acts, with which key, through which node.
#[derive(Debug, Clone, Args)]
pub struct OrganisationArgs {
    #[command(flatten)]
    pub keystore: KeystoreArgs,
    /// Name of the key in the keystore that controls the DID
    #[arg(long, value_name = "NAME")]
    pub key: Option<String>,
    /// The organisation's DID; without it the one that `luyin did create` wrote beside the keystore
    #[arg(long)]
    pub did: Option<Did>,
    #[command(flatten)]
    pub node: NodeArgs,
}

/// A node of the network.
#[derive(Debug, Clone, Args)]
pub struct NodeArgs {
    /// A node of the network
    #[arg(
        long,
        env = "LUYIN_NODE",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub node: String,
}

/// Why an organisation cannot act.
#[derive(Debug, thiserror::Error)]
pub enum OrganisationError {
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreCommandError),
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// No DID given or written.
    #[error("no DID: give --did, or make one with `luyin did create`")]
    NoDid,
    /// The file beside the keystore.
    #[error("{path}: {source}")]
    DidFile {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// What stands in it.
    #[error("{0} holds no DID")]
    DidText(PathBuf),
    /// The DID's document.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// No key of the keystore controls the DID.
    #[error(
        "no key named {name:?} in the keystore controls {did}; choose another with --key, or finish a rotation with `luyin did update`"
    )]
    NotController {
        /// the key's name
        name: String,
        /// whose document
        did: Did,
    },
    /// A document that cannot be.
    #[error("the document: {0}")]
    Document(#[from] DecodeError),
}

/// An organisation ready to act.
#[derive(Debug)]
pub struct Organisation {
    /// Its DID.
    pub did: Did,
    /// The node, calls signed.
    pub node: NodeClient,
    /// The network.
    pub network: NetworkId,
    /// Its founding data.
    pub parameters: NetworkParameters,
    key: SigningKey,
}

impl NodeArgs {
    /// A client that signs nothing.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub fn client(&self) -> Result<NodeClient, ClientError> {
        NodeClient::new(&self.node)
    }
}

impl OrganisationArgs {
    /// Opens the keystore and chooses the generation of the key that controls the DID now, so that a rotation that is on
    /// its way refuses nothing.
    ///
    /// # Errors
    /// [`OrganisationError`].
    pub fn open(&self, default_key: &str) -> Result<Organisation, OrganisationError> {
        let secret = self.keystore.passphrase.existing();
        self.open_with(default_key, secret.map_err(KeystoreCommandError::from)?)
    }

    /// The same with a passphrase that was read already.
    ///
    /// # Errors
    /// [`OrganisationError`].
    pub fn open_with(
        &self,
        default_key: &str,
        secret: Secret,
    ) -> Result<Organisation, OrganisationError> {
        let keystore = self.keystore.open_with(secret)?;
        let node = self.node.client()?;
        let did = self.did()?;
        let document = node.current_document(did)?.document;
        let name = self.key.as_deref().unwrap_or(default_key);
        let key = controlling(&keystore, name, did, &document)?;
        let parameters = node.parameters()?;
        Ok(Organisation {
            did,
            network: parameters.id(),
            parameters,
            node: node.signing_as(RequestSigner::organisation(&did, key.clone())),
            key,
        })
    }

    /// The DID that was given or stands beside the keystore.
    ///
    /// # Errors
    /// [`OrganisationError::NoDid`] and what reading the file says.
    pub fn did(&self) -> Result<Did, OrganisationError> {
        if let Some(did) = self.did {
            return Ok(did);
        }
        let path = did_file(&self.keystore.keystore);
        match std::fs::read_to_string(&path) {
            Ok(text) => text
                .trim()
                .parse()
                .map_err(|_| OrganisationError::DidText(path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(OrganisationError::NoDid)
            }
            Err(source) => Err(OrganisationError::DidFile { path, source }),
        }
    }
}

impl Organisation {
    /// Signs the body of one of the organisation's transactions.
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> Signature {
        self.key.sign(Domain::Transaction, &self.network, body)
    }

    /// The request signer, for trustees.
    #[must_use]
    pub fn signer(&self) -> RequestSigner {
        RequestSigner::organisation(&self.did, self.key.clone())
    }

    /// The controlling key.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }
}

/// The generation of a named key that controls a document.
///
/// # Errors
/// [`OrganisationError::NotController`].
pub fn controlling(
    keystore: &OpenKeystore,
    name: &str,
    did: Did,
    document: &DidDocument,
) -> Result<SigningKey, OrganisationError> {
    let keys = keystore.signing_keys(name)?;
    let found = keys
        .into_iter()
        .find(|key| key.public() == *document.controller());
    found.ok_or_else(|| OrganisationError::NotController {
        name: name.to_owned(),
        did,
    })
}

/// Where the DID of a keystore's owner is kept: beside it.
#[must_use]
pub fn did_file(keystore: &Path) -> PathBuf {
    let mut name = keystore.as_os_str().to_owned();
    name.push(".did");
    PathBuf::from(name)
}

/// Keeps the DID beside the keystore.
///
/// # Errors
/// [`OrganisationError::DidFile`].
pub fn keep_did(keystore: &Path, did: &Did) -> Result<(), OrganisationError> {
    let path = did_file(keystore);
    durable_file::replace(&path, format!("{did}\n").as_bytes())
        .map_err(|source| OrganisationError::DidFile { path, source })
}
