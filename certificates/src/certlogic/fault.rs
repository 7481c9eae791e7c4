//! Why an expression has no value on some data.

use thiserror::Error;

use crate::NotAMoment;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    #[error("a condition of {0:?} is neither truthy nor falsy")]
    Undecided(&'static str),
    #[error("{0:?} takes integers")]
    NotIntegers(&'static str),
    #[error("{0:?} takes date-times, which only \"plusTime\" and \"dccDateOfBirth\" make")]
    NotMoments(&'static str),
    #[error("{0:?} takes a text")]
    NotAText(&'static str),
    #[error("{0:?} takes a list")]
    NotAList(&'static str),
    #[error("{0:?} compares texts, integers, booleans and null")]
    NotComparable(&'static str),
    #[error(transparent)]
    NotAMoment(#[from] NotAMoment),
    #[error("{0:?} leaves the range of its values")]
    OutOfRange(&'static str),
    #[error("the evaluation takes too many steps")]
    TooManySteps,
}
