//! Verdicts derived again: honest gates are not disputed, whatever they could not know yet; others are.

use super::*;
use crate::network::NetworkParameters;
use crate::tx::{Accredit, GovernanceAction, NoticeLifted, Role};
use std::convert::Infallible;

/// What the bundle of the other tests rests on, as it was published over time.
#[derive(Clone)]
struct Archive {
    parameters: NetworkParameters,
    acts: Acts,
    epochs: Vec<EpochRef>,
    released: Vec<Since<DayRelease>>,
}

impl Archive {
    fn new() -> Self {
        let long_ago = before(20 * 24 * HOUR);
        let mut acts = Acts::default();
        for policy in bundle().policies {
            acts.take(GovernanceAction::Policy(Box::new(policy)), long_ago);
        }
        for list in bundle().risk_lists {
            acts.take(GovernanceAction::RiskList(Box::new(list)), long_ago);
        }
        let mut archive = Self {
            parameters: parameters(),
            acts,
            epochs: (1..=9).map(|n| epoch(n, long_ago)).collect(),
            released: vec![],
        };
        archive.accredit(Case::venue(), long_ago);
        archive
    }

    fn accredit(&mut self, venue: Did, time: Timestamp) {
        let role = Role::Gate { venue };
        let accredit = Accredit { did: gate(), role };
        self.acts.take(GovernanceAction::Accredit(accredit), time);
    }

    fn release(&mut self, time: Timestamp) {
        let item = release(DAY, handle(), &[]).values;
        self.released.push(Since { item, time });
    }

    fn lift(&mut self, time: Timestamp) {
        let notice = release(DAY, handle(), &[]).values.notice;
        let reason = "recovered".into();
        let lifted = NoticeLifted { notice, reason };
        self.acts.take(GovernanceAction::NoticeLifted(lifted), time);
    }

    /// What a replay says of one record of a shown pass whose proof holds.
    fn disputes(&self, reason: Reason, shown: &ShownPass) -> bool {
        let record = record(reason, shown);
        let replay = Replay::new(self.clone());
        let Ok(found) = replay.judge(gate(), &record, Some(true), &mut Memory::default());
        found.disputed
    }
}

impl Published for Archive {
    type Error = Infallible;
    fn parameters(&self) -> &NetworkParameters {
        &self.parameters
    }
    fn acts(&self) -> &Acts {
        &self.acts
    }
    fn newest_epoch(&self) -> Result<u32, Infallible> {
        Ok(self.epochs.last().map_or(0, |e| e.number))
    }
    fn epoch(&self, number: u32) -> Result<Option<EpochRef>, Infallible> {
        Ok(self.epochs.iter().find(|e| e.number == number).copied())
    }
    fn released(&self, day: Day) -> Result<Vec<Since<DayRelease>>, Infallible> {
        let of_day = self.released.iter().filter(|r| r.item.day == day);
        Ok(of_day.cloned().collect())
    }
}

fn gate() -> Did {
    Did::from_bytes([50; 32])
}

fn before(ms: u64) -> Timestamp {
    Timestamp::new(ten().get() - ms)
}

fn record(reason: Reason, shown: &ShownPass) -> AuditRecord {
    AuditRecord {
        step: ten().step(),
        verdict: Verdict::of(reason),
        evidence: Evidence::Pass(Box::new(shown.clone())),
    }
}

fn under_notice() -> ShownPass {
    let mut case = Case::right();
    case.under_notice = true;
    case.shown()
}

#[test]
fn a_notice_that_was_lifted_explains_the_red_before_and_the_green_after() {
    let shown = under_notice();
    // Hours since the release and the lifting; which verdicts a gate may have given now.
    for (released, lifted, red, green) in [
        (30, None, true, false),
        (30, Some(1), true, true),
        (30, Some(23), true, true),
        (30, Some(25), false, true),
        (1, None, true, true),
        (2, Some(1), true, true),
    ] {
        let mut archive = Archive::new();
        archive.release(before(released * HOUR));
        if let Some(hours) = lifted {
            archive.lift(before(hours * HOUR));
        }
        let given = |reason| !archive.disputes(reason, &shown);
        let found = (given(Reason::UnderNotice), given(Reason::Proved));
        assert_eq!(found, (red, green), "{released} h, {lifted:?} h");
    }
}

#[test]
fn values_count_from_their_release_and_not_from_their_notice() {
    let shown = under_notice();
    let mut archive = Archive::new();
    archive.release(ten().plus_ms(HOUR));
    assert!(archive.disputes(Reason::UnderNotice, &shown));
    assert!(!archive.disputes(Reason::Proved, &shown));
}

#[test]
fn an_emergency_list_refuses_old_passes_once_a_gate_must_know_it() {
    let shown = Case::right().shown();
    for (hours, old_is_disputed) in [(1, false), (23, false), (25, true)] {
        let mut archive = Archive::new();
        let mut emergency = risk_list(3, before(hours * HOUR));
        emergency.grace_ms = 0;
        let act = GovernanceAction::RiskList(Box::new(emergency));
        archive.acts.take(act, before(hours * HOUR));
        let refused = archive.disputes(Reason::RiskListNotAccepted, &shown);
        assert!(!refused, "{hours} h");
        let taken = archive.disputes(Reason::Proved, &shown);
        assert_eq!(taken, old_is_disputed, "{hours} h");
    }
}

#[test]
fn the_newest_root_that_an_offline_gate_knew_counts_however_old() {
    let mut case = Case::right();
    case.pass.epoch = 8;
    for (hours, old_is_disputed) in [(1, false), (23, false), (25, true)] {
        let mut archive = Archive::new();
        archive.epochs[8] = epoch(9, before(hours * HOUR));
        assert_eq!(
            archive.disputes(Reason::Proved, &case.shown()),
            old_is_disputed,
            "{hours} h"
        );
        assert!(!archive.disputes(Reason::UnknownRoot, &case.shown()));
    }
}

#[test]
fn a_gate_that_moved_is_replayed_at_the_venue_where_it_stood() {
    let record = record(Reason::Proved, &Case::right().shown());
    let inputs = |archive: Archive| {
        let Ok(inputs) = Replay::new(archive).public_inputs(&gate(), &record);
        inputs
    };
    let stays = inputs(Archive::new());
    assert!(stays.is_some());
    let elsewhere = Did::from_bytes([9; 32]);
    let mut later = Archive::new();
    later.accredit(elsewhere, ten().plus_ms(HOUR));
    assert_eq!(inputs(later), stays);
    let mut earlier = Archive::new();
    earlier.accredit(elsewhere, before(HOUR));
    assert_ne!(inputs(earlier), stays);
}

#[test]
fn what_rests_on_the_gate_alone_is_not_disputed_and_what_was_published_refuses_is() {
    let archive = Archive::new();
    let shown = Case::right().shown();
    for reason in Reason::ALL {
        let open = matches!(
            reason,
            Reason::Proved
                | Reason::BundleExpired
                | Reason::BundleBehind
                | Reason::ClockOff
                | Reason::WrongGateCode
                | Reason::PolicyNotAccepted
                | Reason::Replayed
        );
        assert_eq!(!archive.disputes(*reason, &shown), open, "{reason:?}");
    }
}

#[test]
fn a_false_proof_let_in_is_rejected_and_one_turned_away_is_not() {
    let replay = Replay::new(Archive::new());
    let shown = Case::right().shown();
    let judge = |reason, holds| {
        let record = record(reason, &shown);
        let Ok(found) = replay.judge(gate(), &record, holds, &mut Memory::default());
        (found.verified, found.rejected, found.disputed)
    };
    assert_eq!(judge(Reason::Proved, Some(true)), (true, false, false));
    assert_eq!(judge(Reason::Proved, Some(false)), (false, true, true));
    assert_eq!(judge(Reason::Rejected, Some(false)), (false, false, false));
    assert_eq!(judge(Reason::Rejected, Some(true)), (true, false, true));
}

#[test]
fn a_showing_let_through_twice_and_a_walk_in_pass_used_twice_are_disputed() {
    let replay = Replay::new(Archive::new());
    let both = |first: &ShownPass, (second, reason): (&ShownPass, Reason)| {
        let mut memory = Memory::default();
        let mut judge = |shown: &ShownPass, reason| {
            let mut record = record(reason, shown);
            record.step = shown.step;
            let Ok(found) = replay.judge(gate(), &record, Some(true), &mut memory);
            found.disputed
        };
        (judge(first, Reason::Proved), judge(second, reason))
    };
    let mut case = Case::right();
    let at_the_venue = case.shown();
    case.pass.scope = ScopeIndex::WalkIn { block: 2, k: 0 };
    let walk_in = case.shown();
    case.step = Step::new(case.step.get() + 1);
    let walk_in_later = case.shown();
    for (first, second, reason, disputed) in [
        (&at_the_venue, &at_the_venue, Reason::Proved, true),
        (&at_the_venue, &at_the_venue, Reason::Replayed, false),
        (&walk_in, &walk_in_later, Reason::Proved, true),
        (&walk_in, &walk_in_later, Reason::WalkInSpent, false),
    ] {
        let found = both(first, (second, reason));
        assert_eq!(found, (false, disputed), "{reason:?}");
    }
}
