//! From where on something is an alarm. Data with a date: a past day is measured by what held then.

use luyin_protocol::time::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// What a day is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Thresholds {
    /// The first day that is measured so.
    #[schema(value_type = u16)]
    pub from: Day,
    /// `near-quota`: so many percent of the day's quota.
    pub near_quota_percent: u64,
    /// `surge`: more than so many times the median of the last active days.
    pub surge_times: u64,
    /// `surge`: of so many last active days at most.
    pub surge_days: u64,
    /// `surge`: there is no usual day before so many.
    pub surge_least_days: u64,
    /// `surge`: at least so many on the day.
    pub surge_floor: u64,
    /// `withdrawals`: more than so many percent of a day's attestations.
    pub taken_back_percent: u64,
    /// `withdrawals`: at least so many.
    pub taken_back_floor: u64,
    /// `first-issue-after-silence`: nothing was issued for at least so many days.
    pub silent_days: u16,
    /// How many days back anything is looked for.
    pub look_back: u16,
}

/// Newest last; each holds until the next one's first day. A change is a new row, never an altered one.
const TABLE: [Thresholds; 1] = [Thresholds {
    from: Day::new(0),
    // A quota is what the authority thought an issuer could do in a day: at four fifths somebody should know, while the
    // remaining fifth still lets an honest one go on.
    near_quota_percent: 80,
    // A week has quiet days: twice the median happens on a Monday, three times does not happen by itself.
    surge_times: 3,
    surge_days: 7,
    surge_least_days: 3,
    // Below that a village clinic's one busy morning would ring each time.
    surge_floor: 50,
    // Mixed-up samples are single ones. A whole rack is about one in twenty of a laboratory's day.
    taken_back_percent: 5,
    taken_back_floor: 3,
    // Longer than a holiday week with both its weekends: a key that was put away and is used again, or one stolen.
    silent_days: 14,
    // More than the month for which attestations live, and so few that reading them costs nothing.
    look_back: 60,
}];

impl Thresholds {
    /// Those of a day.
    #[must_use]
    pub fn on(day: Day) -> Self {
        let [first] = TABLE;
        let begun = TABLE.into_iter().rfind(|row| row.from <= day);
        begun.unwrap_or(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_begin_one_after_the_other_from_the_first_day_on() {
        assert_eq!(TABLE.first().unwrap().from, Day::new(0));
        assert!(TABLE.windows(2).all(|two| two[0].from < two[1].from));
        assert_eq!(Thresholds::on(Day::new(20_000)), *TABLE.last().unwrap());
    }
}
