//! What came of a suite.

/// Cases counted, and those that came out otherwise than the suite says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    total: usize,
    failures: Vec<Failure>,
}

/// A case that did not come out as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub case: String,
    pub why: String,
}

impl Outcome {
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a case; an error says how it came out otherwise.
    pub fn count(&mut self, case: impl Into<String>, came_out: Result<(), String>) {
        self.total += 1;
        if let Err(why) = came_out {
            let case = case.into();
            self.failures.push(Failure { case, why });
        }
    }

    pub const fn total(&self) -> usize {
        self.total
    }

    pub const fn passed(&self) -> usize {
        self.total - self.failures.len()
    }

    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }
}
