//! Bodies that arrive in pieces, from peers who may lie (clause 12.4).
//!
//! A piece carries the proposer's seal on height, round and digest, and nothing is taken in without it: the engine keeps
//! two bodies a round, so two of a liar's in the proposer's name would make it turn away the proposal itself. Pieces of one
//! body share publisher and digest, so pieces that a liar makes up for a sealed digest never mix with an honest node's.
//! What is unfinished is bounded for each neighbour and altogether, and is dropped when its height is over.

use crate::context::Consortium;
use crate::counters::Dropped;
use crate::part::PART_SIZE;
use crate::signer::Verifier;
use crate::store::Seen;
use crate::{Height, Part, Validators, ValueId};
use bytes::Bytes;
use luyin_protocol::signature::Signature;
use malachitebft_app_channel::app::types::PeerId;
use malachitebft_core_types::{Context, Round};
use std::collections::BTreeMap;

/// How many rounds ahead of the current one pieces are kept.
const ROUNDS_AHEAD: u32 = 8;
/// Bodies that are judged in a round: as many as the engine keeps.
pub(super) const PER_ROUND: usize = 2;
/// Unfinished bodies of the largest size that one neighbour may make this node hold, and all together.
const PER_NEIGHBOUR: usize = 2;
const ALTOGETHER: usize = 6;

/// Where the node stands.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The height that is decided.
    pub height: Height,
    /// The round it is in.
    pub round: u32,
    /// Who decides it.
    pub validators: &'a Validators,
}

/// A body that has arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Where it was proposed.
    pub seen: Seen,
    /// The body; its digest is right.
    pub body: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    height: Height,
    round: Round,
    value: ValueId,
    proposer: crate::Address,
    publisher: PeerId,
}

#[derive(Debug)]
struct Unfinished {
    pieces: Vec<Option<Bytes>>,
    missing: usize,
    bytes: usize,
    neighbour: PeerId,
    seal: Signature,
}

/// All bodies on their way.
#[derive(Debug)]
pub struct Streams {
    max_body: usize,
    unfinished: BTreeMap<Key, Unfinished>,
    early: BTreeMap<Key, Early>,
    verifier: Verifier,
}

/// A whole body of the next height.
#[derive(Debug)]
struct Early {
    neighbour: PeerId,
    seal: Signature,
    body: Vec<u8>,
}

impl Streams {
    /// Of bodies of at most `max_body` bytes, with seals that this verifies.
    #[must_use]
    pub const fn new(max_body: usize, verifier: Verifier) -> Self {
        Self {
            verifier,
            max_body,
            unfinished: BTreeMap::new(),
            early: BTreeMap::new(),
        }
    }

    /// Takes a piece in; gives the body that it completes, if it is of the current height. One of the next height waits
    /// for [`Streams::begin`], since only then is it known whose turn it is.
    ///
    /// # Errors
    /// Why the piece is dropped.
    pub fn accept(
        &mut self,
        neighbour: PeerId,
        publisher: Option<PeerId>,
        part: Part,
        now: Now<'_>,
    ) -> Result<Option<Arrived>, Dropped> {
        self.judge(&part, now)?;
        let key = Key {
            height: part.height,
            round: part.round,
            value: part.value,
            proposer: part.proposer,
            publisher: publisher.unwrap_or(neighbour),
        };
        if self.early.contains_key(&key) {
            return Ok(None);
        }
        self.judge_seal(&key, &part)?;
        self.make_room(neighbour, part.bytes.len())?;
        if !self.add(key, neighbour, part)? {
            return Ok(None);
        }
        let Some(whole) = self.unfinished.remove(&key) else {
            return Ok(None);
        };
        let body: Vec<u8> = whole.pieces.into_iter().flatten().flatten().collect();
        if ValueId::of(&body) != key.value || body.len() > self.max_body {
            return Err(Dropped::Inconsistent);
        }
        if key.height > now.height {
            let early = Early {
                neighbour: whole.neighbour,
                seal: whole.seal,
                body,
            };
            self.early.insert(key, early);
            return Ok(None);
        }
        Ok(Some(Arrived {
            seen: key.seen(whole.seal),
            body,
        }))
    }

    /// Begins a height: drops what is over, and gives the bodies that came early for it.
    pub fn begin(&mut self, now: Now<'_>) -> Vec<Arrived> {
        self.unfinished.retain(|key, _| key.height >= now.height);
        self.early.retain(|key, _| key.height >= now.height);
        let (due, later): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.early)
            .into_iter()
            .partition(|(key, _)| key.height == now.height);
        self.early = later;
        due.into_iter()
            .filter(|(key, _)| has_turn(now.validators, key.height, key.round, key.proposer))
            .map(|(key, early)| Arrived {
                seen: key.seen(early.seal),
                body: early.body,
            })
            .collect()
    }

    fn judge(&self, part: &Part, now: Now<'_>) -> Result<(), Dropped> {
        let current = part.height == now.height;
        if !current && part.height != now.height.next() {
            return Err(Dropped::Stale);
        }
        let last_round = if current { now.round } else { 0 }.saturating_add(ROUNDS_AHEAD);
        if part.round > Round::new(last_round) {
            return Err(Dropped::Stale);
        }
        if current && !has_turn(now.validators, part.height, part.round, part.proposer) {
            return Err(Dropped::NotProposer);
        }
        let total = usize::try_from(part.total).unwrap_or(usize::MAX);
        if total > self.max_body.div_ceil(PART_SIZE).max(1) {
            return Err(Dropped::TooLarge);
        }
        Ok(())
    }

    /// The first piece's seal is verified, the others carry the same.
    fn judge_seal(&self, key: &Key, part: &Part) -> Result<(), Dropped> {
        let holds = match self.unfinished.get(key) {
            Some(stream) => stream.seal == part.seal,
            None => {
                let what = (key.height, key.round, key.value);
                self.verifier.is_sealed(what, &key.proposer, &part.seal)
            }
        };
        if holds {
            Ok(())
        } else {
            Err(Dropped::Unsealed)
        }
    }

    /// Puts a piece to its body; whether that is whole now.
    fn add(&mut self, key: Key, neighbour: PeerId, part: Part) -> Result<bool, Dropped> {
        let total = usize::try_from(part.total).unwrap_or(usize::MAX);
        let stream = self.unfinished.entry(key).or_insert_with(|| Unfinished {
            pieces: vec![None; total],
            missing: total,
            bytes: 0,
            neighbour,
            seal: part.seal,
        });
        if stream.pieces.len() != total {
            return Err(Dropped::Inconsistent);
        }
        let index = usize::try_from(part.index).unwrap_or(usize::MAX);
        match stream.pieces.get_mut(index) {
            None => Err(Dropped::Inconsistent),
            Some(Some(known)) if *known != part.bytes => Err(Dropped::Inconsistent),
            Some(Some(_)) => Ok(false),
            Some(free) => {
                stream.bytes = stream.bytes.saturating_add(part.bytes.len());
                stream.missing = stream.missing.saturating_sub(1);
                *free = Some(part.bytes);
                Ok(stream.missing == 0)
            }
        }
    }

    /// Sees to it that `more` bytes may be held for a neighbour: over its own measure it is refused; over the common
    /// one, whoever takes most loses all.
    fn make_room(&mut self, neighbour: PeerId, more: usize) -> Result<(), Dropped> {
        // An unfinished body costs something also while it has no bytes: the table of its pieces.
        let more = more.saturating_add(PART_SIZE / 64);
        let held = self.held();
        let own = held.get(&neighbour).copied().unwrap_or(0);
        if own.saturating_add(more) > self.measure(PER_NEIGHBOUR) {
            return Err(Dropped::TooLarge);
        }
        let all: usize = held.values().sum();
        if all.saturating_add(more) <= self.measure(ALTOGETHER) {
            return Ok(());
        }
        match held.into_iter().max_by_key(|(_, bytes)| *bytes) {
            Some((greedy, _)) if greedy != neighbour => {
                self.unfinished.retain(|_, s| s.neighbour != greedy);
                self.early.retain(|_, early| early.neighbour != greedy);
                Ok(())
            }
            _ => Err(Dropped::TooLarge),
        }
    }

    fn measure(&self, bodies: usize) -> usize {
        self.max_body.max(PART_SIZE).saturating_mul(bodies)
    }

    fn held(&self) -> BTreeMap<PeerId, usize> {
        let mut held = BTreeMap::new();
        let unfinished = self
            .unfinished
            .values()
            .map(|s| (s.neighbour, s.bytes.saturating_add(PART_SIZE / 64)));
        let early = self.early.values().map(|early| {
            (
                early.neighbour,
                early.body.len().saturating_add(PART_SIZE / 64),
            )
        });
        for (neighbour, bytes) in unfinished.chain(early) {
            let sum: &mut usize = held.entry(neighbour).or_default();
            *sum = sum.saturating_add(bytes);
        }
        held
    }
}

impl Key {
    fn seen(&self, seal: Signature) -> Seen {
        Seen {
            height: self.height,
            round: self.round,
            proposer: self.proposer,
            value: self.value,
            seal: Some(seal),
        }
    }
}

fn has_turn(
    validators: &Validators,
    height: Height,
    round: Round,
    proposer: crate::Address,
) -> bool {
    Consortium
        .select_proposer(validators, height, round)
        .address()
        == proposer
}

#[cfg(test)]
mod tests;
