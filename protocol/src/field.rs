//! The protocol's field elements, each a type of its own (protocol clause 4.1).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};
use sha2::{Digest, Sha256};

/// Encodes a field element: 32 bytes, little endian.
#[must_use]
pub fn to_bytes(x: &Fr) -> [u8; 32] {
    let mut out = [0u8; 32];
    for (o, b) in out.iter_mut().zip(x.into_bigint().to_bytes_le()) {
        *o = b;
    }
    out
}

/// Decodes a field element; a value of `p` or above is refused, never reduced.
pub fn from_bytes(bytes: &[u8; 32]) -> Result<Fr, DecodeError> {
    use ark_serialize::CanonicalDeserialize;
    Fr::deserialize_compressed(&bytes[..]).map_err(|_| DecodeError::Invalid("a field element"))
}

/// `digest31` of clause 4.9: the first 31 bytes of `SHA-256(domain || 0x00 || bytes)`, little
/// endian. Always below `p`, so nothing is reduced and no two digests meet by reduction.
#[must_use]
pub fn digest31(domain: &str, bytes: &[u8]) -> Fr {
    let digest = Sha256::new()
        .chain_update(domain.as_bytes())
        .chain_update([0u8])
        .chain_update(bytes)
        .finalize();
    let mut limbs = [0u64; 4];
    for (limb, chunk) in limbs.iter_mut().zip(digest[..31].chunks(8)) {
        let mut word = [0u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        *limb = u64::from_le_bytes(word);
    }
    Fr::from_bigint(ark_ff::BigInt(limbs)).expect("248 bits are below the modulus")
}

/// Declares a newtype over a field element, shown and carried in JSON as 64 lowercase hex digits.
macro_rules! field_newtypes {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(Fr);

        impl $name {
            /// Wraps a field element.
            #[must_use]
            pub const fn from_value(value: Fr) -> Self { Self(value) }
            /// The field element.
            #[must_use]
            pub const fn value(&self) -> Fr { self.0 }
            /// 32 canonical bytes.
            #[must_use]
            pub fn to_bytes(&self) -> [u8; 32] { to_bytes(&self.0) }
            /// From 32 canonical bytes.
            pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, DecodeError> {
                from_bytes(bytes).map(Self).map_err(|_| DecodeError::Invalid(stringify!($name)))
            }
        }
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> { Some(self.cmp(other)) }
        }
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering { self.to_bytes().cmp(&other.to_bytes()) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&hex::encode(self.to_bytes())) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
        impl std::str::FromStr for $name {
            type Err = DecodeError;
            fn from_str(s: &str) -> Result<Self, DecodeError> {
                let mut out = [0u8; 32];
                if s.bytes().any(|b| b.is_ascii_uppercase()) { return Err(DecodeError::NotCanonical); }
                hex::decode_to_slice(s, &mut out).map_err(|_| DecodeError::Invalid(stringify!($name)))?;
                Self::from_bytes(&out)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let s = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                s.parse().map_err(serde::de::Error::custom)
            }
        }
        impl Canonical for $name {
            fn encode(&self, w: &mut Writer) { w.raw(&self.to_bytes()); }
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Self::from_bytes(&r.array(stringify!($name))?)
            }
        }
    )* };
}

field_newtypes! {
    /// `H_Owner(sk)`; appears once, at enrolment.
    Owner;
    /// The commitment of a note, a leaf of the note forest.
    NoteCommitment;
    /// What spending a note reveals.
    Nullifier;
    /// The root of one tree of the note forest.
    TreeRoot;
    /// The root that joins up to 16 note trees: the newest of an epoch, or an archive group's.
    EpochRoot;
    /// The root of one day's attestation tree.
    AttestationRoot;
    /// An attestation as it stands in its tree.
    AttestationLeaf;
    /// The body of an attestation, which its issuer commits to.
    AttestationBody;
    /// A holder's name within one scope.
    Nym;
    /// What a pass or a check-in is shown for.
    Scope;
    /// `rtag`: by which a gate recognises a holder under a live notice.
    RevocationTag;
    /// `ctag`: by which the ledger recognises a check-in under a live notice.
    CheckinTag;
    /// `rh_day`: the value that yields one day's revocation tags.
    DayHandle;
    /// `rh_slot`: the value that yields one slot's check-in tag.
    SlotHandle;
    /// What a check-in commits to for the employer.
    Disclosure;
    /// Commitment to the mask, opened to the registrar.
    MaskCommitment;
    /// Commitment to one escrow share.
    ShareCommitment;
    /// `digest31` of a sealed note.
    SealedHash;
    /// Hash of the three itinerary bitmaps.
    ItineraryDigest;
    /// The issuer of an attestation, as a field element.
    IssuerId;
    /// Hash of a pass's ephemeral key and context.
    Binding;
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{One, Zero};

    #[test]
    fn a_value_of_p_or_above_is_refused_and_never_reduced() {
        let mut p = [0u8; 32];
        p.copy_from_slice(&Fr::MODULUS.to_bytes_le());
        assert!(Nullifier::from_bytes(&p).is_err());
        let mut alias = Fr::MODULUS;
        alias.add_with_carry(&Fr::one().into_bigint());
        let mut bytes = [0u8; 32];
        bytes.copy_from_slice(&alias.to_bytes_le());
        assert!(Nullifier::from_bytes(&bytes).is_err(), "1 + p is not 1");
        assert!(Nullifier::from_bytes(&[0xff; 32]).is_err());
        assert_eq!(Nullifier::from_bytes(&[0; 32]).unwrap().value(), Fr::zero());
    }

    #[test]
    fn hex_has_one_spelling() {
        let x = Nullifier::from_value(Fr::from(0xabcu64));
        let text = x.to_string();
        assert_eq!(text.parse::<Nullifier>().unwrap(), x);
        assert!(text.to_uppercase().parse::<Nullifier>().is_err());
        assert!(text[1..].parse::<Nullifier>().is_err());
    }

    #[test]
    fn digests_are_31_bytes_and_domains_part_them() {
        let a = digest31("a", b"bc");
        assert_ne!(a, digest31("ab", b"c"));
        assert_eq!(to_bytes(&a)[31], 0);
        let expected = Sha256::digest(b"a\0bc");
        assert_eq!(to_bytes(&a)[..31], expected[..31]);
    }
}
