//! Policies.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::policy::Policy;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the policy is overlooked",
    seeds,
};

/// One encoding a policy.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, Policy::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::overlooks_the_rest::<Policy>)
}

fn seeds() -> Vec<Seed> {
    let mut plain = sample::policy();
    plain.predicates.show_mask = false;
    plain.predicates.max_test_age = None;
    plain.paper = false;
    vec![
        ("all-demands", sample::policy().to_vec()),
        ("few-demands", plain.to_vec()),
    ]
}
