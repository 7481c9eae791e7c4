//! The application with its books: what is durable before what (the order stands in the crate's documentation).

use super::streams::{Arrived, Now};
use crate::codec::MAX_BODY;
use crate::context::Consortium;
use crate::store::{Bodies, DecisionError, Decisions, Seen};
use crate::{
    Application, Decided, Fault, Height, SignerError, Validators, Value, ValueId, Verdict,
};
use malachitebft_app_channel::app;
use malachitebft_core_types::{CommitCertificate, Round, Validity};
use std::io;
use thiserror::Error;

use app::consensus::ProposedValue;
use app::types::sync::RawDecidedValue;

/// Why the books cannot be kept on.
#[derive(Debug, Error)]
pub enum BookError {
    /// The application's.
    #[error(transparent)]
    Application(#[from] Fault),
    /// The disk's.
    #[error("the undecided bodies: {0}")]
    Bodies(#[from] io::Error),
    /// The decision log's.
    #[error(transparent)]
    Decisions(#[from] DecisionError),
    /// What was decided is not at hand: it is lost here, and has to come from others.
    #[error("the decided body of height {0} is not at hand")]
    BodyLost(Height),
    /// The engine decided something else than was durably decided, or out of turn.
    #[error("the engine decides height {found} with {value} where height {expected} is next")]
    OutOfTurn {
        /// The engine's height.
        found: Height,
        /// The engine's value.
        value: ValueId,
        /// The next height.
        expected: Height,
    },
    /// The key's: it does not seal a body.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The application wants to propose what cannot travel.
    #[error("the application proposes {0} bytes, which is more than may be")]
    TooLong(usize),
}

/// The application, the bodies and the decisions.
#[derive(Debug)]
pub struct Book<A> {
    app: A,
    bodies: Bodies,
    decisions: Decisions,
    max_body: usize,
}

impl<A: Application> Book<A> {
    /// Of these parts.
    pub fn new(app: A, bodies: Bodies, decisions: Decisions, max_body: usize) -> Self {
        Self {
            app,
            bodies,
            decisions,
            max_body: max_body.min(MAX_BODY),
        }
    }

    /// The newest applied height.
    pub fn tip(&self) -> Height {
        self.decisions.tip()
    }

    /// Who decides the next height.
    pub fn validators(&self) -> &Validators {
        self.decisions.validators()
    }

    /// Where pieces of bodies are judged from.
    pub fn now(&self, round: u32) -> Now<'_> {
        Now {
            height: self.tip().next(),
            round,
            validators: self.validators(),
        }
    }

    /// Asks the application for the body to propose.
    pub fn propose(&mut self) -> Result<Vec<u8>, BookError> {
        let body = self.app.propose(self.tip().next())?;
        if body.len() > self.max_body {
            return Err(BookError::TooLong(body.len()));
        }
        Ok(body)
    }

    /// Makes a body durable that this node is about to propose.
    pub fn keep(&mut self, seen: Seen, body: &[u8]) -> Result<(), BookError> {
        Ok(self.bodies.keep(seen, body)?)
    }

    /// Judges a body of the next height, and makes it durable where it may be decided.
    pub fn judge(&mut self, arrived: &Arrived) -> Result<ProposedValue<Consortium>, BookError> {
        let Arrived { seen, body } = arrived;
        let verdict = match body.len() {
            0 => Verdict::Valid,
            long if long > self.max_body => Verdict::Invalid(format!("{long} bytes")),
            _ => self.app.check(seen.height, body)?,
        };
        let validity = match verdict {
            Verdict::Valid => {
                self.bodies.keep(*seen, body)?;
                Validity::Valid
            }
            Verdict::Invalid(why) => {
                tracing::warn!(height = %seen.height, round = %seen.round, proposer = %seen.proposer, why,
                    "consensus: a proposed body is not valid");
                Validity::Invalid
            }
        };
        Ok(ProposedValue {
            height: seen.height,
            round: seen.round,
            valid_round: Round::Nil,
            proposer: seen.proposer,
            value: Value::new(seen.value),
            validity,
        })
    }

    /// What this node held of the next height when it went down.
    pub fn held(&self) -> Result<Vec<Arrived>, BookError> {
        let held = self.bodies.at(self.tip().next())?;
        Ok(held
            .into_iter()
            .map(|(seen, body)| Arrived { seen, body })
            .collect())
    }

    /// A kept body with where it was seen, but for the empty one, of which nothing is kept.
    pub fn seen(
        &self,
        height: Height,
        value: ValueId,
    ) -> Result<Option<(Seen, Vec<u8>)>, BookError> {
        Ok(self.bodies.seen(height, value)?)
    }

    /// A kept body.
    pub fn body(&self, height: Height, value: ValueId) -> Result<Option<Vec<u8>>, BookError> {
        Ok(self.bodies.body(height, value)?)
    }

    /// Applies a decision: certificate durable, application, answer durable. One that is applied already is no news.
    pub fn decide(&mut self, certificate: &CommitCertificate<Consortium>) -> Result<(), BookError> {
        let expected = self.tip().next();
        if certificate.height < expected {
            return Ok(());
        }
        let value = certificate.value_id;
        let known = self.decisions.certified().map(|known| known.value_id);
        if certificate.height != expected || known.is_some_and(|known| known != value) {
            return Err(BookError::OutOfTurn {
                found: certificate.height,
                value,
                expected,
            });
        }
        let body = self
            .bodies
            .body(expected, value)?
            .ok_or(BookError::BodyLost(expected))?;
        if known.is_none() {
            self.decisions.certify(certificate)?;
        }
        let applied = self.app.decide(&Decided {
            height: expected,
            round: certificate.round.as_u32().unwrap_or(0),
            body,
        })?;
        self.decisions.applied(applied.mark, &applied.validators)?;
        Ok(self.bodies.forget(expected)?)
    }

    /// Asks the application again about a decision after which the node went down.
    pub fn recover(&mut self) -> Result<Recovered, BookError> {
        let Some(certificate) = self.decisions.certified().cloned() else {
            return Ok(Recovered::Whole);
        };
        match self.decide(&certificate) {
            Ok(()) => Ok(Recovered::Whole),
            Err(BookError::BodyLost(height)) => Ok(Recovered::BodyLost(height)),
            Err(error) => Err(error),
        }
    }

    /// What was decided from a height on, for a late node: as much as fits into one answer.
    pub fn decided_values(
        &self,
        start: Height,
        end: Height,
        limit: usize,
    ) -> Result<Vec<RawDecidedValue<Consortium>>, BookError> {
        let asked = end
            .get()
            .checked_sub(start.get())
            .and_then(|more| usize::try_from(more).ok())
            .map_or(0, |more| more.saturating_add(1));
        let mut values = Vec::new();
        let mut room = self.max_body;
        for decision in self.decisions.from(start, asked.min(limit))? {
            let value = decision.certificate.value_id;
            let body = match value.is_empty_body() {
                true => Some(Vec::new()),
                false => self.app.body(decision.mark)?,
            };
            let Some(body) = body.filter(|body| ValueId::of(body) == value) else {
                tracing::error!(height = %decision.certificate.height, mark = decision.mark,
                    "consensus: the application does not find a decided body again");
                break;
            };
            match room.checked_sub(body.len()) {
                Some(left) => room = left,
                None => break,
            }
            let certificate = crate::codec::extended(&decision.certificate);
            values.push(RawDecidedValue::new(body.into(), certificate));
        }
        Ok(values)
    }
}

/// How the books stand after opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// Nothing is missing.
    Whole,
    /// The body of a decided height is lost here.
    BodyLost(Height),
}

#[cfg(test)]
mod tests;
