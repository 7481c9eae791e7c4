//! Whoever has the whole ledger and tries every ID number of a place and a month finds nobody.
//!
//! What is tried: every hash of the system and the usual ones over a number in its usual forms, with and without the network,
//! against every run of 16 bytes of every entry; and the identifier itself with the keys of two of the three evaluators and
//! a third key of the attacker's own. What is not tried is what nobody has: all three keys. With those the same search finds
//! everybody, which shows that it looks in the right place.

use super::support::people::enrol;
use super::support::simulated::simulated_world;
use super::support::world::evaluator;
use ark_bn254::Fr;
use ark_ff::PrimeField as _;
use luyin::config::Config;
use luyin::http::server;
use luyin_device::enrolment::{IdNumber, Surname, mask_of};
use luyin_keys::voprf::{Blinding, UidKey};
use luyin_ledger::log::merkle::EntryIndex;
use luyin_protocol::field::{digest31, to_bytes};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::network::Cadence;
use luyin_protocol::note::IdentitySecret;
use luyin_protocol::scope;
use luyin_protocol::signature::NetworkId;
use rand::rngs::OsRng;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::HashSet;

const RUN: usize = 16;
const DAYS: u32 = 31;
const PEOPLE: usize = 8;
/// Domains under which the system hashes anything at all.
const DOMAINS: [&str; 8] = [
    "luyin/v1/scope/venue-day",
    "luyin/v1/scope/walk-in",
    "luyin/v1/scope/attester-day",
    "luyin/v1/scope/employer",
    "luyin/v1/binding",
    "luyin/v1/subject",
    "luyin/v1/tx",
    "luyin/v1/gate-code",
];

/// Every valid number of one county and one month.
fn numbers() -> Vec<IdNumber> {
    let bodies = (1..=DAYS).flat_map(|day| (0..1_000).map(move |n| (day, n)));
    let valid = bodies.flat_map(|(day, n)| {
        let body = format!("110105199001{day:02}{n:03}");
        "0123456789X"
            .chars()
            .find_map(move |check| IdNumber::parse(&format!("{body}{check}")).ok())
    });
    valid.collect()
}

/// What a number could have become without a secret.
fn guesses(number: &IdNumber, network: &NetworkId) -> Vec<Vec<u8>> {
    let text = number.expose().as_bytes();
    let mask = mask_of(Surname::of_name("王某"), number).unwrap();
    let labelled = [b"luyin/v1/uid/R/", text].concat();
    let mut out = Vec::new();
    for form in [text, &text[..17], &labelled, &[text, b"\n"].concat()] {
        let with_network = [network.as_bytes(), form].concat();
        for bytes in [form, &with_network] {
            out.push(Sha256::digest(bytes).to_vec());
            out.push(Sha512::digest(bytes).to_vec());
            out.push(Sha256::digest(Sha256::digest(bytes)).to_vec());
            for domain in DOMAINS {
                let labelled = [domain.as_bytes(), &[0], bytes].concat();
                out.push(Sha256::digest(labelled).to_vec());
                out.push(to_bytes(&digest31(domain, bytes)).to_vec());
            }
        }
        let x = Fr::from_le_bytes_mod_order(form);
        let secret = IdentitySecret::from_value(x);
        let zero = Fr::from(0u64);
        let values = [
            secret.owner().value(),
            secret.first_rho(),
            scope::nym(&secret, scope::checkin()).value(),
            hash(Tag::Mask, &[Fr::from(mask.bits()), zero]),
            hash(Tag::Mask, &[Fr::from(mask.bits()), x]),
            hash(Tag::Nullifier, &[x, secret.first_rho()]),
            x,
        ];
        out.extend(values.iter().map(|value| to_bytes(value).to_vec()));
    }
    out
}

/// The identifier under three evaluators' keys.
fn identifier(number: &IdNumber, keys: &[UidKey; 3]) -> Vec<u8> {
    let blinding = Blinding::new(&number.person().unwrap(), &mut OsRng).unwrap();
    let answers = keys
        .each_ref()
        .map(|key| key.evaluate(&blinding.blinded(), &mut OsRng).unwrap());
    let publics = keys.each_ref().map(UidKey::public);
    let uid = blinding.combine(&publics, &answers).unwrap();
    uid.as_bytes().to_vec()
}

#[test]
fn every_number_of_a_county_s_month_tried_against_the_ledger_finds_nobody() {
    let (world, prover) = simulated_world(Config::default(), Cadence::demo(), server::serve);
    for n in 0..PEOPLE {
        enrol(&world, n, &prover);
    }
    let node = world.app.node();
    let mut runs: HashSet<[u8; RUN]> = HashSet::new();
    for n in 0..node.published().newest().head.size() {
        let entry = node.entry(EntryIndex::new(n)).unwrap();
        runs.extend(
            entry
                .windows(RUN)
                .map(|w| <[u8; RUN]>::try_from(w).unwrap()),
        );
    }
    let stands = |bytes: &[u8]| {
        let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
        let parts = [&bytes[..RUN], &bytes[bytes.len() - RUN..], &reversed[..RUN]];
        parts.iter().any(|part| runs.contains(*part))
    };
    let all = numbers();
    assert_eq!(all.len(), DAYS as usize * 1_000);
    let network = world.network();
    let found = all
        .par_iter()
        .filter(|number| guesses(number, &network).iter().any(|g| stands(g)))
        .count();
    assert_eq!(found, 0);

    let near = &all[..40];
    let own = UidKey::generate(&mut OsRng).unwrap();
    let two = [evaluator(0), evaluator(1), own];
    let with = |keys: &[UidKey; 3]| {
        let found = near.par_iter().filter(|n| stands(&identifier(n, keys)));
        found.count()
    };
    assert_eq!(with(&two), 0);
    assert_eq!(with(&[0, 1, 2].map(evaluator)), PEOPLE);
}
