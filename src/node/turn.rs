//! What the writing stage does next. A checkpoint costs some twenty synced files, so blocks that follow on each other's
//! heels share one; but none waits for long.

use super::in_process::Judged;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

/// For how long a durable block may wait for its checkpoint while others follow it.
const PUBLISH_WITHIN: Duration = Duration::from_millis(250);

/// What is to be done.
pub(super) enum Turn {
    /// A block of these.
    Write(Judged),
    /// A checkpoint of what is durable.
    Publish,
    /// Nothing came for a while.
    Tick,
    /// Nothing will come any more, and everything durable is published.
    End,
}

/// The stage's end of the pipe, and what waits for a checkpoint.
pub(super) struct Turns {
    judged: Receiver<Judged>,
    tick: Duration,
    unpublished: Option<Instant>,
}

impl Turns {
    pub const fn new(judged: Receiver<Judged>, tick: Duration) -> Self {
        Self {
            judged,
            tick,
            unpublished: None,
        }
    }

    /// A block is durable and waits for its checkpoint.
    pub fn committed(&mut self) {
        self.unpublished.get_or_insert_with(Instant::now);
    }

    /// Nothing waits for a checkpoint: all is published, or the chain failed and is opened anew, which publishes.
    pub const fn settled(&mut self) {
        self.unpublished = None;
    }

    pub fn next(&self) -> Turn {
        match self.unpublished {
            None => match self.judged.recv_timeout(self.tick) {
                Ok(judged) => Turn::Write(judged),
                Err(RecvTimeoutError::Timeout) => Turn::Tick,
                Err(RecvTimeoutError::Disconnected) => Turn::End,
            },
            Some(since) if since.elapsed() >= PUBLISH_WITHIN => Turn::Publish,
            Some(_) => match self.judged.try_recv() {
                Ok(judged) => Turn::Write(judged),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => Turn::Publish,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{SyncSender, sync_channel};

    const NOTHING: Judged = Judged(Vec::new());

    fn turns() -> (SyncSender<Judged>, Turns) {
        let (hand_on, judged) = sync_channel(4);
        (hand_on, Turns::new(judged, Duration::ZERO))
    }

    fn name(turn: &Turn) -> &'static str {
        match turn {
            Turn::Write(_) => "write",
            Turn::Publish => "publish",
            Turn::Tick => "tick",
            Turn::End => "end",
        }
    }

    #[test]
    fn blocks_on_each_others_heels_share_a_checkpoint() {
        let (hand_on, mut turns) = turns();
        let mut told = Vec::new();
        for _ in 0..3 {
            hand_on.send(NOTHING).unwrap();
        }
        for _ in 0..4 {
            let turn = turns.next();
            told.push(name(&turn));
            match turn {
                Turn::Write(_) => turns.committed(),
                _ => turns.settled(),
            }
        }
        assert_eq!(told, ["write", "write", "write", "publish"]);
        assert_eq!(name(&turns.next()), "tick");
    }

    #[test]
    fn a_checkpoint_that_has_waited_long_goes_before_the_next_block() {
        let (hand_on, mut turns) = turns();
        hand_on.send(NOTHING).unwrap();
        turns.unpublished = Instant::now().checked_sub(PUBLISH_WITHIN);
        assert_eq!(name(&turns.next()), "publish");
        // Another block does not put it off.
        turns.committed();
        assert_eq!(name(&turns.next()), "publish");
        turns.settled();
        assert_eq!(name(&turns.next()), "write");
    }

    #[test]
    fn the_last_blocks_are_published_before_the_end() {
        let (hand_on, mut turns) = turns();
        turns.committed();
        drop(hand_on);
        assert_eq!(name(&turns.next()), "publish");
        turns.settled();
        assert_eq!(name(&turns.next()), "end");
    }
}
