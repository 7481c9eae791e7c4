//! The file that a notice rests on, as a trustee is shown it.

use super::*;
use crate::escrow::seal_evidence;

#[test]
fn evidence_is_the_very_file_that_the_notice_states_sealed_to_this_trustee() {
    let story = Story::new();
    let (first, second) = (&story.trustees[0], &story.trustees[1]);
    let mut notice = story.ledger().notice.unwrap().notice;
    notice.evidence = Sha256Hash::of(b"the report");
    let key = first.keys.sealing[0].public();
    let seal = |notice: &RiskNotice, file: &[u8]| {
        seal_evidence(&NETWORK, &notice.id(), file, nr(1), &key, &mut OsRng).unwrap()
    };
    let sealed = seal(&notice, b"the report");
    first.has_evidence(&notice, &sealed).unwrap();
    for other in [&b"another report"[..], b""] {
        let refused = first.has_evidence(&notice, &seal(&notice, other));
        assert!(matches!(refused, Err(ReleaseError::OtherEvidence)));
    }
    let mut later = notice.clone();
    later.clause = "another clause".to_owned();
    for refused in [
        first.has_evidence(&later, &sealed),
        second.has_evidence(&notice, &sealed),
        first.has_evidence(&notice, b""),
    ] {
        assert!(matches!(refused, Err(ReleaseError::BadEvidence)));
    }
}
