//! The daily form: temperature, symptoms by name, contacts by name (the domain's lists).
//!
//! The circuit takes 30.0 to 45.0 degrees and bits; the form takes 34.0 to 43.0 with one decimal and names.

use luyin_circuits::checkin::Answers;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use thiserror::Error;

/// Why an answer is not taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AnswerError {
    /// Outside the form, or without one decimal.
    #[error(
        "{0:?} is no temperature of the form; write 34.0 to 43.0 with one decimal, such as 36.5"
    )]
    Temperature(String),
    /// No symptom of that name.
    #[error("no symptom is called {0:?}; known are {names}", names = names(&Symptom::ALL.map(Symptom::slug)))]
    Symptom(String),
    /// No kind of contact of that name.
    #[error("no contact is called {0:?}; known are {names}", names = names(&Contact::ALL.map(Contact::slug)))]
    Contact(String),
    /// "none" beside something else.
    #[error("\"none\" stands alone")]
    NoneAndMore,
}

impl AnswerError {
    /// A stable name for the kind of error.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Temperature(..) => "temperature",
            Self::Symptom(..) => "symptom",
            Self::Contact(..) => "contact",
            Self::NoneAndMore => "none_and_more",
        }
    }
}

fn names(all: &[&str]) -> String {
    all.join(", ")
}

/// A body temperature of the form, in tenths of a degree Celsius.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Temperature(u16);

impl Temperature {
    /// 340 to 430 tenths.
    #[must_use]
    pub fn from_tenths(tenths: u16) -> Option<Self> {
        (340..=430).contains(&tenths).then_some(Self(tenths))
    }

    /// Tenths of a degree.
    #[must_use]
    pub const fn tenths(self) -> u16 {
        self.0
    }
}

impl FromStr for Temperature {
    type Err = AnswerError;
    fn from_str(text: &str) -> Result<Self, AnswerError> {
        let bad = || AnswerError::Temperature(text.to_owned());
        let (whole, tenth) = text.split_once('.').ok_or_else(bad)?;
        let plain = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole, 2) || !plain(tenth, 1) {
            return Err(bad());
        }
        let number = |s: &str| s.parse::<u16>().map_err(|_| bad());
        Self::from_tenths(number(whole)? * 10 + number(tenth)?).ok_or_else(bad)
    }
}

impl TryFrom<u16> for Temperature {
    type Error = AnswerError;
    fn try_from(tenths: u16) -> Result<Self, AnswerError> {
        Self::from_tenths(tenths).ok_or_else(|| AnswerError::Temperature(tenths.to_string()))
    }
}

impl From<Temperature> for u16 {
    fn from(t: Temperature) -> u16 {
        t.0
    }
}

impl std::fmt::Display for Temperature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

macro_rules! named_bits {
    ($(#[$doc:meta])* $name:ident, $repr:ty, $error:ident: $($item:ident = $bit:literal, $slug:literal, $zh:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[doc = $zh] $item),* }

        impl $name {
            /// All, in the order of their bits.
            pub const ALL: [Self; [$($bit),*].len()] = [$(Self::$item),*];

            /// Its bit in the statement's answers. A bit, once given out, keeps its meaning.
            #[must_use]
            pub const fn bit(self) -> $repr { match self { $(Self::$item => 1 << $bit),* } }

            /// The name on the command line and in JSON.
            #[must_use]
            pub const fn slug(self) -> &'static str { match self { $(Self::$item => $slug),* } }

            /// The name in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str { match self { $(Self::$item => $zh),* } }

            /// Reads a list of names; "none" alone is the empty list.
            pub fn parse_list<S: AsRef<str>>(names: &[S]) -> Result<Vec<Self>, AnswerError> {
                let names: Vec<&str> = names.iter().map(|n| n.as_ref().trim()).filter(|n| !n.is_empty()).collect();
                if names.contains(&"none") {
                    return if names.len() == 1 { Ok(Vec::new()) } else { Err(AnswerError::NoneAndMore) };
                }
                let one = |name: &&str| Self::ALL.into_iter().find(|s| s.slug() == *name || s.zh() == *name)
                    .ok_or_else(|| AnswerError::$error((*name).to_owned()));
                let mut all = names.iter().map(one).collect::<Result<Vec<_>, _>>()?;
                all.sort_unstable();
                all.dedup();
                Ok(all)
            }
        }
    };
}

named_bits! {
    /// A symptom of the form.
    Symptom, u16, Symptom:
    Fever = 0, "fever", "发热";
    DryCough = 1, "dry_cough", "干咳";
    Fatigue = 2, "fatigue", "乏力";
    SoreThroat = 3, "sore_throat", "咽痛";
    BlockedNose = 4, "blocked_nose", "鼻塞";
    RunnyNose = 5, "runny_nose", "流涕";
    SmellTasteLoss = 6, "smell_taste_loss", "嗅味觉减退";
    MusclePain = 7, "muscle_pain", "肌痛";
    Conjunctivitis = 8, "conjunctivitis", "结膜炎";
    Diarrhoea = 9, "diarrhoea", "腹泻";
    BreathingDifficulty = 10, "breathing_difficulty", "呼吸困难";
}

named_bits! {
    /// A kind of contact of the form.
    Contact, u8, Contact:
    ConfirmedCase = 0, "confirmed_case", "接触过确诊病例";
    CloseContact = 1, "close_contact", "接触过密切接触者";
    UnwellTraveller = 2, "unwell_traveller", "接触过来自风险区的有症状人员";
    Cluster = 3, "cluster", "身边有聚集性发病";
}

/// A filled form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Body temperature.
    pub temperature: Temperature,
    /// Symptoms.
    pub symptoms: Vec<Symptom>,
    /// Contacts.
    pub contacts: Vec<Contact>,
}

impl Form {
    /// The statement's private answers.
    #[must_use]
    pub fn answers(&self) -> Answers {
        Answers {
            temperature: self.temperature.tenths(),
            symptoms: self.symptoms.iter().fold(0, |bits, s| bits | s.bit()),
            contacts: self.contacts.iter().fold(0, |bits, c| bits | c.bit()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures_have_one_decimal_and_the_forms_range() {
        for (text, tenths) in [("34.0", 340), ("36.5", 365), ("37.3", 373), ("43.0", 430)] {
            let read: Temperature = text.parse().unwrap();
            assert_eq!((read.tenths(), read.to_string()), (tenths, text.to_owned()));
        }
        for bad in [
            "33.9", "43.1", "36", "36.55", "365", "-6.5", "36,5", " 36.5", "", "3.65", "+6.5",
        ] {
            assert!(bad.parse::<Temperature>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn lists_go_by_name_in_either_language_and_none_stands_alone() {
        let list = Symptom::parse_list(&["diarrhoea", "干咳", "diarrhoea"]).unwrap();
        assert_eq!(list, [Symptom::DryCough, Symptom::Diarrhoea]);
        assert_eq!(Symptom::parse_list(&["none"]).unwrap(), []);
        assert_eq!(
            Symptom::parse_list(&["none", "fever"]),
            Err(AnswerError::NoneAndMore)
        );
        assert_eq!(
            Contact::parse_list(&["aunt"]),
            Err(AnswerError::Contact("aunt".into()))
        );
    }

    #[test]
    fn every_name_has_its_own_bit() {
        let form = Form {
            temperature: Temperature::from_tenths(365).unwrap(),
            symptoms: Symptom::ALL.to_vec(),
            contacts: Contact::ALL.to_vec(),
        };
        let answers = form.answers();
        assert_eq!(
            (answers.symptoms, answers.contacts, answers.temperature),
            (0x7ff, 0xf, 365)
        );
    }
}
