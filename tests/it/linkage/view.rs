//! Everything the adversary holds, and its exact attacks: joins of bytes, and equations with what it knows of people.

use super::recorder::Seen;
use crate::support::people::Dossier;
use ark_bn254::Fr;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::did::Did;
use luyin_protocol::field;
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::pass::ShownPass;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{Entry, Tx};
use std::collections::{BTreeSet, HashMap};

/// How long a run of bytes must be to count as a join.
const WINDOW: usize = 8;

/// A scan.
#[derive(Clone, Debug)]
pub struct Show {
    pub gate: usize,
    pub time: Timestamp,
    pub shown: ShownPass,
}

impl Show {
    /// Which scope the nym is of: two shows in one scope are of one person if their nyms are alike, by design.
    pub fn scope(&self) -> (u16, u8, Option<usize>) {
        let pass = &self.shown.pass;
        let byte = pass.scope.byte();
        (pass.day.get(), byte, (byte == 0).then_some(self.gate))
    }

    /// The fields that are not shared by design, by name. The mask is 0 in the game.
    pub fn fields(&self) -> [(&'static str, Vec<u8>); 8] {
        let ShownPass {
            pass, signature, ..
        } = &self.shown;
        let (proof, signature) = (pass.proof.as_bytes(), signature.as_bytes());
        [
            ("nym", pass.nym.to_bytes().to_vec()),
            ("rtag", pass.rtag.to_bytes().to_vec()),
            ("ephemeral", pass.ephemeral.as_bytes().to_vec()),
            ("proof A", proof[..32].to_vec()),
            ("proof B", proof[32..96].to_vec()),
            ("proof C", proof[96..].to_vec()),
            ("signature R", signature[..32].to_vec()),
            ("signature S", signature[32..].to_vec()),
        ]
    }
}

#[derive(Clone, Copy, Debug)]
pub struct EpochSeen {
    pub number: u32,
    pub time: Timestamp,
    pub shared: bool,
}

/// What gates, ledger, node, registrar and two trustees hold together (clause 10.1).
#[derive(Clone)]
pub struct View {
    pub network: NetworkId,
    pub venues: Vec<Did>,
    pub shows: Vec<Show>,
    pub ledger: Vec<(Timestamp, Entry)>,
    pub epochs: Vec<EpochSeen>,
    pub requests: Vec<Seen>,
    pub dossiers: Vec<Dossier>,
}

impl View {
    /// Runs of eight bytes in a field of a show that stand in another place too: a show in another scope, another field, or
    /// anything that wallets sent or that the registrar and the trustees keep.
    pub fn joins(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut known: HashMap<[u8; WINDOW], (usize, &'static str, usize)> = HashMap::new();
        for (place, show) in self.shows.iter().enumerate() {
            for (name, bytes) in show.fields() {
                for (offset, run) in runs(&bytes) {
                    let here = (place, name, offset);
                    let Some((other, with, at)) = known.insert(run, here) else {
                        continue;
                    };
                    let same = (with, at) == (name, offset);
                    if !same || self.shows[other].scope() != show.scope() {
                        found.insert(format!("{name} with {with} of another show"));
                    }
                }
            }
        }
        let mut look = |what: &str, bytes: &[u8]| {
            for (_, run) in runs(bytes) {
                if let Some((_, name, _)) = known.get(&run) {
                    found.insert(format!("{name} with {what}"));
                }
            }
        };
        for (_, entry) in &self.ledger {
            look("the ledger", &entry.to_vec());
        }
        for dossier in &self.dossiers {
            for (name, bytes) in &dossier.values {
                look(name, bytes);
            }
            for share in &dossier.shares {
                look("a trustee's share", share.to_bytes().as_ref());
            }
        }
        for request in self.requests.iter().filter(|r| !r.is_signed()) {
            for text in texts(request) {
                look("a request", text.as_bytes());
                if let Ok(bytes) = hex::decode(&text) {
                    look("a request", &bytes);
                }
                if let Ok(bytes) = STANDARD.decode(&text) {
                    look("a request", &bytes);
                }
            }
        }
        found
    }

    /// Requests of wallets have one shape a kind: the same headers, bodies of one length; and none names a value of its
    /// holder's.
    ///
    /// # Panics
    /// Where one differs.
    pub fn check_that_requests_are_alike(&self) {
        type Shape = (Vec<(String, String)>, usize);
        let mut shapes: HashMap<String, Shape> = HashMap::new();
        let own = |r: &&Seen| {
            r.headers
                .iter()
                .any(|h| h.0 == "user-agent" && h.1 == "luyin")
        };
        for request in self.requests.iter().filter(own).filter(|r| !r.is_signed()) {
            let headers = request
                .headers
                .iter()
                .map(|(name, value)| match name.as_str() {
                    "idempotency-key" => (name.clone(), value.len().to_string()),
                    _ => (name.clone(), value.clone()),
                });
            let shape = (headers.collect(), request.body.len());
            let first = shapes
                .entry(request.kind())
                .or_insert_with(|| shape.clone());
            assert_eq!(*first, shape, "{}", request.kind());
            let mut longest = 0;
            for run in request.target.split(|c: char| !c.is_ascii_hexdigit()) {
                longest = longest.max(run.len());
            }
            assert!(longest < 16, "{} names a value", request.target);
        }
        assert!(shapes.len() >= 12, "{:?}", shapes.keys());
    }

    /// Runs that two check-ins have in common: a ledger that joins a person's check-ins would make a diary of them.
    pub fn joined_checkins(&self) -> usize {
        let mut known: HashMap<[u8; WINDOW], u64> = HashMap::new();
        let mut joined = 0;
        for (_, entry) in &self.ledger {
            let Entry::Tx(tx) = entry else { continue };
            let Tx::CheckIn(x) = tx.as_ref() else {
                continue;
            };
            let fields = [
                x.nf.to_bytes().to_vec(),
                x.cm_new.to_bytes().to_vec(),
                x.disclosure.to_bytes().to_vec(),
                x.ctag.to_bytes().to_vec(),
                x.sealed.to_vec(),
                x.proof.to_vec(),
            ];
            for (_, run) in fields.iter().flat_map(|f| runs(f)) {
                *known.entry(run).or_default() += 1;
            }
        }
        for count in known.values() {
            joined += usize::from(*count > 1);
        }
        joined
    }

    /// Shows whose name or tag follows from a value that somebody in the view knows of a person: each known value is tried
    /// as the secret behind the nym and as the handle behind the tag, with what two shares alone could give.
    pub fn solved(&self) -> usize {
        let mut candidates: BTreeSet<[u8; 32]> = BTreeSet::new();
        for dossier in &self.dossiers {
            let whole = |bytes: &Vec<u8>| <[u8; 32]>::try_from(bytes.as_slice()).ok();
            candidates.extend(dossier.values.iter().filter_map(|(_, b)| whole(b)));
            let mut numbers: Vec<Fr> = Vec::new();
            for share in &dossier.shares {
                numbers.extend([share.expose_value(), share.expose_salt()]);
            }
            if let [one, two] = &dossier.shares[..] {
                // The line through two points of the parabola, at 0 and at the other trustees' places.
                let (s1, s2) = (one.expose_value(), two.expose_value());
                for i in [0u64, 3, 4, 5] {
                    numbers.push(s1 + (s2 - s1) * (Fr::from(i) - Fr::from(1u64)));
                }
                numbers.extend([s2 - s1, s1 + s2]);
            }
            candidates.extend(numbers.iter().map(field::to_bytes));
        }
        let candidates = candidates.iter().filter_map(|b| field::from_bytes(b).ok());
        let mut scopes: HashMap<_, Vec<&Show>> = HashMap::new();
        for show in &self.shows {
            scopes.entry(show.scope()).or_default().push(show);
        }
        let mut solved = 0;
        for secret in candidates {
            let mut days: HashMap<u16, Fr> = HashMap::new();
            for shows in scopes.values() {
                let pass = &shows[0].shown.pass;
                let venue = &self.venues[shows[0].gate];
                let scope = pass.scope.scope(&self.network, venue, pass.day).value();
                let day = Fr::from(u64::from(pass.day.get()));
                let handle = *days
                    .entry(pass.day.get())
                    .or_insert_with(|| hash(Tag::RevDay, &[secret, day]));
                let nym = hash(Tag::Nym, &[secret, scope]);
                let rtag = hash(Tag::RevTag, &[handle, scope]);
                let fits = |show: &&&Show| {
                    let pass = &show.shown.pass;
                    pass.nym.value() == nym || pass.rtag.value() == rtag
                };
                solved += shows.iter().filter(fits).count();
            }
        }
        solved
    }
}

/// Every run with its place.
fn runs(bytes: &[u8]) -> impl Iterator<Item = (usize, [u8; WINDOW])> + '_ {
    let windows = bytes.windows(WINDOW).enumerate();
    windows.map(|(place, run)| (place, run.try_into().unwrap()))
}

/// The words of a request: parts of its target, header values, strings of its body.
fn texts(request: &Seen) -> Vec<String> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let mut all: Vec<String> = request
        .target
        .split(['/', '?', '&', '='])
        .map(str::to_owned)
        .collect();
    all.extend(request.headers.iter().map(|(_, value)| value.clone()));
    all.extend(body.split('"').map(str::to_owned));
    all.push(body);
    all
}
