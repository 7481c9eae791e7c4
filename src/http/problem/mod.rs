//! Refusals as `application/problem+json` (RFC 9457), rendered here alone. The match is exhaustive: a new refusal does
//! not compile before it has a status and a slug. Faults of the node show an id and nothing else.

use crate::service::error::{
    Busy, CallerError, DeskError, RequestError, ResolutionError, ServiceError, Unavailable,
};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use luyin_ledger::tx::{
    AppealRefusal, AttestRefusal, AuditRefusal, EnrolRefusal, FormRefusal, GovernanceRefusal,
    IdentityRefusal, NoticeRefusal, PublicationRefusal, Refusal, SignerRefusal, SpendRefusal,
    TrusteeRefusal,
};
use rand::RngCore as _;
use serde::Serialize;
use utoipa::ToSchema;

/// What every problem's type begins with.
pub const PREFIX: &str = "urn:luyin:problem:";
/// The media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem as it is sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:luyin:problem:<slug>`; never changes.
    #[serde(rename = "type")]
    pub kind: String,
    /// The slug in words; the same for every problem of the type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request. Names no person and no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// For faults of the node: what to look for in its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Marks a response with its slug, for the log and the figures.
#[derive(Clone, Copy, Debug)]
pub struct Slug(pub &'static str);

/// Status, slug and, where trying again helps, after how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The status.
    pub status: StatusCode,
    /// The stable name.
    pub slug: &'static str,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
}

const fn kind(status: StatusCode, slug: &'static str) -> Kind {
    Kind {
        status,
        slug,
        retry_after: None,
    }
}

const fn later(status: StatusCode, slug: &'static str, seconds: u32) -> Kind {
    Kind {
        status,
        slug,
        retry_after: Some(seconds),
    }
}

/// The kind of an error.
#[must_use]
pub fn kind_of(error: &ServiceError) -> Kind {
    match error {
        ServiceError::Request(e) => of_request(e),
        ServiceError::Caller(e) => of_caller(e),
        ServiceError::Refused(e) => kind(status_of(e), e.slug()),
        ServiceError::NotFound(_) => kind(StatusCode::NOT_FOUND, "not-found"),
        ServiceError::Resolution(e) => of_resolution(e),
        ServiceError::Desk(e) => of_desk(e),
        ServiceError::Busy(Busy::Queue) => later(StatusCode::TOO_MANY_REQUESTS, "queue-full", 1),
        ServiceError::Busy(Busy::Address) => {
            later(StatusCode::TOO_MANY_REQUESTS, "address-budget", 5)
        }
        ServiceError::Busy(Busy::Organisation) => {
            later(StatusCode::TOO_MANY_REQUESTS, "organisation-budget", 5)
        }
        ServiceError::Busy(Busy::Desks) => later(StatusCode::TOO_MANY_REQUESTS, "desks-full", 60),
        ServiceError::Unavailable(Unavailable::Disk) => {
            later(StatusCode::SERVICE_UNAVAILABLE, "cannot-write", 30)
        }
        ServiceError::Unavailable(Unavailable::Stopping) => {
            later(StatusCode::SERVICE_UNAVAILABLE, "stopping", 5)
        }
        ServiceError::Unavailable(Unavailable::Timeout) => {
            later(StatusCode::SERVICE_UNAVAILABLE, "timeout", 5)
        }
        ServiceError::Internal(_) => kind(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

const fn of_request(error: &RequestError) -> Kind {
    match error {
        RequestError::Body(_) => kind(StatusCode::BAD_REQUEST, "malformed-body"),
        RequestError::Parameter(_) => kind(StatusCode::BAD_REQUEST, "malformed-parameter"),
        RequestError::Bytes { .. } => kind(StatusCode::BAD_REQUEST, "malformed-bytes"),
        RequestError::WrongKind(_) => kind(StatusCode::BAD_REQUEST, "wrong-kind"),
        RequestError::TooLong(_) => kind(StatusCode::PAYLOAD_TOO_LARGE, "body-too-long"),
        RequestError::MediaType => kind(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"),
        RequestError::Method => kind(StatusCode::METHOD_NOT_ALLOWED, "method"),
        RequestError::IdempotencyKey => kind(StatusCode::BAD_REQUEST, "idempotency-key"),
        RequestError::IdempotencyReuse => {
            kind(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-reuse")
        }
        RequestError::RecordsDisagree => kind(StatusCode::UNPROCESSABLE_ENTITY, "records-disagree"),
        RequestError::Clock(_) => kind(StatusCode::UNPROCESSABLE_ENTITY, "clock"),
    }
}

const fn of_caller(error: &CallerError) -> Kind {
    match error {
        CallerError::Signature(_) => kind(StatusCode::UNAUTHORIZED, "http-signature"),
        CallerError::Authority => kind(StatusCode::UNAUTHORIZED, "authority"),
        CallerError::UnknownKey => kind(StatusCode::UNAUTHORIZED, "unknown-key"),
        CallerError::NonceUsed => kind(StatusCode::UNAUTHORIZED, "nonce-used"),
        CallerError::Role => kind(StatusCode::FORBIDDEN, "role"),
        CallerError::NotOwn => kind(StatusCode::FORBIDDEN, "not-own"),
    }
}

const fn of_desk(error: &DeskError) -> Kind {
    match error {
        DeskError::Unknown => kind(StatusCode::NOT_FOUND, "desk-unknown"),
        DeskError::Empty => kind(StatusCode::NOT_FOUND, "desk-empty"),
        DeskError::Full => kind(StatusCode::CONFLICT, "desk-full"),
        DeskError::Taken => kind(StatusCode::CONFLICT, "desk-taken"),
    }
}

const fn of_resolution(error: &ResolutionError) -> Kind {
    match error {
        ResolutionError::InvalidDid => kind(StatusCode::BAD_REQUEST, "invalid-did"),
        ResolutionError::InvalidOptions => kind(StatusCode::BAD_REQUEST, "invalid-options"),
        ResolutionError::NotFound => kind(StatusCode::NOT_FOUND, "not-found"),
        ResolutionError::NotAcceptable => kind(StatusCode::NOT_ACCEPTABLE, "not-acceptable"),
    }
}

/// The ledger's refusals: 400 what is wrong by itself, 403 who may not, 404 what is not there, 409 what has happened
/// already, 422 what cannot be now.
const fn status_of(refusal: &Refusal) -> StatusCode {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
    const CONFLICT: StatusCode = StatusCode::CONFLICT;
    const CANNOT: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    match refusal {
        Refusal::Form(x) => match x {
            FormRefusal::Empty
            | FormRefusal::RepeatedItem
            | FormRefusal::PartsDisagree
            | FormRefusal::NoReason
            | FormRefusal::TooLong => BAD,
        },
        Refusal::Signer(x) => match x {
            SignerRefusal::UnknownDid
            | SignerRefusal::Deactivated
            | SignerRefusal::BadSignature
            | SignerRefusal::NotAccredited
            | SignerRefusal::QuotaExceeded { .. } => FORBIDDEN,
        },
        Refusal::Trustee(x) => match x {
            TrusteeRefusal::TooFewAcknowledgements { .. }
            | TrusteeRefusal::RepeatedTrustee
            | TrusteeRefusal::UnknownTrusteeSignature(_) => FORBIDDEN,
        },
        Refusal::Identity(x) => match x {
            IdentityRefusal::Exists | IdentityRefusal::NotNewest => CONFLICT,
            IdentityRefusal::BadSignature => FORBIDDEN,
        },
        Refusal::Governance(x) => match x {
            GovernanceRefusal::OneRole
            | GovernanceRefusal::BadProposal
            | GovernanceRefusal::BadApproval
            | GovernanceRefusal::NoReviewer
            | GovernanceRefusal::BadReview
            | GovernanceRefusal::ThirdApproval { .. } => FORBIDDEN,
            GovernanceRefusal::Sequence { .. } => CONFLICT,
            GovernanceRefusal::UnknownOrganisation | GovernanceRefusal::NoRole => CANNOT,
        },
        Refusal::Publication(x) => match x {
            PublicationRefusal::PolicyVersionGap { .. }
            | PublicationRefusal::RiskListVersionGap { .. } => CONFLICT,
            PublicationRefusal::AllRegions
            | PublicationRefusal::EffectivePast
            | PublicationRefusal::EffectiveTooLate
            | PublicationRefusal::EffectiveBeforePredecessor => CANNOT,
        },
        Refusal::Notice(x) => match x {
            NoticeRefusal::NoticeUnknown => StatusCode::NOT_FOUND,
            NoticeRefusal::NoticeRepeated
            | NoticeRefusal::NoticeLifted
            | NoticeRefusal::ReleaseRepeated => CONFLICT,
            NoticeRefusal::NoEvidence
            | NoticeRefusal::EvidenceKind
            | NoticeRefusal::NoClause
            | NoticeRefusal::NoticeOver
            | NoticeRefusal::NoticeTooShort
            | NoticeRefusal::ReleaseOutsideNotice
            | NoticeRefusal::ReleaseOfThePast => CANNOT,
        },
        Refusal::Appeal(x) => match x {
            AppealRefusal::Unknown => StatusCode::NOT_FOUND,
            AppealRefusal::Repeated | AppealRefusal::Answered => CONFLICT,
            AppealRefusal::NotReviewed | AppealRefusal::SameReviewer => FORBIDDEN,
            AppealRefusal::NotReleased => CANNOT,
        },
        Refusal::Enrol(x) => match x {
            EnrolRefusal::RepeatedUid | EnrolRefusal::RepeatedOwner => CONFLICT,
            EnrolRefusal::FreshDay
            | EnrolRefusal::FirstSlot
            | EnrolRefusal::NoticeEndsTooSoon
            | EnrolRefusal::NotReleased => CANNOT,
        },
        Refusal::Spend(x) => match x {
            SpendRefusal::RepeatedNullifier => CONFLICT,
            SpendRefusal::LiveNotice(_) => FORBIDDEN,
            SpendRefusal::UnknownEpoch
            | SpendRefusal::EpochOutOfWindow
            | SpendRefusal::UnknownArchive
            | SpendRefusal::SlotNotOpen
            | SpendRefusal::PolicyNotCurrent
            | SpendRefusal::UnknownAttestationRoot
            | SpendRefusal::RootWithdrawn
            | SpendRefusal::DayNotOpen => CANNOT,
        },
        Refusal::Attest(x) => match x {
            AttestRefusal::RepeatedLeaf | AttestRefusal::AlreadyWithdrawn => CONFLICT,
            AttestRefusal::NotOwnLeaf => FORBIDDEN,
            AttestRefusal::DayOver | AttestRefusal::TreeFull => CANNOT,
        },
        Refusal::Audit(x) => match x {
            AuditRefusal::BatchGap { .. } => CONFLICT,
        },
        Refusal::ProofRejected(_) => CANNOT,
    }
}

/// The slug in words.
fn title(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => words,
    }
}

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let Kind {
            status,
            slug,
            retry_after,
        } = kind_of(&self);
        let (detail, id) = match &self {
            Self::Internal(fault) => {
                let id = format!("{:016x}", rand::thread_rng().next_u64());
                tracing::error!(id, fault, "internal fault");
                (None, Some(id))
            }
            _ if status.is_server_error() => (None, None),
            shown => (Some(shown.to_string()), None),
        };
        let problem = Problem {
            kind: format!("{PREFIX}{slug}"),
            title: title(slug),
            status: status.as_u16(),
            detail,
            id,
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Slug(slug));
        response
    }
}

#[cfg(test)]
mod tests;
