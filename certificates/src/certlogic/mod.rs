//! CertLogic 1.3: the expressions that countries write their rules in.
//!
//! An expression is read once, which finds everything that is ill-formed, and then evaluated on data.
//! It means the same on every machine: integers, texts, booleans, lists, and moments that only
//! `plusTime` and `dccDateOfBirth` make. Where the specification leaves a choice:
//!
//! - A day that the month lacks becomes its last, for months and for years.
//! - `and` stops at its first falsy operand.
//! - What `===` and `in` compare are texts, integers, booleans and `null`; with anything else they fault,
//!   since the published implementations do not agree.
//! - A fraction in the data is neither truthy nor falsy.

mod evaluation;
mod expression;
mod fault;
mod reader;
mod value;

#[cfg(test)]
mod tests;

pub use expression::Expression;
pub use fault::Fault;
pub use reader::Issue;
pub use value::Value;
