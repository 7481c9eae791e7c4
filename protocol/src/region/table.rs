use std::collections::HashMap;
use std::sync::LazyLock;

use super::{
    DivisionCode, Province, Region, RegionCode, RegionIndex, RegionTableError, name, parse,
};
use crate::time::Day;

static EMBEDDED: LazyLock<RegionTable> = LazyLock::new(|| {
    RegionTable::parse(
        include_str!("../../data/regions.v1.csv"),
        include_str!("../../data/provinces.v1.csv"),
    )
    // The text is part of the program, no input reaches it, and a test parses it.
    .expect("the embedded region table is well formed")
});

/// All regions that ever had an index, with the provinces they lie in.
#[derive(Clone, Debug)]
pub struct RegionTable {
    /// Region n has index n.
    regions: Vec<Region>,
    provinces: Vec<Province>,
    by_code: HashMap<RegionCode, RegionIndex>,
}

/// Why a code or an index gives no region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// No row, now or ever.
    #[error("region code {code} is not in the table")]
    UnknownCode { code: RegionCode },
    /// An index that no region has.
    #[error("region index {index} is not given out")]
    UnknownIndex { index: RegionIndex },
    /// The region had ended by that day.
    #[error("region {code} ended on {}{}", ended.to_iso(), named(*successor))]
    Retired {
        code: RegionCode,
        /// First day on which it was no more.
        ended: Day,
        /// The region to name instead.
        successor: Option<RegionCode>,
    },
    /// The region had not begun by that day.
    #[error("region {code} begins on {}", begins.to_iso())]
    NotYet { code: RegionCode, begins: Day },
}

fn named(successor: Option<RegionCode>) -> String {
    successor
        .map(|code| format!("; its successor is {code}"))
        .unwrap_or_default()
}

/// How well a name fits a search text; the best comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Start,
    Inside,
}

impl RegionTable {
    /// The table of this version of the protocol.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Reads a table and checks that its rows agree: order, codes once each, parents and successors present.
    pub fn parse(regions: &str, provinces: &str) -> Result<Self, RegionTableError> {
        let regions = parse::regions(regions)?;
        let provinces = parse::provinces(provinces)?;
        let mut by_code = HashMap::with_capacity(regions.len());
        for region in &regions {
            if by_code.insert(region.code, region.index).is_some() {
                return Err(RegionTableError::Twice(region.code));
            }
        }
        for region in &regions {
            let parent = region
                .parent
                .filter(|code| !provinces.iter().any(|p| p.code == *code));
            let successor = region.successor.filter(|code| !by_code.contains_key(code));
            if let Some(named) = parent.map(RegionCode::from).or(successor) {
                return Err(RegionTableError::Dangling {
                    region: region.code,
                    named,
                });
            }
        }
        Ok(Self {
            regions,
            provinces,
            by_code,
        })
    }

    /// All rows in index order, ended ones too.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The province-level divisions in code order.
    pub fn provinces(&self) -> &[Province] {
        &self.provinces
    }

    /// The region with that index.
    pub fn by_index(&self, index: RegionIndex) -> Result<&Region, RegionError> {
        self.regions
            .get(usize::from(index))
            .ok_or(RegionError::UnknownIndex { index })
    }

    /// The region with exactly that code, ended or not.
    pub fn by_code(&self, code: RegionCode) -> Result<&Region, RegionError> {
        let index = self
            .by_code
            .get(&code)
            .ok_or(RegionError::UnknownCode { code })?;
        self.by_index(*index)
    }

    /// The region with exactly that code, refused with its successor if it does not exist on `day`.
    pub fn in_force(&self, code: RegionCode, day: Day) -> Result<&Region, RegionError> {
        let region = self.by_code(code)?;
        match (region.validity.from, region.validity.to) {
            (_, Some(ended)) if ended <= day => Err(RegionError::Retired {
                code,
                ended,
                successor: region.successor,
            }),
            (Some(begins), _) if day < begins => Err(RegionError::NotYet { code, begins }),
            _ => Ok(region),
        }
    }

    /// All regions that exist on `day`, in index order.
    pub fn all_in_force(&self, day: Day) -> impl Iterator<Item = &Region> {
        self.regions
            .iter()
            .filter(move |region| region.validity.contains(day))
    }

    /// The region that an itinerary names for a stay in any division, down to a county: the county itself where a province
    /// runs it directly, else its prefecture, else its municipality or SAR.
    pub fn containing(&self, division: DivisionCode) -> Result<&Region, RegionError> {
        [division, division.prefecture(), division.province()]
            .into_iter()
            .find_map(|code| self.by_code(code.into()).ok())
            .ok_or(RegionError::UnknownCode {
                code: division.into(),
            })
    }

    /// The regions of a province in index order, ended ones too.
    pub fn of_province(&self, province: DivisionCode) -> impl Iterator<Item = &Region> {
        self.regions
            .iter()
            .filter(move |region| region.parent == Some(province))
    }

    /// The province-level division that a region lies in; `None` for countries.
    pub fn province_of(&self, code: RegionCode) -> Result<Option<&Province>, RegionError> {
        let parent = self.by_code(code)?.parent;
        Ok(self
            .provinces
            .iter()
            .find(|province| Some(province.code) == parent))
    }

    /// The region with that alpha-2 code of ISO 3166-1: a country, Hong Kong, Macao or Taiwan.
    pub fn by_alpha2(&self, alpha2: &str) -> Option<&Region> {
        self.regions
            .iter()
            .find(|region| region.alpha2.as_deref() == Some(alpha2))
    }

    /// Regions of exactly that name, Chinese (with or without 市 and the like) or English. Some names are shared: Suzhou
    /// is 苏州 and 宿州.
    pub fn named(&self, text: &str) -> Vec<&Region> {
        let folded = name::fold(text);
        self.regions
            .iter()
            .filter(|region| fit(region, &folded) == Some(Fit::Whole))
            .collect()
    }

    /// Regions whose code begins with, or whose name holds, the text: whole names first, then beginnings, then the rest,
    /// each in index order. Nothing for empty text.
    pub fn search(&self, text: &str) -> Vec<&Region> {
        let folded = name::fold(text);
        if folded.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(Fit, &Region)> = self
            .regions
            .iter()
            .filter_map(|region| Some((fit(region, &folded)?, region)))
            .collect();
        // A stable sort keeps index order within a fit.
        found.sort_by_key(|(fit, _)| *fit);
        found.into_iter().map(|(_, region)| region).collect()
    }
}

fn fit(region: &Region, folded: &str) -> Option<Fit> {
    let code = name::fold(&region.code.to_string());
    let whole = [
        region.name_zh.as_str(),
        region.short_name_zh(),
        &region.folded_en,
        &code,
    ];
    if whole.contains(&folded) {
        Some(Fit::Whole)
    } else if whole.iter().any(|name| name.starts_with(folded)) {
        Some(Fit::Start)
    } else if region.name_zh.contains(folded) || region.folded_en.contains(folded) {
        Some(Fit::Inside)
    } else {
        None
    }
}
