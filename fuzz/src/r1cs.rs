//! Constraint systems in circom's format.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::iden3::{Iden3Error, R1cs, read_r1cs, write_r1cs};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "memory for all rows is reserved before the first is read",
    seeds,
};

/// Where the number of rows stands in a file whose header comes first.
const ROWS: usize = 12 + 12 + 4 + 32 + 4 * 4 + 8;

/// What is read can be written, and is then read as the same and written in one way.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<R1cs, Iden3Error>) -> Outcome {
    let normal = |data: &[u8]| read(data).map(|system| write_r1cs(&system).expect("it was read"));
    match normal(data) {
        Err(error) => law::refused(error),
        Ok(written) => {
            assert_eq!(
                normal(&written).as_ref(),
                Ok(&written),
                "two ways of writing it"
            );
            Outcome::Accepted
        }
    }
}

/// What is read can be written, and is then read as the same.
pub fn check(data: &[u8]) -> Outcome {
    law(data, read_r1cs)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| {
        if data.starts_with(b"r1cs\x01\0\0\0") {
            let rows = data.get(ROWS..).and_then(<[u8]>::first_chunk);
            fault::reserves_what_it_is_told(rows, 72);
        }
        read_r1cs(data)
    })
}

fn seeds() -> Vec<Seed> {
    let n = sample::number;
    // x * x = y, y * x = out; wires: one, out, x, y.
    let cube = R1cs {
        wires: 4,
        public_inputs: 1,
        constraints: vec![
            [vec![(n(1), 2)], vec![(n(1), 2)], vec![(n(1), 3)]],
            [vec![(n(1), 3)], vec![(n(1), 2)], vec![(n(1), 1)]],
        ],
    };
    let none = R1cs {
        wires: 1,
        public_inputs: 0,
        constraints: vec![],
    };
    let written = |system| write_r1cs(system).expect("a small system");
    vec![("cube", written(&cube)), ("empty", written(&none))]
}
