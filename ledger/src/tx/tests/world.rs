//! A small network in memory, for the tests of rules and chain.

use crate::chain::{Chain, Parts, Receipt};
use crate::log::checkpoint::CheckpointSigner;
use crate::log::disk::MemoryDisk;
use crate::log::merkle::EntryIndex;
use crate::state::notice::checkin_tag;
use crate::store::{MemoryStore, Store};
use crate::tx::{Claim, ProofVerifier, Refusal, Statement, Verdict, claim};
use ark_bn254::Fr;
use ed25519_dalek::{Signer, SigningKey};
use luyin_protocol::appeal::{AppealEntry, AppealOutcome, AppealReason};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex, TrusteeSignature};
use luyin_protocol::field::*;
use luyin_protocol::network::*;
use luyin_protocol::note::{MAX_SLEEP_DAYS, NoteState};
use luyin_protocol::policy::{Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::risk::*;
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::signature::*;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::*;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Takes a proof that is the digest of its statement and public inputs, and no other: what the real one does, without
/// the curve.
pub struct DigestProofs;

pub fn digest_proof(statement: Statement, inputs: &[Fr]) -> ProofBytes {
    let mut hash = Sha256::new_with_prefix(format!("{statement:?}"));
    for input in inputs {
        hash.update(to_bytes(input));
    }
    let mut bytes = [0; 128];
    bytes[..32].copy_from_slice(&hash.finalize());
    ProofBytes::from_bytes(bytes)
}

impl ProofVerifier for DigestProofs {
    fn verify_batch(&self, claims: &[Claim]) -> Vec<Verdict> {
        let judge = |c: &Claim| match digest_proof(c.statement, &c.inputs) == c.proof {
            true => Verdict::Holds,
            false => Verdict::Rejected,
        };
        claims.iter().map(judge).collect()
    }
}

pub const NO_PROOF: ProofBytes = ProofBytes::from_bytes([9; 128]);

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn public(seed: u8) -> PublicKey {
    PublicKey::from_bytes(key(seed).verifying_key().to_bytes())
}

/// Seeds of keys.
pub const PROPOSER: u8 = 10;
pub const APPROVER: u8 = 11;
pub const NODE: u8 = 12;
pub const REVIEWER: u8 = 13;
pub const REGISTRAR: u8 = 20;
pub const LAB: u8 = 21;
pub const GATE: u8 = 22;
pub const VENUE: u8 = 23;

/// Low, so that stories of few persons tell of many.
pub const TWO_REACH: u32 = 3;

pub fn genesis() -> NetworkParameters {
    let h = Sha256Hash::of(b"vk");
    let trustee = |n: u8| TrusteeInfo {
        name: format!("trustee {n}"),
        sign: public(n),
        seal: SealPublicKey::from_bytes([n; 32]),
    };
    NetworkParameters {
        origin: "luyin.example/test".into(),
        mode: NetworkMode::Development,
        cadence: Cadence::demo(),
        proposers: vec![public(PROPOSER)],
        approvers: vec![public(APPROVER)],
        reviewers: vec![public(REVIEWER)],
        two_reach: TWO_REACH,
        trustees: (1..=5).map(trustee).collect(),
        evaluators: vec![h; 3],
        verifying_keys: VerifyingKeys {
            enrol: h,
            checkin: h,
            absorb: h,
            pass: h,
        },
        nodes: vec![public(NODE)],
    }
}

pub fn document(seed: u8) -> DidDocument {
    DidDocument::new(vec![public(seed)], vec![]).unwrap()
}

pub fn did(seed: u8) -> Did {
    Did::of(&document(seed))
}

pub fn fr(n: u64) -> Fr {
    Fr::from(n)
}

/// The network with its organisations, a policy and a clock that stands until it is moved.
pub struct World {
    pub disk: MemoryDisk,
    pub store: Arc<MemoryStore>,
    pub chain: Chain,
    pub now: Timestamp,
    sequence: u64,
    fresh: u64,
}

/// 09:00 of day 20,000.
pub fn morning() -> Timestamp {
    Day::new(20_000).start().plus_ms(9 * 3_600_000)
}

pub fn parts(disk: &MemoryDisk, store: &Arc<MemoryStore>) -> Parts {
    Parts {
        disk: Arc::new(disk.clone()),
        store: Arc::clone(store) as Arc<dyn Store>,
        verifier: Arc::new(DigestProofs),
        signer: CheckpointSigner::new("luyin.example/test", key(NODE)).unwrap(),
        genesis: genesis(),
    }
}

impl World {
    /// Genesis alone.
    pub fn bare() -> Self {
        Self::founded(genesis())
    }

    fn founded(genesis: NetworkParameters) -> Self {
        let (disk, store) = (MemoryDisk::new(7), Arc::new(MemoryStore::simulated()));
        let chain = Chain::create(Parts {
            genesis,
            ..parts(&disk, &store)
        })
        .unwrap();
        Self {
            disk,
            store,
            chain,
            now: morning(),
            sequence: 0,
            fresh: 1_000,
        }
    }

    /// With registrar, laboratory, gate and policy 1.1.
    pub fn new() -> Self {
        Self::bare().with_organisations()
    }

    /// The same, founded with these reviewers.
    pub fn with_reviewers(seeds: &[u8]) -> Self {
        let reviewers = seeds.iter().copied().map(public).collect();
        Self::founded(NetworkParameters {
            reviewers,
            ..genesis()
        })
        .with_organisations()
    }

    fn with_organisations(self) -> Self {
        let mut world = self;
        let seeds = [REGISTRAR, LAB, GATE, VENUE];
        let mut txs: Vec<Tx> = seeds.iter().map(|s| world.did_create(*s)).collect();
        txs.push(world.accredit(REGISTRAR, Role::Registrar { quota: Quota(8) }));
        let kind = AttestationKind::Test;
        txs.push(world.accredit(
            LAB,
            Role::Attester {
                kind,
                quota: Quota(6),
            },
        ));
        txs.push(world.accredit(GATE, Role::Gate { venue: did(VENUE) }));
        txs.push(world.governance(GovernanceAction::Policy(Box::new(world.policy(1)))));
        world.accept(txs);
        world
    }

    pub fn today(&self) -> Day {
        self.now.day()
    }

    pub fn advance(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
    }

    /// The next morning but so many.
    pub fn advance_days(&mut self, days: u64) {
        self.advance(days * 86_400_000);
    }

    /// A block of these, none refused; published.
    pub fn accept(&mut self, txs: Vec<Tx>) -> Receipt {
        let proposal = self.chain.propose(self.now, txs).unwrap();
        assert_eq!(proposal.refused(), [], "refused");
        let receipt = self.chain.commit(proposal).unwrap();
        self.chain.publish().unwrap();
        receipt
    }

    pub fn accept_one(&mut self, tx: Tx) -> Receipt {
        self.accept(vec![tx])
    }

    /// Why it would be refused now; nothing is written.
    pub fn refusal(&self, tx: Tx) -> Refusal {
        let proposal = self.chain.propose(self.now, vec![tx]).unwrap();
        let refused = proposal.refused().first();
        refused.expect("it was accepted").refusal.clone()
    }

    /// The number of an epoch over all notes so far.
    pub fn epoch(&mut self) -> u32 {
        self.advance(15_000);
        let made = self.accept(vec![]).epoch;
        made.expect("an epoch is due").get()
    }

    /// A number that was not used before.
    pub fn fresh(&mut self) -> u64 {
        self.fresh += 1;
        self.fresh
    }

    pub fn network_id(&self) -> NetworkId {
        *self.chain.network().id()
    }

    pub fn sign(&self, seed: u8, domain: Domain, body: &[u8]) -> Signature {
        let message = signing_message(domain, &self.network_id(), body);
        Signature::from_bytes(key(seed).sign(&message).to_bytes())
    }

    pub fn did_create(&self, seed: u8) -> Tx {
        let document = document(seed);
        let body = DidCreate::body(&document);
        let signature = self.sign(seed, Domain::Transaction, &body);
        Tx::DidCreate(DidCreate {
            document,
            signature,
        })
    }

    /// With the next sequence number.
    pub fn governance(&mut self, action: GovernanceAction) -> Tx {
        self.sequence += 1;
        self.governance_at(self.sequence, action)
    }

    /// For an attempt that is not meant to count.
    pub fn attempt(&self, action: GovernanceAction) -> Tx {
        self.governance_at(self.sequence + 1, action)
    }

    pub fn governance_at(&self, sequence: u64, action: GovernanceAction) -> Tx {
        let body = Governance::body(sequence, &action);
        let approvals = Approvals {
            proposer: public(PROPOSER),
            proposal: self.sign(PROPOSER, Domain::Governance, &body),
            approver: public(APPROVER),
            approval: self.sign(APPROVER, Domain::Governance, &body),
            review: None,
        };
        Tx::Governance(Governance {
            sequence,
            action,
            approvals,
        })
    }

    /// The same with a third signature, of whoever is said to review.
    pub fn reviewed_by(&self, seed: u8, action: GovernanceAction) -> Tx {
        let Tx::Governance(mut tx) = self.attempt(action) else {
            unreachable!()
        };
        let body = Governance::body(tx.sequence, &tx.action);
        tx.approvals.review = Some(Review {
            reviewer: public(seed),
            signature: self.sign(seed, Domain::Governance, &body),
        });
        Tx::Governance(tx)
    }

    /// With three signatures and the next sequence number.
    pub fn reviewed(&mut self, action: GovernanceAction) -> Tx {
        let tx = self.reviewed_by(REVIEWER, action);
        self.sequence += 1;
        tx
    }

    /// Enrols so many persons more.
    pub fn enrol_many(&mut self, persons: u64) {
        for _ in 0..persons {
            let so_far = self.chain.state().count(TxKind::Enrol).unwrap().get();
            let tx = self.enrol(40 + so_far as u8);
            self.accept_one(tx);
        }
    }

    /// The number of the last action.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    pub fn accredit(&mut self, seed: u8, role: Role) -> Tx {
        let did = did(seed);
        self.governance(GovernanceAction::Accredit(Accredit { did, role }))
    }

    pub fn policy(&self, version: u16) -> Policy {
        Policy {
            reference: PolicyRef { id: 1, version },
            name_zh: "复工通行".into(),
            name_en: "Return to work".into(),
            effective: self.now,
            grace_ms: 7_200_000,
            thresholds: Thresholds {
                fever: 373 + version,
                ..Thresholds::standard()
            },
            predicates: Predicates {
                slot_lag: 1,
                min_normal: 1,
                window_a: 1,
                window_b: 1,
                max_test_age: None,
                min_doses: None,
                max_reading_age: None,
                max_itinerary_age: None,
                fresh_horizon: 14,
                fresh_normal: 7,
                show_mask: false,
            },
            paper: false,
            gate_code: false,
        }
    }

    /// Of four days, or of a week more than a superseded one needs.
    pub fn notice(&self, class: NoticeClass, uid: Option<Uid>) -> RiskNotice {
        let days = match class {
            NoticeClass::Superseded => MAX_SLEEP_DAYS + 7,
            _ => 3,
        };
        RiskNotice {
            class,
            subject: SubjectCommitment::from_bytes([5; 32]),
            uid,
            evidence_kind: class.accepts()[0],
            evidence: Sha256Hash::of(b"file 7"),
            clause: "clause 39".into(),
            from: self.today(),
            until: self.today().plus(days),
        }
    }

    /// Publishes a notice; its name.
    pub fn publish_notice(&mut self, class: NoticeClass, uid: Option<Uid>) -> NoticeId {
        let notice = self.notice(class, uid);
        let id = notice.id();
        let tx = self.governance(GovernanceAction::RiskNotice(notice));
        self.accept_one(tx);
        id
    }

    pub fn release(&self, notice: NoticeId, day: Day, handle: u64) -> Tx {
        let values = DayRelease {
            notice,
            day,
            handle: DayHandle::from_value(fr(handle)),
            slots: [1, 2].map(|n| SlotHandle::from_value(fr(handle + n))),
        };
        let body = values.to_vec();
        let sign = |n: u8| TrusteeSignature {
            trustee: TrusteeIndex::new(n).unwrap(),
            signature: self.sign(n, Domain::Release, &body),
        };
        Tx::Release(Release {
            values,
            signatures: vec![sign(1), sign(3), sign(4)],
        })
    }

    /// The tag of a slot (0 or 1) of a day released with `handle`.
    pub fn tag(handle: u64, slot: u64) -> CheckinTag {
        checkin_tag(&SlotHandle::from_value(fr(handle + 1 + slot)))
    }

    pub fn enrol_public(&mut self, uid: u8) -> EnrolPublic {
        let n = self.fresh();
        EnrolPublic {
            uid: Uid::from_bytes([uid; 32]),
            owner: Owner::from_value(fr(n)),
            cm: NoteCommitment::from_value(fr(n + 1_000_000)),
            mask_commitment: MaskCommitment::from_value(fr(n)),
            fresh_day: Day::new(0),
            first_slot: NoteState::first_slot(self.today()),
            shares: std::array::from_fn(|i| ShareCommitment::from_value(fr(n + i as u64))),
            sealed: SealedNote::from_bytes([3; 176]),
        }
    }

    pub fn ack(&self, public: &EnrolPublic, n: u8) -> TrusteeSignature {
        let trustee = TrusteeIndex::new(n).unwrap();
        let body = EscrowAckBody {
            enrolment: public.hash(),
            owner: public.owner,
            trustee,
            commitment: public.shares[trustee.position()],
        };
        TrusteeSignature {
            trustee,
            signature: self.sign(n, Domain::EscrowAck, &body.to_vec()),
        }
    }

    pub fn enrol_of(&self, public: EnrolPublic) -> Enrol {
        let acks = [1, 2, 4, 5].map(|n| self.ack(&public, n)).to_vec();
        let mut enrol = Enrol {
            public,
            acks,
            proof: NO_PROOF,
            registrar: did(REGISTRAR),
            signature: Signature::from_bytes([0; 64]),
        };
        let inputs = super::super::enrol::public_inputs(&enrol);
        enrol.proof = digest_proof(Statement::Enrol, &inputs);
        self.sign_enrol(&mut enrol);
        enrol
    }

    pub fn sign_enrol(&self, enrol: &mut Enrol) {
        let body = Enrol::body(&enrol.public, &enrol.proof, &enrol.registrar);
        enrol.signature = self.sign(REGISTRAR, Domain::Transaction, &body);
    }

    pub fn enrol(&mut self, uid: u8) -> Tx {
        let public = self.enrol_public(uid);
        Tx::Enrol(Box::new(self.enrol_of(public)))
    }

    pub fn checkin(&mut self, epoch: u32) -> CheckIn {
        let n = self.fresh();
        CheckIn {
            root: NoteRoot::Epoch(epoch),
            nf: Nullifier::from_value(fr(n)),
            cm_new: NoteCommitment::from_value(fr(n + 2_000_000)),
            slot: self.now.slot(),
            policy: PolicyRef { id: 1, version: 1 },
            disclosure: Disclosure::from_value(fr(n)),
            ctag: CheckinTag::from_value(fr(n)),
            sealed: SealedNote::from_bytes([4; 176]),
            proof: NO_PROOF,
        }
    }

    /// With the proof that fits the state.
    pub fn prove(&self, tx: Tx) -> Tx {
        let found = claim(&self.chain.state(), &tx).unwrap().unwrap();
        let proof = digest_proof(found.statement, &found.inputs);
        match tx {
            Tx::CheckIn(tx) => Tx::CheckIn(CheckIn { proof, ..tx }),
            Tx::Absorb(tx) => Tx::Absorb(Absorb { proof, ..tx }),
            Tx::Appeal(tx) => Tx::Appeal(Appeal { proof, ..tx }),
            other => other,
        }
    }

    /// Of the person with that name in the notice's scope, today.
    pub fn appeal(&self, notice: NoticeId, epoch: u32, nym: u64) -> Appeal {
        Appeal {
            body: AppealBody {
                notice,
                day: self.today(),
                root: NoteRoot::Epoch(epoch),
                reason: AppealReason::Recovered,
                statement: None,
            },
            nym: Nym::from_value(fr(nym)),
            proof: NO_PROOF,
        }
    }

    pub fn proved_appeal(&self, notice: NoticeId, epoch: u32, nym: u64) -> Tx {
        self.prove(Tx::Appeal(self.appeal(notice, epoch, nym)))
    }

    /// What is said to an appeal.
    pub fn answer(
        &self,
        appeal: EntryIndex,
        notice: NoticeId,
        outcome: AppealOutcome,
    ) -> GovernanceAction {
        GovernanceAction::AppealAnswered(AppealAnswered {
            appeal: AppealEntry(appeal.get()),
            notice,
            outcome,
            reason: "looked at again".into(),
        })
    }

    pub fn proved_checkin(&mut self, epoch: u32) -> Tx {
        let tx = self.checkin(epoch);
        self.prove(Tx::CheckIn(tx))
    }

    pub fn attest(&self, bodies: &[u64]) -> Attest {
        let (issuer, kind) = (did(LAB), AttestationKind::Test);
        let body = |n: &u64| AttestationBody::from_value(fr(*n));
        let bodies: Vec<_> = bodies.iter().map(body).collect();
        let signed = Attest::body(&issuer, kind, &bodies);
        Attest {
            issuer,
            kind,
            bodies,
            signature: self.sign(LAB, Domain::Transaction, &signed),
        }
    }

    pub fn leaf(body: u64) -> AttestationLeaf {
        let body = AttestationBody::from_value(fr(body));
        luyin_protocol::attestation::leaf(AttestationKind::Test, did(LAB).issuer(), body)
    }

    pub fn withdraw(&self, day: Day, bodies: &[u64]) -> AttestWithdrawn {
        let issuer = did(LAB);
        let leaves: Vec<_> = bodies.iter().copied().map(Self::leaf).collect();
        let reason = "mixed up".to_owned();
        let body = AttestWithdrawn::body(&issuer, day, &leaves, &reason);
        AttestWithdrawn {
            issuer,
            day,
            leaves,
            reason,
            signature: self.sign(LAB, Domain::Transaction, &body),
        }
    }

    /// The root of a day's tree.
    pub fn root(&self, day: Day) -> AttestationRoot {
        let tree = self.chain.trees().day(day).expect("a tree");
        AttestationRoot::from_value(tree.root())
    }

    pub fn absorb(&mut self, epoch: u32, att_root: AttestationRoot) -> Absorb {
        let n = self.fresh();
        Absorb {
            epoch,
            att_root,
            nf: Nullifier::from_value(fr(n)),
            cm_new: NoteCommitment::from_value(fr(n + 3_000_000)),
            now_day: self.today(),
            sealed: SealedNote::from_bytes([5; 176]),
            proof: NO_PROOF,
        }
    }

    pub fn proved_absorb(&mut self, epoch: u32, root: AttestationRoot) -> Tx {
        let tx = self.absorb(epoch, root);
        self.prove(Tx::Absorb(tx))
    }

    pub fn audit(&self, batch: u32) -> AuditBatch {
        let (gate, records, root) = (did(GATE), 9, Sha256Hash::of(b"records"));
        let body = AuditBatch::body(&gate, batch, records, &root);
        AuditBatch {
            gate,
            batch,
            records,
            root,
            signature: self.sign(GATE, Domain::Audit, &body),
        }
    }
}
