//! Votes and proposals, and the bytes of them that are signed (clauses 12.5 and 12.6).

use crate::context::Consortium;
use crate::round;
use crate::{Address, Height, Value, ValueId};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use malachitebft_core_types::{self as core, NilOrVal, Round, VoteType};

/// A prevote or a precommit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Which of the two.
    pub kind: VoteType,
    /// For which height.
    pub height: Height,
    /// In which round.
    pub round: Round,
    /// For which value; nil for none.
    pub value: NilOrVal<ValueId>,
    /// Whose vote.
    pub validator: Address,
}

impl core::Vote<Consortium> for Vote {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<ValueId> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<ValueId> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &Address {
        &self.validator
    }

    // There are no vote extensions: the engine is never told to ask for one, and the bytes have no place for it.

    fn extension(&self) -> Option<&core::SignedExtension<Consortium>> {
        None
    }

    fn take_extension(&mut self) -> Option<core::SignedExtension<Consortium>> {
        None
    }

    fn extend(self, _: core::SignedExtension<Consortium>) -> Self {
        self
    }
}

impl Canonical for Vote {
    fn encode(&self, w: &mut Writer) {
        put_kind(w, self.kind);
        w.value(&self.height);
        round::put(w, self.round);
        put_choice(w, &self.value);
        w.value(&self.validator);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            kind: get_kind(r)?,
            height: r.value()?,
            round: round::get(r)?,
            value: get_choice(r)?,
            validator: r.value()?,
        })
    }
}

/// A validator's proposal to decide a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// For which height.
    pub height: Height,
    /// In which round.
    pub round: Round,
    /// What.
    pub value: Value,
    /// The earlier round in which more than two thirds prevoted it, if it is proposed again for that.
    pub valid_round: Round,
    /// Whose proposal.
    pub validator: Address,
}

impl core::Proposal<Consortium> for Proposal {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &Value {
        &self.value
    }

    fn take_value(self) -> Value {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.valid_round
    }

    fn validator_address(&self) -> &Address {
        &self.validator
    }
}

impl Canonical for Proposal {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.height);
        round::put(w, self.round);
        w.value(&core::Value::id(&self.value));
        round::put(w, self.valid_round);
        w.value(&self.validator);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: r.value()?,
            round: round::get(r)?,
            value: Value::new(r.value()?),
            valid_round: round::get_any(r)?,
            validator: r.value()?,
        })
    }
}

pub fn put_kind(w: &mut Writer, kind: VoteType) {
    w.u8(match kind {
        VoteType::Prevote => 1,
        VoteType::Precommit => 2,
    });
}

pub fn get_kind(r: &mut Reader<'_>) -> Result<VoteType, DecodeError> {
    match r.u8("the kind of a vote")? {
        1 => Ok(VoteType::Prevote),
        2 => Ok(VoteType::Precommit),
        _ => Err(DecodeError::Invalid("the kind of a vote")),
    }
}

pub fn put_choice(w: &mut Writer, choice: &NilOrVal<ValueId>) {
    w.option(match choice {
        NilOrVal::Nil => None,
        NilOrVal::Val(id) => Some(id),
    });
}

pub fn get_choice(r: &mut Reader<'_>) -> Result<NilOrVal<ValueId>, DecodeError> {
    Ok(match r.option("the choice of a vote")? {
        None => NilOrVal::Nil,
        Some(id) => NilOrVal::Val(id),
    })
}
