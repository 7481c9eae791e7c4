//! Policies: dated data, never code (protocol clauses 5.4, 5.6 and 6.4).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::note::{HISTORY_DAYS, pack};
use crate::time::{Day, Timestamp};
use ark_bn254::Fr;
use serde::{Deserialize, Serialize};

const MAX_TEXT: usize = 200;
/// The longest grace a policy or risk list may have.
pub const MAX_GRACE_MS: u32 = 24 * 3_600_000;
/// How far ahead of its block a version may take effect at most. Nothing published later takes effect before it, and who
/// enrols meanwhile was not counted when it was approved.
pub const MAX_LEAD_MS: u64 = 30 * 86_400_000;
/// The published default grace: two hours.
pub const DEFAULT_GRACE_MS: u32 = 2 * 3_600_000;

/// The policy whose thresholds every check-in applies: were it the holder's choice, the laxest of all would apply.
pub const BASE_POLICY: u16 = 1;

/// Which policy, in which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicyRef {
    /// The policy's number.
    pub id: u16,
    /// Versions count from 1 without gaps.
    pub version: u16,
}

impl std::fmt::Display for PolicyRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.id, self.version)
    }
}

impl Canonical for PolicyRef {
    fn encode(&self, w: &mut Writer) {
        w.u16(self.id).u16(self.version);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: r.u16("a policy id")?,
            version: r.u16("a policy version")?,
        })
    }
}

/// When a check-in counts as fever or unwell (clause 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Thresholds {
    /// Tenths of a degree Celsius, 300 to 450.
    pub fever: u16,
    /// Symptom bits that make a day unwell.
    pub symptom_mask: u16,
    /// Contact bits that make a day unwell.
    pub contact_mask: u8,
}

impl Thresholds {
    /// The shipped default: 37.3 degrees, every symptom, every contact.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            fever: 373,
            symptom_mask: u16::MAX,
            contact_mask: u8::MAX,
        }
    }

    /// The public input of the check-in statement.
    #[must_use]
    pub fn pack(&self) -> Fr {
        pack(&[
            (self.fever.into(), 16),
            (self.symptom_mask.into(), 16),
            (self.contact_mask.into(), 8),
        ])
    }

    fn check(&self) -> Result<(), DecodeError> {
        if (300..=450).contains(&self.fever) {
            Ok(())
        } else {
            Err(DecodeError::Invalid("a fever threshold of 30.0 to 45.0"))
        }
    }
}

/// The predicates of a policy, relative to the day of a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicates {
    /// The newest check-in is at most so many slots before the day's first.
    pub slot_lag: u8,
    /// At least so many normal days in `window_a`.
    pub min_normal: u8,
    /// Days of the history that are counted; bit 0 is the newest check-in's day.
    pub window_a: u16,
    /// Days of the history that must be free of symptoms, contact and fever.
    pub window_b: u16,
    /// A negative test of at most so many days satisfies.
    pub max_test_age: Option<u16>,
    /// So many doses satisfy.
    pub min_doses: Option<u8>,
    /// An attested normal reading of at most so many days is demanded.
    pub max_reading_age: Option<u16>,
    /// An itinerary of at most so many days is demanded.
    pub max_itinerary_age: Option<u16>,
    /// Re-enrolments of at most so many days ago must show `fresh_normal` normal days.
    pub fresh_horizon: u16,
    /// Normal days that a fresh re-enrolment must show.
    pub fresh_normal: u8,
    /// The mask is shown, so that an ID can be compared.
    pub show_mask: bool,
}

impl Predicates {
    fn check(&self) -> Result<(), DecodeError> {
        let window = 1u16 << HISTORY_DAYS;
        let counted = self.window_a.count_ones();
        if self.window_a >= window || self.window_b >= window {
            return Err(DecodeError::Invalid("windows of 14 days"));
        }
        if u32::from(self.min_normal) > counted || usize::from(self.fresh_normal) > HISTORY_DAYS {
            return Err(DecodeError::Invalid(
                "no more normal days than the window has",
            ));
        }
        if self.min_doses.is_some_and(|d| d == 0 || d > 15) {
            return Err(DecodeError::Invalid("1 to 15 doses"));
        }
        if self.slot_lag > 28 {
            return Err(DecodeError::Invalid("a lag of at most 28 slots"));
        }
        Ok(())
    }

    /// The public input of the pass statement on a day (clause 5.6).
    #[must_use]
    pub fn pack(&self, day: Day) -> Fr {
        let Self {
            slot_lag,
            min_normal,
            window_a,
            window_b,
            max_test_age,
            min_doses,
            max_reading_age,
            max_itinerary_age,
            fresh_horizon,
            fresh_normal,
            show_mask,
        } = self;
        let since = |age: &Option<u16>| age.map_or(0, |a| u64::from(day.minus(a).get()));
        pack(&[
            (day.slots()[0].minus(u32::from(*slot_lag)).get().into(), 32),
            (u64::from(*min_normal), 4),
            (u64::from(*window_a), 14),
            (u64::from(*window_b), 14),
            (u64::from(max_test_age.is_some()), 1),
            (since(max_test_age), 16),
            (u64::from(min_doses.is_some()), 1),
            (u64::from(min_doses.unwrap_or(0)), 4),
            (since(max_reading_age), 16),
            (since(max_itinerary_age), 16),
            // Never 0: a first enrolment carries fresh_day 0 and is not a fresh one.
            (u64::from(day.minus(*fresh_horizon).get().max(1)), 16),
            (u64::from(*fresh_normal), 4),
            (u64::from(*show_mask), 1),
        ])
    }
}

/// A published policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Number and version.
    pub reference: PolicyRef,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// When it takes effect.
    pub effective: Timestamp,
    /// How long the previous version is still accepted after that.
    pub grace_ms: u32,
    /// For check-ins.
    pub thresholds: Thresholds,
    /// For passes.
    pub predicates: Predicates,
    /// A printed pass is accepted (the mask is then always shown).
    pub paper: bool,
    /// The gate's rotating code must be covered by the signature.
    pub gate_code: bool,
}

impl Policy {
    /// Checks that every value is in its range and the parts agree.
    pub fn check(&self) -> Result<(), DecodeError> {
        self.thresholds.check()?;
        self.predicates.check()?;
        if self.reference.version == 0 {
            return Err(DecodeError::Invalid("a version from 1"));
        }
        if self.name_zh.len() > MAX_TEXT || self.name_en.len() > MAX_TEXT {
            return Err(DecodeError::Invalid("short names"));
        }
        if self.grace_ms > MAX_GRACE_MS {
            return Err(DecodeError::Invalid("a grace of at most a day"));
        }
        if self.paper && !self.predicates.show_mask {
            return Err(DecodeError::Invalid("a paper policy that shows the mask"));
        }
        Ok(())
    }
}

fn opt_u16(r: &mut Reader<'_>, what: &'static str) -> Result<Option<u16>, DecodeError> {
    if r.flag(what)? {
        r.u16(what).map(Some)
    } else {
        Ok(None)
    }
}

fn put_u16(w: &mut Writer, x: Option<u16>) {
    w.flag(x.is_some());
    if let Some(x) = x {
        w.u16(x);
    }
}

impl Canonical for Predicates {
    fn encode(&self, w: &mut Writer) {
        let Self {
            slot_lag,
            min_normal,
            window_a,
            window_b,
            max_test_age,
            min_doses,
            max_reading_age,
            max_itinerary_age,
            fresh_horizon,
            fresh_normal,
            show_mask,
        } = self;
        w.u8(*slot_lag)
            .u8(*min_normal)
            .u16(*window_a)
            .u16(*window_b);
        put_u16(w, *max_test_age);
        put_u16(w, min_doses.map(u16::from));
        put_u16(w, *max_reading_age);
        put_u16(w, *max_itinerary_age);
        w.u16(*fresh_horizon).u8(*fresh_normal).flag(*show_mask);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            slot_lag: r.u8("a slot lag")?,
            min_normal: r.u8("normal days")?,
            window_a: r.u16("window A")?,
            window_b: r.u16("window B")?,
            max_test_age: opt_u16(r, "a test age")?,
            min_doses: match opt_u16(r, "doses")? {
                None => None,
                Some(d) => {
                    Some(u8::try_from(d).map_err(|_| DecodeError::Invalid("1 to 15 doses"))?)
                }
            },
            max_reading_age: opt_u16(r, "a reading age")?,
            max_itinerary_age: opt_u16(r, "an itinerary age")?,
            fresh_horizon: r.u16("a fresh horizon")?,
            fresh_normal: r.u8("fresh normal days")?,
            show_mask: r.flag("show mask")?,
        })
    }
}

impl Canonical for Policy {
    fn encode(&self, w: &mut Writer) {
        let Self {
            reference,
            name_zh,
            name_en,
            effective,
            grace_ms,
            thresholds,
            predicates,
            paper,
            gate_code,
        } = self;
        w.value(reference)
            .bytes(name_zh.as_bytes())
            .bytes(name_en.as_bytes())
            .value(effective)
            .u32(*grace_ms);
        w.u16(thresholds.fever)
            .u16(thresholds.symptom_mask)
            .u8(thresholds.contact_mask);
        w.value(predicates).flag(*paper).flag(*gate_code);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let policy = Self {
            reference: r.value()?,
            name_zh: r.text(MAX_TEXT, "a Chinese name")?,
            name_en: r.text(MAX_TEXT, "an English name")?,
            effective: r.value()?,
            grace_ms: r.u32("a grace")?,
            thresholds: Thresholds {
                fever: r.u16("a fever threshold")?,
                symptom_mask: r.u16("a symptom mask")?,
                contact_mask: r.u8("a contact mask")?,
            },
            predicates: r.value()?,
            paper: r.flag("paper")?,
            gate_code: r.flag("a gate code")?,
        };
        policy.check()?;
        Ok(policy)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::note::Bits;

    pub(crate) fn sample() -> Policy {
        Policy {
            reference: PolicyRef { id: 1, version: 1 },
            name_zh: "复工通行".into(),
            name_en: "Return to work".into(),
            effective: Timestamp::new(1_700_000_000_000),
            grace_ms: DEFAULT_GRACE_MS,
            thresholds: Thresholds::standard(),
            predicates: Predicates {
                slot_lag: 1,
                min_normal: 1,
                window_a: 0x3fff,
                window_b: 0x3fff,
                max_test_age: Some(7),
                min_doses: Some(2),
                max_reading_age: None,
                max_itinerary_age: Some(2),
                fresh_horizon: 30,
                fresh_normal: 7,
                show_mask: true,
            },
            paper: true,
            gate_code: false,
        }
    }

    #[test]
    fn a_policy_survives_its_bytes() {
        let policy = sample();
        assert_eq!(Policy::from_slice(&policy.to_vec()).unwrap(), policy);
    }

    #[test]
    fn policies_that_cannot_mean_anything_are_refused() {
        let broken: [fn(&mut Policy); 8] = [
            |p| p.predicates.window_a = 1 << 14,
            |p| (p.predicates.window_a, p.predicates.min_normal) = (1, 2),
            |p| p.predicates.min_doses = Some(0),
            |p| p.predicates.min_doses = Some(16),
            |p| p.predicates.show_mask = false,
            |p| p.thresholds.fever = 299,
            |p| p.grace_ms = MAX_GRACE_MS + 1,
            |p| p.reference.version = 0,
        ];
        for (i, spoil) in broken.iter().enumerate() {
            let mut policy = sample();
            spoil(&mut policy);
            assert!(policy.check().is_err(), "case {i}");
            assert!(Policy::from_slice(&policy.to_vec()).is_err(), "case {i}");
        }
    }

    #[test]
    fn the_packed_policy_follows_the_table() {
        let day = Day::new(20_000);
        let mut bits = Bits::of(sample().predicates.pack(day));
        let widths = [32, 4, 14, 14, 1, 16, 1, 4, 16, 16, 16, 4, 1];
        let got: Vec<u64> = widths.iter().map(|w| bits.take(*w).unwrap()).collect();
        assert_eq!(
            got,
            [
                39_999, 1, 0x3fff, 0x3fff, 1, 19_993, 1, 2, 0, 19_998, 19_970, 7, 1
            ]
        );
        assert!(bits.is_empty());
        assert_eq!(widths.iter().sum::<usize>(), 139);
    }
}
