use super::NoteRoot;
use crate::appeal::{ASKS_NOTHING, AppealReason, StatementCommitment};
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{Binding, EpochRoot, Nym, RevocationTag, Scope, digest31};
use crate::risk::NoticeId;
use crate::scope;
use crate::signature::{NetworkId, ProofBytes};
use crate::time::Day;
use ark_bn254::Fr;

/// What an appeal says. Its hash is bound by the proof, so that nobody can change a word of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealBody {
    /// The notice.
    pub notice: NoticeId,
    /// The day whose released value the proof answers to.
    pub day: Day,
    /// The root that the proof is against.
    pub root: NoteRoot,
    /// Why.
    pub reason: AppealReason,
    /// Commitment to a file that the person hands to the office.
    pub statement: Option<StatementCommitment>,
}

impl AppealBody {
    /// The scope of an appeal: one for each notice, so that a person has one name in it.
    #[must_use]
    pub fn scope(&self, network: &NetworkId) -> Scope {
        scope::appeal(network, &self.notice)
    }

    /// What the proof is bound to (clause 5.6 l): the network and every byte of the body.
    #[must_use]
    pub fn binding(&self, network: &NetworkId) -> Binding {
        let mut bytes = network.as_bytes().to_vec();
        bytes.extend_from_slice(&self.to_vec());
        Binding::from_value(digest31("luyin/v1/appeal", &bytes))
    }
}

impl Canonical for AppealBody {
    fn encode(&self, w: &mut Writer) {
        let Self {
            notice,
            day,
            root,
            reason,
            statement,
        } = self;
        w.value(notice)
            .value(day)
            .value(root)
            .value(reason)
            .option(statement.as_ref());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            notice: r.value()?,
            day: r.value()?,
            root: r.value()?,
            reason: r.value()?,
            statement: r.option("a statement")?,
        })
    }
}

/// An appeal of the person whom a notice is about, who says no name: a pass in the notice's own scope, whose tag belongs
/// to the value released for the notice. No signature, account or bearer: the proof is the permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// What it says.
    pub body: AppealBody,
    /// The person's name in the notice's scope; another notice sees another.
    pub nym: Nym,
    /// Proof of clause 5.6.
    pub proof: ProofBytes,
}

impl Appeal {
    /// The public inputs in the order of clause 5.6. The tag is not the sender's to state: it is that of the released
    /// value, which only the note with the notice's handle yields.
    #[must_use]
    pub fn public_inputs(
        &self,
        network: &NetworkId,
        root: EpochRoot,
        rtag: RevocationTag,
    ) -> [Fr; 11] {
        let Self {
            body,
            nym,
            proof: _,
        } = self;
        let none = Fr::from(0u64);
        [
            root.value(),
            ASKS_NOTHING,
            none,
            none,
            none,
            Fr::from(u64::from(body.day.get())),
            body.scope(network).value(),
            nym.value(),
            rtag.value(),
            none,
            body.binding(network).value(),
        ]
    }
}

impl Canonical for Appeal {
    fn encode(&self, w: &mut Writer) {
        let Self { body, nym, proof } = self;
        w.value(body).value(nym).value(proof);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            body: r.value()?,
            nym: r.value()?,
            proof: r.value()?,
        })
    }
}
