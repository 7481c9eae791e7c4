use super::sample::Sample;
use crate::curve::Fr;
use crate::r1cs::{Shape, dot};
use crate::statement::{assign, shape_of};
use ark_ff::{Field, Zero};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Row = BTreeMap<usize, Fr>;

/// What the Jacobian of a circuit says at one witness.
pub(crate) struct Report {
    /// Columns that no row mentions.
    pub(crate) untouched: Vec<usize>,
    /// Columns that the declared inputs leave free.
    pub(crate) nullity: usize,
    /// Labels of the rows that say nothing new about the others' columns: assertions.
    pub(crate) assertions: BTreeSet<String>,
}

/// The columns that the prover declares: what it chooses, as against what follows.
fn declared(shape: &Shape, column: usize) -> bool {
    let label = shape.column_label(column).unwrap_or_default();
    column <= shape.matrices().num_inputs
        || ["private", "child", "visited"]
            .iter()
            .any(|name| label.split('/').next_back() == Some(name))
}

/// Sparse elimination of the Jacobian. Circuits are all but triangular: a row's newest column is
/// mostly its pivot at once.
pub(crate) fn examine(shape: &Shape, values: &[Fr]) -> Report {
    let matrices = shape.matrices();
    let mut touched = vec![false; matrices.num_columns()];
    let mut pivots: HashMap<usize, Row> = HashMap::new();
    let mut assertions = BTreeSet::new();
    let rows = matrices.a.iter().zip(&matrices.b).zip(&matrices.c);
    for (i, ((a, b), c)) in rows.enumerate() {
        let (at_a, at_b) = (dot(a, values), dot(b, values));
        let mut row = Row::new();
        let parts = [(a, at_b), (b, at_a), (c, -Fr::ONE)];
        for (terms, factor) in parts {
            for (k, column) in terms {
                touched[*column] = true;
                if !declared(shape, *column) {
                    *row.entry(*column).or_default() += *k * factor;
                }
            }
        }
        row.retain(|_, k| !k.is_zero());
        if !eliminate(row, &mut pivots) {
            assertions.insert(shape.row_label(i).unwrap_or_default().to_owned());
        }
    }
    let columns = 1..matrices.num_columns();
    let free = columns
        .clone()
        .filter(|column| !declared(shape, *column))
        .count();
    Report {
        untouched: columns.filter(|column| !touched[*column]).collect(),
        nullity: free - pivots.len(),
        assertions,
    }
}

/// Reduces a row by the pivots; keeps it as one, or reports that nothing is left.
fn eliminate(mut row: Row, pivots: &mut HashMap<usize, Row>) -> bool {
    while let Some((&column, &k)) = row.iter().next_back() {
        let Some(pivot) = pivots.get(&column) else {
            let inverse = k.inverse().expect("zeros are not kept");
            row.values_mut().for_each(|x| *x *= inverse);
            pivots.insert(column, row);
            return true;
        };
        for (other, x) in pivot {
            let entry = row.entry(*other).or_default();
            *entry -= k * x;
            if entry.is_zero() {
                row.remove(other);
            }
        }
    }
    false
}

/// Every column occurs, the declared inputs determine all others, and every assertion is among
/// the labels that have forgers.
pub(crate) fn check_inputs_determine_the_witness<S: Sample>(forged: &BTreeSet<&str>) {
    let shape = shape_of::<S>();
    let mut rng = StdRng::seed_from_u64(11);
    for _ in 0..super::rounds(2, 16) {
        let (public, private) = S::honest(&mut rng);
        let report = examine(&shape, assign::<S>(&public, &private).values());
        assert_eq!(report.untouched, Vec::<usize>::new(), "columns in no row");
        assert_eq!(report.nullity, 0, "columns that are free");
        let unmapped: Vec<_> = report
            .assertions
            .iter()
            .filter(|label| !forged.contains(label.as_str()))
            .collect();
        assert!(
            unmapped.is_empty(),
            "assertions without a forger: {unmapped:?}"
        );
    }
}
