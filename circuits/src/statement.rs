//! What all four statements have in common.

use crate::curve::Fr;
use crate::r1cs::{Assignment, Matrices, Shape, System};
use crate::{absorb::Absorb, checkin::Checkin, enrol::Enrol, pass::Pass};

/// Which statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CircuitName {
    /// Protocol 5.2.
    Enrol,
    /// Protocol 5.4.
    Checkin,
    /// Protocol 5.5.
    Absorb,
    /// Protocol 5.6.
    Pass,
}

impl CircuitName {
    /// All four, in the protocol's order.
    pub const ALL: [Self; 4] = [Self::Enrol, Self::Checkin, Self::Absorb, Self::Pass];

    /// The name as files and tables have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::Checkin => "checkin",
            Self::Absorb => "absorb",
            Self::Pass => "pass",
        }
    }

    /// The number of public inputs.
    #[must_use]
    pub const fn inputs(self) -> usize {
        match self {
            Self::Enrol => crate::enrol::INPUTS,
            Self::Checkin => crate::checkin::INPUTS,
            Self::Absorb => crate::absorb::INPUTS,
            Self::Pass => crate::pass::INPUTS,
        }
    }

    /// The most that constraints + public inputs + 1 may round up to (protocol 5.7).
    #[must_use]
    pub const fn domain_bound(self) -> usize {
        match self {
            Self::Enrol => 1 << 12,
            Self::Checkin | Self::Pass => 1 << 13,
            Self::Absorb => 1 << 14,
        }
    }
}

impl std::fmt::Display for CircuitName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for CircuitName {
    type Err = UnknownCircuit;
    fn from_str(text: &str) -> Result<Self, UnknownCircuit> {
        let found = Self::ALL.into_iter().find(|name| name.as_str() == text);
        found.ok_or(UnknownCircuit)
    }
}

/// No statement has that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no statement has that name")]
pub struct UnknownCircuit;

/// A statement: what is public, what is private, what must hold between them.
pub trait Statement {
    /// Its name.
    const NAME: CircuitName;
    /// What the verifier sees.
    type Public: Clone;
    /// What the prover alone knows.
    type Private: Clone;
    /// The clauses, under the protocol's letters.
    type Clause: Copy + Eq + std::fmt::Debug + std::fmt::Display + Send + Sync + 'static;

    /// The public inputs in the protocol's order.
    fn inputs(public: &Self::Public) -> Vec<Fr>;

    /// The native check; names the first broken clause.
    fn check(public: &Self::Public, private: &Self::Private) -> Result<(), Self::Clause>;

    /// Writes the circuit. Its rows never depend on the values.
    fn synthesise(cs: &mut System, public: &Self::Public, private: &Self::Private);

    /// Values that satisfy nothing, for the shape.
    fn blank() -> (Self::Public, Self::Private);
}

/// All columns' values for one witness.
#[must_use]
pub fn assign<S: Statement>(public: &S::Public, private: &S::Private) -> Assignment {
    let mut cs = System::for_witness();
    S::synthesise(&mut cs, public, private);
    cs.into_assignment()
}

/// The circuit of a statement, with labels.
#[must_use]
pub fn shape_of<S: Statement>() -> Shape {
    let (public, private) = S::blank();
    let mut cs = System::for_shape();
    S::synthesise(&mut cs, &public, &private);
    cs.into_shape()
        .expect("a system made for its shape records it")
}

/// The circuit of a named statement, with labels.
#[must_use]
pub fn shape(name: CircuitName) -> Shape {
    match name {
        CircuitName::Enrol => shape_of::<Enrol>(),
        CircuitName::Checkin => shape_of::<Checkin>(),
        CircuitName::Absorb => shape_of::<Absorb>(),
        CircuitName::Pass => shape_of::<Pass>(),
    }
}

/// The matrices of a named statement: for key generation, for the export to other tools, for the
/// pinned hashes.
#[must_use]
pub fn matrices(name: CircuitName) -> Matrices {
    shape(name).into_matrices()
}

/// The hash of a named statement's matrices, as `pinned/circuits.json` has it.
#[must_use]
pub fn matrix_hash(name: CircuitName) -> [u8; 32] {
    matrices(name).hash()
}

/// Declares the clauses of a statement under the protocol's letters.
macro_rules! clauses {
    ($section:literal: $($letter:ident $text:literal;)*) => {
        #[doc = concat!("The clauses of protocol ", $section, ", under its letters.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Clause { $(#[doc = $text] $letter),* }

        impl Clause {
            /// All of them, in the protocol's order.
            pub const ALL: &'static [Self] = &[$(Self::$letter),*];
        }

        impl std::fmt::Display for Clause {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$letter => write!(
                        f, "clause {}.{}: {}", $section, stringify!($letter).to_ascii_lowercase(), $text
                    )),*
                }
            }
        }
    };
}
pub(crate) use clauses;
