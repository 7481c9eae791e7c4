//! Groth16 proving keys as snarkjs writes them after the ceremony (`.zkey`), read into arkworks.
//!
//! ```text
//! 1 proof system (1 = Groth16)
//! 2 n8q | q | n8r | r | wires | public inputs | domain size | alpha1 beta1 beta2 gamma2 delta1 delta2
//! 3 IC (public inputs + 1)      5 A (wires)    6 B1 (wires)   7 B2 (wires)
//! 8 C (wires - public inputs - 1)              9 H (domain size)
//! 4 matrices and 10 contributions are not needed for proving and not read
//! ```
//! Points are affine, coordinates in Montgomery form; all zero bytes stand for the identity, which a query holds where
//! a wire does not occur.

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::pairing::Pairing;
use ark_groth16::{ProvingKey, VerifyingKey};

use super::Iden3Error;
use super::binfile::BinFile;
use super::field::{expect_modulus, read_coordinate};
use super::reader::Reader;

const MAGIC: &[u8; 4] = b"zkey";
const VERSION: u32 = 1;
const GROTH16: u32 = 1;
const G1_LEN: usize = 64;
const G2_LEN: usize = 128;

/// A proving key and the size of the domain it is for.
///
/// The key fits a prover that uses the circom-compatible QAP reduction, with as many H points as the domain has.
#[derive(Debug, Clone, PartialEq)]
pub struct Zkey {
    /// The key.
    pub proving_key: ProvingKey<Bn254>,
    /// Number of points of the evaluation domain, a power of two.
    pub domain_size: usize,
}

/// Reads a Groth16 zkey over BN254. Every point is checked to be on its curve and in its group, and the two forms of
/// beta and delta to agree.
///
/// That the verifying key is fit for use (gamma is not delta, no identity) is the task of
/// [`crate::manifest::check_vk`].
pub fn read_zkey(bytes: &[u8]) -> Result<Zkey, Iden3Error> {
    let file = BinFile::parse(bytes, MAGIC, VERSION)?;
    let mut system = file.section(1)?;
    let found = system.u32()?;
    if found != GROTH16 {
        return Err(Iden3Error::OtherProofSystem(found));
    }
    system.finish()?;

    let header = Header::read(file.section(2)?)?;
    let g1 = |section, count| read_section(&file, section, count, G1_LEN, read_g1);
    let private = header.wires - header.public - 1;
    let proving_key = ProvingKey {
        vk: VerifyingKey {
            alpha_g1: header.alpha_g1,
            beta_g2: header.beta_g2,
            gamma_g2: header.gamma_g2,
            delta_g2: header.delta_g2,
            gamma_abc_g1: g1(3, header.public + 1)?,
        },
        beta_g1: header.beta_g1,
        delta_g1: header.delta_g1,
        a_query: g1(5, header.wires)?,
        b_g1_query: g1(6, header.wires)?,
        b_g2_query: read_section(&file, 7, header.wires, G2_LEN, read_g2)?,
        h_query: g1(9, header.domain_size)?,
        l_query: g1(8, private)?,
    };
    Ok(Zkey {
        proving_key,
        domain_size: header.domain_size,
    })
}

struct Header {
    wires: usize,
    public: usize,
    domain_size: usize,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    gamma_g2: G2Affine,
    delta_g1: G1Affine,
    delta_g2: G2Affine,
}

impl Header {
    fn read(mut reader: Reader<'_>) -> Result<Self, Iden3Error> {
        expect_modulus::<Fq>(&mut reader)?;
        expect_modulus::<Fr>(&mut reader)?;
        let mut count = || usize::try_from(reader.u32()?).map_err(|_| Iden3Error::TooLarge);
        let (wires, public, domain_size) = (count()?, count()?, count()?);
        if public >= wires {
            return Err(Iden3Error::BadHeader("fewer wires than public inputs"));
        }
        if !domain_size.is_power_of_two() {
            return Err(Iden3Error::BadHeader("the domain is no power of two"));
        }
        let bad = |index| move |error| at(error, 2, index);
        let header = Self {
            wires,
            public,
            domain_size,
            alpha_g1: read_g1(&mut reader).map_err(bad(0))?,
            beta_g1: read_g1(&mut reader).map_err(bad(1))?,
            beta_g2: read_g2(&mut reader).map_err(bad(2))?,
            gamma_g2: read_g2(&mut reader).map_err(bad(3))?,
            delta_g1: read_g1(&mut reader).map_err(bad(4))?,
            delta_g2: read_g2(&mut reader).map_err(bad(5))?,
        };
        reader.finish()?;
        agree("beta", header.beta_g1, header.beta_g2)?;
        agree("delta", header.delta_g1, header.delta_g2)?;
        Ok(header)
    }
}

/// Whether two points are the same multiple of their generators.
fn agree(name: &'static str, g1: G1Affine, g2: G2Affine) -> Result<(), Iden3Error> {
    let left = Bn254::pairing(g1, G2Affine::generator());
    if left == Bn254::pairing(G1Affine::generator(), g2) {
        Ok(())
    } else {
        Err(Iden3Error::Disagree(name))
    }
}

fn read_section<P>(
    file: &BinFile<'_>,
    section: u32,
    count: usize,
    point_len: usize,
    read: impl Fn(&mut Reader<'_>) -> Result<P, PointError>,
) -> Result<Vec<P>, Iden3Error> {
    let mut reader = file.section(section)?;
    // Checked before anything is reserved, so that a forged count costs no memory.
    if Some(reader.remaining()) != count.checked_mul(point_len) {
        return Err(Iden3Error::SectionLength(section));
    }
    let points = (0..count)
        .map(|index| read(&mut reader).map_err(|error| at(error, section, index)))
        .collect::<Result<Vec<P>, _>>()?;
    if reader.is_empty() {
        Ok(points)
    } else {
        Err(Iden3Error::SectionLength(section))
    }
}

enum PointError {
    NotInGroup,
    Other(Iden3Error),
}

impl From<Iden3Error> for PointError {
    fn from(error: Iden3Error) -> Self {
        Self::Other(error)
    }
}

fn at(error: PointError, section: u32, index: usize) -> Iden3Error {
    match error {
        PointError::NotInGroup => Iden3Error::BadPoint { section, index },
        PointError::Other(error) => error,
    }
}

fn read_g1(reader: &mut Reader<'_>) -> Result<G1Affine, PointError> {
    let (x, y) = (read_coordinate(reader)?, read_coordinate(reader)?);
    if x == Fq::default() && y == Fq::default() {
        return Ok(G1Affine::identity());
    }
    let point = G1Affine::new_unchecked(x, y);
    if point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(PointError::NotInGroup)
    }
}

fn read_g2(reader: &mut Reader<'_>) -> Result<G2Affine, PointError> {
    let mut coordinate = || -> Result<Fq2, Iden3Error> {
        Ok(Fq2::new(read_coordinate(reader)?, read_coordinate(reader)?))
    };
    let (x, y) = (coordinate()?, coordinate()?);
    if x == Fq2::default() && y == Fq2::default() {
        return Ok(G2Affine::identity());
    }
    let point = G2Affine::new_unchecked(x, y);
    if point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(PointError::NotInGroup)
    }
}
