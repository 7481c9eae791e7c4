//! Who signed a request, as its `keyid` says (clause 9.2).

use crate::node::Node;
use crate::service::error::{CallerError, ServiceError};
use luyin_ledger::state::identity::Resolution;
use luyin_protocol::did::Did;
use luyin_protocol::signature::PublicKey;

/// Who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signer {
    /// An organisation.
    Organisation(Did),
    /// A node of the network, by its place in the founding data, from 0.
    Node(u8),
}

impl Signer {
    /// Reads a `keyid`: an identifier, or `node:<place>`.
    ///
    /// # Errors
    /// [`CallerError::UnknownKey`] for anything else.
    pub fn named(key_id: &str) -> Result<Self, CallerError> {
        let named = match key_id.strip_prefix("node:") {
            Some(place) => place.parse().ok().map(Self::Node),
            None => key_id.parse().ok().map(Self::Organisation),
        };
        named.ok_or(CallerError::UnknownKey)
    }

    /// The key that signs for it now.
    ///
    /// # Errors
    /// [`CallerError::UnknownKey`] where there is none, and where the state cannot be read.
    pub fn key(self, node: &Node) -> Result<PublicKey, ServiceError> {
        let key = match self {
            Self::Organisation(did) => match node.state().resolve(did)? {
                Resolution::Active(_, version) => Some(*version.document.controller()),
                Resolution::Deactivated(_) | Resolution::Unknown => None,
            },
            Self::Node(place) => {
                let nodes = &node.network().parameters().nodes;
                nodes.get(usize::from(place)).copied()
            }
        };
        key.ok_or(CallerError::UnknownKey.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_id_names_an_organisation_or_a_node() {
        let did = Did::from_bytes([7; 32]);
        let named = Signer::named(&did.to_string());
        assert_eq!(named, Ok(Signer::Organisation(did)));
        assert_eq!(Signer::named("node:3"), Ok(Signer::Node(3)));
        for other in ["", "node:", "node:-1", "node:256", "trustee:1", "3"] {
            assert_eq!(
                Signer::named(other),
                Err(CallerError::UnknownKey),
                "{other}"
            );
        }
    }
}
