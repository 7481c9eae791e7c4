//! What must hold after every step, and what is said where it does not.

use crate::application;
use crate::message::Seat;
use crate::node::{Backing, Decided, Signed};
use crate::signing::VERIFIER;
use luyin_consensus::signer::{Ballot, Step};
use luyin_consensus::{Address, Consortium, Height, Validators, ValueId};
use luyin_protocol::codec::Canonical;
use luyin_protocol::signature::Domain;
use malachitebft_core_types::{CommitCertificate, Context, NilOrVal, Validator, ValidatorSet as _};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Where in consensus something is signed.
pub type Place = (Height, u32, Step);

/// Something that must not happen, and happened.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Finding {
    #[error("fork at height {height}: seat {seat} decides {value}, another decided {before}")]
    Fork {
        height: Height,
        seat: Seat,
        value: ValueId,
        before: ValueId,
    },
    #[error("seat {seat} signs two different messages at {place:?}")]
    SignedTwice { seat: Seat, place: Place },
    #[error("seat {seat} signs at {place:?}, below {newest:?}")]
    SignedBelow {
        seat: Seat,
        place: Place,
        newest: Place,
    },
    #[error("seat {seat} signs at {place:?} for a body that would not outlive the loss of power")]
    Unbacked { seat: Seat, place: Place },
    #[error("seat {seat} decides height {height} without its body")]
    Bodiless { seat: Seat, height: Height },
    #[error("seat {seat} decides an invalid body at height {height}")]
    Invalid { seat: Seat, height: Height },
    #[error("seat {seat} decides height {height} out of order")]
    OutOfOrder { seat: Seat, height: Height },
    #[error("certificate of height {height} at seat {seat}: {flaw}")]
    Certificate {
        seat: Seat,
        height: Height,
        flaw: Flaw,
    },
    #[error("the engine of seat {seat} stopped: {reason}")]
    Stopped { seat: Seat, reason: String },
    #[error("the engine of seat {seat} panicked: {reason}")]
    Panicked { seat: Seat, reason: String },
    #[error("seat {seat} has not decided again {seconds} seconds after the last fault")]
    Stuck { seat: Seat, seconds: u64 },
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Flaw {
    #[error("{signed} of {validators} validators signed, which is not more than two thirds")]
    Few { signed: usize, validators: usize },
    #[error("a validator stands in it twice")]
    Twice,
    #[error("somebody who is no validator stands in it")]
    Stranger,
    #[error("a signature does not verify")]
    Signature,
}

#[derive(Debug, Default)]
struct Honest {
    signed: BTreeMap<Place, Ballot>,
    tip: Height,
}

/// Looks at everything that honest nodes sign and decide.
#[derive(Debug)]
pub struct Watch {
    validators: Validators,
    honest: BTreeMap<Seat, Honest>,
    decided: BTreeMap<Height, ValueId>,
    findings: Vec<Finding>,
}

impl Watch {
    /// Over the honest seats of a validator set.
    #[must_use]
    pub fn over(validators: Validators, honest: impl Iterator<Item = Seat>) -> Self {
        Self {
            validators,
            honest: honest.map(|seat| (seat, Honest::default())).collect(),
            decided: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// What was found.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Heights that somebody honest decided.
    #[must_use]
    pub fn decided(&self) -> usize {
        self.decided.len()
    }

    /// Adds a finding that somebody else made.
    pub fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// A signature of a seat.
    pub fn signed(&mut self, seat: Seat, signed: Signed) {
        let Some(honest) = self.honest.get_mut(&seat) else {
            return;
        };
        let Signed { ballot, backing } = signed;
        let place = ballot.place();
        let newest = honest.signed.keys().next_back().copied();
        match honest.signed.insert(place, ballot) {
            Some(before) if before != ballot => {
                self.findings.push(Finding::SignedTwice { seat, place });
            }
            Some(_) => {}
            None => {
                if let Some(newest) = newest.filter(|newest| *newest > place) {
                    self.findings.push(Finding::SignedBelow {
                        seat,
                        place,
                        newest,
                    });
                }
            }
        }
        if backing == Backing::Missing {
            self.findings.push(Finding::Unbacked { seat, place });
        }
    }

    /// A decision of a seat.
    pub fn decided_by(&mut self, seat: Seat, decided: &Decided) {
        let Some(honest) = self.honest.get_mut(&seat) else {
            return;
        };
        let Decided { certificate, body } = decided;
        let (height, value) = (certificate.height, certificate.value_id);
        // A crash may come between a decision and its record; then the height is decided again.
        if height > honest.tip {
            if height.get() != honest.tip.get() + 1 {
                self.findings.push(Finding::OutOfOrder { seat, height });
            }
            honest.tip = height;
        }
        let before = *self.decided.entry(height).or_insert(value);
        if before != value {
            self.findings.push(Finding::Fork {
                height,
                seat,
                value,
                before,
            });
        }
        match body {
            None => self.findings.push(Finding::Bodiless { seat, height }),
            Some(body) => {
                let holds =
                    ValueId::of(body) == value && application::check(height, body).is_valid();
                if !holds {
                    self.findings.push(Finding::Invalid { seat, height });
                }
            }
        }
        if let Err(flaw) = verify(certificate, &self.validators) {
            self.findings
                .push(Finding::Certificate { seat, height, flaw });
        }
    }
}

/// Checks a certificate without the engine: more than two thirds, each once, each a validator, each signature.
fn verify(
    certificate: &CommitCertificate<Consortium>,
    validators: &Validators,
) -> Result<(), Flaw> {
    let mut signers: BTreeSet<Address> = BTreeSet::new();
    for entry in &certificate.commit_signatures {
        let key = validators
            .get_by_address(&entry.address)
            .ok_or(Flaw::Stranger)?
            .public_key();
        let value = NilOrVal::Val(certificate.value_id);
        let vote =
            Consortium.new_precommit(certificate.height, certificate.round, value, entry.address);
        if !VERIFIER.holds(Domain::ConsensusVote, &vote.to_vec(), &entry.signature, key) {
            return Err(Flaw::Signature);
        }
        if !signers.insert(entry.address) {
            return Err(Flaw::Twice);
        }
    }
    let (signed, all) = (signers.len(), validators.count());
    if signed * 3 > all * 2 {
        Ok(())
    } else {
        Err(Flaw::Few {
            signed,
            validators: all,
        })
    }
}
