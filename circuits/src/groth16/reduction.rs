use ark_ff::PrimeField;
use ark_groth16::r1cs_to_qap::{LibsnarkReduction, R1CSToQAP, evaluate_constraint};
use ark_poly::EvaluationDomain;
use ark_relations::gr1cs::{ConstraintSystemRef, Matrix, SynthesisError};

type Evaluations<F> = (Vec<F>, Vec<F>, Vec<F>, F, usize, usize);

/// The reduction of snarkjs: the quotient is given by its values on the odd coset of the domain
/// of twice the size, and the key's `h` query holds the Lagrange basis of that coset.
///
/// The instance map is libsnark's. Dividing by the vanishing polynomial is not needed, since on
/// the coset it is a constant that the key's `h` query takes up.
pub struct CircomReduction;

impl R1CSToQAP for CircomReduction {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        cs: ConstraintSystemRef<F>,
        t: &F,
    ) -> Result<Evaluations<F>, SynthesisError> {
        LibsnarkReduction::instance_map_with_evaluation::<F, D>(cs, t)
    }

    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        matrices: &[Matrix<F>],
        num_inputs: usize,
        num_constraints: usize,
        full_assignment: &[F],
    ) -> Result<Vec<F>, SynthesisError> {
        let [a, b, ..] = matrices else {
            return Err(SynthesisError::Unsatisfiable);
        };
        let evaluate = |matrix: &Matrix<F>| {
            let rows = matrix.iter().take(num_constraints);
            rows.map(|row| evaluate_constraint(row, full_assignment))
                .collect()
        };
        quotient::<F, D>(evaluate(a), evaluate(b), &full_assignment[..num_inputs])
    }

    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        max_power: usize,
        t: F,
        _zt: F,
        delta_inverse: F,
    ) -> Result<Vec<F>, SynthesisError> {
        // Z has as many powers as the domain is large, the quotient one fewer.
        let mut power = delta_inverse;
        let mut scalars = Vec::with_capacity(2 * max_power + 1);
        for _ in 0..=2 * max_power {
            scalars.push(power);
            power *= t;
        }
        let domain = D::new(scalars.len()).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        domain.ifft_in_place(&mut scalars);
        Ok(scalars.into_iter().skip(1).step_by(2).collect())
    }
}

/// Values of `A * B - C` on the odd coset, from the values of `A` and `B` on the rows.
///
/// `C`'s values on the rows are the products: what is not so, no proof comes out of. `inputs`
/// starts with the constant one; the rows that bind the inputs follow the constraints.
pub(super) fn quotient<F: PrimeField, D: EvaluationDomain<F>>(
    mut a: Vec<F>,
    mut b: Vec<F>,
    inputs: &[F],
) -> Result<Vec<F>, SynthesisError> {
    let domain = D::new(a.len() + inputs.len()).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
    let size = domain.size();
    let root = D::new(2 * size)
        .ok_or(SynthesisError::PolynomialDegreeTooLarge)?
        .element(1);
    a.extend_from_slice(inputs);
    a.resize(size, F::zero());
    b.resize(size, F::zero());
    let mut c: Vec<F> = a.iter().zip(&b).map(|(a, b)| *a * b).collect();
    for values in [&mut a, &mut b, &mut c] {
        domain.ifft_in_place(values);
        D::distribute_powers_and_mul_by_const(values, root, F::one());
        domain.fft_in_place(values);
    }
    for ((a, b), c) in a.iter_mut().zip(&b).zip(&c) {
        *a = *a * b - c;
    }
    Ok(a)
}
