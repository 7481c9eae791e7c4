//! What a clause says to its holder, in Chinese and in English: what is asked and what is there; and where it is not
//! enough, what to do and whom to ask.

use super::{Evidence, Means};
use luyin_protocol::time::{Day, Slot};

/// The same in Chinese and in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::wallet) struct Told {
    pub(in crate::wallet) zh: String,
    pub(in crate::wallet) en: String,
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Told {
    Told {
        zh: zh.into(),
        en: en.into(),
    }
}

fn date(day: Option<Day>) -> String {
    day.map_or_else(|| "-".to_owned(), Day::to_iso)
}

fn half_day(slot: Slot) -> Told {
    let (zh, en) = if slot.get().is_multiple_of(2) {
        ("上午", "AM")
    } else {
        ("下午", "PM")
    };
    let day = slot.day().to_iso();
    both(format!("{day} {zh}"), format!("{day} {en}"))
}

/// The days by name, where there are any.
fn listed(days: &[Day]) -> Told {
    if days.is_empty() {
        return both("", "");
    }
    let days: Vec<String> = days.iter().map(|day| day.to_iso()).collect();
    both(
        format!("（{}）", days.join("、")),
        format!(" ({})", days.join(", ")),
    )
}

/// What is asked, and what is there.
pub(in crate::wallet) fn told(evidence: &Evidence) -> Told {
    match evidence {
        Evidence::Checkin { not_before, newest } => {
            let asked = half_day(*not_before);
            let yours = newest.map_or_else(|| both("-", "-"), half_day);
            both(
                format!("最近一次打卡不早于 {}；您的是 {}", asked.zh, yours.zh),
                format!(
                    "newest check-in not before {}; yours: {}",
                    asked.en, yours.en
                ),
            )
        }
        Evidence::NormalDays { asked, among, days } => {
            let (count, named) = (days.len(), listed(days));
            both(
                format!(
                    "{among} 天内至少 {asked} 天正常；您有 {count} 天{}",
                    named.zh
                ),
                format!(
                    "at least {asked} normal days of {among}; yours: {count}{}",
                    named.en
                ),
            )
        }
        Evidence::NoSymptoms { among, days } => {
            let (count, named) = (days.len(), listed(days));
            both(
                format!(
                    "{among} 天内无症状、接触和发热；您有 {count} 天异常{}",
                    named.zh
                ),
                format!(
                    "no symptom, contact or fever in {among} days; yours: {count} such days{}",
                    named.en
                ),
            )
        }
        Evidence::TestOrDoses { .. } => test_or_doses(evidence),
        Evidence::Reading { not_before, day } => {
            aged("测温记录", "thermometer reading", *not_before, *day)
        }
        Evidence::Itinerary { not_before, day } => {
            aged("行程卡", "itinerary card", *not_before, *day)
        }
        Evidence::FreshDays {
            enrolled,
            asked,
            days,
        } => {
            let (enrolled, count) = (enrolled.to_iso(), days.len());
            both(
                format!("{enrolled} 重新登记后需 {asked} 天正常；您有 {count} 天"),
                format!(
                    "{asked} normal days after the new enrolment of {enrolled}; yours: {count}"
                ),
            )
        }
        Evidence::Regions { list: None, .. } => both("尚无风险区名单", "no risk list is in effect"),
        Evidence::Regions {
            list: Some(list),
            visited,
        } => {
            let zh: Vec<&str> = visited.iter().map(|region| region.zh.as_str()).collect();
            let en: Vec<&str> = visited.iter().map(|region| region.en.as_str()).collect();
            if visited.is_empty() {
                both(
                    format!("未到访风险区（名单第 {list} 版）"),
                    format!("no risk region visited (list {list})"),
                )
            } else {
                both(
                    format!("到访过风险区：{}（名单第 {list} 版）", zh.join("、")),
                    format!("risk regions visited: {} (list {list})", en.join(", ")),
                )
            }
        }
    }
}

fn aged(zh: &str, en: &str, not_before: Day, day: Option<Day>) -> Told {
    let (asked, yours) = (not_before.to_iso(), date(day));
    both(
        format!("{zh}不早于 {asked}；您的是 {yours}"),
        format!("{en} not before {asked}; yours: {yours}"),
    )
}

fn test_or_doses(evidence: &Evidence) -> Told {
    let Evidence::TestOrDoses {
        test_since,
        doses_asked,
        test_day,
        negative,
        doses,
        by,
    } = evidence
    else {
        return both("", "");
    };
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    if let Some(from) = test_since {
        zh.push(format!("{} 起检测阴性", from.to_iso()));
        en.push(format!("a negative test since {}", from.to_iso()));
    }
    if let Some(n) = doses_asked {
        zh.push(format!("接种 {n} 剂"));
        en.push(format!("{n} doses"));
    }
    let result = match (test_day, negative) {
        (None, _) => both("无", "none"),
        (_, true) => both("阴性", "negative"),
        (_, false) => both("阳性", "positive"),
    };
    let by = match by {
        Some(Means::Test) => both("，以检测满足", "; the test is enough"),
        Some(Means::Doses) => both("，以接种满足", "; the doses are enough"),
        None => both("", ""),
    };
    let last = date(*test_day);
    both(
        format!(
            "{}；您的检测：{}（{last}），接种 {doses} 剂{}",
            zh.join(" 或 "),
            result.zh,
            by.zh
        ),
        format!(
            "{}; yours: test {} ({last}), {doses} doses{}",
            en.join(" or "),
            result.en,
            by.en
        ),
    )
}

/// What could still change a clause that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wallet) enum Mending {
    /// With a normal check-in every day it holds from this day on.
    CheckIns(Day),
    /// An attestation that may be enough lies in the wallet and is not taken in.
    Waiting,
    /// The note has slept too long to check in.
    Asleep,
    /// Nothing that the wallet knows of.
    Unknown,
}

/// What to do about a clause that does not hold, and whom to ask.
pub(in crate::wallet) fn advice(evidence: &Evidence, mending: Mending) -> Told {
    match (evidence, mending) {
        (_, Mending::Waiting) => both(
            "钱包里有一份还没收入的证明，收入后再看",
            "an attestation in this wallet is not taken in yet: take it in, then look again",
        ),
        (
            Evidence::TestOrDoses {
                test_since,
                doses_asked,
                ..
            },
            _,
        ) => match (test_since, doses_asked) {
            (Some(_), None) => both(
                "到检测机构做检测，把结果证明收入钱包",
                "have a test at a laboratory and take its attestation into the wallet",
            ),
            (None, _) => both(
                "到接种机构接种，把接种证明收入钱包",
                "have the doses at a clinic and take its attestation into the wallet",
            ),
            (Some(_), Some(_)) => both(
                "到检测机构做检测或到接种机构接种，把证明收入钱包",
                "have a test at a laboratory or the doses at a clinic, and take the attestation into the wallet",
            ),
        },
        (Evidence::Reading { .. }, _) => both(
            "打卡当天到测温闸机测温，把读数证明收入钱包",
            "have your temperature taken at a thermometer gate on the day of a check-in, and take its attestation in",
        ),
        (Evidence::Itinerary { .. }, _) => both(
            "向运营商索取新的行程证明，收入钱包",
            "ask your operator for a new itinerary attestation and take it in",
        ),
        (Evidence::Regions { list: None, .. }, _) => both(
            "请稍后同步；名单由主管部门发布",
            "sync later; the authority publishes the list",
        ),
        (Evidence::Regions { .. }, _) => both(
            "跨境基站会有误差，可向运营商申请更正；离开满行程窗口后，收入新的行程证明",
            "roaming causes errors: ask your operator for a correction; once the visit has left the window, take in a new itinerary",
        ),
        (_, Mending::Asleep) => both(
            "太久未打卡，本钱包的登记不能再打卡，请到登记台重新登记",
            "this note has slept too long to check in; ask a registrar for a new enrolment",
        ),
        (Evidence::Checkin { .. }, Mending::CheckIns(day)) => both(
            format!("请打卡：如实打卡且正常，{} 起满足", day.to_iso()),
            format!(
                "check in: with a normal check-in it holds on {}",
                day.to_iso()
            ),
        ),
        (Evidence::NoSymptoms { .. }, Mending::CheckIns(day)) => both(
            format!("不适请就医；此后每天打卡且正常，{} 起满足", day.to_iso()),
            format!(
                "see a doctor if unwell; with a normal check-in every day it holds from {} on",
                day.to_iso()
            ),
        ),
        (_, Mending::CheckIns(day)) => both(
            format!("每天打卡且正常，{} 起满足", day.to_iso()),
            format!(
                "with a normal check-in every day it holds from {} on",
                day.to_iso()
            ),
        ),
        (_, Mending::Unknown) => both(
            "打卡不能使其满足，请向政策发布机关询问",
            "check-ins do not meet it; ask the authority that published the policy",
        ),
    }
}
