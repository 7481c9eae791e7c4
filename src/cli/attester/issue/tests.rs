use std::cell::{Cell, RefCell};

use luyin_keys::signing::SigningKey;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::codec::Canonical;
use luyin_protocol::field::Nym;
use luyin_protocol::signature::{Domain, NetworkId};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{Attest, Tx};

use super::*;
use luyin_device::client::{Problem, Receipt};

const TODAY: Day = Day::new(18_779);

struct Scene {
    dir: tempfile::TempDir,
    posted: RefCell<Vec<Attest>>,
    fail_from: Cell<usize>,
    block_day: Cell<Day>,
}

impl Scene {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            posted: RefCell::default(),
            fail_from: Cell::new(usize::MAX),
            block_day: Cell::new(TODAY),
        }
    }

    fn issue(&self, kind: AttestationKind, table: &[u8]) -> Result<Summary, IssueError> {
        let csv = self.dir.path().join("table.csv");
        std::fs::write(&csv, table).unwrap();
        let did = Did::from_bytes([1; 32]);
        let (key, network) = (
            SigningKey::from_secret(&luyin_keys::keystore::SecretBytes::new([5; 32])),
            NetworkId::from_bytes([2; 32]),
        );
        let sign = |body: &[u8]| key.sign(Domain::Transaction, &network, body);
        let post = |tx: &Tx| {
            let Tx::Attest(batch) = tx else {
                panic!("a batch");
            };
            let body = Attest::body(&batch.issuer, batch.kind, &batch.bodies);
            let public = key.public();
            public
                .verify(Domain::Transaction, &network, &body, &batch.signature)
                .unwrap();
            let mut posted = self.posted.borrow_mut();
            if posted.len() >= self.fail_from.get() {
                return Err(ClientError::Refused {
                    peer: "node".to_owned(),
                    problem: Problem {
                        kind: "urn:luyin:problem:quota-exceeded".to_owned(),
                        title: String::new(),
                        status: 403,
                        detail: String::new(),
                    },
                });
            }
            posted.push(batch.clone());
            Ok(Receipt {
                entry: 10 + u64::try_from(posted.len()).unwrap(),
                height: 1,
                time: Timestamp::new(self.block_day.get().start().get() + 1),
            })
        };
        let desk = Desk {
            did,
            sign: &sign,
            post: &post,
        };
        let sheet = Sheet {
            issuer: did.issuer(),
            kind,
            today: TODAY,
            fever_tenths: 373,
        };
        issue(&desk, &sheet, &csv, &self.out(), Say::Json)
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn held(&self, row: u64) -> HeldAttestation {
        let path = self.out().join(format!("{row}.attestation.json"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }
}

fn nym(n: u64) -> String {
    Nym::from_value(n.into()).to_string()
}

#[test]
fn every_row_is_issued_or_quarantined_with_its_reason_as_it_stood() {
    let scene = Scene::new();
    let day = TODAY.to_iso();
    let mut table = format!(
        "binding,day,value\n{a},{day},negative\n{a},{day},negative\nxyz,{day},negative\n\
         {b},{day},=cmd()\n{b},{day}\n{b},{day},positive,more\n",
        a = nym(1),
        b = nym(2),
    )
    .into_bytes();
    table.extend_from_slice(b"\xff\xfe,2021-06-01,negative\n");
    table.extend_from_slice(format!("{},{day},positive\n", nym(2)).as_bytes());
    let summary = scene.issue(AttestationKind::Test, &table).unwrap();
    assert_eq!((summary.rows, summary.issued), (8, 2));
    let rows: Vec<u64> = summary.quarantined.iter().map(|q| q.row).collect();
    assert_eq!(rows, [2, 3, 4, 5, 6, 7]);
    assert!(summary.quarantined[0].reason.contains("row 1"));
    let quarantine = std::fs::read_to_string(scene.out().join("quarantine.csv")).unwrap();
    assert_eq!(quarantine.lines().count(), 7);
    assert!(quarantine.contains("'=cmd()"), "no formula: {quarantine}");
    assert_eq!(scene.held(1).attestation.0.binding.to_string(), nym(1));
    assert_eq!(scene.held(1).tree_day, TODAY);
    assert!(!scene.out().join("3.attestation.json").exists());
}

#[test]
fn the_posted_bodies_are_those_of_the_holders_files_in_batches() {
    let scene = Scene::new();
    let mut table = "binding,day,value\n".to_owned();
    let count = u64::try_from(MAX_BATCH).unwrap() + 3;
    for n in 0..count {
        table.push_str(&format!("{},{},2\n", nym(n), TODAY.to_iso()));
    }
    let summary = scene
        .issue(AttestationKind::Vaccination, table.as_bytes())
        .unwrap();
    assert_eq!(
        (summary.issued, summary.entries.clone()),
        (count, vec![11, 12])
    );
    let posted = scene.posted.borrow();
    let sizes: Vec<usize> = posted.iter().map(|b| b.bodies.len()).collect();
    assert_eq!(sizes, [MAX_BATCH, 3]);
    assert_eq!(posted[1].bodies[2], scene.held(count).attestation.0.body());
    let days = listed(&scene.out().join("issued.csv")).unwrap();
    assert_eq!(days.len(), 1);
    assert_eq!(days[0].0, TODAY);
    assert_eq!(days[0].1.len(), usize::try_from(count).unwrap());
    assert_eq!(days[0].1[0], scene.held(1).attestation.0.leaf());
}

#[test]
fn a_refused_batch_says_what_stands_and_lists_it() {
    let scene = Scene::new();
    scene.fail_from.set(1);
    let mut table = "binding,day,value\n".to_owned();
    for n in 0..u64::try_from(MAX_BATCH).unwrap() + 1 {
        table.push_str(&format!("{},{},36.5\n", nym(n), TODAY.to_iso()));
    }
    let refused = scene.issue(AttestationKind::Reading, table.as_bytes());
    let Err(IssueError::Post {
        batch,
        batches,
        posted,
        ..
    }) = refused
    else {
        panic!("the second batch is refused");
    };
    assert_eq!((batch, batches, posted), (2, 2, MAX_BATCH));
    let days = listed(&scene.out().join("issued.csv")).unwrap();
    assert_eq!(days[0].1.len(), MAX_BATCH);
}

#[test]
fn a_batch_that_falls_into_the_next_day_says_so_in_the_holders_file() {
    let scene = Scene::new();
    scene.block_day.set(TODAY.plus(1));
    let day = TODAY.to_iso();
    let table = format!(
        "binding,day,value,card_day\n{},{day},420100;JPN,{day}\n",
        nym(1)
    );
    scene
        .issue(AttestationKind::Itinerary, table.as_bytes())
        .unwrap();
    let held = scene.held(1);
    assert_eq!((held.scope_day, held.tree_day), (TODAY, TODAY.plus(1)));
    assert!(!held.attestation.0.to_vec().is_empty());
}
