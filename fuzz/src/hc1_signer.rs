//! The X.509 certificates of a trust list.

use crate::{Outcome, Seed, Target, fault, law, specimens};
use luyin_certificates::hc1::{KeyId, Kind, Signer, SignerFault, TrustList};
use luyin_certificates::specimen::certificate;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a byte behind the certificate is overlooked, and the key has a second name",
    seeds,
};

/// A key has one name: a signer's is the hash of all bytes, and no other bytes make the same signer beside it.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<Signer, SignerFault>) -> Outcome {
    let outcome = law::nothing_to_spare(data, &read);
    if read(data).is_ok() {
        let named = TrustList::new().add_certificate(data);
        assert_eq!(named, Ok(KeyId::of_certificate(data)), "under another name");
    }
    outcome
}

/// A key has one name, and nothing follows a certificate.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Signer::from_certificate)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, fault::overlooks_a_byte(Signer::from_certificate))
}

fn seeds() -> Vec<Seed> {
    let made = |kinds: &[Kind]| certificate(&specimens::point(), kinds).expect("a certificate");
    let cut = made(&[]).into_iter().take(100).collect();
    vec![
        ("for-all-kinds", made(&[])),
        ("for-tests", made(&[Kind::Test])),
        ("not-whole", cut),
    ]
}
