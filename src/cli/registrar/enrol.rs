//! Enrols one person: compares the mask with the ID, computes the identifier with three trustees, has five take their
//! shares, posts, and notes it in the register.

use luyin_keys::voprf::PersonIdError;
use luyin_protocol::did::Did;
use luyin_protocol::field::Owner;
use luyin_protocol::note::Mask;
use luyin_protocol::signature::{NetworkId, Signature};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{Enrol, Tx};
use serde::Serialize;

use super::panel::{Desk, Panel, PanelError};
use super::register::{Enrolled, Progress, Register, RegisterError};
use crate::client::{ClientError, NodeClient, Receipt, Without};
use crate::enrolment::{EnrolRequest, IdNumber, RequestError, Surname};

/// A person as the ID shows it.
#[derive(Debug, Clone)]
pub struct Person {
    /// The number.
    pub id: IdNumber,
    /// The surname of the name.
    pub surname: Surname,
}

/// Why a person was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The mask shows another surname.
    #[error(
        "the wallet's mask names another surname than the ID; correct the name in the wallet and make a new request"
    )]
    OtherSurname,
    /// The mask shows other digits.
    #[error(
        "the wallet's mask ends in other digits than the ID; correct the number in the wallet and make a new request"
    )]
    OtherDigits,
    /// The number.
    #[error(transparent)]
    PersonId(#[from] PersonIdError),
    /// The trustees.
    #[error(transparent)]
    Panel(#[from] PanelError),
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// This person is enrolled already.
    #[error("this person is enrolled already{0}")]
    AlreadyEnrolled(&'static str),
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Where enrolments are posted; the node, or a test.
pub trait Post {
    /// Posts an enrolment.
    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError>;
}

impl Post for NodeClient {
    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        self.submit(tx)
    }
}

/// What a registrar enrols with.
pub struct Office<'a, D, P> {
    /// Its DID.
    pub did: Did,
    /// The network.
    pub network: NetworkId,
    /// Signs transactions' bodies.
    pub sign: &'a dyn Fn(&[u8]) -> Signature,
    /// The trustees.
    pub panel: Panel<'a, D>,
    /// The node.
    pub node: &'a P,
    /// The register.
    pub register: &'a Register,
}

/// What the wallet is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnrolReceipt {
    /// The network.
    pub network: NetworkId,
    /// Whose enrolment.
    pub owner: Owner,
    /// By whom.
    pub registrar: Did,
    /// Its entry in the log.
    pub entry: u64,
    /// Its block.
    pub height: u64,
    /// The block's time.
    pub time: Timestamp,
}

/// An enrolment that was posted.
#[derive(Debug, Clone)]
pub struct Done {
    /// For the wallet.
    pub receipt: EnrolReceipt,
    /// Trustees that do not hold their share.
    pub without: Vec<Without>,
}

impl<D: Desk, P: Post> Office<'_, D, P> {
    /// Enrols one person.
    ///
    /// The register knows of the enrolment before it is posted, so that no crash leaves one on the ledger that nobody
    /// finds. The same request may be given again after any failure.
    ///
    /// # Errors
    /// [`EnrolError`] names what is wrong and who failed.
    pub fn enrol(
        &self,
        person: &Person,
        request: &EnrolRequest,
        now: Timestamp,
    ) -> Result<Done, EnrolError> {
        request.check(&self.network)?;
        compare(request.mask, person)?;
        self.refuse_second(person, request)?;
        let uid = self.panel.identifier(&person.id.person()?, now)?;
        let public = request.public(uid);
        let sealed = &request.sealed_shares;
        let acknowledged = self.panel.acknowledge(&public, sealed, now)?;
        let mut enrolled = Enrolled {
            owner: public.owner,
            uid,
            time: now,
            progress: Progress::Begun,
        };
        self.register.note(&person.id, enrolled.clone())?;
        let body = Enrol::body(&public, &request.proof, &self.did);
        let tx = Tx::Enrol(Box::new(Enrol {
            acks: acknowledged.acks,
            proof: request.proof,
            registrar: self.did,
            signature: (self.sign)(&body),
            public,
        }));
        let receipt = self.node.post(&tx).map_err(explained)?;
        enrolled.progress = Progress::Posted {
            entry: receipt.entry,
        };
        self.register.note(&person.id, enrolled)?;
        let Receipt {
            entry,
            height,
            time,
        } = receipt;
        Ok(Done {
            receipt: EnrolReceipt {
                network: self.network,
                owner: request.owner,
                registrar: self.did,
                entry,
                height,
                time,
            },
            without: acknowledged.without,
        })
    }

    /// Refuses early what the ledger would refuse: saves an evaluation, and says so in words.
    fn refuse_second(&self, person: &Person, request: &EnrolRequest) -> Result<(), EnrolError> {
        let posted = |e: &Enrolled| matches!(e.progress, Progress::Posted { .. });
        let before = self.register.of(&person.id)?;
        let mut posted = before.iter().filter(|e| posted(e));
        if request.fresh_day.get() == 0 && posted.next().is_some() {
            return Err(EnrolError::AlreadyEnrolled(SECOND));
        }
        Ok(())
    }
}

const SECOND: &str = " by this registrar; after a lost phone the authority issues a superseded notice first, and the wallet makes a request for a re-enrolment";
const ELSEWHERE: &str = " on the ledger; after a lost phone the authority issues a superseded notice first, and the wallet makes a request for a re-enrolment";

fn explained(error: ClientError) -> EnrolError {
    match error.problem().map(crate::client::Problem::slug) {
        Some("repeated-uid") => EnrolError::AlreadyEnrolled(ELSEWHERE),
        Some("repeated-owner") => EnrolError::AlreadyEnrolled(" with this wallet"),
        _ => error.into(),
    }
}

fn compare(mask: Mask, person: &Person) -> Result<(), EnrolError> {
    if mask.surname() != u32::from(person.surname.index()) {
        return Err(EnrolError::OtherSurname);
    }
    if mask.digits() != u32::from(person.id.last_two_digits()) {
        return Err(EnrolError::OtherDigits);
    }
    Ok(())
}
