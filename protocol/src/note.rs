//! The health note: state, commitment, nullifier (protocol section 4).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{ItineraryDigest, NoteCommitment, Nullifier, Owner};
use crate::hash::{Tag, hash};
use crate::itinerary::Itinerary;
use crate::time::{Day, Slot};
use ark_bn254::Fr;
use ark_ff::PrimeField;
use serde::{Deserialize, Serialize};

/// How many days the history reaches back, the newest among them.
pub const HISTORY_DAYS: usize = 14;

/// The most slots from a note's newest check-in to the next: a note that slept longer checks in no more (clause 5.4.j).
pub const MAX_SLEEP: u32 = 100;
/// The same in days. A superseded notice must refuse a note's check-ins for at least so many days after the day on which
/// another note took its place, or the note could wake behind the notice (clauses 7.16 and 7.18).
pub const MAX_SLEEP_DAYS: u16 = 50;
/// How many days before its making a new note pretends to have checked in: more than a history holds and more slots than
/// a policy may look back, so that it counts for nothing but the sleep.
const BORN_ASLEEP_DAYS: u16 = 15;

/// What a day of the history says; the worse of two is the greater (clause 4.4).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum DayStatus {
    /// No check-in.
    #[default]
    None = 0,
    /// Checked in, nothing to report.
    Normal = 1,
    /// Symptoms or contact.
    Unwell = 2,
    /// Fever.
    Fever = 3,
}

impl DayStatus {
    /// The two bits.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// From two bits; what lies above them is ignored.
    #[must_use]
    pub const fn from_low_bits(bits: u32) -> Self {
        match bits & 3 {
            0 => Self::None,
            1 => Self::Normal,
            2 => Self::Unwell,
            _ => Self::Fever,
        }
    }
}

/// Fourteen days of two bits, the newest in the low pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct History(u32);

impl History {
    const MASK: u32 = (1 << (2 * HISTORY_DAYS)) - 1;

    /// From 28 bits.
    pub const fn from_bits(bits: u32) -> Result<Self, DecodeError> {
        if bits & !Self::MASK == 0 {
            Ok(Self(bits))
        } else {
            Err(DecodeError::Invalid("a history of 28 bits"))
        }
    }

    /// The 28 bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The status so many days before the newest; `None` beyond the window.
    #[must_use]
    pub fn at(self, days_back: usize) -> DayStatus {
        let shift = u32::try_from(2 * days_back).unwrap_or(u32::MAX);
        DayStatus::from_low_bits(self.0.checked_shr(shift).unwrap_or(0))
    }

    /// Moves the history up by the days that passed; what falls off is forgotten.
    #[must_use]
    pub fn after_days(self, days: u32) -> Self {
        let moved = u64::from(self.0)
            .checked_shl(days.saturating_mul(2).min(64))
            .unwrap_or(0);
        Self(u32::try_from(moved & u64::from(Self::MASK)).unwrap_or(0))
    }

    /// The newest day becomes the worse of what stands there and `status`.
    #[must_use]
    pub fn with_today_at_least(self, status: DayStatus) -> Self {
        let worse = self.at(0).max(status);
        Self((self.0 & !3) | u32::from(worse.code()))
    }
}

impl TryFrom<u32> for History {
    type Error = DecodeError;
    fn try_from(bits: u32) -> Result<Self, DecodeError> {
        Self::from_bits(bits)
    }
}

impl From<History> for u32 {
    fn from(h: History) -> u32 {
        h.0
    }
}

/// Surname index and the last two digits of the ID: shown where a policy demands an ID check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mask(u32);

impl Mask {
    /// From its 32 bits.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// From an index of the surname table and two digits.
    pub fn new(surname: u16, digits: u8) -> Result<Self, DecodeError> {
        if digits > 99 {
            return Err(DecodeError::Invalid("two digits"));
        }
        Ok(Self(u32::from(surname) * 128 + u32::from(digits)))
    }

    /// The 32 bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Index of the surname table.
    #[must_use]
    pub const fn surname(self) -> u32 {
        self.0 / 128
    }

    /// The last two digits of the ID.
    #[must_use]
    pub const fn digits(self) -> u32 {
        self.0 % 128
    }
}

impl Canonical for Mask {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.0);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u32("a mask").map(Self)
    }
}

/// The packed fields of a note (clause 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NoteState {
    /// Newest check-in; before the first one, [`NoteState::first_slot`].
    pub slot: Slot,
    /// Two bits a day.
    pub history: History,
    /// Day of the newest test; 0: none.
    pub test_day: Day,
    /// That test was negative.
    pub test_ok: bool,
    /// Doses, at most 15.
    pub dose_count: u8,
    /// Day of the newest dose.
    pub dose_day: Day,
    /// Day of the newest attested normal thermometer reading.
    pub reading_day: Day,
    /// Day the itinerary was derived for.
    pub itin_day: Day,
    /// Day of a re-enrolment; 0 for a first enrolment.
    pub fresh_day: Day,
    /// Shown where a policy demands it.
    pub mask: Mask,
}

impl NoteState {
    /// The slot that a note made on a day begins with. The note has not checked in; its sleep is counted from here.
    #[must_use]
    pub fn first_slot(day: Day) -> Slot {
        let [morning, _] = day.minus(BORN_ASLEEP_DAYS).slots();
        morning
    }

    /// The newest check-in; none before the first. One leaves its day's status in the low pair.
    #[must_use]
    pub fn newest_checkin(&self) -> Option<Slot> {
        (self.history.at(0) != DayStatus::None).then_some(self.slot)
    }

    /// A blank state.
    #[must_use]
    pub fn blank(mask: Mask, fresh_day: Day, first_slot: Slot) -> Self {
        let zero = Day::new(0);
        Self {
            slot: first_slot,
            history: History::default(),
            test_day: zero,
            test_ok: false,
            dose_count: 0,
            dose_day: zero,
            reading_day: zero,
            itin_day: zero,
            fresh_day,
            mask,
        }
    }

    /// The fields with their widths in bits, from the low bit upward: the table of clause 4.3.
    #[must_use]
    pub fn fields(&self) -> [(u64, usize); 10] {
        let Self {
            slot,
            history,
            test_day,
            test_ok,
            dose_count,
            dose_day,
            reading_day,
            itin_day,
            fresh_day,
            mask,
        } = *self;
        let day = |d: Day| (u64::from(d.get()), 16);
        [
            (u64::from(slot.get()), 32),
            (u64::from(history.bits()), 28),
            day(test_day),
            (u64::from(test_ok), 1),
            (u64::from(dose_count & 15), 4),
            day(dose_day),
            day(reading_day),
            day(itin_day),
            day(fresh_day),
            (u64::from(mask.bits()), 32),
        ]
    }

    /// Packs the state into one field element.
    #[must_use]
    pub fn pack(&self) -> Fr {
        pack(&self.fields())
    }

    /// Unpacks; anything above 177 bits is refused.
    pub fn unpack(value: Fr) -> Result<Self, DecodeError> {
        let bad = || DecodeError::Invalid("a note state");
        let mut rest = Bits::of(value);
        let day = |r: &mut Bits| {
            r.take(16)
                .and_then(|d| u16::try_from(d).ok())
                .map(Day::new)
                .ok_or_else(bad)
        };
        let number = |r: &mut Bits, n: usize| {
            r.take(n)
                .and_then(|x| u32::try_from(x).ok())
                .ok_or_else(bad)
        };
        let state = Self {
            slot: Slot::new(number(&mut rest, 32)?),
            history: History::from_bits(number(&mut rest, 28)?)?,
            test_day: day(&mut rest)?,
            test_ok: number(&mut rest, 1)? == 1,
            dose_count: u8::try_from(number(&mut rest, 4)?).map_err(|_| bad())?,
            dose_day: day(&mut rest)?,
            reading_day: day(&mut rest)?,
            itin_day: day(&mut rest)?,
            fresh_day: day(&mut rest)?,
            mask: Mask::from_bits(number(&mut rest, 32)?),
        };
        if rest.is_empty() {
            Ok(state)
        } else {
            Err(bad())
        }
    }
}

/// Packs numbers of stated widths into one field element, the first in the low bits.
///
/// The widths must sum to at most 253; each number must fit its width.
#[must_use]
pub fn pack(fields: &[(u64, usize)]) -> Fr {
    let mut limbs = [0u64; 4];
    let mut offset = 0;
    for &(value, width) in fields {
        debug_assert!(
            width == 64 || value >> width == 0,
            "{value} does not fit {width} bits"
        );
        for bit in 0..width {
            if value >> bit & 1 == 1 {
                limbs[(offset + bit) / 64] |= 1 << ((offset + bit) % 64);
            }
        }
        offset += width;
    }
    assert!(offset <= 253, "{offset} bits do not fit a field element");
    Fr::from_bigint(ark_ff::BigInt(limbs)).expect("253 bits are below the modulus")
}

/// The bits of a field element, taken from the low end.
pub(crate) struct Bits {
    limbs: [u64; 4],
    at: usize,
}

impl Bits {
    pub(crate) fn of(value: Fr) -> Self {
        Self {
            limbs: value.into_bigint().0,
            at: 0,
        }
    }

    pub(crate) fn take(&mut self, width: usize) -> Option<u64> {
        let mut out = 0;
        for bit in 0..width {
            let limb = self.limbs.get(self.at / 64)?;
            out |= (limb >> (self.at % 64) & 1) << bit;
            self.at += 1;
        }
        Some(out)
    }

    /// Whether no bit is set beyond what was taken.
    pub(crate) fn is_empty(&self) -> bool {
        (self.at..256).all(|i| self.limbs[i / 64] >> (i % 64) & 1 == 0)
    }
}

/// The identity secret of one person. Never leaves the wallet; never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IdentitySecret(Fr);

impl IdentitySecret {
    /// Wraps a secret.
    #[must_use]
    pub const fn from_value(value: Fr) -> Self {
        Self(value)
    }

    /// The secret itself, for provers and for sealing.
    #[must_use]
    pub const fn expose(&self) -> Fr {
        self.0
    }

    /// `owner = H_Owner(sk)`.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::from_value(hash(Tag::Owner, &[self.0]))
    }

    /// The first note's `rho` (clause 4.7).
    #[must_use]
    pub fn first_rho(&self) -> Fr {
        hash(Tag::FirstRho, &[self.0])
    }

    /// The blinding of the note that carries `rho` (clause 4.7).
    #[must_use]
    pub fn blinding(&self, rho: Fr) -> Fr {
        hash(Tag::NoteBlinding, &[self.0, rho])
    }

    /// The nullifier of the note that carries `rho` (clause 4.7).
    #[must_use]
    pub fn nullifier(&self, rho: Fr) -> Nullifier {
        Nullifier::from_value(hash(Tag::Nullifier, &[self.0, rho]))
    }
}

impl std::fmt::Debug for IdentitySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentitySecret(..)")
    }
}

/// The revocation handle. Whoever knows it can recognise its holder, so it is never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RevocationHandle(Fr);

impl RevocationHandle {
    /// Wraps a handle.
    #[must_use]
    pub const fn from_value(value: Fr) -> Self {
        Self(value)
    }

    /// The handle itself, for provers, escrow and sealing.
    #[must_use]
    pub const fn expose(&self) -> Fr {
        self.0
    }
}

impl std::fmt::Debug for RevocationHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RevocationHandle(..)")
    }
}

/// A health note (clause 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// `H_Owner(sk)`.
    pub owner: Owner,
    /// The revocation handle, the same in every note of a person.
    pub rh: RevocationHandle,
    /// The packed fields.
    pub state: NoteState,
    /// Visited regions.
    pub itinerary: Itinerary,
    /// The predecessor's nullifier, or the first `rho`.
    pub rho: Fr,
    /// Blinding.
    pub r: Fr,
}

impl Note {
    /// The first note of a person.
    #[must_use]
    pub fn first(
        sk: &IdentitySecret,
        rh: RevocationHandle,
        mask: Mask,
        fresh_day: Day,
        first_slot: Slot,
    ) -> Self {
        let rho = sk.first_rho();
        Self {
            owner: sk.owner(),
            rh,
            state: NoteState::blank(mask, fresh_day, first_slot),
            itinerary: Itinerary::default(),
            rho,
            r: sk.blinding(rho),
        }
    }

    /// The note that follows this one: `rho' = nf`, `r'` from the secret, all else as given.
    #[must_use]
    pub fn successor(&self, sk: &IdentitySecret, state: NoteState, itinerary: Itinerary) -> Self {
        let rho = sk.nullifier(self.rho).value();
        Self {
            owner: self.owner,
            rh: self.rh,
            state,
            itinerary,
            rho,
            r: sk.blinding(rho),
        }
    }

    /// `cm` (clause 4.2).
    #[must_use]
    pub fn commitment(&self) -> NoteCommitment {
        commitment(
            self.owner,
            self.rh,
            self.state.pack(),
            self.itinerary.digest(),
            self.rho,
            self.r,
        )
    }

    /// What spending this note reveals.
    #[must_use]
    pub fn nullifier(&self, sk: &IdentitySecret) -> Nullifier {
        sk.nullifier(self.rho)
    }
}

/// The commitment from its parts, for statements that carry the itinerary as its digest.
#[must_use]
pub fn commitment(
    owner: Owner,
    rh: RevocationHandle,
    state: Fr,
    itinerary: ItineraryDigest,
    rho: Fr,
    r: Fr,
) -> NoteCommitment {
    let tail = hash(Tag::NoteTail, &[itinerary.value(), rho, r]);
    NoteCommitment::from_value(hash(Tag::Note, &[owner.value(), rh.expose(), state, tail]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::Field;
    use proptest::prelude::*;

    #[test]
    fn the_history_moves_and_forgets() {
        let h = History::default()
            .with_today_at_least(DayStatus::Normal)
            .after_days(1)
            .with_today_at_least(DayStatus::Fever);
        assert_eq!(
            (h.at(0), h.at(1), h.at(2)),
            (DayStatus::Fever, DayStatus::Normal, DayStatus::None)
        );
        assert_eq!(
            h.with_today_at_least(DayStatus::Normal).at(0),
            DayStatus::Fever
        );
        assert_eq!(h.after_days(12).at(13), DayStatus::Normal);
        assert_eq!(h.after_days(13).at(13), DayStatus::Fever);
        assert_eq!(h.after_days(14), History::default());
        assert_eq!(h.after_days(u32::MAX), History::default());
    }

    #[test]
    fn secrets_do_not_print() {
        let sk = IdentitySecret::from_value(Fr::from(123_456_789u64));
        let rh = RevocationHandle::from_value(Fr::from(987_654_321u64));
        let text = format!(
            "{:?} {sk:?}",
            Note::first(&sk, rh, Mask::default(), Day::new(0), Slot::new(0))
        );
        assert!(
            !text.contains("987654321")
                && !text.contains(&hex::encode(crate::field::to_bytes(&rh.expose())))
        );
        assert!(!text.contains("123456789"));
    }

    fn states() -> impl Strategy<Value = NoteState> {
        (
            any::<u32>(),
            0u32..1 << 28,
            any::<[u16; 5]>(),
            any::<bool>(),
            0u8..16,
            any::<u32>(),
        )
            .prop_map(|(slot, history, d, test_ok, dose_count, mask)| NoteState {
                slot: Slot::new(slot),
                history: History::from_bits(history).unwrap(),
                test_day: Day::new(d[0]),
                test_ok,
                dose_count,
                dose_day: Day::new(d[1]),
                reading_day: Day::new(d[2]),
                itin_day: Day::new(d[3]),
                fresh_day: Day::new(d[4]),
                mask: Mask::from_bits(mask),
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_state_packs_and_unpacks_to_itself(state in states()) {
            prop_assert_eq!(NoteState::unpack(state.pack()).unwrap(), state);
        }

        #[test]
        fn a_bit_beyond_the_state_is_refused(state in states(), bit in 177u64..253) {
            prop_assert!(NoteState::unpack(state.pack() + Fr::from(2u64).pow([bit])).is_err());
        }
    }
}
