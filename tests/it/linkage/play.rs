//! The stage and the timetable: 50 people with real wallets, five gates and a real node, over some days.

use super::recorder::Recorder;
use super::view::{EpochSeen, Show, View};
use crate::support::keys;
use crate::support::people::{Citizen, Dossier, enrol};
use crate::support::rules::lenient;
use crate::support::simulated::{Simulator, simulated_world};
use crate::support::wallets::well;
use crate::support::world::{
    START, World, did_create, founding, genesis, memory, node_key, seeded,
};
use luyin::client::NodeClient;
use luyin::clock::Clock;
use luyin::config::Config;
use luyin::device::{DiskFiles, GateDevice, KeyProver, NetworkKeys};
use luyin::node::open::{Opening, open_with};
use luyin::service::{epoch, forest};
use luyin::telemetry::Metrics;
use luyin_device::client::RequestSigner;
use luyin_device::gate::{Settings, Sharing};
use luyin_device::wallet::{Prover, ShowAt, SlotChoice, WantedPasses};
use luyin_keys::signing::SigningKey;
use luyin_ledger::log::merkle::EntryIndex;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::gate::Colour;
use luyin_protocol::network::Cadence;
use luyin_protocol::pass::GateCode;
use luyin_protocol::policy::DEFAULT_GRACE_MS;
use luyin_protocol::risk::RiskList;
use luyin_protocol::signature::PublicKey;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Accredit, Entry, GovernanceAction, Role};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use std::collections::HashMap;

const MINUTE: u64 = 60_000;
const POLICY: u16 = 1;
pub const GATES: usize = 5;

/// A node that writes down what it sees, on a network with five gates.
pub struct Stage {
    recorder: Recorder,
    gates: Vec<Post>,
    sequence: u64,
    pub world: World,
}

/// A gate at a venue.
struct Post {
    key: SigningKey,
    device: GateDevice,
    client: NodeClient,
}

fn configuration() -> Config {
    let mut config = Config::default();
    config.orderer.tick_ms = 2;
    config.orderer.gather_ms = 1;
    // Everyone lives behind one address here.
    config.limits.address_burst = u32::MAX;
    config.limits.key_burst = u32::MAX;
    config
}

/// The venue of a gate, and its other name on the ledger: the organisation that runs it.
fn gate_key(n: usize) -> SigningKey {
    seeded(200 + u8::try_from(n).unwrap())
}

fn did_of(key: &SigningKey) -> Did {
    Did::of(&DidDocument::new(vec![key.public()], vec![]).unwrap())
}

impl Stage {
    /// On keys whose trapdoors the game keeps.
    pub fn simulated() -> (Self, Simulator) {
        let recorder = Recorder::default();
        let serve = recorder.clone();
        let serve = |app, listener| serve.serve(app, listener);
        let (world, prover) = simulated_world(configuration(), Cadence::standard(), serve);
        (Self::furnished(world, recorder), prover)
    }

    /// On development keys, for real proofs.
    pub fn proved() -> (Self, KeyProver) {
        let hashes = genesis().verifying_keys;
        let parameters = founding(hashes, Cadence::standard());
        let files = tempfile::tempdir().unwrap();
        let metrics = Metrics::new().unwrap();
        let opening = Opening {
            data: files.path().to_owned(),
            keys: keys::directory(),
            signing: node_key(),
            config: configuration(),
            clock: Clock::settable_at(START),
            metrics: metrics.clone(),
        };
        let node = open_with(opening, parameters.clone(), memory()).unwrap();
        let recorder = Recorder::default();
        let serve = recorder.clone();
        let world = World::around(node, configuration(), metrics, files, |app, listener| {
            serve.serve(app, listener)
        });
        world.furnish();
        let own = NetworkKeys::open(&keys::directory(), &parameters).unwrap();
        let prover = KeyProver::new(own, &parameters);
        (Self::furnished(world, recorder), prover)
    }

    fn furnished(world: World, recorder: Recorder) -> Self {
        let mut stage = Self {
            recorder,
            gates: Vec::new(),
            sequence: 5,
            world,
        };
        for n in 0..GATES {
            let key = gate_key(n);
            let tx = did_create(&stage.world.network(), &key);
            assert_eq!(stage.world.submit("/v1/dids", &tx).status, 201);
            let did = did_of(&key);
            let role = Role::Gate { venue: did };
            stage.govern(GovernanceAction::Accredit(Accredit { did, role }));
        }
        stage.publish_rules();
        stage.gates = (0..GATES).map(|n| stage.post(n)).collect();
        stage
    }

    fn node(&self) -> String {
        format!("http://{}", self.world.address)
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn govern(&mut self, action: GovernanceAction) {
        let tx = self.world.governance(self.sequence, action);
        assert_eq!(self.world.submit("/v1/governance", &tx).status, 201);
        self.sequence += 1;
    }

    fn publish_rules(&mut self) {
        // It shows no mask, which is a quasi-identifier: whoever sees one joins by it (clause 10.3).
        let policy = lenient(self.now());
        self.govern(GovernanceAction::Policy(Box::new(policy)));
        self.publish_risk(1);
    }

    fn publish_risk(&mut self, version: u32) {
        let list = RiskList {
            version,
            regions: Default::default(),
            effective: self.now(),
            grace_ms: DEFAULT_GRACE_MS,
        };
        self.govern(GovernanceAction::RiskList(Box::new(list)));
    }

    fn post(&self, n: usize) -> Post {
        let key = gate_key(n);
        let did = did_of(&key);
        let settings = Settings {
            network: self.world.network(),
            gate: did,
            venue: did,
            policy: POLICY,
            node: self.node(),
        };
        let directory = self.world.files().join(format!("gate-{n}"));
        let signer = RequestSigner::organisation(&did, key.clone());
        Post {
            key,
            device: GateDevice::init(DiskFiles::below(directory), &settings).unwrap(),
            client: NodeClient::new(&self.node()).unwrap().signing_as(signer),
        }
    }

    /// Sets the clock forward; never back.
    fn at(&self, to: Timestamp) {
        if to > self.now() {
            self.world.app.clock().set(to).unwrap();
        }
        self.until_signed();
    }

    /// Waits until the signed checkpoint names the newest epoch; what is in between is a wallet's to wait for.
    fn until_signed(&self) {
        let node = self.world.app.node();
        let entries = || {
            node.state()
                .tip()
                .unwrap()
                .map_or(0, |tip| tip.entries.get())
        };
        while node.published().newest().head.size() < entries() {
            std::thread::yield_now();
        }
    }

    /// Waits until an epoch of the clock's hour stands.
    fn until_shared(&self) {
        let hour = |time: Timestamp| time.get() / (60 * MINUTE);
        let now = hour(self.now());
        let stands = |e: EpochSeen| hour(e.time) >= now;
        while !self.newest_epoch().is_some_and(stands) {
            std::thread::yield_now();
        }
        self.until_signed();
    }

    fn newest_epoch(&self) -> Option<EpochSeen> {
        let newest = forest::show(self.world.app.node()).unwrap().epoch;
        self.epochs_after(newest.saturating_sub(1)).pop()
    }

    /// Waits until a note stands under an epoch.
    fn until_under_an_epoch(&self, leaf: u64) {
        while forest::show(self.world.app.node()).unwrap().size <= leaf {
            std::thread::yield_now();
        }
        self.until_signed();
    }

    fn epochs_after(&self, number: u64) -> Vec<EpochSeen> {
        let seen = |e: &epoch::EpochView| EpochSeen {
            number: e.number,
            time: Timestamp::new(e.time),
            shared: e.kind == "shared",
        };
        let number = u32::try_from(number).unwrap();
        let page = epoch::after(self.world.app.node(), number).unwrap().epochs;
        page.iter().map(seen).collect()
    }

    fn all_epochs(&self) -> Vec<EpochSeen> {
        let mut all = Vec::new();
        loop {
            let known = all.last().map_or(0, |e: &EpochSeen| u64::from(e.number));
            let page = self.epochs_after(known);
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// Every entry of the log with its block's time.
    fn ledger(&self) -> Vec<(Timestamp, Entry)> {
        let node = self.world.app.node();
        let mut time = Timestamp::new(0);
        let size = node.published().newest().head.size();
        let read = |n| {
            let entry = node.entry(EntryIndex::new(n)).unwrap();
            let entry = Entry::from_slice(&entry).unwrap();
            if let Entry::Block(header) = &entry {
                time = header.time;
            }
            (time, entry)
        };
        (0..size).map(read).collect()
    }
}

/// What happens at a moment.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// A full hour: the node makes its shared epoch.
    Hour,
    /// The authority publishes another version of the risk list.
    Risk(u32),
    CheckIn(usize),
    /// The wallet has its passes ready, as it does in the background.
    Prove(usize),
    Show {
        who: usize,
        place: Place,
    },
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// One of the two venues that expect the person today.
    Expected(usize),
    /// Any gate, with a walk-in pass.
    Gate(usize),
}

/// How long, how many, and how chance falls.
#[derive(Clone, Copy, Debug)]
pub struct Programme {
    pub people: usize,
    pub days: u16,
    /// How many of the day's six rounds are played.
    pub rounds: usize,
    pub seed: u64,
}

/// Where somebody is shown on a day: hour and minute, and whether a venue expects them.
const ROUNDS: [(u64, Option<usize>); 6] = [
    (8 * 60 + 42, Some(0)),
    (10 * 60 + 15, None),
    (12 * 60 + 45, None),
    (14 * 60 + 30, Some(1)),
    (16 * 60 + 45, None),
    (18 * 60 + 40, None),
];
/// When wallets have their passes ready: the first minutes of these blocks.
const BACKGROUND: [u64; 3] = [8 * 60, 12 * 60, 16 * 60];

/// One day's appointments, drawn anew each day and without regard to who anybody is.
struct Timetable {
    acts: Vec<(Timestamp, Act)>,
    venues: Vec<[usize; 2]>,
}

impl Timetable {
    fn draw(day: Day, programme: Programme, rng: &mut StdRng) -> Self {
        let Programme { people, rounds, .. } = programme;
        let at = |minute: u64, rng: &mut StdRng| {
            day.start()
                .plus_ms(minute * MINUTE + rng.gen_range(0..MINUTE))
        };
        let mut acts = Vec::new();
        for hour in 4..21 {
            acts.push((day.start().plus_ms(hour * 60 * MINUTE), Act::Hour));
        }
        let mut venues = Vec::new();
        for n in 0..people {
            let places: Vec<usize> = (0..GATES).collect();
            let two: Vec<usize> = places.choose_multiple(rng, 2).copied().collect();
            venues.push([two[0], two[1]]);
            // One in ten oversleeps, one in three reports again in the afternoon.
            let late = rng.gen_bool(0.1);
            let morning = match late {
                false => rng.gen_range(5 * 60 + 30..7 * 60 + 50),
                true => rng.gen_range(8 * 60 + 5..9 * 60 + 20),
            };
            acts.push((at(morning, rng), Act::CheckIn(n)));
            acts.push((at(morning + 4, rng), Act::Prove(n)));
            if rng.gen_bool(0.33) {
                let again = rng.gen_range(16 * 60 + 5..19 * 60 + 30);
                acts.push((at(again, rng), Act::CheckIn(n)));
            }
            for block in BACKGROUND.into_iter().take(rounds.div_ceil(2)) {
                let hour = match late && block == 8 * 60 {
                    true => (morning / 60 + 1) * 60,
                    false => block,
                };
                acts.push((at(hour + rng.gen_range(2..35), rng), Act::Prove(n)));
            }
        }
        for (minute, expected) in ROUNDS.into_iter().take(rounds) {
            for who in 0..people {
                let place = match expected {
                    Some(which) => Place::Expected(which),
                    None => Place::Gate(rng.gen_range(0..GATES)),
                };
                acts.push((
                    at(minute + rng.gen_range(0..8), rng),
                    Act::Show { who, place },
                ));
            }
        }
        acts.sort_by_key(|(time, _)| *time);
        Self { acts, venues }
    }
}

/// What the referee knows and the adversary is asked.
pub struct Outcome {
    pub view: View,
    /// Whose each show was.
    pub truth: Vec<usize>,
    /// The newest epoch at the moment when the pass of each show was made.
    pub newest: Vec<u32>,
    pub people: Vec<Citizen>,
}

struct Playing<'a, P> {
    stage: Stage,
    prover: &'a P,
    people: Vec<Citizen>,
    newest: HashMap<PublicKey, u32>,
    shows: Vec<Show>,
    truth: Vec<usize>,
}

/// Plays the programme.
pub fn play(stage: Stage, prover: &impl Prover, programme: Programme) -> Outcome {
    let mut rng = StdRng::seed_from_u64(programme.seed);
    let enrolled = (0..programme.people).map(|n| enrol(&stage.world, n, prover));
    let (people, dossiers): (Vec<Citizen>, Vec<Dossier>) = enrolled.unzip();
    let mut playing = Playing {
        stage,
        prover,
        people,
        newest: HashMap::new(),
        shows: Vec::new(),
        truth: Vec::new(),
    };
    let first = playing.stage.now().day();
    for day in 1..=programme.days {
        let today = first.plus(day);
        let mut timetable = Timetable::draw(today, programme, &mut rng);
        if day == 2 {
            // In the middle of a morning, when everybody has passes for the version before.
            let when = today.start().plus_ms((9 * 60 + 40) * MINUTE);
            let place = timetable.acts.partition_point(|(time, _)| *time <= when);
            timetable.acts.insert(place, (when, Act::Risk(2)));
        }
        for (time, act) in &timetable.acts {
            playing.stage.at(*time);
            playing.act(*act, &timetable.venues);
        }
        playing.stage.upload();
    }
    playing.end(dossiers)
}

impl<P: Prover> Playing<'_, P> {
    fn act(&mut self, act: Act, venues: &[[usize; 2]]) {
        match act {
            Act::Hour => self.stage.until_shared(),
            Act::Risk(version) => self.stage.publish_risk(version),
            Act::CheckIn(n) => self.check_in(n),
            Act::Prove(n) => self.prove(n, venues[n]),
            Act::Show { who, place } => self.show(who, place, venues[who]),
        }
    }

    fn check_in(&mut self, n: usize) {
        let node = NodeClient::new(&self.stage.node()).unwrap();
        let wallet = &mut self.people[n].wallet;
        wallet
            .checkin(None, &well(), SlotChoice::Current, &node, self.prover)
            .unwrap();
    }

    fn prove(&mut self, n: usize, venues: [usize; 2]) {
        let wallet = &mut self.people[n].wallet;
        let leaf = wallet.content().person(None).unwrap().held().unwrap().leaf;
        self.stage.until_under_an_epoch(leaf);
        let newest = self.stage.newest_epoch().unwrap().number;
        let node = NodeClient::new(&self.stage.node()).unwrap();
        let wanted = WantedPasses {
            policy: Some(POLICY),
            venues: venues.map(|gate| did_of(&gate_key(gate))).to_vec(),
            walk_in_blocks: 1,
            ..WantedPasses::default()
        };
        // Who has not checked in since yesterday proves nothing yet, and tries again later.
        wallet
            .prove(None, &wanted, &node, self.prover, |_, _| {})
            .unwrap();
        for ready in &wallet.content().person(None).unwrap().passes {
            self.newest.entry(ready.pass.0.ephemeral).or_insert(newest);
        }
    }

    fn show(&mut self, who: usize, place: Place, venues: [usize; 2]) {
        let now = self.stage.now();
        let (gate, at) = match place {
            Place::Expected(which) => {
                let gate = venues[which];
                (gate, ShowAt::Venue(did_of(&gate_key(gate))))
            }
            Place::Gate(gate) => (gate, ShowAt::Anywhere),
        };
        let taken = self.people[who].wallet.take_pass(None, at, POLICY, now);
        // Who has nothing to show stays away.
        let Ok(taken) = taken else { return };
        let shown = taken.sign(now.step(), GateCode(0));
        self.stage.scan(gate, &shown.to_text());
        self.shows.push(Show {
            gate,
            time: now,
            shown,
        });
        self.truth.push(who);
    }

    fn end(self, dossiers: Vec<Dossier>) -> Outcome {
        let newest = |show: &Show| self.newest[&show.shown.pass.ephemeral];
        Outcome {
            newest: self.shows.iter().map(newest).collect(),
            view: View {
                network: self.stage.world.network(),
                ledger: self.stage.ledger(),
                epochs: self.stage.all_epochs(),
                requests: self.stage.recorder.all(),
                venues: (0..GATES).map(|n| did_of(&gate_key(n))).collect(),
                shows: self.shows,
                dossiers,
            },
            truth: self.truth,
            people: self.people,
        }
    }
}

impl Stage {
    fn scan(&mut self, gate: usize, text: &str) {
        let now = self.now();
        let Post { device, client, .. } = &mut self.gates[gate];
        // An online gate's data are a minute old at most.
        if device.bundle().is_none_or(|b| now.since(b.issued) > MINUTE) {
            device.update(client).unwrap();
        }
        let scan = device.scan(text, now, Sharing::Online(client)).unwrap();
        assert_eq!(scan.verdict.colour(), Colour::Green, "{}", scan.line());
    }

    fn upload(&mut self) {
        for post in &mut self.gates {
            let Post {
                key,
                device,
                client,
            } = post;
            device.upload(client, key, |_| {}).unwrap();
        }
    }
}
