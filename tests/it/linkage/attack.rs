//! The adversary: learns on the shows of half of the people, is asked about the other half, and the other way round
//! (clause 10.4).

use super::features::Table;
use super::scorer::{Scorer, auc};
use super::view::View;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use std::collections::BTreeSet;
use std::fmt;

/// Nobody is shown at two places within this time: pairs closer than that are no question.
const ONE_ROUND_MS: u64 = 20 * 60_000;
/// Pairs of different people for each of one person.
const NEGATIVES: usize = 4;

/// Which pairs are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stratum {
    All,
    SameDay,
    SameBlock,
}

impl Stratum {
    /// What the adversary may reach. Pairs of one block are few: chance alone gives them a standard error of 0.014.
    pub const fn bound(self) -> f64 {
        match self {
            Self::All | Self::SameDay => 0.55,
            Self::SameBlock => 0.60,
        }
    }
}

/// How well one stratum was told.
#[derive(Clone, Debug)]
pub struct Score {
    pub stratum: Stratum,
    pub pairs: usize,
    /// Of the trained scorer, on people it has not seen.
    pub trained: f64,
    /// Of the column that was best on the people it has seen, on the others.
    pub column: (String, f64),
}

impl Score {
    pub fn best(&self) -> f64 {
        self.trained.max(self.column.1)
    }
}

/// What the adversary came to.
#[derive(Clone, Debug)]
pub struct Findings {
    pub joins: BTreeSet<String>,
    pub solved: usize,
    pub scores: Vec<Score>,
}

impl Findings {
    /// Whether every stratum was told little better than by chance (clause 10.5).
    pub fn are_within_bounds(&self) -> bool {
        self.scores.iter().all(|s| s.best() <= s.stratum.bound())
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "joins {:?}, solved {}", self.joins, self.solved)?;
        for s in &self.scores {
            let (name, alone) = &s.column;
            writeln!(
                f,
                "{:?}: {} pairs, trained {:.3}, by {name:?} alone {alone:.3}",
                s.stratum, s.pairs, s.trained
            )?;
        }
        Ok(())
    }
}

struct Pair {
    of: (usize, usize),
    same: bool,
}

/// Tries everything.
pub fn attack(view: &View, truth: &[usize]) -> Findings {
    Findings {
        joins: view.joins(),
        solved: view.solved(),
        scores: scores(view, truth),
    }
}

/// The statistical part alone.
pub fn scores(view: &View, truth: &[usize]) -> Vec<Score> {
    let table = Table::of(view);
    let names = table.names();
    let mut rng = StdRng::seed_from_u64(7);
    let mut people: Vec<usize> = truth
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    people.shuffle(&mut rng);
    let (one, other) = people.split_at(people.len() / 2);
    [Stratum::All, Stratum::SameDay, Stratum::SameBlock]
        .into_iter()
        .map(|stratum| {
            let mut halves = [one, other].map(|people| {
                let pairs = pairs(view, truth, people, stratum, &mut rng);
                let rows = pairs.iter().map(|p| table.row(p.of.0, p.of.1));
                Half {
                    rows: rows.collect(),
                    labels: pairs.iter().map(|p| p.same).collect(),
                }
            });
            let there = learn_and_ask(&halves[0], &halves[1]);
            halves.swap(0, 1);
            let back = learn_and_ask(&halves[0], &halves[1]);
            let [trained, column] = [there.0 + back.0, there.2 + back.2].map(|sum| sum / 2.0);
            Score {
                stratum,
                pairs: halves[0].labels.len() + halves[1].labels.len(),
                trained,
                column: (names[there.1].clone(), column),
            }
        })
        .collect()
}

/// The pairs of half of the people.
struct Half {
    rows: Vec<Vec<f64>>,
    labels: Vec<bool>,
}

impl Half {
    fn auc(&self, score: impl Fn(&[f64]) -> f64) -> f64 {
        let scored = self.rows.iter().zip(&self.labels);
        auc(&scored.map(|(r, l)| (score(r), *l)).collect::<Vec<_>>())
    }
}

/// Learns on one half and is asked about the other: how well the scorer did, which column was best alone where the answers
/// were known, and how well that one did.
fn learn_and_ask(known: &Half, asked: &Half) -> (f64, usize, f64) {
    let scorer = Scorer::train(&known.rows, &known.labels);
    let trained = asked.auc(|row| scorer.score(row));
    let columns = (0..known.rows[0].len()).map(|c| (c, known.auc(|row| row[c])));
    let strength = |x: &(usize, f64)| (x.1 - 0.5).abs();
    let (column, told) = columns
        .max_by(|x, y| strength(x).total_cmp(&strength(y)))
        .unwrap();
    let sign = if told < 0.5 { -1.0 } else { 1.0 };
    (trained, column, asked.auc(|row| sign * row[column]))
}

/// Every pair of one person's shows in different scopes and rounds, and some of different people's.
fn pairs(
    view: &View,
    truth: &[usize],
    people: &[usize],
    stratum: Stratum,
    rng: &mut StdRng,
) -> Vec<Pair> {
    let shows: Vec<usize> = (0..truth.len())
        .filter(|s| people.contains(&truth[*s]))
        .collect();
    let asked = |a: usize, b: usize| {
        let (x, y) = (&view.shows[a], &view.shows[b]);
        let apart = x.time.since(y.time).max(y.time.since(x.time));
        let block = |t: luyin_protocol::time::Timestamp| t.get() / (4 * 3_600_000);
        let within = match stratum {
            Stratum::All => true,
            Stratum::SameDay => x.time.day() == y.time.day(),
            Stratum::SameBlock => block(x.time) == block(y.time),
        };
        within && apart > ONE_ROUND_MS && x.scope() != y.scope()
    };
    let mut out = Vec::new();
    for (n, a) in shows.iter().enumerate() {
        let others = shows[n + 1..].iter().filter(|b| truth[*a] == truth[**b]);
        out.extend(others.filter(|b| asked(*a, **b)).map(|b| Pair {
            of: (*a, *b),
            same: true,
        }));
    }
    let wanted = out.len() * (1 + NEGATIVES);
    while out.len() < wanted {
        let a = shows[rng.gen_range(0..shows.len())];
        let b = shows[rng.gen_range(0..shows.len())];
        if truth[a] != truth[b] && asked(a, b) {
            out.push(Pair {
                of: (a.min(b), a.max(b)),
                same: false,
            });
        }
    }
    out
}
