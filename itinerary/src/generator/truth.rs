//! What is true of a synthetic day, read off its plan.

use std::collections::BTreeMap;

use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::region::RegionIndex;

use super::person::{Persona, Plan};
use crate::record::DayRecord;
use crate::token::SubscriberToken;

/// Four hours, as the plan means them; the rules' table is not asked.
const STAY: u32 = 4 * 3600;

/// The truth of a subscriber's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Who.
    pub token: SubscriberToken,
    /// How the person lives.
    pub persona: Persona,
    /// What should be kept; `None` for who is not seen all day.
    pub record: Option<DayRecord>,
}

impl Truth {
    pub(super) fn of(token: SubscriberToken, persona: Persona, plan: &Plan<'_>) -> Self {
        let mut spans: BTreeMap<RegionIndex, (u32, u32)> = BTreeMap::new();
        for presence in &plan.presences {
            let span = spans
                .entry(presence.spot.region)
                .or_insert((presence.from, presence.to));
            *span = (span.0.min(presence.from), span.1.max(presence.to));
        }
        let stayed = spans.iter().filter(|(_, (from, to))| to - from >= STAY);
        let record = DayRecord {
            regions: Itinerary::from_regions(stayed.map(|(region, _)| *region)),
            ported: plan.ported.is_some(),
        };
        let seen = plan.ported.is_some() || !plan.presences.is_empty();
        Self {
            token,
            persona,
            record: seen.then_some(record),
        }
    }
}
