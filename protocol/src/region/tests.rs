use super::*;
use crate::codec::DecodeError;
use crate::time::Day;

fn table() -> &'static RegionTable {
    RegionTable::embedded()
}

fn code(text: &str) -> RegionCode {
    text.parse().unwrap()
}

fn division(number: u32) -> DivisionCode {
    DivisionCode::new(number).unwrap()
}

fn date(text: &str) -> Day {
    Day::from_iso(text).unwrap()
}

fn codes<'a>(regions: impl IntoIterator<Item = &'a Region>) -> Vec<String> {
    regions
        .into_iter()
        .map(|region| region.code().to_string())
        .collect()
}

#[test]
fn the_embedded_table_has_618_of_759_indexes() {
    let of_kind = |kind| {
        table()
            .regions()
            .iter()
            .filter(|r| r.kind() == kind)
            .count()
    };
    assert_eq!(table().regions().len(), 618);
    assert_eq!(of_kind(RegionKind::Prefecture), 370);
    assert_eq!(of_kind(RegionKind::SpecialAdministrativeRegion), 2);
    assert_eq!(of_kind(RegionKind::Taiwan), 1);
    assert_eq!(of_kind(RegionKind::Country), 245);
    assert_eq!(table().provinces().len(), 34);
    assert_eq!(
        RegionIndex::all()
            .filter(|index| table().by_index(*index).is_ok())
            .count(),
        618
    );
}

#[test]
fn the_first_and_the_last_index_keep_their_meaning() {
    let at = |index| {
        table()
            .by_index(RegionIndex::new(index).unwrap())
            .map(|r| r.code().to_string())
    };
    assert_eq!(at(0).as_deref(), Ok("110000"));
    assert_eq!(at(368).as_deref(), Ok("810000"));
    assert_eq!(at(370).as_deref(), Ok("710000"));
    assert_eq!(at(371).as_deref(), Ok("ABW"));
    assert_eq!(at(615).as_deref(), Ok("ZWE"));
    assert_eq!(at(617).as_deref(), Ok("659012"));
    let free = RegionIndex::new(618).unwrap();
    assert_eq!(
        table().by_index(free),
        Err(RegionError::UnknownIndex { index: free })
    );
}

#[test]
fn an_index_is_below_759() {
    assert!(RegionIndex::new(758).is_ok());
    assert!(RegionIndex::new(759).is_err());
    assert!(serde_json::from_str::<RegionIndex>("758").is_ok());
    assert!(serde_json::from_str::<RegionIndex>("759").is_err());
    assert!(serde_json::from_str::<RegionIndex>("-1").is_err());
}

#[test]
fn regions_are_found_by_code_with_both_names_and_their_province() {
    for (text, zh, en, province) in [
        ("110000", "北京市", "Beijing", "北京市"),
        ("420100", "武汉市", "Wuhan", "湖北省"),
        ("441900", "东莞市", "Dongguan", "广东省"),
        ("429004", "仙桃市", "Xiantao", "湖北省"),
        ("460400", "儋州市", "Danzhou", "海南省"),
        ("650100", "乌鲁木齐市", "Urumqi", "新疆维吾尔自治区"),
        ("540100", "拉萨市", "Lhasa", "西藏自治区"),
        ("152500", "锡林郭勒盟", "Xilingol League", "内蒙古自治区"),
        ("610100", "西安市", "Xi'an", "陕西省"),
        ("810000", "香港特别行政区", "Hong Kong", "香港特别行政区"),
        ("820000", "澳门特别行政区", "Macao", "澳门特别行政区"),
        ("710000", "台湾省", "Taiwan Province of China", "台湾省"),
    ] {
        let region = table().by_code(code(text)).unwrap();
        assert_eq!((region.name_zh(), region.name_en()), (zh, en));
        assert_eq!(
            table()
                .province_of(code(text))
                .unwrap()
                .map(Province::name_zh),
            Some(province)
        );
    }
    let japan = table().by_code(code("JPN")).unwrap();
    assert_eq!(
        (japan.name_zh(), japan.name_en(), japan.alpha2()),
        ("日本", "Japan", Some("JP"))
    );
    assert_eq!(table().province_of(code("JPN")), Ok(None));
}

#[test]
fn china_and_its_parts_are_not_countries() {
    for text in ["CHN", "HKG", "MAC", "TWN", "XKK"] {
        assert_eq!(
            table().by_code(code(text)),
            Err(RegionError::UnknownCode { code: code(text) })
        );
    }
    assert_eq!(
        table().by_alpha2("HK").map(|r| r.code()),
        Some(code("810000"))
    );
    assert_eq!(table().by_alpha2("JP").map(|r| r.code()), Some(code("JPN")));
    assert_eq!(table().by_alpha2("CN"), None);
}

#[test]
fn provinces_and_collective_rows_are_no_regions() {
    for text in ["420000", "429000", "110100", "420101", "469000"] {
        assert_eq!(
            table().by_code(code(text)),
            Err(RegionError::UnknownCode { code: code(text) })
        );
    }
    assert!(
        table()
            .regions()
            .iter()
            .all(|r| r.name_zh() != "市辖区" && !r.name_zh().contains("直辖县级"))
    );
}

#[test]
fn a_county_lies_in_the_region_that_an_itinerary_names() {
    for (county, region) in [
        (110_105, "110000"),
        (500_243, "500000"),
        (420_106, "420100"),
        (429_004, "429004"),
        (469_021, "469021"),
        (441_900, "441900"),
        (654_226, "654200"),
        (810_002, "810000"),
    ] {
        assert_eq!(
            table().containing(division(county)).unwrap().code(),
            code(region)
        );
    }
    let nowhere = division(429_000);
    assert_eq!(
        table().containing(nowhere),
        Err(RegionError::UnknownCode {
            code: nowhere.into()
        })
    );
}

#[test]
fn a_retired_code_names_its_successor() {
    let laiwu = code("371200");
    assert!(table().in_force(laiwu, date("2019-01-08")).is_ok());
    let refused = table().in_force(laiwu, date("2019-01-09")).unwrap_err();
    assert_eq!(
        refused,
        RegionError::Retired {
            code: laiwu,
            ended: date("2019-01-09"),
            successor: Some(code("370100"))
        }
    );
    assert_eq!(
        refused.to_string(),
        "region 371200 ended on 2019-01-09; its successor is 370100"
    );
    // An old county code still leads to the row that says so.
    assert_eq!(
        table().containing(division(371_202)).unwrap().successor(),
        Some(code("370100"))
    );
}

#[test]
fn a_new_region_is_refused_before_its_first_day() {
    let xinxing = code("659011");
    let begins = date("2021-02-04");
    assert_eq!(
        table().in_force(xinxing, date("2021-02-03")),
        Err(RegionError::NotYet {
            code: xinxing,
            begins
        })
    );
    assert!(table().in_force(xinxing, begins).is_ok());
    assert_eq!(table().all_in_force(date("2020-04-08")).count(), 618 - 3);
    assert_eq!(table().all_in_force(date("2023-01-20")).count(), 618 - 1);
}

#[test]
fn names_match_without_case_accents_apostrophes_or_generic_words() {
    assert_eq!(codes(table().named("武汉")), ["420100"]);
    assert_eq!(codes(table().named("武汉市")), ["420100"]);
    assert_eq!(codes(table().named("xian")), ["610100"]);
    assert_eq!(codes(table().named(" XI'AN ")), ["610100"]);
    assert_eq!(codes(table().named("Ürümqi")), ["650100"]);
    assert_eq!(codes(table().named("cote divoire")), ["CIV"]);
    assert_eq!(codes(table().named("Suzhou")), ["320500", "341300"]);
    assert_eq!(codes(table().named("香港")), ["810000"]);
    assert!(table().named("武").is_empty());
    assert!(table().named("").is_empty());
}

#[test]
fn a_search_puts_whole_names_before_beginnings_before_the_rest() {
    assert_eq!(codes(table().search("4419")), ["441900"]);
    assert_eq!(codes(table().search("jpn")), ["JPN"]);
    let niger = codes(table().search("niger"));
    assert_eq!(niger, ["NER", "NGA"]);
    let hainan = codes(table().search("海南"));
    assert_eq!(hainan, ["632500"]);
    let guinea = codes(table().search("几内亚"));
    assert_eq!(guinea, ["GIN", "GNB", "GNQ", "PNG"]);
    assert!(table().search("  ").is_empty());
    assert!(table().search("no such place").is_empty());
}

#[test]
fn a_province_lists_its_prefectures_and_its_direct_counties() {
    let hubei = codes(table().of_province(division(420_000)));
    assert_eq!(hubei.len(), 13 + 4);
    assert!(hubei.contains(&"422800".to_owned()) && hubei.contains(&"429021".to_owned()));
    assert_eq!(codes(table().of_province(division(110_000))), ["110000"]);
    let total: usize = table()
        .provinces()
        .iter()
        .map(|p| table().of_province(p.code()).count())
        .sum();
    assert_eq!(total, 618 - 245);
}

#[test]
fn codes_have_one_written_form() {
    for text in ["420100", "JPN"] {
        assert_eq!(code(text).to_string(), text);
        let json = format!("\"{text}\"");
        assert_eq!(serde_json::to_string(&code(text)).unwrap(), json);
        assert_eq!(
            serde_json::from_str::<RegionCode>(&json).unwrap(),
            code(text)
        );
    }
    for text in [
        "",
        "jpn",
        "JP",
        "JPNX",
        "42010",
        "4201000",
        "+42010",
        "099999",
        "830000",
        "４２０１００",
        "武",
    ] {
        assert_eq!(text.parse::<RegionCode>(), Err(InvalidRegionCode), "{text}");
    }
}

const HEADER: &str = "index,kind,code,name_zh,name_en,parent,valid_from,valid_to,successor,alpha2";

fn parse(rows: &[&str]) -> Result<RegionTable, RegionTableError> {
    RegionTable::parse(
        &format!("{HEADER}\n{}", rows.join("\n")),
        "code,name_zh,name_en\n420000,湖北省,Hubei\n",
    )
}

#[test]
fn a_damaged_table_is_refused_with_its_reason() {
    let wuhan = "0,prefecture,420100,武汉市,Wuhan,420000,,,,";
    assert!(parse(&[wuhan]).is_ok());
    let reason = |row: &str| parse(&[row]).unwrap_err();
    assert_eq!(
        reason("1,prefecture,420100,武汉市,Wuhan,420000,,,,"),
        RegionTableError::Order { line: 2 }
    );
    assert!(matches!(
        reason("759,prefecture,420100,武汉市,Wuhan,420000,,,,"),
        RegionTableError::Index {
            line: 2,
            source: DecodeError::Invalid(_)
        }
    ));
    assert!(matches!(
        reason("0,prefecture,420100,武汉市,Wuhan,420000,2019-02-29,,,"),
        RegionTableError::Date {
            line: 2,
            source: DecodeError::Invalid(_)
        }
    ));
    assert_eq!(
        reason("0,town,420100,武汉市,Wuhan,420000,,,,"),
        RegionTableError::Kind {
            line: 2,
            kind: "town".to_owned()
        }
    );
    assert_eq!(
        reason("0,prefecture,420100,武汉市,Wuhan"),
        RegionTableError::Columns {
            line: 2,
            columns: 5
        }
    );
    assert_eq!(
        reason("0,country,420100,武汉市,Wuhan,,,,,"),
        RegionTableError::CodeOfOtherKind { line: 2 }
    );
    assert_eq!(
        reason("0,prefecture,JPN,日本,Japan,420000,,,,"),
        RegionTableError::CodeOfOtherKind { line: 2 }
    );
    assert_eq!(
        reason("0,prefecture,420100,武汉市,Wuhan,,,,,"),
        RegionTableError::CodeOfOtherKind { line: 2 }
    );
    assert_eq!(
        reason("0,prefecture,420100,,Wuhan,420000,,,,"),
        RegionTableError::NoName { line: 2 }
    );
    assert_eq!(
        reason("0,prefecture,420100,武汉市,Wuhan,420000,2020-01-01,2020-01-01,,"),
        RegionTableError::Validity { line: 2 }
    );
    assert_eq!(
        reason("0,prefecture,420100,武汉市,Wuhan,420000,,,420100,"),
        RegionTableError::Validity { line: 2 }
    );
    assert_eq!(
        reason("0,prefecture,420100,武汉市,Wuhan,430000,,,,"),
        RegionTableError::Dangling {
            region: code("420100"),
            named: code("430000")
        }
    );
    assert_eq!(
        parse(&[wuhan, "1,prefecture,420100,武汉市,Wuhan,420000,,,,"]).unwrap_err(),
        RegionTableError::Twice(code("420100"))
    );
    assert_eq!(
        RegionTable::parse("", "").unwrap_err(),
        RegionTableError::Header
    );
}
