//! A demo company on a real node: its staff with their wallets, its attesters, its gates.

use super::town::{Manner, Town};
use super::world::{Member, START, World, did_create, genesis, on_disk, seeded};
use luyin::client::NodeClient;
use luyin::config::Config;
use luyin::device::{DiskFiles, FileVault, GateDevice, KeyProver, NetworkKeys};
use luyin::qr::{read_png, to_png};
use luyin_device::client::RequestSigner;
use luyin_device::enrolment::{EnrolRequest, IdNumber, Surname, mask_of};
use luyin_device::gate::Settings;
use luyin_device::qr::{Medium, QrImage};
use luyin_device::wallet::{
    Form, HeldAttestation, NymCard, ShowAt, SlotChoice, Turn, Wallet, WantedPasses,
};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::{Did, DidDocument};
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

const HOUR: u64 = 3_600_000;

pub fn people() -> usize {
    match std::env::var_os("LUYIN_NIGHTLY") {
        Some(_) => 200,
        None => 20,
    }
}

/// An 18-digit number with its check character (GB 11643).
pub fn id_number(n: usize) -> String {
    let body = format!("110105199001{:02}{:03}", n / 900 + 1, n % 900 + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.bytes().map(|b| u32::from(b - b'0'));
    let sum: u32 = digits.zip(weights).map(|(d, w)| d * w).sum();
    format!("{body}{}", b"10X98765432"[(sum % 11) as usize] as char)
}

pub struct Employee {
    pub wallet: Wallet<FileVault>,
    pub number: usize,
}

pub struct Company {
    pub town: Town,
    pub node: NodeClient,
    pub prover: Arc<KeyProver>,
    pub staff: Vec<Employee>,
    pub operator: Did,
    sequence: u64,
}

pub fn venue() -> Did {
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
    pub fn found(files: &Path) -> Self {
        let (_data, storage) = on_disk(files);
        let world = World::furnished(Config::default(), storage);
        let town = Town::over(world, [Manner::Honest; 5]);
        let node = NodeClient::new(&town.node()).unwrap();
        let keys = NetworkKeys::open(&super::keys::directory(), &genesis()).unwrap();
        let prover = KeyProver::new(keys, &genesis());
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

    pub fn world(&self) -> &World {
        &self.town.world
    }

    pub fn govern(&mut self, action: GovernanceAction) {
        let tx = self.world().governance(self.sequence, action);
        assert_eq!(self.world().submit("/v1/governance", &tx).status, 201);
        self.sequence += 1;
    }

    pub fn publish_rules(&mut self) {
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
        self.publish_policy(1, None);
        self.publish_risk(1, &[]);
    }

    pub fn publish_policy(&mut self, id: u16, min_doses: Option<u8>) {
        let policy = Policy {
            reference: PolicyRef { id, version: 1 },
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
                min_doses,
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
    }

    pub fn publish_risk(&mut self, version: u32, codes: &[&str]) {
        let table = RegionTable::embedded();
        let index = |code: &&str| table.by_code(code.parse().unwrap()).unwrap().index();
        let list = RiskList {
            version,
            regions: Itinerary::from_regions(codes.iter().map(index)),
            effective: self.world().now(),
            grace_ms: 0,
        };
        // A large company is more than two signatures reach.
        let action = GovernanceAction::RiskList(Box::new(list));
        let tx = self.world().reviewed(self.sequence, action);
        assert_eq!(self.world().submit("/v1/governance", &tx).status, 201);
        self.sequence += 1;
    }

    /// Sets everyone's clock, and waits for the epoch that the node then makes.
    pub fn clock(&self, day: u16, hour: u64) {
        let to = START.day().plus(day).start().plus_ms(hour * HOUR);
        if to > self.world().now() {
            self.node.set_clock(to).unwrap();
        }
        self.next_epoch();
    }

    /// Moves the clock past an epoch's cadence and waits until every note so far stands under one.
    pub fn next_epoch(&self) {
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

    pub fn hire(&mut self) {
        self.hire_so_many(people());
    }

    pub fn hire_so_many(&mut self, people: usize) {
        for n in 0..people {
            let mut wallet = wallet_of(&self.town, n);
            let request: EnrolRequest = wallet
                .enrol_request(
                    None,
                    Turn::First,
                    self.world().now().day(),
                    self.prover.as_ref(),
                )
                .unwrap();
            let path = self.town.path(&format!("p{n}.request"));
            std::fs::write(path, serde_json::to_vec(&request).unwrap()).unwrap();
            let said = self.town.enrol(&format!("p{n}"), &id_number(n));
            assert!(said.success, "person {n}: {}", said.stderr);
            wallet.enrol_finish(None, &self.node).unwrap();
            self.staff.push(Employee { wallet, number: n });
        }
    }

    /// Everyone checks in, two at a time; who is exempt may be refused for a notice.
    pub fn check_in(
        &mut self,
        day: u16,
        exempt: Option<usize>,
        choose: impl Fn(usize) -> Option<Form> + Sync,
    ) {
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
                            (Err(error), n) if exempt == Some(n) => {
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

    pub fn prove(&mut self, n: usize) -> Result<(), String> {
        self.prove_under(n, 1)
    }

    pub fn prove_under(&mut self, n: usize, policy: u16) -> Result<(), String> {
        let wanted = WantedPasses {
            policy: Some(policy),
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
    pub fn filmed(&mut self, n: usize, now: Timestamp) -> String {
        let shown = self.staff[n]
            .wallet
            .take_pass(None, ShowAt::Venue(venue()), 1, now)
            .unwrap();
        let text = shown.sign(now.step(), GateCode(0)).to_text();
        let path = self.town.path(&format!("{n}-{}.png", now.step()));
        let image = QrImage::draw(&text, Medium::Screen).unwrap();
        std::fs::write(&path, to_png(&image, 4).unwrap()).unwrap();
        read_png(&std::fs::read(&path).unwrap()).unwrap()
    }

    /// A file of nym cards' rows goes to an attester; what it issues goes to the holders and into their notes.
    pub fn attest(&mut self, keystore: &str, kind: &str, rows: &[(usize, String)], day: Day) {
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

    pub fn gate(&self, name: &str) -> GateDevice {
        let settings = Settings {
            network: self.world().network(),
            gate: Member::Gate.did(),
            venue: venue(),
            policy: 1,
            node: self.town.node(),
        };
        let mut gate = GateDevice::init(DiskFiles::below(self.town.path(name)), &settings).unwrap();
        gate.update(&self.gate_client()).unwrap();
        gate
    }

    pub fn gate_client(&self) -> NodeClient {
        let signer = RequestSigner::organisation(&Member::Gate.did(), Member::Gate.key());
        NodeClient::new(&self.town.node())
            .unwrap()
            .signing_as(signer)
    }
}
