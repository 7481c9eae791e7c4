//! What must hold in every run.

use luyin_simulation::disk::Loss;
use luyin_simulation::plan::{Honesty, Plan, Size};
use luyin_simulation::trace::Echo;
use luyin_simulation::world::{Outcome, World};

fn run(seed: u64, size: Size) -> Outcome {
    World::new(Plan::of(seed, size), Echo::Silent)
        .unwrap()
        .run()
}

/// Runs seeds, none of which may find anything; returns how often nodes went down and how many heights were decided.
fn find_nothing(seeds: std::ops::Range<u64>, size: Size) -> (u64, usize) {
    let (mut halts, mut decisions) = (0, 0);
    for seed in seeds {
        let outcome = run(seed, size);
        assert_eq!(outcome.findings, [], "seed {seed} with {size:?}");
        halts += outcome.halts;
        decisions += outcome.decisions;
    }
    (halts, decisions)
}

#[test]
fn four_nodes_never_fork_and_go_on_after_the_last_fault() {
    let (halts, decisions) = find_nothing(0..30, Size::Four);
    assert!(halts > 30, "only {halts} nodes went down");
    assert!(decisions > 100, "only {decisions} heights were decided");
}

#[test]
fn seven_nodes_never_fork_and_go_on_after_the_last_fault() {
    let (halts, decisions) = find_nothing(0..20, Size::Seven);
    assert!(halts > 20, "only {halts} nodes went down");
    assert!(decisions > 60, "only {decisions} heights were decided");
}

#[test]
fn a_seed_gives_the_same_trace_again_and_another_seed_another() {
    for seed in 0..6 {
        let (once, again) = (run(seed, Size::Four), run(seed, Size::Four));
        assert_eq!(once.trace, again.trace, "seed {seed}");
        assert_eq!(once.steps, again.steps);
        assert_ne!(once.trace, run(seed + 1, Size::Four).trace);
        assert_ne!(once.trace, run(seed, Size::Seven).trace);
    }
}

#[test]
fn the_seeds_of_the_test_command_hold_every_kind_of_fault() {
    let plans: Vec<Plan> = (0..30).map(|seed| Plan::of(seed, Size::Four)).collect();
    let crashes = |loss| {
        plans
            .iter()
            .flat_map(|p| &p.crashes)
            .any(|c| c.loss == loss)
    };
    assert!(crashes(Loss::Process) && crashes(Loss::Power) && crashes(Loss::Home));
    let liars = |p: &Plan| p.members.iter().any(|m| m.honesty == Honesty::Liar);
    assert!(plans.iter().any(liars) && !plans.iter().all(liars));
    let cuts = || plans.iter().flat_map(|p| &p.cuts);
    let two_ways = |links: &[(usize, usize)]| links.iter().any(|(a, b)| links.contains(&(*b, *a)));
    assert!(cuts().any(|cut| !two_ways(&cut.links)), "no cut is one-way");
    for links in [6, 8] {
        let cut = |c: &&luyin_simulation::plan::Cut| two_ways(&c.links) && c.links.len() == links;
        assert!(cuts().any(|c| cut(&c)), "no cut of {links} links");
    }
    assert!(plans.iter().any(|p| p.weather.lost > 50));
}
