//! The moments at which a step, a block, a day, a root or a version turns.

use super::*;

#[test]
fn a_screenshot_is_expired_after_ninety_seconds_and_never_good_again() {
    let start = ten();
    for (later, reason) in [
        (0, Reason::Proved),
        (STEP, Reason::Proved),
        (2 * STEP - 1, Reason::Proved),
        (2 * STEP, Reason::Expired),
        (90_000, Reason::Expired),
        (24 * HOUR - 1, Reason::Expired),
    ] {
        let mut case = Case::right();
        case.now = start.plus_ms(later);
        assert_eq!(case.decide().0, reason, "{later} ms later");
    }
}

#[test]
fn a_phone_one_step_ahead_is_let_through() {
    let mut case = Case::right();
    case.step = Step::new(case.step.get() + 1);
    assert_eq!(case.decide().0, Reason::Proved);
}

#[test]
fn a_bundle_counts_to_its_last_millisecond_and_the_clock_may_lag_two_minutes() {
    let mut case = Case::right();
    case.bundle.expires = case.now;
    assert_eq!(case.decide().0, Reason::Proved);
    case.bundle.issued = case.now.plus_ms(2 * MINUTE);
    assert_eq!(case.decide().0, Reason::Proved);
}

#[test]
fn the_newest_root_counts_however_old_and_others_for_the_window_alone() {
    let window = u64::from(Cadence::standard().root_window_ms);
    for (epoch_number, age, reason) in [
        (9, 30 * 24 * HOUR, Reason::Proved),
        (8, window, Reason::Proved),
        (8, window + 1, Reason::UnknownRoot),
    ] {
        let mut case = Case::right();
        case.pass.epoch = epoch_number;
        let at = Timestamp::new(case.now.get() - age);
        let one = case
            .bundle
            .epochs
            .iter_mut()
            .find(|e| e.number == epoch_number);
        one.unwrap().time = at;
        assert_eq!(case.decide().0, reason, "epoch {epoch_number}");
    }
}

#[test]
fn a_superseded_policy_and_risk_list_count_until_their_grace_ends() {
    for (since, reason_policy, reason_risk) in [
        (2 * HOUR - 1, Reason::Proved, Reason::Proved),
        (
            2 * HOUR,
            Reason::PolicyNotAccepted,
            Reason::RiskListNotAccepted,
        ),
    ] {
        let took_effect = Timestamp::new(ten().get() - since);
        let mut case = Case::right();
        case.bundle.policies[1].effective = took_effect;
        case.pass.policy.version = 1;
        assert_eq!(case.decide().0, reason_policy);
        let mut case = Case::right();
        case.bundle.risk_lists[1].effective = took_effect;
        case.pass.risk = 1;
        assert_eq!(case.decide().0, reason_risk);
    }
}

#[test]
fn yesterdays_pass_counts_for_a_quarter_of_an_hour() {
    for (after_midnight, reason) in [
        (15 * MINUTE - 1, Reason::Proved),
        (15 * MINUTE, Reason::WrongDay),
    ] {
        let mut case = Case::right();
        case.now = DAY.plus(1).start().plus_ms(after_midnight);
        case.step = case.now.step();
        assert_eq!(case.decide().0, reason, "{after_midnight} ms");
    }
}

#[test]
fn a_walk_in_pass_counts_in_its_block_and_a_quarter_of_an_hour_after() {
    let at = |day: Day, ms: u64| day.start().plus_ms(ms);
    let quarter = 15 * MINUTE;
    for (block, now, reason) in [
        (2, at(DAY, 8 * HOUR), Reason::Proved),
        (2, at(DAY, 12 * HOUR - 1), Reason::Proved),
        (2, at(DAY, 12 * HOUR + quarter - 1), Reason::Proved),
        (2, at(DAY, 12 * HOUR + quarter), Reason::WrongBlock),
        (2, at(DAY, 8 * HOUR - 1), Reason::WrongBlock),
        (5, at(DAY.plus(1), quarter - 1), Reason::Proved),
        (5, at(DAY.plus(1), quarter), Reason::WrongDay),
        (0, at(DAY.plus(1), 1), Reason::WrongBlock),
        (5, at(DAY, 1), Reason::WrongBlock),
    ] {
        let mut case = Case::right();
        case.pass.scope = ScopeIndex::WalkIn { block, k: 1 };
        (case.now, case.step) = (now, now.step());
        case.bundle.issued = DAY.start();
        assert_eq!(case.decide().0, reason, "block {block} at {now}");
    }
}
