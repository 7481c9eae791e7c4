//! `luyin did`: makes, changes, ends and resolves identifiers.

use clap::Subcommand;
use luyin_protocol::did::{Did, DidDocument, Service};
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::{DidCreate, DidDeactivate, DidUpdate, Tx};
use rand::rngs::OsRng;
use serde_json::json;

use super::keystore::KeystoreArgs;
use super::organisation::{NodeArgs, OrganisationArgs, OrganisationError, controlling, keep_did};
use super::say::Say;
use crate::clock::Clock;

/// Identifiers of organisations
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin did create     --keystore hospital.keys --key attester --node http://127.0.0.1:8080
  luyin did update     --keystore hospital.keys --key attester --rotate
  luyin did deactivate --keystore hospital.keys --key attester
  luyin did resolve did:luyin:... --version-id 1
`create` writes the DID beside the keystore; the other organisation commands read it there.")]
pub enum Command {
    /// Make an identifier that a key of the keystore controls
    Create {
        #[command(flatten)]
        keystore: KeystoreArgs,
        /// Name of the signing key that will control it
        #[arg(long, value_name = "NAME")]
        key: String,
        /// A service, as KIND=ADDRESS; may be repeated
        #[arg(long = "service", value_name = "KIND=ADDRESS", value_parser = service)]
        services: Vec<Service>,
        #[command(flatten)]
        node: NodeArgs,
    },
    /// Publish a new version: another key, other services, or the rest of a rotation that was interrupted
    Update {
        #[command(flatten)]
        organisation: OrganisationArgs,
        /// Draw a new generation of the key first
        #[arg(long)]
        rotate: bool,
        /// Replace the services, as KIND=ADDRESS; may be repeated
        #[arg(long = "service", value_name = "KIND=ADDRESS", value_parser = service)]
        services: Vec<Service>,
    },
    /// End an identifier for ever
    Deactivate {
        #[command(flatten)]
        organisation: OrganisationArgs,
        /// Say that you mean it
        #[arg(long)]
        yes: bool,
    },
    /// Show what an identifier resolves to
    Resolve {
        /// The identifier
        did: Did,
        /// A version by its number, from 1
        #[arg(long, conflicts_with = "time", value_name = "NUMBER")]
        version_id: Option<u32>,
        /// The version that held at a time, YYYY-MM-DDTHH:MM:SSZ
        #[arg(long)]
        time: Option<String>,
        #[command(flatten)]
        node: NodeArgs,
    },
}

/// Why an identifier command failed.
#[derive(Debug, thiserror::Error)]
pub enum DidCommandError {
    /// Keystore, node or document.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// Nobody confirmed.
    #[error("an identifier that is deactivated can never be used again; add --yes if you mean it")]
    NotConfirmed,
    /// Nothing would change.
    #[error("the document is already so; add --rotate for a new key")]
    NoChange,
    /// The key's name.
    #[error("name the key with --key")]
    NoKey,
}

macro_rules! through_organisation {
    ($($error:ty),*) => { $(
        impl From<$error> for DidCommandError {
            fn from(error: $error) -> Self {
                Self::Organisation(error.into())
            }
        }
    )* };
}
through_organisation!(
    luyin_device::client::ClientError,
    super::keystore::KeystoreCommandError,
    luyin_protocol::codec::DecodeError
);

fn service(text: &str) -> Result<Service, String> {
    match text.split_once('=') {
        Some((kind, endpoint)) if !kind.is_empty() && !endpoint.is_empty() => Ok(Service {
            kind: kind.to_owned(),
            endpoint: endpoint.to_owned(),
        }),
        _ => Err("write it as KIND=ADDRESS, for instance LinkedDomains=https://example.org".into()),
    }
}

/// Runs an identifier command.
///
/// # Errors
/// [`DidCommandError`].
pub fn run(command: Command, say: Say) -> Result<(), DidCommandError> {
    match command {
        Command::Create {
            keystore,
            key,
            services,
            node,
        } => create(&keystore, &key, services, &node, say),
        Command::Update {
            organisation,
            rotate,
            services,
        } => update(&organisation, rotate, services, say),
        Command::Deactivate { organisation, yes } => deactivate(&organisation, yes, say),
        Command::Resolve {
            did,
            version_id,
            time,
            node,
        } => {
            let query = match (version_id, time) {
                (Some(version), _) => format!("versionId={version}"),
                (None, Some(time)) => format!("versionTime={time}"),
                (None, None) => String::new(),
            };
            let resolved = node.client()?.resolve(&did, &query)?;
            say.outcome(&resolved, || {
                serde_json::to_string_pretty(&resolved).unwrap_or_default()
            });
            Ok(())
        }
    }
}

fn create(
    keystore: &KeystoreArgs,
    key: &str,
    services: Vec<Service>,
    node: &NodeArgs,
    say: Say,
) -> Result<(), DidCommandError> {
    let signing = keystore.open()?.signing_key(key)?;
    let node = node.client()?;
    let document = DidDocument::new(vec![signing.public()], services)?;
    let did = Did::of(&document);
    let body = DidCreate::body(&document);
    let signature = signing.sign(Domain::Transaction, &node.network_id()?, &body);
    let receipt = node.submit(&Tx::DidCreate(DidCreate {
        document,
        signature,
    }))?;
    keep_did(&keystore.keystore, &did)?;
    let shown = json!({ "did": did, "entry": receipt.entry });
    say.outcome(&shown, || format!("{did}\nentry {}", receipt.entry));
    Ok(())
}

fn update(
    organisation: &OrganisationArgs,
    rotate: bool,
    services: Vec<Service>,
    say: Say,
) -> Result<(), DidCommandError> {
    let name = organisation.key.as_deref().ok_or(DidCommandError::NoKey)?;
    let mut keystore = organisation.keystore.open()?;
    let node = organisation.node.client()?;
    let did = organisation.did()?;
    let before = node
        .current_document(did)
        .map_err(OrganisationError::from)?
        .document;
    // Found before anything changes: whoever does not control the document draws no key for it.
    let controller = controlling(&keystore, name, did, &before)?;
    if rotate {
        let key = luyin_keys::keystore::KeyName::new(name).map_err(|source| {
            super::keystore::KeystoreCommandError::Keystore {
                path: organisation.keystore.keystore.clone(),
                source,
            }
        })?;
        let now = Clock::System.now().get() / 1000;
        keystore.update(|keys| keys.rotate(&key, now, &mut OsRng))?;
    }
    let newest = keystore.signing_key(name)?;
    let mut keys = before.keys().to_vec();
    if let Some(first) = keys.first_mut() {
        *first = newest.public();
    }
    let services = if services.is_empty() {
        before.services().to_vec()
    } else {
        services
    };
    let document = DidDocument::new(keys, services)?;
    let previous = before.hash();
    if document.hash() == previous {
        return Err(DidCommandError::NoChange);
    }
    let body = DidUpdate::body(&did, &previous, &document);
    let signature = controller.sign(Domain::Transaction, &node.network_id()?, &body);
    let receipt = node.submit(&Tx::DidUpdate(DidUpdate {
        did,
        previous,
        document,
        signature,
    }))?;
    let shown = json!({ "did": did, "entry": receipt.entry, "controller": newest.public() });
    say.outcome(&shown, || {
        format!(
            "{did}\nnow controlled by {}\nentry {}",
            newest.public(),
            receipt.entry
        )
    });
    Ok(())
}

fn deactivate(organisation: &OrganisationArgs, yes: bool, say: Say) -> Result<(), DidCommandError> {
    if !yes {
        return Err(DidCommandError::NotConfirmed);
    }
    let name = organisation.key.as_deref().ok_or(DidCommandError::NoKey)?;
    let keystore = organisation.keystore.open()?;
    let node = organisation.node.client()?;
    let did = organisation.did()?;
    let before = node
        .current_document(did)
        .map_err(OrganisationError::from)?
        .document;
    let controller = controlling(&keystore, name, did, &before)?;
    let previous = before.hash();
    let body = DidDeactivate::body(&did, &previous);
    let signature = controller.sign(Domain::Transaction, &node.network_id()?, &body);
    let receipt = node.submit(&Tx::DidDeactivate(DidDeactivate {
        did,
        previous,
        signature,
    }))?;
    let shown = json!({ "did": did, "deactivated": true, "entry": receipt.entry });
    say.outcome(&shown, || {
        format!("{did} is deactivated\nentry {}", receipt.entry)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_a_kind_and_an_address() {
        let read = service("LinkedDomains=https://example.org/?a=b").unwrap();
        assert_eq!(read.kind, "LinkedDomains");
        assert_eq!(read.endpoint, "https://example.org/?a=b");
        for bad in ["", "=", "kind=", "=address", "kind"] {
            assert!(service(bad).is_err(), "{bad}");
        }
    }
}
