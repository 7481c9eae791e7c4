use crate::curve::Fr;
use ark_ff::{AdditiveGroup, Field, One, Zero};
use std::ops::{Add, Sub};

/// The column of the constant one.
pub(super) const ONE: usize = 0;

/// How a number depends on the columns of the system.
#[derive(Clone, Debug)]
enum Terms {
    /// Not at all: the same for every witness.
    Constant,
    /// It does, but only values are wanted.
    Unrecorded,
    /// As this sum; sorted by column, no column twice, no zero coefficient.
    Recorded(Vec<(usize, Fr)>),
}

/// A linear combination of the system's columns, together with its value.
#[derive(Clone, Debug)]
pub struct Num {
    value: Fr,
    terms: Terms,
}

impl Num {
    /// A number that is the same for every witness.
    #[must_use]
    pub fn constant(value: Fr) -> Self {
        Self {
            value,
            terms: Terms::Constant,
        }
    }

    /// The constant of a small number.
    #[must_use]
    pub fn small(value: u64) -> Self {
        Self::constant(Fr::from(value))
    }

    pub(super) fn column(value: Fr, column: Option<usize>) -> Self {
        let terms = match column {
            Some(column) => Terms::Recorded(vec![(column, Fr::ONE)]),
            None => Terms::Unrecorded,
        };
        Self { value, terms }
    }

    /// The value under the present witness.
    #[must_use]
    pub fn value(&self) -> Fr {
        self.value
    }

    /// Whether the number is the same for every witness.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        matches!(self.terms, Terms::Constant)
    }

    /// The row of coefficients; empty while only values are wanted.
    pub(super) fn row(&self) -> Vec<(Fr, usize)> {
        match &self.terms {
            Terms::Constant if self.value.is_zero() => Vec::new(),
            Terms::Constant => vec![(self.value, ONE)],
            Terms::Unrecorded => Vec::new(),
            Terms::Recorded(terms) => terms.iter().map(|(column, k)| (*k, *column)).collect(),
        }
    }

    /// `sum of k * x`.
    #[must_use]
    pub fn sum<'a>(parts: impl IntoIterator<Item = (Fr, &'a Num)>) -> Self {
        let mut value = Fr::ZERO;
        let mut constant = Fr::ZERO;
        let (mut depends, mut unrecorded) = (false, false);
        let mut recorded: Vec<(usize, Fr)> = Vec::new();
        for (k, x) in parts {
            let weighted = if k.is_one() { x.value } else { k * x.value };
            value += weighted;
            match &x.terms {
                Terms::Constant => constant += weighted,
                Terms::Unrecorded => unrecorded = true,
                Terms::Recorded(terms) => {
                    depends = true;
                    recorded.extend(terms.iter().map(|(column, c)| (*column, k * c)));
                }
            }
        }
        if unrecorded {
            return Self {
                value,
                terms: Terms::Unrecorded,
            };
        }
        if !depends {
            return Self::constant(value);
        }
        recorded.push((ONE, constant));
        Self {
            value,
            terms: Terms::Recorded(merged(recorded)),
        }
    }

    /// `k * self`.
    #[must_use]
    pub fn scale(&self, k: Fr) -> Self {
        Self::sum([(k, self)])
    }

    /// The number packed from bits, the first the lowest.
    #[must_use]
    pub fn packed<'a>(bits: impl IntoIterator<Item = &'a Bit>) -> Self {
        let mut weight = Fr::ONE;
        Self::sum(bits.into_iter().map(|bit| {
            let k = weight;
            weight.double_in_place();
            (k, &bit.0)
        }))
    }
}

fn merged(mut terms: Vec<(usize, Fr)>) -> Vec<(usize, Fr)> {
    terms.sort_unstable_by_key(|(column, _)| *column);
    let mut out: Vec<(usize, Fr)> = Vec::with_capacity(terms.len());
    for (column, k) in terms {
        match out.last_mut() {
            Some((last, sum)) if *last == column => *sum += k,
            _ => out.push((column, k)),
        }
    }
    out.retain(|(_, k)| !k.is_zero());
    out
}

impl Add for &Num {
    type Output = Num;
    fn add(self, other: &Num) -> Num {
        Num::sum([(Fr::ONE, self), (Fr::ONE, other)])
    }
}

impl Sub for &Num {
    type Output = Num;
    fn sub(self, other: &Num) -> Num {
        Num::sum([(Fr::ONE, self), (-Fr::ONE, other)])
    }
}

/// A number that the system holds to zero or one.
#[derive(Clone, Debug)]
pub struct Bit(pub(super) Num);

impl Bit {
    /// Takes a number that other constraints already hold to zero or one.
    ///
    /// The caller says why; nothing is enforced here.
    #[must_use]
    pub fn known(num: Num) -> Self {
        Self(num)
    }

    /// As a number.
    #[must_use]
    pub fn num(&self) -> &Num {
        &self.0
    }

    /// One where this is zero.
    #[must_use]
    pub fn not(&self) -> Self {
        Self(&Num::constant(Fr::ONE) - &self.0)
    }
}
