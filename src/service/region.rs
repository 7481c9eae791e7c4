//! The region table.

use luyin_protocol::region::{Region, RegionKind, RegionTable};
use serde::Serialize;
use utoipa::ToSchema;

/// One region that has, or had, an index.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegionView {
    /// Its bit in itineraries and risk lists.
    pub index: u16,
    /// GB/T 2260 or ISO 3166-1 alpha-3.
    pub code: String,
    /// `prefecture`, `special_administrative_region`, `taiwan` or `country`.
    pub kind: &'static str,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// The division of province level it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// First day, `YYYY-MM-DD`, where the table knows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First day on which it is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The region that took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
}

/// A division of province level.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProvinceView {
    /// Six digits.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// The table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegionsView {
    /// By index.
    pub regions: Vec<RegionView>,
    /// By code.
    pub provinces: Vec<ProvinceView>,
}

/// The table of this build.
#[must_use]
pub fn table() -> RegionsView {
    let table = RegionTable::embedded();
    let provinces = table.provinces().iter().map(|p| ProvinceView {
        code: p.code().to_string(),
        name_zh: p.name_zh().to_owned(),
        name_en: p.name_en().to_owned(),
    });
    RegionsView {
        regions: table.regions().iter().map(view).collect(),
        provinces: provinces.collect(),
    }
}

fn view(region: &Region) -> RegionView {
    let validity = region.validity();
    RegionView {
        index: region.index().get(),
        code: region.code().to_string(),
        kind: match region.kind() {
            RegionKind::Prefecture => "prefecture",
            RegionKind::SpecialAdministrativeRegion => "special_administrative_region",
            RegionKind::Taiwan => "taiwan",
            RegionKind::Country => "country",
        },
        name_zh: region.name_zh().to_owned(),
        name_en: region.name_en().to_owned(),
        parent: region.parent().map(|p| p.to_string()),
        from: validity.from().map(|d| d.to_iso()),
        to: validity.to().map(|d| d.to_iso()),
        successor: region.successor().map(|s| s.to_string()),
    }
}
