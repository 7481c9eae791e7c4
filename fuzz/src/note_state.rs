//! A note's state, packed into one field element.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_protocol::codec::DecodeError;
use luyin_protocol::field;
use luyin_protocol::note::{Mask, NoteState};
use luyin_protocol::time::{Day, Slot};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the bits above the mask are cut off",
    seeds,
};

fn unpacked(data: &[u8]) -> Result<NoteState, DecodeError> {
    let bytes = data
        .try_into()
        .map_err(|_| DecodeError::Short("a field element"))?;
    NoteState::unpack(field::from_bytes(bytes)?)
}

fn packed(state: &NoteState) -> Vec<u8> {
    field::to_bytes(&state.pack()).to_vec()
}

/// One field element a state.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, unpacked, packed)
}

fn planted(data: &[u8]) -> Outcome {
    let cut = |data: &[u8]| {
        let mut data = data.to_vec();
        // 177 bits: 22 bytes and one bit.
        for (place, byte) in data.iter_mut().enumerate().skip(22) {
            *byte &= u8::from(place == 22);
        }
        unpacked(&data)
    };
    law::one_encoding(data, cut, packed)
}

fn seeds() -> Vec<Seed> {
    let blank = NoteState::blank(Mask::from_bits(0x0802), Day::new(0), Slot::new(39_898));
    let lived = NoteState {
        test_day: sample::DAY,
        test_ok: true,
        dose_count: 3,
        dose_day: sample::DAY.minus(90),
        itin_day: sample::DAY,
        ..blank
    };
    vec![
        ("blank", packed(&blank)),
        ("tested-and-vaccinated", packed(&lived)),
    ]
}
