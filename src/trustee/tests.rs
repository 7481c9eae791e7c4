mod position;

use std::sync::Arc;

use ark_bn254::Fr;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use luyin_keys::escrow::{ReleaseError, make_shares};
use luyin_keys::signing::SigningKey;
use luyin_keys::voprf::{Blinded, Blinding, PersonId};
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::escrow::EscrowAckBody;
use luyin_protocol::field::{DayHandle, Owner};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::RevocationHandle;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{GovernanceAction, Unaccredit};
use rand::rngs::OsRng;
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::fixture::{EVIDENCE, Fault, HANDLE, QUOTA, TODAY, World, trustee};
use super::*;
use luyin_device::http_signature::{Message, Nonce, sign};

struct Scene {
    world: Arc<World>,
    data: TempDir,
    owner: Owner,
    notice: NoticeId,
}

/// Five trustees, one enrolled person, one notice about it that all have been told of.
fn scene() -> Scene {
    let (world, data) = (World::new(), tempfile::tempdir().unwrap());
    world.start_all(data.path());
    let (public, _) = world.enrol(5);
    let (notice, opening) = world.notify(&public.owner);
    world.tell_all(&notice, &opening);
    Scene {
        world,
        data,
        owner: public.owner,
        notice,
    }
}

fn slug<T: std::fmt::Debug>(result: Result<T, TrusteeError>) -> &'static str {
    result.unwrap_err().kind().1
}

#[test]
fn all_five_release_the_same_values_of_a_day() {
    let Scene { world, notice, .. } = &scene();
    let expected = hash(Tag::RevDay, &[Fr::from(HANDLE), Fr::from(TODAY.get())]);
    for n in 1..=5 {
        let released = world.service(n).release(notice, TODAY).unwrap();
        assert!(released.without.is_empty());
        let values = &released.signed.values;
        assert_eq!(values.handle, DayHandle::from_value(expected));
        let key = world.parameters.trustees[usize::from(n) - 1].sign;
        let signature = &released.signed.signature.signature;
        key.verify(
            Domain::Release,
            &world.parameters.id(),
            &values.to_vec(),
            signature,
        )
        .unwrap();
    }
}

#[test]
fn with_two_trustees_silent_three_go_on_and_name_them() {
    let Scene { world, notice, .. } = &scene();
    world.set_fault(2, Fault::Silent);
    world.set_fault(3, Fault::Silent);
    let released = world.service(1).release(notice, TODAY).unwrap();
    let named: Vec<u8> = released.without.iter().map(|w| w.trustee.get()).collect();
    assert_eq!(named, [2, 3]);
}

#[test]
fn two_trustees_alone_release_nothing_and_the_silent_are_named() {
    let Scene { world, notice, .. } = &scene();
    for n in [1, 3, 4] {
        world.set_fault(n, Fault::Silent);
    }
    let refused = world.service(2).release(notice, TODAY).unwrap_err();
    assert_eq!(refused.kind().1, "too-few-trustees");
    let text = refused.to_string();
    assert!(text.contains("only 2 of three"), "{text}");
    for n in [1, 3, 4] {
        assert!(text.contains(&format!("trustee {n}:")), "{text}");
    }
}

#[test]
fn a_trustee_with_a_false_share_or_garbage_is_named_and_left_out() {
    let Scene { world, notice, .. } = &scene();
    world.set_fault(1, Fault::FalseShare);
    world.set_fault(2, Fault::Garbage);
    let released = world.service(5).release(notice, TODAY).unwrap();
    let named: Vec<u8> = released.without.iter().map(|w| w.trustee.get()).collect();
    assert_eq!(named, [1, 2]);
    let honest = world.service(4).release(notice, TODAY).unwrap();
    assert_eq!(released.signed.values, honest.signed.values);
}

#[test]
fn days_outside_the_notice_past_and_later_than_tomorrow_are_refused() {
    let Scene { world, notice, .. } = &scene();
    let ask = |day| world.service(1).release(notice, day);
    assert_eq!(slug(ask(TODAY.minus(1))), "release-of-the-past");
    assert_eq!(slug(ask(TODAY.plus(3))), "release-outside-notice");
    assert_eq!(slug(ask(TODAY.plus(2))), "release-not-yet");
    assert!(ask(TODAY.plus(1)).is_ok());
}

#[test]
fn an_unknown_a_lifted_and_an_expired_notice_release_nothing() {
    let Scene { world, notice, .. } = &scene();
    let unknown = NoticeId::from_bytes([1; 32]);
    assert_eq!(
        slug(world.service(1).release(&unknown, TODAY)),
        "notice-unknown"
    );
    *world.now.lock().unwrap() = TODAY.plus(3).start();
    assert_eq!(
        slug(world.service(1).release(notice, TODAY.plus(3))),
        "notice-over"
    );
    *world.now.lock().unwrap() = TODAY.start();
    world.lift(*notice);
    assert_eq!(
        slug(world.service(1).release(notice, TODAY)),
        "notice-lifted"
    );
    assert_eq!(
        slug(world.service(1).exchange(trustee(2), notice, b"")),
        "notice-lifted"
    );
}

#[test]
fn no_trustee_gives_its_share_for_a_notice_that_nobody_opened_to_it() {
    let Scene { world, owner, .. } = &scene();
    *world.now.lock().unwrap() = Timestamp::new(TODAY.start().get() + 1000);
    world.lift(scene_notice(world, owner));
    let mut second = world.notice(owner).0;
    second.clause = "clause 40".to_owned();
    let id = second.id();
    world.govern(GovernanceAction::RiskNotice(second));
    assert_eq!(slug(world.service(1).release(&id, TODAY)), "no-opening");
    assert_eq!(
        slug(world.service(1).exchange(trustee(2), &id, b"")),
        "no-opening"
    );
}

fn scene_notice(world: &World, owner: &Owner) -> NoticeId {
    world.notice(owner).0.id()
}

#[test]
fn an_opening_of_somebody_else_is_not_stored() {
    let Scene { world, notice, .. } = &scene();
    let (_, other) = world.notice(&Owner::from_value(Fr::from(6_u64)));
    let sealed = world.sealed_opening(notice, &other, 1);
    assert_eq!(
        slug(world.service(1).open_notice(notice, &sealed, None)),
        "other-subject"
    );
    let for_two = world.sealed_opening(notice, &other, 2);
    assert_eq!(
        slug(world.service(1).open_notice(notice, &for_two, None)),
        "bad-opening"
    );
    let unknown = NoticeId::from_bytes([1; 32]);
    assert_eq!(
        slug(world.service(1).open_notice(&unknown, &sealed, None)),
        "notice-unknown"
    );
}

#[test]
fn nothing_is_released_before_the_evidence_that_the_notice_states_was_shown() {
    let Scene { world, owner, .. } = &scene();
    let (mut notice, opening) = world.notice(owner);
    notice.clause = "clause 41".to_owned();
    let id = notice.id();
    world.govern(GovernanceAction::RiskNotice(notice));
    let sealed = world.sealed_opening(&id, &opening, 1);
    let service = world.service(1);
    assert_eq!(slug(service.open_notice(&id, &sealed, None)), "no-evidence");
    let other = world.sealed_evidence(&id, b"another file", 1);
    assert_eq!(
        slug(service.open_notice(&id, &sealed, Some(&other))),
        "other-evidence"
    );
    let for_two = world.sealed_evidence(&id, EVIDENCE, 2);
    assert_eq!(
        slug(service.open_notice(&id, &sealed, Some(&for_two))),
        "bad-evidence"
    );
    assert_eq!(slug(service.release(&id, TODAY)), "no-opening");
    let evidence = world.sealed_evidence(&id, EVIDENCE, 1);
    service.open_notice(&id, &sealed, Some(&evidence)).unwrap();
    assert_ne!(slug(service.release(&id, TODAY)), "no-opening");
}

#[test]
fn a_notice_about_nobody_on_the_ledger_releases_nothing() {
    let Scene { world, .. } = &scene();
    let (notice, opening) = world.notify(&Owner::from_value(Fr::from(6_u64)));
    let sealed = world.sealed_opening(&notice, &opening, 1);
    let evidence = world.sealed_evidence(&notice, EVIDENCE, 1);
    let told = world
        .service(1)
        .open_notice(&notice, &sealed, Some(&evidence));
    told.unwrap();
    assert_eq!(
        slug(world.service(1).release(&notice, TODAY)),
        "no-enrolment"
    );
}

#[test]
fn a_log_with_a_notice_by_one_role_is_refused_as_a_whole() {
    let Scene {
        world,
        owner,
        notice,
        ..
    } = &scene();
    let (mut forged, _) = world.notice(owner);
    forged.clause = "no clause".to_owned();
    let proposer = world.proposer.clone();
    world.govern_by(&proposer, &proposer, GovernanceAction::RiskNotice(forged));
    let refused = world.service(1).release(notice, TODAY).unwrap_err();
    assert!(matches!(
        refused,
        TrusteeError::Ledger(LedgerError::Book(BookError::Governance))
    ));
}

#[test]
fn a_node_that_takes_back_the_lifting_of_a_notice_is_found_out_over_a_restart() {
    let Scene {
        world,
        data,
        notice,
        ..
    } = &scene();
    let before = world.log.lock().unwrap().clone();
    world.lift(*notice);
    assert_eq!(
        slug(world.service(1).release(notice, TODAY)),
        "notice-lifted"
    );
    *world.log.lock().unwrap() = before;
    assert!(matches!(
        world.service(1).release(notice, TODAY),
        Err(TrusteeError::Ledger(LedgerError::Rollback))
    ));
    let again = world.start(data.path(), 1);
    assert!(matches!(
        again,
        Err(StartError::Ledger(LedgerError::Rollback))
    ));
    // As long as before, with something else in the place of the lifting.
    world.enrol_entry(9);
    let again = world.start(data.path(), 1);
    assert!(matches!(
        again,
        Err(StartError::Ledger(LedgerError::Rollback))
    ));
}

#[test]
fn entries_that_do_not_lead_to_the_signed_root_are_refused() {
    let Scene {
        world,
        owner,
        notice,
        ..
    } = &scene();
    let honest = world.checkpoint_note();
    let mut other = world.notice(owner).0;
    other.clause = "another".to_owned();
    let view = |checkpoint: Vec<u8>| {
        let source = fixture::Fixed {
            checkpoint,
            world: Arc::clone(world),
        };
        let dir = tempfile::tempdir().unwrap();
        let mut view = LedgerView::new(source, world.parameters.id(), dir.path().join("c"));
        view.follow().map(|()| view.book().notice(notice).is_some())
    };
    assert!(view(honest.clone()).unwrap());
    let last = world.log.lock().unwrap().len() - 1;
    world.log.lock().unwrap()[last][40] ^= 1;
    assert!(view(honest.clone()).is_err());
    world.log.lock().unwrap()[last][40] ^= 1;
    let text = String::from_utf8(honest).unwrap();
    let unsigned = text.replace("luyin.example/test", "luyin.example/tesu");
    assert!(matches!(
        view(unsigned.into_bytes()),
        Err(LedgerError::Checkpoint(_))
    ));
}

#[test]
fn a_trustee_that_the_founding_data_do_not_name_does_not_serve() {
    let world = World::new();
    let data = tempfile::tempdir().unwrap();
    let mut parts = world.parts(2);
    parts.index = trustee(1);
    let refused = TrusteeService::start(world.parameters.id(), data.path(), parts);
    assert!(matches!(refused, Err(StartError::OtherKeys(_))));
}

#[test]
fn a_share_is_stored_before_it_is_acknowledged_and_never_replaced() {
    let (world, data) = (World::new(), tempfile::tempdir().unwrap());
    world.start_all(data.path());
    let (public, dealing) = world.enrol(5);
    let handed = world.handed(&public, &dealing, 2);
    let signature = world.service(2).accept(&handed).unwrap();
    let body = EscrowAckBody {
        enrolment: public.hash(),
        owner: public.owner,
        trustee: trustee(2),
        commitment: dealing.commitments[1],
    };
    let key = world.parameters.trustees[1].sign;
    key.verify(
        Domain::EscrowAck,
        &world.parameters.id(),
        &body.to_vec(),
        &signature,
    )
    .unwrap();
    let file = data
        .path()
        .join("2/shares")
        .join(format!("{}.share", public.hash()));
    let stored = std::fs::read(&file).unwrap();
    let secret = dealing.shares[1].to_bytes();
    assert!(
        !stored.windows(32).any(|w| w == &secret[1..33]),
        "sealed at rest"
    );

    let other = make_shares(&RevocationHandle::from_value(Fr::from(1_u64)), &mut OsRng);
    let refuse = |handed: HandedShare| slug(world.service(2).accept(&handed));
    assert_eq!(refuse(world.handed(&public, &other, 2)), "share-conflict");
    let mut uncommitted = handed.clone();
    uncommitted.commitment = dealing.commitments[2];
    assert_eq!(refuse(uncommitted), "share-not-committed");
    let mut lent = handed.clone();
    lent.owner = Owner::from_value(Fr::from(6_u64));
    assert_eq!(refuse(lent), "share-does-not-open");
    assert_eq!(
        refuse(world.handed(&public, &dealing, 3)),
        "share-does-not-open"
    );
    assert_eq!(std::fs::read(&file).unwrap(), stored);
}

fn blinded() -> Blinded {
    let person = PersonId::resident("11010519491231002X").unwrap();
    Blinding::new(&person, &mut OsRng).unwrap().blinded()
}

#[test]
fn evaluations_are_for_accredited_registrars_within_their_quota_of_a_day() {
    let (world, data) = (World::new(), tempfile::tempdir().unwrap());
    world.start_all(data.path());
    let did = world.registrar_did;
    let ask = |n| world.service(n).evaluate(&did, &blinded());
    assert_eq!(slug(ask(4)), "not-evaluator");
    for _ in 0..2 * QUOTA {
        ask(1).unwrap();
    }
    assert_eq!(slug(ask(1)), "evaluations-used");
    assert!(ask(2).is_ok());
    *world.now.lock().unwrap() = TODAY.plus(1).start();
    assert!(ask(1).is_ok(), "another day");
    let stranger = Did::from_bytes([1; 32]);
    assert_eq!(
        slug(world.service(1).evaluate(&stranger, &blinded())),
        "role"
    );
    world.govern(GovernanceAction::Unaccredit(Unaccredit {
        did,
        reason: "guessing".to_owned(),
    }));
    assert_eq!(slug(world.service(1).registrar_key(&did)), "role");
}

/// A request as `signer` signs it.
struct Signed<'a> {
    path: &'a str,
    body: &'a str,
    key: &'a SigningKey,
    key_id: &'a str,
}

impl Signed<'_> {
    fn at(&self, now: Timestamp) -> Request<Body> {
        let message = Message {
            method: "POST",
            authority: "trustee.example",
            path: self.path,
            query: None,
            fields: &[],
        };
        let nonce = Nonce::generate(&mut OsRng);
        let body = self.body.as_bytes();
        let signed = sign(&message, body, self.key, self.key_id, now, nonce);
        let mut request = Request::post(self.path).header("host", "trustee.example");
        for (name, value) in signed.iter() {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.to_owned())).unwrap()
    }
}

async fn answer(router: &axum::Router, request: Request<Body>) -> (StatusCode, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn only_who_signs_as_it_must_is_answered() {
    let (world, data) = (World::new(), tempfile::tempdir().unwrap());
    let service = Arc::new(world.start(data.path(), 1).unwrap());
    let router = router(service);
    let now = *world.now.lock().unwrap();
    let body = format!("{{\"blinded\":\"{}\"}}", hex::encode(blinded().as_bytes()));
    let did = world.registrar_did.to_string();
    let stranger = SigningKey::generate(&mut OsRng);
    let good = Signed {
        path: "/v1/evaluate",
        body: &body,
        key: &world.registrar,
        key_id: &did,
    };
    assert_eq!(answer(&router, good.at(now)).await.0, StatusCode::OK);

    let other_key = Signed {
        key: &stranger,
        ..good
    };
    let (status, text) = answer(&router, other_key.at(now)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{text}");
    let stale = Timestamp::new(now.get() - 120_000);
    assert_eq!(
        answer(&router, good.at(stale)).await.0,
        StatusCode::UNAUTHORIZED
    );
    let unsigned = Request::post("/v1/evaluate").header("host", "trustee.example");
    let unsigned = unsigned.body(Body::from(body.clone())).unwrap();
    assert_eq!(answer(&router, unsigned).await.0, StatusCode::UNAUTHORIZED);

    let mut altered = good.at(now);
    *altered.body_mut() = Body::from(body.replace("blinded", "blinder"));
    assert_eq!(answer(&router, altered).await.0, StatusCode::UNAUTHORIZED);
    let moved = good.at(now);
    let (mut parts, content) = moved.into_parts();
    parts.uri = "/v1/shares".parse().unwrap();
    let moved = Request::from_parts(parts, content);
    assert_eq!(answer(&router, moved).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_request_heard_twice_is_answered_once() {
    let (world, data) = (World::new(), tempfile::tempdir().unwrap());
    let router = router(Arc::new(world.start(data.path(), 1).unwrap()));
    let now = *world.now.lock().unwrap();
    let body = format!("{{\"blinded\":\"{}\"}}", hex::encode(blinded().as_bytes()));
    let did = world.registrar_did.to_string();
    let request = Signed {
        path: "/v1/evaluate",
        body: &body,
        key: &world.registrar,
        key_id: &did,
    }
    .at(now);
    let (parts, _) = request.into_parts();
    let copy = || Request::from_parts(parts.clone(), Body::from(body.clone()));
    assert_eq!(answer(&router, copy()).await.0, StatusCode::OK);
    let (status, text) = answer(&router, copy()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(text.contains("urn:luyin:problem:nonce-used"), "{text}");
}

#[tokio::test]
async fn a_share_is_exchanged_with_no_one_but_another_trustee() {
    let scene = tokio::task::spawn_blocking(scene).await.unwrap();
    let (world, notice) = (&scene.world, scene.notice);
    let fresh = tempfile::tempdir().unwrap();
    let router = router(Arc::new(world.start(fresh.path(), 1).unwrap()));
    let now = *world.now.lock().unwrap();
    let body = format!("{{\"notice\":\"{notice}\",\"sealed\":\"AAAA\"}}");
    let ask = |key: SigningKey, key_id: &'static str| {
        let body = body.clone();
        Signed {
            path: "/v1/exchange",
            body: &body,
            key: &key,
            key_id,
        }
        .at(now)
    };
    let two = world.keys[1].escrow.signing.clone();
    let one = world.keys[0].escrow.signing.clone();
    for (key, key_id, status) in [
        (two.clone(), "trustee:3", StatusCode::UNAUTHORIZED),
        (
            world.registrar.clone(),
            "trustee:2",
            StatusCode::UNAUTHORIZED,
        ),
        (one, "trustee:1", StatusCode::FORBIDDEN),
        (two.clone(), "trustee:6", StatusCode::FORBIDDEN),
        (two.clone(), "trustee:+2", StatusCode::FORBIDDEN),
        // It is trustee 2; this trustee has not been told whose notice it is.
        (two, "trustee:2", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let (found, text) = answer(&router, ask(key, key_id)).await;
        assert_eq!(found, status, "{key_id}: {text}");
    }
}

#[tokio::test]
async fn a_release_and_the_card_are_for_anyone_and_a_body_out_of_form_is_refused() {
    let scene = tokio::task::spawn_blocking(scene).await.unwrap();
    let (world, data) = (&scene.world, scene.data.path());
    let router = router(Arc::new(world.start(data, 1).unwrap()));
    let body = format!("{{\"notice\":\"{}\",\"day\":{TODAY}}}", scene.notice);
    let post = |body: String| {
        Request::post("/v1/releases")
            .body(Body::from(body))
            .unwrap()
    };
    let (status, text) = answer(&router, post(body.clone())).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(text.contains("\"values\""));
    for bad in [
        "",
        "{}",
        &body.replace('}', ",\"rh\":1}"),
        &"x".repeat(9_000),
    ] {
        let (status, _) = answer(&router, post(bad.to_owned())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let card = Request::get("/v1/trustee").body(Body::empty()).unwrap();
    let (status, text) = answer(&router, card).await;
    assert_eq!(status, StatusCode::OK);
    let card: luyin_device::client::TrusteeCard = serde_json::from_str(&text).unwrap();
    assert_eq!(card.sign, world.parameters.trustees[0].sign);
    assert!(card.voprf.is_some());
}

#[test]
fn a_damaged_opening_is_never_taken_for_absent() {
    let Scene {
        world,
        data,
        notice,
        ..
    } = &scene();
    let file = data
        .path()
        .join("1/openings")
        .join(format!("{notice}.opening"));
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let refused = world.service(1).release(notice, TODAY);
    assert!(matches!(refused, Err(TrusteeError::Store(_))));
    assert!(matches!(
        world.service(2).release(notice, TODAY.plus(9)),
        Err(TrusteeError::Release(ReleaseError::OutsideNotice(_)))
    ));
}
