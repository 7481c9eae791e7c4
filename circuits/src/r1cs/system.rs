use super::number::{Bit, Num};
use super::shape::{Row, Shape};
use crate::curve::Fr;
use ark_ff::{BigInteger, Field, PrimeField};
use zeroize::Zeroize;

#[cfg(test)]
use crate::audit::Overrides;

/// Every column's value: one, the public inputs, the private ones. Wiped when dropped.
pub struct Assignment {
    values: Vec<Fr>,
    inputs: usize,
}

impl Assignment {
    /// One, then the public inputs, then the witness.
    #[must_use]
    pub fn values(&self) -> &[Fr] {
        &self.values
    }

    /// The public inputs.
    #[must_use]
    pub fn inputs(&self) -> &[Fr] {
        self.values.get(1..=self.inputs).unwrap_or_default()
    }

    /// The witness.
    #[must_use]
    pub fn witness(&self) -> &[Fr] {
        self.values.get(self.inputs + 1..).unwrap_or_default()
    }
}

impl Drop for Assignment {
    fn drop(&mut self) {
        self.values.zeroize();
    }
}

/// What one run of a circuit writes into: the values, and where asked for, the rows.
pub struct System {
    values: Vec<Fr>,
    inputs: usize,
    path: Vec<&'static str>,
    shape: Option<Shape>,
    #[cfg(test)]
    overrides: Overrides,
}

impl System {
    /// Values only, which is all that proving needs.
    #[must_use]
    pub fn for_witness() -> Self {
        // Room for the largest circuit: a vector that grows leaves copies of secrets behind.
        let mut values = Vec::with_capacity(1 << 14);
        values.push(Fr::ONE);
        Self {
            values,
            inputs: 0,
            path: Vec::new(),
            shape: None,
            #[cfg(test)]
            overrides: Overrides::default(),
        }
    }

    /// Values and rows.
    #[must_use]
    pub fn for_shape() -> Self {
        Self {
            shape: Some(Shape::default()),
            ..Self::for_witness()
        }
    }

    /// A witness that deviates from the honest one where it is told to.
    #[cfg(test)]
    pub(crate) fn for_forgery(overrides: Overrides) -> Self {
        Self {
            overrides,
            ..Self::for_witness()
        }
    }

    /// The values of all columns.
    #[must_use]
    pub fn into_assignment(self) -> Assignment {
        Assignment {
            values: self.values,
            inputs: self.inputs,
        }
    }

    /// The rows, where they were asked for.
    #[must_use]
    pub fn into_shape(self) -> Option<Shape> {
        let (inputs, columns) = (self.inputs, self.values.len());
        self.shape.map(|mut shape| {
            shape.matrices.num_inputs = inputs;
            shape.matrices.num_witnesses = columns - inputs - 1;
            shape
        })
    }

    /// Runs `body` under one more part of the label.
    pub fn within<T>(&mut self, name: &'static str, body: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name);
        let out = body(self);
        self.path.pop();
        out
    }

    /// Adds a public input. All of them come before the first witness: their columns are the
    /// first, whatever a witness holds.
    pub fn input(&mut self, value: Fr) -> Num {
        assert_eq!(
            self.values.len(),
            self.inputs + 1,
            "public inputs come before witnesses"
        );
        self.inputs += 1;
        #[cfg(test)]
        let value = self.overrides.apply(&["input"], value);
        self.column(value)
    }

    /// Adds a private column.
    pub fn witness(&mut self, value: Fr) -> Num {
        #[cfg(test)]
        let value = self.overrides.apply(&self.path, value);
        self.column(value)
    }

    fn column(&mut self, value: Fr) -> Num {
        let column = self.values.len();
        self.values.push(value);
        if let Some(shape) = &mut self.shape {
            shape.name_column(&self.path);
        }
        Num::column(value, self.shape.is_some().then_some(column))
    }

    /// Demands `a * b = c`.
    pub fn enforce(&mut self, a: &Num, b: &Num, c: &Num) {
        if let Some(shape) = &mut self.shape {
            shape.push(
                &self.path,
                Row {
                    a: a.row(),
                    b: b.row(),
                    c: c.row(),
                },
            );
        }
    }

    /// Demands `x = 0`.
    pub fn enforce_zero(&mut self, x: &Num) {
        self.enforce(x, &Num::small(1), &Num::small(0));
    }

    /// Demands `x = y`.
    pub fn enforce_equal(&mut self, x: &Num, y: &Num) {
        self.enforce_zero(&(x - y));
    }

    /// `a * b`, at the price of one row unless one of them is a constant.
    pub fn mul(&mut self, a: &Num, b: &Num) -> Num {
        if a.is_constant() {
            return b.scale(a.value());
        }
        if b.is_constant() {
            return a.scale(b.value());
        }
        let product = self.witness(a.value() * b.value());
        self.enforce(a, b, &product);
        product
    }

    /// A private bit.
    pub fn bit(&mut self, value: bool) -> Bit {
        let bit = self.witness(Fr::from(value));
        self.enforce_boolean(&bit);
        Bit::known(bit)
    }

    /// Demands that `x` is zero or one.
    pub fn enforce_boolean(&mut self, x: &Num) {
        self.enforce(x, &(x - &Num::small(1)), &Num::small(0));
    }

    /// `n` private bits, the low ones of `value`. Nothing ties them to `value` yet.
    pub fn low_bits(&mut self, value: Fr, n: usize) -> Vec<Bit> {
        let value = value.into_bigint();
        (0..n).map(|i| self.bit(value.get_bit(i))).collect()
    }
}
