//! Who decides.

use crate::Height;
use crate::context::Consortium;
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::signature::PublicKey;
use malachitebft_core_types as core;
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// Most validators of a set.
pub const MAX_VALIDATORS: usize = 16;

/// A validator's name in votes: its public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(PublicKey);

impl Address {
    /// The address of a key.
    #[must_use]
    pub const fn of(key: PublicKey) -> Self {
        Self(key)
    }

    /// The key that it names.
    #[must_use]
    pub const fn key(&self) -> PublicKey {
        self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::Address for Address {}

impl Canonical for Address {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.0);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.value().map(Self)
    }
}

/// One of the validators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    address: Address,
    key: PublicKey,
}

impl core::Validator<Consortium> for Validator {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.key
    }

    fn voting_power(&self) -> core::VotingPower {
        1
    }
}

/// Why keys are no set of validators.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ValidatorsError {
    /// Nobody could decide.
    #[error("a set of validators has no key")]
    Empty,
    /// More than [`MAX_VALIDATORS`].
    #[error("a set of validators has {0} keys, the limit is {MAX_VALIDATORS}")]
    TooMany(usize),
    /// One key would have two votes.
    #[error("the key {0} stands twice among the validators")]
    Twice(PublicKey),
    /// The bytes are no key, or one whose signatures anyone can make.
    #[error("{0} is not an Ed25519 key of full order")]
    Key(PublicKey),
}

/// A set of validators, each with one vote. The order counts: proposers take turns in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
    first: Validator,
    all: Arc<[Validator]>,
}

impl Validators {
    /// The set of these keys.
    ///
    /// # Errors
    /// [`ValidatorsError`] if there is none, more than [`MAX_VALIDATORS`], one twice, or one that is no key.
    pub fn new(keys: Vec<PublicKey>) -> Result<Self, ValidatorsError> {
        if keys.len() > MAX_VALIDATORS {
            return Err(ValidatorsError::TooMany(keys.len()));
        }
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        if let Some([twice, _]) = sorted.array_windows().find(|[a, b]| a == b) {
            return Err(ValidatorsError::Twice(*twice));
        }
        for key in &keys {
            PublicKey::checked(*key.as_bytes()).map_err(|_| ValidatorsError::Key(*key))?;
        }
        let all: Arc<[Validator]> = keys
            .into_iter()
            .map(|key| Validator {
                address: Address::of(key),
                key,
            })
            .collect();
        let first = all.first().ok_or(ValidatorsError::Empty)?.clone();
        Ok(Self { first, all })
    }

    /// The keys, in the order of their turns.
    pub fn keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        self.all.iter().map(|validator| validator.key)
    }

    /// How many there are; never 0.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Whether a key is one of them.
    #[must_use]
    pub fn contains(&self, key: &PublicKey) -> bool {
        self.all.iter().any(|validator| validator.key == *key)
    }

    /// How many signatures decide: more than two thirds.
    #[must_use]
    pub fn quorum(&self) -> usize {
        self.all.len() * 2 / 3 + 1
    }

    /// Who proposes: the turns go round by the sum of height and round.
    #[must_use]
    pub fn proposer(&self, height: Height, round: u32) -> &Validator {
        let turn = u128::from(height.get()) + u128::from(round);
        let count = u128::try_from(self.all.len()).unwrap_or(1);
        usize::try_from(turn % count)
            .ok()
            .and_then(|turn| self.all.get(turn))
            .unwrap_or(&self.first)
    }
}

impl Validator {
    /// Its name in votes.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }
}

impl core::ValidatorSet<Consortium> for Validators {
    fn count(&self) -> usize {
        self.all.len()
    }

    fn total_voting_power(&self) -> core::VotingPower {
        core::VotingPower::try_from(self.all.len()).unwrap_or(core::VotingPower::MAX)
    }

    fn get_by_address(&self, address: &Address) -> Option<&Validator> {
        self.all.iter().find(|v| v.address == *address)
    }

    fn get_by_index(&self, index: usize) -> Option<&Validator> {
        self.all.get(index)
    }
}

impl Canonical for Validators {
    fn encode(&self, w: &mut Writer) {
        w.sequence(&self.keys().collect::<Vec<_>>());
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(r.sequence(MAX_VALIDATORS, "the validators")?)
            .map_err(|_| DecodeError::Invalid("the set of validators"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signer::tests::key;

    #[test]
    fn a_set_is_not_empty_not_too_large_and_names_nobody_twice() {
        let keys: Vec<_> = (0..17).map(|n| key(n).public()).collect();
        assert_eq!(Validators::new(vec![]), Err(ValidatorsError::Empty));
        assert_eq!(
            Validators::new(keys.clone()),
            Err(ValidatorsError::TooMany(17))
        );
        let twice = vec![keys[0], keys[1], keys[0]];
        assert_eq!(Validators::new(twice), Err(ValidatorsError::Twice(keys[0])));
        let weak = PublicKey::from_bytes([0; 32]);
        assert_eq!(Validators::new(vec![weak]), Err(ValidatorsError::Key(weak)));
        assert_eq!(Validators::new(keys[..16].to_vec()).unwrap().count(), 16);
    }

    #[test]
    fn a_quorum_is_more_than_two_thirds() {
        for (count, quorum) in [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (7, 5), (16, 11)] {
            let keys = (0..count).map(|n| key(n).public()).collect();
            assert_eq!(Validators::new(keys).unwrap().quorum(), quorum);
        }
    }

    #[test]
    fn proposers_take_turns_by_height_and_by_round() {
        let keys: Vec<_> = (0..4).map(|n| key(n).public()).collect();
        let set = Validators::new(keys.clone()).unwrap();
        let turn = |height, round| set.proposer(Height::new(height), round).address().key();
        assert_eq!(turn(1, 0), keys[1]);
        assert_eq!(turn(1, 1), keys[2]);
        assert_eq!(turn(2, 0), keys[2]);
        assert_eq!(turn(u64::MAX, u32::MAX), keys[2]);
    }

    #[test]
    fn its_bytes_are_canonical() {
        let keys = (0..4).map(|n| key(n).public()).collect();
        let set = Validators::new(keys).unwrap();
        assert_eq!(Validators::from_slice(&set.to_vec()), Ok(set));
        assert!(Validators::from_slice(&[0, 0]).is_err());
    }
}
