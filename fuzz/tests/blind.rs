//! A fuzzer that sees nothing: seeds altered by chance, always the same. It keeps the checks honest in the ordinary tests, and
//! shows that every planted fault can be stumbled upon; `cargo xtask fuzz` looks where it goes, and much longer.

use luyin_fuzz::replay::seeds_in;
use luyin_fuzz::{Outcome, Target, corpus};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Altered inputs for each check.
const TRIES: usize = 300;
/// Altered inputs in which a planted fault must show.
const TRIES_FOR_A_FAULT: usize = 200_000;

fn targets() -> Vec<(&'static str, Target)> {
    let all = luyin_fuzz::LIBRARIES.to_vec();
    #[cfg(feature = "service")]
    let all = [all, luyin_fuzz::SERVICE.to_vec()].concat();
    all
}

/// One to three small changes.
fn altered(seed: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..rng.gen_range(1..=3) {
        let place = rng.gen_range(0..=data.len());
        match (rng.gen_range(0..5), data.get_mut(place)) {
            (0, Some(byte)) => *byte ^= 1 << rng.gen_range(0..8),
            (1, Some(byte)) => *byte = rng.r#gen(),
            (2, Some(_)) => drop(data.remove(place)),
            (3, _) => data.truncate(place),
            _ => data.insert(place, *b" \n/-0aZ\0\xff".choose(rng).expect("not empty")),
        }
    }
    data
}

fn breaks(check: fn(&[u8]) -> Outcome, data: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| check(data))).is_err()
}

/// The first of so many altered seeds that breaks a check.
fn stumbled_upon(name: &str, check: fn(&[u8]) -> Outcome, tries: usize) -> Option<Vec<u8>> {
    let seeds: Vec<Vec<u8>> = seeds_in(&corpus(name)).into_values().collect();
    let mut rng = StdRng::seed_from_u64(7);
    (0..tries).find_map(|_| {
        let data = altered(seeds.choose(&mut rng)?, &mut rng);
        breaks(check, &data).then_some(data)
    })
}

#[test]
fn no_law_is_broken_by_altered_seeds_and_every_planted_fault_is() {
    // Broken laws are expected here by the dozen: their words and backtraces would fill the screen.
    std::panic::set_hook(Box::new(|_| {}));
    let mut faults = Vec::new();
    for (name, target) in targets() {
        if let Some(data) = stumbled_upon(name, target.check, TRIES) {
            faults.push(format!(
                "{name}: the law is broken by {}",
                hex::encode(data)
            ));
        }
        if stumbled_upon(name, target.planted, TRIES_FOR_A_FAULT).is_none() {
            faults.push(format!("{name}: its fault stays hidden: {}", target.fault));
        }
    }
    let _ = std::panic::take_hook();
    assert!(faults.is_empty(), "{faults:#?}");
}
