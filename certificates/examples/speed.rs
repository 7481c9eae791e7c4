//! How many codes one core verifies in a second, from text to verdict, beside what `ring` alone does with their signatures
//! in the same run. Prints JSON.
//! `cargo run --locked -p luyin-certificates --release --example speed`

use std::error::Error;
use std::time::{Duration, Instant};

use luyin_certificates::Moment;
use luyin_certificates::hc1::{RevocationList, Verifier};
use luyin_certificates::specimen::{self, SpecimenIssuer, Token};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::json;

/// One after the other, so that whatever else the machine does meets both; short, so that it leaves some of them alone.
const ROUNDS: u32 = 200;
const ROUND: Duration = Duration::from_millis(20);
/// Different codes, so that nothing can be remembered from the one before.
const CODES: usize = 64;
/// A message of about the length that a certificate's signature is over.
const SIGNED: usize = 300;

/// How often something was done, in which time, and how often a second in the best round.
#[derive(Default)]
struct Count {
    done: u32,
    seconds: f64,
    best: f64,
}

impl Count {
    /// Does it with each code for a round.
    fn round(
        &mut self,
        mut each: impl FnMut(usize) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let (begin, mut done) = (Instant::now(), 0);
        while begin.elapsed() < ROUND {
            for code in 0..CODES {
                each(code)?;
                done += 1;
            }
        }
        let seconds = begin.elapsed().as_secs_f64();
        self.done += done;
        self.seconds += seconds;
        self.best = self.best.max((f64::from(done) / seconds).round());
        Ok(())
    }

    fn per_second(&self) -> f64 {
        (f64::from(self.done) / self.seconds).round()
    }
}

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
    let message = [7; SIGNED];
    let signatures: Result<Vec<Vec<u8>>, _> = (0..CODES).map(|_| issuer.sign(&message)).collect();
    let signatures = signatures?;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, issuer.public_key());

    let (mut whole, mut bare) = (Count::default(), Count::default());
    for _ in 0..ROUNDS {
        whole.round(|code| {
            let code = codes.get(code).ok_or("no such code")?;
            verifier.verify(code)?;
            Ok(())
        })?;
        bare.round(|code| {
            let signature = signatures.get(code).ok_or("no such signature")?;
            let verified = key.verify(&message, signature);
            verified.map_err(|_| "a signature does not hold".into())
        })?;
    }
    let figures = json!({
        "what": "HC1 codes verified a second on one thread, ES256, from text to verdict",
        "verified": whole.done,
        "per_second": whole.per_second(),
        "best_round_per_second": whole.best,
        "raw_limit": "ring alone: ES256 signatures over 300 bytes verified a second, in turns with the above",
        "raw_limit_per_second": bare.per_second(),
        "raw_limit_best_round_per_second": bare.best,
        "of_raw_limit_in_best_rounds": (whole.best / bare.best * 100.0).round() / 100.0,
        "characters_of_a_code": codes.first().map(String::len),
        "aim_per_second": 5_000,
    });
    println!("{figures:#}");
    Ok(())
}
