//! What a verified certificate tells that somebody may attest: one test result, or the doses so far; and whose it is, to be
//! compared by a person and kept nowhere.
//!
//! Only what is unmistakable is told. A recovery, an antigen test, a result that is neither, another disease are refused,
//! each by its name: whoever reads too much out of a certificate attests what nobody stated.

mod hc1;
mod shc;

#[cfg(test)]
mod tests;

use std::fmt;

use thiserror::Error;

pub use hc1::of_hc1;
pub use shc::of_shc;

use crate::Moment;
use crate::hc1::Kind;

/// More doses than the protocol can state.
const MOST_DOSES: u8 = 15;

/// What is asked of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Test,
    Vaccination,
}

/// What a certificate tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Of a nucleic acid test.
    Test { negative: bool, sampled: Moment },
    /// Doses so far, 1 to 15, and when the newest was given. A date alone stands for its midnight in UTC.
    Vaccination { doses: u8, newest: Moment },
}

/// Whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The name, in each spelling that the certificate has.
    pub names: Vec<String>,
    pub birth: Option<String>,
}

/// The same for every spelling and every new signature of one certificate: what tells that it was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark([u8; 32]);

/// All that is taken from a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub told: Told,
    pub holder: Holder,
    pub mark: Mark,
}

/// Why a certificate that holds tells nothing that can be attested.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EvidenceFault {
    #[error("its key is named outside of what is signed; nothing is attested on that")]
    KeyNameUnsigned,
    #[error("it is a certificate of {0}, and one of {1} is asked for")]
    OtherKind(Kind, Asked),
    #[error("it tells nothing of a {0} against COVID-19, or in codes that are not known here")]
    NothingAsked(Asked),
    #[error("it is about another disease: {0}")]
    Disease(String),
    #[error("it is no nucleic acid test: {0}")]
    TestType(String),
    #[error("its result is neither detected nor not detected: {0}")]
    Result(String),
    #[error("it tells of {0} doses; 1 to 15 can be attested")]
    Doses(u64),
    #[error("its day cannot be told: {0}")]
    Day(String),
    #[error("it does not tell of one person")]
    Holder,
}

impl Mark {
    fn of(parts: &[&[u8]]) -> Self {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        for part in parts {
            // With its length before it, no two lists of parts are hashed alike.
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            context.update(&length.to_be_bytes());
            context.update(part);
        }
        let mut mark = [0; 32];
        for (byte, hashed) in mark.iter_mut().zip(context.finish().as_ref()) {
            *byte = *hashed;
        }
        Self(mark)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Test => "test",
            Self::Vaccination => "vaccination",
        })
    }
}

fn doses(count: u64) -> Result<u8, EvidenceFault> {
    u8::try_from(count)
        .ok()
        .filter(|doses| (1..=MOST_DOSES).contains(doses))
        .ok_or(EvidenceFault::Doses(count))
}

fn moment(text: &str) -> Result<Moment, EvidenceFault> {
    Moment::parse(text).map_err(|_| EvidenceFault::Day(text.to_owned()))
}
