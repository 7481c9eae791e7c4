//! An application whose ledger is a list, and whose memory outlives its engine.

use crate::{Application, Applied, Decided, Fault, Height, Validators, Verdict};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// A body that no node takes for valid; only a liar proposes it.
pub const BAD: &[u8] = b"bad";

#[derive(Debug)]
pub struct State {
    pub height: Height,
    pub bodies: Vec<Vec<u8>>,
    pub last: Option<Decided>,
    pub waiting: VecDeque<Vec<u8>>,
    /// What the application was asked for and gave.
    pub proposed: Vec<Vec<u8>>,
    pub validators: Validators,
    /// Who decides once the next body is decided.
    pub next_validators: Option<Validators>,
    pub fault: Option<String>,
    /// When the last height was decided, and how long after one each question for a body came.
    pub decided: Option<Instant>,
    pub rested: Vec<Duration>,
}

/// What a node's application holds, seen from outside.
#[derive(Debug)]
pub struct Memory {
    state: Mutex<State>,
    changed: Condvar,
}

impl Memory {
    pub fn new(validators: Validators) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                height: Height::ZERO,
                bodies: Vec::new(),
                last: None,
                waiting: VecDeque::new(),
                proposed: Vec::new(),
                validators,
                next_validators: None,
                fault: None,
                decided: None,
                rested: Vec::new(),
            }),
            changed: Condvar::new(),
        })
    }

    pub fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        let out = f(&mut self.state.lock().unwrap());
        self.changed.notify_all();
        out
    }

    /// Waits until the state is as wished.
    pub fn wait(&self, limit: Duration, what: &str, wished: impl Fn(&State) -> bool) {
        let end = Instant::now() + limit;
        let mut state = self.state.lock().unwrap();
        while !wished(&state) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what}: {state:?}");
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}

pub struct Toy(pub Arc<Memory>);

impl Application for Toy {
    fn validators(&self) -> Result<Validators, Fault> {
        Ok(self.0.with(|state| state.validators.clone()))
    }

    fn propose(&mut self, height: Height) -> Result<Vec<u8>, Fault> {
        self.0.with(|state| {
            if let Some(fault) = &state.fault {
                return Err(Fault(fault.clone()));
            }
            assert_eq!(height, state.height.next(), "asked out of turn");
            state.rested.extend(state.decided.map(|at| at.elapsed()));
            let body = state.waiting.front().cloned().unwrap_or_default();
            state.proposed.push(body.clone());
            Ok(body)
        })
    }

    fn check(&mut self, height: Height, body: &[u8]) -> Result<Verdict, Fault> {
        self.0.with(|state| {
            assert_eq!(height, state.height.next(), "asked out of turn");
            Ok(match body == BAD {
                true => Verdict::Invalid("bad".into()),
                false => Verdict::Valid,
            })
        })
    }

    fn decide(&mut self, decided: &Decided) -> Result<Applied, Fault> {
        self.0.with(|state| {
            if let Some(fault) = &state.fault {
                return Err(Fault(fault.clone()));
            }
            if decided.height == state.height {
                assert_eq!(state.last.as_ref(), Some(decided), "another body");
            } else {
                assert_eq!(decided.height, state.height.next(), "out of turn");
                state.height = decided.height;
                state.decided = Some(Instant::now());
                state.last = Some(decided.clone());
                if !decided.body.is_empty() {
                    state.bodies.push(decided.body.clone());
                    state.waiting.retain(|body| *body != decided.body);
                    if let Some(next) = state.next_validators.take() {
                        state.validators = next;
                    }
                }
            }
            Ok(Applied {
                mark: state.bodies.len() as u64,
                validators: state.validators.clone(),
            })
        })
    }

    fn body(&self, mark: u64) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self
            .0
            .with(|state| state.bodies.get(mark as usize - 1).cloned()))
    }
}
