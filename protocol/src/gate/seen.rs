use crate::field::Nym;
use crate::time::Step;
use std::collections::BTreeSet;

/// What a gate, or gates that share a server, have seen today.
pub trait Seen {
    /// Whether this very showing was scanned before.
    fn is_replay(&self, nym: Nym, step: Step) -> bool;
    /// Whether a walk-in pass was used before, in any step.
    fn is_spent(&self, nym: Nym) -> bool;
    /// Notes a showing that was let through.
    fn record(&mut self, nym: Nym, step: Step, walk_in: bool);
}

/// A gate's own memory.
#[derive(Clone, Debug, Default)]
pub struct SeenInMemory {
    shows: BTreeSet<(Step, Nym)>,
    walk_ins: BTreeSet<Nym>,
}

impl SeenInMemory {
    /// Forgets showings before a step, and the walk-in passes where their day is over.
    pub fn forget_before(&mut self, step: Step, walk_ins_too: bool) {
        self.shows = self.shows.split_off(&(step, Nym::from_value(0u64.into())));
        if walk_ins_too {
            self.walk_ins.clear();
        }
    }
}

impl Seen for SeenInMemory {
    fn is_replay(&self, nym: Nym, step: Step) -> bool {
        self.shows.contains(&(step, nym))
    }
    fn is_spent(&self, nym: Nym) -> bool {
        self.walk_ins.contains(&nym)
    }
    fn record(&mut self, nym: Nym, step: Step, walk_in: bool) {
        self.shows.insert((step, nym));
        if walk_in {
            self.walk_ins.insert(nym);
        }
    }
}
