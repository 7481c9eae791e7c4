//! Project Wycheproof's ECDSA signatures over P-256 and SHA-256 in the form of IEEE P1363.

use std::path::Path;

use super::files::{self, SuiteFault};
use super::outcome::Outcome;
use crate::signature::{Algorithm, VerifyingKey};

const FILE: &str = "ecdsa_secp256r1_sha256_p1363_test.json";

pub fn run(folder: &Path) -> Result<Outcome, SuiteFault> {
    let path = folder.join(FILE);
    let fault = |what| SuiteFault::Form(path.clone(), what);
    let bytes = |json, key| {
        let decoded = hex::decode(files::string(json, key));
        decoded.map_err(|_| fault("a value is not hexadecimal"))
    };
    let mut outcome = Outcome::new();
    for group in files::list(&files::json(&path)?, "testGroups", &path)? {
        let key = VerifyingKey::from_spki(&bytes(group, "publicKeyDer")?);
        let key = key.map_err(|_| fault("a group has no key"))?;
        for test in files::list(group, "tests", &path)? {
            let (message, signature) = (bytes(test, "msg")?, bytes(test, "sig")?);
            let verified = key.verify(Algorithm::Es256, &message, &signature).is_ok();
            let expected = files::string(test, "result");
            let as_expected = verified == (expected == "valid");
            let number = test.get("tcId").map(ToString::to_string);
            outcome.count(
                number.unwrap_or_default(),
                as_expected
                    .then_some(())
                    .ok_or_else(|| format!("is not {expected}")),
            );
        }
    }
    Ok(outcome)
}
