//! One entry of each kind.

use crate::{Seed, sample};
use luyin_protocol::appeal::{AppealEntry, AppealOutcome};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::{DidDocument, DocumentHash};
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature};
use luyin_protocol::field::{
    AttestationBody, AttestationLeaf, AttestationRoot, CheckinTag, Disclosure, MaskCommitment,
    NoteCommitment, Nullifier, Owner, ShareCommitment,
};
use luyin_protocol::policy::PolicyRef;
use luyin_protocol::risk::Uid;
use luyin_protocol::signature::{Sha256Hash, Signature};
use luyin_protocol::time::{Day, Slot};
use luyin_protocol::tx::{
    Absorb, Accredit, AppealAnswered, Approvals, Attest, AttestWithdrawn, AuditBatch, BlockHeader, CheckIn,
    DidCreate, DidDeactivate, DidUpdate, Enrol, EnrolPublic, Entry, Governance, GovernanceAction,
    NoteRoot, NoticeLifted, Quota, Release, Review, Role, StateRoots, Tx, Unaccredit,
};

const SIGNATURE: Signature = Signature::from_bytes([9; 64]);

fn governance(action: GovernanceAction) -> Tx {
    signed(action, None)
}

fn reviewed(action: GovernanceAction) -> Tx {
    let reviewer = sample::key(4).public();
    let signature = SIGNATURE;
    let review = Review {
        reviewer,
        signature,
    };
    signed(action, Some(review))
}

fn signed(action: GovernanceAction, review: Option<Review>) -> Tx {
    Tx::Governance(Governance {
        sequence: 1,
        action,
        approvals: Approvals {
            proposer: sample::key(2).public(),
            proposal: SIGNATURE,
            approver: sample::key(3).public(),
            approval: SIGNATURE,
            review,
        },
    })
}

fn enrol() -> Tx {
    let share = |n| ShareCommitment::from_value(sample::number(n));
    let ack = |trustee: TrusteeIndex| TrusteeSignature {
        trustee,
        signature: SIGNATURE,
    };
    Tx::Enrol(Box::new(Enrol {
        public: EnrolPublic {
            uid: Uid::from_bytes([6; 32]),
            owner: Owner::from_value(sample::number(52)),
            cm: NoteCommitment::from_value(sample::number(53)),
            mask_commitment: MaskCommitment::from_value(sample::number(59)),
            fresh_day: Day::new(0),
            first_slot: Slot::new(39_898),
            shares: [54, 55, 56, 57, 58].map(share),
            sealed: sample::sealed_note(),
        },
        acks: TrusteeIndex::all().take(4).map(ack).collect(),
        proof: sample::proof(),
        registrar: sample::did(101),
        signature: SIGNATURE,
    }))
}

fn checkin(root: NoteRoot) -> Tx {
    Tx::CheckIn(CheckIn {
        root,
        nf: Nullifier::from_value(sample::number(61)),
        cm_new: NoteCommitment::from_value(sample::number(62)),
        slot: Slot::new(40_001),
        policy: PolicyRef { id: 1, version: 1 },
        disclosure: Disclosure::from_value(sample::number(63)),
        ctag: CheckinTag::from_value(sample::number(64)),
        sealed: sample::sealed_note(),
        proof: sample::proof(),
    })
}

fn absorb() -> Tx {
    Tx::Absorb(Absorb {
        epoch: 3,
        att_root: AttestationRoot::from_value(sample::number(65)),
        nf: Nullifier::from_value(sample::number(61)),
        cm_new: NoteCommitment::from_value(sample::number(62)),
        now_day: sample::DAY,
        sealed: sample::sealed_note(),
        proof: sample::proof(),
    })
}

fn appeal() -> Tx {
    Tx::Appeal(sample::appeal())
}

/// A few transactions of wallets and organisations.
pub fn transactions() -> Vec<(&'static str, Tx)> {
    let did = sample::did(100);
    let document =
        DidDocument::new(vec![sample::key(100).public()], vec![]).expect("one key is a document");
    let previous = DocumentHash::from_bytes([2; 32]);
    let create = DidCreate {
        document: document.clone(),
        signature: SIGNATURE,
    };
    let update = DidUpdate {
        did,
        previous,
        document,
        signature: SIGNATURE,
    };
    let deactivate = DidDeactivate {
        did,
        previous,
        signature: SIGNATURE,
    };
    let attest = Attest {
        issuer: did,
        kind: AttestationKind::Test,
        bodies: vec![AttestationBody::from_value(sample::number(66))],
        signature: SIGNATURE,
    };
    let withdrawn = AttestWithdrawn {
        issuer: did,
        day: sample::DAY,
        leaves: vec![AttestationLeaf::from_value(sample::number(67))],
        reason: "mixed up".into(),
        signature: SIGNATURE,
    };
    let batch = AuditBatch {
        gate: did,
        batch: 1,
        records: 3,
        root: Sha256Hash::of(b"records"),
        signature: SIGNATURE,
    };
    let release = Release {
        values: sample::day_release(),
        signatures: sample::signatures(),
    };
    vec![
        ("did-create", Tx::DidCreate(create)),
        ("did-update", Tx::DidUpdate(update)),
        ("did-deactivate", Tx::DidDeactivate(deactivate)),
        ("release", Tx::Release(release)),
        ("enrol", enrol()),
        ("check-in", checkin(NoteRoot::Epoch(3))),
        (
            "check-in-archive",
            checkin(NoteRoot::Archive { epoch: 3, group: 2 }),
        ),
        ("attest", Tx::Attest(attest)),
        ("attest-withdrawn", Tx::AttestWithdrawn(withdrawn)),
        ("absorb", absorb()),
        ("appeal", appeal()),
        ("audit-batch", Tx::AuditBatch(batch)),
    ]
}

/// What the authority does.
fn acts() -> Vec<(&'static str, Tx)> {
    let did = sample::did(100);
    let quota = Quota(5);
    let roles = Accredit {
        did,
        role: Role::Attester {
            kind: AttestationKind::Test,
            quota,
        },
    };
    let out = Unaccredit {
        did,
        reason: "closed".into(),
    };
    let lifted = NoticeLifted {
        notice: sample::notice().id(),
        reason: "recovered".into(),
    };
    let answer = |outcome| AppealAnswered {
        appeal: AppealEntry(77),
        notice: sample::notice().id(),
        outcome,
        reason: "the laboratory mixed up two samples".into(),
    };
    vec![
        ("accredit", governance(GovernanceAction::Accredit(roles))),
        ("unaccredit", governance(GovernanceAction::Unaccredit(out))),
        (
            "policy",
            governance(GovernanceAction::Policy(Box::new(sample::policy()))),
        ),
        (
            "risk-list",
            governance(GovernanceAction::RiskList(Box::new(sample::risk_list()))),
        ),
        (
            "risk-list-reviewed",
            reviewed(GovernanceAction::RiskList(Box::new(sample::risk_list()))),
        ),
        (
            "risk-notice",
            governance(GovernanceAction::RiskNotice(sample::notice())),
        ),
        (
            "notice-lifted",
            governance(GovernanceAction::NoticeLifted(lifted)),
        ),
        (
            "appeal-refused",
            governance(GovernanceAction::AppealAnswered(answer(AppealOutcome::Refused))),
        ),
        (
            "appeal-granted-reviewed",
            reviewed(GovernanceAction::AppealAnswered(answer(AppealOutcome::Granted))),
        ),
    ]
}

/// The header of a block with so many transactions.
pub fn header(transactions: u32) -> BlockHeader {
    BlockHeader {
        height: 1,
        time: sample::ten(),
        transactions,
        before: StateRoots {
            notes: Sha256Hash::of(b"notes"),
            attestations: Sha256Hash::of(b"attestations"),
        },
    }
}

/// One entry of each kind.
pub fn entries() -> Vec<Seed> {
    let mut all = vec![
        (
            "genesis",
            Entry::Genesis(Box::new(sample::parameters())).to_vec(),
        ),
        ("block", Entry::Block(header(11)).to_vec()),
    ];
    let transactions = transactions().into_iter().chain(acts());
    all.extend(transactions.map(|(name, tx)| (name, Entry::Tx(Box::new(tx)).to_vec())));
    all
}
