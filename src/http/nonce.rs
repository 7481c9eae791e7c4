//! Nonces that were used (clause 9.2). Bounded: where there is no room left, requests are turned away rather than a nonce
//! forgotten before its time.

use luyin_protocol::time::Timestamp;
use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::sync::Mutex;

/// Nonces by who used them, until their signatures have expired.
#[derive(Debug)]
pub struct Nonces<W> {
    room: usize,
    used: Mutex<Used<W>>,
}

#[derive(Debug)]
struct Used<W> {
    known: HashSet<(W, String)>,
    ends: BTreeSet<(Timestamp, W, String)>,
}

/// What becomes of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonce {
    /// Not seen before; remembered now.
    Fresh,
    /// Used before.
    Used,
    /// No room to remember it.
    NoRoom,
}

impl<W: Copy + Ord + Hash> Nonces<W> {
    /// Room for so many.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self {
            room,
            used: Mutex::new(Used {
                known: HashSet::new(),
                ends: BTreeSet::new(),
            }),
        }
    }

    /// Takes a nonce that must be remembered until `end`.
    pub fn take(&self, who: W, nonce: &str, end: Timestamp, now: Timestamp) -> Nonce {
        let mut used = self
            .used
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        while let Some((end, who, nonce)) = used.ends.first().cloned() {
            if end >= now {
                break;
            }
            used.ends.pop_first();
            used.known.remove(&(who, nonce));
        }
        let key = (who, nonce.to_owned());
        if used.known.contains(&key) {
            return Nonce::Used;
        }
        if used.known.len() >= self.room {
            return Nonce::NoRoom;
        }
        used.ends.insert((end, who, key.1.clone()));
        used.known.insert(key);
        Nonce::Fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_taken_once_until_it_has_expired() {
        let (a, b) = (1, 2);
        let nonces = Nonces::new(2);
        let take = |who, nonce, end, now| {
            nonces.take(who, nonce, Timestamp::new(end), Timestamp::new(now))
        };
        assert_eq!(take(a, "x", 10, 0), Nonce::Fresh);
        assert_eq!(take(a, "x", 10, 5), Nonce::Used);
        assert_eq!(take(b, "x", 20, 5), Nonce::Fresh);
        assert_eq!(
            take(b, "y", 20, 10),
            Nonce::NoRoom,
            "never by forgetting a live one"
        );
        assert_eq!(take(b, "y", 20, 11), Nonce::Fresh);
        assert_eq!(take(b, "x", 20, 20), Nonce::Used);
    }
}
