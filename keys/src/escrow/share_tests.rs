use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::{OsRng, StdRng};

use super::*;

fn dealing(rh: u64) -> Dealing {
    make_shares(&RevocationHandle::from_value(Fr::from(rh)), &mut OsRng)
}

fn pick(dealing: &Dealing, numbers: &[usize]) -> Vec<Share> {
    numbers
        .iter()
        .map(|n| dealing.shares[n - 1].clone())
        .collect()
}

#[test]
fn every_three_of_five_give_the_handle() {
    let d = dealing(77);
    for a in 1..=5 {
        for b in 1..=5 {
            for c in 1..=5 {
                if a != b && b != c && a != c {
                    let rh = reconstruct(&pick(&d, &[a, b, c]), &d.commitments).unwrap();
                    assert_eq!(*rh, Fr::from(77_u64));
                }
            }
        }
    }
    let all = reconstruct(&d.shares, &d.commitments).unwrap();
    assert_eq!(*all, Fr::from(77_u64));
}

#[test]
fn two_shares_are_too_few_and_fit_every_handle() {
    let d = dealing(77);
    assert_eq!(
        reconstruct(&pick(&d, &[2, 5]), &d.commitments),
        Err(EscrowError::TooFew(2))
    );
    assert_eq!(
        reconstruct(&[], &d.commitments),
        Err(EscrowError::TooFew(0))
    );
    // For any handle there is a share of trustee 1 that the two shares agree with: they say nothing.
    let two = pick(&d, &[2, 5]);
    for guess in [0_u64, 1, 77, 1 << 40] {
        let zero = Fr::from(guess);
        let third = Share {
            index: indexes()[0],
            // Solves interpolate([1, 2, 5], 0) = guess for the value at 1.
            value: {
                let with_zero = [
                    Share {
                        index: indexes()[0],
                        value: Fr::zero(),
                        salt: Fr::zero(),
                    },
                    two[0].clone(),
                    two[1].clone(),
                ];
                let with_one = [
                    Share {
                        index: indexes()[0],
                        value: Fr::one(),
                        salt: Fr::zero(),
                    },
                    two[0].clone(),
                    two[1].clone(),
                ];
                let base = *interpolate(&with_zero, Fr::zero());
                let slope = *interpolate(&with_one, Fr::zero()) - base;
                (zero - base) / slope
            },
            salt: Fr::zero(),
        };
        let three = [third, two[0].clone(), two[1].clone()];
        assert_eq!(*interpolate(&three, Fr::zero()), zero);
    }
}

#[test]
fn a_false_share_names_its_trustee() {
    let d = dealing(5);
    for liar in 1..=5_usize {
        let mut value = d.shares.clone().to_vec();
        value[liar - 1].value += Fr::one();
        let mut salt = d.shares.clone().to_vec();
        salt[liar - 1].salt += Fr::one();
        for shares in [value, salt] {
            assert_eq!(
                reconstruct(&shares, &d.commitments),
                Err(EscrowError::FalseShare(indexes()[liar - 1]))
            );
        }
    }
}

#[test]
fn a_share_under_another_number_or_given_twice_is_refused() {
    let d = dealing(5);
    let mut renamed = pick(&d, &[1, 2, 3]);
    renamed[2].index = indexes()[3];
    assert_eq!(
        reconstruct(&renamed, &d.commitments),
        Err(EscrowError::FalseShare(indexes()[3]))
    );
    assert_eq!(
        reconstruct(&pick(&d, &[1, 2, 2]), &d.commitments),
        Err(EscrowError::Repeated(indexes()[1]))
    );
}

#[test]
fn a_fourth_share_off_the_polynomial_is_found_though_it_opens_its_commitment() {
    let mut d = dealing(5);
    d.shares[3].value += Fr::one();
    d.commitments[3] = d.shares[3].commitment();
    assert_eq!(
        reconstruct(&pick(&d, &[1, 2, 3, 4]), &d.commitments),
        Err(EscrowError::OffPolynomial(indexes()[3]))
    );
}

#[test]
fn the_coefficients_are_those_of_the_statement() {
    let d = dealing(9);
    let [a1, a2] = *d.coefficients;
    for share in &d.shares {
        let i = Fr::from(share.index.get());
        assert_eq!(share.value, Fr::from(9_u64) + a1 * i + a2 * i * i);
    }
}

#[test]
fn share_bytes_are_canonical() {
    let share = dealing(5).shares[4].clone();
    let bytes = share.to_bytes();
    assert_eq!(Share::from_bytes(bytes.as_ref()).unwrap(), share);
    for end in 0..Share::LEN {
        assert!(Share::from_bytes(&bytes[..end]).is_err());
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Share::from_bytes(&longer), Err(DecodeError::Trailing(1)));
    for index in [0, 6, 255] {
        let mut bad = *bytes;
        bad[0] = index;
        assert!(Share::from_bytes(&bad).is_err());
    }
    for range in [1..33, 33..65] {
        let mut bad = *bytes;
        bad[range].fill(0xFF);
        assert!(Share::from_bytes(&bad).is_err());
    }
}

#[test]
fn debugging_shares_prints_no_value() {
    let d = dealing(5);
    let value = d.shares[0].value.to_string();
    let text = format!("{d:?} {:?}", d.shares);
    assert!(!text.contains(&value) && text.contains("Share(1, ..)"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_handle_survives_dealing(seed in any::<u64>(), skip in 0_usize..5, skip2 in 0_usize..5) {
        let mut rng = StdRng::seed_from_u64(seed);
        let rh = Fr::rand(&mut rng);
        let d = make_shares(&RevocationHandle::from_value(rh), &mut rng);
        let shares: Vec<_> = d.shares.iter().enumerate()
            .filter(|(i, _)| *i != skip && *i != skip2).map(|(_, s)| s.clone()).collect();
        prop_assert_eq!(*reconstruct(&shares, &d.commitments).unwrap(), rh);
    }
}
