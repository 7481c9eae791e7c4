//! What the ledger says that a trustee acts on: notices, enrolments, who is a registrar. Built from the entries
//! themselves, so a trustee believes no index of a node. What carries signatures is checked here again.

use std::collections::{BTreeMap, HashMap};

use luyin_keys::escrow::{NoticeOnLedger, Standing};
use luyin_ledger::log::merkle::LogHash;
use luyin_protocol::appeal::AppealOutcome;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::field::Owner;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::risk::{NoticeId, RiskNotice};
use luyin_protocol::signature::{Domain, NetworkId, PublicKey};
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{
    Accredit, AppealAnswered, DidCreate, DidDeactivate, DidUpdate, Entry, Governance,
    GovernanceAction, NoticeLifted, Quota, Review, Role, Tx,
};

/// Why an entry cannot stand where it stands. The whole log is refused then: its node executed what it must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// The first entry is not the founding data, or those of another network.
    #[error("the log does not begin with this network's founding data")]
    Genesis,
    /// A second founding, or a transaction before the first block.
    #[error("an entry stands where it cannot")]
    Order,
    /// Governance without a proposer and an approver of the founding data, or out of sequence.
    #[error("a governance entry lacks the signatures of two roles")]
    Governance,
    /// A change of an identifier that its controller did not sign.
    #[error("an identifier's entry is not signed by its controller")]
    Identity,
}

/// Where an enrolment stands, and its hash as a leaf: enough to fetch it later and know it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrolmentPlace {
    /// Its entry.
    pub entry: u64,
    /// Hash of the entry.
    pub leaf: LogHash,
}

#[derive(Debug, Clone)]
struct Recorded {
    notice: RiskNotice,
    issued_on: Day,
    standing: Standing,
}

/// An action of the authority, its two signatures checked.
#[derive(Debug, Clone)]
pub struct RecordedAction {
    /// Its entry.
    pub entry: u64,
    /// The block's time.
    pub time: Timestamp,
    /// What was done, and by whom.
    pub governance: Governance,
}

/// What the entries so far say.
#[derive(Debug)]
pub struct Book {
    network: NetworkId,
    parameters: Option<NetworkParameters>,
    time: Option<Timestamp>,
    next_sequence: u64,
    notices: HashMap<NoticeId, Recorded>,
    enrolments: BTreeMap<[u8; 32], EnrolmentPlace>,
    documents: HashMap<Did, Option<DidDocument>>,
    registrars: HashMap<Did, Quota>,
    actions: Vec<RecordedAction>,
}

impl Book {
    /// A book without entries, for one network.
    #[must_use]
    pub fn new(network: NetworkId) -> Self {
        Self {
            network,
            parameters: None,
            time: None,
            next_sequence: 1,
            notices: HashMap::new(),
            enrolments: BTreeMap::new(),
            documents: HashMap::new(),
            registrars: HashMap::new(),
            actions: Vec::new(),
        }
    }

    /// The founding data, once the first entry was read.
    #[must_use]
    pub const fn parameters(&self) -> Option<&NetworkParameters> {
        self.parameters.as_ref()
    }

    /// Time of the newest block.
    #[must_use]
    pub const fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// Goes on in a block of this time: for entries that are taken from what was kept.
    pub(super) const fn set_time(&mut self, time: Option<Timestamp>) {
        self.time = time;
    }

    /// Takes an enrolment's place from what was kept.
    pub(super) fn recall(&mut self, owner: [u8; 32], place: EnrolmentPlace) {
        self.enrolments.insert(owner, place);
    }

    /// All enrolments by owner.
    pub(super) fn enrolments(&self) -> impl Iterator<Item = (&[u8; 32], &EnrolmentPlace)> {
        self.enrolments.iter()
    }

    /// Every action of the authority, in order.
    #[must_use]
    pub fn actions(&self) -> &[RecordedAction] {
        &self.actions
    }

    /// A notice, as keys' escrow asks for it.
    #[must_use]
    pub fn notice(&self, id: &NoticeId) -> Option<NoticeOnLedger> {
        self.notices.get(id).map(|recorded| NoticeOnLedger {
            notice: recorded.notice.clone(),
            issued_on: recorded.issued_on,
            standing: recorded.standing,
        })
    }

    /// Where an owner's enrolment stands.
    #[must_use]
    pub fn enrolment(&self, owner: &Owner) -> Option<EnrolmentPlace> {
        self.enrolments.get(&owner.to_bytes()).copied()
    }

    /// The key by which an organisation signs requests, and its daily quota, if it is an accredited registrar.
    #[must_use]
    pub fn registrar(&self, did: &Did) -> Option<(PublicKey, Quota)> {
        let quota = self.registrars.get(did)?;
        let document = self.documents.get(did)?.as_ref()?;
        Some((*document.controller(), *quota))
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`BookError`]; the book is then of no more use.
    pub fn apply(&mut self, index: u64, leaf: LogHash, entry: &Entry) -> Result<(), BookError> {
        match entry {
            Entry::Genesis(parameters) => self.found(index, parameters),
            Entry::Block(_) if self.parameters.is_none() => Err(BookError::Genesis),
            Entry::Block(header) => {
                self.time = Some(header.time);
                Ok(())
            }
            Entry::Tx(tx) => self.transact(EnrolmentPlace { entry: index, leaf }, tx),
        }
    }

    fn found(&mut self, index: u64, parameters: &NetworkParameters) -> Result<(), BookError> {
        if index != 0 || parameters.id() != self.network || parameters.check().is_err() {
            return Err(BookError::Genesis);
        }
        self.parameters = Some(parameters.clone());
        Ok(())
    }

    fn transact(&mut self, place: EnrolmentPlace, tx: &Tx) -> Result<(), BookError> {
        let time = self.time.ok_or(BookError::Order)?;
        match tx {
            Tx::Governance(governance) => self.govern(place.entry, governance, time),
            Tx::Enrol(enrol) => {
                let owner = enrol.public.owner.to_bytes();
                self.enrolments.insert(owner, place);
                Ok(())
            }
            Tx::DidCreate(create) => self.create(create),
            Tx::DidUpdate(update) => self.update(update),
            Tx::DidDeactivate(end) => self.deactivate(end),
            Tx::Release(_)
            | Tx::CheckIn(_)
            | Tx::Attest(_)
            | Tx::AttestWithdrawn(_)
            | Tx::Absorb(_)
            | Tx::Appeal(_)
            | Tx::AuditBatch(_) => Ok(()),
        }
    }

    fn govern(&mut self, entry: u64, tx: &Governance, time: Timestamp) -> Result<(), BookError> {
        let Governance {
            sequence,
            action,
            approvals,
        } = tx;
        let founding = self.parameters.as_ref().ok_or(BookError::Genesis)?;
        let body = Governance::body(*sequence, action);
        let signed = |keys: &[PublicKey], key: &PublicKey, signature| {
            keys.contains(key)
                && key
                    .verify(Domain::Governance, &self.network, &body, signature)
                    .is_ok()
        };
        let both = signed(
            &founding.proposers,
            &approvals.proposer,
            &approvals.proposal,
        ) && signed(
            &founding.approvers,
            &approvals.approver,
            &approvals.approval,
        );
        let third = approvals.review.as_ref().is_none_or(|review| {
            let Review {
                reviewer,
                signature,
            } = review;
            signed(&founding.reviewers, reviewer, signature)
        });
        let grounded = match action {
            GovernanceAction::RiskNotice(notice) => notice.check_grounds().is_ok(),
            _ => true,
        };
        if !both || !third || !grounded || *sequence != self.next_sequence {
            return Err(BookError::Governance);
        }
        self.next_sequence = self.next_sequence.saturating_add(1);
        self.act(action, time.day());
        self.actions.push(RecordedAction {
            entry,
            time,
            governance: tx.clone(),
        });
        Ok(())
    }

    fn act(&mut self, action: &GovernanceAction, today: Day) {
        match action {
            GovernanceAction::Accredit(Accredit {
                did,
                role: Role::Registrar { quota },
            }) => {
                self.registrars.insert(*did, *quota);
            }
            GovernanceAction::Unaccredit(end) => {
                self.registrars.remove(&end.did);
            }
            GovernanceAction::RiskNotice(notice) => {
                let recorded = Recorded {
                    notice: notice.clone(),
                    issued_on: today,
                    standing: Standing::Live,
                };
                self.notices.insert(notice.id(), recorded);
            }
            GovernanceAction::NoticeLifted(NoticeLifted { notice, .. })
            | GovernanceAction::AppealAnswered(AppealAnswered {
                notice,
                outcome: AppealOutcome::Granted,
                ..
            }) => {
                if let Some(recorded) = self.notices.get_mut(notice) {
                    recorded.standing = Standing::Lifted;
                }
            }
            GovernanceAction::Accredit(_)
            | GovernanceAction::Policy(_)
            | GovernanceAction::RiskList(_)
            | GovernanceAction::AppealAnswered(_) => {}
        }
    }

    fn create(&mut self, tx: &DidCreate) -> Result<(), BookError> {
        let DidCreate {
            document,
            signature,
        } = tx;
        let did = Did::of(document);
        if self.documents.contains_key(&did) {
            return Err(BookError::Identity);
        }
        self.signed(document, &DidCreate::body(document), signature)?;
        self.documents.insert(did, Some(document.clone()));
        Ok(())
    }

    fn update(&mut self, tx: &DidUpdate) -> Result<(), BookError> {
        let DidUpdate {
            did,
            previous,
            document,
            signature,
        } = tx;
        let before = self.documents.get(did).and_then(Option::as_ref);
        let before = before.filter(|before| before.hash() == *previous);
        let before = before.ok_or(BookError::Identity)?;
        self.signed(before, &DidUpdate::body(did, previous, document), signature)?;
        self.documents.insert(*did, Some(document.clone()));
        Ok(())
    }

    fn deactivate(&mut self, tx: &DidDeactivate) -> Result<(), BookError> {
        let DidDeactivate {
            did,
            previous,
            signature,
        } = tx;
        let before = self.documents.get(did).and_then(Option::as_ref);
        let before = before.filter(|before| before.hash() == *previous);
        let before = before.ok_or(BookError::Identity)?;
        self.signed(before, &DidDeactivate::body(did, previous), signature)?;
        self.documents.insert(*did, None);
        Ok(())
    }

    fn signed(
        &self,
        document: &DidDocument,
        body: &[u8],
        signature: &luyin_protocol::signature::Signature,
    ) -> Result<(), BookError> {
        document
            .controller()
            .verify(Domain::Transaction, &self.network, body, signature)
            .map_err(|_| BookError::Identity)
    }
}
