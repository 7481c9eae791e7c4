//! The adversary: learns on the shows of half of the people, and is asked about the other half (clause 10.4).

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
    /// The best of all strata.
    pub fn worst(&self) -> f64 {
        self.scores.iter().map(Score::best).fold(0.0, f64::max)
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
    let (known, asked) = people.split_at(people.len() / 2);
    [Stratum::All, Stratum::SameDay, Stratum::SameBlock]
        .into_iter()
        .map(|stratum| {
            let learn = pairs(view, truth, known, stratum, &mut rng);
            let ask = pairs(view, truth, asked, stratum, &mut rng);
            let rows = |pairs: &[Pair]| -> Vec<Vec<f64>> {
                pairs.iter().map(|p| table.row(p.of.0, p.of.1)).collect()
            };
            let (learn_rows, ask_rows) = (rows(&learn), rows(&ask));
            let labels: Vec<bool> = learn.iter().map(|p| p.same).collect();
            let scorer = Scorer::train(&learn_rows, &labels);
            let scored = ask.iter().zip(&ask_rows);
            let scored: Vec<(f64, bool)> = scored.map(|(p, r)| (scorer.score(r), p.same)).collect();
            let alone = |rows: &[Vec<f64>], pairs: &[Pair], column: usize| {
                let scored = rows.iter().zip(pairs).map(|(r, p)| (r[column], p.same));
                auc(&scored.collect::<Vec<_>>())
            };
            let columns = (0..names.len()).map(|c| (c, alone(&learn_rows, &learn, c)));
            let strength = |x: &(usize, f64)| (x.1 - 0.5).abs();
            let (column, told) = columns
                .max_by(|x, y| strength(x).total_cmp(&strength(y)))
                .unwrap();
            let asked = alone(&ask_rows, &ask, column);
            let asked = if told < 0.5 { 1.0 - asked } else { asked };
            Score {
                stratum,
                pairs: ask.len(),
                trained: auc(&scored),
                column: (names[column].clone(), asked),
            }
        })
        .collect()
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
