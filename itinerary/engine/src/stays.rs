//! First and last sighting of every day and region, and what becomes of them: the regions of each day.

use std::collections::HashMap;

use luyin_itinerary::Rules;
use luyin_protocol::time::Day;

use crate::groups::{Fold, Pair};
use crate::packed::{PORT, Span};

/// Stays of the days from `first` to `last`; rows of others are passed over.
#[derive(Clone, Copy, Debug)]
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
}

/// Days of some subscribers. The same few sets of regions come again and again, and stand here once.
#[derive(Debug, Default)]
pub struct Part {
    /// Each day of each subscriber, with the number of its set.
    pub days: Vec<(Day, u64, usize)>,
    /// Regions stayed in, in their order, [`PORT`] among them.
    pub sets: Vec<Vec<u16>>,
    numbers: HashMap<Vec<u16>, usize>,
}

impl Part {
    fn add(&mut self, day: Day, subscriber: u64, regions: &[u16]) {
        let number = match self.numbers.get(regions) {
            Some(number) => *number,
            None => {
                self.sets.push(regions.to_vec());
                self.numbers.insert(regions.to_vec(), self.sets.len() - 1);
                self.sets.len() - 1
            }
        };
        self.days.push((day, subscriber, number));
    }
}

impl Fold for Stays {
    type Out = Part;

    /// A span, which sorts by day, region and second.
    fn number(&self, fate: u64) -> Option<u64> {
        let span = Span::of(fate)?;
        let day = span.day().get();
        (self.first <= day && day <= self.last).then_some(span.bits())
    }

    fn fold(&self, sorted: &[Pair]) -> Part {
        let mut part = Part::default();
        let mut regions = Vec::new();
        let day_of = |pair: &Pair| (pair.0, Span::from_bits(pair.1).day());
        for rows in sorted.chunk_by(|a, b| day_of(a) == day_of(b)) {
            let Some(&(subscriber, first)) = rows.first() else {
                continue;
            };
            let day = Span::from_bits(first).day();
            let enough = u64::from(Rules::embedded().on(day).stay_seconds);
            regions.clear();
            let region_of = |pair: &Pair| Span::from_bits(pair.1).key();
            for seen in rows.chunk_by(|a, b| region_of(a) == region_of(b)) {
                let (Some((_, first)), Some((_, last))) = (seen.first(), seen.last()) else {
                    continue;
                };
                let stay = Span::from_bits(*first).join(Span::from_bits(*last));
                match stay.region() {
                    Some(region) if stay.seconds() >= enough => regions.push(region.get()),
                    Some(_) => {}
                    None => regions.push(PORT),
                }
            }
            part.add(day, subscriber, &regions);
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use luyin_itinerary::{EventKind, Fate, Reason, Sighting, SubscriberToken};
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
            seen(11, 21 * HOUR, 0),
            seen(11, 19 * HOUR, 0),
            pack(&Fate::Ported {
                token: token(),
                day: Day::new(12),
                second: 1,
                kind: EventKind::PortedIn,
            }),
            pack(&Fate::Quarantined(Reason::Garbage)),
        ];
        let fold = Stays::of_days(Day::new(10), Day::new(12));
        // Two subscribers with the same days.
        let numbers = rows.iter().filter_map(|row| fold.number(*row));
        let mut pairs: Vec<Pair> = numbers.flat_map(|n| [(5, n), (6, n)]).collect();
        pairs.sort_unstable();
        let part = fold.fold(&pairs);
        let days = part
            .days
            .iter()
            .map(|(day, subscriber, set)| (*subscriber, day.get(), part.sets[*set].as_slice()));
        let wanted = |subscriber| {
            [
                (subscriber, 10, &[][..]),
                (subscriber, 11, &[0, 7]),
                (subscriber, 12, &[PORT]),
            ]
        };
        assert!(days.eq([wanted(5), wanted(6)].concat()));
        assert_eq!(part.sets.len(), 3);
        assert!(fold.fold(&[]).days.is_empty());
    }
}
