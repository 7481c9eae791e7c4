//! Cases that come out otherwise than their suite says, each with the reason why that is right.

/// A case whose expected result this crate does not give.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    pub suite: &'static str,
    pub case: &'static str,
    pub reason: &'static str,
}

const VALUE_SETS: &str = "a code outside the value sets, which change without the schema: rules judge codes, not the schema";
const OTHER_JSON: &str = "the file's JSON shows another certificate than its code holds";

const fn dgc(case: &'static str, reason: &'static str) -> Exception {
    let suite = "dgc-testdata";
    Exception {
        suite,
        case,
        reason,
    }
}

const REVOKED: &str =
    "the issuer's own list revokes it; the tools check the list, and not the card against it";

const fn shc(case: &'static str, reason: &'static str) -> Exception {
    let suite = "shc-cards";
    Exception {
        suite,
        case,
        reason,
    }
}

pub const EXCEPTIONS: &[Exception] = &[
    dgc("FR/2DCode/raw/test_pcr_ok.json", OTHER_JSON),
    dgc(
        "HU/2DCode/raw/3.json",
        "the testing centre has 100 characters, where the schema allows 80",
    ),
    dgc("PL/1.0.0/2DCode/raw/7.json", VALUE_SETS),
    dgc("PL/1.0.0/2DCode/raw/8.json", VALUE_SETS),
    dgc("PL/1.0.0/2DCode/raw/9.json", VALUE_SETS),
    dgc("PL/1.2.1/2DCode/raw/7.json", VALUE_SETS),
    dgc("PL/1.2.1/2DCode/raw/8.json", VALUE_SETS),
    dgc("PL/1.2.1/2DCode/raw/9.json", VALUE_SETS),
    dgc("PL/1.3.0/2DCode/raw/1.json", OTHER_JSON),
    dgc("PL/1.3.0/2DCode/raw/5.json", OTHER_JSON),
    dgc("PL/1.3.0/2DCode/raw/7.json", VALUE_SETS),
    dgc("PL/1.3.0/2DCode/raw/8.json", VALUE_SETS),
    dgc("PL/1.3.0/2DCode/raw/9.json", VALUE_SETS),
    dgc("PT/1.3.0/2DCode/raw/4.json", OTHER_JSON),
    shc("Cards: valid 03 JWS (example-03-d-jws.txt)", REVOKED),
    shc(
        "Cards: valid 03 health card (example-03-e-file.smart-health-card)",
        REVOKED,
    ),
    shc(
        "Cards: valid 03 QR numeric (example-03-f-qr-code-numeric-value-0.txt)",
        REVOKED,
    ),
    shc(
        "Cards: health card w/ trailing chars (test-example-00-e-file-trailing_chars.smart-health-card)",
        "white space around the JSON of a file that people keep harms nobody",
    ),
    shc(
        "Cards: missing coding (test-example-00-b-jws-payload-expanded-missing-coding.json)",
        "bundles are not held against FHIR profiles",
    ),
    shc(
        "Cards: single segment QR (test-example-00-g-qr-code-0-single_qr_segment.png)",
        "how a square code is divided into segments does not change what it says",
    ),
    Exception {
        suite: "shc-keys",
        case: "invalid_chain.public.json",
        reason: "chains of certificates are not followed: the list of issuers says whom to trust",
    },
];

/// The reason why a case of this suite comes out otherwise, if it is known to.
pub fn reason(suite: &str, case: &str) -> Option<&'static str> {
    let known = EXCEPTIONS.iter();
    let mut known = known.filter(|known| known.suite == suite && known.case == case);
    known.next().map(|known| known.reason)
}
