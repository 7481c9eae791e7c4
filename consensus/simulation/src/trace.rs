//! The hash over everything that happened in a run: two runs are the same where their hashes are.

use sha2::{Digest, Sha256};
use std::fmt::{self, Write};

/// SHA-256 over every event and every output, in order.
#[derive(Clone, Default)]
pub struct Trace {
    hash: Sha256,
    echo: Echo,
}

/// Whether a trace is also shown while it grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Echo {
    /// Only the hash.
    #[default]
    Silent,
    /// Each line on the standard error stream.
    Shown,
}

impl Trace {
    /// A trace with nothing in it.
    #[must_use]
    pub fn new(echo: Echo) -> Self {
        Self {
            hash: Sha256::new(),
            echo,
        }
    }

    /// Adds one line.
    pub fn record(&mut self, line: fmt::Arguments<'_>) {
        if self.echo == Echo::Shown {
            eprintln!("{line}");
        }
        // The hash takes every byte it is given: writing into it cannot fail.
        let _infallible = self.write_fmt(line);
        self.hash.update([b'\n']);
    }

    /// The hash of all lines so far.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

impl Write for Trace {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.hash.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_more_or_another_order_is_another_hash() {
        let of = |lines: &[&str]| {
            let mut trace = Trace::default();
            for line in lines {
                trace.record(format_args!("{line}"));
            }
            trace.digest()
        };
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }
}
