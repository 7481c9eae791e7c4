//! Risk notices.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::risk::{NoticeClass, RiskNotice, Uid};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a clause that is no UTF-8 is unwrapped",
    seeds,
};

/// One encoding a notice.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, RiskNotice::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(
        data,
        fault::unwraps(
            |e| *e == DecodeError::Invalid("a clause"),
            RiskNotice::from_slice,
        ),
    )
}

fn seeds() -> Vec<Seed> {
    let superseded = RiskNotice {
        class: NoticeClass::Superseded,
        uid: Some(Uid::from_bytes([6; 32])),
        evidence_kind: EvidenceKind::StatementOfLoss,
        until: sample::DAY.plus(55),
        ..sample::notice()
    };
    vec![
        ("close-contact", sample::notice().to_vec()),
        ("superseded", superseded.to_vec()),
    ]
}
