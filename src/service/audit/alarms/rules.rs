//! The rules: from figures to alarms, and nothing else goes in.

use super::Thresholds;
use luyin_protocol::time::Day;
use serde::Serialize;
use std::fmt;

/// What is alarming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmName {
    /// The day's quota is nearly used, or is.
    NearQuota,
    /// Far more than on other days.
    Surge,
    /// Many of the day's attestations were taken back.
    Withdrawals,
    /// The first sign of life in a long time.
    FirstIssueAfterSilence,
}

impl AlarmName {
    /// Every alarm.
    pub const ALL: [Self; 4] = [
        Self::NearQuota,
        Self::Surge,
        Self::Withdrawals,
        Self::FirstIssueAfterSilence,
    ];

    /// The name, which never changes.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NearQuota => "near-quota",
            Self::Surge => "surge",
            Self::Withdrawals => "withdrawals",
            Self::FirstIssueAfterSilence => "first-issue-after-silence",
        }
    }
}

/// What an organisation did in one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Activity {
    /// Its quota of the day.
    pub quota: u32,
    /// Since which day it holds the role.
    pub since: Day,
    /// How many on the day.
    pub count: u64,
    /// How many on the days before on which there were any, the oldest first; as far as is looked back.
    pub before: Vec<(Day, u64)>,
}

/// What an issuer took back of a day's attestations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TakenBack {
    /// How many it stated.
    pub issued: u64,
    /// How many of them it took back.
    pub taken_back: u64,
}

/// An alarm with the figures that made it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    pub alarm: AlarmName,
    pub count: u64,
    pub quota: Option<u32>,
    pub usual: Option<u64>,
    pub taken_back: Option<u64>,
    pub silent_days: Option<u16>,
}

impl Figures {
    const fn of(alarm: AlarmName, count: u64) -> Self {
        Self {
            alarm,
            count,
            quota: None,
            usual: None,
            taken_back: None,
            silent_days: None,
        }
    }
}

/// Alarms about a day's activity.
pub(super) fn of_activity(at: &Thresholds, day: Day, activity: &Activity) -> Vec<Figures> {
    let count = activity.count;
    if count == 0 {
        return Vec::new();
    }
    let mut found = Vec::new();
    let percent = u128::from(count).saturating_mul(100);
    let near = u128::from(activity.quota).saturating_mul(at.near_quota_percent.into());
    if percent >= near {
        found.push(Figures {
            quota: Some(activity.quota),
            ..Figures::of(AlarmName::NearQuota, count)
        });
    }
    if let Some(usual) = usual(at, &activity.before) {
        let limit = usual.saturating_mul(at.surge_times);
        if count > limit && count >= at.surge_floor {
            found.push(Figures {
                usual: Some(usual),
                ..Figures::of(AlarmName::Surge, count)
            });
        }
    }
    let silent = silent_days(at, day, activity);
    if silent >= at.silent_days {
        found.push(Figures {
            silent_days: Some(silent),
            ..Figures::of(AlarmName::FirstIssueAfterSilence, count)
        });
    }
    found
}

/// The alarm about what was taken back.
pub(super) fn of_taken_back(at: &Thresholds, day: TakenBack) -> Option<Figures> {
    let TakenBack { issued, taken_back } = day;
    let share = u128::from(taken_back).saturating_mul(100);
    let limit = u128::from(issued).saturating_mul(at.taken_back_percent.into());
    (taken_back >= at.taken_back_floor && share > limit).then(|| Figures {
        taken_back: Some(taken_back),
        ..Figures::of(AlarmName::Withdrawals, issued)
    })
}

/// The median of the last active days; `None` while there are too few to tell.
fn usual(at: &Thresholds, before: &[(Day, u64)]) -> Option<u64> {
    let days = usize::try_from(at.surge_days).unwrap_or(usize::MAX);
    let mut last: Vec<u64> = before.iter().rev().take(days).map(|(_, n)| *n).collect();
    let least = usize::try_from(at.surge_least_days).unwrap_or(usize::MAX);
    if last.len() < least.max(1) {
        return None;
    }
    last.sort_unstable();
    let upper = last.get(last.len() / 2)?;
    let lower = last.get(last.len().saturating_sub(1) / 2)?;
    Some(lower.midpoint(*upper))
}

/// Whole days without anything before this one: since the last active day, or since the role was given.
fn silent_days(at: &Thresholds, day: Day, activity: &Activity) -> u16 {
    let begun = activity.since.max(day.minus(at.look_back));
    let last = activity.before.last().map_or(begun, |(last, _)| *last);
    day.get().saturating_sub(last.get()).saturating_sub(1)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count;
        match self.alarm {
            AlarmName::NearQuota => {
                let quota = self.quota.unwrap_or_default();
                write!(f, "{count} of the day's quota of {quota} are used")
            }
            AlarmName::Surge => {
                let usual = self.usual.unwrap_or_default();
                write!(f, "{count} on this day, {usual} on its usual active day")
            }
            AlarmName::Withdrawals => {
                let back = self.taken_back.unwrap_or_default();
                write!(
                    f,
                    "{back} of the day's {count} attestations were taken back"
                )
            }
            AlarmName::FirstIssueAfterSilence => {
                let days = self.silent_days.unwrap_or_default();
                write!(f, "{count} on this day, after at least {days} days of none")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day::new(1_000);

    fn at() -> Thresholds {
        Thresholds::on(DAY)
    }

    /// Active on each of the days before, the newest being yesterday.
    fn activity(count: u64, before: &[u64]) -> Activity {
        let first = DAY.minus(u16::try_from(before.len()).unwrap());
        let days = (first.get()..).map(Day::new);
        Activity {
            quota: 1_000_000,
            since: Day::new(0),
            count,
            before: days.zip(before.iter().copied()).collect(),
        }
    }

    fn names(activity: &Activity) -> Vec<AlarmName> {
        let found = of_activity(&at(), DAY, activity);
        found.into_iter().map(|f| f.alarm).collect()
    }

    #[test]
    fn four_fifths_of_a_quota_are_told_and_less_is_not() {
        let with = |count, quota| Activity {
            quota,
            ..activity(count, &[count; 7])
        };
        assert_eq!(names(&with(79, 100)), []);
        assert_eq!(names(&with(80, 100)), [AlarmName::NearQuota]);
        assert_eq!(names(&with(4, 5)), [AlarmName::NearQuota]);
        assert_eq!(names(&with(3, 5)), []);
        let most = with(u64::MAX, u32::MAX);
        assert_eq!(names(&most), [AlarmName::NearQuota]);
    }

    #[test]
    fn a_surge_is_more_than_three_times_the_median_of_seven_active_days() {
        let usual = [30, 20, 25, 900, 20, 10, 20, 30];
        // The oldest is not looked at; the median of the other seven is 20, whatever the one great day was.
        assert_eq!(names(&activity(60, &usual)), []);
        let surge = of_activity(&at(), DAY, &activity(61, &usual));
        assert_eq!(surge[0].alarm, AlarmName::Surge);
        assert_eq!((surge[0].count, surge[0].usual), (61, Some(20)));
    }

    #[test]
    fn no_surge_below_the_floor_or_without_a_usual_day() {
        assert_eq!(names(&activity(49, &[1; 7])), []);
        assert_eq!(names(&activity(50, &[1; 7])), [AlarmName::Surge]);
        assert_eq!(names(&activity(5_000, &[1; 2])), []);
        assert_eq!(names(&activity(5_000, &[1; 3])), [AlarmName::Surge]);
    }

    #[test]
    fn an_even_number_of_days_has_the_middle_of_both_middle_ones() {
        assert_eq!(
            usual(&at(), &activity(1, &[10, 20, 30, 40]).before),
            Some(25)
        );
    }

    #[test]
    fn the_first_issue_after_two_weeks_is_told_also_where_it_is_the_very_first() {
        let mut silent = activity(1, &[5]);
        silent.before = vec![(DAY.minus(15), 5)];
        let found = of_activity(&at(), DAY, &silent);
        assert_eq!(found[0].alarm, AlarmName::FirstIssueAfterSilence);
        assert_eq!(found[0].silent_days, Some(14));
        silent.before = vec![(DAY.minus(14), 5)];
        assert_eq!(names(&silent), []);
        silent.before = vec![];
        silent.since = DAY.minus(15);
        assert_eq!(names(&silent), [AlarmName::FirstIssueAfterSilence]);
        silent.since = DAY;
        assert_eq!(names(&silent), []);
    }

    #[test]
    fn more_than_one_in_twenty_taken_back_is_told_and_a_single_mix_up_is_not() {
        let told = |issued, taken_back| {
            let found = of_taken_back(&at(), TakenBack { issued, taken_back });
            found.map(|f| (f.alarm, f.count, f.taken_back))
        };
        assert_eq!(told(100, 5), None);
        let told_of_six = (AlarmName::Withdrawals, 100, Some(6));
        assert_eq!(told(100, 6), Some(told_of_six));
        assert_eq!(told(10, 2), None);
        assert!(told(10, 3).is_some());
        assert_eq!(told(0, 0), None);
    }

    #[test]
    fn a_day_without_anything_is_no_alarm() {
        let mut idle = activity(0, &[100; 7]);
        idle.quota = 0;
        assert_eq!(names(&idle), []);
    }

    #[test]
    fn every_alarm_is_written_under_its_name() {
        for name in AlarmName::ALL {
            let json = serde_json::to_value(name).unwrap();
            assert_eq!(json, name.slug());
        }
    }
}
