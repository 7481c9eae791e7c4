//! Why a trustee refuses. Every refusal is rendered here alone, as `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use luyin_keys::escrow::{EscrowError, ReleaseError, StoreError};
use luyin_keys::voprf::VoprfError;
use luyin_protocol::escrow::TrusteeIndex;
use serde_json::json;

use super::ledger::LedgerError;
use luyin_device::http_signature::SignatureError;

/// Why a trustee refuses a request.
#[derive(Debug, thiserror::Error)]
pub enum TrusteeError {
    /// Not JSON of the route's shape.
    #[error("the body: {0}")]
    Body(String),
    /// The signature of the request.
    #[error("the request's signature: {0}")]
    Signature(#[from] SignatureError),
    /// The key id names nobody who may call this route.
    #[error("the key id is no {0}")]
    Caller(&'static str),
    /// A nonce is good for one use.
    #[error("the nonce was used before")]
    NonceUsed,
    /// More than the caller's share of requests.
    #[error("{0}; try again later")]
    Busy(&'static str),
    /// More evaluations than enrolments the registrar may make in a day.
    #[error("this registrar has used its evaluations of today")]
    EvaluationsUsed,
    /// One of the two trustees without an evaluation key.
    #[error("this trustee does not evaluate; ask trustees 1 to 3")]
    NotEvaluator,
    /// The blinded element.
    #[error(transparent)]
    Voprf(#[from] VoprfError),
    /// The sealed share.
    #[error("the sealed share does not open for this trustee, owner and network")]
    ShareDoesNotOpen,
    /// The share is not the committed one.
    #[error("the share does not open its commitment")]
    ShareNotCommitted,
    /// Something else is stored for the enrolment.
    #[error("another share is stored for this enrolment")]
    ShareConflict,
    /// Nobody has told this trustee whose notice it is.
    #[error("no opening of this notice was handed in; the authority must send it first")]
    NoOpening,
    /// Nobody has shown this trustee the evidence.
    #[error(
        "the notice's evidence was not shown; the authority must send the file with the opening"
    )]
    NoEvidence,
    /// A past day's values would only show where somebody was.
    #[error("the day is over")]
    PastDay,
    /// Fewer than three trustees could act.
    #[error("only {found} of three trustees can act; {named}")]
    TooFew {
        /// how many could, this one included
        found: usize,
        /// who could not, and why
        named: String,
    },
    /// The rules of release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of this process.
    #[error("internal: {0}")]
    Internal(String),
}

impl TrusteeError {
    /// The trustee that a release names as the one at fault.
    #[must_use]
    pub const fn named(&self) -> Option<TrusteeIndex> {
        match self {
            Self::Release(
                ReleaseError::BadOffer(trustee)
                | ReleaseError::Escrow(
                    EscrowError::FalseShare(trustee) | EscrowError::OffPolynomial(trustee),
                ),
            ) => Some(*trustee),
            _ => None,
        }
    }

    /// Status and slug.
    #[must_use]
    pub const fn kind(&self) -> (StatusCode, &'static str) {
        const CANNOT: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        match self {
            Self::Body(_) => (StatusCode::BAD_REQUEST, "malformed-body"),
            Self::Signature(_) => (StatusCode::UNAUTHORIZED, "http-signature"),
            Self::NonceUsed => (StatusCode::UNAUTHORIZED, "nonce-used"),
            Self::Caller(_) => (StatusCode::FORBIDDEN, "role"),
            Self::Busy(_) => (StatusCode::TOO_MANY_REQUESTS, "organisation-budget"),
            Self::EvaluationsUsed => (StatusCode::TOO_MANY_REQUESTS, "evaluations-used"),
            Self::NotEvaluator => (StatusCode::NOT_FOUND, "not-evaluator"),
            Self::Voprf(_) => (StatusCode::BAD_REQUEST, "blinded-element"),
            Self::ShareDoesNotOpen => (CANNOT, "share-does-not-open"),
            Self::ShareNotCommitted => (CANNOT, "share-not-committed"),
            Self::ShareConflict => (StatusCode::CONFLICT, "share-conflict"),
            Self::NoOpening => (CANNOT, "no-opening"),
            Self::NoEvidence => (CANNOT, "no-evidence"),
            Self::PastDay => (CANNOT, "release-of-the-past"),
            Self::TooFew { .. } => (StatusCode::SERVICE_UNAVAILABLE, "too-few-trustees"),
            Self::Release(error) => release_kind(error),
            Self::Ledger(_) => (StatusCode::SERVICE_UNAVAILABLE, "ledger"),
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "cannot-write"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

const fn release_kind(error: &ReleaseError) -> (StatusCode, &'static str) {
    const CANNOT: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    match error {
        ReleaseError::UnknownNotice => (StatusCode::NOT_FOUND, "notice-unknown"),
        ReleaseError::Lifted => (StatusCode::CONFLICT, "notice-lifted"),
        ReleaseError::Expired => (CANNOT, "notice-over"),
        ReleaseError::Backdated => (CANNOT, "notice-backdated"),
        ReleaseError::OutsideNotice(_) => (CANNOT, "release-outside-notice"),
        ReleaseError::NotYet(_) => (CANNOT, "release-not-yet"),
        ReleaseError::OtherSubject => (CANNOT, "other-subject"),
        ReleaseError::NoEnrolment => (CANNOT, "no-enrolment"),
        ReleaseError::BadOpening => (CANNOT, "bad-opening"),
        ReleaseError::BadEvidence => (CANNOT, "bad-evidence"),
        ReleaseError::OtherEvidence => (CANNOT, "other-evidence"),
        ReleaseError::NoShare => (CANNOT, "no-share"),
        ReleaseError::BadOffer(_) | ReleaseError::Escrow(_) => (CANNOT, "false-share"),
        ReleaseError::Source(_) => (StatusCode::SERVICE_UNAVAILABLE, "ledger"),
        ReleaseError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "cannot-write"),
        ReleaseError::Seal(_) | ReleaseError::BadSignature(_) | ReleaseError::Disagreement(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    }
}

impl IntoResponse for TrusteeError {
    fn into_response(self) -> Response {
        let (status, slug) = self.kind();
        tracing::info!(slug, "refused");
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(fault = %self, "internal fault");
        }
        let detail = match status {
            StatusCode::INTERNAL_SERVER_ERROR => "see this trustee's log".to_owned(),
            _ => self.to_string(),
        };
        let problem = json!({
            "type": format!("urn:luyin:problem:{slug}"),
            "title": slug.replace('-', " "),
            "status": status.as_u16(),
            "detail": detail,
        });
        let mut response = (status, problem.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
