use crate::curve::Fr;
use std::collections::HashMap;

/// How a forger changes one private column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// This value instead.
    Set(Fr),
    /// So much more than the honest computation gives at that place.
    Add(Fr),
}

/// Where a forger's witness deviates: the label of a column and which of that label's columns.
/// Everything computed afterwards follows from the changed values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    changes: HashMap<String, HashMap<usize, Change>>,
    seen: HashMap<String, usize>,
}

impl Overrides {
    pub(crate) fn set(&mut self, label: &str, nth: usize, value: Fr) {
        self.change(label, nth, Change::Set(value));
    }

    pub(crate) fn add(&mut self, label: &str, nth: usize, value: Fr) {
        self.change(label, nth, Change::Add(value));
    }

    fn change(&mut self, label: &str, nth: usize, change: Change) {
        self.changes
            .entry(label.to_owned())
            .or_default()
            .insert(nth, change);
    }

    pub(crate) fn apply(&mut self, path: &[&'static str], value: Fr) -> Fr {
        if self.changes.is_empty() {
            return value;
        }
        let label = path.join("/");
        let Some(changes) = self.changes.get(&label) else {
            return value;
        };
        let nth = self.seen.entry(label).or_insert(0);
        let change = changes.get(nth);
        *nth += 1;
        match change {
            None => value,
            Some(Change::Set(x)) => *x,
            Some(Change::Add(x)) => value + x,
        }
    }
}
