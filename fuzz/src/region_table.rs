//! The table of regions as its data file has it.

use crate::{Outcome, Seed, Target, law};
use luyin_protocol::region::{RegionTable, RegionTableError};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a line with too few columns is passed over",
    seeds,
};

const PROVINCES: &str = "code,name_zh,name_en\n110000,北京市,Beijing\n420000,湖北省,Hubei\n";

fn parsed(text: &str) -> Result<RegionTable, RegionTableError> {
    RegionTable::parse(text, PROVINCES)
}

/// A row a line, each found by its index and by its code.
fn law(data: &[u8], parse: impl Fn(&str) -> Result<RegionTable, RegionTableError>) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    match parse(text) {
        Err(error) => law::refused(error),
        Ok(table) => {
            let rows = text.lines().skip(1).count();
            assert_eq!(table.regions().len(), rows, "lines that became no row");
            for region in table.regions() {
                assert_eq!(table.by_index(region.index()), Ok(region));
                assert_eq!(table.by_code(region.code()), Ok(region));
                assert!(table.named(region.name_en()).contains(&region));
            }
            Outcome::Accepted
        }
    }
}

/// A row a line, each found by its index and by its code.
pub fn check(data: &[u8]) -> Outcome {
    law(data, parsed)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |text| {
        let full = |line: &&str| line.split(',').count() == 10;
        let lines: Vec<&str> = text.lines().filter(full).collect();
        parsed(&(lines.join("\n") + "\n"))
    })
}

fn seeds() -> Vec<Seed> {
    let rows = "\
index,kind,code,name_zh,name_en,parent,valid_from,valid_to,successor,alpha2
0,prefecture,110100,北京市,Beijing,110000,,,,
1,prefecture,420100,武汉市,Wuhan,420000,,,,
2,prefecture,420199,旧县,Jiuxian,420000,2019-01-01,2021-06-01,420100,
3,country,JPN,日本,Japan,,,,,JP
";
    let header = rows.lines().next().unwrap_or_default();
    vec![
        ("four-regions", rows.into()),
        ("none", header.into()),
        ("not-in-order", rows.replace("\n1,", "\n7,").into()),
    ]
}
