//! What a clause is about and what it asks, in both languages.

use crate::policy::Policy;
use crate::tightening::Tightened;
use serde::Serialize;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    fn of(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// What needs no language.
    pub(super) fn same(text: &str) -> Self {
        Self::of(text, text)
    }
}

/// What a clause is about.
pub(super) fn about(clause: Tightened) -> Words {
    let (zh, en) = match clause {
        Tightened::Fever => ("发热温度", "fever from"),
        Tightened::Symptoms => ("算作异常的症状", "symptoms that make a day unwell"),
        Tightened::Contacts => ("算作异常的接触", "contacts that make a day unwell"),
        Tightened::SlotLag => ("最近一次打卡", "the newest check-in"),
        Tightened::NormalDays => ("正常天数", "normal days"),
        Tightened::ClearDays => ("无症状、接触和发热", "free of symptoms, contact and fever"),
        Tightened::TestOrDoses => ("检测或接种", "a test or doses"),
        Tightened::Reading => ("测温证明", "an attested reading"),
        Tightened::Itinerary => ("行程证明", "an itinerary"),
        Tightened::FreshEnrolments => ("新登记者的正常天数", "normal days of a new enrolment"),
        Tightened::Mask => (
            "出示姓氏和证件末两位",
            "surname and last two digits are shown",
        ),
        Tightened::Paper => ("接受纸质通行证", "printed passes"),
        Tightened::GateCode => ("输入闸机数字", "the gate’s code"),
        Tightened::Grace => ("过渡时间", "grace"),
        Tightened::Regions => ("风险区", "regions"),
    };
    Words::of(zh, en)
}

/// What a policy asks by a clause.
pub(super) fn asked(clause: Tightened, policy: &Policy) -> Words {
    let (t, p) = (&policy.thresholds, &policy.predicates);
    match clause {
        Tightened::Fever => Words::of(
            format!("{}.{} 度", t.fever / 10, t.fever % 10),
            format!("{}.{} degrees", t.fever / 10, t.fever % 10),
        ),
        Tightened::Symptoms => kinds(t.symptom_mask.into(), u16::BITS),
        Tightened::Contacts => kinds(t.contact_mask.into(), u8::BITS),
        Tightened::SlotLag => Words::of(
            format!("当日之前 {} 个半天内", p.slot_lag),
            format!("at most {} half-days before the day", p.slot_lag),
        ),
        Tightened::NormalDays => {
            let of = p.window_a.count_ones();
            Words::of(
                format!("{of} 天中 {} 天（{}）", p.min_normal, days(p.window_a)),
                format!("{} of {of} days ({})", p.min_normal, days(p.window_a)),
            )
        }
        Tightened::ClearDays => {
            let n = p.window_b.count_ones();
            Words::of(
                format!("{n} 天（{}）", days(p.window_b)),
                format!("{n} days ({})", days(p.window_b)),
            )
        }
        Tightened::TestOrDoses => {
            let tested = age(p.max_test_age);
            let doses = p.min_doses.map(|n| n.to_string());
            let (zh, en) = doses.map_or_else(
                || ("不算".to_owned(), "do not count".to_owned()),
                |n| (format!("{n} 剂"), n),
            );
            match (p.max_test_age, p.min_doses) {
                (None, None) => Words::of("不要求", "not demanded"),
                _ => Words::of(
                    format!("检测{}，接种{zh}", tested.zh),
                    format!("a test {}, doses {en}", tested.en),
                ),
            }
        }
        Tightened::Reading => age(p.max_reading_age),
        Tightened::Itinerary => age(p.max_itinerary_age),
        Tightened::FreshEnrolments => Words::of(
            format!("登记后 {} 天内须有 {} 天", p.fresh_horizon, p.fresh_normal),
            format!("{} within {} days", p.fresh_normal, p.fresh_horizon),
        ),
        Tightened::Mask => yes(p.show_mask),
        Tightened::Paper => yes(policy.paper),
        Tightened::GateCode => yes(policy.gate_code),
        Tightened::Grace => Words::of(
            format!("{} 分钟", policy.grace_ms / 60_000),
            format!("{} minutes", policy.grace_ms / 60_000),
        ),
        Tightened::Regions => Words::same(""),
    }
}

/// The bits of a set of kinds: all of them, none, or which.
fn kinds(mask: u32, width: u32) -> Words {
    match mask.count_ones() {
        0 => Words::of("没有", "none"),
        n if n == width => Words::of("全部", "all"),
        n => Words::of(
            format!("{n} 种（{}）", bits(mask)),
            format!("{n} kinds ({})", bits(mask)),
        ),
    }
}

/// Which days of the history, 0 the newest.
fn days(window: u16) -> String {
    bits(window.into())
}

/// The places of set bits, runs as from-to.
pub(super) fn bits(mask: u32) -> String {
    let mut runs: Vec<String> = Vec::new();
    let is_set = |n: u32| n < u32::BITS && mask >> n & 1 == 1;
    let mut n = 0;
    while n < u32::BITS {
        let from = n;
        while is_set(n) {
            n += 1;
        }
        match n - from {
            0 => {}
            1 => runs.push(from.to_string()),
            _ => runs.push(format!("{from}-{}", n - 1)),
        }
        n += 1;
    }
    match runs.is_empty() {
        true => "-".to_owned(),
        false => runs.join(" "),
    }
}

fn age(age: Option<u16>) -> Words {
    match age {
        None => Words::of("不要求", "not demanded"),
        Some(days) => Words::of(
            format!("不早于 {days} 天前"),
            format!("of at most {days} days"),
        ),
    }
}

fn yes(it_is: bool) -> Words {
    match it_is {
        true => Words::of("是", "yes"),
        false => Words::of("否", "no"),
    }
}
