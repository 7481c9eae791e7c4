//! The device across restarts and crashes.

mod code;
mod fetching;
mod lists;

use super::*;
use crate::client::ClientError;
use crate::files::memory::{Failure, MemoryFiles};
use luyin_circuits::groth16::ProverKey;
use luyin_circuits::pass::{Occasion, PackedPolicy, Pass as PassStatement, Private};
use luyin_circuits::{NOTE_LEVELS, Path as TreePath};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::gate::{EpochRef, SignedBundle};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, NetworkMode, TrusteeInfo, VerifyingKeys,
};
use luyin_protocol::note::{DayStatus, IdentitySecret, Mask, Note, NoteState, RevocationHandle};
use luyin_protocol::pass::Pass;
use luyin_protocol::policy::{Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::risk::RiskList;
use luyin_protocol::scope::ScopeIndex;
use luyin_protocol::signature::{Domain, PublicKey, SealPublicKey};
use luyin_protocol::time::{Day, Slot};
use std::cell::{Cell, RefCell};
use std::sync::LazyLock;

const DAY: Day = Day::new(20_000);

fn key(n: u8) -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([n; 32]))
}

fn public(n: u8) -> PublicKey {
    key(n).public()
}

/// A development key of the real circuit, and its verifying key's bytes.
static KEYS: LazyLock<(ProverKey<PassStatement>, Vec<u8>)> = LazyLock::new(|| {
    let prover = ProverKey::<PassStatement>::development(&mut OsRng).unwrap();
    let vk = luyin_keys::manifest::encode_vk(prover.verifying_key()).unwrap();
    (prover, vk)
});

fn parameters() -> NetworkParameters {
    let pass = Sha256Hash::of(&KEYS.1);
    let h = Sha256Hash::of(b"other");
    let trustee = |n: u8| TrusteeInfo {
        name: format!("trustee {n}"),
        sign: public(n),
        seal: SealPublicKey::from_bytes([n; 32]),
    };
    NetworkParameters {
        origin: "luyin.example/gate".into(),
        mode: NetworkMode::Development,
        cadence: Cadence::standard(),
        proposers: vec![public(10)],
        approvers: vec![public(11)],
        reviewers: vec![],
        two_reach: DEFAULT_TWO_REACH,
        trustees: (1..=5).map(trustee).collect(),
        evaluators: vec![h; 3],
        verifying_keys: VerifyingKeys {
            enrol: h,
            checkin: h,
            absorb: h,
            pass,
        },
        nodes: vec![public(12)],
        witnesses: vec![],
        witnesses_needed: 0,
    }
}

fn venue() -> Did {
    Did::from_bytes([8; 32])
}

fn morning() -> Timestamp {
    DAY.start().plus_ms(9 * 3_600_000)
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

/// A holder's note under a root of its own, and the epoch of that root.
struct Holder {
    private: Private,
    epoch: EpochRef,
}

impl Holder {
    fn new() -> Self {
        let sk = IdentitySecret::from_value(5u64.into());
        let rh = RevocationHandle::from_value(6u64.into());
        let first = Note::first(&sk, rh, Mask::from_bits(7), Day::new(0), Slot::new(0));
        let history = first.state.history.with_today_at_least(DayStatus::Normal);
        let state = NoteState {
            slot: DAY.slots()[0],
            history,
            ..first.state
        };
        let note = first.successor(&sk, state, Itinerary::default());
        let mut children = [[ark_bn254::Fr::from(9u64); 4]; NOTE_LEVELS];
        let mut current = note.commitment().value();
        for level in &mut children {
            level[0] = current;
            current = hash(Tag::Tree, level);
        }
        let path = TreePath::new(children);
        let epoch = EpochRef {
            number: 1,
            time: morning(),
            root: luyin_protocol::field::EpochRoot::from_value(current),
        };
        Self {
            private: Private { sk, note, path },
            epoch,
        }
    }

    /// A real proof, shown in a scope.
    fn pass(&self, scope: ScopeIndex) -> Pass {
        let network = parameters().id();
        let ephemeral = public(40);
        let occasion = Occasion {
            root: self.epoch.root,
            policy: PackedPolicy::from_value(policy().predicates.pack(DAY)),
            risk: Itinerary::default(),
            day: DAY,
            scope: scope.scope(&network, &venue(), DAY),
            binding: Pass::binding(&network, PassMode::Screen, &ephemeral),
        };
        let public = self.private.public(&occasion);
        let proof = luyin_circuits::groth16::prove(&KEYS.0, &public, &self.private, &mut OsRng);
        Pass {
            mode: PassMode::Screen,
            epoch: 1,
            policy: policy().reference,
            risk: 1,
            day: DAY,
            scope,
            nym: public.nym,
            rtag: public.rtag,
            mask: public.mask_out,
            ephemeral,
            proof: (&proof.unwrap()).into(),
        }
    }
}

fn show(pass: &Pass, now: Timestamp) -> String {
    let body = pass.show_body(now.step(), GateCode(0));
    ShownPass {
        pass: pass.clone(),
        step: now.step(),
        code: GateCode(0),
        signature: key(40).sign(Domain::Show, &parameters().id(), &body),
    }
    .to_text()
}

fn bundle(issued: Timestamp, epoch: EpochRef) -> Vec<u8> {
    let bundle = GateBundle {
        parameters: parameters(),
        issued,
        expires: issued.plus_ms(24 * 3_600_000),
        epochs: vec![epoch],
        policies: vec![policy()],
        risk_lists: vec![RiskList {
            version: 1,
            regions: Itinerary::default(),
            effective: Timestamp::new(1),
            grace_ms: 0,
        }],
        releases: vec![],
    };
    let signature = key(12).sign(Domain::Bundle, &bundle.network(), &bundle.to_vec());
    SignedBundle::new(bundle, public(12), signature).to_bytes()
}

fn settings() -> Settings {
    Settings {
        network: parameters().id(),
        gate: Did::from_bytes([50; 32]),
        venue: venue(),
        policy: 1,
        node: "http://node".into(),
    }
}

fn set_up(files: &MemoryFiles) -> GateDevice<MemoryFiles> {
    let mut device = GateDevice::init(files.clone(), &settings()).unwrap();
    device
        .take_bundle(&bundle(morning(), Holder::new().epoch))
        .unwrap();
    device.take_key(&KEYS.1).unwrap();
    device
}

fn scan(device: &mut GateDevice<MemoryFiles>, text: &str, now: Timestamp) -> Reason {
    let scan = device.scan(text, now, Sharing::Offline).unwrap();
    scan.verdict.reason()
}

#[test]
fn a_real_proof_opens_the_gate_and_an_altered_one_does_not() {
    let files = MemoryFiles::default();
    let mut device = set_up(&files);
    let pass = Holder::new().pass(ScopeIndex::Venue);
    assert_eq!(
        scan(&mut device, &show(&pass, morning()), morning()),
        Reason::Proved
    );
    let mut lent = pass.clone();
    lent.nym = Nym::from_value(3u64.into());
    assert_eq!(
        scan(&mut device, &show(&lent, morning()), morning()),
        Reason::Rejected
    );
    let mut garbled = pass;
    garbled.nym = Nym::from_value(4u64.into());
    garbled.proof = luyin_protocol::signature::ProofBytes::from_bytes([0xff; 128]);
    assert_eq!(
        scan(&mut device, &show(&garbled, morning()), morning()),
        Reason::Rejected
    );
    assert_eq!(device.queue().waiting().unwrap().len(), 3);
}

#[test]
fn what_was_seen_survives_a_restart() {
    let files = MemoryFiles::default();
    let holder = Holder::new();
    let (at_venue, walk_in) = (
        show(&holder.pass(ScopeIndex::Venue), morning()),
        holder.pass(ScopeIndex::WalkIn { block: 2, k: 1 }),
    );
    let mut device = set_up(&files);
    assert_eq!(scan(&mut device, &at_venue, morning()), Reason::Proved);
    assert_eq!(
        scan(&mut device, &show(&walk_in, morning()), morning()),
        Reason::Proved
    );
    let mut device = GateDevice::open(files.clone()).unwrap();
    assert_eq!(scan(&mut device, &at_venue, morning()), Reason::Replayed);
    let later = morning().plus_ms(600_000);
    assert_eq!(
        scan(&mut device, &show(&walk_in, later), later),
        Reason::WalkInSpent
    );
}

#[test]
fn a_torn_last_line_of_the_seen_file_is_dropped_and_the_others_kept() {
    let files = MemoryFiles::default();
    let text = show(&Holder::new().pass(ScopeIndex::Venue), morning());
    let mut device = set_up(&files);
    assert_eq!(scan(&mut device, &text, morning()), Reason::Proved);
    drop(device);
    let file = format!("seen/{DAY}");
    files.append(&file, &[1, 2, 3]).unwrap();
    let length = |files: &MemoryFiles| files.read(&file).unwrap().unwrap().len();
    let torn = length(&files);
    let mut device = GateDevice::open(files.clone()).unwrap();
    assert_eq!(length(&files), torn - 3);
    assert_eq!(scan(&mut device, &text, morning()), Reason::Replayed);
}

#[test]
fn yesterdays_walk_ins_are_kept_and_earlier_ones_forgotten() {
    let files = MemoryFiles::default();
    let mut seen = SeenLog::open(files).unwrap();
    let nym = |n: u64| Nym::from_value(n.into());
    for back in 0..3u16 {
        let now = DAY.minus(back).start().plus_ms(3_600_000);
        let mut shared = SharedSeen::new(&mut seen, Sharing::Offline, now.step());
        luyin_protocol::gate::Seen::record(&mut shared, nym(back.into()), now.step(), true);
        shared.finish().unwrap();
    }
    seen.forget(DAY.minus(1).start()).unwrap();
    seen.forget(DAY.start()).unwrap();
    let shared = SharedSeen::new(&mut seen, Sharing::Offline, DAY.start().step());
    let spent = |n: u64| luyin_protocol::gate::Seen::is_spent(&shared, nym(n));
    assert!(spent(0) && spent(1) && !spent(2));
}

#[test]
fn a_gate_without_data_is_grey_and_says_what_to_do() {
    let files = MemoryFiles::default();
    let mut device = GateDevice::init(files.clone(), &settings()).unwrap();
    let scanned = device.scan("LY1:X", morning(), Sharing::Offline).unwrap();
    assert_eq!(scanned.verdict.colour(), Colour::Grey);
    assert!(scanned.line().contains("灰 GREY"));
    assert_eq!(device.self_test(morning()).len(), 2);
    assert!(matches!(
        GateDevice::init(files.clone(), &settings()),
        Err(GateError::AlreadySetUp)
    ));
    assert!(matches!(
        GateDevice::open(MemoryFiles::default()),
        Err(GateError::NotSetUp)
    ));
}

#[test]
fn the_self_test_finds_an_expired_bundle_a_slow_clock_and_a_missing_policy() {
    let files = MemoryFiles::default();
    let mut device = set_up(&files);
    assert_eq!(device.self_test(morning()), Vec::new());
    let slugs = |device: &GateDevice<MemoryFiles>, now| -> Vec<&str> {
        device.self_test(now).iter().map(|f| f.slug).collect()
    };
    let late = morning().plus_ms(25 * 3_600_000);
    assert_eq!(slugs(&device, late), ["bundle_expired"]);
    assert_eq!(slugs(&device, DAY.minus(1).start()), ["clock_behind"]);
    device.settings.policy = 9;
    assert_eq!(slugs(&device, morning()), ["policy_missing"]);
}

#[test]
fn an_older_bundle_and_a_foreign_key_are_refused() {
    let files = MemoryFiles::default();
    let mut device = set_up(&files);
    let older = Timestamp::new(morning().get() - 1);
    assert!(matches!(
        device.take_bundle(&bundle(older, Holder::new().epoch)),
        Err(GateError::OlderBundle)
    ));
    let mut altered = KEYS.1.clone();
    altered[9] ^= 1;
    assert!(matches!(
        device.take_key(&altered),
        Err(GateError::WrongKey)
    ));
    let mut forged = bundle(morning(), Holder::new().epoch);
    let end = forged.len() - 1;
    forged[end] ^= 1;
    assert!(matches!(
        device.take_bundle(&forged),
        Err(GateError::Bundle(_))
    ));
}

/// A node that takes batches in order, and can lose its answers.
#[derive(Default)]
struct Sink {
    filed: RefCell<Vec<SealedBatch>>,
    lose: Cell<bool>,
    down: Cell<bool>,
}

fn no_answer() -> ClientError {
    ClientError::Unreachable {
        peer: "the sink".into(),
        reason: "played".into(),
    }
}

impl GateNode for Sink {
    fn bundle(&self) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn list(&self, _: &Sha256Hash, _: Day) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn keys_manifest(&self) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn keys_file(&self, _: &str) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn walk_in(&self, _: &Nym, _: Step) -> Result<bool, ClientError> {
        Err(no_answer())
    }
    fn next_batch(&self) -> Result<u32, ClientError> {
        Ok(u32::try_from(self.filed.borrow().len()).unwrap() + 1)
    }
    fn file_batch(&self, batch: &SealedBatch) -> Result<(), ClientError> {
        if self.down.get() {
            return Err(no_answer());
        }
        assert_eq!(batch.anchor.batch, self.next_batch()?);
        self.filed.borrow_mut().push(batch.clone());
        match self.lose.replace(false) {
            true => Err(no_answer()),
            false => Ok(()),
        }
    }
}

fn fill(device: &mut GateDevice<MemoryFiles>, from: usize, count: usize) {
    for n in from..from + count {
        device
            .manual(&format!("身份证核对 {n}"), morning())
            .unwrap();
    }
}

fn notes(batches: &[SealedBatch]) -> Vec<Evidence> {
    let all = batches.iter().flat_map(|b| &b.records);
    all.map(|r| r.evidence.clone()).collect()
}

#[test]
fn every_record_reaches_the_node_once_and_in_order_through_restarts_and_lost_answers() {
    let files = MemoryFiles::default();
    let sink = Sink::default();
    let mut device = GateDevice::init(files.clone(), &settings()).unwrap();
    fill(&mut device, 0, 5);
    sink.down.set(true);
    assert!(device.upload(&sink, &key(50), |_| {}).is_err());
    assert_eq!(device.queue().unsent().unwrap().len(), 1);
    let mut device = GateDevice::open(files.clone()).unwrap();
    fill(&mut device, 5, 3);
    sink.down.set(false);
    sink.lose.set(true);
    assert!(device.upload(&sink, &key(50), |_| {}).is_err());
    let mut device = GateDevice::open(files.clone()).unwrap();
    let done = device.upload(&sink, &key(50), |_| {}).unwrap();
    assert_eq!((done.already_there, done.batches, done.records), (1, 1, 3));
    let expected: Vec<Evidence> = (0..8)
        .map(|n| Evidence::Manual(format!("身份证核对 {n}")))
        .collect();
    assert_eq!(notes(&sink.filed.borrow()), expected);
    let idle = device.upload(&sink, &key(50), |_| {}).unwrap();
    assert_eq!(idle, Uploaded::default());
    for batch in sink.filed.borrow().iter() {
        let a = &batch.anchor;
        let body = luyin_protocol::tx::AuditBatch::body(&a.gate, a.batch, a.records, &a.root);
        let network = parameters().id();
        public(50)
            .verify(Domain::Audit, &network, &body, &a.signature)
            .unwrap();
        assert_eq!(a.root, luyin_ledger::log::records::root_of(&batch.records));
    }
}

#[test]
fn a_crash_between_the_batch_and_the_removal_of_its_records_doubles_none() {
    let files = MemoryFiles::default();
    let mut device = GateDevice::init(files.clone(), &settings()).unwrap();
    fill(&mut device, 0, 4);
    let names = files.list("records/waiting").unwrap().into_iter();
    let names = names.map(|name| format!("records/waiting/{name}"));
    let saved: Vec<_> = names
        .map(|name| (files.read(&name).unwrap().unwrap(), name))
        .collect();
    let network = parameters().id();
    device
        .queue()
        .cut(1, settings().gate, &network, &key(50))
        .unwrap();
    // As if the power had gone before the records were removed.
    for (bytes, name) in saved {
        files.create(&name, &bytes).unwrap();
    }
    let mut device = GateDevice::open(files.clone()).unwrap();
    assert!(device.queue().waiting().unwrap().is_empty());
    fill(&mut device, 4, 1);
    let sink = Sink::default();
    device.upload(&sink, &key(50), |_| {}).unwrap();
    assert_eq!(notes(&sink.filed.borrow()).len(), 5);
}

#[test]
fn many_records_go_in_several_batches_and_a_node_that_is_behind_is_refused() {
    let files = MemoryFiles::default();
    let mut device = GateDevice::init(files.clone(), &settings()).unwrap();
    fill(&mut device, 0, queue::BATCH_RECORDS + 1);
    let sink = Sink::default();
    let done = device.upload(&sink, &key(50), |_| {}).unwrap();
    assert_eq!(done.batches, 2);
    fill(&mut device, 0, 1);
    sink.down.set(true);
    assert!(device.upload(&sink, &key(50), |_| {}).is_err());
    assert!(matches!(
        device.upload(&Sink::default(), &key(50), |_| {}),
        Err(GateError::BatchNumber {
            expected: 1,
            held: 3
        })
    ));
}

#[test]
fn records_are_removed_when_fourteen_days_are_over() {
    let files = MemoryFiles::default();
    let mut device = GateDevice::init(files.clone(), &settings()).unwrap();
    fill(&mut device, 0, 2);
    let last_day = DAY.plus(RETENTION_DAYS).start().plus_ms(1);
    device.queue().forget(last_day).unwrap();
    assert_eq!(device.queue().waiting().unwrap().len(), 2);
    device.queue().forget(last_day.plus_ms(86_400_000)).unwrap();
    assert!(device.queue().waiting().unwrap().is_empty());
}

#[test]
fn notes_of_the_guard_are_short_and_never_empty() {
    let files = MemoryFiles::default();
    let mut device = GateDevice::init(files.clone(), &settings()).unwrap();
    for bad in ["", "  ", &"字".repeat(67)] {
        assert!(matches!(
            device.manual(bad, morning()),
            Err(GateError::Note)
        ));
    }
    assert!(device.queue().waiting().unwrap().is_empty());
}

/// A morning's work: a gate is set up, scans, records by hand, cuts and files.
fn work(files: &MemoryFiles, sink: &Sink, texts: &[String]) -> Result<(), GateError> {
    let mut device = match GateDevice::open(files.clone()) {
        Err(GateError::NotSetUp) => GateDevice::init(files.clone(), &settings())?,
        opened => opened?,
    };
    if device.bundle().is_none() {
        device.take_bundle(&bundle(morning(), Holder::new().epoch))?;
    }
    device.take_key(&KEYS.1)?;
    for text in texts {
        device.scan(text, morning(), Sharing::Offline)?;
    }
    device.manual("身份证核对", morning())?;
    device.upload(sink, &key(50), |_| {})?;
    Ok(())
}

#[test]
fn a_failure_of_any_write_lets_nobody_in_twice_and_loses_no_record_of_who_was_let_in() {
    let pass = Holder::new().pass(ScopeIndex::WalkIn { block: 2, k: 1 });
    let texts = [show(&pass, morning())];
    let green = |batches: &[SealedBatch]| {
        let all = batches.iter().flat_map(|b| &b.records);
        all.filter(|r| r.verdict.reason() == Reason::Proved).count()
    };
    for how in [Failure::Before, Failure::Torn, Failure::After] {
        let mut at = 0;
        loop {
            let (files, sink) = (MemoryFiles::default(), Sink::default());
            files.fail_at(at, how);
            let first = work(&files, &sink, &texts);
            if !files.mend() {
                assert!(first.is_ok());
                assert_eq!(at, 11, "writes");
                break;
            }
            assert!(first.is_err(), "{how:?} {at}");
            work(&files, &sink, &texts).unwrap();
            work(&files, &sink, &texts).unwrap();
            // Let in once at most: where the failure came after the memory of it was written, the guard was never told.
            assert!(green(&sink.filed.borrow()) <= 1, "{how:?} {at}");
            let manual = notes(&sink.filed.borrow());
            let manual = manual.iter().filter(|e| matches!(e, Evidence::Manual(_)));
            assert!(manual.count() >= 2, "{how:?} {at}");
            at += 1;
        }
    }
}
