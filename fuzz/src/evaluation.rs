//! A trustee's evaluation of a blinded number: a point and the proof that its key made it.

use crate::blinded::{ASKED, evaluator};
use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::voprf::{Evaluation, UidKey};
use luyin_protocol::risk::Uid;
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "an evaluation cut short is sliced",
    seeds,
};

static ANSWERS: LazyLock<[Evaluation; 3]> = LazyLock::new(|| {
    let answer = |n| evaluator(n).evaluate(&ASKED.blinded(), &mut sample::rng());
    [0, 1, 2].map(|n| answer(n).expect("an honest number"))
});

/// What the registrar makes of the first trustee's answer beside two honest ones.
fn combined(data: &[u8]) -> Result<Uid, String> {
    let bytes = data
        .try_into()
        .map_err(|_| "not of an evaluation's length")?;
    let [_, b, c] = ANSWERS.clone();
    let keys = [0, 1, 2].map(evaluator).each_ref().map(UidKey::public);
    let all = [Evaluation::from_bytes(bytes), b, c];
    ASKED
        .combine(&keys, &all)
        .map_err(|error| error.to_string())
}

fn made() -> [u8; Evaluation::LEN] {
    let [a, _, _] = &*ANSWERS;
    a.to_bytes()
}

/// Only the answer that the trustee's key gave is believed.
pub fn check(data: &[u8]) -> Outcome {
    law::only_what_was_made(data, &[&made()], combined)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = fault::slices(Evaluation::LEN, combined);
    law::only_what_was_made(data, &[&made()], lax)
}

fn seeds() -> Vec<Seed> {
    let [_, other, _] = &*ANSWERS;
    vec![
        ("of-the-first-trustee", made().to_vec()),
        ("not-of-the-first-trustee", other.to_bytes().to_vec()),
    ]
}
