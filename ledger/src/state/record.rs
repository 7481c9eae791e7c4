//! Numbers of the state, and the form its records are kept in.

use crate::log::merkle::EntryIndex;
use crate::store::Height;
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($repr:ty, $io:ident, $what:literal);)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name($repr);

        impl $name {
            /// From its number.
            #[must_use]
            pub const fn new(n: $repr) -> Self { Self(n) }
            /// Its number.
            #[must_use]
            pub const fn get(self) -> $repr { self.0 }
            /// The one after it; `None` past the last.
            #[must_use]
            pub const fn next(self) -> Option<Self> {
                match self.0.checked_add(1) { Some(n) => Some(Self(n)), None => None }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl Canonical for $name {
            fn encode(&self, w: &mut Writer) { w.$io(self.0); }
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> { r.$io($what).map(Self) }
        }
    )* };
}

numbers! {
    /// Number of an epoch, from 1.
    EpochNumber(u32, u32, "an epoch");
    /// Version of a DID document, policy or risk list, from 1.
    Version(u32, u32, "a version");
    /// Number of a gate's audit batch, from 1.
    BatchNumber(u32, u32, "a batch");
    /// Place of a leaf in a day's attestation tree, from 0.
    LeafNumber(u32, u32, "a leaf's place");
    /// Governance transactions so far.
    GovernanceSequence(u64, u64, "a sequence number");
    /// Minutes from an appeal to its answer, begun ones whole; 65,535 stands for more.
    Minutes(u16, u16, "minutes");
    /// How many of something.
    Count(u64, u64, "a count");
}

impl Count {
    /// So many more; stays at the most a number holds.
    #[must_use]
    pub const fn plus(self, n: u64) -> Self {
        Self(self.0.saturating_add(n))
    }
}

impl Canonical for Height {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.get());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u64("a height").map(Self::new)
    }
}

impl Canonical for EntryIndex {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.get());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u64("an entry index").map(Self::new)
    }
}

/// Declares a record of the index with its bytes: the fields in order, nothing else.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl ::luyin_protocol::codec::Canonical for $name {
            fn encode(&self, w: &mut ::luyin_protocol::codec::Writer) {
                let Self { $($field),* } = self;
                w$(.value($field))*;
            }
            fn decode(
                r: &mut ::luyin_protocol::codec::Reader<'_>,
            ) -> Result<Self, ::luyin_protocol::codec::DecodeError> {
                Ok(Self { $($field: r.value()?),* })
            }
        }
    )* };
}

/// Declares an enumeration of the index that is kept as one byte.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident($what:literal) { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl ::luyin_protocol::codec::Canonical for $name {
            fn encode(&self, w: &mut ::luyin_protocol::codec::Writer) {
                w.u8(match self { $(Self::$variant => $code),* });
            }
            fn decode(
                r: &mut ::luyin_protocol::codec::Reader<'_>,
            ) -> Result<Self, ::luyin_protocol::codec::DecodeError> {
                match r.u8($what)? {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(::luyin_protocol::codec::DecodeError::Invalid($what)),
                }
            }
        }
    )* };
}

pub(crate) use codes;
pub(crate) use records;
