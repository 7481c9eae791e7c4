use super::*;
use crate::audit::sample::Sample;
use crate::statement::Statement;
use crate::{absorb::Absorb, checkin::Checkin, enrol::Enrol, pass::Pass};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn proves<S: Sample>() {
    let mut rng = StdRng::seed_from_u64(1);
    let key = ProverKey::<S>::development(&mut rng).unwrap();
    let vk = PreparedVk::new(S::NAME, key.verifying_key()).unwrap();
    let (public, private) = S::honest(&mut rng);
    let proof = prove(&key, &public, &private, &mut rng).unwrap();
    verify(&vk, &S::inputs(&public), &proof).unwrap();
}

#[test]
fn an_enrolment_proves() {
    proves::<Enrol>();
}
#[test]
fn a_checkin_proves() {
    proves::<Checkin>();
}
#[test]
fn an_absorption_proves() {
    proves::<Absorb>();
}
#[test]
fn a_pass_proves() {
    proves::<Pass>();
}
