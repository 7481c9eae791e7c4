//! Appeals, what settled them, and their clock (clauses 7.16b and 7.16c).

use super::keys::{Pair, Present};
use super::record::{Count, Minutes, codes, records};
use super::{Place, State, StateError, keys};
use crate::log::merkle::EntryIndex;
use luyin_protocol::appeal::{APPEAL_HOURS, AppealOutcome, due};
use luyin_protocol::field::Nym;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{Appeal, AppealBody, TxKind};

records! {
    /// An appeal with its time.
    FiledAppeal {
        /// What it says.
        body: AppealBody,
        /// The person's name in the notice's scope.
        nym: Nym,
        /// When.
        filed: Timestamp,
    }

    /// The end of an appeal.
    SettledAppeal {
        /// How.
        settlement: Settlement,
        /// When.
        time: Timestamp,
        /// By which entry.
        entry: EntryIndex,
    }
}

codes! {
    /// How an appeal ended.
    Settlement("a settlement") {
        /// It was granted.
        Granted = 1,
        /// It was refused.
        Refused = 2,
        /// Its notice was lifted without a word to the appeal.
        Lifted = 3,
    }
}

impl From<AppealOutcome> for Settlement {
    fn from(outcome: AppealOutcome) -> Self {
        match outcome {
            AppealOutcome::Granted => Self::Granted,
            AppealOutcome::Refused => Self::Refused,
        }
    }
}

/// How an appeal stands at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppealStanding {
    /// Nothing has settled it, and it is not due yet.
    Open,
    /// Nothing has settled it, and it was due.
    Overdue,
    /// Settled.
    Settled(Settlement),
}

/// Of all appeals at a time. Each is open, overdue, or settled in one way; each settled one in time or late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppealStatistics {
    /// Filed so far.
    pub filed: u64,
    /// Not settled, not due yet.
    pub open: u64,
    /// Not settled, due.
    pub overdue: u64,
    /// Granted.
    pub granted: u64,
    /// Refused.
    pub refused: u64,
    /// Their notice was lifted without a word to them.
    pub lifted: u64,
    /// Settled within the hours.
    pub in_time: u64,
    /// Settled after them.
    pub late: u64,
    /// Half of the settled ones took so many minutes at most; none where none is settled.
    pub median_minutes: Option<u16>,
}

impl AppealStatistics {
    fn add(&mut self, settlement: Settlement, minutes: Minutes, count: Count) {
        let sum = match settlement {
            Settlement::Granted => &mut self.granted,
            Settlement::Refused => &mut self.refused,
            Settlement::Lifted => &mut self.lifted,
        };
        *sum = sum.saturating_add(count.get());
        let clock = if minutes.get() <= u16::from(APPEAL_HOURS) * 60 {
            &mut self.in_time
        } else {
            &mut self.late
        };
        *clock = clock.saturating_add(count.get());
    }
}

/// How an appeal stands at a time, by what settled it.
#[must_use]
pub fn standing(
    filed: &FiledAppeal,
    settled: Option<&SettledAppeal>,
    now: Timestamp,
) -> AppealStanding {
    match settled {
        Some(settled) => AppealStanding::Settled(settled.settlement),
        None if now > due(filed.filed) => AppealStanding::Overdue,
        None => AppealStanding::Open,
    }
}

impl State<'_> {
    /// How many appeals there are, how they stand, and how long answers took. A settled appeal is counted when it is
    /// settled, so that nothing but the open ones is looked through.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn appeal_statistics(&self, now: Timestamp) -> Result<AppealStatistics, StateError> {
        let mut out = AppealStatistics {
            filed: self.count(TxKind::Appeal)?.get(),
            ..AppealStatistics::default()
        };
        for (entry, Present) in self.all(&keys::open_appeals())? {
            let filed = self.get(&keys::appeal(entry))?;
            let filed = filed.ok_or(StateError::Contradiction("an open appeal that is none"))?;
            let sum = match standing(&filed, None, now) {
                AppealStanding::Overdue => &mut out.overdue,
                AppealStanding::Open | AppealStanding::Settled(_) => &mut out.open,
            };
            *sum = sum.saturating_add(1);
        }
        let mut took = Vec::new();
        for (Pair(settlement, minutes), count) in self.all(&keys::all_settled_after())? {
            out.add(settlement, minutes, count);
            took.push((minutes, count));
        }
        out.median_minutes = median(took);
        Ok(out)
    }

    pub(crate) fn put_appeal(&mut self, tx: &Appeal, at: Place) {
        let Appeal {
            body,
            nym,
            proof: _,
        } = tx;
        let filed = FiledAppeal {
            body: body.clone(),
            nym: *nym,
            filed: at.time,
        };
        self.put(&keys::appeal(at.entry), &filed);
        self.put(&keys::appeal_of(body.notice, *nym), &at.entry);
        self.put(&keys::open_appeal(at.entry), &Present);
    }

    /// Settles an appeal that is open; another one stays as it is.
    pub(crate) fn settle_appeal(
        &mut self,
        appeal: EntryIndex,
        settlement: Settlement,
        at: Place,
    ) -> Result<(), StateError> {
        if !self.has(&keys::open_appeal(appeal))? {
            return Ok(());
        }
        let filed = self.get(&keys::appeal(appeal))?;
        let filed = filed.ok_or(StateError::Contradiction("an open appeal that is none"))?;
        let minutes = minutes_between(filed.filed, at.time);
        let so_far = self.get(&keys::settled_after(settlement, minutes))?;
        let counted = so_far.unwrap_or_default().plus(1);
        self.put(&keys::settled_after(settlement, minutes), &counted);
        let settled = SettledAppeal {
            settlement,
            time: at.time,
            entry: at.entry,
        };
        self.put(&keys::appeal_settled(appeal), &settled);
        self.delete(&keys::open_appeal(appeal));
        Ok(())
    }

    /// Settles all appeals against a notice that ends.
    pub(crate) fn settle_appeals_of(
        &mut self,
        notice: NoticeId,
        at: Place,
    ) -> Result<(), StateError> {
        for (_, appeal) in self.all(&keys::appeals_of(notice))? {
            self.settle_appeal(appeal, Settlement::Lifted, at)?;
        }
        Ok(())
    }
}

/// Begun minutes count whole, so that 8 hours to the millisecond are 480 and one more is 481.
fn minutes_between(filed: Timestamp, settled: Timestamp) -> Minutes {
    let took = settled.get().saturating_sub(filed.get());
    Minutes::new(u16::try_from(took.div_ceil(60_000)).unwrap_or(u16::MAX))
}

/// The lower median.
fn median(mut took: Vec<(Minutes, Count)>) -> Option<u16> {
    took.sort_unstable();
    let total = took
        .iter()
        .fold(0u64, |sum, (_, count)| sum.saturating_add(count.get()));
    let mut left = total.div_ceil(2);
    for (minutes, count) in took {
        match left.checked_sub(count.get()) {
            Some(0) | None => return (total > 0).then_some(minutes.get()),
            Some(rest) => left = rest,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_hours_to_the_millisecond_are_in_time_and_one_more_is_late() {
        let filed = Timestamp::new(5);
        for (took, minutes) in [(0, 0), (1, 1), (28_800_000, 480), (28_800_001, 481)] {
            let settled = filed.plus_ms(took);
            assert_eq!(minutes_between(filed, settled).get(), minutes);
            assert_eq!(settled <= due(filed), minutes <= 480);
        }
        assert_eq!(
            minutes_between(filed, filed.plus_ms(u64::MAX / 2)).get(),
            u16::MAX
        );
    }

    #[test]
    fn half_of_the_answers_took_at_most_the_median() {
        let of = |rows: &[(u16, u64)]| {
            let row = |(m, c): &(u16, u64)| (Minutes::new(*m), Count::new(*c));
            median(rows.iter().map(row).collect())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(7, 1)]), Some(7));
        assert_eq!(of(&[(9, 1), (3, 1)]), Some(3));
        assert_eq!(of(&[(9, 2), (3, 1)]), Some(9));
        assert_eq!(of(&[(1, 3), (2, 1), (90, 3)]), Some(2));
    }
}
