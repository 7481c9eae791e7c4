//! Two policies: one that asks for little, one for much.

use luyin_protocol::policy::{Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::time::Timestamp;

pub(super) fn lenient() -> Policy {
    Policy {
        reference: PolicyRef { id: 2, version: 1 },
        name_zh: "临时通行".into(),
        name_en: "Temporary".into(),
        effective: Timestamp::new(1_000),
        grace_ms: 0,
        thresholds: Thresholds::standard(),
        predicates: Predicates {
            slot_lag: 2,
            min_normal: 1,
            window_a: 0x3fff,
            window_b: 1,
            max_test_age: None,
            min_doses: None,
            max_reading_age: None,
            max_itinerary_age: None,
            fresh_horizon: 30,
            fresh_normal: 0,
            show_mask: true,
        },
        paper: true,
        gate_code: false,
    }
}

pub(super) fn strict() -> Policy {
    let base = lenient();
    Policy {
        reference: PolicyRef { id: 1, version: 1 },
        name_zh: "复工通行".into(),
        name_en: "Return to work".into(),
        predicates: Predicates {
            slot_lag: 1,
            min_normal: 2,
            window_b: 0x3fff,
            max_test_age: Some(7),
            fresh_normal: 7,
            show_mask: false,
            ..base.predicates.clone()
        },
        paper: false,
        ..base
    }
}
