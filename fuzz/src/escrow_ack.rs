//! What a trustee signs when it has stored a share.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex};
use luyin_protocol::field::{Owner, ShareCommitment};
use luyin_protocol::signature::Sha256Hash;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the commitment is overlooked",
    seeds,
};

/// One encoding of what is signed.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, EscrowAckBody::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::overlooks_the_rest::<EscrowAckBody>)
}

fn seeds() -> Vec<Seed> {
    let trustee = TrusteeIndex::all().last().expect("there are five");
    let body = EscrowAckBody {
        enrolment: Sha256Hash::of(b"enrolment"),
        owner: Owner::from_value(sample::number(52)),
        trustee,
        commitment: ShareCommitment::from_value(sample::number(58)),
    };
    vec![("of-the-fifth-trustee", body.to_vec())]
}
