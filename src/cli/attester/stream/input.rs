//! Lines as they come: a thread reads them, and what comes in together is worked off together.

use std::io::{self, BufRead};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use luyin_protocol::tx::MAX_BATCH;

use super::line::MAX_LINE;

/// Lines of another system.
pub struct Input {
    lines: Receiver<io::Result<Vec<u8>>>,
    wait: Duration,
    failed: Option<io::Error>,
}

impl Input {
    /// Those of standard input. After a line, others are waited for so long.
    pub fn of_standard_input(wait: Duration) -> Self {
        Self::of(|| io::stdin().lock(), wait)
    }

    fn of<R: BufRead>(open: impl FnOnce() -> R + Send + 'static, wait: Duration) -> Self {
        // A full channel holds the reader back, and with it whoever writes.
        let (send, lines) = sync_channel(MAX_BATCH);
        std::thread::spawn(move || {
            let mut from = open();
            while let Some(line) = next_line(&mut from).transpose() {
                let ended = line.is_err();
                if send.send(line).is_err() || ended {
                    return;
                }
            }
        });
        Self {
            lines,
            wait,
            failed: None,
        }
    }

    /// The next lines that came in together; `None` at the end.
    ///
    /// # Errors
    /// Those of the input; lines that came before it failed are given out first.
    pub fn next(&mut self) -> io::Result<Option<Vec<Vec<u8>>>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let Ok(first) = self.lines.recv() else {
            return Ok(None);
        };
        let mut together = vec![first?];
        let until = Instant::now() + self.wait;
        while together.len() < MAX_BATCH {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(Ok(line)) => together.push(line),
                Ok(Err(error)) => {
                    self.failed = Some(error);
                    break;
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(Some(together))
    }
}

/// A line without its end; empty ones are left out. Of one that is too long no more is kept than shows that it is.
fn next_line(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let (used, ended) = {
            let buffer = from.fill_buf()?;
            if buffer.is_empty() {
                return Ok((!line.is_empty()).then_some(line));
            }
            let end = buffer.iter().position(|b| *b == b'\n');
            let part = buffer.get(..end.unwrap_or(buffer.len()));
            let part = part.unwrap_or_default();
            let room = MAX_LINE.saturating_add(1).saturating_sub(line.len());
            line.extend(part.iter().take(room));
            let newline = usize::from(end.is_some());
            (part.len().saturating_add(newline), end.is_some())
        };
        from.consume(used);
        if ended {
            while line.last().is_some_and(u8::is_ascii_whitespace) {
                line.pop();
            }
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static [u8]) -> Vec<Vec<u8>> {
        let mut from = io::BufReader::with_capacity(7, text);
        std::iter::from_fn(|| next_line(&mut from).unwrap()).collect()
    }

    #[test]
    fn lines_are_taken_apart_with_or_without_their_last_end() {
        assert_eq!(
            lines(b"one\r\n\n  \ntwo longer than it\nthree"),
            [
                b"one".to_vec(),
                b"two longer than it".to_vec(),
                b"three".to_vec()
            ]
        );
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn of_a_line_without_an_end_no_more_is_kept_than_shows_that_it_is_too_long() {
        let endless = io::Read::take(io::repeat(b'x'), 1_000_000);
        let mut from = io::BufReader::new(io::Read::chain(endless, &b"\nnext\n"[..]));
        assert_eq!(next_line(&mut from).unwrap().unwrap().len(), MAX_LINE + 1);
        assert_eq!(next_line(&mut from).unwrap().unwrap(), b"next");
    }

    #[test]
    fn what_comes_together_is_given_out_together_and_a_batch_at_most() {
        let all = "line\n".repeat(MAX_BATCH + 3);
        let mut input = Input::of(
            move || io::BufReader::new(io::Cursor::new(all)),
            Duration::from_millis(500),
        );
        assert_eq!(input.next().unwrap().unwrap().len(), MAX_BATCH);
        assert_eq!(input.next().unwrap().unwrap().len(), 3);
        assert!(input.next().unwrap().is_none());
    }

    #[test]
    fn an_input_that_fails_gives_out_what_came_before() {
        struct Broken(bool);
        impl io::Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("gone"));
                }
                buffer[..5].copy_from_slice(b"line\n");
                Ok(5)
            }
        }
        let mut input = Input::of(
            || io::BufReader::new(Broken(false)),
            Duration::from_millis(500),
        );
        assert_eq!(input.next().unwrap().unwrap(), [b"line"]);
        assert!(input.next().is_err());
        assert!(input.next().unwrap().is_none());
    }
}
