use crate::curve::Fr;
use ark_ff::{BigInteger, One, PrimeField, Zero};
use sha2::{Digest, Sha256};

/// One constraint, `a * b = c`: coefficients and columns, the columns ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Left factor.
    pub a: Vec<(Fr, usize)>,
    /// Right factor.
    pub b: Vec<(Fr, usize)>,
    /// Product.
    pub c: Vec<(Fr, usize)>,
}

impl Row {
    /// Whether the values of all columns satisfy the row.
    #[must_use]
    pub fn holds(&self, values: &[Fr]) -> bool {
        dot(&self.a, values) * dot(&self.b, values) == dot(&self.c, values)
    }
}

/// `sum of k * values[column]`; a column that does not exist counts as zero.
pub(crate) fn dot(terms: &[(Fr, usize)], values: &[Fr]) -> Fr {
    let mut sum = Fr::zero();
    for (k, column) in terms {
        if let Some(value) = values.get(*column) {
            sum += if k.is_one() { *value } else { *k * value };
        }
    }
    sum
}

/// A circuit as matrices. Column 0 is the constant one, then the public inputs, then the witness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrices {
    /// Left factors, one row a constraint.
    pub a: Vec<Vec<(Fr, usize)>>,
    /// Right factors.
    pub b: Vec<Vec<(Fr, usize)>>,
    /// Products.
    pub c: Vec<Vec<(Fr, usize)>>,
    /// Public inputs, without the constant one.
    pub num_inputs: usize,
    /// Private columns.
    pub num_witnesses: usize,
}

impl Matrices {
    /// The number of constraints.
    #[must_use]
    pub fn num_constraints(&self) -> usize {
        self.a.len()
    }

    /// The number of columns: the constant one, the public inputs, the witness.
    #[must_use]
    pub fn num_columns(&self) -> usize {
        1 + self.num_inputs + self.num_witnesses
    }

    /// Constraints + public inputs + 1, rounded up to a power of two: the size of the domain.
    #[must_use]
    pub fn domain_size(&self) -> usize {
        (self.num_constraints() + self.num_inputs + 1).next_power_of_two()
    }

    /// Coefficients in all three matrices.
    #[must_use]
    pub fn num_coefficients(&self) -> usize {
        [&self.a, &self.b, &self.c]
            .into_iter()
            .flatten()
            .map(Vec::len)
            .sum()
    }

    /// SHA-256 over the sizes and every coefficient, row by row: two circuits with one hash have
    /// one key and accept the same witnesses.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut sha = Sha256::new();
        sha.update(b"luyin/v1/matrices\0");
        let number = |sha: &mut Sha256, n: usize| sha.update((n as u64).to_le_bytes());
        number(&mut sha, self.num_inputs);
        number(&mut sha, self.num_witnesses);
        number(&mut sha, self.num_constraints());
        for row in [&self.a, &self.b, &self.c].into_iter().flatten() {
            number(&mut sha, row.len());
            for (k, column) in row {
                number(&mut sha, *column);
                sha.update(k.into_bigint().to_bytes_le());
            }
        }
        sha.finalize().into()
    }

    /// Whether the values of all columns satisfy every row.
    #[must_use]
    pub fn are_satisfied_by(&self, values: &[Fr]) -> bool {
        self.first_broken(values, |_| true).is_none()
    }

    /// The first row, among those wanted, that the values break.
    pub(crate) fn first_broken(
        &self,
        values: &[Fr],
        wanted: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let rows = self.a.iter().zip(&self.b).zip(&self.c);
        rows.enumerate()
            .filter(|(i, _)| wanted(*i))
            .find(|(_, ((a, b), c))| dot(a, values) * dot(b, values) != dot(c, values))
            .map(|(i, _)| i)
    }
}

/// The matrices together with the label of each row and column: which clause and gadget made it.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    pub(super) matrices: Matrices,
    labels: Vec<String>,
    rows: Vec<usize>,
    columns: Vec<usize>,
}

impl Shape {
    /// The matrices.
    #[must_use]
    pub fn matrices(&self) -> &Matrices {
        &self.matrices
    }

    /// The matrices alone.
    #[must_use]
    pub fn into_matrices(self) -> Matrices {
        self.matrices
    }

    /// All labels, in the order in which the circuit first used them.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The label of a row, such as `c/temperature/sum`.
    #[must_use]
    pub fn row_label(&self, row: usize) -> Option<&str> {
        self.labels.get(*self.rows.get(row)?).map(String::as_str)
    }

    /// The label under which a column was added; the first column is the constant one.
    #[must_use]
    pub fn column_label(&self, column: usize) -> Option<&str> {
        let at = *self.columns.get(column.checked_sub(1)?)?;
        self.labels.get(at).map(String::as_str)
    }

    /// The same circuit without the rows of one label.
    #[must_use]
    pub fn without(&self, label: &str) -> Self {
        let keep = |i: usize| self.row_label(i) != Some(label);
        let rows = |m: &[Vec<(Fr, usize)>]| {
            let kept = m.iter().enumerate().filter(|(i, _)| keep(*i));
            kept.map(|(_, row)| row.clone()).collect()
        };
        let kept = self.rows.iter().enumerate().filter(|(i, _)| keep(*i));
        Self {
            matrices: Matrices {
                a: rows(&self.matrices.a),
                b: rows(&self.matrices.b),
                c: rows(&self.matrices.c),
                ..self.matrices
            },
            labels: self.labels.clone(),
            rows: kept.map(|(_, label)| *label).collect(),
            columns: self.columns.clone(),
        }
    }

    /// How many columns were added under a label.
    #[cfg(test)]
    pub(crate) fn columns_of(&self, label: &str) -> usize {
        let columns = 1..self.matrices.num_columns();
        columns
            .filter(|c| self.column_label(*c) == Some(label))
            .count()
    }

    /// The left factor of one of a label's rows.
    #[cfg(test)]
    pub(crate) fn nth_row(&self, label: &str, nth: usize) -> Vec<(Fr, usize)> {
        let rows = 0..self.matrices.num_constraints();
        let row = rows
            .filter(|row| self.row_label(*row) == Some(label))
            .nth(nth);
        self.matrices.a[row.expect("the label has the row")].clone()
    }

    /// The labels of all rows that the values break, each once.
    #[cfg(test)]
    pub(crate) fn broken_labels(&self, values: &[Fr]) -> Vec<String> {
        let mut broken: Vec<String> = Vec::new();
        let mut next = 0;
        while let Some(row) = self.matrices.first_broken(values, |row| row >= next) {
            let label = self.row_label(row).unwrap_or_default().to_owned();
            if !broken.contains(&label) {
                broken.push(label);
            }
            next = row + 1;
        }
        broken
    }

    pub(super) fn push(&mut self, path: &[&'static str], row: Row) {
        let label = self.label(path);
        self.rows.push(label);
        self.matrices.a.push(row.a);
        self.matrices.b.push(row.b);
        self.matrices.c.push(row.c);
    }

    pub(super) fn name_column(&mut self, path: &[&'static str]) {
        let label = self.label(path);
        self.columns.push(label);
    }

    fn label(&mut self, path: &[&'static str]) -> usize {
        let name = path.join("/");
        let known = self.labels.iter().rposition(|l| *l == name);
        known.unwrap_or_else(|| {
            self.labels.push(name);
            self.labels.len() - 1
        })
    }
}
