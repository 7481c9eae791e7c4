//! What a rule is called: `VR-DE-0001`.

use std::fmt;

use crate::hc1::Kind;

/// Which certificates a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    General,
    Only(Kind),
}

impl Scope {
    pub fn covers(self, kind: Kind) -> bool {
        self == Self::General || self == Self::Only(kind)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "General" => Self::General,
            "Vaccination" => Self::Only(Kind::Vaccination),
            "Test" => Self::Only(Kind::Test),
            "Recovery" => Self::Only(Kind::Recovery),
            _ => return None,
        })
    }
}

/// Its class, its country and its number there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    text: String,
    class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Acceptance(Scope),
    Invalidation,
}

impl Identifier {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let class = match parts.next()? {
            "GR" => Class::Acceptance(Scope::General),
            "VR" => Class::Acceptance(Scope::Only(Kind::Vaccination)),
            "TR" => Class::Acceptance(Scope::Only(Kind::Test)),
            "RR" => Class::Acceptance(Scope::Only(Kind::Recovery)),
            "IR" => Class::Invalidation,
            _ => return None,
        };
        let (country, number) = (parts.next()?, parts.next()?);
        let country_holds = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        let number_holds = number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit());
        let text = text.to_owned();
        (country_holds && number_holds && parts.next().is_none()).then_some(Self { text, class })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn country(&self) -> &str {
        self.text.get(3..5).unwrap_or_default()
    }

    /// Whether a rule of this name may be about these certificates.
    pub(super) fn agrees_with(&self, is_acceptance: bool, scope: Scope) -> bool {
        match self.class {
            Class::Acceptance(own) => is_acceptance && own == scope,
            Class::Invalidation => !is_acceptance,
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
