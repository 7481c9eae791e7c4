//! Transactions as requests carry them: base64 of their bytes.

use crate::entry::transactions::transactions;
use crate::{Outcome, Seed, Target, law};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin::service::ServiceError;
use luyin::service::submission::{Request, Submission, decode};
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::tx::{Tx, TxKind};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "line ends within the base64 are passed over",
    seeds,
};

fn decoded(text: &str) -> Result<Tx, ServiceError> {
    let submission = Submission {
        tx: text.to_owned(),
    };
    let request = Request {
        kinds: &TxKind::ALL,
        caller: None,
        key: None,
        body: text.as_bytes(),
    };
    decode(&submission, &request)
}

fn encoded(tx: &Tx) -> String {
    STANDARD.encode(tx.to_vec())
}

/// One text a transaction.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, decoded, encoded)
}

fn planted(data: &[u8]) -> Outcome {
    law::one_spelling(
        data,
        |text| decoded(&text.replace(char::is_whitespace, "")),
        encoded,
    )
}

fn seeds() -> Vec<Seed> {
    let all = transactions().into_iter();
    let some = all.filter(|(name, _)| ["did-create", "check-in", "audit-batch"].contains(name));
    some.map(|(name, tx)| (name, encoded(&tx).into_bytes()))
        .collect()
}
