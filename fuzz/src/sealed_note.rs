//! Notes sealed to their own holder, as they stand on the ledger.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::note_seal::{open_note, seal_note};
use luyin_protocol::note::{IdentitySecret, Mask, Note, RevocationHandle};
use luyin_protocol::sealed::{SEALED_NOTE_LEN, SealedNote};
use luyin_protocol::time::{Day, Slot};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a note cut short is sliced",
    seeds,
};

static NOTE: LazyLock<Note> = LazyLock::new(|| {
    let rh = RevocationHandle::from_value(sample::number(1_001));
    Note::first(
        &secret(),
        rh,
        Mask::from_bits(5),
        Day::new(0),
        Slot::new(39_898),
    )
});
static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let sealed = seal_note(&secret(), &NOTE).expect("it can be sealed");
    sealed.as_bytes().to_vec()
});

fn secret() -> IdentitySecret {
    IdentitySecret::from_value(sample::number(1))
}

fn opened(data: &[u8]) -> Result<Note, String> {
    let bytes = data
        .try_into()
        .map_err(|_| "not of a sealed note's length")?;
    let sealed = SealedNote::from_bytes(bytes);
    open_note(&secret(), NOTE.rho, &NOTE.commitment(), &sealed).map_err(|error| error.to_string())
}

/// Only what was sealed opens.
pub fn check(data: &[u8]) -> Outcome {
    law::only_what_was_made(data, &[MADE.as_slice()], opened)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = fault::slices(SEALED_NOTE_LEN, opened);
    law::only_what_was_made(data, &[MADE.as_slice()], lax)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("first-note", MADE.clone()),
        ("not-sealed", vec![0; SEALED_NOTE_LEN]),
    ]
}
