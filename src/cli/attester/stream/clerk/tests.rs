use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use luyin_device::client::{Problem, Receipt};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::attestation::{AttestationKind, leaf};
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::signature::{Domain, NetworkId};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::Tx;
use serde_json::json;

use super::super::line::Reader;
use super::*;

const TODAY: Day = Day::new(18_779);
const KIND: AttestationKind = AttestationKind::Test;

/// A ledger that can fail before and after it has done what it was asked to.
#[derive(Default)]
struct Town {
    leaves: RefCell<BTreeSet<(Day, AttestationLeaf)>>,
    posts: RefCell<Vec<usize>>,
    quota: Cell<usize>,
    day: Cell<u16>,
    /// So many posts are not answered before they reach the ledger.
    down: Cell<u32>,
    /// So many are not answered after.
    unheard: Cell<u32>,
    waits: Cell<u32>,
    /// Panics at the next post, as a process that is killed.
    kill: Cell<Option<bool>>,
}

fn did() -> Did {
    Did::from_bytes([1; 32])
}

fn refused(slug: &str) -> ClientError {
    ClientError::Refused {
        peer: "node".to_owned(),
        problem: Problem {
            kind: format!("urn:luyin:problem:{slug}"),
            title: String::new(),
            status: 409,
            detail: String::new(),
        },
    }
}

fn unreachable() -> ClientError {
    ClientError::Unreachable {
        peer: "node".to_owned(),
        reason: "refused".to_owned(),
    }
}

fn one_less(cell: &Cell<u32>) -> bool {
    let left = cell.get();
    cell.set(left.saturating_sub(1));
    left > 0
}

impl Town {
    fn new() -> Self {
        let town = Self::default();
        town.quota.set(usize::MAX);
        town.day.set(TODAY.get());
        town
    }

    fn today(&self) -> Day {
        Day::new(self.day.get())
    }

    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        if one_less(&self.down) {
            return Err(unreachable());
        }
        let entry = match tx {
            Tx::Attest(batch) => self.attest(batch.kind, &batch.bodies)?,
            Tx::AttestWithdrawn(back) => {
                for leaf in &back.leaves {
                    if !self.leaves.borrow_mut().remove(&(back.day, *leaf)) {
                        return Err(refused(WITHDRAWN));
                    }
                }
                900
            }
            _ => panic!("an attester's transaction"),
        };
        if one_less(&self.unheard) {
            return Err(unreachable());
        }
        Ok(Receipt {
            entry,
            height: 1,
            time: Timestamp::new(self.today().start().get() + 1),
        })
    }

    fn attest(
        &self,
        kind: AttestationKind,
        bodies: &[luyin_protocol::field::AttestationBody],
    ) -> Result<u64, ClientError> {
        let kill = self.kill.take();
        assert_ne!(kill, Some(false), "killed before the post");
        self.posts.borrow_mut().push(bodies.len());
        if bodies.len() > self.quota.get() {
            return Err(refused(OVER_QUOTA));
        }
        let leaves = bodies.iter().map(|body| leaf(kind, did().issuer(), *body));
        let leaves: Vec<_> = leaves.map(|leaf| (self.today(), leaf)).collect();
        if leaves.iter().any(|one| self.leaves.borrow().contains(one)) {
            return Err(refused(REPEATED));
        }
        self.quota.set(self.quota.get() - bodies.len());
        self.leaves.borrow_mut().extend(leaves);
        assert_ne!(kill, Some(true), "killed after the post");
        Ok(u64::try_from(self.posts.borrow().len()).unwrap())
    }
}

impl Ledger for Town {
    fn today(&self) -> Result<Day, ClientError> {
        Ok(self.today())
    }
    fn attested(&self, day: Day, leaf: &AttestationLeaf) -> Result<bool, WalletError> {
        Ok(self.leaves.borrow().contains(&(day, *leaf)))
    }
    fn wait(&self, _: &dyn Display, _: u32) {
        self.waits.set(self.waits.get() + 1);
    }
}

/// One run of the stream over the same directory and ledger.
fn run(town: &Town, dir: &Path, lines: &[serde_json::Value]) -> Result<Vec<Answer>, StreamError> {
    let (key, network) = (
        SigningKey::from_secret(&SecretBytes::new([5; 32])),
        NetworkId::from_bytes([2; 32]),
    );
    let sign = |body: &[u8]| key.sign(Domain::Transaction, &network, body);
    let post = |tx: &Tx| town.post(tx);
    let desk = Desk {
        did: did(),
        sign: &sign,
        post: &post,
    };
    let sheet = Sheet {
        issuer: did().issuer(),
        kind: KIND,
        today: town.today(),
        fever_tenths: 373,
    };
    let reader = Reader {
        network,
        attester: did(),
        kind: KIND,
    };
    let out = dir.join("out");
    let mut clerk = Clerk {
        desk: &desk,
        ledger: town,
        out: &out,
        journal: Journal::open(&dir.join("journal"), town.today())?,
    };
    clerk.resume()?;
    let read = |line: &serde_json::Value| reader.read(line.to_string().as_bytes(), sheet.today);
    clerk.work(&sheet, lines.iter().map(read).collect())
}

fn line(n: u64) -> serde_json::Value {
    json!({"id": format!("S{n}"), "binding": Nym::from_value(n.into()), "value": "negative"})
}

fn held(answer: &Answer) -> HeldAttestation {
    let Answer::Issued { file, .. } = answer else {
        panic!("{answer:?}");
    };
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn reasons(answers: &[Answer]) -> Vec<&str> {
    let reason = |answer: &Answer| match answer {
        Answer::Refused { reason, .. } => reason.clone(),
        Answer::Issued { .. } => "issued".to_owned(),
        Answer::Withdrawn { .. } => "withdrawn".to_owned(),
    };
    let all: Vec<String> = answers.iter().map(reason).collect();
    all.into_iter().map(|text| &*text.leak()).collect()
}

#[test]
fn what_came_together_is_one_batch_and_each_line_is_answered_in_its_place() {
    let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
    let mut other = line(1);
    other["value"] = json!("positive");
    let bad = json!({"id": "B", "binding": "xyz", "value": "negative"});
    let lines = [line(1), bad, line(2), line(1), other, json!("nonsense")];
    let answers = run(&town, dir.path(), &lines).unwrap();
    let expected = [
        "issued",
        "row_binding",
        "issued",
        "issued",
        "id_reused",
        "malformed",
    ];
    assert_eq!(reasons(&answers), expected);
    assert_eq!(answers[0], answers[3]);
    assert_eq!(*town.posts.borrow(), [2]);
    let first = held(&answers[0]);
    assert_eq!(first.tree_day, TODAY);
    let leaf = first.attestation.0.leaf();
    assert!(town.leaves.borrow().contains(&(TODAY, leaf)));
}

#[test]
fn a_line_repeated_after_a_restart_is_answered_the_same_and_not_issued_twice() {
    let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
    let first = run(&town, dir.path(), &[line(1), line(2)]).unwrap();
    town.day.set(TODAY.get() + 1);
    let again = run(&town, dir.path(), &[line(2), line(1), line(3)]).unwrap();
    assert_eq!((&again[0], &again[1]), (&first[1], &first[0]));
    assert_eq!(*town.posts.borrow(), [2, 1]);
    let mut other = line(1);
    other["value"] = json!("positive");
    let refused = run(&town, dir.path(), &[other]).unwrap();
    assert_eq!(reasons(&refused), ["id_reused"]);
}

#[test]
fn a_run_killed_before_or_after_the_ledger_took_a_batch_ends_with_one_attestation() {
    for after in [false, true] {
        let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
        town.kill.set(Some(after));
        let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            run(&town, dir.path(), &[line(1)])
        }));
        assert!(killed.is_err());
        // The next run is the next day's: the leaf may stand in the tree of the day before.
        town.day.set(TODAY.get() + 1);
        let answers = run(&town, dir.path(), &[line(1)]).unwrap();
        assert_eq!(reasons(&answers), ["issued"]);
        assert_eq!(town.leaves.borrow().len(), 1, "after: {after}");
        let day = if after { TODAY } else { TODAY.plus(1) };
        assert_eq!(held(&answers[0]).tree_day, day);
        assert!(
            matches!(&answers[0], Answer::Issued { tree_day, .. } if *tree_day == day.to_iso())
        );
    }
}

#[test]
fn a_node_that_is_down_is_waited_for_and_a_lost_answer_issues_nothing_twice() {
    let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
    town.down.set(3);
    let answers = run(&town, dir.path(), &[line(1)]).unwrap();
    assert_eq!((reasons(&answers), town.waits.get()), (vec!["issued"], 3));
    town.unheard.set(1);
    let answers = run(&town, dir.path(), &[line(2)]).unwrap();
    assert_eq!(reasons(&answers), ["issued"]);
    assert_eq!(town.leaves.borrow().len(), 2);
    assert_eq!(*town.posts.borrow(), [1, 1]);
}

#[test]
fn what_the_quota_still_takes_is_issued_and_the_rest_may_come_again() {
    let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
    town.quota.set(5);
    let lines: Vec<_> = (0..16).map(line).collect();
    let answers = run(&town, dir.path(), &lines).unwrap();
    let issued = reasons(&answers).iter().filter(|r| **r == "issued").count();
    assert_eq!(issued, 5);
    assert_eq!(reasons(&answers)[5..], [OVER_QUOTA; 11]);
    assert!(town.posts.borrow().len() < 10, "{:?}", town.posts.borrow());
    let files = std::fs::read_dir(dir.path().join("out")).unwrap().count();
    assert_eq!(files, 5, "none of what was refused");
    town.quota.set(100);
    let answers = run(&town, dir.path(), &lines).unwrap();
    assert_eq!(reasons(&answers), ["issued"; 16]);
    assert_eq!(town.leaves.borrow().len(), 16);
}

#[test]
fn a_line_takes_back_what_another_issued_once_and_its_id_stays_used() {
    let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
    let back = |n: u64| json!({"id": format!("S{n}"), "withdraw": "mixed-up samples"});
    let answers = run(&town, dir.path(), &[line(1), line(2), back(1), back(9)]).unwrap();
    let expected = ["issued", "issued", "withdrawn", "not_issued"];
    assert_eq!(reasons(&answers), expected);
    assert_eq!(town.leaves.borrow().len(), 1);
    town.unheard.set(1);
    let answers = run(&town, dir.path(), &[back(1), line(1), back(2)]).unwrap();
    assert_eq!(
        reasons(&answers),
        ["withdrawn", "id_withdrawn", "withdrawn"]
    );
    assert!(town.leaves.borrow().is_empty());
}

#[test]
fn a_begun_batch_whose_file_is_gone_stops_the_stream() {
    let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
    town.kill.set(Some(true));
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(&town, dir.path(), &[line(1)])
    }));
    assert!(killed.is_err());
    std::fs::remove_dir_all(dir.path().join("out")).unwrap();
    let stopped = run(&town, dir.path(), &[line(1)]);
    assert!(matches!(stopped, Err(StreamError::Lost(_))));
}

#[test]
fn the_journal_holds_no_result_and_no_nym() {
    let (town, dir) = (Town::new(), tempfile::tempdir().unwrap());
    run(&town, dir.path(), &[line(7)]).unwrap();
    let journal = std::fs::read_to_string(dir.path().join("journal")).unwrap();
    assert!(journal.contains("S7"));
    assert!(!journal.contains("negative") && !journal.contains("positive"));
    assert!(!journal.contains(&Nym::from_value(7_u64.into()).to_string()));
}
