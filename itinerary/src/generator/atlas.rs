//! Places that synthetic people live in and go to, with the codes that stations there carry.

use luyin_protocol::region::{Region, RegionCode, RegionIndex, RegionKind, RegionTable};
use luyin_protocol::time::Day;

use crate::event::Code;

/// A region and its stations' codes.
#[derive(Debug)]
pub struct Spot {
    pub region: RegionIndex,
    pub codes: Vec<Code>,
    pub abroad: bool,
}

/// All places of a month. Regions that begin or end within it are left out; those that had ended lend their codes to their
/// successors, as stations that nobody renamed do.
#[derive(Debug)]
pub struct Atlas {
    /// Inside China, neighbours beside each other.
    pub home: Vec<Spot>,
    /// Other countries.
    pub abroad: Vec<Spot>,
}

impl Atlas {
    pub fn of_month(first: Day, last: Day) -> Self {
        let table = RegionTable::embedded();
        let lasting = table.regions().iter().filter(|region| {
            let span = region.validity();
            span.contains(first) && span.contains(last.plus(3))
        });
        let (mut home, mut abroad) = (Vec::new(), Vec::new());
        for region in lasting {
            let mut codes = stations(region);
            let ended = table.regions().iter().filter(|old| {
                old.successor() == Some(region.code())
                    && old.validity().to().is_some_and(|end| end <= first)
            });
            codes.extend(ended.flat_map(stations));
            let spot = Spot {
                region: region.index(),
                codes,
                abroad: region.kind() == RegionKind::Country,
            };
            let list = if spot.abroad { &mut abroad } else { &mut home };
            list.push(spot);
        }
        Self { home, abroad }
    }
}

/// The region's own code and those of its first counties.
fn stations(region: &Region) -> Vec<Code> {
    let code = region.code();
    let mut codes = vec![code.to_string()];
    if let RegionCode::Division(division) = code
        && region.kind() == RegionKind::Prefecture
        && division.get() % 100 == 0
    {
        let city = if division.get() % 10_000 == 0 {
            division.get() + 100
        } else {
            division.get()
        };
        codes.extend((1..=5).map(|n| (city + n).to_string()));
    }
    codes.iter().filter_map(|c| c.parse().ok()).collect()
}
