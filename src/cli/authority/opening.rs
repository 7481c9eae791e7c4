//! Tells the trustees whose notice it is and shows them its evidence: owner and salt, and the file, sealed to each of them.

use luyin_keys::escrow::{SubjectOpening, THRESHOLD, seal_evidence, seal_opening};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::Owner;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::risk::{NoticeId, SubjectSalt};
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};

use luyin_device::client::{ClientError, EncodedBytes, NoticeOpening, Without};

/// What opens a notice's subject. For the authority's own files and the trustees.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningFile {
    /// The notice.
    pub notice: NoticeId,
    /// Whose it is.
    pub owner: Owner,
    /// The salt of the subject commitment.
    pub salt: SubjectSalt,
}

impl std::fmt::Debug for OpeningFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpeningFile({})", self.notice)
    }
}

/// Fewer than three trustees know whose notice it is, so no day of it can be released.
#[derive(Debug, thiserror::Error)]
#[error("only {told} trustees took the opening: {}; try again with `luyin authority open`", listed(.without))]
pub struct TooFewTold {
    /// how many
    pub told: usize,
    /// who did not, and why
    pub without: Vec<Without>,
}

pub(super) fn listed(without: &[Without]) -> String {
    let named: Vec<String> = without.iter().map(ToString::to_string).collect();
    named.join("; ")
}

/// Seals opening and evidence to every trustee and hands them over with `send`. Those that were not told are named.
///
/// # Errors
/// [`TooFewTold`] with fewer than three.
pub fn tell(
    parameters: &NetworkParameters,
    opening: &OpeningFile,
    evidence: &[u8],
    send: impl Fn(TrusteeIndex, &NoticeOpening) -> Result<(), ClientError>,
) -> Result<Vec<Without>, TooFewTold> {
    let subject = SubjectOpening {
        owner: opening.owner,
        salt: opening.salt,
    };
    let (network, notice) = (parameters.id(), opening.notice);
    let (mut told, mut without) = (0, Vec::new());
    for (trustee, info) in TrusteeIndex::all().zip(&parameters.trustees) {
        let sealed = seal_opening(&network, &notice, &subject, trustee, &info.seal, &mut OsRng);
        let shown = seal_evidence(&network, &notice, evidence, trustee, &info.seal, &mut OsRng);
        let both = sealed.and_then(|sealed| Ok((sealed, shown?)));
        let sent = both
            .map_err(|error| error.to_string())
            .and_then(|(sealed, shown)| {
                let opening = NoticeOpening {
                    notice,
                    sealed: EncodedBytes(sealed),
                    evidence: Some(EncodedBytes(shown)),
                };
                send(trustee, &opening).map_err(|error| error.to_string())
            });
        match sent {
            Ok(()) => told += 1,
            Err(why) => without.push(Without::new(trustee, why)),
        }
    }
    if told < THRESHOLD {
        return Err(TooFewTold { told, without });
    }
    Ok(without)
}
