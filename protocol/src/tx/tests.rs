use super::*;
use crate::appeal::{AppealEntry, AppealOutcome, AppealReason, StatementCommitment};
use crate::attestation::AttestationKind;
use crate::did::{Did, DidDocument, DocumentHash};
use crate::evidence::EvidenceKind;
use crate::field::*;
use crate::itinerary::Itinerary;
use crate::network::{Cadence, DEFAULT_TWO_REACH, NetworkMode, TrusteeInfo, VerifyingKeys};
use crate::policy::PolicyRef;
use crate::risk::*;
use crate::sealed::SealedNote;
use crate::signature::*;
use crate::time::*;

fn key(n: u8) -> PublicKey {
    PublicKey::from_bytes(
        ed25519_dalek::SigningKey::from_bytes(&[n; 32])
            .verifying_key()
            .to_bytes(),
    )
}

fn network() -> NetworkParameters {
    let h = Sha256Hash::of(b"vk");
    let trustee = |n: u8| TrusteeInfo {
        name: format!("trustee {n}"),
        sign: key(n),
        seal: SealPublicKey::from_bytes([n; 32]),
    };
    NetworkParameters {
        origin: "luyin.example/test".into(),
        mode: NetworkMode::Development,
        cadence: Cadence::demo(),
        proposers: vec![key(10)],
        approvers: vec![key(11)],
        reviewers: vec![],
        two_reach: DEFAULT_TWO_REACH,
        trustees: (1..=5).map(trustee).collect(),
        evaluators: vec![h; 3],
        verifying_keys: VerifyingKeys {
            enrol: h,
            checkin: h,
            absorb: h,
            pass: h,
        },
        nodes: vec![key(12)],
    }
}

fn entries() -> Vec<Entry> {
    let did = Did::from_bytes([1; 32]);
    let s = Signature::from_bytes([9; 64]);
    let doc = DidDocument::new(vec![key(1)], vec![]).unwrap();
    let f = ark_bn254::Fr::from(77u64);
    let sealed = SealedNote::from_bytes([3; 176]);
    let proof = ProofBytes::from_bytes([4; 128]);
    let sig = |n| crate::escrow::TrusteeSignature {
        trustee: crate::escrow::TrusteeIndex::new(n).unwrap(),
        signature: s,
    };
    let approvals = Approvals {
        proposer: key(1),
        proposal: s,
        approver: key(2),
        approval: s,
        review: None,
    };
    let notice = RiskNotice {
        class: NoticeClass::Confirmed,
        subject: SubjectCommitment::from_bytes([5; 32]),
        uid: None,
        evidence_kind: EvidenceKind::LaboratoryReport,
        evidence: Sha256Hash::of(b"e"),
        clause: "clause 39".into(),
        from: Day::new(20_000),
        until: Day::new(20_010),
    };
    let governance = |action| {
        Tx::Governance(Governance {
            sequence: 1,
            action,
            approvals: approvals.clone(),
        })
    };
    let public = EnrolPublic {
        uid: Uid::from_bytes([6; 32]),
        owner: Owner::from_value(f),
        cm: NoteCommitment::from_value(f),
        mask_commitment: MaskCommitment::from_value(f),
        fresh_day: Day::new(0),
        first_slot: Slot::new(39_970),
        shares: [ShareCommitment::from_value(f); 5],
        sealed,
    };
    let values = DayRelease {
        notice: notice.id(),
        day: Day::new(20_001),
        handle: DayHandle::from_value(f),
        slots: [SlotHandle::from_value(f); 2],
    };
    let txs = vec![
        Tx::DidCreate(DidCreate {
            document: doc.clone(),
            signature: s,
        }),
        Tx::DidUpdate(DidUpdate {
            did,
            previous: DocumentHash::from_bytes([2; 32]),
            document: doc,
            signature: s,
        }),
        Tx::DidDeactivate(DidDeactivate {
            did,
            previous: DocumentHash::from_bytes([2; 32]),
            signature: s,
        }),
        governance(GovernanceAction::Accredit(Accredit {
            did,
            role: Role::Registrar { quota: Quota(5) },
        })),
        governance(GovernanceAction::Unaccredit(Unaccredit {
            did,
            reason: "closed".into(),
        })),
        governance(GovernanceAction::Policy(Box::new(
            crate::policy::tests::sample(),
        ))),
        governance(GovernanceAction::RiskList(Box::new(RiskList {
            version: 1,
            regions: Itinerary::default(),
            effective: Timestamp::new(5),
            grace_ms: 0,
        }))),
        governance(GovernanceAction::NoticeLifted(NoticeLifted {
            notice: notice.id(),
            reason: "recovered".into(),
        })),
        governance(GovernanceAction::RiskNotice(notice)),
        Tx::Release(Release {
            values: values.clone(),
            signatures: vec![sig(1), sig(2), sig(5)],
        }),
        Tx::Enrol(Box::new(Enrol {
            public,
            acks: vec![sig(1), sig(2), sig(3), sig(4)],
            proof,
            registrar: did,
            signature: s,
        })),
        Tx::CheckIn(CheckIn {
            root: NoteRoot::Epoch(3),
            nf: Nullifier::from_value(f),
            cm_new: NoteCommitment::from_value(f),
            slot: Slot::new(40_001),
            policy: PolicyRef { id: 1, version: 1 },
            disclosure: Disclosure::from_value(f),
            ctag: CheckinTag::from_value(f),
            sealed,
            proof,
        }),
        Tx::CheckIn(CheckIn {
            root: NoteRoot::Archive { epoch: 3, group: 2 },
            nf: Nullifier::from_value(f),
            cm_new: NoteCommitment::from_value(f),
            slot: Slot::new(40_001),
            policy: PolicyRef { id: 1, version: 1 },
            disclosure: Disclosure::from_value(f),
            ctag: CheckinTag::from_value(f),
            sealed,
            proof,
        }),
        Tx::Attest(Attest {
            issuer: did,
            kind: AttestationKind::Test,
            bodies: vec![AttestationBody::from_value(f)],
            signature: s,
        }),
        Tx::AttestWithdrawn(AttestWithdrawn {
            issuer: did,
            day: Day::new(1),
            leaves: vec![AttestationLeaf::from_value(f)],
            reason: "mixed up".into(),
            signature: s,
        }),
        Tx::Absorb(Absorb {
            epoch: 3,
            att_root: AttestationRoot::from_value(f),
            nf: Nullifier::from_value(f),
            cm_new: NoteCommitment::from_value(f),
            now_day: Day::new(20_000),
            sealed,
            proof,
        }),
        governance(GovernanceAction::AppealAnswered(AppealAnswered {
            appeal: AppealEntry(7),
            notice: values.notice,
            outcome: AppealOutcome::Granted,
            reason: "mixed up".into(),
        })),
        Tx::Appeal(Appeal {
            body: AppealBody {
                notice: values.notice,
                day: Day::new(20_001),
                root: NoteRoot::Epoch(3),
                reason: AppealReason::NotMe,
                statement: Some(StatementCommitment::from_bytes([6; 32])),
            },
            nym: Nym::from_value(f),
            proof,
        }),
        Tx::AuditBatch(AuditBatch {
            gate: did,
            batch: 1,
            records: 9,
            root: Sha256Hash::of(b"r"),
            signature: s,
        }),
    ];
    let roots = StateRoots {
        notes: Sha256Hash::of(b"n"),
        attestations: Sha256Hash::of(b"a"),
    };
    let header = BlockHeader {
        height: 1,
        time: Timestamp::new(9),
        transactions: 16,
        before: roots,
    };
    [Entry::Genesis(Box::new(network())), Entry::Block(header)]
        .into_iter()
        .chain(txs.into_iter().map(|t| Entry::Tx(Box::new(t))))
        .collect()
}

#[test]
fn every_entry_survives_its_bytes_and_no_other_length_is_read() {
    for entry in entries() {
        let bytes = entry.to_vec();
        assert!(bytes.len() <= MAX_ENTRY);
        assert_eq!(Entry::from_slice(&bytes).unwrap(), entry);
        for cut in 0..bytes.len() {
            assert!(
                Entry::from_slice(&bytes[..cut]).is_err(),
                "{entry:?} cut at {cut}"
            );
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(Entry::from_slice(&longer).is_err());
    }
}

#[test]
fn bytes_that_decode_encode_to_themselves() {
    for entry in entries() {
        let bytes = entry.to_vec();
        for i in 0..bytes.len() {
            for flip in [1u8, 0x80, 0xff] {
                let mut other = bytes.clone();
                other[i] ^= flip;
                if let Ok(decoded) = Entry::from_slice(&other) {
                    assert_eq!(decoded.to_vec(), other);
                    assert_ne!(decoded, entry);
                }
            }
        }
    }
}

#[test]
fn the_largest_batch_still_fits_one_entry() {
    let bodies = vec![AttestationBody::from_value(1u64.into()); MAX_BATCH];
    let attest = Attest {
        issuer: Did::from_bytes([1; 32]),
        kind: AttestationKind::Test,
        bodies,
        signature: Signature::from_bytes([0; 64]),
    };
    assert!(Tx::Attest(attest).to_vec().len() <= MAX_ENTRY);
}

#[test]
fn a_network_whose_roles_overlap_is_refused() {
    let mut n = network();
    n.approvers = n.proposers.clone();
    assert!(NetworkParameters::from_slice(&n.to_vec()).is_err());
    let mut n = network();
    n.trustees.pop();
    assert!(NetworkParameters::from_slice(&n.to_vec()).is_err());
    let mut n = network();
    n.cadence.quick_ms = 0;
    assert!(NetworkParameters::from_slice(&n.to_vec()).is_err());
}
