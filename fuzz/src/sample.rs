//! A network, its people and their papers, always the same: what seeds are made of.

use ark_bn254::Fr;
use luyin_device::client::{Encoded, EncodedBytes};
use luyin_device::enrolment::{EnrolRequest, MaskSalt, SHARE_SEALED_LEN, mask_commitment};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::seal_key::SealKey;
use luyin_keys::signing::SigningKey;
use luyin_protocol::appeal::{AppealReason, StatementCommitment, StatementSalt};
use luyin_protocol::attestation::{Attestation, Statement};
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature};
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::field::{
    DayHandle, EpochRoot, NoteCommitment, Nym, Owner, RevocationTag, ShareCommitment, SlotHandle,
};
use luyin_protocol::gate::{AuditRecord, EpochRef, Evidence, GateBundle, Reason, Verdict};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, EVALUATORS, NetworkMode, NetworkParameters, TRUSTEES, TrusteeInfo,
    VerifyingKeys,
};
use luyin_protocol::note::Mask;
use luyin_protocol::pass::{GateCode, Pass, PassMode, ShownPass};
use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::region::RegionTable;
use luyin_protocol::risk::{
    DayRelease, NoticeClass, NoticeId, RiskList, RiskNotice, SubjectCommitment,
};
use luyin_protocol::scope::ScopeIndex;
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::signature::{Domain, NetworkId, ProofBytes, Sha256Hash};
use luyin_protocol::time::{Day, Slot, Timestamp};
use luyin_protocol::tx::{Appeal, AppealBody, NoteRoot, Release};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// The day on which everything happens.
pub const DAY: Day = Day::new(20_000);

/// Ten in the morning of [`DAY`].
#[must_use]
pub fn ten() -> Timestamp {
    DAY.start().plus_ms(10 * 3_600_000)
}

/// The same numbers each time: seeds are written once and compared ever after.
#[must_use]
pub fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// A key of a number.
#[must_use]
pub fn key(n: u8) -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([n; 32]))
}

/// A trustee's sealing key.
#[must_use]
pub fn seal_key(n: u8) -> SealKey {
    SealKey::from_secret(&SecretBytes::new([n; 32]))
}

/// An organisation's identifier.
#[must_use]
pub fn did(n: u8) -> Did {
    Did::of(&DidDocument::new(vec![key(n).public()], vec![]).expect("one key is a document"))
}

/// A field element of a number.
#[must_use]
pub fn number(n: u64) -> Fr {
    Fr::from(n)
}

/// A proof's bytes; no decoder but the proof's own looks into them.
#[must_use]
pub fn proof() -> ProofBytes {
    ProofBytes::from_bytes([4; 128])
}

/// A sealed note's bytes, likewise.
#[must_use]
pub fn sealed_note() -> SealedNote {
    SealedNote::from_bytes([3; 176])
}

/// The founding data.
#[must_use]
pub fn parameters() -> NetworkParameters {
    let hash = Sha256Hash::of(b"verifying key");
    let trustee = |n: u8| TrusteeInfo {
        name: format!("trustee {n}"),
        sign: key(10 + n).public(),
        seal: seal_key(20 + n).public(),
    };
    NetworkParameters {
        origin: "luyin.example/seeds".into(),
        mode: NetworkMode::Development,
        cadence: Cadence::demo(),
        proposers: vec![key(2).public()],
        approvers: vec![key(3).public()],
        reviewers: vec![],
        two_reach: DEFAULT_TWO_REACH,
        trustees: (1..=5).map(trustee).take(TRUSTEES).collect(),
        evaluators: vec![hash; EVALUATORS],
        verifying_keys: VerifyingKeys {
            enrol: hash,
            checkin: hash,
            absorb: hash,
            pass: hash,
        },
        nodes: vec![key(1).public()],
    }
}

/// The network.
#[must_use]
pub fn network() -> NetworkId {
    parameters().id()
}

/// A policy that asks for everything.
#[must_use]
pub fn policy() -> Policy {
    Policy {
        reference: PolicyRef { id: 1, version: 1 },
        name_zh: "复工通行".into(),
        name_en: "Return to work".into(),
        effective: DAY.minus(20).start(),
        grace_ms: DEFAULT_GRACE_MS,
        thresholds: Thresholds::standard(),
        predicates: Predicates {
            slot_lag: 1,
            min_normal: 1,
            window_a: 0x3fff,
            window_b: 0x3fff,
            max_test_age: Some(7),
            min_doses: Some(2),
            max_reading_age: None,
            max_itinerary_age: Some(2),
            fresh_horizon: 30,
            fresh_normal: 7,
            show_mask: true,
        },
        paper: true,
        gate_code: false,
    }
}

/// A set of regions.
#[must_use]
pub fn regions(codes: &[&str]) -> Itinerary {
    let table = RegionTable::embedded();
    let region = |code: &&str| table.by_code(code.parse().ok()?).ok();
    Itinerary::from_regions(codes.iter().filter_map(region).map(|region| region.index()))
}

/// A risk list.
#[must_use]
pub fn risk_list() -> RiskList {
    RiskList {
        version: 1,
        regions: regions(&["420100", "JPN"]),
        effective: DAY.minus(20).start(),
        grace_ms: 7_200_000,
    }
}

/// A notice about a close contact.
#[must_use]
pub fn notice() -> RiskNotice {
    RiskNotice {
        class: NoticeClass::CloseContact,
        subject: SubjectCommitment::from_bytes([5; 32]),
        uid: None,
        evidence_kind: EvidenceKind::ContactRecord,
        evidence: Sha256Hash::of(b"file 7"),
        clause: "传染病防治法 第三十九条".into(),
        from: DAY,
        until: DAY.plus(13),
    }
}

/// An appeal against the notice.
#[must_use]
pub fn appeal() -> Appeal {
    let letter = Sha256Hash::of(b"a letter");
    Appeal {
        body: AppealBody {
            notice: notice().id(),
            day: DAY,
            root: NoteRoot::Epoch(3),
            reason: AppealReason::Recovered,
            statement: Some(StatementCommitment::of(
                &letter,
                &StatementSalt::from_bytes([8; 16]),
            )),
        },
        nym: Nym::from_value(number(80)),
        proof: proof(),
    }
}

/// A day's values of the notice.
#[must_use]
pub fn day_release() -> DayRelease {
    let slot = |n| SlotHandle::from_value(number(n));
    DayRelease {
        notice: NoticeId::from_bytes(*notice().id().as_bytes()),
        day: DAY,
        handle: DayHandle::from_value(number(77)),
        slots: [slot(78), slot(79)],
    }
}

/// Those of three trustees over the day's values.
#[must_use]
pub fn signatures() -> Vec<TrusteeSignature> {
    let body = day_release().to_vec();
    let one = |trustee: TrusteeIndex| TrusteeSignature {
        trustee,
        signature: key(10 + trustee.get()).sign(Domain::Release, &network(), &body),
    };
    TrusteeIndex::all().take(3).map(one).collect()
}

/// What a gate is given.
#[must_use]
pub fn bundle() -> GateBundle {
    let epoch = |number: u32| EpochRef {
        number,
        time: ten(),
        root: EpochRoot::from_value(Fr::from(number)),
    };
    GateBundle {
        parameters: parameters(),
        issued: ten(),
        expires: ten().plus_ms(12 * 3_600_000),
        epochs: vec![epoch(5), epoch(8)],
        policies: vec![policy()],
        risk_lists: vec![risk_list()],
        releases: vec![Release {
            values: day_release(),
            signatures: signatures(),
        }],
    }
}

/// A pass for a walk-in, shown at ten.
#[must_use]
pub fn shown_pass() -> ShownPass {
    let ephemeral = key(40);
    let pass = Pass {
        mode: PassMode::Screen,
        epoch: 8,
        policy: policy().reference,
        risk: 1,
        day: DAY,
        scope: ScopeIndex::WalkIn { block: 2, k: 1 },
        nym: Nym::from_value(number(31)),
        rtag: RevocationTag::from_value(number(32)),
        mask: Mask::from_bits(0),
        ephemeral: ephemeral.public(),
        proof: proof(),
    };
    let (step, code) = (ten().step(), GateCode(0));
    let signature = ephemeral.sign(Domain::Show, &network(), &pass.show_body(step, code));
    ShownPass {
        pass,
        step,
        code,
        signature,
    }
}

/// A gate's records: one of each kind of evidence.
#[must_use]
pub fn audit_records() -> [AuditRecord; 3] {
    let record = |reason, evidence| AuditRecord {
        step: ten().step(),
        verdict: Verdict::of(reason),
        evidence,
    };
    let note = Evidence::Manual("身份证核对，放行".into());
    [
        record(Reason::Proved, Evidence::Pass(Box::new(shown_pass()))),
        record(
            Reason::NotOurs,
            Evidence::Unreadable(Sha256Hash::of(b"HC1:6BF")),
        ),
        record(Reason::Manual, note),
    ]
}

/// An attestation of a statement.
#[must_use]
pub fn attestation(statement: Statement) -> Attestation {
    Attestation {
        issuer: did(103).issuer(),
        binding: Nym::from_value(number(31)),
        day: DAY,
        statement,
        nonce: number(91),
    }
}

/// What a wallet hands its registrar. Its proof and seals are no more than bytes of the right length.
#[must_use]
pub fn enrol_request() -> EnrolRequest {
    let mask = Mask::from_bits(0x0802);
    let mask_salt = MaskSalt::from_value(number(51));
    let share = |n| ShareCommitment::from_value(number(n));
    EnrolRequest {
        network: network(),
        owner: Owner::from_value(number(52)),
        cm: NoteCommitment::from_value(number(53)),
        mask_commitment: mask_commitment(mask, &mask_salt),
        mask,
        mask_salt,
        fresh_day: Day::new(0),
        first_slot: Slot::new(39_898),
        shares: [54, 55, 56, 57, 58].map(share),
        sealed_shares: [1, 2, 3, 4, 5].map(|n| EncodedBytes(vec![n; SHARE_SEALED_LEN])),
        sealed: Encoded(sealed_note()),
        proof: proof(),
    }
}
