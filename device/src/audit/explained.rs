//! The eleven public inputs of a pass (clause 5.6) in words: what a proof says, and that it says nothing more.

use super::{AuditError, Auditor, Record};
use crate::enrolment::surname_of;
use ark_bn254::Fr;
use luyin_protocol::did::Did;
use luyin_protocol::field;
use luyin_protocol::gate::Evidence;
use luyin_protocol::pass::{PassMode, ShownPass};
use luyin_protocol::scope::ScopeIndex;
use serde::Serialize;

/// One public input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedInput {
    /// Its name in clause 5.6.
    pub name: &'static str,
    /// 64 hexadecimal digits, as the node lists it.
    pub value: String,
    /// What it is, in Chinese.
    pub zh: String,
    /// What it is.
    pub en: String,
}

/// The names in their order.
const NAMES: [&str; 11] = [
    "root", "policy", "r0", "r1", "r2", "day", "scope", "nym", "rtag", "mask_out", "binding",
];

type Words = (String, String);

fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    (zh.into(), en.into())
}

impl Auditor {
    /// The public inputs of a record's pass; none where it has no pass, or its pass names what was never published.
    ///
    /// # Errors
    /// [`AuditError::DoesNotHold`] for a name that is no record's.
    pub fn explain(&self, record: &Record) -> Result<Option<Vec<ExplainedInput>>, AuditError> {
        let Evidence::Pass(shown) = &record.bytes.0.evidence else {
            return Ok(None);
        };
        let venue = self.venue(record)?;
        Ok(self.inputs(record)?.map(|inputs| {
            let words = self.words(venue, shown);
            let all = NAMES.into_iter().zip(inputs).zip(words);
            all.map(|((name, value), (zh, en))| explained(name, &value, zh, en))
                .collect()
        }))
    }

    fn words(&self, venue: Option<&Did>, shown: &ShownPass) -> [Words; 11] {
        let pass = &shown.pass;
        let day = pass.day.to_iso();
        let risk = |part: u8| {
            let mut lists = self.published().acts.risk_lists.iter().map(|l| &l.item);
            let list = lists.find(|l| l.version == pass.risk);
            let count = list.map_or(0, |list| list.regions.regions().count());
            let version = pass.risk;
            words(
                format!(
                    "第 {version} 版风险区名单（共 {count} 个地区）的第 {part} 部分，共 3 部分"
                ),
                format!("part {part} of 3 of risk list {version}, which names {count} regions"),
            )
        };
        [
            self.root_words(shown),
            self.policy_words(shown, &day),
            risk(1),
            risk(2),
            risk(3),
            words(
                format!("通行证所属的日期：{day}"),
                format!("the day the pass is for: {day}"),
            ),
            scope_words(venue, shown, &day),
            words(
                "持证人在此范围内的化名；换一个场所或换一天就是另一个，不能据此认出本人",
                "the holder's name in this scope; at another venue or on another day it is another one, and it names nobody",
            ),
            words(
                "告知标记；只有关于本人的风险告知生效时，才能用当天公布的数值认出",
                "the tag by which a live notice about the holder is recognised with the day's released values, and nothing else",
            ),
            mask_words(shown),
            binding_words(shown),
        ]
    }

    fn root_words(&self, shown: &ShownPass) -> Words {
        let number = shown.pass.epoch;
        let made = self.published().epochs.iter().find(|e| e.number == number);
        let day = made.map_or_else(String::new, |epoch| epoch.time.day().to_iso());
        words(
            format!("第 {number} 期根（{day}）：持证人的记录在其中，但看不出是哪一条"),
            format!(
                "the root of epoch {number} ({day}): the holder's note is under it, and it does not say which"
            ),
        )
    }

    fn policy_words(&self, shown: &ShownPass, day: &str) -> Words {
        let reference = shown.pass.policy;
        let mut policies = self.published().acts.policies.iter().map(|p| &p.item);
        let found = policies.find(|p| p.reference == reference);
        let zh = found.map_or("-", |policy| policy.name_zh.as_str());
        let en = found.map_or("-", |policy| policy.name_en.as_str());
        words(
            format!("政策 {reference}《{zh}》对 {day} 的要求；证明成立，就是全部满足"),
            format!(
                "what policy {reference} \"{en}\" demands for {day}: where the proof holds, all of it is met"
            ),
        )
    }
}

fn scope_words(venue: Option<&Did>, shown: &ShownPass, day: &str) -> Words {
    match shown.pass.scope {
        ScopeIndex::Venue => {
            let venue = venue.map(Did::to_string).unwrap_or_default();
            words(
                format!("范围：场所 {venue}，{day}"),
                format!("the scope: venue {venue} on {day}"),
            )
        }
        ScopeIndex::WalkIn { block, k } => {
            let (block, k) = (block + 1, k + 1);
            words(
                format!("范围：{day} 第 {block} 时段的第 {k} 张临时通行证，各场所通用，只能用一次"),
                format!(
                    "the scope: walk-in pass {k} of part {block} of {day}, good once, at any venue"
                ),
            )
        }
    }
}

fn mask_words(shown: &ShownPass) -> Words {
    let mask = shown.pass.mask;
    if mask.bits() == 0 {
        return words(
            "不出示姓氏和证件尾号",
            "neither surname nor digits are shown",
        );
    }
    let surname = surname_of(mask.surname()).unwrap_or("-");
    let digits = mask.digits();
    words(
        format!("姓氏“{surname}”和证件末两位 {digits:02}，供值守人员核对证件"),
        format!(
            "the surname {surname} and the last two digits {digits:02}, for the guard to compare with the ID"
        ),
    )
}

fn binding_words(shown: &ShownPass) -> Words {
    let key = shown.pass.ephemeral.to_string();
    let key = key.get(..8).unwrap_or_default();
    let (zh, en) = match shown.pass.mode {
        PassMode::Screen => ("屏幕", "on a screen"),
        PassMode::Paper => ("纸质", "on paper"),
    };
    words(
        format!("把证明绑定到本网络、{zh}方式和一次性密钥 {key}…，别人不能拿去用"),
        format!(
            "binds the proof to this network, to being shown {en} and to the one-time key {key}…, so that nobody else can use it"
        ),
    )
}

fn explained(name: &'static str, value: &Fr, zh: String, en: String) -> ExplainedInput {
    ExplainedInput {
        name,
        value: hex::encode(field::to_bytes(value)),
        zh,
        en,
    }
}
