//! The least conditions that rules are made of, each in one form whatever its spelling: something is at least so much, or
//! at least so recent; and what follows from what.

use super::vocabulary::Dated;
use std::fmt;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Count {
    Normal(u16),
    Unwell(u16),
    Doses,
    AtRisk,
}

impl Count {
    /// It is never more.
    const fn most(self) -> i64 {
        match self {
            Self::Normal(window) | Self::Unwell(window) => window.count_ones() as i64,
            Self::Doses => 15,
            // More than the regions that the table can ever have.
            Self::AtRisk => u16::MAX as i64,
        }
    }
}

/// A condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Atom {
    Negative,
    /// The count is at least so much.
    AtLeast(Count, i64),
    /// The day or half-day is at most so many days or half-days before the day of the pass, or before its first half-day.
    Within(Dated, i64),
}

/// A condition, or its contrary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal {
    pub(super) atom: Atom,
    pub(super) holds: bool,
}

impl Atom {
    /// What it is of every note.
    pub(super) const fn always(self) -> Option<bool> {
        match self {
            Self::AtLeast(_, least) if least <= 0 => Some(true),
            Self::AtLeast(count, least) if least > count.most() => Some(false),
            _ => None,
        }
    }

    /// Whether the other holds wherever this does.
    fn implies(self, other: Self) -> bool {
        use Count::{Normal, Unwell};
        match (self, other) {
            (Self::AtLeast(Normal(mine), least), Self::AtLeast(Normal(other), wanted))
            | (Self::AtLeast(Unwell(mine), least), Self::AtLeast(Unwell(other), wanted)) => {
                least - i64::from((mine & !other).count_ones()) >= wanted
            }
            (Self::AtLeast(mine, least), Self::AtLeast(other, wanted)) => {
                mine == other && least >= wanted
            }
            (Self::Within(mine, age), Self::Within(other, most)) => mine == other && age <= most,
            _ => self == other,
        }
    }
}

impl Literal {
    pub(super) const fn contrary(self) -> Self {
        Self {
            atom: self.atom,
            holds: !self.holds,
        }
    }

    pub(super) fn always(self) -> Option<bool> {
        self.atom.always().map(|always| always == self.holds)
    }

    /// Whether the other holds wherever this does.
    pub(super) fn implies(self, other: Self) -> bool {
        match (self.holds, other.holds) {
            (true, true) => self.atom.implies(other.atom),
            (false, false) => other.atom.implies(self.atom),
            _ => false,
        }
    }
}

/// In words, for refusals.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.holds { "" } else { "not " };
        match self.atom {
            Atom::Negative => write!(f, "{not}payload.test.negative"),
            Atom::AtLeast(count, least) => {
                let sign = if self.holds { ">=" } else { "<" };
                match count {
                    Count::Normal(window) => {
                        write!(f, "normal days of window {window:#x} {sign} {least}")
                    }
                    Count::Unwell(window) => {
                        write!(f, "unwell days of window {window:#x} {sign} {least}")
                    }
                    Count::Doses => write!(f, "payload.doses.count {sign} {least}"),
                    Count::AtRisk => write!(f, "payload.regions.atRisk {sign} {least}"),
                }
            }
            Atom::Within(dated, age) => {
                let unit = if dated.grain() == 12 {
                    "half-days"
                } else {
                    "days"
                };
                write!(f, "{not}{} at most {age} {unit} before", dated.path())
            }
        }
    }
}
