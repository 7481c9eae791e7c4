use std::cell::RefCell;
use std::sync::Arc;

use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::risk::NoticeClass;
use luyin_protocol::time::Timestamp;

use super::*;
use crate::trustee::fixture::{TODAY, World};
use luyin_device::client::{Encoded, Problem};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Honest,
    Silent,
    OtherValues,
    OtherSignature,
}

struct Scene {
    world: Arc<World>,
    _data: tempfile::TempDir,
    notice: LiveNotice,
    manners: [Manner; 5],
    published: RefCell<Vec<Release>>,
    hide: bool,
}

fn refused(slug: &str) -> ClientError {
    ClientError::Refused {
        peer: "peer".to_owned(),
        problem: Problem {
            kind: format!("urn:luyin:problem:{slug}"),
            title: String::new(),
            status: 409,
            detail: String::new(),
        },
    }
}

impl Scene {
    fn new(manners: [Manner; 5]) -> Self {
        let (world, data) = (World::new(), tempfile::tempdir().unwrap());
        world.start_all(data.path());
        let (public, _) = world.enrol(5);
        let (id, opening) = world.notify(&public.owner);
        world.tell_all(&id, &opening);
        let notice = LiveNotice {
            id,
            class: NoticeClass::CloseContact,
            evidence_kind: Some(EvidenceKind::ContactRecord),
            clause: String::new(),
            from: TODAY,
            until: TODAY.plus(2),
            entry: 1,
        };
        Self {
            world,
            _data: data,
            notice,
            manners,
            published: RefCell::default(),
            hide: false,
        }
    }

    fn run(&self, days: u16) -> Summary {
        release(self, &self.world.parameters, TODAY, days).unwrap()
    }
}

impl Sources for Scene {
    fn notices(&self) -> Result<Vec<LiveNotice>, ClientError> {
        Ok(vec![self.notice.clone()])
    }

    fn releases(&self, day: Day) -> Result<Vec<Release>, ClientError> {
        let published = self.published.borrow();
        let of_day = published
            .iter()
            .filter(|r| r.values.day == day && !self.hide);
        Ok(of_day.cloned().collect())
    }

    fn ask(
        &self,
        trustee: TrusteeIndex,
        notice: &NoticeId,
        day: Day,
    ) -> Result<ReleaseAnswer, ClientError> {
        let released = self.world.service(trustee.get()).release(notice, day);
        let released = released.map_err(|error| refused(error.kind().1))?;
        let mut answer = ReleaseAnswer {
            values: Encoded(released.signed.values),
            signature: released.signed.signature.signature,
            without: released.without,
        };
        let key = &self.world.keys[trustee.position()].escrow.signing;
        match self.manners[trustee.position()] {
            Manner::Honest => {}
            Manner::Silent => {
                return Err(ClientError::Unreachable {
                    peer: trustee.to_string(),
                    reason: "refused".to_owned(),
                });
            }
            Manner::OtherValues => {
                answer.values.0.slots.swap(0, 1);
                let body = answer.values.0.to_vec();
                answer.signature = key.sign(Domain::Release, &self.world.parameters.id(), &body);
            }
            Manner::OtherSignature => {
                let body = answer.values.0.to_vec();
                answer.signature = key.sign(Domain::EscrowAck, &self.world.parameters.id(), &body);
            }
        }
        Ok(answer)
    }

    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        let Tx::Release(release) = tx else {
            panic!("a release");
        };
        let mut published = self.published.borrow_mut();
        let same = |r: &Release| {
            (r.values.notice, r.values.day) == (release.values.notice, release.values.day)
        };
        if published.iter().any(same) {
            return Err(refused("release-repeated"));
        }
        assert!(luyin_protocol::escrow::distinct(&release.signatures));
        published.push(release.clone());
        Ok(Receipt {
            entry: 1,
            height: 1,
            time: Timestamp::new(1),
        })
    }
}

const HONEST: [Manner; 5] = [Manner::Honest; 5];

fn with(positions: &[usize], manner: Manner) -> [Manner; 5] {
    let mut manners = HONEST;
    positions.iter().for_each(|n| manners[n - 1] = manner);
    manners
}

fn named(summary: &Summary) -> Vec<u8> {
    summary.without.iter().map(|w| w.trustee.get()).collect()
}

#[test]
fn today_and_tomorrow_are_published_once_however_often_it_runs() {
    let mut scene = Scene::new(HONEST);
    let first = scene.run(2);
    assert_eq!((first.due, first.released, first.already), (2, 2, 0));
    assert!(first.failed.is_empty() && first.without.is_empty());
    let again = scene.run(2);
    assert_eq!((again.due, again.released, again.already), (2, 0, 2));
    // Somebody else publishes between the look and the posting.
    scene.hide = true;
    let raced = scene.run(2);
    assert_eq!((raced.due, raced.released, raced.already), (2, 0, 2));
    let signatures = scene.published.borrow()[0].signatures.len();
    assert_eq!(signatures, 5);
}

#[test]
fn a_silent_and_a_lying_trustee_are_named_and_three_go_on() {
    for liar in [Manner::OtherValues, Manner::OtherSignature] {
        let mut manners = with(&[2], liar);
        manners[4] = Manner::Silent;
        let scene = Scene::new(manners);
        let summary = scene.run(1);
        assert_eq!((summary.released, named(&summary)), (1, vec![2, 5]));
        let published = scene.published.borrow();
        let signers: Vec<u8> = published[0]
            .signatures
            .iter()
            .map(|s| s.trustee.get())
            .collect();
        assert_eq!(signers, [1, 3, 4]);
    }
}

#[test]
fn two_signatures_publish_nothing_and_say_who_is_missing() {
    let scene = Scene::new(with(&[1, 3, 5], Manner::Silent));
    let summary = scene.run(1);
    assert_eq!((summary.due, summary.released), (1, 0));
    assert_eq!(named(&summary), [1, 3, 5]);
    let why = &summary.failed[0].why;
    for n in [1, 3, 5] {
        assert!(why.contains(&format!("trustee {n}:")), "{why}");
    }
    assert!(scene.published.borrow().is_empty());
}

#[test]
fn days_that_a_notice_does_not_cover_are_not_due() {
    let mut scene = Scene::new(HONEST);
    scene.notice.from = TODAY.plus(1);
    let summary = scene.run(2);
    assert_eq!((summary.due, summary.released), (1, 1));
}
