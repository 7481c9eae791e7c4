//! Why a call failed, said so that whoever reads it knows what to do next.

use serde::{Deserialize, Serialize};

const PREFIX: &str = "urn:luyin:problem:";

/// A refusal as RFC 9457 writes it (clause 9.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:luyin:problem:<slug>`, stable.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, the same for every case of the kind.
    #[serde(default)]
    pub title: String,
    /// The status.
    pub status: u16,
    /// What happened in this case.
    #[serde(default)]
    pub detail: String,
}

impl Problem {
    /// The last part of the kind, by which callers tell refusals apart.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.kind.strip_prefix(PREFIX).unwrap_or(&self.kind)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = if self.detail.is_empty() {
            &self.title
        } else {
            &self.detail
        };
        write!(f, "{text} ({}, {})", self.slug(), self.status)
    }
}

/// Why a call to a node or a trustee failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address cannot be called.
    #[error(
        "{0:?} is no address of a node or trustee; write it as http://host:port or https://host"
    )]
    Address(String),
    /// Nobody answered.
    #[error("{peer} does not answer: {reason}; check the address and that it runs")]
    Unreachable {
        /// who was called
        peer: String,
        /// what the connection said
        reason: String,
    },
    /// It answered and refused.
    #[error("{peer} refused: {problem}")]
    Refused {
        /// who was called
        peer: String,
        /// its reason
        problem: Problem,
    },
    /// It answered with something else than the protocol says.
    #[error("{peer} gave an answer that cannot be read: {reason}; is it of the same version?")]
    Unreadable {
        /// who was called
        peer: String,
        /// what is wrong with it
        reason: String,
    },
    /// The call must be signed and the client has no key.
    #[error("this call must be signed; give a keystore and a DID")]
    NoSigner,
}

impl ClientError {
    /// A stable name for the kind of error; what a peer refused has the problem's own slug besides.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Address(..) => "address",
            Self::Unreachable { .. } => "unreachable",
            Self::Refused { .. } => "refused",
            Self::Unreadable { .. } => "unreadable",
            Self::NoSigner => "no_signer",
        }
    }

    /// The refusal, where it is one.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// The status of the refusal, where it is one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.problem().map(|problem| problem.status)
    }

    /// Whether the other side was not reached or is out of order for the moment, so that another one may serve.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { problem, .. } => matches!(problem.status, 429 | 502..=504),
            _ => false,
        }
    }
}
