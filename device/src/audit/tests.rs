use super::answers::{OneRecord, Record};
use super::proof::check_place;
use super::published::Fetched;
use super::*;
use crate::client::Encoded;
use luyin_circuits::CircuitName;
use luyin_circuits::groth16::PreparedVk;
use luyin_circuits::groth16::simulated::Trapdoor;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_ledger::log::merkle::LogHash;
use luyin_ledger::log::records::root_of;
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::field::{DayHandle, EpochRoot, Nym, RevocationTag, SlotHandle};
use luyin_protocol::gate::{Acts, AuditRecord, EpochRef, Evidence, Reason, Since, Verdict};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, NetworkMode, NetworkParameters, TrusteeInfo, VerifyingKeys,
};
use luyin_protocol::note::Mask;
use luyin_protocol::pass::{GateCode, Pass, PassContext, PassMode, ShownPass};
use luyin_protocol::policy::{Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::risk::{DayRelease, NoticeId, RiskList};
use luyin_protocol::scope::ScopeIndex;
use luyin_protocol::signature::{Domain, Signature};
use luyin_protocol::signature::{ProofBytes, SealPublicKey, Sha256Hash};
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::AuditBatch;
use rand::rngs::OsRng;

const DAY: Day = Day::new(20_000);

pub(super) fn key(n: u8) -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([n; 32]))
}

fn gate() -> Did {
    Did::from_bytes([50; 32])
}

fn venue() -> Did {
    Did::from_bytes([8; 32])
}

fn morning() -> Timestamp {
    DAY.start().plus_ms(9 * 3_600_000)
}

pub(super) fn parameters() -> NetworkParameters {
    let h = Sha256Hash::of(b"vk");
    let trustee = |n: u8| TrusteeInfo {
        name: format!("trustee {n}"),
        sign: key(n).public(),
        seal: SealPublicKey::from_bytes([n; 32]),
    };
    NetworkParameters {
        origin: "luyin.example/audit".into(),
        mode: NetworkMode::Development,
        cadence: Cadence::standard(),
        proposers: vec![key(10).public()],
        approvers: vec![key(11).public()],
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
        nodes: vec![key(12).public()],
        witnesses: vec![],
        witnesses_needed: 0,
    }
}

fn policy() -> Policy {
    Policy {
        reference: PolicyRef { id: 1, version: 1 },
        name_zh: "通行".into(),
        name_en: "Pass".into(),
        effective: Timestamp::new(1),
        grace_ms: 0,
        thresholds: Thresholds::standard(),
        predicates: Predicates {
            slot_lag: 1,
            min_normal: 1,
            window_a: 1,
            window_b: 1,
            max_test_age: None,
            min_doses: None,
            max_reading_age: None,
            max_itinerary_age: None,
            fresh_horizon: 0,
            fresh_normal: 0,
            show_mask: false,
        },
        paper: false,
        gate_code: false,
    }
}

fn risk_list() -> RiskList {
    RiskList {
        version: 1,
        regions: Itinerary::default(),
        effective: Timestamp::new(1),
        grace_ms: 0,
    }
}

const fn since<T>(item: T, time: Timestamp) -> Since<T> {
    Since { item, time }
}

/// Published data, and proofs that verify under its key.
struct World {
    published: Fetched,
    key: PreparedVk,
    trapdoor: Trapdoor,
}

impl World {
    fn new() -> Self {
        let inputs = CircuitName::Pass.inputs();
        let (vk, trapdoor) = Trapdoor::verifying_only(inputs, &mut OsRng);
        let first = Timestamp::new(1);
        let published = Fetched {
            parameters: parameters(),
            acts: Acts {
                policies: vec![since(policy(), first)],
                risk_lists: vec![since(risk_list(), first)],
                venues: [(gate(), vec![since(venue(), first)])].into(),
                lifted: Default::default(),
            },
            epochs: vec![EpochRef {
                number: 1,
                time: DAY.minus(3).start(),
                root: EpochRoot::from_value(77u64.into()),
            }],
            released: Default::default(),
        };
        let key = PreparedVk::new(CircuitName::Pass, &vk).unwrap();
        Self {
            published,
            key,
            trapdoor,
        }
    }

    fn auditor(&self) -> Auditor {
        Auditor::new(self.key.clone(), self.published.clone())
    }

    fn pass(&self, nym: u64, scope: ScopeIndex) -> Pass {
        let mut pass = Pass {
            mode: PassMode::Screen,
            epoch: 1,
            policy: policy().reference,
            risk: 1,
            day: DAY,
            scope,
            nym: Nym::from_value(nym.into()),
            rtag: RevocationTag::from_value((nym + 1_000).into()),
            mask: Mask::default(),
            ephemeral: key(40).public(),
            proof: ProofBytes::from_bytes([0; 128]),
        };
        self.prove(&mut pass);
        pass
    }

    fn prove(&self, pass: &mut Pass) {
        let network = parameters().id();
        let policy = policy();
        let context = PassContext {
            root: EpochRoot::from_value(77u64.into()),
            policy: &policy,
            risk: &Itinerary::default(),
            scope: pass.scope.scope(&network, &venue(), DAY),
        };
        let inputs = pass.public_inputs(&network, &context);
        let proof = self.trapdoor.simulate(&inputs, &mut OsRng).unwrap();
        pass.proof = (&proof).into();
    }

    fn findings(&self, records: &[Record]) -> super::Findings {
        self.auditor().check(records, |_| {}).unwrap()
    }
}

fn shown(pass: Pass, at: Timestamp) -> Evidence {
    let body = pass.show_body(at.step(), GateCode(0));
    Evidence::Pass(Box::new(ShownPass {
        signature: key(40).sign(Domain::Show, &parameters().id(), &body),
        pass,
        step: at.step(),
        code: GateCode(0),
    }))
}

fn record(index: u32, at: Timestamp, reason: Reason, evidence: Evidence) -> Record {
    let record = AuditRecord {
        step: at.step(),
        verdict: Verdict::of(reason),
        evidence,
    };
    Record {
        name: format!("{}/1/{index}", gate()),
        step: record.step,
        verdict: serde_json::to_value(record.verdict).unwrap(),
        evidence: "pass".into(),
        bytes: Encoded(record),
        public_inputs: None,
    }
}

#[test]
fn honest_records_are_neither_rejected_nor_disputed() {
    let world = World::new();
    let walk_in = ScopeIndex::WalkIn { block: 2, k: 0 };
    let later = morning().plus_ms(120_000);
    let mut false_proof = world.pass(4, ScopeIndex::Venue);
    false_proof.nym = Nym::from_value(5u64.into());
    let records = [
        record(
            0,
            morning(),
            Reason::Proved,
            shown(world.pass(1, ScopeIndex::Venue), morning()),
        ),
        record(
            1,
            morning(),
            Reason::Proved,
            shown(world.pass(2, walk_in), morning()),
        ),
        record(
            2,
            later,
            Reason::WalkInSpent,
            shown(world.pass(2, walk_in), later),
        ),
        record(
            3,
            later,
            Reason::Expired,
            shown(world.pass(3, ScopeIndex::Venue), morning()),
        ),
        record(
            4,
            morning(),
            Reason::Rejected,
            shown(false_proof, morning()),
        ),
        record(
            5,
            morning(),
            Reason::Manual,
            Evidence::Manual("身份证核对".into()),
        ),
        record(
            6,
            morning(),
            Reason::NotOurs,
            Evidence::Unreadable(Sha256Hash::of(b"x")),
        ),
    ];
    let findings = world.findings(&records);
    assert_eq!((findings.checked, findings.verified), (7, 4));
    assert_eq!(findings.rejected, Vec::<String>::new());
    assert_eq!(findings.disputed, Vec::<String>::new());
}

#[test]
fn a_gate_that_let_a_false_proof_in_is_named() {
    let world = World::new();
    let mut lent = world.pass(1, ScopeIndex::Venue);
    lent.nym = Nym::from_value(9u64.into());
    let records = [record(0, morning(), Reason::Proved, shown(lent, morning()))];
    let findings = world.findings(&records);
    assert_eq!(findings.rejected, [records[0].name.clone()]);
    assert_eq!(findings.disputed, [records[0].name.clone()]);
}

#[test]
fn verdicts_that_the_data_do_not_give_are_disputed() {
    let world = World::new();
    let good = || world.pass(1, ScopeIndex::Venue);
    let stale = morning().plus_ms(300_000);
    let wrong = [
        record(0, morning(), Reason::Rejected, shown(good(), morning())),
        record(1, morning(), Reason::UnderNotice, shown(good(), morning())),
        record(2, stale, Reason::Proved, shown(good(), morning())),
        record(
            3,
            morning(),
            Reason::ProvedCompareId,
            shown(good(), morning()),
        ),
        record(
            4,
            morning(),
            Reason::Proved,
            Evidence::Manual("let in".into()),
        ),
        record(
            5,
            morning(),
            Reason::Proved,
            Evidence::Unreadable(Sha256Hash::of(b"x")),
        ),
    ];
    let names: Vec<String> = wrong.iter().map(|r| r.name.clone()).collect();
    for (one, name) in wrong.iter().zip(&names) {
        let findings = world.findings(std::slice::from_ref(one));
        assert_eq!(findings.disputed, std::slice::from_ref(name), "{one:?}");
    }
}

#[test]
fn a_walk_in_pass_let_in_twice_is_found_even_at_another_gate() {
    let mut world = World::new();
    let other = Did::from_bytes([51; 32]);
    let from_the_first = since(venue(), Timestamp::new(1));
    world
        .published
        .acts
        .venues
        .insert(other, vec![from_the_first]);
    let walk_in = ScopeIndex::WalkIn { block: 2, k: 0 };
    let later = morning().plus_ms(120_000);
    let first = record(
        0,
        morning(),
        Reason::Proved,
        shown(world.pass(2, walk_in), morning()),
    );
    let mut second = record(
        0,
        later,
        Reason::Proved,
        shown(world.pass(2, walk_in), later),
    );
    second.name = format!("{other}/1/0");
    let findings = world.findings(&[first, second.clone()]);
    assert_eq!(findings.disputed, [second.name]);
}

#[test]
fn a_holder_under_notice_may_pass_an_offline_gate_for_a_day_and_no_longer() {
    let mut world = World::new();
    let handle = DayHandle::from_value(3u64.into());
    let network = parameters().id();
    let scope = ScopeIndex::Venue.scope(&network, &venue(), DAY);
    let mut pass = world.pass(1, ScopeIndex::Venue);
    pass.rtag = RevocationTag::from_value(hash(Tag::RevTag, &[handle.value(), scope.value()]));
    world.prove(&mut pass);
    let notice = NoticeId::from_bytes([3; 32]);
    let slots = [SlotHandle::from_value(1u64.into()); 2];
    let values = DayRelease {
        notice,
        day: DAY,
        handle,
        slots,
    };
    let let_in = record(0, morning(), Reason::Proved, shown(pass.clone(), morning()));
    let stopped = record(0, morning(), Reason::UnderNotice, shown(pass, morning()));
    for (hours, in_is_disputed) in [(1, false), (23, false), (25, true)] {
        let released = Timestamp::new(morning().get() - hours * 3_600_000);
        let values = since(values.clone(), released);
        world.published.released.insert(DAY, vec![values]);
        let disputed = |one: &Record| {
            !world
                .findings(std::slice::from_ref(one))
                .disputed
                .is_empty()
        };
        assert_eq!(disputed(&let_in), in_is_disputed, "{hours} h");
        assert!(!disputed(&stopped), "{hours} h");
    }
}

#[test]
fn inputs_that_the_node_made_up_are_refused() {
    let world = World::new();
    let mut one = record(
        0,
        morning(),
        Reason::Proved,
        shown(world.pass(1, ScopeIndex::Venue), morning()),
    );
    one.public_inputs = Some(vec!["00".repeat(32); 11]);
    assert!(matches!(
        world.auditor().check(&[one], |_| {}),
        Err(AuditError::DoesNotHold(_))
    ));
}

#[test]
fn a_record_is_under_its_anchor_or_refused() {
    let world = World::new();
    let records: Vec<Record> = (0..3u32)
        .map(|n| {
            record(
                n,
                morning(),
                Reason::Proved,
                shown(world.pass(n.into(), ScopeIndex::Venue), morning()),
            )
        })
        .collect();
    let own: Vec<AuditRecord> = records.iter().map(|r| r.bytes.0.clone()).collect();
    let anchor = AuditBatch {
        gate: gate(),
        batch: 1,
        records: 3,
        root: root_of(&own),
        signature: Signature::from_bytes([0; 64]),
    };
    let leaf = |n: usize| LogHash::leaf(&own[n].to_vec());
    let as_hash = |h: LogHash| Sha256Hash::from_bytes(*h.as_bytes());
    let place = OneRecord {
        record: records[2].clone(),
        anchor: 9,
        records: 3,
        root: anchor.root,
        inclusion: vec![as_hash(LogHash::node(leaf(0), leaf(1)))],
    };
    check_place(&place, &anchor).unwrap();
    let spoil: [fn(&mut OneRecord); 5] = [
        |p| p.inclusion.clear(),
        |p| p.record.bytes.0.verdict = Verdict::of(Reason::Rejected),
        |p| p.record.name = p.record.name.replace("/2", "/1"),
        |p| p.root = Sha256Hash::of(b"other"),
        |p| p.records = 4,
    ];
    for (n, spoil) in spoil.iter().enumerate() {
        let mut bad = place.clone();
        spoil(&mut bad);
        assert!(check_place(&bad, &anchor).is_err(), "case {n}");
    }
}

#[test]
fn a_span_becomes_a_query_and_a_body() {
    let span = Span {
        gate: Some(gate()),
        from: Some(5),
        to: None,
    };
    let name = format!("{}/1/2", gate());
    assert_eq!(
        span.query(Some(&name)),
        format!("limit=1000&gate={}&from=5&after={name}", gate())
    );
    assert_eq!(
        span.body(),
        serde_json::json!({ "gate": gate(), "from": 5 })
    );
}

#[test]
fn the_eleven_inputs_are_explained_in_their_order_and_are_the_ones_that_were_proved() {
    let world = World::new();
    let walk_in = ScopeIndex::WalkIn { block: 2, k: 0 };
    let mut masked = world.pass(3, ScopeIndex::Venue);
    masked.mask = Mask::new(8, 7).unwrap();
    for pass in [
        world.pass(1, ScopeIndex::Venue),
        world.pass(2, walk_in),
        masked,
    ] {
        let mut listed = record(0, morning(), Reason::Proved, shown(pass.clone(), morning()));
        let explained = world.auditor().explain(&listed).unwrap().unwrap();
        let names: Vec<&str> = explained.iter().map(|input| input.name).collect();
        let expected = [
            "root", "policy", "r0", "r1", "r2", "day", "scope", "nym", "rtag", "mask_out",
            "binding",
        ];
        assert_eq!(names, expected);
        listed.public_inputs = Some(explained.iter().map(|input| input.value.clone()).collect());
        let theirs = listed.inputs().unwrap().unwrap();
        assert_eq!(world.auditor().inputs(&listed).unwrap().unwrap(), *theirs);
        for input in &explained {
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(input.zh.contains(han), "{}", input.name);
            assert!(!input.en.contains(han) || ["mask_out", "policy"].contains(&input.name));
        }
        let mask = &explained[9].en;
        assert_eq!(
            mask.contains("王") && mask.contains("07"),
            pass.mask.bits() != 0
        );
        // The mask is an input: put in afterwards, it makes the proof fail.
        assert_eq!(
            world.auditor().holds(&listed).unwrap(),
            Some(pass.mask.bits() == 0)
        );
    }
}

#[test]
fn inputs_that_the_node_makes_up_and_names_that_were_never_published_explain_nothing() {
    let world = World::new();
    let pass = world.pass(1, ScopeIndex::Venue);
    let mut listed = record(0, morning(), Reason::Proved, shown(pass.clone(), morning()));
    listed.public_inputs = Some(vec!["00".repeat(32); 11]);
    assert!(matches!(
        world.auditor().holds(&listed),
        Err(AuditError::DoesNotHold(_))
    ));
    let unpublished = Pass { epoch: 9, ..pass };
    let listed = record(0, morning(), Reason::Proved, shown(unpublished, morning()));
    assert_eq!(world.auditor().explain(&listed).unwrap(), None);
    assert_eq!(world.auditor().holds(&listed).unwrap(), Some(false));
    let by_hand = record(0, morning(), Reason::Manual, Evidence::Manual("x".into()));
    assert_eq!(world.auditor().explain(&by_hand).unwrap(), None);
    assert_eq!(world.auditor().holds(&by_hand).unwrap(), None);
}
