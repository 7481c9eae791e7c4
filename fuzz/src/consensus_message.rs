//! Signed messages, pieces of bodies and certificates of the consensus (clauses 12.3 to 12.7); the first byte says which is read.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_consensus::codec::{Kind, decode_any};
use luyin_protocol::codec::{DecodeError, Writer};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a zero behind the message is overlooked",
    seeds,
};

/// One encoding a message: votes are compared by their bytes, and certificates lie in the log of decisions.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, read, Clone::clone)
}

fn planted(data: &[u8]) -> Outcome {
    let careless = |data: &[u8]| match data.split_last() {
        Some((0, front)) => read(data).or_else(|_| read(front)),
        Some(_) | None => read(data),
    };
    law::one_encoding(data, careless, Clone::clone)
}

/// The message written again, behind the byte that says which.
fn read(data: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let unknown = DecodeError::Invalid("which message");
    let [number, message @ ..] = data else {
        return Err(unknown);
    };
    let kind = Kind::PLAIN.get(usize::from(*number)).ok_or(unknown)?;
    let again = decode_any(*kind, message)?;
    Ok([&[*number], again.as_slice()].concat())
}

const HEIGHT: u64 = 258;
const NO_ROUND: u32 = u32::MAX;

fn seeds() -> Vec<Seed> {
    let key = sample::key(1).public();
    let seed = |number: u8, write: &dyn Fn(&mut Writer)| {
        let mut w = Writer::default();
        w.u8(number);
        write(&mut w);
        w.finish()
    };
    let signature = |w: &mut Writer| {
        w.raw(&[7; 64]);
    };
    let value = [5; 32];
    let vote = |w: &mut Writer, choice: bool| {
        w.u8(1).u64(HEIGHT).u32(3);
        match choice {
            true => w.u8(1).raw(&value),
            false => w.u8(0),
        };
        w.value(&key);
        signature(w);
    };
    let proposal = |w: &mut Writer, earlier: u32| {
        w.u64(HEIGHT).u32(3).raw(&value).u32(earlier).value(&key);
        signature(w);
    };
    let part = |w: &mut Writer, bytes: &[u8]| {
        w.u64(HEIGHT).u32(3).value(&key).raw(&value);
        signature(w);
        w.u32(0).u32(1);
        w.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX)).raw(bytes);
    };
    let certificate = |w: &mut Writer, signatures: u16| {
        w.u64(HEIGHT).u32(3).raw(&value).u16(signatures);
        for _ in 0..signatures {
            w.value(&key);
            signature(w);
        }
    };
    let round = |w: &mut Writer, kind: u8| {
        w.u64(HEIGHT).u32(3).u8(kind).u16(1).u8(2).u8(0).value(&key);
        signature(w);
    };
    let proof = |w: &mut Writer| {
        w.bytes(key.as_bytes()).bytes(&[9; 38]);
        signature(w);
    };
    vec![
        ("prevote", seed(0, &|w| vote(w, true))),
        ("prevote-for-nothing", seed(0, &|w| vote(w, false))),
        ("proposal", seed(1, &|w| proposal(w, NO_ROUND))),
        ("proposal-again", seed(1, &|w| proposal(w, 2))),
        ("part", seed(2, &|w| part(w, b"a body"))),
        ("part-of-nothing", seed(2, &|w| part(w, b""))),
        ("prevotes", seed(3, &|w| certificate(w, 2))),
        ("decision", seed(4, &|w| certificate(w, 3))),
        ("round-over", seed(5, &|w| round(w, 0))),
        ("round-skipped", seed(5, &|w| round(w, 1))),
        ("peer", seed(6, &proof)),
        ("not-any", seed(7, &proof)),
        ("not-so-many-signatures", seed(4, &|w| certificate(w, 17))),
        ("not-a-kind-of-round", seed(5, &|w| round(w, 2))),
    ]
}
