//! Budgets against floods: a rate with a burst for each caller, over a bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How much a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, lasting.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

/// Token buckets by caller. Time is the machine's own, not the ledger's: a settable clock must not refill them.
#[derive(Debug)]
pub struct Budgets<K> {
    rate: Rate,
    remembered: usize,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// Go on.
    Within,
    /// The budget is used up.
    Exceeded,
}

impl<K: Eq + Hash + Clone> Budgets<K> {
    /// Budgets of one rate for at most so many callers at a time.
    #[must_use]
    pub fn new(rate: Rate, remembered: usize) -> Self {
        Self {
            rate,
            remembered,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one request of a caller's budget.
    pub fn spend(&self, caller: &K, now: Instant) -> Spent {
        let mut buckets = self
            .buckets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if !buckets.contains_key(caller) && buckets.len() >= self.remembered {
            self.forget_full(&mut buckets, now);
            if buckets.len() >= self.remembered {
                return Spent::Exceeded;
            }
        }
        let full = Bucket {
            tokens: f64::from(self.rate.burst),
            filled: now,
        };
        let bucket = buckets.entry(caller.clone()).or_insert(full);
        *bucket = self.refilled(*bucket, now);
        if bucket.tokens < 1.0 {
            return Spent::Exceeded;
        }
        bucket.tokens -= 1.0;
        Spent::Within
    }

    fn refilled(&self, bucket: Bucket, now: Instant) -> Bucket {
        let waited: Duration = now.saturating_duration_since(bucket.filled);
        let tokens = bucket.tokens + waited.as_secs_f64() * f64::from(self.rate.per_second);
        Bucket {
            tokens: tokens.min(f64::from(self.rate.burst)),
            filled: now,
        }
    }

    /// A caller whose bucket is full again is as good as unknown.
    fn forget_full(&self, buckets: &mut HashMap<K, Bucket>, now: Instant) {
        let burst = f64::from(self.rate.burst);
        buckets.retain(|_, bucket| self.refilled(*bucket, now).tokens < burst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within<K: Eq + Hash + Clone>(
        budgets: &Budgets<K>,
        caller: K,
        at: Instant,
        n: usize,
    ) -> usize {
        (0..n)
            .filter(|_| budgets.spend(&caller, at) == Spent::Within)
            .count()
    }

    #[test]
    fn a_caller_has_its_burst_and_then_its_rate() {
        let rate = Rate {
            per_second: 10,
            burst: 30,
        };
        let (budgets, start) = (Budgets::new(rate, 4), Instant::now());
        assert_eq!(within(&budgets, "a", start, 100), 30);
        assert_eq!(within(&budgets, "b", start, 100), 30);
        let later = start + Duration::from_secs(2);
        assert_eq!(within(&budgets, "a", later, 100), 20);
        let much_later = start + Duration::from_secs(100);
        assert_eq!(within(&budgets, "a", much_later, 100), 30);
    }

    #[test]
    fn memory_is_bounded_and_those_who_rested_are_forgotten_first() {
        let rate = Rate {
            per_second: 1,
            burst: 2,
        };
        let (budgets, start) = (Budgets::new(rate, 2), Instant::now());
        assert_eq!(within(&budgets, 1, start, 1), 1);
        assert_eq!(within(&budgets, 2, start, 1), 1);
        assert_eq!(within(&budgets, 3, start, 1), 0, "no room");
        assert_eq!(within(&budgets, 1, start, 1), 1, "the known go on");
        let later = start + Duration::from_secs(1);
        assert_eq!(within(&budgets, 3, later, 1), 1, "2 rested long enough");
    }
}
