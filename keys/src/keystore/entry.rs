//! What a keystore holds: named keys of a kind, each with generations.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::KeystoreError;

/// Longest key name in bytes.
pub const MAX_NAME_LEN: usize = 64;

/// Name of a key inside one keystore: 1 to 64 of `a-z 0-9 - . _`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Checks the form of a name.
    pub fn new(text: &str) -> Result<Self, KeystoreError> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let begins_well = text.bytes().next().is_some_and(allowed);
        let rest_well = text.bytes().all(|b| allowed(b) || b"-._".contains(&b));
        if begins_well && rest_well && text.len() <= MAX_NAME_LEN {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeystoreError::BadName)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! key_kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal is $algorithm:ident,)*) => {
        /// What a key is for. A key is only ever used for its own kind.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum KeyKind {
            $($(#[$doc])* $kind,)*
        }

        impl KeyKind {
            /// Every kind, in the order of its code.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The byte that stands for the kind in a keystore file.
            pub fn code(self) -> u8 {
                match self { $(Self::$kind => $code,)* }
            }

            /// The kind of a byte.
            pub fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$kind),)* _ => None }
            }

            /// What the 32 secret bytes are.
            pub fn algorithm(self) -> Algorithm {
                match self { $(Self::$kind => Algorithm::$algorithm,)* }
            }
        }
    };
}

key_kinds! {
    /// Verification method of a DID document.
    Did = 1 is Ed25519,
    /// Proposes acts of the authority.
    GovernanceProposer = 2 is Ed25519,
    /// Approves acts of the authority.
    GovernanceApprover = 3 is Ed25519,
    /// Signs a gate's audit batches.
    Gate = 4 is Ed25519,
    /// Signs a trustee's acknowledgements and releases.
    TrusteeSign = 5 is Ed25519,
    /// Opens shares sealed to a trustee.
    TrusteeSeal = 6 is X25519,
    /// A trustee's additive part of the person identifier key.
    TrusteeVoprf = 7 is Ristretto255Scalar,
    /// Seals a trustee's stored shares at rest.
    TrusteeStore = 8 is Wrapping,
    /// Signs blocks and checkpoints.
    Node = 9 is Ed25519,
    /// Signs a regulator's reports and requests.
    Regulator = 10 is Ed25519,
    /// Signs enrolments.
    Registrar = 11 is Ed25519,
    /// Signs attestations.
    Attester = 12 is Ed25519,
    /// Signs requests of an employer or venue.
    Organisation = 13 is Ed25519,
    /// Opens contact details sealed to a venue or to the authority.
    ContactSeal = 14 is X25519,
    /// Opens the aggregate shares sealed to an aggregator.
    AggregatorSeal = 15 is X25519,
    /// Gives the third approval to acts of the authority that may reach many.
    GovernanceReviewer = 16 is Ed25519,
    /// Cosigns checkpoints of logs.
    Witness = 17 is Ed25519,
}

/// What the 32 bytes of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// An RFC 8032 seed.
    Ed25519,
    /// An RFC 7748 private key for HPKE.
    X25519,
    /// A canonical non-zero scalar of ristretto255.
    Ristretto255Scalar,
    /// A key that seals other bytes.
    Wrapping,
}

/// Counts the keys that have borne one name, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u32);

impl Generation {
    /// The generation a name begins with.
    pub const FIRST: Self = Self(1);

    /// The one after.
    pub fn next(self) -> Result<Self, KeystoreError> {
        self.0
            .checked_add(1)
            .map(Self)
            .ok_or(KeystoreError::TooManyGenerations)
    }

    /// As a number, from 1.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// Where a generation stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// The newest; used for everything new.
    Active,
    /// Rotated out; still opens and verifies what was addressed to it.
    Previous,
    /// Its secret is erased; only the number is kept, so that it is never given again.
    Retired,
}

/// Thirty-two secret bytes; erased when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes([u8; 32]);

impl SecretBytes {
    /// Takes the bytes of a key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for handing to a primitive.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

/// One generation of a key. `secret` is absent exactly when the generation is retired.
#[derive(Debug, Clone)]
pub(super) struct KeyGeneration {
    pub(super) generation: Generation,
    pub(super) created_at: u64,
    pub(super) secret: Option<SecretBytes>,
}
