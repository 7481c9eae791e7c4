//! What an appeal says, and what is answered (protocol clauses 7.16b and 7.16c).

use crate::bytes_newtype;
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::signature::Sha256Hash;
use crate::time::Timestamp;
use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Within how many hours an appeal is answered.
pub const APPEAL_HOURS: u8 = 8;
const APPEAL_MS: u64 = 8 * 3_600_000;

/// The packed policy of an appeal's proof: all of its 139 bits are zero, which every note meets (clause 5.6). It is the
/// protocol's own; no authority can publish a stricter one.
pub const ASKS_NOTHING: Fr = Fr::ZERO;

/// Until when an appeal filed at a time is to be answered.
#[must_use]
pub fn due(filed: Timestamp) -> Timestamp {
    filed.plus_ms(APPEAL_MS)
}

bytes_newtype! {
    /// Hiding commitment to a file that the person hands to the office. The file itself goes another way.
    StatementCommitment[32];
    /// What opens a [`StatementCommitment`] beside the file: the person tells it to the office alone.
    StatementSalt[16];
}

impl StatementCommitment {
    /// Commits to a file by its hash, so that nobody can try on the public log what a short letter says.
    #[must_use]
    pub fn of(file: &Sha256Hash, salt: &StatementSalt) -> Self {
        let digest = Sha256::new()
            .chain_update(b"luyin/v1/statement\0")
            .chain_update(salt.as_bytes())
            .chain_update(file.as_bytes())
            .finalize();
        Self(digest.into())
    }
}

/// The log's entry that filed an appeal: its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppealEntry(pub u64);

impl std::fmt::Display for AppealEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Canonical for AppealEntry {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.0);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u64("an appeal's entry").map(Self)
    }
}

/// Why the person appeals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealReason {
    /// It is about somebody else.
    NotMe,
    /// Recovered, or the newest result is negative.
    Recovered,
    /// The evidence is wrong.
    EvidenceWrong,
    /// What the notice was for is past.
    Outlived,
    /// Something else; the statement says what.
    Other,
}

impl AppealReason {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::NotMe,
        Self::Recovered,
        Self::EvidenceWrong,
        Self::Outlived,
        Self::Other,
    ];

    const fn code(self) -> u8 {
        match self {
            Self::NotMe => 1,
            Self::Recovered => 2,
            Self::EvidenceWrong => 3,
            Self::Outlived => 4,
            Self::Other => 5,
        }
    }

    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotMe => "not_me",
            Self::Recovered => "recovered",
            Self::EvidenceWrong => "evidence_wrong",
            Self::Outlived => "outlived",
            Self::Other => "other",
        }
    }
}

impl Canonical for AppealReason {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.code());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = r.u8("a reason of an appeal")?;
        let found = Self::ALL.into_iter().find(|reason| reason.code() == code);
        found.ok_or(DecodeError::Invalid("a reason of an appeal"))
    }
}

/// What the authority says to an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOutcome {
    /// The notice ends.
    Granted,
    /// It stands.
    Refused,
}

impl Canonical for AppealOutcome {
    fn encode(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Granted => 1,
            Self::Refused => 2,
        });
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8("an answer to an appeal")? {
            1 => Ok(Self::Granted),
            2 => Ok(Self::Refused),
            _ => Err(DecodeError::Invalid("an answer to an appeal")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_and_outcome_has_one_code_and_one_name() {
        for reason in AppealReason::ALL {
            assert_eq!(AppealReason::from_slice(&reason.to_vec()), Ok(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
        }
        assert!(AppealReason::from_slice(&[0]).is_err());
        assert!(AppealReason::from_slice(&[6]).is_err());
        for outcome in [AppealOutcome::Granted, AppealOutcome::Refused] {
            assert_eq!(AppealOutcome::from_slice(&outcome.to_vec()), Ok(outcome));
        }
        assert!(AppealOutcome::from_slice(&[3]).is_err());
    }

    #[test]
    fn a_statement_stays_hidden_without_its_salt() {
        let letter = Sha256Hash::of("结果已转阴".as_bytes());
        let with = |n| StatementCommitment::of(&letter, &StatementSalt::from_bytes([n; 16]));
        assert_ne!(with(1), with(2));
        assert_ne!(with(1).as_bytes(), letter.as_bytes());
    }

    #[test]
    fn an_answer_is_due_eight_hours_after_the_filing() {
        assert_eq!(due(Timestamp::new(1_000)), Timestamp::new(28_801_000));
        assert_eq!(APPEAL_MS, u64::from(APPEAL_HOURS) * 3_600_000);
    }
}
