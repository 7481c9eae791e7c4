//! The first stage of the orderer: gathers a batch, refuses what its form alone refuses, and judges the proofs ahead.

use super::in_process::{Judged, Surroundings, Waiting, answer};
use super::orderer::NotOrdered;
use luyin_ledger::state::{Network, State};
use luyin_ledger::store::Store;
use luyin_ledger::tx::{Claim, check_form, claim};
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

/// The stage with its two ends.
pub(super) struct Judging {
    pub waiting: Receiver<Waiting>,
    /// How long the first of a batch waits for company.
    pub gather: Duration,
    pub hand_on: SyncSender<Judged>,
    pub store: Arc<dyn Store>,
    pub network: Network,
    pub around: Surroundings,
}

impl Judging {
    pub fn run(self) {
        while let Ok(first) = self.waiting.recv() {
            let waiting = self.gather(first);
            let started = Instant::now();
            let judged = self.judge(waiting);
            let took = started.elapsed().as_secs_f64();
            self.around.metrics.judging.observe(took);
            if self.hand_on.send(judged).is_err() {
                return;
            }
        }
    }

    /// The first and whatever comes within the gathering time, up to a block's fill.
    fn gather(&self, first: Waiting) -> Vec<Waiting> {
        let end = Instant::now() + self.gather;
        let mut gathered = vec![first];
        while gathered.len() < self.around.config.block {
            let left = end.saturating_duration_since(Instant::now());
            match self.waiting.recv_timeout(left) {
                Ok(next) => gathered.push(next),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        gathered
    }

    /// Refuses what its form alone refuses, and judges the proofs of the rest ahead.
    fn judge(&self, waiting: Vec<Waiting>) -> Judged {
        let (store, network) = (&self.store, &self.network);
        let checked: Vec<(Waiting, Result<Option<Claim>, NotOrdered>)> = waiting
            .into_par_iter()
            .map(|waiting| {
                let state = State::new(store.as_ref());
                let found = match check_form(network, &waiting.submission.tx) {
                    Err(refusal) => Err(refusal.into()),
                    // What the state refuses now, the block may allow: the chain says.
                    Ok(()) => Ok(claim(&state, &waiting.submission.tx).ok().flatten()),
                };
                (waiting, found)
            })
            .collect();
        let mut kept = Vec::new();
        for (waiting, found) in checked {
            match found {
                Ok(claim) => kept.push((waiting, claim)),
                Err(refused) => answer(&self.around.metrics, waiting.answer, Err(refused)),
            }
        }
        let claims = kept.iter().filter_map(|(_, claim)| claim.clone());
        self.around.judge.judge_ahead(&claims.collect::<Vec<_>>());
        Judged(kept)
    }
}
