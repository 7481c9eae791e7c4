//! Conditions as a conjunction of alternatives (conjunctive normal form), simplified until nothing in it says nothing.

use super::atom::Literal;
use super::refusal::Why;
use std::collections::BTreeSet;

/// More of them than any policy has: taking apart and comparing takes their square.
const MOST: usize = 64;
/// The same of alternatives.
const MOST_ALTERNATIVES: usize = 8;

/// Of which one holds.
pub(super) type Alternatives = BTreeSet<Literal>;

/// Of which each holds. Without any it is true; with an empty one false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Formula(BTreeSet<Alternatives>);

impl Formula {
    pub(super) fn constant(value: bool) -> Self {
        if value {
            Self(BTreeSet::new())
        } else {
            Self(BTreeSet::from([Alternatives::new()]))
        }
    }

    pub(super) fn literal(literal: Literal) -> Self {
        match literal.always() {
            Some(value) => Self::constant(value),
            None => Self(BTreeSet::from([Alternatives::from([literal])])),
        }
    }

    pub(super) const fn alternatives(&self) -> &BTreeSet<Alternatives> {
        &self.0
    }

    pub(super) fn and(self, other: Self) -> Result<Self, Why> {
        let mut all = self.0;
        all.extend(other.0);
        Self(all).simplified()
    }

    pub(super) fn or(self, other: Self) -> Result<Self, Why> {
        if self.0.len().saturating_mul(other.0.len()) > MOST {
            return Err(Why::TooEntangled);
        }
        let mut all = BTreeSet::new();
        for mine in &self.0 {
            for others in &other.0 {
                all.insert(mine | others);
            }
        }
        Self(all).simplified()
    }

    fn simplified(self) -> Result<Self, Why> {
        if self.0.len() > MOST {
            return Err(Why::TooEntangled);
        }
        let mut all: BTreeSet<Alternatives> = self.0.iter().filter_map(told_once).collect();
        // What one alone demands ends the alternatives that it excludes, until nothing changes. Each round leaves fewer
        // literals than the one before.
        loop {
            let alone: Vec<Literal> = all.iter().filter_map(only).collect();
            let possible = |alternatives: &Alternatives| -> Alternatives {
                if only(alternatives).is_some() && !contradicted(alternatives, &alone) {
                    return alternatives.clone();
                }
                let open = |l: &&Literal| !alone.iter().any(|u| u.implies(l.contrary()));
                alternatives.iter().filter(open).copied().collect()
            };
            let next: BTreeSet<Alternatives> = all.iter().map(possible).collect();
            if next == all {
                break;
            }
            all = next;
        }
        if all
            .iter()
            .any(|alternatives| alternatives.len() > MOST_ALTERNATIVES)
        {
            return Err(Why::TooEntangled);
        }
        let followed = |weaker: &&Alternatives| {
            !all.iter()
                .any(|other| other != *weaker && follows(other, weaker))
        };
        Ok(Self(all.iter().filter(followed).cloned().collect()))
    }
}

/// The literal of alternatives that are none.
pub(super) fn only(alternatives: &Alternatives) -> Option<Literal> {
    match alternatives.len() {
        1 => alternatives.first().copied(),
        _ => None,
    }
}

fn contradicted(alternatives: &Alternatives, alone: &[Literal]) -> bool {
    alternatives
        .iter()
        .any(|l| alone.iter().any(|u| u.implies(l.contrary())))
}

/// Whether whoever meets one of the first meets one of the second.
fn follows(first: &Alternatives, second: &Alternatives) -> bool {
    first
        .iter()
        .all(|mine| second.iter().any(|other| mine.implies(*other)))
}

/// Without what another of the alternatives covers; none where one of them always holds.
fn told_once(alternatives: &Alternatives) -> Option<Alternatives> {
    let covers_all = |l: &Literal| {
        alternatives
            .iter()
            .any(|other| l.contrary().implies(*other))
    };
    if alternatives.iter().any(covers_all) {
        return None;
    }
    let needed = |l: &&Literal| {
        let covers = |other: &Literal| other != *l && l.implies(*other);
        !alternatives.iter().any(covers)
    };
    Some(alternatives.iter().filter(needed).copied().collect())
}
