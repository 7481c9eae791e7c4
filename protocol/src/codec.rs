//! Canonical bytes: one value has one encoding, and decoding refuses every other.
//!
//! Integers are big endian, sequences carry a `u16` or `u32` count with a stated limit, field
//! elements are 32 canonical little-endian bytes (protocol clause 4.1). [`Canonical::from_slice`]
//! refuses trailing bytes and compares the re-encoding with the input, so that a decoder that is
//! laxer than its encoder cannot slip in.

use thiserror::Error;

/// Why bytes were refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// The input ended early.
    #[error("the input ends before {0}")]
    Short(&'static str),
    /// Bytes follow the value.
    #[error("{0} bytes follow the value")]
    Trailing(usize),
    /// A value outside its range or its form.
    #[error("{0} is not valid")]
    Invalid(&'static str),
    /// A count above its limit.
    #[error("{what} counts {count}, the limit is {limit}")]
    TooMany {
        /// what was counted
        what: &'static str,
        /// the count found
        count: usize,
        /// the most allowed
        limit: usize,
    },
    /// Another version than this code speaks.
    #[error("version {0} is not spoken here")]
    Version(u8),
    /// The value decoded, but its canonical encoding differs from the input.
    #[error("the encoding is not canonical")]
    NotCanonical,
}

/// Reads canonical bytes from the front of a slice.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self
            .rest
            .split_at_checked(n)
            .ok_or(DecodeError::Short(what))?;
        self.rest = tail;
        Ok(head)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        self.take(N, what)?
            .try_into()
            .map_err(|_| DecodeError::Short(what))
    }

    /// One byte.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, DecodeError> {
        Ok(self.array::<1>(what)?[0])
    }

    /// Two bytes, big endian.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, DecodeError> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// Four bytes, big endian.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, DecodeError> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// Eight bytes, big endian.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, DecodeError> {
        self.array(what).map(u64::from_be_bytes)
    }

    /// A byte that is 0 or 1.
    pub fn flag(&mut self, what: &'static str) -> Result<bool, DecodeError> {
        match self.u8(what)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::Invalid(what)),
        }
    }

    /// A `u16` count, then that many bytes.
    pub fn bytes(&mut self, limit: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let count = usize::from(self.u16(what)?);
        within(count, limit, what)?;
        self.take(count, what)
    }

    /// A `u16` count, then that many bytes of UTF-8.
    pub fn text(&mut self, limit: usize, what: &'static str) -> Result<String, DecodeError> {
        let bytes = self.bytes(limit, what)?;
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| DecodeError::Invalid(what))
    }

    /// A value of a canonical type.
    pub fn value<T: Canonical>(&mut self) -> Result<T, DecodeError> {
        T::decode(self)
    }

    /// A `u16` count, then that many values.
    pub fn sequence<T: Canonical>(
        &mut self,
        limit: usize,
        what: &'static str,
    ) -> Result<Vec<T>, DecodeError> {
        let count = usize::from(self.u16(what)?);
        within(count, limit, what)?;
        (0..count).map(|_| T::decode(self)).collect()
    }

    /// A flag byte, then the value where it is 1.
    pub fn option<T: Canonical>(&mut self, what: &'static str) -> Result<Option<T>, DecodeError> {
        if self.flag(what)? {
            T::decode(self).map(Some)
        } else {
            Ok(None)
        }
    }
}

fn within(count: usize, limit: usize, what: &'static str) -> Result<(), DecodeError> {
    if count > limit {
        Err(DecodeError::TooMany { what, count, limit })
    } else {
        Ok(())
    }
}

/// Writes canonical bytes.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// Appends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.extend_from_slice(bytes);
        self
    }

    /// Appends one byte.
    pub fn u8(&mut self, x: u8) -> &mut Self {
        self.raw(&[x])
    }

    /// Appends two bytes, big endian.
    pub fn u16(&mut self, x: u16) -> &mut Self {
        self.raw(&x.to_be_bytes())
    }

    /// Appends four bytes, big endian.
    pub fn u32(&mut self, x: u32) -> &mut Self {
        self.raw(&x.to_be_bytes())
    }

    /// Appends eight bytes, big endian.
    pub fn u64(&mut self, x: u64) -> &mut Self {
        self.raw(&x.to_be_bytes())
    }

    /// Appends 0 or 1.
    pub fn flag(&mut self, x: bool) -> &mut Self {
        self.u8(u8::from(x))
    }

    /// Appends a `u16` count and the bytes. Types keep their lengths below the limits that their
    /// decoders state, so a longer one is a fault of the program and panics.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.count(bytes.len()).raw(bytes)
    }

    /// Appends a canonical value.
    pub fn value<T: Canonical>(&mut self, x: &T) -> &mut Self {
        x.encode(self);
        self
    }

    /// Appends a `u16` count and the values.
    pub fn sequence<T: Canonical>(&mut self, xs: &[T]) -> &mut Self {
        self.count(xs.len());
        for x in xs {
            x.encode(self);
        }
        self
    }

    /// Appends a flag byte and, where present, the value.
    pub fn option<T: Canonical>(&mut self, x: Option<&T>) -> &mut Self {
        self.flag(x.is_some());
        if let Some(x) = x {
            x.encode(self);
        }
        self
    }

    fn count(&mut self, n: usize) -> &mut Self {
        let n = u16::try_from(n).expect("types bound their lengths below 65,536");
        self.u16(n)
    }

    /// The bytes written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// A type with exactly one encoding for each value.
pub trait Canonical: Sized {
    /// Appends the encoding.
    fn encode(&self, w: &mut Writer);

    /// Reads a value from the front.
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The encoding.
    fn to_vec(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.encode(&mut w);
        w.finish()
    }

    /// Decodes all of `bytes`: nothing may follow, and encoding again must give the same bytes.
    fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let value = Self::decode(&mut r)?;
        if r.remaining() > 0 {
            return Err(DecodeError::Trailing(r.remaining()));
        }
        if value.to_vec() != bytes {
            return Err(DecodeError::NotCanonical);
        }
        Ok(value)
    }
}

/// Declares a newtype over a fixed number of bytes, shown and carried in JSON as lowercase hex.
#[macro_export]
macro_rules! bytes_newtype {
    ($($(#[$doc:meta])* $name:ident[$len:expr];)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Wraps bytes whose form needs no check.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $len]) -> Self { Self(bytes) }
            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] { &self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&hex::encode(self.0)) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), hex::encode(self.0))
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::codec::DecodeError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                let mut out = [0u8; $len];
                if s.bytes().any(|b| b.is_ascii_uppercase()) { return Err($crate::codec::DecodeError::NotCanonical); }
                hex::decode_to_slice(s, &mut out).map_err(|_| $crate::codec::DecodeError::Invalid(stringify!($name)))?;
                Ok(Self(out))
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
        impl $crate::codec::Canonical for $name {
            fn encode(&self, w: &mut $crate::codec::Writer) { w.raw(&self.0); }
            fn decode(r: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::codec::DecodeError> {
                r.array(stringify!($name)).map(Self)
            }
        }
    )* };
}
