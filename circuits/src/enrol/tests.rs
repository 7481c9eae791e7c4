use super::forgers::{answers, forgers};
use super::*;
use crate::audit::sample::Sample;
use crate::audit::{
    Tamper, Vary, check_every_label_has_a_forger, check_inputs_determine_the_witness,
    check_relation_and_circuit_agree, check_tampers_break_their_clause,
    check_the_forgery_end_to_end, other,
};
use crate::curve::Fr;
use crate::statement::Statement;
use luyin_protocol::field::{MaskCommitment, NoteCommitment, Owner, SealedHash, ShareCommitment};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::{IdentitySecret, Mask, RevocationHandle};
use luyin_protocol::time::{Day, Slot};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn every_group_of_rows_has_a_forger_that_only_it_stops() {
    check_every_label_has_a_forger::<Enrol>(&forgers(), &answers());
}

#[test]
fn the_declared_inputs_determine_the_witness() {
    check_inputs_determine_the_witness::<Enrol>(&forgers().iter().map(|f| f.drops).collect());
}

#[test]
fn a_share_that_does_not_fit_is_believed_only_without_its_rows() {
    check_the_forgery_end_to_end(&forgers(), &answers(), "d/share");
}

impl Vary for Enrol {
    fn vary(public: &mut Public, private: &mut Private, rng: &mut StdRng) {
        match rng.gen_range(0..6) {
            0 => public.sealed_hash = SealedHash::from_value(other(public.sealed_hash.value())),
            1 => private.mask = Mask::from_bits(rng.gen_range(0..3)),
            2 => private.coefficients[rng.gen_range(0..2)] = Fr::from(rng.r#gen::<u64>()),
            3 => {
                let (day, slot) = (Day::new(rng.r#gen()), Slot::new(rng.r#gen()));
                *public = private.public(day, slot, public.sealed_hash);
            }
            4 => private.rh = RevocationHandle::from_value(Fr::from(rng.r#gen::<u64>())),
            _ => *public = private.public(public.fresh_day, public.first_slot, public.sealed_hash),
        }
    }
}

#[test]
fn the_relation_and_the_circuit_agree() {
    check_relation_and_circuit_agree::<Enrol>();
}

const TAMPERS: &[Tamper<Enrol>] = &[
    (Clause::A, |p, _| {
        p.owner = Owner::from_value(other(p.owner.value()))
    }),
    (Clause::A, |_, w| {
        w.sk = IdentitySecret::from_value(other(w.sk.expose()))
    }),
    (Clause::B, |p, _| {
        p.mask_commitment = MaskCommitment::from_value(other(p.mask_commitment.value()));
    }),
    (Clause::B, |_, w| {
        w.mask = Mask::from_bits(w.mask.bits() ^ 1)
    }),
    (Clause::B, |_, w| w.mask_salt = other(w.mask_salt)),
    (Clause::C, |p, _| {
        p.cm = NoteCommitment::from_value(other(p.cm.value()))
    }),
    (Clause::C, |p, _| {
        p.fresh_day = Day::new(p.fresh_day.get() ^ 1)
    }),
    // A note that begins later, and so sleeps longer, than the ledger is told.
    (Clause::C, |p, _| {
        p.first_slot = Slot::new(p.first_slot.get() ^ 1)
    }),
    (Clause::C, |_, w| w.rho = other(w.rho)),
    (Clause::C, |_, w| {
        w.rh = RevocationHandle::from_value(other(w.rh.expose()))
    }),
    (Clause::D, |p, _| p.shares.swap(0, 1)),
    (Clause::D, |p, _| {
        p.shares[4] = ShareCommitment::from_value(other(p.shares[4].value()))
    }),
    (Clause::D, |_, w| {
        w.coefficients[0] = other(w.coefficients[0])
    }),
    (Clause::D, |_, w| {
        w.coefficients[1] = other(w.coefficients[1])
    }),
    (Clause::D, |_, w| w.salts[2] = other(w.salts[2])),
];

#[test]
fn each_tamper_breaks_the_clause_it_names() {
    check_tampers_break_their_clause::<Enrol>(Clause::ALL, Enrol::honest, TAMPERS);
}

#[test]
fn any_three_shares_rebuild_the_handle_and_each_opens_its_commitment() {
    let (public, private) = Enrol::honest(&mut StdRng::seed_from_u64(8));
    for (i, commitment) in (1u64..).zip(public.shares) {
        let salt = private.salts[i as usize - 1];
        let opened = hash(Tag::Share, &[Fr::from(i), private.share(i), salt]);
        assert_eq!(commitment.value(), opened);
    }
    // Lagrange at zero over 1, 2, 3 and over 1, 3, 5, the latter times 8.
    let s = |i| private.share(i);
    let three = Fr::from(3u64);
    assert_eq!(three * s(1) - three * s(2) + s(3), private.rh.expose());
    let (a, b, c) = (Fr::from(15u64), Fr::from(10u64), Fr::from(3u64));
    assert_eq!(
        a * s(1) - b * s(3) + c * s(5),
        Fr::from(8u64) * private.rh.expose()
    );
}

#[test]
fn a_share_off_the_polynomial_is_refused() {
    let (mut public, private) = Enrol::honest(&mut StdRng::seed_from_u64(9));
    let alien = hash(
        Tag::Share,
        &[Fr::from(5u64), Fr::from(1u64), private.salts[4]],
    );
    public.shares[4] = ShareCommitment::from_value(alien);
    assert_eq!(Enrol::check(&public, &private), Err(Clause::D));
}

#[test]
fn an_input_that_no_row_ties_down_could_be_exchanged_in_a_finished_proof() {
    check_the_forgery_end_to_end(&forgers(), &answers(), "e");
}
