//! What wallets are told.

use luyin_device::wallet::{Form, Symptom, Temperature};

/// A temperature in tenths of a degree, and symptoms.
pub fn form(tenths: u16, symptoms: &[Symptom]) -> Form {
    Form {
        temperature: Temperature::from_tenths(tenths).unwrap(),
        symptoms: symptoms.to_vec(),
        contacts: vec![],
    }
}

/// 36.5 degrees and nothing else.
pub fn well() -> Form {
    form(365, &[])
}
