//! Why a policy written as rules is not taken.

use luyin_certificates::rules::RuleFault;
use luyin_protocol::codec::DecodeError;
use serde_json::Value as Json;
use thiserror::Error;

/// Why a document of rules gives no policy.
#[derive(Debug, Error)]
pub enum RulebookRefusal {
    /// More bytes than any rulebook has.
    #[error("a rulebook has at most {0} bytes")]
    Size(usize),
    /// No JSON, or none of this form.
    #[error("the document is no rulebook: {0}")]
    Form(#[from] serde_json::Error),
    /// No rule, or too many.
    #[error("a rulebook has 1 to {0} rules")]
    Count(usize),
    /// A rule that is ill-formed.
    #[error("rule {at}: {fault}")]
    Rule {
        /// its place, counted from 1
        at: usize,
        /// what is wrong
        fault: RuleFault,
    },
    /// A rule that cannot be one of a policy.
    #[error("{rule}: {why}")]
    Unfit {
        /// what it is called
        rule: String,
        /// why not
        why: Unfit,
    },
    /// An expression that the statement of a pass does not have.
    #[error("{rule}: {expression}: {why}")]
    Expression {
        /// what the rule is called
        rule: String,
        /// the part that is meant
        expression: Json,
        /// why not
        why: Why,
    },
    /// Rules that are each of a kind that a pass can prove, and together are not.
    #[error("{said}: {why}")]
    Together {
        /// what they come to
        said: String,
        /// why not
        why: Why,
    },
    /// Values that no policy has.
    #[error(transparent)]
    Policy(#[from] DecodeError),
}

/// Why a rule that is well-formed is none of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// Another rule has its name.
    #[error("two rules have this name")]
    NamedTwice,
    /// It takes back instead of demanding.
    #[error("a policy's rules are of the type Acceptance")]
    Type,
    /// It is about certificates of one kind.
    #[error("a policy's rules are about the CertificateType General")]
    Scope,
    /// A holder would not be told why.
    #[error("a rule explains itself in zh and in en; {0} is missing")]
    Silent(&'static str),
    /// It does not hold when the policy takes effect.
    #[error("it does not hold at the moment when the policy takes effect")]
    Validity,
    /// It reads what it does not name.
    #[error("AffectedFields leave out {0}")]
    Undeclared(String),
}

/// Why an expression has no place in a pass.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Why {
    /// An operation without a counterpart.
    #[error(
        "a pass proves nothing of this kind; it takes if, and, !, ===, +, comparisons, plusTime and var"
    )]
    Operation,
    /// A path that is not in the vocabulary.
    #[error("no such variable; see clause 6.23 for those there are")]
    Variable,
    /// A value in the place of a condition.
    #[error("a condition is true or false, and this is neither")]
    NotACondition,
    /// Something else where a number must be.
    #[error("this is no whole number, nor a count of the note")]
    NotANumber,
    /// Something else where a moment must be.
    #[error("moments are made by plusTime of a variable, with days or hours")]
    NotAMoment,
    /// A number beyond all use.
    #[error("this number is out of range")]
    OutOfRange,
    /// Two of the holder's days against each other.
    #[error("a pass compares the holder's days with the day of the pass alone")]
    TwoDays,
    /// Different counts in one sum, or one taken twice.
    #[error(
        "a pass counts normal days, or days that are not, or doses, each once, and never their mixture"
    )]
    Mixture,
    /// The product of too many alternatives.
    #[error("the alternatives are too many to take apart")]
    TooEntangled,
    /// Contradicts itself.
    #[error("nobody can ever meet this")]
    Never,
    /// A bound from the wrong side.
    #[error("a pass demands that something is recent or enough, never that it is old or little")]
    WrongSide,
    /// Some unwell days are allowed, or demanded.
    #[error("a pass proves that no day of a window is unwell; it does not count such days")]
    SomeUnwell,
    /// Two windows that are counted.
    #[error("a pass counts normal days in one window alone")]
    TwoWindows,
    /// Alternatives that a pass does not have.
    #[error(
        "a pass knows two alternatives alone: a negative test or doses; and normal days where a new enrolment is recent"
    )]
    Alternatives,
    /// A test that may have been positive.
    #[error("a test counts where it was negative: demand both in every alternative")]
    AnyTest,
    /// Both where a pass takes either.
    #[error("a pass takes a negative test or doses; it cannot demand both")]
    Both,
    /// No demand of a recent check-in.
    #[error(
        "a pass demands a check-in of at most 14 days before its day: say how recent it must be"
    )]
    NoCheckin,
    /// A bound that a policy cannot hold.
    #[error("a pass cannot look so far back or ahead")]
    TooFar,
}
