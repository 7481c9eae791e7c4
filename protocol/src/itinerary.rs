//! Visited regions as three bitmaps of 253 bits (protocol clause 4.6).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{self, ItineraryDigest};
use crate::hash::{Tag, hash};
use crate::region::RegionIndex;
use ark_bn254::Fr;
use ark_ff::{BigInt, PrimeField};

/// Bits a bitmap.
pub const BITS: usize = 253;
/// Bitmaps.
pub const WORDS: usize = 3;

/// A set of regions. Serves as the itinerary of a note and as the risk list of a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Itinerary([[u64; 4]; WORDS]);

impl Itinerary {
    /// A set of the given regions.
    #[must_use]
    pub fn from_regions(regions: impl IntoIterator<Item = RegionIndex>) -> Self {
        let mut out = Self::default();
        for region in regions {
            out.insert(region);
        }
        out
    }

    /// Adds a region.
    pub fn insert(&mut self, region: RegionIndex) {
        let (word, bit) = place(region);
        self.0[word][bit / 64] |= 1 << (bit % 64);
    }

    /// Whether a region is in the set.
    #[must_use]
    pub fn contains(&self, region: RegionIndex) -> bool {
        let (word, bit) = place(region);
        self.0[word][bit / 64] >> (bit % 64) & 1 == 1
    }

    /// Whether a region is in both sets.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.0
            .iter()
            .flatten()
            .zip(other.0.iter().flatten())
            .any(|(a, b)| a & b != 0)
    }

    /// The regions, in the order of their indexes.
    pub fn regions(&self) -> impl Iterator<Item = RegionIndex> + '_ {
        RegionIndex::all().filter(|r| self.contains(*r))
    }

    /// The three field elements.
    #[must_use]
    pub fn values(&self) -> [Fr; WORDS] {
        self.0
            .map(|limbs| Fr::from_bigint(BigInt(limbs)).expect("253 bits are below the modulus"))
    }

    /// From three field elements; a value of more than 253 bits is refused.
    pub fn from_values(values: [Fr; WORDS]) -> Result<Self, DecodeError> {
        let limbs = values.map(|v| v.into_bigint().0);
        if limbs.iter().any(|l| l[3] >> (BITS - 192) != 0) {
            return Err(DecodeError::Invalid("a region bitmap"));
        }
        Ok(Self(limbs))
    }

    /// `H_Itinerary(itin0, itin1, itin2)`.
    #[must_use]
    pub fn digest(&self) -> ItineraryDigest {
        ItineraryDigest::from_value(hash(Tag::Itinerary, &self.values()))
    }
}

fn place(region: RegionIndex) -> (usize, usize) {
    let n = usize::from(region.get());
    (n / BITS, n % BITS)
}

impl Canonical for Itinerary {
    fn encode(&self, w: &mut Writer) {
        for value in self.values() {
            w.raw(&field::to_bytes(&value));
        }
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut values = [Fr::from(0u64); WORDS];
        for value in &mut values {
            *value = field::from_bytes(&r.array("a region bitmap")?)?;
        }
        Self::from_values(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_region_of_each_bitmap_fits_a_field_element() {
        for n in [0u16, 252, 253, 505, 506, 758] {
            let region = RegionIndex::new(n).unwrap();
            let set = Itinerary::from_regions([region]);
            assert_eq!(Itinerary::from_slice(&set.to_vec()).unwrap(), set);
            assert_eq!(set.regions().collect::<Vec<_>>(), [region]);
        }
    }

    #[test]
    fn a_bit_beyond_the_table_is_refused() {
        use ark_ff::Field;
        let beyond = Fr::from(2u64).pow([253u64]);
        assert!(Itinerary::from_values([beyond, Fr::from(0u64), Fr::from(0u64)]).is_err());
    }
}
