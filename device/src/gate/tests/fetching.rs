//! A gate that reaches its node and is shown a pass newer than its data.

use super::*;

/// A node that gives one bundle, and counts how often.
struct Giver {
    bundle: Vec<u8>,
    asked: Cell<u32>,
}

impl GateNode for Giver {
    fn bundle(&self) -> Result<Vec<u8>, ClientError> {
        self.asked.set(self.asked.get() + 1);
        Ok(self.bundle.clone())
    }
    fn list(&self, _: &Sha256Hash, _: Day) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn keys_manifest(&self) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn keys_file(&self, _: &str) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn walk_in(&self, _: &Nym, _: Step) -> Result<bool, ClientError> {
        Ok(false)
    }
    fn next_batch(&self) -> Result<u32, ClientError> {
        Err(no_answer())
    }
    fn file_batch(&self, _: &SealedBatch) -> Result<(), ClientError> {
        Err(no_answer())
    }
}

#[test]
fn a_gate_at_its_node_fetches_what_a_newer_pass_rests_on_and_decides_again() {
    let mut device = set_up(&MemoryFiles::default());
    let mut holder = Holder::new();
    holder.epoch.number = 2;
    let pass = Pass {
        epoch: 2,
        ..holder.pass(ScopeIndex::Venue)
    };
    let soon = morning().plus_ms(REFETCH_AFTER_MS - 1);
    let later = morning().plus_ms(REFETCH_AFTER_MS);
    let node = Giver {
        bundle: bundle(later, holder.epoch),
        asked: Cell::new(0),
    };
    let mut scan = |now: Timestamp| {
        let scan = device.scan_fetching(&show(&pass, now), now, &node).unwrap();
        (scan.verdict.reason(), node.asked.get())
    };
    assert_eq!(scan(soon), (Reason::BundleBehind, 0), "fetched just now");
    assert_eq!(scan(later), (Reason::Proved, 1));
    let again = later.plus_ms(60_000);
    assert_eq!(scan(again), (Reason::Proved, 1), "nothing newer is needed");
}

#[test]
fn a_gate_whose_node_has_nothing_newer_stays_grey() {
    let mut device = set_up(&MemoryFiles::default());
    let pass = Pass {
        epoch: 2,
        ..Holder::new().pass(ScopeIndex::Venue)
    };
    let later = morning().plus_ms(REFETCH_AFTER_MS);
    let text = show(&pass, later);
    let mut reason = |node: &dyn GateNode| {
        let scan = device.scan_fetching(&text, later, node).unwrap();
        scan.verdict.reason()
    };
    assert_eq!(reason(&Sink::default()), Reason::BundleBehind);
    let same = Giver {
        bundle: bundle(later, Holder::new().epoch),
        asked: Cell::new(0),
    };
    assert_eq!(reason(&same), Reason::BundleBehind);
    assert_eq!(same.asked.get(), 1);
}
