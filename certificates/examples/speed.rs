//! How many codes one core verifies in a second, from text to verdict. Prints JSON.
//! `cargo run -p luyin-certificates --release --example speed`

use std::error::Error;
use std::time::{Duration, Instant};

use luyin_certificates::Moment;
use luyin_certificates::hc1::{RevocationList, Verifier};
use luyin_certificates::specimen::{self, SpecimenIssuer, Token};
use serde_json::json;

const DURATION: Duration = Duration::from_secs(3);
/// Different codes, so that nothing can be remembered from the one before.
const CODES: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let issuer = SpecimenIssuer::new()?;
    let (trust, mut revoked) = (issuer.trust(&[])?, RevocationList::new());
    revoked.add_identifier("URN:UVCI:01:XX:ANOTHER");
    let clock = Moment::parse("2021-07-01")?;
    let verifier = Verifier {
        trust: &trust,
        revoked: &revoked,
        clock,
    };
    let token = Token::of(&specimen::vaccination())?;
    let codes: Result<Vec<String>, _> = (0..CODES).map(|_| issuer.code(&token)).collect();
    let codes = codes?;

    let begin = Instant::now();
    let mut verified = 0_u64;
    while begin.elapsed() < DURATION {
        for code in &codes {
            verifier.verify(code)?;
            verified += 1;
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let figures = json!({
        "what": "HC1 codes verified, ES256, one thread",
        "verified": verified,
        "seconds": seconds,
        "per_second": verified as f64 / seconds,
        "characters_of_a_code": codes.first().map(String::len),
        "aim_per_second": 5_000,
    });
    println!("{figures:#}");
    Ok(())
}
