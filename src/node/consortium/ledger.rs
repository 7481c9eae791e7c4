//! The chain as the consensus engine's application: what is proposed, what is valid, and what a decision does.
//!
//! A body is the record of a block in the segment log, or empty where nothing waits. Whether a body is valid depends on the
//! state before it alone, and on the clock of who checks it: block time may lie a little ahead of it and never before the newest
//! block's. A decided block is run whatever the clock says.

use super::super::in_process::{Judged, Surroundings, answer};
use super::super::orderer::Receipt;
use super::super::receipts::Row;
use super::waiting::{Answered, Room};
use luyin_consensus::{Application, Applied, Decided, Fault, Height, Validators, Verdict};
use luyin_ledger::chain::{self, Block, Chain, ChainError, Proposal, TimeBounds};
use luyin_ledger::tx::Refusal;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

/// How far the time of a block may lie ahead of the clock of a node that checks it, in milliseconds.
pub const AHEAD_MS: u64 = 10_000;
/// Blocks whose times fall into one span of so many milliseconds share a checkpoint while others follow them. The times are
/// the blocks' own, so that all nodes sign at the same sizes.
const PUBLISHED_EVERY_MS: u64 = 500;
/// A node whose newest block is older is catching up, or its clock is wrong.
const LATE_MS: u64 = 5_000;
/// How often it publishes then: what it has missed, the others have signed already, and every checkpoint costs syncs.
const WHILE_LATE: Duration = Duration::from_secs(1);
/// Checked bodies of one height that are kept to be committed without running them twice.
const CHECKED: usize = 8;

/// What waits for a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unpublished {
    Nothing,
    /// Blocks that others may follow.
    Blocks,
    /// Blocks, the newest of which begins another span.
    Due,
}

/// The application.
pub(super) struct Ledger {
    chain: Chain,
    judged: Receiver<Judged>,
    room: Room,
    /// Bodies that were made or checked on the newest block, by their hashes.
    checked: Vec<(Sha256Hash, Proposal)>,
    /// What falls out beside a body of this node's.
    refused: HashMap<Sha256Hash, HashMap<Sha256Hash, Refusal>>,
    unpublished: Unpublished,
    /// When this process last published.
    published: Option<Instant>,
    around: Surroundings,
}

impl Ledger {
    pub fn new(chain: Chain, judged: Receiver<Judged>, around: Surroundings) -> Self {
        Self {
            chain,
            judged,
            room: Room::default(),
            checked: Vec::new(),
            refused: HashMap::new(),
            unpublished: Unpublished::Nothing,
            published: None,
            around,
        }
    }

    /// Takes in what was judged meanwhile; what finds no place waits in the stage before.
    fn gather(&mut self) {
        while self.room.len() < self.around.config.queue {
            match self.judged.try_recv() {
                Ok(judged) => self.room.admit(judged),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
    }

    /// The clock's time, or the newest block's where the clock is behind it.
    fn next_time(&self) -> Result<Timestamp, ChainError> {
        let newest = self.chain.state().tip()?.map(|tip| tip.time);
        let now = self.around.clock.now();
        Ok(newest.map_or(now, |newest| newest.max(now)))
    }

    fn make(&mut self) -> Result<Vec<u8>, ChainError> {
        self.gather();
        let time = self.next_time()?;
        let epoch_is_due = self.chain.epoch_is_due(time)?;
        if self.room.is_empty() && !epoch_is_due {
            return Ok(Vec::new());
        }
        let (names, candidates) = self.room.candidates(self.around.config.block);
        let proposal = self.chain.propose(time, candidates)?;
        let refused = refusals(&proposal, &names);
        if proposal.taken().is_empty() && !epoch_is_due {
            // They are refused on what is decided, whatever comes next.
            self.answer(&HashMap::new(), &refused);
            return Ok(Vec::new());
        }
        let body = proposal.block().to_record();
        let name = Sha256Hash::of(&body);
        self.refused.insert(name, refused);
        self.remember(name, proposal);
        Ok(body)
    }

    fn remember(&mut self, name: Sha256Hash, proposal: Proposal) {
        if self.checked.len() >= CHECKED {
            self.checked.remove(0);
        }
        self.checked.push((name, proposal));
    }

    fn judge(&mut self, body: &[u8]) -> Result<Verdict, ChainError> {
        let name = Sha256Hash::of(body);
        if self.checked.iter().any(|(known, _)| *known == name) {
            return Ok(Verdict::Valid);
        }
        let block = match Block::from_record(body) {
            Ok(block) => block,
            Err(error) => return Ok(Verdict::Invalid(error.to_string())),
        };
        let (time, is_empty) = (block.header.time, block.transactions.is_empty());
        let bounds = TimeBounds {
            earliest: Timestamp::new(0),
            latest: self.around.clock.now().plus_ms(AHEAD_MS),
        };
        match self.chain.check(block, bounds) {
            Ok(_) if is_empty && !self.chain.epoch_is_due(time)? => {
                Ok(Verdict::Invalid("a block without need".to_owned()))
            }
            Ok(proposal) => {
                self.remember(name, proposal);
                Ok(Verdict::Valid)
            }
            Err(ChainError::Block { source, .. }) => Ok(Verdict::Invalid(source.to_string())),
            Err(error) => Err(error),
        }
    }

    fn commit(&mut self, body: &[u8]) -> Result<u64, Refused> {
        let block = Block::from_record(body)?;
        let height = block.header.height;
        let durable = luyin_ledger::store::Height::new(height);
        if let Some(record) = self.chain.record(durable)? {
            return match record == body {
                true => Ok(height),
                false => Err(Refused::Other { height }),
            };
        }
        let started = Instant::now();
        let tip = self.chain.state().tip().map_err(ChainError::from)?;
        let before = tip.map(|tip| tip.time);
        let time = block.header.time;
        let name = Sha256Hash::of(body);
        let known = self.checked.iter().position(|(known, _)| *known == name);
        let proposal = match known.map(|place| self.checked.swap_remove(place)) {
            Some((_, proposal)) => proposal,
            None => self.chain.check(block, TimeBounds::any())?,
        };
        let names = proposal.block().transactions.iter();
        let names: Vec<Sha256Hash> = names.map(|tx| Sha256Hash::of(&tx.to_vec())).collect();
        let receipt = self.chain.commit(proposal)?;
        let refused = self.refused.remove(&name).unwrap_or_default();
        self.acknowledge(&receipt, &names, &refused, started);
        // What was made on the block before cannot follow this one.
        self.checked.clear();
        self.refused.clear();
        let span = |time: Timestamp| time.get() / PUBLISHED_EVERY_MS;
        let due = before.is_none_or(|before| span(before) < span(time));
        if due || self.unpublished == Unpublished::Due {
            self.unpublished = Unpublished::Due;
        } else {
            self.unpublished = Unpublished::Blocks;
        }
        Ok(height)
    }

    /// The block is durable: receipts and answers; its checkpoint follows.
    fn acknowledge(
        &mut self,
        receipt: &chain::Receipt,
        names: &[Sha256Hash],
        refused: &HashMap<Sha256Hash, Refusal>,
        started: Instant,
    ) {
        let chain::Receipt {
            height,
            time,
            entries,
            epoch: _,
        } = receipt;
        let row = |(name, entry): (&Sha256Hash, &_)| Row {
            tx: *name,
            receipt: Receipt {
                entry: *entry,
                height: *height,
                time: *time,
            },
            key: self.room.key_of(name),
        };
        let rows: Vec<Row> = names.iter().zip(entries).map(row).collect();
        let metrics = &self.around.metrics;
        if let Err(error) = self.around.receipts.cover(*height, *time, &rows) {
            tracing::warn!(%error, "receipts were not written; opening makes them up");
        }
        metrics.writing.observe(started.elapsed().as_secs_f64());
        metrics.block_size.observe(names.len() as f64);
        metrics
            .height
            .set(i64::try_from(height.get()).unwrap_or(i64::MAX));
        let taken = rows.into_iter().map(|row| (row.tx, row.receipt)).collect();
        self.answer(&taken, refused);
    }

    fn answer(
        &mut self,
        taken: &HashMap<Sha256Hash, Receipt>,
        refused: &HashMap<Sha256Hash, Refusal>,
    ) {
        let mut settled = Vec::new();
        for answered in self.room.settle(taken, refused) {
            let Answered {
                waiting,
                claim,
                what,
            } = answered;
            settled.extend(claim);
            answer(&self.around.metrics, waiting.answer, what);
        }
        self.around.judge.forget(&settled);
    }

    /// Publishes what is durable. A node that is late leaves some out, and signs at no size at which the others do not.
    fn publish(&mut self) -> Result<(), ChainError> {
        let newest = self.chain.state().tip()?.map(|tip| tip.time);
        let now = self.around.clock.now();
        let late = newest.is_some_and(|newest| newest.plus_ms(LATE_MS) < now);
        let lately = |at: Instant| at.elapsed() < WHILE_LATE;
        if late && self.published.is_some_and(lately) {
            self.unpublished = Unpublished::Blocks;
            return Ok(());
        }
        let checkpoint = self.chain.publish()?;
        self.around.published.show(checkpoint);
        self.unpublished = Unpublished::Nothing;
        self.published = Some(Instant::now());
        Ok(())
    }

    fn validators(&self) -> Result<Validators, Fault> {
        let nodes = self.chain.network().parameters().nodes.clone();
        Validators::new(nodes).map_err(|error| Fault(error.to_string()))
    }

    /// The node cannot go on: nobody waits in vain for a checkpoint.
    fn fault(&self, error: &dyn std::fmt::Display) -> Fault {
        tracing::error!(%error, "the chain failed; this node leaves the consensus");
        self.around.published.stall();
        Fault(error.to_string())
    }
}

/// Why a decided body cannot be run here.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("a decided body is no block: {0}")]
    Record(#[from] chain::RecordError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error("block {height} was decided otherwise than this log has it")]
    Other { height: u64 },
}

/// What fell out, by name.
fn refusals(proposal: &Proposal, names: &[Sha256Hash]) -> HashMap<Sha256Hash, Refusal> {
    let refused = proposal.refused().iter();
    refused
        .filter_map(|refused| {
            let name = names.get(refused.candidate)?;
            Some((*name, refused.refusal.clone()))
        })
        .collect()
}

impl Application for Ledger {
    fn validators(&self) -> Result<Validators, Fault> {
        self.validators()
    }

    fn propose(&mut self, _height: Height) -> Result<Vec<u8>, Fault> {
        self.make().map_err(|error| self.fault(&error))
    }

    fn check(&mut self, _height: Height, body: &[u8]) -> Result<Verdict, Fault> {
        match body {
            [] => Ok(Verdict::Valid),
            body => self.judge(body).map_err(|error| self.fault(&error)),
        }
    }

    fn decide(&mut self, decided: &Decided) -> Result<Applied, Fault> {
        self.gather();
        let mark = match decided.body.as_slice() {
            [] => 0,
            body => self.commit(body).map_err(|error| self.fault(&error))?,
        };
        // A height with nothing in it: no block is on the heels of the last.
        let rests = decided.body.is_empty() && self.unpublished == Unpublished::Blocks;
        if rests || self.unpublished == Unpublished::Due {
            self.publish().map_err(|error| self.fault(&error))?;
        }
        Ok(Applied {
            mark,
            validators: self.validators()?,
        })
    }

    fn body(&self, mark: u64) -> Result<Option<Vec<u8>>, Fault> {
        let height = luyin_ledger::store::Height::new(mark);
        self.chain
            .record(height)
            .map_err(|error| self.fault(&error))
    }
}
