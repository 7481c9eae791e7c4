//! Field elements as the iden3 formats write them: 32 bytes, little-endian, in standard form (`.r1cs`) or in
//! Montgomery form (`.zkey`).

use ark_bn254::{Fq, Fr};
use ark_ff::{BigInt, PrimeField};

use super::Iden3Error;
use super::reader::Reader;

/// Bytes of a field element.
pub(super) const FIELD_LEN: usize = 32;

/// 32 little-endian bytes of an integer.
pub(super) fn integer_bytes(value: &BigInt<4>) -> [u8; FIELD_LEN] {
    let mut out = [0; FIELD_LEN];
    out.iter_mut()
        .zip(value.0.iter().flat_map(|limb| limb.to_le_bytes()))
        .for_each(|(to, from)| *to = from);
    out
}

/// The integer of the next 32 bytes.
pub(super) fn read_integer(reader: &mut Reader<'_>) -> Result<BigInt<4>, Iden3Error> {
    let mut limbs = [0; 4];
    for limb in &mut limbs {
        *limb = reader.u64()?;
    }
    Ok(BigInt(limbs))
}

/// Reads a field size and modulus and refuses every field but that of `F`.
pub(super) fn expect_modulus<F: PrimeField<BigInt = BigInt<4>>>(
    reader: &mut Reader<'_>,
) -> Result<(), Iden3Error> {
    if usize::try_from(reader.u32()?) != Ok(FIELD_LEN) || read_integer(reader)? != F::MODULUS {
        return Err(Iden3Error::OtherField);
    }
    Ok(())
}

/// A scalar in standard form, below the modulus.
pub(super) fn read_scalar(reader: &mut Reader<'_>) -> Result<Fr, Iden3Error> {
    Fr::from_bigint(read_integer(reader)?).ok_or(Iden3Error::BadField)
}

/// A coordinate in Montgomery form, below the modulus.
pub(super) fn read_coordinate(reader: &mut Reader<'_>) -> Result<Fq, Iden3Error> {
    let montgomery = read_integer(reader)?;
    if montgomery >= Fq::MODULUS {
        return Err(Iden3Error::BadField);
    }
    Ok(Fq::new_unchecked(montgomery))
}
