//! The root that anchors a batch of a gate's records (clause 6.21): RFC 6962 over their bytes.

use super::merkle::{Frontier, LogHash};
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::AuditRecord;
use luyin_protocol::signature::Sha256Hash;

/// The root over records in their order.
#[must_use]
pub fn root_of(records: &[AuditRecord]) -> Sha256Hash {
    let mut frontier = Frontier::default();
    for record in records {
        frontier.push(LogHash::leaf(&record.to_vec()));
    }
    Sha256Hash::from_bytes(*frontier.head().root().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_protocol::gate::{Evidence, Reason, Verdict};
    use luyin_protocol::time::Step;

    #[test]
    fn the_root_depends_on_every_record_and_their_order() {
        let record = |n: u32| AuditRecord {
            step: Step::new(n),
            verdict: Verdict::of(Reason::Manual),
            evidence: Evidence::Manual(format!("{n}")),
        };
        let mut records: Vec<AuditRecord> = (0..5).map(record).collect();
        let root = root_of(&records);
        records.swap(0, 1);
        assert_ne!(root_of(&records), root);
        records.swap(0, 1);
        assert_eq!(root_of(&records), root);
        assert_ne!(root_of(&records[..4]), root);
    }
}
