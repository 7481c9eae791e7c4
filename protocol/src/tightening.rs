//! What makes a new version of a policy or of the risk list stricter than the one before (clause 7.16a).
//!
//! A clause is *not* tightened where whoever met the old one meets the new one, whatever their note holds. That is an order:
//! steps none of which tightens a clause do not tighten it together, so a change gains nothing by being cut into small ones.

use crate::itinerary::Itinerary;
use crate::policy::{DEFAULT_GRACE_MS, Policy, Predicates, Thresholds};
use crate::region::RegionIndex;
use crate::risk::RiskList;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A clause that a version asks more by than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tightened {
    /// Check-ins count as fever from a lower temperature.
    Fever,
    /// More symptoms make a day unwell.
    Symptoms,
    /// More kinds of contact make a day unwell.
    Contacts,
    /// The newest check-in must be more recent.
    SlotLag,
    /// More normal days, or fewer days among which to find them.
    NormalDays,
    /// More days must be free of symptoms, contact and fever.
    ClearDays,
    /// A test or doses are demanded that were not, or not so recent, or not so many.
    TestOrDoses,
    /// A thermometer reading is demanded, or a more recent one.
    Reading,
    /// An itinerary is demanded, or a more recent one.
    Itinerary,
    /// New enrolments must show more days, or for longer.
    FreshEnrolments,
    /// The mask must be shown.
    Mask,
    /// Printed passes are no longer accepted.
    Paper,
    /// The gate's code must be covered.
    GateCode,
    /// The one before ends before two hours are over, so that not everyone can prove anew in time.
    Grace,
    /// Regions are added.
    Regions,
}

impl Tightened {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fever => "fever from a lower temperature",
            Self::Symptoms => "more symptoms make a day unwell",
            Self::Contacts => "more kinds of contact make a day unwell",
            Self::SlotLag => "a more recent check-in",
            Self::NormalDays => "more normal days, or fewer to find them among",
            Self::ClearDays => "more days without symptoms, contact and fever",
            Self::TestOrDoses => "a test or doses, more recent or more than before",
            Self::Reading => "a thermometer reading, or a more recent one",
            Self::Itinerary => "an itinerary, or a more recent one",
            Self::FreshEnrolments => "more days of new enrolments, or for longer",
            Self::Mask => "the mask is shown",
            Self::Paper => "no printed passes",
            Self::GateCode => "the gate's code is covered",
            Self::Grace => "the version before ends within two hours",
            Self::Regions => "regions are added",
        }
    }
}

/// The clauses by which a policy asks more than its predecessor. The first version of a policy takes nothing from anybody:
/// nobody has passed by it yet.
#[must_use]
pub fn of_policy(before: Option<&Policy>, after: &Policy) -> Vec<Tightened> {
    let Some(before) = before else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut tighter = |clause, yes: bool| {
        if yes {
            found.push(clause);
        }
    };
    let (old, new): (Thresholds, Thresholds) = (before.thresholds, after.thresholds);
    tighter(Tightened::Fever, new.fever < old.fever);
    tighter(
        Tightened::Symptoms,
        new.symptom_mask & !old.symptom_mask != 0,
    );
    tighter(
        Tightened::Contacts,
        new.contact_mask & !old.contact_mask != 0,
    );
    let (old, new) = (&before.predicates, &after.predicates);
    tighter(Tightened::SlotLag, new.slot_lag < old.slot_lag);
    tighter(Tightened::NormalDays, normal_days(old, new));
    tighter(Tightened::ClearDays, new.window_b & !old.window_b != 0);
    tighter(Tightened::TestOrDoses, test_or_doses(old, new));
    let (was, is) = (old.max_reading_age, new.max_reading_age);
    tighter(Tightened::Reading, younger(was, is));
    let (was, is) = (old.max_itinerary_age, new.max_itinerary_age);
    tighter(Tightened::Itinerary, younger(was, is));
    let fresh = new.fresh_normal > old.fresh_normal || new.fresh_horizon > old.fresh_horizon;
    tighter(Tightened::FreshEnrolments, new.fresh_normal > 0 && fresh);
    tighter(Tightened::Mask, new.show_mask && !old.show_mask);
    tighter(Tightened::Paper, before.paper && !after.paper);
    tighter(Tightened::GateCode, after.gate_code && !before.gate_code);
    let cut_off = (before.reference.version > 1).then_some(before.effective);
    let cut_off = cut_off.map(|begun| begun.plus_ms(before.grace_ms.into()));
    tighter(
        Tightened::Grace,
        hurried(cut_off, after.effective, after.grace_ms),
    );
    found
}

/// The same of a risk list; before the first there is one of no regions, which nobody had to prove against.
#[must_use]
pub fn of_list(before: Option<&RiskList>, after: &RiskList) -> Vec<Tightened> {
    let mut found = Vec::new();
    if added(before, after).next().is_some() {
        found.push(Tightened::Regions);
    }
    let cut_off = before.filter(|list| list.version > 1);
    let cut_off = cut_off.map(|list| list.effective.plus_ms(list.grace_ms.into()));
    if before.is_some() && hurried(cut_off, after.effective, after.grace_ms) {
        found.push(Tightened::Grace);
    }
    found
}

/// The regions that a list has and the one before has not.
pub fn added<'a>(
    before: Option<&RiskList>,
    after: &'a RiskList,
) -> impl Iterator<Item = RegionIndex> + 'a {
    let before = before.map_or_else(Itinerary::default, |list| list.regions);
    after
        .regions
        .regions()
        .filter(move |region| !before.contains(*region))
}

/// Whoever had enough normal days in the old window has lost at most as many as the new one no longer counts.
fn normal_days(old: &Predicates, new: &Predicates) -> bool {
    let lost = (old.window_a & !new.window_a).count_ones();
    new.min_normal > 0 && u32::from(new.min_normal) + lost > u32::from(old.min_normal)
}

/// Either of the two satisfied, whoever had the one need not have the other: each that sufficed must suffice still.
fn test_or_doses(old: &Predicates, new: &Predicates) -> bool {
    if new.max_test_age.is_none() && new.min_doses.is_none() {
        return false;
    }
    if old.max_test_age.is_none() && old.min_doses.is_none() {
        return true;
    }
    let test = old
        .max_test_age
        .is_some_and(|was| new.max_test_age.is_none_or(|is| is < was));
    let doses = old
        .min_doses
        .is_some_and(|was| new.min_doses.is_none_or(|is| is > was));
    test || doses
}

fn younger(was: Option<u16>, is: Option<u16>) -> bool {
    is.is_some_and(|is| was.is_none_or(|was| is < was))
}

/// Whether the version before ends before everyone has had two hours: by a short grace of this one, or by this one coming
/// within the grace that the one before still gives to its own predecessor, which it would cut off.
fn hurried(cut_off: Option<Timestamp>, effective: Timestamp, grace_ms: u32) -> bool {
    grace_ms < DEFAULT_GRACE_MS || cut_off.is_some_and(|end| effective < end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::tests::sample;

    fn next(change: impl Fn(&mut Policy)) -> Vec<Tightened> {
        let mut before = sample();
        before.reference.version = 2;
        let mut after = before.clone();
        after.reference.version = 3;
        after.effective = before.effective.plus_ms(before.grace_ms.into());
        change(&mut after);
        after.check().unwrap();
        of_policy(Some(&before), &after)
    }

    #[test]
    fn every_clause_that_asks_more_is_named_and_none_that_asks_less() {
        assert_eq!(next(|_| ()), []);
        assert_eq!(of_policy(None, &sample()), []);
        type Change = fn(&mut Policy);
        let stricter: [(Tightened, Change); 16] = [
            (Tightened::Fever, |p| p.thresholds.fever = 372),
            (Tightened::SlotLag, |p| p.predicates.slot_lag = 0),
            (Tightened::NormalDays, |p| p.predicates.min_normal = 2),
            (Tightened::NormalDays, |p| p.predicates.window_a = 0x1fff),
            (Tightened::TestOrDoses, |p| {
                p.predicates.max_test_age = Some(6);
            }),
            (Tightened::TestOrDoses, |p| {
                p.predicates.max_test_age = None;
            }),
            (Tightened::TestOrDoses, |p| {
                p.predicates.min_doses = Some(3);
            }),
            (Tightened::TestOrDoses, |p| p.predicates.min_doses = None),
            (Tightened::Reading, |p| {
                p.predicates.max_reading_age = Some(60_000);
            }),
            (Tightened::Itinerary, |p| {
                p.predicates.max_itinerary_age = Some(1);
            }),
            (Tightened::FreshEnrolments, |p| {
                p.predicates.fresh_horizon = 31;
            }),
            (Tightened::FreshEnrolments, |p| {
                p.predicates.fresh_normal = 8;
            }),
            (Tightened::Paper, |p| p.paper = false),
            (Tightened::GateCode, |p| p.gate_code = true),
            (Tightened::Grace, |p| p.grace_ms = DEFAULT_GRACE_MS - 1),
            (Tightened::Grace, |p| {
                p.effective = Timestamp::new(p.effective.get() - 1);
            }),
        ];
        for (n, (clause, change)) in stricter.iter().enumerate() {
            assert_eq!(next(change), [*clause], "case {n}");
        }
        let looser: [Change; 8] = [
            |p| p.thresholds.fever = 374,
            |p| (p.thresholds.symptom_mask, p.thresholds.contact_mask) = (1, 1),
            |p| p.predicates.slot_lag = 2,
            |p| (p.predicates.min_normal, p.predicates.window_a) = (0, 0),
            |p| (p.predicates.max_test_age, p.predicates.min_doses) = (None, None),
            |p| p.predicates.window_b = 1,
            |p| p.predicates.max_itinerary_age = None,
            |p| (p.predicates.fresh_normal, p.predicates.fresh_horizon) = (0, 99),
        ];
        for (n, change) in looser.iter().enumerate() {
            assert_eq!(next(change), [], "case {n}");
        }
    }

    #[test]
    fn masks_and_windows_are_compared_bit_by_bit() {
        let mut before = sample();
        before.thresholds.symptom_mask = 0b0110;
        before.thresholds.contact_mask = 0b01;
        before.predicates.window_b = 0b0011;
        before.predicates.show_mask = false;
        before.paper = false;
        let mut after = before.clone();
        after.effective = before.effective.plus_ms(before.grace_ms.into());
        // Fewer bits in number, and yet another one among them.
        after.thresholds.symptom_mask = 0b1000;
        after.thresholds.contact_mask = 0b10;
        after.predicates.window_b = 0b0100;
        after.predicates.show_mask = true;
        assert_eq!(
            of_policy(Some(&before), &after),
            [
                Tightened::Symptoms,
                Tightened::Contacts,
                Tightened::ClearDays,
                Tightened::Mask
            ]
        );
    }

    #[test]
    fn fewer_normal_days_among_fewer_days_are_weighed_against_each_other() {
        let mut before = sample();
        before.predicates.min_normal = 5;
        let mut after = before.clone();
        after.effective = before.effective.plus_ms(before.grace_ms.into());
        after.predicates.window_a = 0x0fff;
        after.predicates.min_normal = 3;
        assert_eq!(of_policy(Some(&before), &after), []);
        after.predicates.min_normal = 4;
        assert_eq!(of_policy(Some(&before), &after), [Tightened::NormalDays]);
    }

    #[test]
    fn a_list_asks_more_by_any_region_that_it_adds_however_many_it_drops() {
        let region = |n| RegionIndex::new(n).unwrap();
        let list = |version: u32, regions: &[u16]| RiskList {
            version,
            regions: Itinerary::from_regions(regions.iter().map(|n| region(*n))),
            effective: Timestamp::new(u64::from(version) * 10_000_000),
            grace_ms: DEFAULT_GRACE_MS,
        };
        let before = list(1, &[1, 2, 3]);
        assert_eq!(of_list(None, &before), [Tightened::Regions]);
        assert_eq!(of_list(None, &list(1, &[])), []);
        assert_eq!(of_list(Some(&before), &list(2, &[1, 2])), []);
        assert_eq!(of_list(Some(&before), &list(2, &[9])), [Tightened::Regions]);
        assert_eq!(
            added(Some(&before), &list(2, &[2, 9])).collect::<Vec<_>>(),
            [region(9)]
        );
        let mut emergency = list(2, &[1]);
        emergency.grace_ms = 0;
        assert_eq!(of_list(Some(&before), &emergency), [Tightened::Grace]);
    }
}
