//! Attestations: what a laboratory, an operator or a thermometer gate states about the holder of a
//! pass shown to it (protocol clause 5.5).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{self, AttestationBody, AttestationLeaf, IssuerId, ItineraryDigest, Nym};
use crate::hash::{Tag, hash};
use crate::itinerary::Itinerary;
use crate::note::pack;
use crate::time::Day;
use ark_bn254::Fr;
use serde::{Deserialize, Serialize};

/// What kind of statement; an issuer is accredited for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttestationKind {
    /// A test result.
    Test,
    /// A vaccination record.
    Vaccination,
    /// An itinerary derived by an operator.
    Itinerary,
    /// A thermometer gate's reading.
    Reading,
}

impl AttestationKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Test,
        Self::Vaccination,
        Self::Itinerary,
        Self::Reading,
    ];

    /// 1 to 4.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Test => 1,
            Self::Vaccination => 2,
            Self::Itinerary => 3,
            Self::Reading => 4,
        }
    }
}

impl Canonical for AttestationKind {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.code());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = r.u8("an attestation kind")?;
        Self::ALL
            .into_iter()
            .find(|k| k.code() == code)
            .ok_or(DecodeError::Invalid("an attestation kind"))
    }
}

/// What is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// A test result.
    Test {
        /// no virus found
        negative: bool,
    },
    /// Doses so far, 1 to 15.
    Vaccination {
        /// how many
        doses: u8,
    },
    /// Regions visited in the window.
    Itinerary {
        /// which
        regions: Itinerary,
    },
    /// A thermometer reading.
    Reading {
        /// at or above the fever threshold
        fever: bool,
    },
}

/// An attestation as its holder keeps it. Only its leaf's body is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Who states it.
    pub issuer: IssuerId,
    /// The nym of the pass shown to the issuer.
    pub binding: Nym,
    /// The day it speaks of.
    pub day: Day,
    /// What it states.
    pub statement: Statement,
    /// Random, so that nobody can guess the body.
    pub nonce: Fr,
}

impl Attestation {
    /// The kind.
    #[must_use]
    pub fn kind(&self) -> AttestationKind {
        match self.statement {
            Statement::Test { .. } => AttestationKind::Test,
            Statement::Vaccination { .. } => AttestationKind::Vaccination,
            Statement::Itinerary { .. } => AttestationKind::Itinerary,
            Statement::Reading { .. } => AttestationKind::Reading,
        }
    }

    /// The four bits of `body0` above the day.
    #[must_use]
    pub fn value(&self) -> u8 {
        match &self.statement {
            Statement::Test { negative } => u8::from(*negative),
            Statement::Vaccination { doses } => *doses & 15,
            Statement::Itinerary { .. } => 0,
            Statement::Reading { fever } => {
                if *fever {
                    3
                } else {
                    1
                }
            }
        }
    }

    /// `body0`: `day:16 | value:4`.
    #[must_use]
    pub fn body0(&self) -> Fr {
        pack(&[(self.day.get().into(), 16), (self.value().into(), 4)])
    }

    /// `body1`: the itinerary digest, or 0.
    #[must_use]
    pub fn body1(&self) -> Fr {
        match &self.statement {
            Statement::Itinerary { regions } => regions.digest().value(),
            _ => Fr::from(0u64),
        }
    }

    /// What the issuer publishes.
    #[must_use]
    pub fn body(&self) -> AttestationBody {
        AttestationBody::from_value(hash(
            Tag::AttestationBody,
            &[self.binding.value(), self.body0(), self.body1(), self.nonce],
        ))
    }

    /// The leaf that the ledger computes from the issuer and the body.
    #[must_use]
    pub fn leaf(&self) -> AttestationLeaf {
        leaf(self.kind(), self.issuer, self.body())
    }

    /// The digest that an itinerary puts into the note.
    #[must_use]
    pub fn itinerary_digest(&self) -> Option<ItineraryDigest> {
        match &self.statement {
            Statement::Itinerary { regions } => Some(regions.digest()),
            _ => None,
        }
    }
}

/// `H_Attestation(kind, issuer, body)`.
#[must_use]
pub fn leaf(kind: AttestationKind, issuer: IssuerId, body: AttestationBody) -> AttestationLeaf {
    AttestationLeaf::from_value(hash(
        Tag::Attestation,
        &[
            Fr::from(u64::from(kind.code())),
            issuer.value(),
            body.value(),
        ],
    ))
}

impl Canonical for Attestation {
    fn encode(&self, w: &mut Writer) {
        let Self {
            issuer,
            binding,
            day,
            statement,
            nonce,
        } = self;
        w.u8(1)
            .value(issuer)
            .value(binding)
            .value(day)
            .value(&self.kind())
            .u8(self.value());
        if let Statement::Itinerary { regions } = statement {
            w.value(regions);
        }
        w.raw(&field::to_bytes(nonce));
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.u8("an attestation version")?;
        if version != 1 {
            return Err(DecodeError::Version(version));
        }
        let (issuer, binding, day) = (r.value()?, r.value()?, r.value()?);
        let kind: AttestationKind = r.value()?;
        let statement = match (kind, r.u8("an attestation value")?) {
            (AttestationKind::Test, v @ 0..=1) => Statement::Test { negative: v == 1 },
            (AttestationKind::Vaccination, doses @ 1..=15) => Statement::Vaccination { doses },
            (AttestationKind::Itinerary, 0) => Statement::Itinerary {
                regions: r.value()?,
            },
            (AttestationKind::Reading, 1) => Statement::Reading { fever: false },
            (AttestationKind::Reading, 3) => Statement::Reading { fever: true },
            _ => return Err(DecodeError::Invalid("an attestation value")),
        };
        Ok(Self {
            issuer,
            binding,
            day,
            statement,
            nonce: field::from_bytes(&r.array("a nonce")?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::RegionIndex;

    #[test]
    fn every_kind_survives_its_bytes() {
        let regions =
            Itinerary::from_regions([RegionIndex::new(3).unwrap(), RegionIndex::new(700).unwrap()]);
        for statement in [
            Statement::Test { negative: true },
            Statement::Vaccination { doses: 3 },
            Statement::Itinerary { regions },
            Statement::Reading { fever: true },
        ] {
            let a = Attestation {
                issuer: IssuerId::from_value(5u64.into()),
                binding: Nym::from_value(6u64.into()),
                day: Day::new(20_000),
                statement,
                nonce: 9u64.into(),
            };
            let bytes = a.to_vec();
            assert_eq!(Attestation::from_slice(&bytes).unwrap(), a);
            for cut in 0..bytes.len() {
                assert!(Attestation::from_slice(&bytes[..cut]).is_err());
            }
        }
    }
}
