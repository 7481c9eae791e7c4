//! Constraint systems as `.r1cs` (sections 1 header, 2 constraints, 3 wire-to-label map).
//!
//! Wires: 0 is the constant one, then the public inputs, then the private ones; arkworks orders its columns the
//! same way, so no renumbering takes place. There are no public outputs, and every wire is its own label.

use std::collections::BTreeMap;

use ark_bn254::Fr;
use ark_ff::{PrimeField, Zero};

use super::Iden3Error;
use super::binfile::{self, BinFile};
use super::field::{FIELD_LEN, expect_modulus, integer_bytes, read_scalar};
use super::reader::Reader;

const MAGIC: &[u8; 4] = b"r1cs";
const VERSION: u32 = 1;
const HEADER: u32 = 1;
const CONSTRAINTS: u32 = 2;
const LABELS: u32 = 3;
/// Bytes of a label.
const LABEL_LEN: u64 = 8;

/// A row of a constraint matrix: coefficients and the wires they multiply.
pub type LinearCombination = Vec<(Fr, usize)>;

/// A rank-one constraint system: `(A w) * (B w) = C w`, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct R1cs {
    /// Number of wires, the constant one included.
    pub wires: usize,
    /// Number of public inputs, the constant one not included.
    pub public_inputs: usize,
    /// Rows of A, B and C.
    pub constraints: Vec<[LinearCombination; 3]>,
}

impl R1cs {
    /// Takes the three matrices as arkworks gives them.
    ///
    /// `instance` counts the instance variables, the constant one included; `witness` the witness variables.
    pub fn from_matrices(
        instance: usize,
        witness: usize,
        a: &[LinearCombination],
        b: &[LinearCombination],
        c: &[LinearCombination],
    ) -> Result<Self, Iden3Error> {
        if a.len() != b.len() || b.len() != c.len() {
            return Err(Iden3Error::BadHeader("the matrices differ in height"));
        }
        let public_inputs = instance
            .checked_sub(1)
            .ok_or(Iden3Error::BadHeader("no constant one"))?;
        let rows = a.iter().zip(b).zip(c);
        Ok(Self {
            wires: instance.checked_add(witness).ok_or(Iden3Error::TooLarge)?,
            public_inputs,
            constraints: rows
                .map(|((a, b), c)| [a.clone(), b.clone(), c.clone()])
                .collect(),
        })
    }
}

/// Writes a constraint system. Coefficients of one wire are added, zero ones left out, wires ascend.
pub fn write_r1cs(r1cs: &R1cs) -> Result<Vec<u8>, Iden3Error> {
    let wires = count(r1cs.wires)?;
    let public = count(r1cs.public_inputs)?;
    let private = wires
        .checked_sub(public)
        .and_then(|rest| rest.checked_sub(1))
        .ok_or(Iden3Error::BadHeader("fewer wires than public inputs"))?;

    let mut header = count(FIELD_LEN)?.to_le_bytes().to_vec();
    header.extend_from_slice(&integer_bytes(&Fr::MODULUS));
    for number in [wires, 0, public, private] {
        header.extend_from_slice(&number.to_le_bytes());
    }
    header.extend_from_slice(&u64::from(wires).to_le_bytes());
    header.extend_from_slice(&count(r1cs.constraints.len())?.to_le_bytes());

    let mut constraints = Vec::new();
    for row in r1cs.constraints.iter().flatten() {
        write_combination(row, wires, &mut constraints)?;
    }
    let labels = (0..u64::from(wires)).flat_map(u64::to_le_bytes).collect();
    binfile::write(
        MAGIC,
        VERSION,
        &[
            (HEADER, header),
            (CONSTRAINTS, constraints),
            (LABELS, labels),
        ],
    )
}

fn write_combination(
    row: &LinearCombination,
    wires: u32,
    out: &mut Vec<u8>,
) -> Result<(), Iden3Error> {
    let mut merged: BTreeMap<u32, Fr> = BTreeMap::new();
    for (coefficient, wire) in row {
        let wire = count(*wire)?;
        if wire >= wires {
            return Err(Iden3Error::BadWire(wire));
        }
        *merged.entry(wire).or_default() += coefficient;
    }
    merged.retain(|_, coefficient| !coefficient.is_zero());
    out.extend_from_slice(&count(merged.len())?.to_le_bytes());
    for (wire, coefficient) in merged {
        out.extend_from_slice(&wire.to_le_bytes());
        out.extend_from_slice(&integer_bytes(&coefficient.into_bigint()));
    }
    Ok(())
}

fn count(number: usize) -> Result<u32, Iden3Error> {
    u32::try_from(number).map_err(|_| Iden3Error::TooLarge)
}

/// Reads a constraint system over BN254. Public outputs are counted with the public inputs, which they precede.
pub fn read_r1cs(bytes: &[u8]) -> Result<R1cs, Iden3Error> {
    let file = BinFile::parse(bytes, MAGIC, VERSION)?;
    let mut header = file.section(HEADER)?;
    expect_modulus::<Fr>(&mut header)?;
    let wires = header.u32()?;
    let outputs = header.u32()?;
    let inputs = header.u32()?;
    let private = header.u32()?;
    let _labels = header.u64()?;
    let rows = header.u32()?;
    header.finish()?;

    let public = u64::from(outputs) + u64::from(inputs);
    // Circom drops private inputs that no constraint uses, so there may be fewer wires than inputs say, but never
    // fewer than the public ones with the constant.
    if public + 1 > u64::from(wires) || u64::from(private) > u64::from(wires) {
        return Err(Iden3Error::BadHeader("fewer wires than inputs"));
    }
    // A label a wire. Without them a few bytes could claim four thousand million wires, and whoever makes room for those
    // would run out of memory.
    if u64::try_from(file.section(LABELS)?.remaining()) != Ok(u64::from(wires) * LABEL_LEN) {
        return Err(Iden3Error::SectionLength(LABELS));
    }
    let mut section = file.section(CONSTRAINTS)?;
    let mut constraints = Vec::new();
    for _ in 0..rows {
        let mut row = || read_combination(&mut section, wires);
        constraints.push([row()?, row()?, row()?]);
    }
    section.finish()?;
    let size = |number: u64| usize::try_from(number).map_err(|_| Iden3Error::TooLarge);
    Ok(R1cs {
        wires: size(u64::from(wires))?,
        public_inputs: size(public)?,
        constraints,
    })
}

fn read_combination(reader: &mut Reader<'_>, wires: u32) -> Result<LinearCombination, Iden3Error> {
    let mut row = Vec::new();
    for _ in 0..reader.u32()? {
        let wire = reader.u32()?;
        if wire >= wires {
            return Err(Iden3Error::BadWire(wire));
        }
        let index = usize::try_from(wire).map_err(|_| Iden3Error::TooLarge)?;
        row.push((read_scalar(reader)?, index));
    }
    Ok(row)
}
