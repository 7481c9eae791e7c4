use super::{DivisionCode, RegionCode, RegionIndex, name};
use crate::time::Day;

/// Which list a region stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// Prefecture level of the mainland: prefectures, municipalities, counties directly under a province.
    Prefecture,
    /// Hong Kong or Macao.
    SpecialAdministrativeRegion,
    /// Taiwan.
    Taiwan,
    /// A country of ISO 3166-1.
    Country,
}

/// Days on which a region exists: `from` is the first, `to` the first after the last. An open end is unbounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub(super) index: RegionIndex,
    pub(super) kind: RegionKind,
    pub(super) code: RegionCode,
    pub(super) name_zh: String,
    pub(super) name_en: String,
    /// `name_en` as searches compare it.
    pub(super) folded_en: String,
    pub(super) parent: Option<DivisionCode>,
    pub(super) validity: Validity,
    pub(super) successor: Option<RegionCode>,
    pub(super) alpha2: Option<String>,
}

/// A division of province level. It has no index: stays are in prefectures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Province {
    pub(super) code: DivisionCode,
    pub(super) name_zh: String,
    pub(super) name_en: String,
}

impl Validity {
    /// First day, if the table knows one; none means before 2019.
    pub fn from(&self) -> Option<Day> {
        self.from
    }

    /// First day on which the region is no more.
    pub fn to(&self) -> Option<Day> {
        self.to
    }

    /// Whether the region exists on that day.
    pub fn contains(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}

impl Region {
    /// Its bit in the itinerary bitmaps.
    pub fn index(&self) -> RegionIndex {
        self.index
    }

    /// Which list it stands in.
    pub fn kind(&self) -> RegionKind {
        self.kind
    }

    /// GB/T 2260 or ISO 3166-1 alpha-3.
    pub fn code(&self) -> RegionCode {
        self.code
    }

    /// Full Chinese name, such as 武汉市.
    pub fn name_zh(&self) -> &str {
        &self.name_zh
    }

    /// Chinese name without its plain generic word, such as 武汉; 自治州 and 县 stay.
    pub fn short_name_zh(&self) -> &str {
        name::without_generic(&self.name_zh)
    }

    /// English name, such as Wuhan.
    pub fn name_en(&self) -> &str {
        &self.name_en
    }

    /// Province-level division it belongs to; none for countries.
    pub fn parent(&self) -> Option<DivisionCode> {
        self.parent
    }

    /// Days on which it exists.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Region that took over when it ended.
    pub fn successor(&self) -> Option<RegionCode> {
        self.successor
    }

    /// ISO 3166-1 alpha-2, for countries, SARs and Taiwan.
    pub fn alpha2(&self) -> Option<&str> {
        self.alpha2.as_deref()
    }
}

impl Province {
    /// PP0000.
    pub fn code(&self) -> DivisionCode {
        self.code
    }

    /// Full Chinese name, such as 湖北省.
    pub fn name_zh(&self) -> &str {
        &self.name_zh
    }

    /// English name, such as Hubei.
    pub fn name_en(&self) -> &str {
        &self.name_en
    }
}
