//! Faults that are planted, and found.

use luyin_simulation::habits::{BodyHabit, GuardHabit, Habits, LogHabit, SenderHabit};
use luyin_simulation::plan::{Plan, Size};
use luyin_simulation::trace::Echo;
use luyin_simulation::watch::{Finding, Flaw};
use luyin_simulation::world::World;
use malachitebft_core_consensus::ThresholdParams;
use malachitebft_core_types::ThresholdParam;

/// The first seed of some in which a planted fault is found in the way that is meant.
fn found(plans: impl Iterator<Item = Plan>, is: impl Fn(&Finding) -> bool) -> Option<u64> {
    plans
        .map(|plan| World::new(plan, Echo::Silent).unwrap().run_until(&is))
        .find(|outcome| outcome.findings.iter().any(&is))
        .map(|outcome| outcome.seed)
}

fn with(habits: Habits, seeds: u64) -> impl Iterator<Item = Plan> {
    (0..seeds).map(move |seed| Plan {
        habits,
        ..Plan::of(seed, Size::Four)
    })
}

/// A quorum that 2f of 3f + 1 nodes meet, one too few.
fn two_f() -> ThresholdParams {
    ThresholdParams {
        quorum: ThresholdParam::new(49, 100),
        ..ThresholdParams::default()
    }
}

#[test]
fn a_guard_that_is_forgotten_at_a_restart_is_found() {
    let habits = Habits {
        guard: GuardHabit::Forgotten,
        ..Habits::default()
    };
    let twice = |finding: &Finding| matches!(finding, Finding::SignedTwice { .. });
    assert_ne!(found(with(habits, 60), twice), None);
}

#[test]
fn a_quorum_of_two_f_is_found_by_its_certificates() {
    let habits = Habits {
        thresholds: two_f(),
        ..Habits::default()
    };
    let few = |finding: &Finding| {
        matches!(
            finding,
            Finding::Certificate {
                flaw: Flaw::Few { .. },
                ..
            }
        )
    };
    assert_ne!(found(with(habits, 10), few), None);
}

#[test]
fn a_quorum_of_two_f_is_found_by_the_forks_it_makes() {
    let habits = Habits {
        thresholds: two_f(),
        ..Habits::default()
    };
    let fork = |finding: &Finding| matches!(finding, Finding::Fork { .. });
    assert_ne!(found(with(habits, 60), fork), None);
}

#[test]
fn two_liars_of_four_fork_the_others() {
    let plans = (0..100).map(|seed| Plan::against(seed, Size::Four, 2));
    let fork = |finding: &Finding| matches!(finding, Finding::Fork { .. });
    assert_ne!(found(plans, fork), None);
}

#[test]
fn a_vote_before_its_body_is_durable_is_found() {
    let habits = Habits {
        bodies: BodyHabit::Later,
        ..Habits::default()
    };
    let unbacked = |finding: &Finding| matches!(finding, Finding::Unbacked { .. });
    assert_ne!(found(with(habits, 10), unbacked), None);
}

#[test]
fn bodies_that_anyone_sends_in_the_name_of_proposers_are_found_to_stop_all_rounds() {
    let habits = Habits {
        senders: SenderHabit::Anyone,
        ..Habits::default()
    };
    let stuck = |finding: &Finding| matches!(finding, Finding::Stuck { .. });
    assert_ne!(found(with(habits, 200), stuck), None);
}

#[test]
fn a_log_that_is_synced_after_signing_is_found_to_stop_nodes_for_good() {
    let habits = Habits {
        log: LogHabit::BeforePublishing,
        ..Habits::default()
    };
    let stops =
        |finding: &Finding| matches!(finding, Finding::Stuck { .. } | Finding::Stopped { .. });
    assert_ne!(found(with(habits, 200), stops), None);
}
