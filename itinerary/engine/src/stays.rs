//! First and last sighting of every day and region, and what becomes of them: the regions of each day.

use luyin_itinerary::Rules;
use luyin_protocol::time::Day;

use crate::groups::Fold;
use crate::packed::{PORT, Span};

/// Above every region and [`PORT`]: a day begins, on which the subscriber was seen.
const DAY: u16 = u16::MAX;

/// Stays of the days from `first` to `last`; rows of others are passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stays {
    first: u16,
    last: u16,
}

impl Stays {
    /// Of some days.
    pub const fn of_days(first: Day, last: Day) -> Self {
        Self {
            first: first.get(),
            last: last.get(),
        }
    }

    fn see(held: &mut Vec<u64>, span: Span) {
        let same = |bits: &&mut u64| Span::from_bits(**bits).key() == span.key();
        match held.iter_mut().find(same) {
            Some(bits) => *bits = Span::from_bits(*bits).join(span).bits(),
            None => held.push(span.bits()),
        }
    }
}

impl Fold for Stays {
    const NAME: &'static str = "stays";

    fn take(&self, held: &mut Vec<u64>, row: u64) {
        if let Some(span) = Span::of(row)
            && (self.first..=self.last).contains(&span.day().get())
        {
            Self::see(held, span);
        }
    }

    fn join(&self, held: &mut Vec<u64>, part: u64) {
        Self::see(held, Span::from_bits(part));
    }

    /// Day after day: that it begins, and the regions stayed in, in their order; [`PORT`] comes last.
    fn finish(&self, held: &mut Vec<u64>) {
        held.sort_unstable();
        let mut out = Vec::with_capacity(held.len() + 4);
        let mut before = None;
        for span in held.iter().map(|bits| Span::from_bits(*bits)) {
            let day = span.day();
            if before != Some(day) {
                out.push(entry(day, DAY));
                before = Some(day);
            }
            match span.region() {
                None => out.push(entry(day, PORT)),
                Some(region) => {
                    if span.seconds() >= u64::from(Rules::embedded().on(day).stay_seconds) {
                        out.push(entry(day, region.get()));
                    }
                }
            }
        }
        *held = out;
    }
}

fn entry(day: Day, what: u16) -> u64 {
    u64::from(day.get()) << 16 | u64::from(what)
}

/// Calls `each` with every day of a subscriber and its regions, [`PORT`] among them.
pub fn each_day(entries: impl Iterator<Item = u64>, mut each: impl FnMut(Day, &[u16])) {
    let mut regions = Vec::new();
    let mut of = None;
    for entry in entries {
        let [_, _, _, _, day @ .., high, low] = entry.to_be_bytes();
        match u16::from_be_bytes([high, low]) {
            DAY => {
                if let Some(day) = of.replace(Day::new(u16::from_be_bytes(day))) {
                    each(day, &regions);
                }
                regions.clear();
            }
            region => regions.push(region),
        }
    }
    if let Some(day) = of {
        each(day, &regions);
    }
}

#[cfg(test)]
mod tests {
    use luyin_itinerary::{EventKind, Fate, Sighting, SubscriberToken};
    use luyin_protocol::region::RegionIndex;

    use super::*;
    use crate::packed::pack;

    const HOUR: u32 = 3600;

    fn token() -> SubscriberToken {
        SubscriberToken::new(u64::MAX).unwrap()
    }

    fn seen(day: u16, second: u32, region: u16) -> u64 {
        pack(&Fate::Seen(Sighting {
            token: token(),
            day: Day::new(day),
            second,
            region: RegionIndex::new(region).unwrap(),
            kind: EventKind::Call,
            succeeded: false,
        }))
    }

    fn days(mut held: Vec<u64>) -> Vec<(u16, Vec<u16>)> {
        let mut out = Vec::new();
        Stays::of_days(Day::new(10), Day::new(12)).finish(&mut held);
        each_day(held.into_iter(), |day, regions| {
            out.push((day.get(), regions.to_vec()));
        });
        out
    }

    #[test]
    fn four_hours_make_a_region_less_only_a_sighting_and_other_days_nothing() {
        let rows = [
            seen(11, 5 * HOUR, 7),
            seen(10, 0, 9),
            seen(11, HOUR, 7),
            seen(9, 0, 3),
            seen(13, 0, 3),
            seen(11, 2 * HOUR, 3),
            seen(11, 2 * HOUR + 14_399, 3),
            seen(11, 23 * HOUR, 0),
            seen(11, 19 * HOUR, 0),
            pack(&Fate::Ported {
                token: token(),
                day: Day::new(12),
                second: 1,
                kind: EventKind::PortedIn,
            }),
            pack(&Fate::Quarantined(luyin_itinerary::Reason::Garbage)),
        ];
        let fold = Stays::of_days(Day::new(10), Day::new(12));
        let mut whole = Vec::new();
        rows.iter().for_each(|row| fold.take(&mut whole, *row));
        let wanted = [(10, vec![]), (11, vec![0, 7]), (12, vec![PORT])];
        assert_eq!(days(whole), wanted);

        let (mut half, mut joined) = (Vec::new(), Vec::new());
        rows.iter()
            .step_by(2)
            .for_each(|row| fold.take(&mut half, *row));
        rows.iter()
            .skip(1)
            .step_by(2)
            .for_each(|row| fold.take(&mut joined, *row));
        half.iter().for_each(|part| fold.join(&mut joined, *part));
        assert_eq!(days(joined), wanted);
        assert_eq!(days(Vec::new()), []);
    }
}
