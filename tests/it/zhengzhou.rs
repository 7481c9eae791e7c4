//! Zhengzhou, June 2022: 1,317 people who had asked a bank for their own money were turned red, by the word of officials
//! alone. Here one official alone, then two without evidence, try the same with what the authority has: notices, a policy, a
//! risk list. Every attempt is refused by name, nobody's colour changes, and the regulator sees the attempts.
//!
//! The people are synthetic (演示数据), their proofs simulated (clause 10.6). So that the story is short, somewhat more are
//! enrolled than two signatures reach, and all 1,317 in the nightly run; attempts are made at all 1,317 in either.

use super::support::client::{Answer, Call};
use super::support::people::{Citizen, enrol};
use super::support::rules::lenient;
use super::support::simulated::{Simulator, simulated_world};
use super::support::town::{Manner, Town};
use super::support::wallets::well;
use super::support::world::{Member, World, did_create, seeded};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin::client::NodeClient;
use luyin::config::Config;
use luyin::device::{DiskFiles, GateDevice};
use luyin::http::server;
use luyin_device::client::RequestSigner;
use luyin_device::gate::{Settings, Sharing};
use luyin_device::wallet::{ShowAt, SlotChoice, WantedPasses};
use luyin_keys::escrow::{SubjectOpening, seal_evidence, seal_opening};
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::gate::{Reason, Verdict};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::{Cadence, DEFAULT_TWO_REACH};
use luyin_protocol::pass::GateCode;
use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy};
use luyin_protocol::region::RegionTable;
use luyin_protocol::risk::{NoticeClass, RiskList, RiskNotice, SubjectCommitment, SubjectSalt};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::{Accredit, GovernanceAction, Quota, Role, Tx, Unaccredit};
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many were turned red.
const DEPOSITORS: u64 = 1_317;

/// How many are enrolled: more than two signatures reach.
fn enrolled() -> usize {
    match std::env::var_os("LUYIN_NIGHTLY") {
        Some(_) => DEPOSITORS as usize,
        None => DEFAULT_TWO_REACH as usize + 5,
    }
}

struct Story {
    town: Town,
    /// The number that the authority's next act must have.
    due: u64,
    /// One of them, with a pass.
    depositor: Citizen,
    gate: GateDevice,
}

impl Story {
    fn begin() -> Self {
        let mut config = Config::default();
        config.orderer.tick_ms = 5;
        let limits = &mut config.limits;
        (limits.address_per_second, limits.address_burst) = (100_000, 100_000);
        (limits.key_per_second, limits.key_burst) = (100_000, 100_000);
        let (world, prover) = simulated_world(config, Cadence::demo(), server::serve);
        let mut due = 5;
        for action in founding(&world) {
            accept(&world, &world.governance(due, action));
            due += 1;
        }
        let depositor = enrol(&world, 0, &prover).0;
        for n in 1..enrolled() {
            enrol(&world, n, &prover);
        }
        let depositor = with_a_pass(&world, depositor, &prover);
        let settings = Settings {
            network: world.network(),
            gate: Member::Gate.did(),
            venue: Member::Stranger.did(),
            policy: 1,
            node: world.node(),
        };
        let files = DiskFiles::below(world.files().join("gate"));
        let gate = GateDevice::init(files, &settings).unwrap();
        Self {
            town: Town::over(world, [Manner::Honest; 5]),
            due,
            depositor,
            gate,
        }
    }

    fn world(&self) -> &World {
        &self.town.world
    }

    /// What a gate with the newest data says of the depositor who comes by.
    fn verdict(&mut self) -> Verdict {
        let clock = self.world().app.clock();
        clock.set(clock.now().plus_ms(31_000)).unwrap();
        let now = clock.now();
        let signer = RequestSigner::organisation(&Member::Gate.did(), Member::Gate.key());
        let node = NodeClient::new(&self.world().node()).unwrap();
        self.gate.update(&node.signing_as(signer)).unwrap();
        let place = ShowAt::Venue(Member::Stranger.did());
        let pass = self.depositor.wallet.take_pass(None, place, 1, now);
        let text = pass.unwrap().sign(now.step(), GateCode(0)).to_text();
        let scan = self.gate.scan(&text, now, Sharing::Offline);
        scan.unwrap().verdict
    }

    /// All that a wallet or a gate derives a colour from.
    fn published(&self) -> Vec<Value> {
        let today = self.world().now().day().get();
        [
            "/v1/policies".to_owned(),
            "/v1/risk-lists".to_owned(),
            "/v1/notices".to_owned(),
            format!("/v1/releases?day={today}"),
        ]
        .map(|target| self.world().get(&target).json())
        .to_vec()
    }

    /// A notice about one of them, on the hash of a file that nobody has.
    fn notice(&self, n: u64) -> RiskNotice {
        let today = self.world().now().day();
        RiskNotice {
            class: NoticeClass::CloseContact,
            subject: SubjectCommitment::from_bytes(*Sha256Hash::of(&n.to_be_bytes()).as_bytes()),
            uid: None,
            evidence_kind: EvidenceKind::ContactRecord,
            evidence: Sha256Hash::of(b"there is no such file"),
            clause: "special case".to_owned(),
            from: today,
            until: today.plus(13),
        }
    }

    fn stricter_policy(&self) -> GovernanceAction {
        let mut policy: Policy = lenient(self.world().now());
        policy.reference.version = 2;
        policy.predicates.max_test_age = Some(1);
        GovernanceAction::Policy(Box::new(policy))
    }

    fn list_of(&self, regions: Itinerary) -> GovernanceAction {
        GovernanceAction::RiskList(Box::new(RiskList {
            version: 2,
            regions,
            effective: self.world().now(),
            grace_ms: DEFAULT_GRACE_MS,
        }))
    }

    fn zhengzhou(&self) -> GovernanceAction {
        let table = RegionTable::embedded();
        let city = table.by_code("410100".parse().unwrap()).unwrap();
        self.list_of(Itinerary::from_regions([city.index()]))
    }

    fn everywhere(&self) -> GovernanceAction {
        let all = RegionTable::embedded().regions().iter();
        self.list_of(Itinerary::from_regions(all.map(|r| r.index())))
    }

    /// One official's signature twice.
    fn alone(&self, action: GovernanceAction) -> Tx {
        let Tx::Governance(mut tx) = self.world().governance(self.due, action) else {
            unreachable!()
        };
        tx.approvals.approver = tx.approvals.proposer;
        tx.approvals.approval = tx.approvals.proposal;
        Tx::Governance(tx)
    }

    /// One official's signature, and the other's forged.
    fn forged(&self, action: GovernanceAction) -> Tx {
        let Tx::Governance(mut tx) = self.world().governance(self.due, action) else {
            unreachable!()
        };
        tx.approvals.approval = tx.approvals.proposal;
        Tx::Governance(tx)
    }

    /// A transaction that ends after the proposer's signature.
    fn half(&self, action: GovernanceAction) -> Answer {
        let bytes = self.world().governance(self.due, action).to_vec();
        let second = 32 + 64 + 1;
        let half = STANDARD.encode(&bytes[..bytes.len() - second]);
        let call = Call::post("/v1/governance", &json!({ "tx": half }));
        self.world().send(&call)
    }

    fn try_it(&self, tx: &Tx) -> Answer {
        self.world().submit("/v1/governance", tx)
    }

    fn refused(&self, tx: &Tx, slug: &str) {
        assert_eq!(self.try_it(tx).slug(), slug);
    }
}

fn founding(world: &World) -> [GovernanceAction; 3] {
    let list = RiskList {
        version: 1,
        regions: Itinerary::default(),
        effective: world.now(),
        grace_ms: DEFAULT_GRACE_MS,
    };
    [
        GovernanceAction::Accredit(Accredit {
            did: Member::Registrar.did(),
            role: Role::Registrar {
                quota: Quota(2_000),
            },
        }),
        GovernanceAction::Policy(Box::new(lenient(world.now()))),
        GovernanceAction::RiskList(Box::new(list)),
    ]
}

fn accept(world: &World, tx: &Tx) {
    let answer = world.submit("/v1/governance", tx);
    assert_eq!(answer.status, 201, "{}", answer.slug());
}

/// Moves the clock past an epoch's cadence, and waits until every note so far stands under one.
fn next_epoch(world: &World) {
    let clock = world.app.clock();
    clock.set(clock.now().plus_ms(16_000)).unwrap();
    let notes = || {
        let state = world.app.node().state();
        state.note_forest().unwrap().notes.get()
    };
    while world.get("/v1/forest").json()["size"].as_u64() < Some(notes()) {
        std::thread::yield_now();
    }
}

fn with_a_pass(world: &World, mut citizen: Citizen, prover: &Simulator) -> Citizen {
    let node = NodeClient::new(&world.node()).unwrap();
    next_epoch(world);
    let wallet = &mut citizen.wallet;
    wallet
        .checkin(None, &well(), SlotChoice::Current, &node, prover)
        .unwrap();
    next_epoch(world);
    let wanted = WantedPasses {
        policy: Some(1),
        venues: vec![Member::Stranger.did()],
        ..WantedPasses::default()
    };
    let proved = wallet.prove(None, &wanted, &node, prover, |_, _| {});
    let proved = proved.unwrap();
    assert!(proved.unprovable.is_empty(), "{proved:?}");
    citizen
}

/// How often the regulator is told of each: signers, kind, reason.
fn told(rows: &Value) -> BTreeMap<(String, String, String), u64> {
    let mut counts = BTreeMap::new();
    for row in rows.as_array().unwrap() {
        assert_eq!(row["taken"], false, "{row}");
        let signers = row["signers"].as_array().unwrap();
        let roles: Vec<&str> = signers
            .iter()
            .map(|s| s["role"].as_str().unwrap())
            .collect();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let key = (roles.join("+"), text("kind"), text("reason"));
        *counts.entry(key).or_default() += row["count"].as_u64().unwrap();
    }
    counts
}

#[test]
fn officials_who_would_turn_1317_people_red_are_refused_by_name_and_the_regulator_sees_it() {
    let mut story = Story::begin();
    let green = Verdict::of(Reason::Proved);
    assert_eq!(story.verdict(), green);
    let before = story.published();
    let mut expected: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    let mut expect = |who: &str, kind: &str, why: &str, times: u64| {
        let key = (who.to_owned(), kind.to_owned(), why.to_owned());
        *expected.entry(key).or_default() += times;
    };

    // One official alone.
    let third = DEPOSITORS / 3;
    for n in 0..DEPOSITORS {
        let notice = GovernanceAction::RiskNotice(story.notice(n));
        match n % 3 {
            0 => story.refused(&story.alone(notice), "one-role"),
            1 => story.refused(&story.forged(notice), "bad-approval"),
            _ => assert_eq!(story.half(notice).slug(), "malformed-bytes"),
        }
    }
    for why in ["one-role", "bad-approval", "malformed-bytes"] {
        expect("proposer", "risk_notice", why, third);
    }
    for (kind, action) in [
        ("policy", story.stricter_policy()),
        ("risk_list", story.zhengzhou()),
        ("risk_list", story.everywhere()),
    ] {
        story.refused(&story.alone(action), "one-role");
        expect("proposer", kind, "one-role", 1);
    }
    assert_eq!(story.published(), before);
    assert_eq!(story.verdict(), green);

    // Two, without evidence.
    let both = |story: &Story, action| story.world().governance(story.due, action);
    for n in 0..DEPOSITORS {
        let mut notice = story.notice(n);
        let why = match n % 3 {
            0 => {
                notice.evidence = Sha256Hash::from_bytes([0; 32]);
                "notice-without-evidence"
            }
            1 => {
                notice.evidence = Sha256Hash::of(b"");
                "notice-without-evidence"
            }
            _ => {
                notice.clause = " ".to_owned();
                "notice-without-clause"
            }
        };
        let tx = both(&story, GovernanceAction::RiskNotice(notice));
        story.refused(&tx, why);
        expect("approver+proposer", "risk_notice", why, 1);
    }
    let mut over = story.notice(0);
    over.from = over.from.minus(13);
    over.until = over.from.plus(12);
    let cases = [
        ("policy", story.stricter_policy(), "third-approval"),
        ("risk_list", story.zhengzhou(), "third-approval"),
        ("risk_list", story.everywhere(), "all-regions"),
        (
            "risk_notice",
            GovernanceAction::RiskNotice(over),
            "notice-over",
        ),
    ];
    for (kind, action, why) in cases {
        story.refused(&both(&story, action), why);
        expect("approver+proposer", kind, why, 1);
    }
    assert_eq!(story.published(), before);
    assert_eq!(story.verdict(), green);

    // Two, on a hash that they made up: the ledger cannot know, so it takes as many as two signatures reach, and the
    // trustees release nothing without the file.
    let owner = story.depositor.secret().owner();
    let salt = SubjectSalt::from_bytes([7; 32]);
    let mut first = story.notice(0);
    first.subject = SubjectCommitment::of(&owner, &salt);
    for n in 0..DEPOSITORS {
        let notice = if n == 0 {
            first.clone()
        } else {
            story.notice(n)
        };
        let tx = both(&story, GovernanceAction::RiskNotice(notice));
        if n < u64::from(DEFAULT_TWO_REACH) {
            accept(story.world(), &tx);
            story.due += 1;
        } else {
            story.refused(&tx, "third-approval");
            expect("approver+proposer", "risk_notice", "third-approval", 1);
        }
    }
    let id = first.id();
    let opening = SubjectOpening { owner, salt };
    let network = story.world().network();
    for (trustee, info) in TrusteeIndex::all().zip(story.world().parameters().trustees) {
        let seal = |file: &[u8]| {
            let file = seal_evidence(&network, &id, file, trustee, &info.seal, &mut OsRng);
            STANDARD.encode(file.unwrap())
        };
        let sealed = seal_opening(&network, &id, &opening, trustee, &info.seal, &mut OsRng);
        let mut body = json!({ "notice": id, "sealed": STANDARD.encode(sealed.unwrap()) });
        let place = usize::from(trustee.get());
        assert_eq!(story.town.tell(place, &body).slug(), "no-evidence");
        body["evidence"] = json!(seal(b"another file"));
        assert_eq!(story.town.tell(place, &body).slug(), "other-evidence");
        let today = story.world().now().day().get();
        let asked = story.town.ask(place, &id.to_string(), today);
        assert_eq!(asked.slug(), "no-opening");
    }
    let after = story.published();
    assert_eq!(after[..2], before[..2], "policies and lists");
    assert_eq!(after[3], before[3], "released values");
    assert_eq!(story.verdict(), green);

    // The regulator sees who tried what, how often, and why it was refused; and that was seen to be read.
    let target = "/v1/audit/attempts?after=0";
    let call = story.world().signed(Call::get(target), Member::Regulator);
    let rows = story.world().send(&call).json()["attempts"].clone();
    assert_eq!(told(&rows), expected);
    let key = seeded(2).public().to_string();
    let signed_alone = rows[0]["signers"].as_array().unwrap();
    assert_eq!(
        signed_alone[..],
        [json!({ "role": "proposer", "key": key })]
    );
    assert!(rows.as_array().unwrap().len() < 200, "floods are folded");
    let call = Call::get("/v1/audit/reads?after=0");
    let call = story.world().signed(call, Member::Regulator);
    let reads = story.world().send(&call).json();
    let reads = reads["reads"].as_array().unwrap();
    assert!(reads.iter().any(|read| read["what"] == target));
    let said = story
        .town
        .luyin(&["audit", "attempts", "--keystore", "regulator.keys"]);
    assert!(said.success, "{}", said.stderr);
    assert_eq!(told(&said.json()), expected);
}

#[test]
fn what_anyone_can_send_is_told_apart_from_what_an_official_signed() {
    let world = World::start();
    let lift = |reason: &str| {
        GovernanceAction::Unaccredit(Unaccredit {
            did: Member::Gate.did(),
            reason: reason.to_owned(),
        })
    };
    let tx = world.governance(5, lift("closed"));
    accept(&world, &tx);
    // Taken from the log and sent again, and with a signature spoilt; then no transaction at all, and another kind.
    assert_eq!(
        world.submit("/v1/governance", &tx).slug(),
        "governance-sequence"
    );
    let Tx::Governance(mut spoilt) = tx else {
        unreachable!()
    };
    spoilt.approvals.approval = spoilt.approvals.proposal;
    let spoilt = Tx::Governance(spoilt);
    assert_eq!(
        world.submit("/v1/governance", &spoilt).slug(),
        "bad-approval"
    );
    let post = |text: &str| world.send(&Call::post("/v1/governance", &json!({ "tx": text })));
    assert_eq!(post("no base64").slug(), "malformed-bytes");
    let other = did_create(&world.network(), &seeded(90));
    assert_eq!(world.submit("/v1/governance", &other).slug(), "wrong-kind");
    // A stranger's keys in both places.
    let Tx::Governance(mut strange) = world.governance(6, lift("again")) else {
        unreachable!()
    };
    strange.approvals.proposer = seeded(90).public();
    let strange = Tx::Governance(strange);
    assert_eq!(world.submit("/v1/governance", &strange).slug(), "one-role");

    let call = Call::get("/v1/audit/attempts");
    let rows = world.send(&world.signed(call, Member::Regulator)).json();
    let seen: Vec<_> = rows["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let signers = row["signers"].as_array().unwrap().len();
            (row["reason"].clone(), row["taken"].clone(), signers)
        })
        .collect();
    let row = |reason: &str, taken: bool, signers| (json!(reason), json!(taken), signers);
    assert_eq!(
        seen,
        [
            row("governance-sequence", true, 2),
            row("bad-approval", true, 1),
            row("malformed-bytes", false, 0),
            row("wrong-kind", false, 0),
            row("one-role", false, 1),
        ]
    );
    let text = rows.to_string();
    assert!(
        !text.contains("closed") && !text.contains("again"),
        "{text}"
    );
}
