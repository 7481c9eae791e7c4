//! A well-formed expression.

use std::collections::BTreeSet;

use crate::Unit;

/// Read from JSON by [`Expression::read`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(pub(super) Term);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    Bool(bool),
    Integer(i64),
    Text(String),
    List(Vec<Term>),
    Var(Vec<String>),
    If(Box<[Term; 3]>),
    And(Vec<Term>),
    Not(Box<Term>),
    Same(Box<[Term; 2]>),
    In(Box<[Term; 2]>),
    Plus(Box<[Term; 2]>),
    /// Each term and the next must be in this order.
    Integers(Order, Vec<Term>),
    /// The same for date-times.
    Moments(Order, Vec<Term>),
    PlusTime(Box<Term>, i64, Unit),
    Reduce(Box<[Term; 3]>),
    ExtractFromUvci(Box<Term>, i64),
    DateOfBirth(Box<Term>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    Greater,
    LessOrSame,
    GreaterOrSame,
}

impl Expression {
    /// The paths into the data that it may read.
    pub fn reads(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        self.0.collect_reads(&mut paths);
        paths
    }
}

impl Term {
    fn collect_reads(&self, paths: &mut BTreeSet<String>) {
        match self {
            Self::Bool(_) | Self::Integer(_) | Self::Text(_) => {}
            Self::Var(path) => {
                paths.insert(path.join("."));
            }
            // What is between sees the fold alone.
            Self::Reduce(parts) => {
                let [operand, _, initial] = &**parts;
                operand.collect_reads(paths);
                initial.collect_reads(paths);
            }
            Self::List(terms)
            | Self::And(terms)
            | Self::Integers(_, terms)
            | Self::Moments(_, terms) => terms.iter().for_each(|term| term.collect_reads(paths)),
            Self::If(terms) => terms.iter().for_each(|term| term.collect_reads(paths)),
            Self::Same(terms) | Self::In(terms) | Self::Plus(terms) => {
                terms.iter().for_each(|term| term.collect_reads(paths));
            }
            Self::Not(term)
            | Self::PlusTime(term, ..)
            | Self::ExtractFromUvci(term, _)
            | Self::DateOfBirth(term) => term.collect_reads(paths),
        }
    }
}
