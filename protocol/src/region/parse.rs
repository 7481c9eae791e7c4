//! Reads the two data files. They hold no commas inside values, so a line splits at its commas.

use super::{
    DivisionCode, InvalidRegionCode, Province, Region, RegionCode, RegionIndex, RegionKind,
    Validity, name,
};
use crate::codec::DecodeError;
use crate::time::Day;

const REGION_HEADER: &str =
    "index,kind,code,name_zh,name_en,parent,valid_from,valid_to,successor,alpha2";
const PROVINCE_HEADER: &str = "code,name_zh,name_en";

/// Why a table was refused. `line` counts from 1, the header included.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionTableError {
    #[error("the first line is not the expected header")]
    Header,
    #[error("line {line}: {columns} columns")]
    Columns { line: usize, columns: usize },
    #[error("line {line}: kind {kind:?}")]
    Kind { line: usize, kind: String },
    #[error("line {line}: the index is not the number of the row")]
    Order { line: usize },
    #[error("line {line}: {source}")]
    Index { line: usize, source: DecodeError },
    #[error("line {line}: {source}")]
    Code {
        line: usize,
        source: InvalidRegionCode,
    },
    #[error("line {line}: {source}")]
    Date { line: usize, source: DecodeError },
    #[error("line {line}: the code does not fit the kind")]
    CodeOfOtherKind { line: usize },
    #[error("line {line}: a name is missing")]
    NoName { line: usize },
    #[error("line {line}: a row ends before it begins, or has a successor without an end")]
    Validity { line: usize },
    #[error("code {0} stands twice")]
    Twice(RegionCode),
    #[error("region {region} names {named}, which is not in the table")]
    Dangling {
        region: RegionCode,
        named: RegionCode,
    },
}

fn rows<'a, const N: usize>(
    text: &'a str,
    header: &str,
) -> Result<impl Iterator<Item = Result<(usize, [&'a str; N]), RegionTableError>>, RegionTableError>
{
    let mut lines = text.lines();
    if lines.next() != Some(header) {
        return Err(RegionTableError::Header);
    }
    Ok(lines.zip(2..).map(|(text, line)| {
        let columns: Vec<&str> = text.split(',').collect();
        let count = columns.len();
        let row = columns.try_into().map_err(|_| RegionTableError::Columns {
            line,
            columns: count,
        })?;
        Ok((line, row))
    }))
}

/// Rows in index order: row n has index n.
pub(super) fn regions(text: &str) -> Result<Vec<Region>, RegionTableError> {
    let mut regions = Vec::new();
    for row in rows::<10>(text, REGION_HEADER)? {
        let (line, row) = row?;
        let region = region(line, row)?;
        if usize::from(region.index) != regions.len() {
            return Err(RegionTableError::Order { line });
        }
        regions.push(region);
    }
    Ok(regions)
}

fn region(line: usize, row: [&str; 10]) -> Result<Region, RegionTableError> {
    let [
        index,
        kind,
        code,
        name_zh,
        name_en,
        parent,
        from,
        to,
        successor,
        alpha2,
    ] = row;
    let number: u16 = index
        .parse()
        .map_err(|_| RegionTableError::Order { line })?;
    let index =
        RegionIndex::new(number).map_err(|source| RegionTableError::Index { line, source })?;
    let kind = kind_of(kind).ok_or_else(|| RegionTableError::Kind {
        line,
        kind: kind.to_owned(),
    })?;
    let code = code_of(line, code)?;
    let parent = optional(parent, |text| division(line, text))?;
    match (kind, code, parent) {
        (RegionKind::Country, RegionCode::Country(_), None) => {}
        (RegionKind::Country, _, _) | (_, RegionCode::Country(_), _) | (_, _, None) => {
            return Err(RegionTableError::CodeOfOtherKind { line });
        }
        (_, RegionCode::Division(_), Some(_)) => {}
    }
    if name_zh.is_empty() || name_en.is_empty() {
        return Err(RegionTableError::NoName { line });
    }
    let date =
        |text: &str| Day::from_iso(text).map_err(|source| RegionTableError::Date { line, source });
    let validity = Validity {
        from: optional(from, date)?,
        to: optional(to, date)?,
    };
    let successor = optional(successor, |text| code_of(line, text))?;
    let backwards = validity
        .from
        .zip(validity.to)
        .is_some_and(|(from, to)| to <= from);
    if backwards || (successor.is_some() && validity.to.is_none()) {
        return Err(RegionTableError::Validity { line });
    }
    Ok(Region {
        index,
        kind,
        code,
        name_zh: name_zh.to_owned(),
        name_en: name_en.to_owned(),
        folded_en: name::fold(name_en),
        parent,
        validity,
        successor,
        alpha2: optional(alpha2, |text| Ok::<_, RegionTableError>(text.to_owned()))?,
    })
}

pub(super) fn provinces(text: &str) -> Result<Vec<Province>, RegionTableError> {
    rows::<3>(text, PROVINCE_HEADER)?
        .map(|row| {
            let (line, [code, name_zh, name_en]) = row?;
            if name_zh.is_empty() || name_en.is_empty() {
                return Err(RegionTableError::NoName { line });
            }
            Ok(Province {
                code: division(line, code)?,
                name_zh: name_zh.to_owned(),
                name_en: name_en.to_owned(),
            })
        })
        .collect()
}

fn kind_of(text: &str) -> Option<RegionKind> {
    match text {
        "prefecture" => Some(RegionKind::Prefecture),
        "sar" => Some(RegionKind::SpecialAdministrativeRegion),
        "taiwan" => Some(RegionKind::Taiwan),
        "country" => Some(RegionKind::Country),
        _ => None,
    }
}

fn optional<T, E>(text: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    if text.is_empty() {
        Ok(None)
    } else {
        read(text).map(Some)
    }
}

fn code_of(line: usize, text: &str) -> Result<RegionCode, RegionTableError> {
    text.parse()
        .map_err(|source| RegionTableError::Code { line, source })
}

fn division(line: usize, text: &str) -> Result<DivisionCode, RegionTableError> {
    match code_of(line, text)? {
        RegionCode::Division(code) => Ok(code),
        RegionCode::Country(_) => Err(RegionTableError::CodeOfOtherKind { line }),
    }
}
