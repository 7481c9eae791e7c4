//! A company over fifteen days: enrolment with trustees, check-ins, fevers, a laboratory, an operator's itineraries, a risk
//! list, a notice, passes as QR images at an online and an offline gate, and a regulator that believes nothing.

use super::support::town::{Manner, Town};
use super::support::world::{Member, START, World, did_create, genesis, on_disk, seeded};
use luyin::client::{NodeClient, RequestSigner};
use luyin::config::Config;
use luyin::enrolment::{EnrolRequest, IdNumber, Surname, mask_of};
use luyin::gate::{GateDevice, Settings, Sharing};
use luyin::qr::{Medium, QrImage, read_png};
use luyin::wallet::{
    FileVault, Form, HeldAttestation, KeyProver, NymCard, ShowAt, SlotChoice, Symptom, Temperature,
    Wallet, WalletError, WantedPasses,
};
use luyin_circuits::groth16::PreparedVk;
use luyin_keys::manifest::{KeyDirectory, Mode, VkAllowList};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_ledger::log::disk::RealDisk;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::gate::{Colour, Reason, Verdict};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::pass::GateCode;
use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::region::RegionTable;
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Accredit, GovernanceAction, Quota, Role};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

const DAYS: u16 = 15;
const HOUR: u64 = 3_600_000;
/// Who falls ill on day 4, who travelled to the risk region, who is named by the notice.
const FEVERISH: usize = 3;
const TRAVELLER: usize = 5;
const NOTIFIED: usize = 7;
const TESTED: [usize; 4] = [0, 1, 2, FEVERISH];

fn people() -> usize {
    match std::env::var_os("LUYIN_NIGHTLY") {
        Some(_) => 200,
        None => 20,
    }
}

/// An 18-digit number with its check character (GB 11643).
fn id_number(n: usize) -> String {
    let body = format!("11010519900101{:03}", n + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.bytes().map(|b| u32::from(b - b'0'));
    let sum: u32 = digits.zip(weights).map(|(d, w)| d * w).sum();
    format!("{body}{}", b"10X98765432"[(sum % 11) as usize] as char)
}

struct Employee {
    wallet: Wallet<FileVault>,
    number: usize,
}

struct Company {
    town: Town,
    node: NodeClient,
    prover: Arc<KeyProver>,
    staff: Vec<Employee>,
    operator: Did,
    sequence: u64,
}

fn venue() -> Did {
    Member::Stranger.did()
}

fn wallet_of(town: &Town, n: usize) -> Wallet<FileVault> {
    let vault = FileVault::at(town.path(&format!("{n}.wallet"))).unwrap();
    let secret = Secret::Passphrase(Passphrase::new("correct horse battery").unwrap());
    let weak = Strength::weak_for_tests(NonZeroU32::new(2).unwrap());
    let mut wallet = Wallet::create(vault, &secret, weak, genesis(), town.node()).unwrap();
    let number = IdNumber::parse(&id_number(n)).unwrap();
    let mask = mask_of(Surname::of_name("王某"), &number).unwrap();
    wallet.add_person("me", mask, Some(venue())).unwrap();
    wallet
}

impl Company {
    fn found(files: &Path) -> Self {
        let (_data, storage) = on_disk(files);
        let world = World::furnished(Config::default(), storage);
        let town = Town::over(world, [Manner::Honest; 5]);
        let node = NodeClient::new(&town.node()).unwrap();
        let prover = KeyProver::open(&super::support::keys::directory(), &genesis()).unwrap();
        let mut company = Self {
            town,
            node,
            prover: Arc::new(prover),
            staff: Vec::new(),
            operator: Did::of(&DidDocument::new(vec![seeded(150).public()], vec![]).unwrap()),
            sequence: 5,
        };
        company.publish_rules();
        company
    }

    fn world(&self) -> &World {
        &self.town.world
    }

    fn govern(&mut self, action: GovernanceAction) {
        let tx = self.world().governance(self.sequence, action);
        assert_eq!(self.world().submit("/v1/governance", &tx).status, 201);
        self.sequence += 1;
    }

    fn publish_rules(&mut self) {
        let tx = did_create(&self.world().network(), &seeded(150));
        assert_eq!(self.world().submit("/v1/dids", &tx).status, 201);
        let role = Role::Attester {
            kind: AttestationKind::Itinerary,
            quota: Quota(1_000),
        };
        self.govern(GovernanceAction::Accredit(Accredit {
            did: self.operator,
            role,
        }));
        let policy = Policy {
            reference: PolicyRef { id: 1, version: 1 },
            name_zh: "复工通行".into(),
            name_en: "Return to work".into(),
            effective: self.world().now(),
            grace_ms: DEFAULT_GRACE_MS,
            thresholds: Thresholds::standard(),
            predicates: Predicates {
                slot_lag: 1,
                min_normal: 1,
                window_a: 1,
                window_b: 0x3f,
                max_test_age: None,
                min_doses: None,
                max_reading_age: None,
                max_itinerary_age: None,
                fresh_horizon: 30,
                fresh_normal: 7,
                show_mask: true,
            },
            paper: true,
            gate_code: false,
        };
        self.govern(GovernanceAction::Policy(Box::new(policy)));
        self.publish_risk(1, &[]);
    }

    fn publish_risk(&mut self, version: u32, codes: &[&str]) {
        let table = RegionTable::embedded();
        let index = |code: &&str| table.by_code(code.parse().unwrap()).unwrap().index();
        let list = RiskList {
            version,
            regions: Itinerary::from_regions(codes.iter().map(index)),
            effective: self.world().now(),
            grace_ms: 0,
        };
        self.govern(GovernanceAction::RiskList(Box::new(list)));
    }

    /// Sets everyone's clock, and waits for the epoch that the node then makes.
    fn clock(&self, day: u16, hour: u64) {
        let to = START.day().plus(day).start().plus_ms(hour * HOUR);
        if to > self.world().now() {
            self.node.set_clock(to).unwrap();
        }
        self.next_epoch();
    }

    /// Moves the clock past an epoch's cadence and waits until every note so far stands under one.
    fn next_epoch(&self) {
        let now = self.world().now().plus_ms(16_000);
        self.node.set_clock(now).unwrap();
        let state = || self.node.forest().unwrap();
        let notes = || {
            self.world()
                .app
                .node()
                .state()
                .note_forest()
                .unwrap()
                .notes
                .get()
        };
        while state().size < notes() {
            std::thread::yield_now();
        }
    }

    fn hire(&mut self) {
        for n in 0..people() {
            let mut wallet = wallet_of(&self.town, n);
            let request: EnrolRequest = wallet
                .enrol_request(None, Day::new(0), self.prover.as_ref())
                .unwrap();
            let path = self.town.path(&format!("p{n}.request"));
            std::fs::write(path, serde_json::to_vec(&request).unwrap()).unwrap();
            let said = self.town.enrol(&format!("p{n}"), &id_number(n));
            assert!(said.success, "person {n}: {}", said.stderr);
            wallet.enrol_finish(None, &self.node).unwrap();
            self.staff.push(Employee { wallet, number: n });
        }
    }

    /// Everyone checks in, two at a time.
    fn check_in(&mut self, day: u16, choose: impl Fn(usize) -> Option<Form> + Sync) {
        let (node, prover) = (self.town.node(), Arc::clone(&self.prover));
        let half = self.staff.len().div_ceil(2);
        std::thread::scope(|scope| {
            for part in self.staff.chunks_mut(half) {
                let (node, prover, choose) = (node.clone(), Arc::clone(&prover), &choose);
                scope.spawn(move || {
                    let node = NodeClient::new(&node).unwrap();
                    for employee in part {
                        let Some(form) = choose(employee.number) else {
                            continue;
                        };
                        let done = employee.wallet.checkin(
                            None,
                            &form,
                            SlotChoice::Current,
                            &node,
                            prover.as_ref(),
                        );
                        match (done, employee.number) {
                            (Ok(_), _) => {}
                            (Err(error), NOTIFIED) if day >= 12 => {
                                assert!(error.to_string().contains("notice"), "{error}");
                            }
                            (Err(error), n) => panic!("day {day}, person {n}: {error}"),
                        }
                    }
                });
            }
        });
        self.next_epoch();
    }

    fn prove(&mut self, n: usize) -> Result<(), String> {
        let wanted = WantedPasses {
            policy: Some(1),
            venues: vec![venue()],
            ..WantedPasses::default()
        };
        let wallet = &mut self.staff[n].wallet;
        let proved = wallet
            .prove(None, &wanted, &self.node, self.prover.as_ref(), |_, _| {})
            .map_err(|e| e.to_string())?;
        match proved.unprovable.first() {
            Some(refused) => Err(refused.reason.clone()),
            None => Ok(()),
        }
    }

    /// The pass as a PNG image on disk, and the text that is decoded from it.
    fn filmed(&mut self, n: usize, now: Timestamp) -> String {
        let shown = self.staff[n]
            .wallet
            .take_pass(None, ShowAt::Venue(venue()), 1, now)
            .unwrap();
        let text = shown.sign(now.step(), GateCode(0)).to_text();
        let path = self.town.path(&format!("{n}-{}.png", now.step()));
        let image = QrImage::draw(&text, Medium::Screen).unwrap();
        std::fs::write(&path, image.to_png(4).unwrap()).unwrap();
        read_png(&std::fs::read(&path).unwrap()).unwrap()
    }

    /// A file of nym cards' rows goes to an attester; what it issues goes to the holders and into their notes.
    fn attest(&mut self, keystore: &str, kind: &str, rows: &[(usize, String)], day: Day) {
        let attester = match kind {
            "test" => Member::Attester.did(),
            _ => self.operator,
        };
        let mut csv = String::from("binding,day,value\n");
        for (n, value) in rows {
            let card: NymCard = self.staff[*n]
                .wallet
                .nym_card(None, attester, self.world().now().day())
                .unwrap();
            csv.push_str(&format!("{},{},{value}\n", card.nym, day.to_iso()));
        }
        csv.push_str("not a nym,2026-13-99,maybe\n");
        let (table, out) = (format!("{kind}.csv"), format!("{kind}-{day}"));
        std::fs::write(self.town.path(&table), csv).unwrap();
        let keys = format!("{keystore}.keys");
        let said = self.town.luyin(&[
            "attester",
            "issue",
            "--kind",
            kind,
            "--csv",
            &table,
            "--out",
            &out,
            "--keystore",
            &keys,
            "--key",
            keystore,
        ]);
        let said = said.json();
        assert_eq!(
            (
                said["issued"].as_u64(),
                said["quarantined"].as_array().map(Vec::len)
            ),
            (Some(rows.len() as u64), Some(1)),
            "{said}"
        );
        for (row, (n, _)) in (1..).zip(rows) {
            let path = self.town.path(&out).join(format!("{row}.attestation.json"));
            let held: HeldAttestation =
                serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let wallet = &mut self.staff[*n].wallet;
            wallet.receive(None, held).unwrap();
            wallet
                .absorb(None, &self.node, self.prover.as_ref())
                .unwrap();
        }
        self.next_epoch();
    }

    fn gate(&self, name: &str) -> GateDevice {
        let settings = Settings {
            network: self.world().network(),
            gate: Member::Gate.did(),
            venue: venue(),
            policy: 1,
            node: self.town.node(),
        };
        let mut gate = GateDevice::init(&self.town.path(name), &settings).unwrap();
        gate.update(&self.gate_client()).unwrap();
        gate
    }

    fn gate_client(&self) -> NodeClient {
        let signer = RequestSigner::organisation(&Member::Gate.did(), Member::Gate.key());
        NodeClient::new(&self.town.node())
            .unwrap()
            .signing_as(signer)
    }
}

fn form(tenths: u16, symptoms: &[Symptom]) -> Form {
    Form {
        temperature: Temperature::from_tenths(tenths).unwrap(),
        symptoms: symptoms.to_vec(),
        contacts: vec![],
    }
}

fn well() -> Form {
    form(365, &[])
}

fn is(verdict: Verdict, colour: Colour, reason: Reason) {
    assert_eq!((verdict.colour(), verdict.reason()), (colour, reason));
}

#[test]
fn a_company_works_for_fifteen_days_and_a_regulator_believes_nothing() {
    let files = tempfile::tempdir().unwrap();
    let mut company = Company::found(files.path());
    company.hire();
    company.next_epoch();
    let mut online = None;
    let mut offline = None;
    for day in 1..=DAYS {
        company.clock(day, 7);
        if day == 9 {
            company.publish_risk(2, &["420100", "JPN"]);
        }
        company.check_in(day, |n| match (n, day) {
            (FEVERISH, 4) => Some(form(384, &[Symptom::Fever, Symptom::DryCough])),
            _ => Some(well()),
        });
        company.clock(day, 8);
        match day {
            1 => {
                let rows = TESTED.map(|n| (n, "negative".to_owned()));
                company.attest("attester", "test", &rows, START.day().plus(day));
                online = Some(company.gate("online-gate"));
                offline = Some(company.gate("offline-gate"));
                let gate = offline.as_mut().unwrap();
                a_pass_is_green_without_a_network_and_its_screenshot_expires(&mut company, gate);
            }
            4 | 5 => {
                let refused = company.prove(FEVERISH).unwrap_err();
                assert!(
                    refused.contains("symptom") || refused.contains("normal"),
                    "{refused}"
                );
                // The afternoon's second reading, for who is watched twice a day.
                company.clock(day, 14);
                company.check_in(day, |n| (n == FEVERISH || n == 0).then(well));
                assert!(
                    company.prove(FEVERISH).is_err(),
                    "a fever is not taken back by an afternoon"
                );
            }
            8 => {
                let row = [(TRAVELLER, "420100;110000".to_owned())];
                operator_keystore(&company);
                company.attest("operator", "itinerary", &row, START.day().plus(day));
                company
                    .prove(TRAVELLER)
                    .expect("no region is on the list yet");
            }
            9 => {
                let refused = company.prove(TRAVELLER).unwrap_err();
                assert!(refused.contains("region"), "{refused}");
                company
                    .prove(0)
                    .expect("who stayed at home is not touched by the list");
            }
            11 => {
                company
                    .prove(FEVERISH)
                    .expect("seven days after the fever the window is clear");
            }
            12 => a_notice_turns_one_person_red(&mut company, online.as_mut().unwrap()),
            _ => {}
        }
        if let (Some(gate), 2 | 6 | 10 | 15) = (online.as_mut(), day) {
            a_morning_at_the_gate(&mut company, gate, day);
        }
    }
    let (mut online, mut offline) = (online.unwrap(), offline.unwrap());
    the_regulator_verifies_everything(&mut company, [&mut online, &mut offline]);
    drop((online, offline, company));
    the_log_alone_proves_its_history(files.path());
}

fn a_pass_is_green_without_a_network_and_its_screenshot_expires(
    company: &mut Company,
    gate: &mut GateDevice,
) {
    company.prove(1).unwrap();
    let now = company.world().now();
    let text = company.filmed(1, now);
    is(
        gate.scan(&text, now, Sharing::Offline).unwrap().verdict,
        Colour::Green,
        Reason::ProvedCompareId,
    );
    is(
        gate.scan(&text, now, Sharing::Offline).unwrap().verdict,
        Colour::Red,
        Reason::Replayed,
    );
    let later = now.plus_ms(90_000);
    is(
        gate.scan(&text, later, Sharing::Offline).unwrap().verdict,
        Colour::Red,
        Reason::Expired,
    );
    let days_later = now.plus_ms(14 * 3_600_000);
    is(
        gate.scan(&text, days_later, Sharing::Offline)
            .unwrap()
            .verdict,
        Colour::Grey,
        Reason::BundleExpired,
    );
}

fn a_morning_at_the_gate(company: &mut Company, gate: &mut GateDevice, day: u16) {
    let client = company.gate_client();
    for n in [0, 1, 2] {
        company.prove(n).unwrap();
        gate.update(&client).unwrap();
        let now = company.world().now();
        let text = company.filmed(n, now);
        let scan = gate.scan(&text, now, Sharing::Online(&client)).unwrap();
        assert_eq!(
            scan.verdict.colour(),
            Colour::Green,
            "day {day}, person {n}: {}",
            scan.line()
        );
    }
}

fn a_notice_turns_one_person_red(company: &mut Company, gate: &mut GateDevice) {
    let client = company.gate_client();
    company.prove(NOTIFIED).unwrap();
    gate.update(&client).unwrap();
    let now = company.world().now();
    let text = company.filmed(NOTIFIED, now);
    assert_eq!(
        gate.scan(&text, now, Sharing::Online(&client))
            .unwrap()
            .verdict
            .colour(),
        Colour::Green
    );

    let said = company
        .town
        .notify(&id_number(NOTIFIED), "close-contact", "10");
    assert!(said.success, "{}", said.stderr);
    for said in [company.town.open(), company.town.release("1")] {
        assert!(said.success, "{}", said.stderr);
    }
    gate.update(&client).unwrap();
    let now = company.world().now().plus_ms(60_000);
    company.node.set_clock(now).unwrap();
    let text = company.filmed(NOTIFIED, now);
    is(
        gate.scan(&text, now, Sharing::Online(&client))
            .unwrap()
            .verdict,
        Colour::Red,
        Reason::UnderNotice,
    );
    company.prove(0).unwrap();
    gate.update(&client).unwrap();
    let text = company.filmed(0, now);
    assert_eq!(
        gate.scan(&text, now, Sharing::Online(&client))
            .unwrap()
            .verdict
            .colour(),
        Colour::Green
    );

    // The person is told why, by which clause and until when; the afternoon's check-in is refused.
    let wallet = &mut company.staff[NOTIFIED].wallet;
    wallet.sync(&company.node).unwrap();
    let status = wallet.status(None, Some(1), now).unwrap();
    let told = format!("{status:?}");
    assert!(told.contains("article 39"), "{told}");
    company.clock(12, 13);
    let refused = company.staff[NOTIFIED].wallet.checkin(
        None,
        &well(),
        SlotChoice::Current,
        &company.node,
        company.prover.as_ref(),
    );
    assert!(
        matches!(&refused, Err(error) if !Wallet::<FileVault>::is_offline(error)),
        "{refused:?}"
    );
    assert!(!matches!(refused, Err(WalletError::Overtaken)));
    // Whose day is not released can check in; the daily release goes on from here.
}

fn operator_keystore(company: &Company) {
    use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile};
    let secret = Secret::Passphrase(Passphrase::new("correct horse battery").unwrap());
    let path = company.town.path("operator.keys");
    let mut rng = rand::rngs::OsRng;
    let file = KeystoreFile::create(&path, secret, Strength::PRODUCTION, &mut rng).unwrap();
    let name = KeyName::new("operator").unwrap();
    file.update(&mut rng, |keys| {
        keys.insert(name, KeyKind::Attester, seeded(150).to_secret(), 0)
    })
    .unwrap();
    luyin::cli::organisation::keep_did(&path, &company.operator).unwrap();
}

fn the_regulator_verifies_everything(company: &mut Company, gates: [&mut GateDevice; 2]) {
    let client = company.gate_client();
    for gate in gates {
        gate.upload(&client, &Member::Gate.key(), |_| {}).unwrap();
    }
    let read = |verb: &[&str]| {
        let args = [
            &["audit"],
            verb,
            &["--keystore", "regulator.keys", "--key", "regulator"],
        ]
        .concat();
        company.town.luyin(&args).json()
    };
    let found = read(&["verify-local"]);
    let checked = found["checked"].as_u64().unwrap();
    assert!(checked >= 16, "{found}");
    for list in ["rejected", "disputed"] {
        assert!(
            found[list].as_array().is_none_or(Vec::is_empty),
            "{list}: {found}"
        );
    }
    let actions = read(&["actions"]).to_string();
    assert!(
        actions.contains("article 39") && actions.contains("risk_list"),
        "{actions}"
    );
}

/// On an empty directory with nothing but the files of the log.
fn the_log_alone_proves_its_history(data: &Path) {
    let copy = tempfile::tempdir().unwrap();
    copy_dir(&data.join("chain"), &copy.path().join("chain"));
    let disk = Arc::new(RealDisk::new(copy.path().join("chain")).unwrap());
    let directory = KeyDirectory::open(
        super::support::keys::directory(),
        Mode::Development,
        VkAllowList::default(),
    )
    .unwrap();
    let key = |name: luyin_circuits::CircuitName| {
        PreparedVk::new(name, &directory.verifying_key(name.as_str()).unwrap()).unwrap()
    };
    use luyin_circuits::CircuitName;
    let judge = luyin::node::judge::Judge::new(luyin::node::judge::Keys {
        enrol: key(CircuitName::Enrol),
        checkin: key(CircuitName::Checkin),
        absorb: key(CircuitName::Absorb),
        pass: key(CircuitName::Pass),
    });
    let verified = luyin_ledger::chain::verify_log(disk, genesis(), &judge, |_| {}).unwrap();
    assert!(verified.head.size() > u64::from(DAYS) * people() as u64);
    assert_eq!(verified.signed, verified.head.size());
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
