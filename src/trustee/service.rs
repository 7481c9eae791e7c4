//! What a trustee does, without HTTP: evaluates, stores shares, stores openings, exchanges shares for a notice, releases a
//! day. Everything that depends on the ledger is looked up in the trustee's own [`LedgerView`].

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use luyin_keys::escrow::{
    FileShareStore, NoticeOnLedger, NoticeSource, ReleaseError, ShareStore, SourceError,
    StoredShare, Trustee, TrusteeKeys, VerifiedNotice,
};
use luyin_keys::sealed::WrappingKey;
use luyin_keys::signing::SigningKey;
use luyin_keys::voprf::{Blinded, Evaluation, UidKey};
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex};
use luyin_protocol::field::{Owner, ShareCommitment};
use luyin_protocol::network::{NetworkMode, NetworkParameters, TrusteeInfo};
use luyin_protocol::risk::{NoticeId, SubjectCommitment};
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, Sha256Hash, Signature};
use luyin_protocol::time::{Day, Timestamp};
use rand::rngs::OsRng;

use super::error::TrusteeError;
use super::ledger::{LedgerError, LedgerView, LogSource};
use super::openings::OpeningStore;
use super::peers::Peer;
use super::position::{EVERY, PositionFile};
use crate::clock::Clock;
use luyin_device::enrolment::open_share;

/// The keys of one trustee.
#[derive(Clone)]
pub struct Keyring {
    /// Signs, and opens what is sealed to this trustee.
    pub escrow: TrusteeKeys,
    /// Evaluates; the first three trustees alone have one.
    pub evaluation: Option<UidKey>,
    /// Seals what is stored.
    pub storage: WrappingKey,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({})", self.escrow.signing.public())
    }
}

/// One trustee at work. Blocking; shared between threads.
pub struct TrusteeService<S, P> {
    pub(super) network: NetworkId,
    mode: NetworkMode,
    pub(super) index: TrusteeIndex,
    signing: SigningKey,
    pub(super) keys: Keyring,
    shares: FileShareStore,
    openings: OpeningStore,
    pub(super) escrow: Trustee<FileShareStore>,
    ledger: Mutex<LedgerView<S>>,
    pub(super) peers: Vec<P>,
    clock: Clock,
    pub(super) offers: Mutex<HashMap<(NoticeId, TrusteeIndex), Vec<u8>>>,
    evaluations: Mutex<Evaluations>,
}

/// How many evaluations each registrar has had today.
#[derive(Debug, Default)]
struct Evaluations {
    day: Option<Day>,
    used: HashMap<Did, u32>,
}

impl<S, P> std::fmt::Debug for TrusteeService<S, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TrusteeService({})", self.index)
    }
}

/// Why a trustee does not begin to serve.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The founding data name other keys for this index.
    #[error(
        "the ledger names other keys for trustee {0}; check --index, and that this data directory was given to the founders"
    )]
    OtherKeys(TrusteeIndex),
    /// A directory or file.
    #[error("data directory: {0}")]
    Io(#[from] std::io::Error),
    /// The share store.
    #[error(transparent)]
    Store(#[from] luyin_keys::escrow::StoreError),
}

/// What a service is made of.
pub struct Parts<S, P> {
    /// The trustee's number.
    pub index: TrusteeIndex,
    /// Its keys.
    pub keys: Keyring,
    /// Where it reads the log.
    pub source: S,
    /// The other trustees.
    pub peers: Vec<P>,
    /// The process's clock.
    pub clock: Clock,
}

impl<S: LogSource, P: Peer> TrusteeService<S, P> {
    /// Reads the ledger and begins, if the ledger names this trustee's keys at its index.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(network: NetworkId, data: &Path, parts: Parts<S, P>) -> Result<Self, StartError> {
        let Parts {
            index,
            keys,
            source,
            peers,
            clock,
        } = parts;
        for directory in ["shares", "openings"] {
            std::fs::create_dir_all(data.join(directory))?;
        }
        let position = PositionFile::new(data.join("position"), keys.storage.clone(), EVERY);
        let ledger = LedgerView::new(source, network, data.join("checkpoint"));
        let mut ledger = ledger.resuming(position);
        ledger.follow()?;
        let founding = ledger.book().parameters();
        let founding = founding.filter(|founding| names(founding, index, &keys));
        let mode = founding.ok_or(StartError::OtherKeys(index))?.mode;
        let store = || FileShareStore::open(data.join("shares"), keys.storage.clone());
        Ok(Self {
            network,
            mode,
            index,
            signing: keys.escrow.signing.clone(),
            shares: store()?,
            openings: OpeningStore::new(data.join("openings"), keys.storage.clone()),
            escrow: Trustee::new(network, index, keys.escrow.clone(), store()?),
            keys,
            ledger: Mutex::new(ledger),
            peers,
            clock,
            offers: Mutex::default(),
            evaluations: Mutex::default(),
        })
    }

    /// This trustee's number.
    pub const fn index(&self) -> TrusteeIndex {
        self.index
    }

    /// Its public evaluation key, of the first three.
    pub fn evaluation_key(&self) -> Option<Sha256Hash> {
        let key = self.keys.evaluation.as_ref()?;
        Some(Sha256Hash::from_bytes(key.public().to_bytes()))
    }

    /// What the ledger says of this trustee.
    pub fn info(&self) -> Result<TrusteeInfo, TrusteeError> {
        let founding = self.founding()?;
        let info = founding.trustees.into_iter().nth(self.index.position());
        info.ok_or_else(|| TrusteeError::Internal("the ledger does not name this trustee".into()))
    }

    /// The time: this machine's, and on a development network the node's, whose clock may have been set.
    pub fn now(&self) -> Result<Timestamp, TrusteeError> {
        match self.mode {
            NetworkMode::Production => Ok(self.clock.now()),
            NetworkMode::Development => Ok(self.view().node_now()?),
        }
    }

    fn view(&self) -> MutexGuard<'_, LedgerView<S>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn founding(&self) -> Result<NetworkParameters, TrusteeError> {
        let view = self.view();
        let founding = view.book().parameters().cloned();
        founding.ok_or(TrusteeError::Ledger(LedgerError::Entries))
    }

    /// The key of an accredited registrar, as the ledger has it now.
    pub fn registrar_key(&self, did: &Did) -> Result<PublicKey, TrusteeError> {
        let mut view = self.view();
        view.follow()?;
        let found = view.book().registrar(did);
        found
            .map(|(key, _)| key)
            .ok_or(TrusteeError::Caller("accredited registrar"))
    }

    /// The key of another trustee.
    pub fn peer_key(&self, peer: TrusteeIndex) -> Result<PublicKey, TrusteeError> {
        let founding = self.founding()?;
        let info = founding.trustees.get(peer.position());
        info.filter(|_| peer != self.index)
            .map(|info| info.sign)
            .ok_or(TrusteeError::Caller("other trustee"))
    }

    /// Evaluates a blinded ID number for a registrar, within the number of enrolments it may make in a day: what stands
    /// between a registrar and guessing.
    pub fn evaluate(&self, registrar: &Did, blinded: &Blinded) -> Result<Evaluation, TrusteeError> {
        let key = self.keys.evaluation.as_ref();
        let key = key.ok_or(TrusteeError::NotEvaluator)?;
        let quota = {
            let view = self.view();
            let found = view.book().registrar(registrar);
            found.ok_or(TrusteeError::Caller("accredited registrar"))?.1
        };
        let today = self.now()?.day();
        let used = {
            let mut evaluations = self
                .evaluations
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if evaluations.day != Some(today) {
                *evaluations = Evaluations {
                    day: Some(today),
                    used: HashMap::new(),
                };
            }
            let used = evaluations.used.entry(*registrar).or_insert(0);
            // Every enrolment may fail once on the way and be tried again.
            if *used >= quota.0.saturating_mul(2) {
                return Err(TrusteeError::EvaluationsUsed);
            }
            *used += 1;
            *used
        };
        let evaluation = key.evaluate(blinded, &mut OsRng)?;
        tracing::info!(used, quota = quota.0, "evaluated for a registrar");
        Ok(evaluation)
    }

    /// Opens a share, checks it against its commitment, stores it durably and only then acknowledges it.
    pub fn accept(&self, share: &HandedShare) -> Result<Signature, TrusteeError> {
        let keys = &self.keys.escrow.sealing;
        let opened = open_share(&self.network, &share.owner, self.index, keys, &share.sealed);
        let opened = opened.ok_or(TrusteeError::ShareDoesNotOpen)?;
        if opened.commitment() != share.commitment {
            return Err(TrusteeError::ShareNotCommitted);
        }
        let wanted = StoredShare {
            owner: share.owner,
            share: opened,
        };
        if self.shares.put(&share.enrolment, &wanted)? != wanted {
            return Err(TrusteeError::ShareConflict);
        }
        let body = EscrowAckBody {
            enrolment: share.enrolment,
            owner: share.owner,
            trustee: self.index,
            commitment: share.commitment,
        };
        tracing::info!("stored a share");
        Ok(self
            .signing
            .sign(Domain::EscrowAck, &self.network, &body.to_vec()))
    }

    /// Stores whose notice it is, if the notice is on the ledger, this opens its subject, and the file whose hash it states
    /// is shown: without an opening nothing is released, so without evidence neither. The file itself is not kept.
    pub fn open_notice(
        &self,
        notice: &NoticeId,
        sealed: &[u8],
        evidence: Option<&[u8]>,
    ) -> Result<(), TrusteeError> {
        let recorded = {
            let mut view = self.view();
            view.follow()?;
            view.book().notice(notice)
        };
        let recorded = recorded.ok_or(ReleaseError::UnknownNotice)?;
        let opening = self.escrow.open_subject(notice, sealed)?;
        if SubjectCommitment::of(&opening.owner, &opening.salt) != recorded.notice.subject {
            return Err(ReleaseError::OtherSubject.into());
        }
        let evidence = evidence.ok_or(TrusteeError::NoEvidence)?;
        self.escrow.has_evidence(&recorded.notice, evidence)?;
        self.openings.put(notice, &opening)?;
        tracing::info!("stored the opening of a notice");
        Ok(())
    }

    /// A notice found in force on this trustee's own view of the ledger, opened to an enrolment that stands there.
    pub(super) fn verified(
        &self,
        notice: &NoticeId,
    ) -> Result<(VerifiedNotice, Day), TrusteeError> {
        let today = self.now()?.day();
        let mut view = self.view();
        view.follow()?;
        if view.book().notice(notice).is_none() {
            return Err(ReleaseError::UnknownNotice.into());
        }
        let opening = self.openings.get(notice)?;
        let opening = opening.ok_or(TrusteeError::NoOpening)?;
        let source = OwnView(&view);
        let verified = VerifiedNotice::look_up(&source, notice, &opening, today)?;
        Ok((verified, today))
    }
}

/// Whether the founding data name these keys at this index.
fn names(founding: &NetworkParameters, index: TrusteeIndex, keys: &Keyring) -> bool {
    let info = founding.trustees.get(index.position());
    let evaluator = founding.evaluators.get(index.position());
    let own = keys.evaluation.as_ref().map(|key| key.public().to_bytes());
    let sealing = keys.escrow.sealing.iter().map(|key| key.public());
    info.is_some_and(|info| {
        info.sign == keys.escrow.signing.public() && sealing.into_iter().any(|k| k == info.seal)
    }) && evaluator.map(|key| *key.as_bytes()) == own
}

/// What a registrar hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedShare {
    /// Hash of the enrolment's public part.
    pub enrolment: Sha256Hash,
    /// Whose enrolment.
    pub owner: Owner,
    /// What the share opens.
    pub commitment: ShareCommitment,
    /// The share, sealed to this trustee.
    pub sealed: Vec<u8>,
}

/// The view as keys' escrow asks it.
struct OwnView<'a, S>(&'a LedgerView<S>);

impl<S: LogSource> NoticeSource for OwnView<'_, S> {
    fn notice(&self, id: &NoticeId) -> Result<Option<NoticeOnLedger>, SourceError> {
        Ok(self.0.book().notice(id))
    }

    fn enrolment(
        &self,
        owner: &Owner,
    ) -> Result<Option<luyin_protocol::tx::EnrolPublic>, SourceError> {
        self.0.enrolment(owner).map_err(|error| {
            tracing::warn!(%error, "an enrolment could not be read from the ledger");
            SourceError
        })
    }
}
