//! Policies that stories need.

use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::time::Timestamp;

/// One normal day is enough, and no mask is shown: what a wallet that checked in can prove.
pub fn lenient(effective: Timestamp) -> Policy {
    Policy {
        reference: PolicyRef { id: 1, version: 1 },
        name_zh: "通行".into(),
        name_en: "Passing".into(),
        effective,
        grace_ms: DEFAULT_GRACE_MS,
        thresholds: Thresholds::standard(),
        predicates: Predicates {
            slot_lag: 1,
            min_normal: 1,
            window_a: 1,
            window_b: 0x3f,
            max_test_age: None,
            min_doses: None,
            max_reading_age: None,
            max_itinerary_age: None,
            fresh_horizon: 30,
            fresh_normal: 7,
            show_mask: false,
        },
        paper: false,
        gate_code: false,
    }
}
