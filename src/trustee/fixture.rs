//! A small ledger in memory and five trustees over it, for tests.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use ark_bn254::Fr;
use luyin_keys::escrow::{Dealing, SubjectOpening, TrusteeKeys, make_shares};
use luyin_keys::seal_key::SealKey;
use luyin_keys::sealed::WrappingKey;
use luyin_keys::signing::SigningKey;
use luyin_keys::voprf::UidKey;
use luyin_ledger::log::checkpoint::{Checkpoint, CheckpointSigner, SignedCheckpoint};
use luyin_ledger::log::merkle::{Frontier, LogHash};
use luyin_ledger::log::tiles::{TileId, TileKind};
use luyin_protocol::codec::{Canonical, Writer};
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::field::{MaskCommitment, NoteCommitment, Owner};
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, NetworkMode, NetworkParameters, TrusteeInfo, VerifyingKeys,
};
use luyin_protocol::note::RevocationHandle;
use luyin_protocol::risk::{
    NoticeClass, NoticeId, RiskNotice, SubjectCommitment, SubjectSalt, Uid,
};
use luyin_protocol::sealed::{SEALED_NOTE_LEN, SealedNote};
use luyin_protocol::signature::{Domain, ProofBytes, Sha256Hash, Signature};
use luyin_protocol::time::{Day, Slot, Timestamp};
use luyin_protocol::tx::{
    Accredit, Approvals, BlockHeader, DidCreate, Enrol, EnrolPublic, Entry, Governance,
    GovernanceAction, NoticeLifted, Quota, Role, StateRoots, Tx,
};
use rand::rngs::OsRng;

use super::ledger::LogSource;
use super::peers::Peer;
use super::service::{HandedShare, Keyring, Parts, StartError, TrusteeService};
use crate::clock::Clock;
use luyin_device::client::{ClientError, Problem};
use luyin_device::enrolment::seal_share;

pub const TODAY: Day = Day::new(20_000);
/// What the notices rest on.
pub const EVIDENCE: &[u8] = b"file 7";
pub const HANDLE: u64 = 77;
pub const QUOTA: u32 = 3;

pub type Service = TrusteeService<Arc<World>, Line>;

pub fn trustee(n: u8) -> TrusteeIndex {
    TrusteeIndex::new(n).unwrap()
}

/// The founders' keys, the log and its clock.
pub struct World {
    pub parameters: NetworkParameters,
    pub keys: Vec<Keyring>,
    pub proposer: SigningKey,
    pub approver: SigningKey,
    pub registrar: SigningKey,
    pub registrar_did: Did,
    node: ed25519_dalek::SigningKey,
    pub log: Mutex<Vec<Vec<u8>>>,
    pub now: Mutex<Timestamp>,
    sequence: Mutex<u64>,
    pub services: Vec<OnceLock<Service>>,
    pub faults: Mutex<[Fault; 5]>,
}

/// How a trustee behaves towards the others.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    None,
    Silent,
    FalseShare,
    Garbage,
}

fn keyring(n: u8) -> Keyring {
    Keyring {
        escrow: TrusteeKeys {
            signing: SigningKey::generate(&mut OsRng),
            sealing: vec![SealKey::generate(&mut OsRng)],
        },
        evaluation: (n <= 3).then(|| UidKey::generate(&mut OsRng).unwrap()),
        storage: WrappingKey::generate(&mut OsRng),
    }
}

impl World {
    pub fn new() -> Arc<Self> {
        let keys: Vec<Keyring> = (1..=5).map(keyring).collect();
        let draw = || SigningKey::generate(&mut OsRng);
        let (proposer, approver, registrar) = (draw(), draw(), draw());
        let node = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
        let hash = |n: u8| Sha256Hash::of(&[n]);
        let parameters = NetworkParameters {
            origin: "luyin.example/test".to_owned(),
            mode: NetworkMode::Development,
            cadence: Cadence::demo(),
            proposers: vec![proposer.public()],
            approvers: vec![approver.public()],
            reviewers: vec![],
            two_reach: DEFAULT_TWO_REACH,
            trustees: keys.iter().map(info).collect(),
            evaluators: keys
                .iter()
                .filter_map(|k| Some(k.evaluation.as_ref()?.public().to_bytes()))
                .map(Sha256Hash::from_bytes)
                .collect(),
            verifying_keys: VerifyingKeys {
                enrol: hash(1),
                checkin: hash(2),
                absorb: hash(3),
                pass: hash(4),
            },
            nodes: vec![luyin_protocol::signature::PublicKey::from_bytes(
                node.verifying_key().to_bytes(),
            )],
        };
        let document = DidDocument::new(vec![registrar.public()], vec![]).unwrap();
        let world = Self {
            registrar_did: Did::of(&document),
            keys,
            proposer,
            approver,
            registrar,
            node,
            log: Mutex::default(),
            now: Mutex::new(TODAY.start()),
            sequence: Mutex::new(1),
            services: (0..5).map(|_| OnceLock::new()).collect(),
            faults: Mutex::default(),
            parameters,
        };
        world.append(&Entry::Genesis(Box::new(world.parameters.clone())));
        world.create(&world.registrar, document);
        world.govern(GovernanceAction::Accredit(Accredit {
            did: world.registrar_did,
            role: Role::Registrar {
                quota: Quota(QUOTA),
            },
        }));
        Arc::new(world)
    }

    /// The world's time.
    pub fn time_now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    pub fn append(&self, entry: &Entry) {
        self.log.lock().unwrap().push(entry.to_vec());
    }

    /// A block of one transaction at the present time.
    pub fn transact(&self, tx: Tx) {
        let header = BlockHeader {
            height: 1,
            time: *self.now.lock().unwrap(),
            transactions: 1,
            before: StateRoots {
                notes: Sha256Hash::of(b"n"),
                attestations: Sha256Hash::of(b"a"),
            },
        };
        self.append(&Entry::Block(header));
        self.append(&Entry::Tx(Box::new(tx)));
    }

    fn create(&self, key: &SigningKey, document: DidDocument) {
        let body = DidCreate::body(&document);
        let signature = key.sign(Domain::Transaction, &self.parameters.id(), &body);
        self.transact(Tx::DidCreate(DidCreate {
            document,
            signature,
        }));
    }

    pub fn govern(&self, action: GovernanceAction) {
        let (proposer, approver) = (self.proposer.clone(), self.approver.clone());
        self.govern_by(&proposer, &approver, action);
    }

    pub fn govern_by(&self, one: &SigningKey, other: &SigningKey, action: GovernanceAction) {
        let mut sequence = self.sequence.lock().unwrap();
        let body = Governance::body(*sequence, &action);
        let sign = |key: &SigningKey| key.sign(Domain::Governance, &self.parameters.id(), &body);
        self.transact(Tx::Governance(Governance {
            sequence: *sequence,
            approvals: Approvals {
                proposer: one.public(),
                proposal: sign(one),
                approver: other.public(),
                approval: sign(other),
                review: None,
            },
            action,
        }));
        *sequence += 1;
    }

    pub fn start(self: &Arc<Self>, data: &Path, n: u8) -> Result<Service, StartError> {
        TrusteeService::start(
            self.parameters.id(),
            &data.join(n.to_string()),
            self.parts(n),
        )
    }

    pub fn parts(self: &Arc<Self>, n: u8) -> Parts<Arc<Self>, Line> {
        let index = trustee(n);
        let line = |to| Line {
            from: index,
            to,
            world: Arc::clone(self),
        };
        let others = TrusteeIndex::all().filter(|i| *i != index);
        Parts {
            index,
            keys: self.keys[index.position()].clone(),
            source: Arc::clone(self),
            peers: others.map(line).collect(),
            clock: Clock::System,
        }
    }

    pub fn checkpoint_note(self: &Arc<Self>) -> Vec<u8> {
        self.checkpoint().unwrap()
    }

    pub fn start_all(self: &Arc<Self>, data: &Path) {
        for n in 1..=5 {
            let service = self.start(data, n).unwrap();
            assert!(self.services[usize::from(n) - 1].set(service).is_ok());
        }
    }

    pub fn service(&self, n: u8) -> &Service {
        self.services[usize::from(n) - 1].get().unwrap()
    }

    pub fn set_fault(&self, n: u8, fault: Fault) {
        self.faults.lock().unwrap()[usize::from(n) - 1] = fault;
    }

    /// Enrols a person whose handle is [`HANDLE`], all five trustees holding their shares.
    pub fn enrol(&self, owner: u64) -> (EnrolPublic, Dealing) {
        let handle = RevocationHandle::from_value(Fr::from(HANDLE));
        let dealing = make_shares(&handle, &mut OsRng);
        let public = public_part(owner, &dealing);
        for n in 1..=5 {
            self.service(n)
                .accept(&self.handed(&public, &dealing, n))
                .unwrap();
        }
        self.put_enrol(&public);
        (public, dealing)
    }

    /// An enrolment of which no trustee holds a share.
    pub fn enrol_entry(&self, owner: u64) {
        let shares = make_shares(&RevocationHandle::from_value(Fr::from(1_u64)), &mut OsRng);
        self.put_enrol(&public_part(owner, &shares));
    }

    fn put_enrol(&self, public: &EnrolPublic) {
        self.transact(Tx::Enrol(Box::new(Enrol {
            public: public.clone(),
            acks: vec![],
            proof: ProofBytes::from_bytes([2; 128]),
            registrar: self.registrar_did,
            signature: Signature::from_bytes([3; 64]),
        })));
    }

    pub fn handed(&self, public: &EnrolPublic, dealing: &Dealing, n: u8) -> HandedShare {
        let share = &dealing.shares[usize::from(n) - 1];
        let seal = &self.parameters.trustees[usize::from(n) - 1].seal;
        let network = self.parameters.id();
        HandedShare {
            enrolment: public.hash(),
            owner: public.owner,
            commitment: share.commitment(),
            sealed: seal_share(&network, &public.owner, share, seal, &mut OsRng).unwrap(),
        }
    }

    /// Publishes a notice about `owner` from today for three days.
    pub fn notify(&self, owner: &Owner) -> (NoticeId, SubjectOpening) {
        let (notice, opening) = self.notice(owner);
        let id = notice.id();
        self.govern(GovernanceAction::RiskNotice(notice));
        (id, opening)
    }

    pub fn notice(&self, owner: &Owner) -> (RiskNotice, SubjectOpening) {
        let salt = SubjectSalt::from_bytes([4; 32]);
        let today = self.now.lock().unwrap().day();
        let notice = RiskNotice {
            class: NoticeClass::CloseContact,
            subject: SubjectCommitment::of(owner, &salt),
            uid: None,
            evidence_kind: EvidenceKind::ContactRecord,
            evidence: Sha256Hash::of(EVIDENCE),
            clause: "clause 39".to_owned(),
            from: today,
            until: today.plus(2),
        };
        let opening = SubjectOpening {
            owner: *owner,
            salt,
        };
        (notice, opening)
    }

    pub fn lift(&self, notice: NoticeId) {
        self.govern(GovernanceAction::NoticeLifted(NoticeLifted {
            notice,
            reason: "found healthy".to_owned(),
        }));
    }

    pub fn tell_all(&self, notice: &NoticeId, opening: &SubjectOpening) {
        for n in 1..=5 {
            let sealed = self.sealed_opening(notice, opening, n);
            let evidence = self.sealed_evidence(notice, EVIDENCE, n);
            let told = self
                .service(n)
                .open_notice(notice, &sealed, Some(&evidence));
            told.unwrap();
        }
    }

    pub fn sealed_evidence(&self, notice: &NoticeId, file: &[u8], n: u8) -> Vec<u8> {
        let network = self.parameters.id();
        let seal = &self.parameters.trustees[usize::from(n) - 1].seal;
        luyin_keys::escrow::seal_evidence(&network, notice, file, trustee(n), seal, &mut OsRng)
            .unwrap()
    }

    pub fn sealed_opening(&self, notice: &NoticeId, opening: &SubjectOpening, n: u8) -> Vec<u8> {
        let network = self.parameters.id();
        let seal = &self.parameters.trustees[usize::from(n) - 1].seal;
        luyin_keys::escrow::seal_opening(&network, notice, opening, trustee(n), seal, &mut OsRng)
            .unwrap()
    }
}

fn public_part(owner: u64, dealing: &Dealing) -> EnrolPublic {
    EnrolPublic {
        uid: Uid::from_bytes([7; 32]),
        owner: Owner::from_value(Fr::from(owner)),
        cm: NoteCommitment::from_value(Fr::from(2_u64)),
        mask_commitment: MaskCommitment::from_value(Fr::from(3_u64)),
        fresh_day: Day::new(0),
        first_slot: Slot::new(0),
        shares: dealing.commitments,
        sealed: SealedNote::from_bytes([1; SEALED_NOTE_LEN]),
    }
}

fn info(keys: &Keyring) -> TrusteeInfo {
    TrusteeInfo {
        name: "Trustee".to_owned(),
        sign: keys.escrow.signing.public(),
        seal: keys.escrow.sealing[0].public(),
    }
}

impl LogSource for Arc<World> {
    fn checkpoint(&self) -> Result<Vec<u8>, ClientError> {
        let mut frontier = Frontier::new();
        for entry in self.log.lock().unwrap().iter() {
            frontier.push(LogHash::leaf(entry));
        }
        let origin = &self.parameters.origin;
        let checkpoint = Checkpoint::new(origin, frontier.head(), vec![]).unwrap();
        let signer = CheckpointSigner::new(origin, self.node.clone()).unwrap();
        let signed = SignedCheckpoint::sign(checkpoint, &[&signer]).unwrap();
        Ok(signed.note().to_vec())
    }

    fn tile(&self, tile: &TileId) -> Result<Vec<u8>, ClientError> {
        assert_eq!(tile.kind(), TileKind::Entries);
        let log = self.log.lock().unwrap();
        let from = usize::try_from(tile.index()).unwrap() * 256;
        let mut writer = Writer::default();
        for entry in log.iter().skip(from).take(usize::from(tile.width())) {
            writer.bytes(entry);
        }
        Ok(writer.finish())
    }

    fn now(&self) -> Result<Timestamp, ClientError> {
        Ok(*self.now.lock().unwrap())
    }
}

/// Gives one checkpoint, whatever the log holds.
pub struct Fixed {
    pub checkpoint: Vec<u8>,
    pub world: Arc<World>,
}

impl LogSource for Fixed {
    fn checkpoint(&self) -> Result<Vec<u8>, ClientError> {
        Ok(self.checkpoint.clone())
    }
    fn tile(&self, tile: &TileId) -> Result<Vec<u8>, ClientError> {
        self.world.tile(tile)
    }
    fn now(&self) -> Result<Timestamp, ClientError> {
        LogSource::now(&self.world)
    }
}

/// From one trustee to another, without HTTP.
pub struct Line {
    from: TrusteeIndex,
    to: TrusteeIndex,
    world: Arc<World>,
}

impl Peer for Line {
    fn index(&self) -> TrusteeIndex {
        self.to
    }

    fn exchange(
        &self,
        notice: &NoticeId,
        sealed: &[u8],
        _now: Timestamp,
    ) -> Result<Vec<u8>, ClientError> {
        let fault = self.world.faults.lock().unwrap()[self.to.position()];
        let service = self.world.services[self.to.position()].get().unwrap();
        match fault {
            Fault::None => service
                .exchange(self.from, notice, sealed)
                .map_err(|error| ClientError::Refused {
                    peer: self.to.to_string(),
                    problem: Problem {
                        kind: error.kind().1.to_owned(),
                        title: String::new(),
                        status: 422,
                        detail: error.to_string(),
                    },
                }),
            Fault::Silent => Err(ClientError::Unreachable {
                peer: self.to.to_string(),
                reason: "refused".to_owned(),
            }),
            Fault::Garbage => Ok(vec![0; 100]),
            Fault::FalseShare => Ok(service.exchange_falsely(self.from, notice)),
        }
    }
}
