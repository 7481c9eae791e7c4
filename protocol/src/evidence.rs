//! What a risk notice rests on (protocol clause 7.16). The file itself goes to the trustees; the ledger has its kind and hash.

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use serde::{Deserialize, Serialize};

/// What a file of evidence is. Typed: there is no "other".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A laboratory's report of a test.
    LaboratoryReport,
    /// A physician's diagnosis.
    Diagnosis,
    /// The record of a contact that was traced.
    ContactRecord,
    /// A registrar's statement that the phone is lost.
    StatementOfLoss,
    /// The order of a court.
    CourtOrder,
}

impl EvidenceKind {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::LaboratoryReport,
        Self::Diagnosis,
        Self::ContactRecord,
        Self::StatementOfLoss,
        Self::CourtOrder,
    ];

    const fn code(self) -> u8 {
        match self {
            Self::LaboratoryReport => 1,
            Self::Diagnosis => 2,
            Self::ContactRecord => 3,
            Self::StatementOfLoss => 4,
            Self::CourtOrder => 5,
        }
    }

    /// Its name in answers and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LaboratoryReport => "laboratory_report",
            Self::Diagnosis => "diagnosis",
            Self::ContactRecord => "contact_record",
            Self::StatementOfLoss => "statement_of_loss",
            Self::CourtOrder => "court_order",
        }
    }

    /// In words, in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::LaboratoryReport => "实验室检测报告",
            Self::Diagnosis => "医师诊断书",
            Self::ContactRecord => "密接流调记录",
            Self::StatementOfLoss => "登记机构的挂失证明",
            Self::CourtOrder => "法院文书",
        }
    }

    /// In words, in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::LaboratoryReport => "a laboratory's report",
            Self::Diagnosis => "a physician's diagnosis",
            Self::ContactRecord => "the record of a traced contact",
            Self::StatementOfLoss => "a registrar's statement of loss",
            Self::CourtOrder => "a court's order",
        }
    }
}

impl Canonical for EvidenceKind {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.code());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = r.u8("a kind of evidence")?;
        let found = Self::ALL.into_iter().find(|kind| kind.code() == code);
        found.ok_or(DecodeError::Invalid("a kind of evidence"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::NoticeClass;

    #[test]
    fn every_kind_has_one_code_one_name_and_a_class_that_accepts_it() {
        for kind in EvidenceKind::ALL {
            assert_eq!(EvidenceKind::from_slice(&kind.to_vec()), Ok(kind));
            let spelt = serde_json::to_value(kind).unwrap();
            assert_eq!(spelt, kind.name());
            let accepts = |class: &NoticeClass| class.accepts().contains(&kind);
            assert!(NoticeClass::ALL.iter().any(accepts), "{kind:?}");
        }
        assert!(EvidenceKind::from_slice(&[0]).is_err());
        assert!(EvidenceKind::from_slice(&[6]).is_err());
        assert!(NoticeClass::ALL.iter().all(|c| !c.accepts().is_empty()));
    }
}
