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
use crate::client::NodeClient;
use luyin_device::client::{BucketName, ClientError, Receipt, Without};
use luyin_device::enrolment::{EnrolRequest, IdNumber, RequestError, Surname};

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
    /// Where an owner's enrolment stands, if it does.
    fn find(&self, owner: &Owner) -> Result<Option<Receipt>, ClientError>;
}

impl Post for NodeClient {
    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        self.submit(tx)
    }

    fn find(&self, owner: &Owner) -> Result<Option<Receipt>, ClientError> {
        let bucket = BucketName::of(&owner.to_bytes(), self.enrolment_bits()?);
        let entries = self.enrolments(bucket)?.entries;
        let Some(found) = entries.into_iter().find(|e| e.owner == *owner) else {
            return Ok(None);
        };
        let entry = self.entry(found.entry)?;
        Ok(Some(Receipt {
            entry: found.entry,
            height: entry.height,
            time: entry.time,
        }))
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

/// Whether an enrolment was posted now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// It was.
    Now,
    /// The same request was posted before, and what followed was lost.
    Before,
}

/// An enrolment that stands on the ledger.
#[derive(Debug, Clone)]
pub struct Done {
    /// When it was posted.
    pub posted: Posted,
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
        let before = self.register.of(&person.id)?;
        if let Some(done) = self.resume(person, request, &before)? {
            return Ok(done);
        }
        refuse_second(request, &before)?;
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
        let without = acknowledged.without;
        Ok(self.done(Posted::Now, request, receipt, without))
    }

    /// Takes up an enrolment with the same request that was begun before and reached the ledger.
    fn resume(
        &self,
        person: &Person,
        request: &EnrolRequest,
        before: &[Enrolled],
    ) -> Result<Option<Done>, EnrolError> {
        let Some(begun) = before.iter().find(|e| e.owner == request.owner) else {
            return Ok(None);
        };
        let Some(receipt) = self.node.find(&begun.owner)? else {
            return Ok(None);
        };
        let mut enrolled = begun.clone();
        enrolled.progress = Progress::Posted {
            entry: receipt.entry,
        };
        if enrolled != *begun {
            self.register.note(&person.id, enrolled)?;
        }
        Ok(Some(self.done(
            Posted::Before,
            request,
            receipt,
            Vec::new(),
        )))
    }

    fn done(
        &self,
        posted: Posted,
        request: &EnrolRequest,
        receipt: Receipt,
        without: Vec<Without>,
    ) -> Done {
        let Receipt {
            entry,
            height,
            time,
        } = receipt;
        Done {
            posted,
            receipt: EnrolReceipt {
                network: self.network,
                owner: request.owner,
                registrar: self.did,
                entry,
                height,
                time,
            },
            without,
        }
    }
}

/// Refuses early what the ledger would refuse: saves an evaluation, and says so in words.
fn refuse_second(request: &EnrolRequest, before: &[Enrolled]) -> Result<(), EnrolError> {
    let mut states = before.iter().map(|e| e.progress);
    let posted = states.any(|p| matches!(p, Progress::Posted { .. }));
    if posted && request.fresh_day.get() == 0 {
        return Err(EnrolError::AlreadyEnrolled(SECOND));
    }
    Ok(())
}

const SECOND: &str = " by this registrar; after a lost phone the authority issues a superseded notice first, and the wallet makes a request for a re-enrolment";
const ELSEWHERE: &str = " on the ledger; after a lost phone the authority issues a superseded notice first, and the wallet makes a request for a re-enrolment";

fn explained(error: ClientError) -> EnrolError {
    match error.problem().map(luyin_device::client::Problem::slug) {
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
