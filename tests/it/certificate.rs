//! A certificate that somebody holds already, from the desk that attests it to the pass that rests on it.

use super::support::company::Company;
use super::support::town::Said;
use super::support::wallets::well;
use super::support::world::{Member, START};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin::qr::to_png;
use luyin_certificates::hc1::{KeyId, Kind};
use luyin_certificates::specimen::{self, SpecimenIssuer, Token};
use luyin_device::qr::{Medium, QrImage};
use luyin_device::wallet::HeldAttestation;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::tx::{Accredit, GovernanceAction, Quota, Role};
use serde_json::{Value, json};

const YEAR: i64 = 365 * 86_400;

/// A company of two, an attester that may attest vaccinations too, an issuer of certificates on its trust list.
struct Clinic {
    company: Company,
    issuer: SpecimenIssuer,
    key: Vec<u8>,
}

impl Clinic {
    fn open(mut company: Company) -> Self {
        let kind = AttestationKind::Vaccination;
        let quota = Quota(100);
        company.govern(GovernanceAction::Accredit(Accredit {
            did: Member::Attester.did(),
            role: Role::Attester { kind, quota },
        }));
        let issuer = SpecimenIssuer::new().unwrap();
        let der = issuer
            .certificate(&[Kind::Vaccination, Kind::Test])
            .unwrap();
        let kid = KeyId::of_certificate(&der).to_string();
        let trust = json!({ "signers": [{ "kid": kid, "certificate": STANDARD.encode(der) }] });
        std::fs::write(company.town.path("trust.json"), trust.to_string()).unwrap();
        Self {
            company,
            issuer,
            key: STANDARD.decode(kid).unwrap(),
        }
    }

    /// Signed by this issuer under the key's name, issued a month before the story, for so many seconds.
    fn code(&self, by: &SpecimenIssuer, payload: &Value, seconds: i64) -> String {
        let issued = i64::try_from(START.get() / 1_000).unwrap() - 30 * 86_400;
        let mut token = Token::between(payload, issued, issued + seconds).unwrap();
        token.protected.key_id = self.key.clone();
        by.code(&token).unwrap()
    }

    fn show_card(&self, n: usize) {
        let day = self.company.world().now().day();
        let attester = Member::Attester.did();
        let card = self.company.staff[n].wallet.nym_card(None, attester, day);
        let text = serde_json::to_vec(&card.unwrap()).unwrap();
        std::fs::write(self.company.town.path("card.json"), text).unwrap();
    }

    /// What the desk's command says about a code, as a picture, shown by a person of the company.
    fn bridge(&self, n: usize, code: &str, more: &[&str]) -> Said {
        self.show_card(n);
        let picture = QrImage::draw(code, Medium::Paper).unwrap();
        let png = to_png(&picture, 4).unwrap();
        std::fs::write(self.company.town.path("certificate.png"), png).unwrap();
        let args = "attester certificate --keystore attester.keys --card card.json --certificate certificate.png \
                    --trust trust.json --used used --out attested";
        let mut args: Vec<&str> = args.split_whitespace().collect();
        args.extend_from_slice(more);
        if !more.contains(&"--kind") {
            args.extend_from_slice(&["--kind", "vaccination"]);
        }
        self.company.town.luyin(&args)
    }

    fn refused(&self, n: usize, code: &str, more: &[&str], why: &str) {
        let said = self.bridge(n, code, &[more, &["--compared"]].concat());
        assert!(said.refusal().contains(why), "{said:?}");
        let attested = self.company.town.path("attested");
        let files = std::fs::read_dir(attested).map_or(0, Iterator::count);
        assert!(files <= 2, "something was half issued");
    }
}

#[test]
fn a_certificate_is_attested_once_absorbed_and_opens_a_policy_of_doses() {
    let files = tempfile::tempdir().unwrap();
    let mut company = Company::found(files.path());
    company.hire_so_many(2);
    company.publish_policy(2, Some(2));
    company.next_epoch();
    company.clock(1, 7);
    company.check_in(1, None, |_| Some(well()));
    company.clock(1, 8);
    let refused = company.prove_under(0, 2).unwrap_err();
    assert!(refused.contains("dose"), "{refused}");

    let clinic = Clinic::open(company);
    let vaccination = specimen::vaccination();
    let code = clinic.code(&clinic.issuer, &vaccination, YEAR);
    every_fault_is_refused_by_its_name(&clinic, &vaccination, &code);

    // Without the word of the person at the desk the command shows what to compare, and issues nothing.
    let shown = clinic.bridge(0, &code, &[]).json();
    assert_eq!(
        (&shown["issued"], &shown["statement"]),
        (&json!(false), &json!("vaccination 2"))
    );
    assert_eq!(
        (&shown["birth"], &shown["mask"]["surname"]),
        (&json!("1964-08-12"), &json!("王"))
    );
    assert!(!clinic.company.town.path("attested").exists());

    let issued = clinic.bridge(0, &code, &["--compared"]).json();
    assert_eq!(
        (&issued["issued"], &issued["day"]),
        (&json!(true), &json!("2021-05-29"))
    );
    let file = clinic.company.town.path(issued["file"].as_str().unwrap());
    let held: HeldAttestation = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();

    clinic.refused(1, &code, &[], "used for another card");
    // Signed anew it is still the same certificate.
    let again = clinic.code(&clinic.issuer, &vaccination, YEAR);
    clinic.refused(1, &again, &[], "used for another card");
    let same = clinic.bridge(0, &again, &["--compared"]).json();
    assert_eq!(same["entry"], issued["entry"]);

    let Clinic { mut company, .. } = clinic;
    let lent = company.staff[1].wallet.receive(None, held.clone());
    assert!(lent.unwrap_err().to_string().contains("somebody else"));
    let wallet = &mut company.staff[0].wallet;
    wallet.receive(None, held).unwrap();
    let absorbed = wallet.absorb(None, &company.node, company.prover.as_ref());
    absorbed.unwrap();
    company.next_epoch();
    company.prove_under(0, 2).unwrap();
    assert!(company.prove_under(1, 2).unwrap_err().contains("dose"));
}

fn every_fault_is_refused_by_its_name(clinic: &Clinic, vaccination: &Value, code: &str) {
    let stranger = SpecimenIssuer::new().unwrap();
    let altered = clinic.code(&stranger, vaccination, YEAR);
    clinic.refused(0, &altered, &[], "altered, or another key signed it");
    let expired = clinic.code(&clinic.issuer, vaccination, 86_400);
    clinic.refused(0, &expired, &[], "expired at");
    let unknown = clinic
        .issuer
        .code(&Token::of(vaccination).unwrap())
        .unwrap();
    clinic.refused(0, &unknown, &[], "stands on the trust list");
    clinic.refused(
        0,
        code,
        &["--kind", "test"],
        "of vaccination, and one of test is asked for",
    );
    let mark = listed_mark("URN:UVCI:01:XX:SPECIMEN#1");
    std::fs::write(
        clinic.company.town.path("revoked.json"),
        json!([mark]).to_string(),
    )
    .unwrap();
    clinic.refused(0, code, &["--revoked", "revoked.json"], "was revoked");
}

/// As the EU's lists write the hash of an identifier.
fn listed_mark(identifier: &str) -> String {
    use sha2::Digest as _;
    STANDARD.encode(&sha2::Sha256::digest(identifier.as_bytes())[..16])
}
