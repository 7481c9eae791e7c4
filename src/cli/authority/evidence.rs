//! What a notice rests on, as the command line spells it.

use clap::ValueEnum;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::risk::NoticeClass;

use super::propose::ProposeError;

/// A kind of evidence, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Evidence {
    LaboratoryReport,
    Diagnosis,
    ContactRecord,
    StatementOfLoss,
    CourtOrder,
}

impl From<Evidence> for EvidenceKind {
    fn from(evidence: Evidence) -> Self {
        match evidence {
            Evidence::LaboratoryReport => Self::LaboratoryReport,
            Evidence::Diagnosis => Self::Diagnosis,
            Evidence::ContactRecord => Self::ContactRecord,
            Evidence::StatementOfLoss => Self::StatementOfLoss,
            Evidence::CourtOrder => Self::CourtOrder,
        }
    }
}

/// The kind that is given, or the only one that the class accepts.
pub(super) fn kind_of(
    given: Option<Evidence>,
    class: NoticeClass,
) -> Result<EvidenceKind, ProposeError> {
    match (given, class.accepts()) {
        (Some(kind), _) => Ok(kind.into()),
        (None, [only]) => Ok(*only),
        (None, _) => Err(ProposeError::Missing {
            role: "notice of this class",
            argument: "--evidence-kind",
        }),
    }
}
