//! An operator's events: what they say, before anything is believed.

use std::fmt;
use std::str::FromStr;

/// What happened at a base station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum EventKind {
    /// A telephone was switched on.
    Attach,
    /// A telephone said where it is.
    Update,
    /// A connection moved to another station.
    Handover,
    /// A call began or ended.
    Call,
    /// A short message.
    Message,
    /// A data session.
    Data,
    /// Another country's operator told where its guest is.
    Roaming,
    /// A telephone was switched off and said so.
    Detach,
    /// The number came from another operator. Nobody was seen.
    PortedIn,
    /// The number went to another operator. Nobody was seen.
    PortedOut,
}

/// No kind of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an event is one of attach, update, handover, call, message, data, roaming, detach, ported-in, ported-out"
)]
pub struct InvalidKind;

impl EventKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Attach,
        Self::Update,
        Self::Handover,
        Self::Call,
        Self::Message,
        Self::Data,
        Self::Roaming,
        Self::Detach,
        Self::PortedIn,
        Self::PortedOut,
    ];

    /// As an operator's table spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attach => "attach",
            Self::Update => "update",
            Self::Handover => "handover",
            Self::Call => "call",
            Self::Message => "message",
            Self::Data => "data",
            Self::Roaming => "roaming",
            Self::Detach => "detach",
            Self::PortedIn => "ported-in",
            Self::PortedOut => "ported-out",
        }
    }

    /// Whether the subscriber's telephone was there. The paper work of porting a number happens without it.
    #[must_use]
    pub const fn is_sighting(self) -> bool {
        !matches!(self, Self::PortedIn | Self::PortedOut)
    }
}

impl FromStr for EventKind {
    type Err = InvalidKind;

    fn from_str(text: &str) -> Result<Self, InvalidKind> {
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == text);
        kind.ok_or(InvalidKind)
    }
}

/// The text of a region's code, of at most six bytes. Whether there is such a region, `Places` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    bytes: [u8; 6],
    len: u8,
}

/// Longer than any code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("longer than a region code")]
pub struct InvalidCode;

impl Code {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let mut bytes = [0; 6];
        let len = u8::try_from(text.len()).map_err(|_| InvalidCode)?;
        let room = bytes.get_mut(..text.len()).ok_or(InvalidCode)?;
        room.copy_from_slice(text.as_bytes());
        Ok(Self { bytes, len })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A row of an operator's table, read but not judged. A field that could not be read is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Event<'a> {
    /// Number that stands for the subscriber.
    pub token: Option<u64>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub time: Option<i64>,
    /// Code of the region in which the base station stands, down to a county; abroad of the country.
    pub code: Option<&'a str>,
    /// Name of what happened.
    pub kind: Option<&'a str>,
}
