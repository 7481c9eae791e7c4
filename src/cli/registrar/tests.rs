use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ark_bn254::Fr;
use luyin_keys::escrow::make_shares;
use luyin_keys::sealed::{Passphrase, Secret};
use luyin_keys::voprf::{Blinded, Evaluation, UidKey};
use luyin_protocol::field::NoteCommitment;
use luyin_protocol::note::{Mask, RevocationHandle};
use luyin_protocol::sealed::{SEALED_NOTE_LEN, SealedNote};
use luyin_protocol::signature::{Domain, ProofBytes, Signature};
use luyin_protocol::time::{Day, Slot, Timestamp};
use luyin_protocol::tx::{Enrol, Tx};
use rand::rngs::OsRng;
use tempfile::TempDir;

use super::enrol::Post;
use super::panel::Desk;
use super::*;
use crate::trustee::HandedShare;
use crate::trustee::fixture::World;
use luyin_device::client::{Encoded, EncodedBytes, Problem, Receipt, ShareDelivery};
use luyin_device::enrolment::{MaskSalt, mask_commitment, seal_share};

const ID: &str = "11010519491231002X";
const NAME: &str = "王某";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Honest,
    Silent,
    FalseKey,
    FalseSignature,
}

/// A trustee of the small world, behaving in one manner.
struct WorldDesk {
    world: Arc<World>,
    n: u8,
    manner: Manner,
}

fn silent() -> ClientError {
    ClientError::Unreachable {
        peer: "trustee".to_owned(),
        reason: "refused".to_owned(),
    }
}

impl Desk for WorldDesk {
    fn evaluate(&self, _now: Timestamp, blinded: &Blinded) -> Result<Evaluation, ClientError> {
        match self.manner {
            Manner::Silent => Err(silent()),
            Manner::FalseKey => {
                let other = UidKey::generate(&mut OsRng).unwrap();
                Ok(other.evaluate(blinded, &mut OsRng).unwrap())
            }
            Manner::Honest | Manner::FalseSignature => {
                let did = self.world.registrar_did;
                Ok(self.world.service(self.n).evaluate(&did, blinded).unwrap())
            }
        }
    }

    fn share(&self, _now: Timestamp, share: &ShareDelivery<'_>) -> Result<Signature, ClientError> {
        match self.manner {
            Manner::Silent => Err(silent()),
            Manner::FalseSignature => Ok(Signature::from_bytes([1; 64])),
            Manner::Honest | Manner::FalseKey => {
                let handed = HandedShare {
                    enrolment: *share.enrolment,
                    owner: *share.owner,
                    commitment: *share.commitment,
                    sealed: share.sealed.to_vec(),
                };
                Ok(self.world.service(self.n).accept(&handed).unwrap())
            }
        }
    }
}

/// A node that takes every identifier once, and may fall silent right after.
#[derive(Default)]
struct Taking(std::sync::Mutex<Vec<Enrol>>, AtomicUsize, AtomicBool);

const RECEIPT: Receipt = Receipt {
    entry: 40,
    height: 20,
    time: Timestamp::new(7),
};

impl Post for Taking {
    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        let Tx::Enrol(enrol) = tx else {
            panic!("an enrolment");
        };
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut taken = self.0.lock().unwrap();
        if taken.iter().any(|t| t.public.uid == enrol.public.uid) {
            return Err(ClientError::Refused {
                peer: "node".to_owned(),
                problem: Problem {
                    kind: "urn:luyin:problem:repeated-uid".to_owned(),
                    title: String::new(),
                    status: 409,
                    detail: String::new(),
                },
            });
        }
        taken.push(enrol.as_ref().clone());
        if self.2.load(Ordering::SeqCst) {
            return Err(silent());
        }
        Ok(RECEIPT)
    }

    fn find(&self, owner: &Owner) -> Result<Option<Receipt>, ClientError> {
        let taken = self.0.lock().unwrap();
        let found = taken.iter().any(|t| t.public.owner == *owner);
        Ok(found.then_some(RECEIPT))
    }
}

struct Scene {
    world: Arc<World>,
    data: TempDir,
    desks: Vec<WorldDesk>,
    node: Taking,
    register: Register,
}

impl Scene {
    fn new(manners: [Manner; 5]) -> Self {
        let (world, data) = (World::new(), tempfile::tempdir().unwrap());
        world.start_all(data.path());
        let desk = |(n, manner)| WorldDesk {
            world: Arc::clone(&world),
            n,
            manner,
        };
        let desks = (1..=5).zip(manners).map(desk).collect();
        let secret = Secret::Passphrase(Passphrase::new("correct horse").unwrap());
        let weak = Strength::weak_for_tests(NonZeroU32::new(2).unwrap());
        let register = Register::open(&data.path().join("register"), &secret, weak).unwrap();
        Self {
            world,
            data,
            desks,
            node: Taking::default(),
            register,
        }
    }

    fn with<T>(&self, work: impl FnOnce(&Office<'_, WorldDesk, Taking>) -> T) -> T {
        let network = self.world.parameters.id();
        let sign = |body: &[u8]| {
            self.world
                .registrar
                .sign(Domain::Transaction, &network, body)
        };
        work(&Office {
            did: self.world.registrar_did,
            network,
            sign: &sign,
            panel: Panel::new(&self.desks, &self.world.parameters).unwrap(),
            node: &self.node,
            register: &self.register,
        })
    }

    fn enrol(&self, request: &EnrolRequest) -> Result<enrol::Done, EnrolError> {
        let now = self.world.time_now();
        self.with(|office| office.enrol(&person(), request, now))
    }

    fn request(&self, owner: u64, mask: Mask) -> EnrolRequest {
        let owner = Owner::from_value(Fr::from(owner));
        let handle = RevocationHandle::from_value(Fr::from(3_u64));
        let dealing = make_shares(&handle, &mut OsRng);
        let network = self.world.parameters.id();
        let salt = MaskSalt::from_value(Fr::from(9_u64));
        let sealed = |i: usize| {
            let key = &self.world.parameters.trustees[i].seal;
            let sealed = seal_share(&network, &owner, &dealing.shares[i], key, &mut OsRng);
            EncodedBytes(sealed.unwrap())
        };
        EnrolRequest {
            network,
            owner,
            cm: NoteCommitment::from_value(Fr::from(8_u64)),
            mask_commitment: mask_commitment(mask, &salt),
            mask,
            mask_salt: salt,
            fresh_day: Day::new(0),
            first_slot: Slot::new(0),
            shares: dealing.commitments,
            sealed_shares: std::array::from_fn(sealed),
            sealed: Encoded(SealedNote::from_bytes([1; SEALED_NOTE_LEN])),
            proof: ProofBytes::from_bytes([2; 128]),
        }
    }
}

fn person() -> Person {
    Person {
        id: IdNumber::parse(ID).unwrap(),
        surname: Surname::of_name(NAME),
    }
}

fn mask() -> Mask {
    Mask::new(Surname::of_name(NAME).index(), 2).unwrap()
}

const HONEST: [Manner; 5] = [Manner::Honest; 5];

fn all_but(n: usize, manner: Manner) -> [Manner; 5] {
    let mut manners = HONEST;
    manners[n - 1] = manner;
    manners
}

#[test]
fn an_enrolment_bears_five_signatures_and_the_register_finds_it() {
    let scene = Scene::new(HONEST);
    let done = scene.enrol(&scene.request(5, mask())).unwrap();
    assert!(done.without.is_empty());
    let taken = scene.node.0.lock().unwrap();
    let enrol = &taken[0];
    assert_eq!(enrol.acks.len(), 5);
    let body = Enrol::body(&enrol.public, &enrol.proof, &enrol.registrar);
    let key = scene.world.registrar.public();
    let network = scene.world.parameters.id();
    key.verify(Domain::Transaction, &network, &body, &enrol.signature)
        .unwrap();
    let noted = scene.register.of(&person().id).unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0].progress, Progress::Posted { entry: 40 });
    assert_eq!(noted[0].uid, enrol.public.uid);
}

#[test]
fn with_one_trustee_silent_or_false_at_the_shares_four_go_on_and_name_it() {
    for (n, manner) in [(5, Manner::Silent), (4, Manner::FalseSignature)] {
        let scene = Scene::new(all_but(n, manner));
        let done = scene.enrol(&scene.request(5, mask())).unwrap();
        let named: Vec<usize> = done
            .without
            .iter()
            .map(|w| w.trustee.get().into())
            .collect();
        assert_eq!(named, [n]);
        assert_eq!(scene.node.0.lock().unwrap()[0].acks.len(), 4);
    }
}

#[test]
fn with_two_trustees_silent_nobody_is_enrolled_and_both_are_named() {
    let mut manners = all_but(4, Manner::Silent);
    manners[4] = Manner::FalseSignature;
    let scene = Scene::new(manners);
    let refused = scene.enrol(&scene.request(5, mask())).unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("only 3 of four"), "{text}");
    assert!(
        text.contains("trustee 4:") && text.contains("trustee 5: signed falsely"),
        "{text}"
    );
    assert_eq!(scene.node.1.load(Ordering::SeqCst), 0);
    assert!(scene.register.of(&person().id).unwrap().is_empty());
}

#[test]
fn an_evaluator_that_is_silent_or_lies_is_named_and_nobody_is_enrolled() {
    let scene = Scene::new(all_but(2, Manner::FalseKey));
    let refused = scene.enrol(&scene.request(5, mask())).unwrap_err();
    let EnrolError::Panel(PanelError::FalseEvaluator(liar)) = refused else {
        panic!("{refused}");
    };
    assert_eq!(liar.get(), 2);
    let scene = Scene::new(all_but(3, Manner::Silent));
    let refused = scene.enrol(&scene.request(5, mask())).unwrap_err();
    assert!(refused.to_string().contains("trustee 3:"), "{refused}");
    assert_eq!(scene.node.1.load(Ordering::SeqCst), 0);
}

#[test]
fn a_mask_of_another_surname_or_other_digits_is_refused_before_anyone_is_asked() {
    let scene = Scene::new(HONEST);
    let surname = Mask::new(Surname::of_name("李").index(), 2).unwrap();
    let refused = scene.enrol(&scene.request(5, surname)).unwrap_err();
    assert!(matches!(refused, EnrolError::OtherSurname));
    let digits = Mask::new(Surname::of_name(NAME).index(), 3).unwrap();
    let refused = scene.enrol(&scene.request(5, digits)).unwrap_err();
    assert!(matches!(refused, EnrolError::OtherDigits));
}

#[test]
fn a_person_with_two_wallets_is_enrolled_once_here_and_anywhere() {
    let scene = Scene::new(HONEST);
    scene.enrol(&scene.request(5, mask())).unwrap();
    let second = scene.enrol(&scene.request(6, mask())).unwrap_err();
    assert!(matches!(second, EnrolError::AlreadyEnrolled(_)));
    assert_eq!(scene.node.1.load(Ordering::SeqCst), 1, "the register knew");
    // Another registrar's register does not know; the ledger does, for the identifier is the same.
    std::fs::remove_dir_all(scene.data.path().join("register")).unwrap();
    std::fs::create_dir(scene.data.path().join("register")).unwrap();
    let second = scene.enrol(&scene.request(6, mask())).unwrap_err();
    assert!(matches!(second, EnrolError::AlreadyEnrolled(_)));
    assert_eq!(scene.node.1.load(Ordering::SeqCst), 2);
}

#[test]
fn an_enrolment_whose_answer_was_lost_is_taken_up_with_the_same_request() {
    let scene = Scene::new(HONEST);
    let request = scene.request(5, mask());
    scene.node.2.store(true, Ordering::SeqCst);
    assert!(scene.enrol(&request).is_err());
    let begun = scene.register.of(&person().id).unwrap();
    assert_eq!(begun[0].progress, Progress::Begun);
    let done = scene.enrol(&request).unwrap();
    assert_eq!(done.posted, enrol::Posted::Before);
    assert_eq!(done.receipt.entry, 40);
    let noted = scene.register.of(&person().id).unwrap();
    assert_eq!(noted[0].progress, Progress::Posted { entry: 40 });
    assert_eq!(scene.node.1.load(Ordering::SeqCst), 1, "posted once");
}

#[test]
fn fewer_than_five_addresses_are_refused() {
    let world = World::new();
    let none: [WorldDesk; 0] = [];
    let refused = Panel::new(&none, &world.parameters);
    assert!(matches!(refused, Err(PanelError::Count(0))));
}

#[test]
fn every_row_of_a_table_is_counted_once_and_no_output_shows_a_number() {
    let scene = Scene::new(HONEST);
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, request: &EnrolRequest| {
        std::fs::write(dir.path().join(name), request.to_json().unwrap()).unwrap();
    };
    write("a.json", &scene.request(5, mask()));
    write("b.json", &scene.request(6, mask()));
    let table = dir.path().join("people.csv");
    std::fs::write(
        &table,
        format!(
            "id_number,name,request\n{ID},{NAME},a.json\n{ID},{NAME},b.json\n\
             11010519491231003X,{NAME},b.json\n440524188001010014,{NAME},missing.json\n\
             440524188001010014,,b.json\nonly one field\n440524188001010014,{NAME},a.json\n"
        ),
    )
    .unwrap();
    let out = dir.path().join("out");
    let now = || Ok(scene.world.time_now());
    let run = || scene.with(|office| batch::run(office, &table, &out, Say::Json, now));
    let summary = run().unwrap();
    let numbers = |rows: &[batch::NamedRow]| rows.iter().map(|r| r.row).collect::<Vec<_>>();
    assert_eq!((summary.rows, summary.enrolled), (7, 1));
    assert_eq!(numbers(&summary.duplicates), [2, 7]);
    assert_eq!(numbers(&summary.refused), [3, 4, 5, 6]);
    assert!(summary.duplicates[0].reason.contains("row 1"));
    assert!(out.join("1.receipt.json").exists());
    let refused = std::fs::read_to_string(out.join("refused.csv")).unwrap();
    assert_eq!(refused.lines().count(), 7);
    let shown = format!(
        "{refused}{summary}{}",
        serde_json::to_string(&summary).unwrap()
    );
    for part in ["110105", "440524", NAME] {
        assert!(!shown.contains(part), "{part}");
    }
    let again = run().unwrap();
    assert_eq!(again.enrolled, 0, "a second run enrols nobody twice");
    assert_eq!(again.rows, 7);
}

#[test]
fn an_id_file_has_a_number_and_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("id");
    std::fs::write(&file, format!("{ID}\n{NAME}\n")).unwrap();
    let read = read_person(&file).unwrap();
    assert_eq!(read.surname, Surname::of_name(NAME));
    std::fs::write(&file, format!("{ID}\n")).unwrap();
    assert!(matches!(read_person(&file), Err(RegistrarError::NoName)));
    std::fs::write(&file, "110105194912310021\nx\n").unwrap();
    let refused = read_person(&file).unwrap_err().to_string();
    assert!(refused.contains("check character") && !refused.contains("1101"));
}
