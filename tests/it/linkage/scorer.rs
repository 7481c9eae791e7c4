//! A trained scorer: gradient-boosted trees of two levels over binned columns, and the area under the curve.

const BINS: usize = 32;
const ROUNDS: usize = 60;
const RATE: f64 = 0.2;

/// How well scores tell positives from negatives: 0.5 is chance, 1 is certainty. Ties count half.
pub fn auc(scored: &[(f64, bool)]) -> f64 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = sorted.iter().filter(|s| s.1).count() as f64;
    let negatives = sorted.len() as f64 - positives;
    let (mut below, mut won) = (0.0, 0.0);
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        let p = ties.iter().filter(|s| s.1).count() as f64;
        let n = ties.len() as f64 - p;
        won += p * (below + n / 2.0);
        below += n;
    }
    won / (positives * negatives)
}

/// Edges of a column's bins.
struct Binning(Vec<Vec<f64>>);

impl Binning {
    fn of(rows: &[Vec<f64>]) -> Self {
        let columns = rows[0].len();
        let edges = (0..columns).map(|c| {
            let mut values: Vec<f64> = rows.iter().map(|r| r[c]).collect();
            values.sort_by(f64::total_cmp);
            let mut edges: Vec<f64> = (1..BINS)
                .map(|b| values[b * (values.len() - 1) / BINS])
                .collect();
            edges.dedup();
            edges
        });
        Self(edges.collect())
    }

    fn bin(&self, row: &[f64]) -> Vec<u8> {
        let columns = self.0.iter().zip(row);
        columns
            .map(|(edges, x)| edges.partition_point(|e| e < x) as u8)
            .collect()
    }
}

/// A split, and a split of each side.
struct Tree {
    root: Split,
    sides: [Option<Split>; 2],
}

#[derive(Clone, Copy)]
struct Split {
    column: usize,
    /// Bins up to this one go left.
    upto: u8,
    values: [f64; 2],
}

impl Split {
    fn side(&self, row: &[u8]) -> usize {
        usize::from(row[self.column] > self.upto)
    }
}

impl Tree {
    fn value(&self, row: &[u8]) -> f64 {
        let side = self.root.side(row);
        match &self.sides[side] {
            Some(split) => split.values[split.side(row)],
            None => self.root.values[side],
        }
    }
}

pub struct Scorer {
    binning: Binning,
    trees: Vec<Tree>,
}

impl Scorer {
    /// Learns from labelled rows, by the logistic loss.
    pub fn train(rows: &[Vec<f64>], labels: &[bool]) -> Self {
        let binning = Binning::of(rows);
        let binned: Vec<Vec<u8>> = rows.iter().map(|r| binning.bin(r)).collect();
        let mut scores = vec![0.0f64; rows.len()];
        let mut trees = Vec::new();
        for _ in 0..ROUNDS {
            let gradients: Vec<(f64, f64)> = scores
                .iter()
                .zip(labels)
                .map(|(score, label)| {
                    let p = 1.0 / (1.0 + (-score).exp());
                    (f64::from(u8::from(*label)) - p, p * (1.0 - p))
                })
                .collect();
            let all: Vec<usize> = (0..rows.len()).collect();
            let Some(root) = best(&binned, &gradients, &all) else {
                break;
            };
            let sides = [0, 1].map(|side| {
                let inside = all.iter().copied();
                let part: Vec<usize> = inside.filter(|i| root.side(&binned[*i]) == side).collect();
                best(&binned, &gradients, &part)
            });
            let tree = Tree { root, sides };
            for (score, row) in scores.iter_mut().zip(&binned) {
                *score += RATE * tree.value(row);
            }
            trees.push(tree);
        }
        Self { binning, trees }
    }

    pub fn score(&self, row: &[f64]) -> f64 {
        let row = self.binning.bin(row);
        self.trees.iter().map(|tree| RATE * tree.value(&row)).sum()
    }
}

/// The split that gains most.
fn best(rows: &[Vec<u8>], gradients: &[(f64, f64)], among: &[usize]) -> Option<Split> {
    const RIDGE: f64 = 5.0;
    let columns = rows.first()?.len();
    let mut sums = vec![[(0.0, 0.0); BINS]; columns];
    let mut total = (0.0, 0.0);
    for i in among {
        let (g, h) = gradients[*i];
        total = (total.0 + g, total.1 + h);
        for (sums, bin) in sums.iter_mut().zip(&rows[*i]) {
            let sum = &mut sums[usize::from(*bin)];
            *sum = (sum.0 + g, sum.1 + h);
        }
    }
    let worth = |(g, h): (f64, f64)| g * g / (h + RIDGE);
    let (mut found, mut most) = (None, 1e-6);
    for (column, sums) in sums.iter().enumerate() {
        let mut left = (0.0, 0.0);
        for (upto, (g, h)) in sums.iter().enumerate().take(BINS - 1) {
            left = (left.0 + g, left.1 + h);
            let right = (total.0 - left.0, total.1 - left.1);
            if left.1 < 1.0 || right.1 < 1.0 {
                continue;
            }
            let gain = worth(left) + worth(right) - worth(total);
            if gain > most {
                most = gain;
                let value = |(g, h): (f64, f64)| g / (h + RIDGE);
                found = Some(Split {
                    column,
                    upto: upto as u8,
                    values: [value(left), value(right)],
                });
            }
        }
    }
    found
}

#[test]
fn the_scorer_learns_what_is_there_and_invents_nothing() {
    use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
    let mut rng = StdRng::seed_from_u64(1);
    let mut draw = |hint: f64| {
        let label = rng.gen_bool(0.3);
        let told = rng.gen_bool(hint) && label;
        let [a, b] = [rng.gen_bool(0.5) || told, rng.gen_bool(0.5) || told];
        let noise: Vec<f64> = (0..20).map(|_| rng.r#gen()).collect();
        let hints = [f64::from(u8::from(a)), f64::from(u8::from(b))];
        ([&hints[..], &noise].concat(), label)
    };
    let mut tried = |hint: f64| {
        let (rows, labels): (Vec<_>, Vec<_>) = (0..20_000).map(|_| draw(hint)).unzip();
        let scorer = Scorer::train(&rows, &labels);
        let fresh: Vec<_> = (0..20_000).map(|_| draw(hint)).collect();
        auc(&fresh
            .iter()
            .map(|(r, l)| (scorer.score(r), *l))
            .collect::<Vec<_>>())
    };
    assert!(tried(0.6) > 0.6);
    assert!((tried(0.0) - 0.5).abs() < 0.02);
    assert_eq!(auc(&[(1.0, true), (0.0, false)]), 1.0);
    assert_eq!(auc(&[(1.0, true), (1.0, false)]), 0.5);
}
