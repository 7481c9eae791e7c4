use crate::curve::Fr;
use ark_ff::{BigInteger, PrimeField};
use luyin_protocol::note::{HISTORY_DAYS, pack};

/// A policy's predicates on a day, packed into one public input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedPolicy(Fr);

impl PackedPolicy {
    /// Takes what `luyin_protocol::policy::Predicates::pack` gives.
    #[must_use]
    pub const fn from_value(value: Fr) -> Self {
        Self(value)
    }

    /// The public input.
    #[must_use]
    pub const fn value(&self) -> Fr {
        self.0
    }
}

/// The packed predicates, taken apart (protocol 5.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// The newest check-in is not before this slot.
    pub min_slot: u32,
    /// Normal days in `window_a`.
    pub min_normal: u8,
    /// Days that are counted, bit 0 the newest.
    pub window_a: u16,
    /// Days that must be free of symptoms, contact and fever.
    pub window_b: u16,
    /// A negative test may satisfy.
    pub accept_test: bool,
    /// If not before this day.
    pub min_test_day: u16,
    /// Doses may satisfy.
    pub accept_doses: bool,
    /// If at least so many.
    pub min_doses: u8,
    /// The newest normal reading is not before this day.
    pub min_reading_day: u16,
    /// The itinerary was derived not before this day.
    pub min_itin_day: u16,
    /// Re-enrolments from this day on must show `fresh_normal`.
    pub fresh_from: u16,
    /// Normal days of all 14.
    pub fresh_normal: u8,
    /// The mask is shown.
    pub show_mask: bool,
}

/// Bits of a packed policy.
pub(super) const POLICY_BITS: usize = 139;
const WINDOW: usize = HISTORY_DAYS;
/// Widths of the fields, from the low bit upward.
pub(super) const WIDTHS: [usize; 13] = [32, 4, WINDOW, WINDOW, 1, 16, 1, 4, 16, 16, 16, 4, 1];

impl Demands {
    /// The public input; what exceeds a field's width is cut off.
    #[must_use]
    pub fn pack(&self) -> PackedPolicy {
        let fields: [u64; 13] = [
            self.min_slot.into(),
            self.min_normal.into(),
            self.window_a.into(),
            self.window_b.into(),
            self.accept_test.into(),
            self.min_test_day.into(),
            self.accept_doses.into(),
            self.min_doses.into(),
            self.min_reading_day.into(),
            self.min_itin_day.into(),
            self.fresh_from.into(),
            self.fresh_normal.into(),
            self.show_mask.into(),
        ];
        let mut parts = [(0u64, 0usize); 13];
        for ((part, field), width) in parts.iter_mut().zip(fields).zip(WIDTHS) {
            *part = (field & ((1u64 << width) - 1), width);
        }
        PackedPolicy(pack(&parts))
    }

    /// Takes a packed policy apart; none where it has more than its 139 bits.
    #[must_use]
    pub fn unpack(packed: PackedPolicy) -> Option<Self> {
        let value = packed.0.into_bigint();
        let mut at = 0;
        let mut fields = [0u32; 13];
        for (field, width) in fields.iter_mut().zip(WIDTHS) {
            *field = (0..width).fold(0, |sum, i| sum | u32::from(value.get_bit(at + i)) << i);
            at += width;
        }
        if (at..256).any(|i| value.get_bit(i)) {
            return None;
        }
        let short = |x: u32| u16::try_from(x).unwrap_or(u16::MAX);
        let tiny = |x: u32| u8::try_from(x).unwrap_or(u8::MAX);
        let [
            slot,
            normal,
            a,
            b,
            test,
            test_day,
            doses,
            count,
            reading,
            itin,
            from,
            fresh,
            mask,
        ] = fields;
        Some(Self {
            min_slot: slot,
            min_normal: tiny(normal),
            window_a: short(a),
            window_b: short(b),
            accept_test: test == 1,
            min_test_day: short(test_day),
            accept_doses: doses == 1,
            min_doses: tiny(count),
            min_reading_day: short(reading),
            min_itin_day: short(itin),
            fresh_from: short(from),
            fresh_normal: tiny(fresh),
            show_mask: mask == 1,
        })
    }
}
