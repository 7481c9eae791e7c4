//! The gate's decision, every reason by the input that should reach it, and the bundle's refusals.

mod bundle;
mod list;
mod replay;
mod turns;

use super::*;
use crate::did::Did;
use crate::escrow::{TrusteeIndex, TrusteeSignature};
use crate::field::{DayHandle, EpochRoot, Nym, RevocationTag, SlotHandle};
use crate::hash::{Tag, hash};
use crate::itinerary::Itinerary;
use crate::network::{
    Cadence, DEFAULT_TWO_REACH, NetworkMode, NetworkParameters, TrusteeInfo, VerifyingKeys,
};
use crate::note::Mask;
use crate::pass::{GateCode, Pass, PassMode, ShownPass};
use crate::policy::{Policy, PolicyRef};
use crate::risk::{DayRelease, NoticeId, RiskList};
use crate::scope::ScopeIndex;
use crate::signature::{
    Domain, NetworkId, ProofBytes, PublicKey, SealPublicKey, Sha256Hash, Signature, signing_message,
};
use crate::time::{Day, Step, Timestamp};
use crate::tx::Release;
use ark_bn254::Fr;
use ed25519_dalek::{Signer, SigningKey};
use std::collections::BTreeSet;

use crate::codec::Canonical;

const DAY: Day = Day::new(20_000);
const HOUR: u64 = 3_600_000;
const MINUTE: u64 = 60_000;
const STEP: u64 = 30_000;
const NODE: u8 = 12;

fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn public(n: u8) -> PublicKey {
    PublicKey::from_bytes(key(n).verifying_key().to_bytes())
}

fn sign(n: u8, domain: Domain, network: &NetworkId, body: &[u8]) -> Signature {
    Signature::from_bytes(
        key(n)
            .sign(&signing_message(domain, network, body))
            .to_bytes(),
    )
}

fn parameters() -> NetworkParameters {
    let h = Sha256Hash::of(b"vk");
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
            pass: h,
        },
        nodes: vec![public(NODE)],
        witnesses: vec![],
        witnesses_needed: 0,
    }
}

/// Ten in the morning of [`DAY`], in walk-in block 2.
fn ten() -> Timestamp {
    DAY.start().plus_ms(10 * HOUR)
}

fn policy(version: u16, effective: Timestamp) -> Policy {
    let mut policy = crate::policy::tests::sample();
    policy.reference.version = version;
    policy.effective = effective;
    policy.paper = false;
    policy.predicates.show_mask = false;
    policy
}

fn risk_list(version: u32, effective: Timestamp) -> RiskList {
    RiskList {
        version,
        regions: Itinerary::default(),
        effective,
        grace_ms: 7_200_000,
    }
}

fn epoch(number: u32, time: Timestamp) -> EpochRef {
    let root = EpochRoot::from_value(Fr::from(1_000 + number));
    EpochRef { number, time, root }
}

fn handle() -> DayHandle {
    DayHandle::from_value(Fr::from(77u64))
}

fn release(day: Day, handle: DayHandle, signers: &[u8]) -> Release {
    let slot = SlotHandle::from_value(Fr::from(1u64));
    let values = DayRelease {
        notice: NoticeId::from_bytes([3; 32]),
        day,
        handle,
        slots: [slot, slot],
    };
    let body = values.to_vec();
    let one = |n: &u8| TrusteeSignature {
        trustee: TrusteeIndex::new(*n).unwrap(),
        signature: sign(*n, Domain::Release, &parameters().id(), &body),
    };
    Release {
        signatures: signers.iter().map(one).collect(),
        values,
    }
}

fn bundle() -> GateBundle {
    let long_ago = ten().get() - 20 * 24 * HOUR;
    let at = |ms: u64| Timestamp::new(long_ago + ms);
    GateBundle {
        parameters: parameters(),
        issued: Timestamp::new(ten().get() - HOUR),
        expires: ten().plus_ms(24 * HOUR),
        epochs: vec![
            epoch(5, at(0)),
            epoch(8, Timestamp::new(ten().get() - 3 * HOUR)),
            epoch(9, Timestamp::new(ten().get() - HOUR)),
        ],
        policies: vec![policy(1, at(0)), policy(2, at(24 * HOUR))],
        risk_lists: vec![risk_list(1, at(0)), risk_list(2, at(24 * HOUR))],
        releases: vec![],
    }
}

/// One showing at one gate, all of it right until a fault is put in.
struct Case {
    bundle: GateBundle,
    asked: u16,
    pass: Pass,
    ephemeral: u8,
    signer: u8,
    step: Step,
    code: GateCode,
    now: Timestamp,
    gate_code: GateCode,
    proof_holds: bool,
    replayed: bool,
    spent: bool,
    under_notice: bool,
}

impl Case {
    fn right() -> Self {
        let pass = Pass {
            mode: PassMode::Screen,
            epoch: 9,
            policy: PolicyRef { id: 1, version: 2 },
            risk: 2,
            day: DAY,
            scope: ScopeIndex::Venue,
            nym: Nym::from_value(Fr::from(11u64)),
            rtag: RevocationTag::from_value(Fr::from(12u64)),
            mask: Mask::default(),
            ephemeral: public(20),
            proof: ProofBytes::from_bytes([14; 128]),
        };
        Self {
            bundle: bundle(),
            asked: 1,
            pass,
            ephemeral: 20,
            signer: 20,
            step: ten().step(),
            code: GateCode(0),
            now: ten(),
            gate_code: GateCode(0),
            proof_holds: true,
            replayed: false,
            spent: false,
            under_notice: false,
        }
    }

    fn venue() -> Did {
        Did::from_bytes([8; 32])
    }

    fn shown(&self) -> ShownPass {
        let mut pass = self.pass.clone();
        pass.ephemeral = public(self.ephemeral);
        if self.under_notice {
            let scope = pass
                .scope
                .scope(&parameters().id(), &Self::venue(), pass.day);
            let tag = hash(Tag::RevTag, &[handle().value(), scope.value()]);
            pass.rtag = RevocationTag::from_value(tag);
        }
        let body = pass.show_body(self.step, self.code);
        ShownPass {
            signature: sign(self.signer, Domain::Show, &parameters().id(), &body),
            pass,
            step: self.step,
            code: self.code,
        }
    }

    fn gate(&self) -> Gate {
        let mut bundle = self.bundle.clone();
        if self.under_notice {
            let theirs = DayHandle::from_value(Fr::from(5u64));
            bundle
                .releases
                .push(release(self.pass.day, theirs, &[1, 2, 3]));
            bundle
                .releases
                .push(release(self.pass.day, handle(), &[1, 2, 3]));
        }
        Gate::new(bundle, Self::venue(), self.asked)
    }

    fn seen(&self) -> SeenInMemory {
        let mut seen = SeenInMemory::default();
        if self.replayed {
            seen.record(self.pass.nym, self.step, false);
        }
        if self.spent {
            seen.record(self.pass.nym, Step::new(self.step.get() - 10), true);
        }
        seen
    }

    /// The reason, and whether the proof was looked at.
    fn decide(&self) -> (Reason, bool) {
        let mut looked = false;
        let verdict = self.gate().decide(
            &self.shown(),
            self.now,
            self.gate_code,
            &mut self.seen(),
            |_, _| {
                looked = true;
                self.proof_holds
            },
        );
        (verdict.reason(), looked)
    }

    fn on_paper(&mut self) {
        self.pass.mode = PassMode::Paper;
        self.step = Pass::paper_step(self.pass.day);
    }

    fn policies(&mut self, change: impl Fn(&mut Policy)) {
        self.bundle.policies.iter_mut().for_each(change);
    }
}

type Fault = (Reason, fn(&mut Case));

/// One fault for each check, in the order of the checks; later ones leave earlier ones intact.
const IN_ORDER: [Fault; 13] = [
    (Reason::ClockOff, |c| {
        c.bundle.issued = c.now.plus_ms(2 * MINUTE + 1);
    }),
    (Reason::BundleExpired, |c| {
        c.bundle.expires = Timestamp::new(c.now.get() - 1);
    }),
    (Reason::Expired, |c| c.step = Step::new(c.step.get() - 3)),
    (Reason::WrongDay, |c| c.pass.day = DAY.minus(2)),
    (Reason::WrongBlock, |c| {
        c.pass.scope = ScopeIndex::WalkIn { block: 4, k: 0 };
    }),
    (Reason::BadSignature, |c| c.signer = 21),
    (Reason::PolicyNotAccepted, |c| c.pass.policy.version = 1),
    (Reason::WrongGateCode, |c| {
        c.policies(|p| p.gate_code = true);
        (c.code, c.gate_code) = (GateCode(7), GateCode(8));
    }),
    (Reason::RiskListNotAccepted, |c| c.pass.risk = 1),
    (Reason::UnknownRoot, |c| c.pass.epoch = 5),
    (Reason::Replayed, |c| c.replayed = true),
    (Reason::UnderNotice, |c| c.under_notice = true),
    (Reason::Rejected, |c| c.proof_holds = false),
];

/// Reasons that another path reaches.
const OTHERS: [Fault; 17] = [
    (Reason::Proved, |_| {}),
    (Reason::Proved, |c| {
        c.policies(|p| p.gate_code = true);
        (c.code, c.gate_code) = (GateCode(7), GateCode(7));
    }),
    (Reason::ProvedCompareId, |c| {
        c.policies(|p| p.predicates.show_mask = true);
    }),
    (Reason::ProvedCompareId, |c| {
        c.policies(|p| (p.predicates.show_mask, p.paper) = (true, true));
        c.on_paper();
    }),
    (Reason::WalkInSpent, |c| {
        c.pass.scope = ScopeIndex::WalkIn { block: 2, k: 3 };
        c.spent = true;
    }),
    (Reason::Damaged, |c| {
        c.on_paper();
        c.step = c.now.step();
    }),
    (Reason::Ahead, |c| c.step = Step::new(c.step.get() + 2)),
    (Reason::WrongDay, |c| c.pass.day = DAY.plus(1)),
    (Reason::PolicyNotAccepted, |c| c.asked = 2),
    (Reason::PolicyNotAccepted, |c| {
        let later = c.now.plus_ms(1);
        c.bundle.policies.push(policy(3, later));
        c.pass.policy.version = 3;
    }),
    (Reason::PolicyNotAccepted, |c| {
        c.bundle.policies.remove(0);
        c.pass.policy.version = 1;
    }),
    (Reason::PaperNotAccepted, Case::on_paper),
    (Reason::RiskListNotAccepted, |c| {
        c.bundle.risk_lists.remove(0);
        c.pass.risk = 1;
    }),
    (Reason::UnknownRoot, |c| c.pass.epoch = 7),
    (Reason::BundleBehind, |c| c.pass.epoch = 10),
    (Reason::BundleBehind, |c| c.pass.policy.version = 3),
    (Reason::BundleBehind, |c| c.pass.risk = 3),
];

#[test]
fn the_earliest_check_that_fails_gives_the_reason_and_a_proof_is_looked_at_last() {
    for first in 0..IN_ORDER.len() {
        let mut case = Case::right();
        // All later faults as well: what is cheaper must win.
        IN_ORDER[first..]
            .iter()
            .rev()
            .for_each(|(_, fault)| fault(&mut case));
        let expected = IN_ORDER[first].0;
        assert_eq!(case.decide(), (expected, expected == Reason::Rejected));
    }
}

#[test]
fn each_fault_alone_gives_its_reason() {
    for (i, (reason, fault)) in IN_ORDER.iter().chain(&OTHERS).enumerate() {
        let mut case = Case::right();
        fault(&mut case);
        let (got, looked) = case.decide();
        assert_eq!(got, *reason, "case {i}");
        let needs_proof = matches!(
            reason,
            Reason::Proved | Reason::ProvedCompareId | Reason::WalkInSpent | Reason::Rejected
        );
        assert_eq!(looked, needs_proof, "case {i}");
    }
}

#[test]
fn every_reason_but_the_guards_own_is_reached_by_a_code() {
    let of_text = [Reason::NotOurs, Reason::Damaged];
    let reached: BTreeSet<Reason> = IN_ORDER
        .iter()
        .chain(&OTHERS)
        .map(|(r, _)| *r)
        .chain(of_text)
        .collect();
    let missing: Vec<_> = Reason::ALL
        .iter()
        .filter(|r| !reached.contains(r))
        .collect();
    assert_eq!(missing, [&Reason::Manual]);
}

#[test]
fn texts_that_are_no_pass_say_so_unless_the_gate_itself_cannot_decide() {
    let right = Case::right();
    let text = right.shown().to_text();
    let decide = |text: &str, now| {
        let mut gate = right.gate();
        let none = |_: &[Fr; 11], _: &ProofBytes| -> bool { panic!("no proof to look at") };
        let (verdict, shown) =
            gate.decide_text(text, now, GateCode(0), &mut SeenInMemory::default(), none);
        assert!(shown.is_none());
        verdict.reason()
    };
    assert_eq!(decide("https://example.org", ten()), Reason::NotOurs);
    assert_eq!(decide("HC1:NCFOXN", ten()), Reason::NotOurs);
    assert_eq!(decide("LY1:", ten()), Reason::Damaged);
    assert_eq!(decide(&text[..text.len() - 1], ten()), Reason::Damaged);
    assert_eq!(
        decide(&text.replace("LY1:", "LY1:a"), ten()),
        Reason::Damaged
    );
    let stale = right.bundle.expires.plus_ms(1);
    assert_eq!(decide("HC1:NCFOXN", stale), Reason::BundleExpired);
}

#[test]
fn a_text_decides_as_the_pass_that_it_spells() {
    let right = Case::right();
    let shown = right.shown();
    let (verdict, read) = right.gate().decide_text(
        &shown.to_text(),
        ten(),
        GateCode(0),
        &mut right.seen(),
        |_, _| true,
    );
    assert_eq!((verdict.reason(), read), (Reason::Proved, Some(shown)));
}

#[test]
fn the_proof_is_checked_against_what_the_gate_derives_and_not_what_the_pass_says() {
    let case = Case::right();
    let mut inputs = None;
    case.gate().decide(
        &case.shown(),
        ten(),
        GateCode(0),
        &mut case.seen(),
        |given, proof| {
            inputs = Some(*given);
            *proof == case.pass.proof
        },
    );
    let network = parameters().id();
    let scope = crate::scope::venue_day(&network, &Case::venue(), DAY);
    let binding = Pass::binding(&network, PassMode::Screen, &public(20));
    let zero = Fr::from(0u64);
    let expected = [
        Fr::from(1_009u64),
        case.bundle.policies[1].predicates.pack(DAY),
        zero,
        zero,
        zero,
        Fr::from(20_000u64),
        scope.value(),
        Fr::from(11u64),
        Fr::from(12u64),
        zero,
        binding.value(),
    ];
    assert_eq!(inputs, Some(expected));
}

#[test]
fn a_refreshed_step_needs_a_new_signature() {
    let case = Case::right();
    let mut shown = case.shown();
    shown.step = Step::new(shown.step.get() + 1);
    let none = |_: &[Fr; 11], _: &ProofBytes| -> bool { panic!("the signature comes first") };
    let verdict = case
        .gate()
        .decide(&shown, ten(), GateCode(0), &mut case.seen(), none);
    assert_eq!(verdict.reason(), Reason::BadSignature);
}

#[test]
fn the_same_showing_counts_once_and_the_same_person_comes_back_after_lunch() {
    let mut case = Case::right();
    let (mut gate, mut seen) = (case.gate(), case.seen());
    let mut show = |case: &Case| {
        gate.decide(&case.shown(), case.now, GateCode(0), &mut seen, |_, _| true)
            .reason()
    };
    assert_eq!(show(&case), Reason::Proved);
    assert_eq!(show(&case), Reason::Replayed);
    (case.now, case.step) = (ten().plus_ms(2 * HOUR), ten().plus_ms(2 * HOUR).step());
    assert_eq!(show(&case), Reason::Proved);
}

#[test]
fn a_walk_in_pass_is_good_once_and_the_second_show_is_for_the_guard() {
    let mut case = Case::right();
    case.pass.scope = ScopeIndex::WalkIn { block: 2, k: 0 };
    let (mut gate, mut seen) = (case.gate(), case.seen());
    let mut show = |case: &Case| {
        gate.decide(&case.shown(), case.now, GateCode(0), &mut seen, |_, _| true)
            .reason()
    };
    assert_eq!(show(&case), Reason::Proved);
    case.step = Step::new(case.step.get() + 1);
    assert_eq!(show(&case), Reason::WalkInSpent);
    assert_eq!(Reason::WalkInSpent.colour(), Colour::Yellow);
}

#[test]
fn a_refused_showing_does_not_use_up_the_right_one() {
    let mut case = Case::right();
    case.pass.scope = ScopeIndex::WalkIn { block: 2, k: 0 };
    let (mut gate, mut seen) = (case.gate(), case.seen());
    let shown = case.shown();
    let first = gate.decide(&shown, case.now, GateCode(0), &mut seen, |_, _| false);
    let second = gate.decide(&shown, case.now, GateCode(0), &mut seen, |_, _| true);
    assert_eq!(
        (first.reason(), second.reason()),
        (Reason::Rejected, Reason::Proved)
    );
}

#[test]
fn a_notice_of_another_day_touches_nobody() {
    let mut case = Case::right();
    case.under_notice = true;
    let shown = case.shown();
    case.bundle.releases = vec![release(DAY.minus(1), handle(), &[1, 2, 3])];
    let mut gate = Gate::new(case.bundle.clone(), Case::venue(), 1);
    let verdict = gate.decide(&shown, case.now, GateCode(0), &mut case.seen(), |_, _| true);
    assert_eq!(verdict.reason(), Reason::Proved);
}

#[test]
fn a_new_bundle_brings_new_notices_to_a_gate_that_has_decided_before() {
    let mut case = Case::right();
    case.under_notice = true;
    let shown = case.shown();
    let mut gate = Gate::new(case.bundle.clone(), Case::venue(), 1);
    let mut seen = SeenInMemory::default();
    let before = gate.decide(&shown, case.now, GateCode(0), &mut seen, |_, _| true);
    gate.replace_bundle(case.gate().bundle().clone());
    let mut seen = SeenInMemory::default();
    let after = gate.decide(&shown, case.now, GateCode(0), &mut seen, |_, _| true);
    assert_eq!(
        (before.reason(), after.reason()),
        (Reason::Proved, Reason::UnderNotice)
    );
}

#[test]
fn a_gates_code_changes_with_every_step_and_every_gate() {
    let codes: BTreeSet<u32> = (0..50)
        .map(|n| gate_code(&[1; 32], Step::new(n)).0)
        .collect();
    assert!(codes.len() > 45 && codes.iter().all(|c| *c < 1_000_000));
    assert_ne!(
        gate_code(&[1; 32], Step::new(1)),
        gate_code(&[2; 32], Step::new(1))
    );
}

#[test]
fn what_was_seen_is_forgotten_with_its_step_and_its_day() {
    let nym = Nym::from_value(Fr::from(u64::MAX));
    let mut seen = SeenInMemory::default();
    seen.record(nym, Step::new(5), true);
    seen.forget_before(Step::new(5), false);
    assert!(seen.is_replay(nym, Step::new(5)) && seen.is_spent(nym));
    seen.forget_before(Step::new(6), false);
    assert!(!seen.is_replay(nym, Step::new(5)) && seen.is_spent(nym));
    seen.forget_before(Step::new(6), true);
    assert!(!seen.is_spent(nym));
}

#[test]
fn audit_records_survive_their_bytes_and_refuse_others() {
    let shown = Case::right().shown();
    let all = [
        Evidence::Pass(Box::new(shown)),
        Evidence::Unreadable(Sha256Hash::of(b"x")),
        Evidence::Manual("身份证核对".into()),
    ];
    for evidence in all {
        let record = AuditRecord {
            step: ten().step(),
            verdict: Verdict::of(Reason::Manual),
            evidence,
        };
        let bytes = record.to_vec();
        assert_eq!(AuditRecord::from_slice(&bytes).unwrap(), record);
        for cut in 0..bytes.len() {
            assert!(AuditRecord::from_slice(&bytes[..cut]).is_err());
        }
    }
}
