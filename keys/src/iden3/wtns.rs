//! Witnesses as `.wtns` (version 2; sections 1 header, 2 values), so that snarkjs can prove what this program proves.
//!
//! ```text
//! 1 n8 | r | number of wires      2 the value of each wire, standard form
//! ```

use ark_bn254::Fr;
use ark_ff::PrimeField;
use zeroize::Zeroizing;

use super::Iden3Error;
use super::field::{FIELD_LEN, integer_bytes};

const MAGIC: &[u8; 4] = b"wtns";
const VERSION: u32 = 2;
const SECTIONS: u32 = 2;
const HEADER: u32 = 1;
const VALUES: u32 = 2;
/// Bytes of the header section: `n8`, the modulus, the count.
const HEADER_LEN: usize = 4 + FIELD_LEN + 4;
/// Magic, version, number of sections; id and length of the two sections; the header section.
const FIXED_LEN: usize = 12 + 2 * 12 + HEADER_LEN;

/// Writes the values of all wires, in the order of the `.r1cs`: one, the public inputs, the private ones.
///
/// The file holds the prover's secrets in the clear; it is wiped when dropped.
pub fn write_wtns(values: &[Fr]) -> Result<Zeroizing<Vec<u8>>, Iden3Error> {
    let count = u32::try_from(values.len()).map_err(|_| Iden3Error::TooLarge)?;
    let field_len = u32::try_from(FIELD_LEN).map_err(|_| Iden3Error::TooLarge)?;
    let values_len = u64::from(count) * u64::from(field_len);
    let header_len = u64::try_from(HEADER_LEN).map_err(|_| Iden3Error::TooLarge)?;
    // Reserved whole: a vector that grows leaves copies of the secrets behind.
    let total = usize::try_from(values_len)
        .ok()
        .and_then(|len| len.checked_add(FIXED_LEN))
        .ok_or(Iden3Error::TooLarge)?;
    let mut out = Zeroizing::new(Vec::with_capacity(total));

    out.extend_from_slice(MAGIC);
    for number in [VERSION, SECTIONS, HEADER] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&header_len.to_le_bytes());
    out.extend_from_slice(&field_len.to_le_bytes());
    out.extend_from_slice(&integer_bytes(&Fr::MODULUS));
    out.extend_from_slice(&count.to_le_bytes());

    out.extend_from_slice(&VALUES.to_le_bytes());
    out.extend_from_slice(&values_len.to_le_bytes());
    for value in values {
        out.extend_from_slice(&Zeroizing::new(integer_bytes(&value.into_bigint()))[..]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iden3::binfile::BinFile;
    use crate::iden3::field::{expect_modulus, read_scalar};

    #[test]
    fn a_witness_is_a_container_of_the_modulus_the_count_and_the_values() {
        let values = [Fr::from(1_u64), -Fr::from(1_u64), Fr::from(0x0102_u64)];
        let bytes = write_wtns(&values).unwrap();
        assert_eq!(bytes.len(), FIXED_LEN + 96);
        let file = BinFile::parse(&bytes, b"wtns", 2).unwrap();

        let mut header = file.section(1).unwrap();
        expect_modulus::<Fr>(&mut header).unwrap();
        assert_eq!(header.u32(), Ok(3));
        header.finish().unwrap();

        let mut section = file.section(2).unwrap();
        for value in values {
            assert_eq!(read_scalar(&mut section), Ok(value));
        }
        section.finish().unwrap();
        assert_eq!(&bytes[FIXED_LEN + 64..][..3], &[2, 1, 0], "standard form");
    }

    #[test]
    fn the_file_is_reserved_whole_so_that_no_copy_of_the_secrets_stays_behind() {
        let bytes = write_wtns(&vec![Fr::from(7_u64); 100]).unwrap();
        assert_eq!(bytes.capacity(), bytes.len());
    }
}
