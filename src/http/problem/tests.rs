use super::*;
use http_body_util::BodyExt as _;
use luyin_device::http_signature::SignatureError;
use luyin_ledger::tx::Statement;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::CheckinTag;
use luyin_protocol::tx::TxKind;
use serde_json::Value;
use std::collections::BTreeSet;

/// One of each refusal of the ledger.
fn refusals() -> Vec<Refusal> {
    let mut all: Vec<Refusal> = Vec::new();
    all.extend(
        [
            FormRefusal::Empty,
            FormRefusal::RepeatedItem,
            FormRefusal::PartsDisagree,
            FormRefusal::NoReason,
            FormRefusal::TooLong,
        ]
        .map(Refusal::from),
    );
    all.extend(
        [
            SignerRefusal::UnknownDid,
            SignerRefusal::Deactivated,
            SignerRefusal::BadSignature,
            SignerRefusal::NotAccredited,
            SignerRefusal::QuotaExceeded { quota: 1 },
        ]
        .map(Refusal::from),
    );
    all.extend(
        [
            TrusteeRefusal::TooFewAcknowledgements {
                given: 1,
                needed: 4,
            },
            TrusteeRefusal::RepeatedTrustee,
            TrusteeRefusal::UnknownTrusteeSignature(TrusteeIndex::new(1).unwrap()),
        ]
        .map(Refusal::from),
    );
    all.extend(
        [
            IdentityRefusal::Exists,
            IdentityRefusal::NotNewest,
            IdentityRefusal::BadSignature,
        ]
        .map(Refusal::from),
    );
    all.extend(
        [
            GovernanceRefusal::OneRole,
            GovernanceRefusal::BadProposal,
            GovernanceRefusal::BadApproval,
            GovernanceRefusal::NoReviewer,
            GovernanceRefusal::BadReview,
            GovernanceRefusal::ThirdApproval { reach: 2, two: 1 },
            GovernanceRefusal::Sequence { due: 1 },
            GovernanceRefusal::UnknownOrganisation,
            GovernanceRefusal::NoRole,
        ]
        .map(Refusal::from),
    );
    all.extend(
        [
            PublicationRefusal::PolicyVersionGap { due: 1 },
            PublicationRefusal::RiskListVersionGap { due: 1 },
            PublicationRefusal::AllRegions,
            PublicationRefusal::EffectivePast,
            PublicationRefusal::EffectiveTooLate,
            PublicationRefusal::EffectiveBeforePredecessor,
        ]
        .map(Refusal::from),
    );
    all.extend(
        [
            NoticeRefusal::NoEvidence,
            NoticeRefusal::EvidenceKind,
            NoticeRefusal::NoClause,
            NoticeRefusal::NoticeUnknown,
            NoticeRefusal::NoticeRepeated,
            NoticeRefusal::NoticeOver,
            NoticeRefusal::NoticeTooShort,
            NoticeRefusal::NoticeLifted,
            NoticeRefusal::ReleaseOutsideNotice,
            NoticeRefusal::ReleaseOfThePast,
            NoticeRefusal::ReleaseRepeated,
        ]
        .map(Refusal::from),
    );
    all.extend(
        [
            AppealRefusal::NotReleased,
            AppealRefusal::Repeated,
            AppealRefusal::Unknown,
            AppealRefusal::Answered,
            AppealRefusal::NotReviewed,
            AppealRefusal::SameReviewer,
        ]
        .map(Refusal::from),
    );
    all.extend(persons());
    all.extend([Refusal::from(AuditRefusal::BatchGap { due: 1 })]);
    all.push(Refusal::ProofRejected(Statement::CheckIn));
    all
}

fn persons() -> Vec<Refusal> {
    let enrol = [
        EnrolRefusal::RepeatedUid,
        EnrolRefusal::RepeatedOwner,
        EnrolRefusal::FreshDay,
        EnrolRefusal::FirstSlot,
        EnrolRefusal::NoticeEndsTooSoon,
        EnrolRefusal::NotReleased,
    ];
    let spend = [
        SpendRefusal::RepeatedNullifier,
        SpendRefusal::UnknownEpoch,
        SpendRefusal::EpochOutOfWindow,
        SpendRefusal::UnknownArchive,
        SpendRefusal::SlotNotOpen,
        SpendRefusal::PolicyNotCurrent,
        SpendRefusal::LiveNotice(CheckinTag::from_value(7u64.into())),
        SpendRefusal::UnknownAttestationRoot,
        SpendRefusal::RootWithdrawn,
        SpendRefusal::DayNotOpen,
    ];
    let attest = [
        AttestRefusal::RepeatedLeaf,
        AttestRefusal::NotOwnLeaf,
        AttestRefusal::AlreadyWithdrawn,
        AttestRefusal::DayOver,
        AttestRefusal::TreeFull,
    ];
    let enrol = enrol.into_iter().map(Refusal::from);
    let spend = spend.into_iter().map(Refusal::from);
    enrol
        .chain(spend)
        .chain(attest.into_iter().map(Refusal::from))
        .collect()
}

/// One of each error of the service itself.
fn own() -> Vec<ServiceError> {
    let text = || "x".to_owned();
    vec![
        RequestError::Body(text()).into(),
        RequestError::Parameter(text()).into(),
        RequestError::Bytes {
            what: "x",
            why: text(),
        }
        .into(),
        RequestError::WrongKind(TxKind::Enrol).into(),
        RequestError::TooLong(1).into(),
        RequestError::MediaType.into(),
        RequestError::Method.into(),
        RequestError::IdempotencyKey.into(),
        RequestError::IdempotencyReuse.into(),
        RequestError::RecordsDisagree.into(),
        RequestError::Clock(text()).into(),
        CallerError::Signature(SignatureError::Stale).into(),
        CallerError::Authority.into(),
        CallerError::UnknownKey.into(),
        CallerError::NonceUsed.into(),
        CallerError::Role.into(),
        CallerError::NotOwn.into(),
        ServiceError::NotFound("x"),
        ResolutionError::InvalidDid.into(),
        ResolutionError::InvalidOptions.into(),
        ResolutionError::NotAcceptable.into(),
        Busy::Queue.into(),
        Busy::Address.into(),
        Busy::Organisation.into(),
        Busy::Desks.into(),
        DeskError::Unknown.into(),
        DeskError::Empty.into(),
        DeskError::Full.into(),
        DeskError::Taken.into(),
        Unavailable::Disk.into(),
        Unavailable::Stopping.into(),
        Unavailable::Timeout.into(),
        ServiceError::Internal(text()),
    ]
}

async fn rendered(error: ServiceError) -> (StatusCode, Value) {
    let response = error.into_response();
    let media = response.headers().get(header::CONTENT_TYPE).cloned();
    assert_eq!(media, Some(HeaderValue::from_static(MEDIA_TYPE)));
    let status = response.status();
    let busy = matches!(status.as_u16(), 429 | 503);
    assert_eq!(response.headers().contains_key(header::RETRY_AFTER), busy);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn every_refusal_of_the_ledger_is_a_problem_of_its_own() {
    let all = refusals();
    let slugs: BTreeSet<&str> = all.iter().map(Refusal::slug).collect();
    assert_eq!(slugs, Refusal::slugs().collect(), "one of each");
    for refusal in all {
        let (slug, text) = (refusal.slug(), refusal.to_string());
        let (status, problem) = rendered(refusal.into()).await;
        assert!(status.is_client_error(), "{slug}");
        assert_eq!(problem["type"], format!("{PREFIX}{slug}"));
        assert_eq!(problem["status"], status.as_u16());
        assert_eq!(problem["detail"], text);
        assert!(!problem["title"].as_str().unwrap().contains('-'));
    }
}

#[tokio::test]
async fn the_service_s_own_slugs_differ_from_each_other_and_from_the_ledger_s() {
    let slugs: Vec<&str> = own().iter().map(|e| kind_of(e).slug).collect();
    let ledger: BTreeSet<&str> = Refusal::slugs().collect();
    let distinct: BTreeSet<&str> = slugs.iter().copied().collect();
    assert_eq!(distinct.len(), slugs.len());
    assert!(distinct.is_disjoint(&ledger));
    for error in own() {
        let slug = kind_of(&error).slug;
        let (_, problem) = rendered(error).await;
        assert_eq!(problem["type"], format!("{PREFIX}{slug}"));
    }
}

#[tokio::test]
async fn a_fault_shows_an_id_and_nothing_of_itself() {
    let fault = ServiceError::Internal("secret of the house".to_owned());
    let (status, problem) = rendered(fault).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem["id"].as_str().map(str::len), Some(16));
    assert!(problem.get("detail").is_none());
    assert!(!problem.to_string().contains("secret"));
}

#[tokio::test]
async fn a_refused_check_in_does_not_show_its_tag() {
    let tag = CheckinTag::from_value(7u64.into());
    let refusal = Refusal::from(SpendRefusal::LiveNotice(tag));
    let (_, problem) = rendered(refusal.into()).await;
    assert!(!problem.to_string().contains(&tag.to_string()));
}
