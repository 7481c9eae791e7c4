use crate::codec::{Canonical, DecodeError, Reader, Writer};
use serde::Serialize;

/// What the guard sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// May pass.
    Green,
    /// A person must look.
    Yellow,
    /// Not valid.
    Red,
    /// This gate cannot decide.
    Grey,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $colour:ident, $slug:literal, $zh:literal, $en:literal;)*) => {
        /// Why a verdict is what it is. Every verdict has one; none is without a word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])* $name),* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),*];
            /// The byte in audit records.
            #[must_use]
            pub const fn code(self) -> u8 { match self { $(Reason::$name => $code),* } }
            /// The colour that this reason gives.
            #[must_use]
            pub const fn colour(self) -> Colour { match self { $(Reason::$name => Colour::$colour),* } }
            /// The stable name in APIs and logs.
            #[must_use]
            pub const fn slug(self) -> &'static str { match self { $(Reason::$name => $slug),* } }
            /// For the guard, in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str { match self { $(Reason::$name => $zh),* } }
            /// For the guard, in English.
            #[must_use]
            pub const fn en(self) -> &'static str { match self { $(Reason::$name => $en),* } }
        }
    };
}

reasons! {
    /// All checks passed.
    Proved = 0, Green, "proved", "可以通行", "May pass";
    /// All checks passed; a printed pass or a policy with an ID check.
    ProvedCompareId = 1, Green, "proved_compare_id", "可以通行，请核对身份证", "May pass; compare the ID";
    /// A walk-in pass that another show has used already.
    WalkInSpent = 10, Yellow, "walk_in_spent", "该临时通行证已被使用，请人工核验", "This walk-in pass was used before; check by hand";
    /// A person let in or turned away by the guard.
    Manual = 11, Yellow, "manual", "人工通道", "Manual lane";
    /// Another kind of code.
    NotOurs = 20, Red, "not_ours", "不是路引通行证", "Not a Luyin pass";
    /// A damaged code.
    Damaged = 21, Red, "damaged", "通行码损坏，请刷新后再扫", "The code is damaged; refresh and scan again";
    /// Shown more than a step ago: a screenshot, or a slow hand.
    Expired = 22, Red, "expired", "通行码已过期（截图无效），请刷新", "Expired (screenshots do not count); refresh the pass";
    /// Shown at a later time than now.
    Ahead = 23, Red, "ahead", "手机时钟过快，请校准", "The phone's clock is ahead; set it";
    /// For another day.
    WrongDay = 24, Red, "wrong_day", "不是今天的通行证", "Not for today";
    /// For another block of the day.
    WrongBlock = 25, Red, "wrong_block", "不是当前时段的通行证", "Not for this part of the day";
    /// The show-time signature does not hold.
    BadSignature = 26, Red, "bad_signature", "签名无效", "The signature does not hold";
    /// The gate's own code was not covered.
    WrongGateCode = 27, Red, "wrong_gate_code", "不是本闸机的通行码", "Not shown to this gate";
    /// The epoch root is older than the window or unknown.
    UnknownRoot = 28, Red, "unknown_root", "证明所依据的账本根已失效", "The proof rests on a root that no longer counts";
    /// A policy that does not count, or not here.
    PolicyNotAccepted = 29, Red, "policy_not_accepted", "通行证所依据的政策已失效", "The policy no longer counts";
    /// A risk list that does not count.
    RiskListNotAccepted = 30, Red, "risk_list_not_accepted", "风险区名单已更新，请重新生成", "The risk list has changed; renew the pass";
    /// The policy takes no printed passes.
    PaperNotAccepted = 31, Red, "paper_not_accepted", "此处不接受纸质通行证", "Paper is not accepted here";
    /// The same showing was scanned before.
    Replayed = 32, Red, "replayed", "该通行码刚刚已被扫过", "This very code was scanned already";
    /// Under a live notice.
    UnderNotice = 33, Red, "under_notice", "持有人有生效中的风险告知，原因见其钱包", "Under a live risk notice; its reason stands in the holder's wallet";
    /// The proof does not verify. Nothing more is said of why.
    Rejected = 34, Red, "rejected", "证明无效", "Rejected";
    /// The gate has no bundle or an expired one.
    BundleExpired = 40, Grey, "bundle_expired", "闸机数据已过期，请联网更新", "The gate's data has expired; connect it";
    /// The pass rests on data newer than the bundle.
    BundleBehind = 41, Grey, "bundle_behind", "闸机数据较旧，无法判断，请更新", "The pass is newer than the gate's data; update it";
    /// The gate's clock contradicts its bundle.
    ClockOff = 42, Grey, "clock_off", "闸机时钟不准，请校准", "The gate's clock is off; set it";
}

/// A colour and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verdict(Reason);

impl Verdict {
    /// The verdict that a reason gives.
    #[must_use]
    pub const fn of(reason: Reason) -> Self {
        Self(reason)
    }

    /// The colour.
    #[must_use]
    pub const fn colour(self) -> Colour {
        self.0.colour()
    }

    /// Why.
    #[must_use]
    pub const fn reason(self) -> Reason {
        self.0
    }
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("Verdict", 4)?;
        out.serialize_field("colour", &self.colour())?;
        out.serialize_field("reason", self.0.slug())?;
        out.serialize_field("zh", self.0.zh())?;
        out.serialize_field("en", self.0.en())?;
        out.end()
    }
}

impl Canonical for Verdict {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.0.code());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = r.u8("a verdict")?;
        let known = Reason::ALL.iter().find(|x| x.code() == code);
        known
            .map(|x| Self(*x))
            .ok_or(DecodeError::Invalid("a verdict"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_its_own_code_slug_and_words() {
        let codes: BTreeSet<u8> = Reason::ALL.iter().map(|r| r.code()).collect();
        let slugs: BTreeSet<&str> = Reason::ALL.iter().map(|r| r.slug()).collect();
        assert_eq!(
            (codes.len(), slugs.len()),
            (Reason::ALL.len(), Reason::ALL.len())
        );
        for reason in Reason::ALL {
            let verdict = Verdict::of(*reason);
            assert_eq!(Verdict::from_slice(&verdict.to_vec()).unwrap(), verdict);
            assert!(!reason.zh().is_empty() && !reason.en().is_empty());
        }
    }
}
