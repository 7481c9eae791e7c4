use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Barrier;

use ark_bn254::Fr;
use luyin_certificates::evidence::{Asked, EvidenceFault};
use luyin_certificates::hc1::{self, Kind, RevocationList};
use luyin_certificates::lists::{self, Trust};
use luyin_certificates::specimen::{self, SpecimenIssuer, Token};
use luyin_device::client::{ClientError, Problem, Receipt};
use luyin_device::enrolment::Surname;
use luyin_device::wallet::{HeldAttestation, NymCard};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_keys::signing::SigningKey;
use luyin_protocol::attestation::Statement;
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::note::Mask;
use luyin_protocol::signature::{Domain, NetworkId};
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Attest, Tx};
use serde_json::{Value, json};

use super::bridge::{BridgeError, Checks, Issued, Judge};
use super::shown::Shown;
use super::used::{Progress, UsedCertificates};
use crate::cli::attester::issue::listed;
use luyin_device::attester::{CardFault, Desk};

const ATTESTER: Did = Did::from_bytes([1; 32]);
const NETWORK: NetworkId = NetworkId::from_bytes([2; 32]);

fn today() -> Day {
    Day::from_iso("2021-07-01").unwrap()
}

fn card(holder: u64) -> NymCard {
    NymCard {
        network: NETWORK,
        attester: ATTESTER,
        day: today(),
        nym: Nym::from_value(Fr::from(holder)),
        mask: Mask::new(Surname::of_name("王某").index(), 12).unwrap(),
    }
}

fn refused_with(kind: &str, status: u16) -> ClientError {
    ClientError::Refused {
        peer: "node".to_owned(),
        problem: Problem {
            kind: format!("urn:luyin:problem:{kind}"),
            title: String::new(),
            status,
            detail: String::new(),
        },
    }
}

fn silent() -> ClientError {
    ClientError::Unreachable {
        peer: "node".to_owned(),
        reason: "gone".to_owned(),
    }
}

/// A desk with its register, and a ledger that says what it is told to.
struct Scene {
    dir: tempfile::TempDir,
    issuer: SpecimenIssuer,
    trust: Trust,
    revoked: RevocationList,
    judge: Option<Judge>,
    now: Timestamp,
    fails: Cell<Option<fn() -> ClientError>>,
    posted: RefCell<Vec<Attest>>,
}

impl Scene {
    fn new() -> Self {
        let issuer = SpecimenIssuer::new().unwrap();
        let trust = Trust {
            signers: issuer.trust(&[]).unwrap(),
            ..Trust::default()
        };
        Self {
            dir: tempfile::tempdir().unwrap(),
            issuer,
            trust,
            revoked: RevocationList::new(),
            judge: None,
            now: today().start().plus_ms(10 * 3_600_000),
            fails: Cell::new(None),
            posted: RefCell::default(),
        }
    }

    fn code(&self, payload: &Value) -> Shown {
        Shown::Hc1(self.issuer.code(&Token::of(payload).unwrap()).unwrap())
    }

    fn used(&self) -> UsedCertificates {
        register(self.dir.path())
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn checks(&self) -> Checks<'_> {
        Checks {
            trust: &self.trust,
            revoked: &self.revoked,
            judge: self.judge.as_ref(),
            now: self.now,
            network: NETWORK,
        }
    }

    fn issue(&self, shown: &Shown, asked: Asked, card: &NymCard) -> Result<Issued, BridgeError> {
        let key = SigningKey::from_secret(&SecretBytes::new([5; 32]));
        let sign = |body: &[u8]| key.sign(Domain::Transaction, &NETWORK, body);
        let (checks, used) = (self.checks(), self.used());
        let checked = checks.check(shown, asked)?;
        let post = |tx: &Tx| {
            let claimed = used
                .of(&checked.evidence.mark)
                .unwrap()
                .expect("claimed first");
            assert_eq!(claimed.progress, Progress::Begun);
            assert!(
                self.out().read_dir().unwrap().next().is_some(),
                "no file for the holder"
            );
            if let Some(fails) = self.fails.get() {
                return Err(fails());
            }
            let Tx::Attest(batch) = tx else {
                panic!("an attestation");
            };
            self.posted.borrow_mut().push(batch.clone());
            Ok(Receipt {
                entry: 7,
                height: 1,
                time: self.now,
            })
        };
        let desk = Desk {
            did: ATTESTER,
            sign: &sign,
            post: &post,
        };
        checks.issue(&checked, card, &desk, &used, &self.out())
    }

    fn vaccination(&self, card: &NymCard) -> Result<Issued, BridgeError> {
        self.issue(
            &self.code(&specimen::vaccination()),
            Asked::Vaccination,
            card,
        )
    }

    fn refusal(&self, shown: &Shown, asked: Asked) -> BridgeError {
        let refusal = self.issue(shown, asked, &card(1)).unwrap_err();
        assert!(
            !self.out().exists() && self.posted.borrow().is_empty(),
            "half issued"
        );
        refusal
    }
}

fn register(dir: &Path) -> UsedCertificates {
    let secret = Secret::Passphrase(Passphrase::new("correct horse battery").unwrap());
    let weak = Strength::weak_for_tests(NonZeroU32::new(2).unwrap());
    UsedCertificates::open(&dir.join("used"), &secret, weak).unwrap()
}

#[test]
fn a_certificate_becomes_an_attestation_bound_to_the_card() {
    let scene = Scene::new();
    let issued = scene.vaccination(&card(1)).unwrap();
    let attestation = &issued.held.attestation.0;
    assert_eq!(attestation.statement, Statement::Vaccination { doses: 2 });
    assert_eq!(attestation.day.to_iso(), "2021-05-29");
    assert_eq!(attestation.binding, card(1).nym);
    assert_eq!(
        (issued.held.scope_day, issued.held.tree_day),
        (today(), today())
    );
    let written: HeldAttestation =
        serde_json::from_slice(&std::fs::read(&issued.file).unwrap()).unwrap();
    assert_eq!(written, issued.held);
    let list = issued
        .file
        .to_str()
        .unwrap()
        .replace("attestation.json", "issued.csv");
    let leaves = listed(Path::new(&list)).unwrap();
    assert_eq!(leaves, [(today(), vec![attestation.leaf()])]);
    assert_eq!(scene.posted.borrow()[0].bodies, [attestation.body()]);

    let test = scene
        .issue(&scene.code(&specimen::test()), Asked::Test, &card(2))
        .unwrap();
    let attestation = &test.held.attestation.0;
    assert_eq!(attestation.statement, Statement::Test { negative: true });
}

#[test]
fn one_certificate_is_attested_to_one_card_even_signed_anew() {
    let scene = Scene::new();
    let first = scene.vaccination(&card(1)).unwrap();
    // Every call has it signed anew.
    let lent = scene.vaccination(&card(2)).unwrap_err();
    assert!(matches!(lent, BridgeError::Lent), "{lent}");
    let tomorrow = NymCard {
        day: today().plus(1),
        ..card(1)
    };
    assert!(matches!(
        scene.vaccination(&tomorrow),
        Err(BridgeError::Lent)
    ));
    std::fs::remove_file(&first.file).unwrap();
    let again = scene.vaccination(&card(1)).unwrap();
    assert_eq!(again, first);
    assert!(again.file.exists());
    assert_eq!(scene.posted.borrow().len(), 1);
}

#[test]
fn what_a_crash_began_the_same_card_takes_up_and_no_other_does() {
    let mut scene = Scene::new();
    scene.fails.set(Some(silent));
    let failed = scene.vaccination(&card(1)).unwrap_err();
    assert!(matches!(failed, BridgeError::Post(_)), "{failed}");
    let begun = scene.out().read_dir().unwrap().count();
    assert_eq!(begun, 1);
    scene.fails.set(None);
    assert!(matches!(
        scene.vaccination(&card(2)),
        Err(BridgeError::Lent)
    ));
    // A refusal after it does not tell what came of the run before.
    scene
        .fails
        .set(Some(|| refused_with("not-accredited", 403)));
    scene.vaccination(&card(1)).unwrap_err();
    scene.fails.set(None);
    assert!(matches!(
        scene.vaccination(&card(2)),
        Err(BridgeError::Lent)
    ));
    scene.now = scene.now.plus_ms(24 * 3_600_000);
    let issued = scene.vaccination(&card(1)).unwrap();
    assert_eq!(
        (issued.held.scope_day, issued.held.tree_day),
        (today(), today().plus(1))
    );
    let stem = issued.file.file_name().unwrap().to_str().unwrap();
    assert!(stem.starts_with(&issued.held.attestation.0.leaf().to_string()[..16]));
    assert_eq!(
        scene.out().read_dir().unwrap().count(),
        2,
        "the leaf stayed the same"
    );
}

#[test]
fn a_leaf_that_stands_already_was_posted_by_the_run_that_crashed() {
    let scene = Scene::new();
    scene.fails.set(Some(silent));
    scene.vaccination(&card(1)).unwrap_err();
    scene
        .fails
        .set(Some(|| refused_with("repeated-attestation", 409)));
    let issued = scene.vaccination(&card(1)).unwrap();
    assert_eq!((issued.entry, issued.held.tree_day), (None, today()));
    scene.fails.set(Some(silent));
    assert_eq!(scene.vaccination(&card(1)).unwrap(), issued, "posted twice");
}

#[test]
fn what_the_ledger_refuses_does_not_use_the_certificate_up() {
    let scene = Scene::new();
    scene
        .fails
        .set(Some(|| refused_with("quota-exceeded", 403)));
    scene.vaccination(&card(1)).unwrap_err();
    scene.fails.set(None);
    scene.vaccination(&card(2)).unwrap();
    assert!(matches!(
        scene.vaccination(&card(1)),
        Err(BridgeError::Lent)
    ));
}

#[test]
fn of_desks_that_take_one_certificate_at_once_one_issues() {
    let scene = Scene::new();
    let code = scene.code(&specimen::vaccination());
    let (dir, trust, now) = (scene.dir.path(), &scene.trust, scene.now);
    register(dir);
    let together = Barrier::new(4);
    let desk = |holder: u64| {
        let revoked = RevocationList::new();
        let checks = Checks {
            trust,
            revoked: &revoked,
            judge: None,
            now,
            network: NETWORK,
        };
        let key = SigningKey::from_secret(&SecretBytes::new([5; 32]));
        let sign = |body: &[u8]| key.sign(Domain::Transaction, &NETWORK, body);
        let post = |_: &Tx| {
            Ok(Receipt {
                entry: holder,
                height: 1,
                time: now,
            })
        };
        let desk = Desk {
            did: ATTESTER,
            sign: &sign,
            post: &post,
        };
        let checked = checks.check(&code, Asked::Vaccination).unwrap();
        let used = register(dir);
        together.wait();
        checks.issue(&checked, &card(holder), &desk, &used, &dir.join("out"))
    };
    let outcomes = std::thread::scope(|scope| {
        let desks = [1, 2, 3, 4].map(|holder| scope.spawn(move || desk(holder)));
        desks.map(|desk| desk.join().unwrap())
    });
    let issued = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let lent = |outcome: &&Result<Issued, BridgeError>| matches!(outcome, Err(BridgeError::Lent));
    assert_eq!((issued, outcomes.iter().filter(lent).count()), (1, 3));
}

#[test]
fn a_certificate_that_does_not_hold_is_refused_by_name_and_leaves_nothing() {
    let mut scene = Scene::new();
    let vaccination = specimen::vaccination();
    let code = scene.code(&vaccination);
    let hc1 = |scene: &Scene, shown: &Shown| match scene.refusal(shown, Asked::Vaccination) {
        BridgeError::Hc1(refusal) => refusal,
        other => panic!("{other}"),
    };
    let stranger = SpecimenIssuer::new().unwrap();
    let altered = stranger.code(&Token::of(&vaccination).unwrap()).unwrap();
    assert_eq!(hc1(&scene, &Shown::Hc1(altered)), hc1::Refusal::Altered);
    let mut token = Token::of(&vaccination).unwrap();
    token.protected.key_id = b"unknown!".to_vec();
    let unknown = Shown::Hc1(scene.issuer.code(&token).unwrap());
    assert!(matches!(hc1(&scene, &unknown), hc1::Refusal::UnknownKey(_)));
    token.protected.key_id.clear();
    token.unprotected.key_id = specimen::KEY.to_vec();
    let unsigned = Shown::Hc1(scene.issuer.code(&token).unwrap());
    assert!(matches!(
        scene.refusal(&unsigned, Asked::Vaccination),
        BridgeError::Evidence(EvidenceFault::KeyNameUnsigned)
    ));
    assert!(matches!(
        scene.refusal(&code, Asked::Test),
        BridgeError::Evidence(EvidenceFault::OtherKind(Kind::Vaccination, Asked::Test))
    ));
    scene.trust.signers = scene.issuer.trust(&[Kind::Test]).unwrap();
    assert_eq!(
        hc1(&scene, &code),
        hc1::Refusal::KeyUsage(Kind::Vaccination)
    );
    scene.trust.signers = scene.issuer.trust(&[]).unwrap();
    scene.revoked.add_identifier("URN:UVCI:01:XX:SPECIMEN#1");
    assert_eq!(hc1(&scene, &code), hc1::Refusal::Revoked);
    scene.revoked = RevocationList::new();
    scene.now = Day::from_iso("2022-07-01").unwrap().start();
    assert!(matches!(hc1(&scene, &code), hc1::Refusal::Expired(_)));
    scene.now = Day::from_iso("2021-05-30").unwrap().start();
    assert!(matches!(hc1(&scene, &code), hc1::Refusal::NotYetValid(_)));
}

#[test]
fn a_day_that_has_not_come_is_not_attested() {
    let scene = Scene::new();
    let mut vaccination = specimen::vaccination();
    vaccination["v"][0]["dt"] = json!("2021-07-02");
    let code = scene.code(&vaccination);
    let refusal = scene.refusal(&code, Asked::Vaccination);
    assert!(matches!(refusal, BridgeError::NotADay), "{refusal}");
}

#[test]
fn a_card_of_another_day_attester_network_or_surname_is_refused() {
    let scene = Scene::new();
    let other = |change: fn(&mut NymCard)| {
        let mut card = card(1);
        change(&mut card);
        scene.vaccination(&card).unwrap_err()
    };
    assert!(matches!(
        other(|c| c.day = c.day.minus(1)),
        BridgeError::OtherDay { .. }
    ));
    assert!(matches!(
        other(|c| c.day = c.day.plus(1)),
        BridgeError::OtherDay { .. }
    ));
    let attester = |c: &mut NymCard| c.attester = Did::from_bytes([9; 32]);
    assert!(matches!(
        other(attester),
        BridgeError::Card(CardFault::OtherAttester)
    ));
    let network = |c: &mut NymCard| c.network = NetworkId::from_bytes([9; 32]);
    assert!(matches!(
        other(network),
        BridgeError::Card(CardFault::OtherNetwork)
    ));

    let named = |name: &str| {
        let mut vaccination = specimen::vaccination();
        vaccination["nam"]["fn"] = json!(name);
        scene.issue(&scene.code(&vaccination), Asked::Vaccination, &card(1))
    };
    assert!(matches!(named("李"), Err(BridgeError::OtherSurname)));
    assert!(!scene.out().exists(), "half issued");
    // In Latin letters it is for the person at the desk to compare.
    named("王").unwrap();
}

#[test]
fn rules_refuse_with_their_name_and_what_they_demand() {
    let mut scene = Scene::new();
    let rule = json!([{
        "Identifier": "VR-DE-0001", "Type": "Acceptance", "Country": "DE", "Version": "1.0.0",
        "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "0.7.5",
        "CertificateType": "Vaccination",
        "Description": [{ "lang": "zh", "desc": "须接种三剂。" }],
        "ValidFrom": "2021-06-01T00:00:00Z", "ValidTo": "2022-06-01T00:00:00Z",
        "AffectedFields": ["v.0.dn"],
        "Logic": { ">=": [{ "var": "payload.v.0.dn" }, 3] },
    }]);
    let judge = |arrival: &str| Judge {
        rules: lists::rules(rule.to_string().as_bytes()).unwrap(),
        arrival: arrival.to_owned(),
        value_sets: json!({}),
    };
    scene.judge = Some(judge("DE"));
    let code = scene.code(&specimen::vaccination());
    let refusal = scene.refusal(&code, Asked::Vaccination).to_string();
    assert!(refusal.contains("VR-DE-0001: 须接种三剂。"), "{refusal}");
    scene.judge = Some(judge("FR"));
    assert!(matches!(
        scene.refusal(&code, Asked::Vaccination),
        BridgeError::NoRule
    ));
    let card = Shown::Card("eyJ.a.b".to_owned());
    assert!(matches!(
        scene.refusal(&card, Asked::Vaccination),
        BridgeError::RulesForCard
    ));
    scene.judge = Some(judge("DE"));
    let mut third = specimen::vaccination();
    third["v"][0]["dn"] = json!(3);
    let code = scene.code(&third);
    scene
        .issue(&code, Asked::Vaccination, &super::tests::card(1))
        .unwrap();
}

#[test]
fn nothing_that_is_kept_shows_a_name_or_a_certificate() {
    let scene = Scene::new();
    scene.vaccination(&card(1)).unwrap();
    let kept = ["used", "out"].map(|dir| scene.dir.path().join(dir));
    let files: Vec<PathBuf> = kept
        .iter()
        .flat_map(|dir| std::fs::read_dir(dir).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 4);
    for file in files {
        let shown = [
            file.as_os_str().as_encoded_bytes(),
            &std::fs::read(&file).unwrap(),
        ]
        .concat();
        for word in ["Specimen", "SPECIMEN", "Anna", "ANNA", "1964", "UVCI"] {
            let found = shown
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "{word} in {}", file.display());
        }
    }
}
