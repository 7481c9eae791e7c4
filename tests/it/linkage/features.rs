//! What two shows look like together: everything that can be said of a pair in numbers.

use super::recorder::Seen;
use super::view::{Show, View};
use ark_bn254::Fr;
use luyin_protocol::field;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{Entry, Tx};
use std::collections::{BTreeMap, HashMap};

/// A column of the table of pairs.
pub type Name = String;

/// A wallet's visit: the requests of one connection that reads passes' ground.
#[derive(Clone, Debug)]
struct Visit {
    began: Timestamp,
    requests: usize,
    sent: usize,
    received: usize,
    order: u64,
}

/// What can be said of one show with the whole view at hand.
struct Profile {
    epoch: f64,
    epoch_time: f64,
    epoch_age: f64,
    shared: f64,
    /// How many shows of the day rest on its epoch.
    rarity: f64,
    versions: (u16, u32),
    minute: f64,
    time: f64,
    block: u64,
    gate: usize,
    scope: u8,
    code: u32,
    fields: Vec<Vec<u8>>,
    difference: Vec<u8>,
    /// The newest check-in that its epoch holds, by place, and how long before.
    checkin: (usize, f64),
    /// Check-ins that came under its epoch and no earlier one.
    company: f64,
    /// Visits behind its epoch and before the show: the first, the last, how many.
    first_visit: Option<usize>,
    last_visit: Option<usize>,
    visits: f64,
}

/// Profiles of all shows; pairs are compared on demand.
pub struct Table {
    profiles: Vec<Profile>,
    visits: Vec<Visit>,
}

fn minutes(time: Timestamp) -> f64 {
    time.get() as f64 / 60_000.0
}

fn visits(requests: &[Seen]) -> Vec<Visit> {
    let mut by_connection: BTreeMap<u16, Vec<&Seen>> = BTreeMap::new();
    for request in requests.iter().filter(|r| !r.is_signed()) {
        by_connection
            .entry(request.connection)
            .or_default()
            .push(request);
    }
    let mut all = Vec::new();
    for (_, requests) in by_connection {
        // A port may serve twice; a pause of a minute parts two visits.
        for visit in requests.chunk_by(|a, b| b.time.since(a.time) < 60_000) {
            if !visit.iter().any(|r| r.target.starts_with("/v1/news")) {
                continue;
            }
            let order = visit.iter().fold(0u64, |sum, r| {
                let kind = r
                    .kind()
                    .bytes()
                    .fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
                sum.wrapping_mul(1_000_003).wrapping_add(kind)
            });
            all.push(Visit {
                began: visit[0].time,
                requests: visit.len(),
                sent: visit.iter().map(|r| r.body.len()).sum(),
                received: visit.iter().map(|r| r.answered).sum(),
                order,
            });
        }
    }
    all.sort_by_key(|v| v.began);
    all
}

impl Table {
    pub fn of(view: &View) -> Self {
        let visits = visits(&view.requests);
        let checkins: Vec<Timestamp> = view
            .ledger
            .iter()
            .filter(|(_, e)| matches!(e, Entry::Tx(tx) if matches!(tx.as_ref(), Tx::CheckIn(_))))
            .map(|(time, _)| *time)
            .collect();
        let mut crowd: HashMap<(u16, u32), usize> = HashMap::new();
        for show in &view.shows {
            let pass = &show.shown.pass;
            *crowd.entry((pass.day.get(), pass.epoch)).or_default() += 1;
        }
        let profile = |show: &Show| {
            let pass = &show.shown.pass;
            let place = view.epochs.partition_point(|e| e.number < pass.epoch);
            let epoch = view.epochs[place];
            let before = place
                .checked_sub(1)
                .map_or(Timestamp::new(0), |p| view.epochs[p].time);
            let held = checkins.partition_point(|t| *t < epoch.time);
            let held_before = checkins.partition_point(|t| *t < before);
            let gap = held
                .checked_sub(1)
                .map_or(0.0, |last| minutes(epoch.time) - minutes(checkins[last]));
            let from = visits.partition_point(|v| v.began < epoch.time);
            let until = visits.partition_point(|v| v.began <= show.time);
            let seen = (until > from).then_some((from, until.saturating_sub(1)));
            let nym = pass.nym.value();
            Profile {
                epoch: f64::from(epoch.number),
                epoch_time: minutes(epoch.time),
                epoch_age: minutes(show.time) - minutes(epoch.time),
                shared: f64::from(u8::from(epoch.shared)),
                rarity: crowd[&(pass.day.get(), pass.epoch)] as f64,
                versions: (pass.policy.version, pass.risk),
                minute: show.time.since_midnight_ms() as f64 / 60_000.0,
                time: minutes(show.time),
                block: show.time.get() / (4 * 3_600_000),
                gate: show.gate,
                scope: pass.scope.byte(),
                code: show.shown.code.0,
                fields: show.fields().into_iter().map(|(_, bytes)| bytes).collect(),
                difference: field::to_bytes(&(pass.rtag.value() - nym)).to_vec(),
                checkin: (held, gap),
                company: (held - held_before) as f64,
                first_visit: seen.map(|s| s.0),
                last_visit: seen.map(|s| s.1),
                visits: (until - from.min(until)) as f64,
            }
        };
        Self {
            profiles: view.shows.iter().map(profile).collect(),
            visits,
        }
    }

    /// The columns of a pair, in the order of [`names`].
    pub fn row(&self, a: usize, b: usize) -> Vec<f64> {
        self.columns(a, b).into_iter().map(|(_, x)| x).collect()
    }

    pub fn names(&self) -> Vec<Name> {
        self.columns(0, 1)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    fn columns(&self, a: usize, b: usize) -> Vec<(Name, f64)> {
        let (x, y) = (&self.profiles[a], &self.profiles[b]);
        let mut out: Vec<(Name, f64)> = Vec::new();
        let mut put = |name: &str, value: f64| out.push((name.to_owned(), value));
        let is = |same: bool| f64::from(u8::from(same));
        let near = |a: f64, b: f64| (a - b).abs();
        put("same epoch", is(x.epoch == y.epoch));
        put("epochs apart", near(x.epoch, y.epoch));
        put("epochs apart in time", near(x.epoch_time, y.epoch_time));
        put(
            "age of the epoch, difference",
            near(x.epoch_age, y.epoch_age),
        );
        put("age of the epoch, least", x.epoch_age.min(y.epoch_age));
        put("age of the epoch, most", x.epoch_age.max(y.epoch_age));
        put("both shared", x.shared * y.shared);
        put("neither shared", (1.0 - x.shared) * (1.0 - y.shared));
        put("rarity, least", x.rarity.min(y.rarity));
        put("rarity, difference", near(x.rarity, y.rarity));
        let rare = if x.epoch == y.epoch { x.rarity } else { 1e6 };
        put("rarity where the epoch is the same", rare);
        put("same versions", is(x.versions == y.versions));
        put("same gate", is(x.gate == y.gate));
        put("same scope byte", is(x.scope == y.scope));
        put("scope bytes apart", near(x.scope.into(), y.scope.into()));
        put(
            "same place in the block",
            is((x.scope.max(1) - 1) % 4 == (y.scope.max(1) - 1) % 4),
        );
        put("both expected", is(x.scope == 0 && y.scope == 0));
        put("same code", is(x.code == y.code));
        put("days apart", ((x.time - y.time) / 1_440.0).abs().round());
        put("time apart", near(x.time, y.time));
        put("time of day apart", near(x.minute, y.minute));
        put("same block", is(x.block == y.block));
        put(
            "seconds of the minute apart",
            near(x.time.fract(), y.time.fract()),
        );
        put("same newest check-in", is(x.checkin.0 == y.checkin.0));
        put(
            "gap to the check-in, difference",
            near(x.checkin.1, y.checkin.1),
        );
        put("gap to the check-in, least", x.checkin.1.min(y.checkin.1));
        put("company of check-ins, least", x.company.min(y.company));
        put(
            "company of check-ins, difference",
            near(x.company, y.company),
        );
        put("visits, difference", near(x.visits, y.visits));
        put("visits, least", x.visits.min(y.visits));
        put(
            "same first visit",
            is(x.first_visit.is_some() && x.first_visit == y.first_visit),
        );
        put(
            "same last visit",
            is(x.last_visit.is_some() && x.last_visit == y.last_visit),
        );
        for (name, p, q) in [
            ("first visits", x.first_visit, y.first_visit),
            ("last visits", x.last_visit, y.last_visit),
        ] {
            let two = p.zip(q).map(|(p, q)| (&self.visits[p], &self.visits[q]));
            let of = |f: &dyn Fn(&Visit, &Visit) -> f64| two.map_or(-1.0, |(p, q)| f(p, q));
            let size = |a: usize, b: usize| near(a as f64, b as f64);
            put(
                &format!("{name}, same order"),
                of(&|p, q| is(p.order == q.order)),
            );
            put(
                &format!("{name}, requests"),
                of(&|p, q| size(p.requests, q.requests)),
            );
            put(&format!("{name}, sent"), of(&|p, q| size(p.sent, q.sent)));
            put(
                &format!("{name}, received"),
                of(&|p, q| size(p.received, q.received)),
            );
            put(
                &format!("{name}, apart"),
                of(&|p, q| near(minutes(p.began), minutes(q.began))),
            );
        }
        let fields = ["nym", "rtag", "ephemeral", "A", "B", "C", "R", "S"];
        for (name, (p, q)) in fields.iter().zip(x.fields.iter().zip(&y.fields)) {
            put(&format!("{name}, equal"), is(p == q));
            put(&format!("{name}, bits"), hamming(p, q));
            put(&format!("{name}, bytes"), alike(p, q));
        }
        put("tag less name, bits", hamming(&x.difference, &y.difference));
        put(
            "name and tag, bits",
            hamming(&x.fields[0], &y.fields[1]) + hamming(&x.fields[1], &y.fields[0]),
        );
        let sum = |p: &Profile| [0, 1].map(|n: usize| number(&p.fields[n]));
        let ([n1, t1], [n2, t2]) = (sum(x), sum(y));
        put(
            "cross product",
            hamming(&field::to_bytes(&(n1 * t2)), &field::to_bytes(&(n2 * t1))),
        );
        put(
            "low bits of the names",
            is((x.fields[0][0] ^ y.fields[0][0]) & 1 == 0),
        );
        out
    }
}

fn number(bytes: &[u8]) -> Fr {
    field::from_bytes(&bytes.try_into().unwrap()).unwrap()
}

fn hamming(a: &[u8], b: &[u8]) -> f64 {
    let bits: u32 = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
    f64::from(bits)
}

fn alike(a: &[u8], b: &[u8]) -> f64 {
    a.iter().zip(b).filter(|(a, b)| a == b).count() as f64
}
