//! The client of a trustee: one method for each route of clause 9.4.

use luyin_keys::voprf::{Blinded, Evaluation};
use luyin_protocol::field::{Owner, ShareCommitment};
use luyin_protocol::risk::NoticeId;
use luyin_protocol::signature::{Sha256Hash, Signature};
use luyin_protocol::time::{Day, Timestamp};
use serde_json::json;

use super::answers::{
    EvaluationAnswer, NoticeOpening, ReleaseAnswer, SealedForNotice, SignatureAnswer, TrusteeCard,
};
use super::encoded::EncodedBytes;
use super::error::ClientError;
use super::http::{Call, Http, Repeat, SignedAt};
use super::signing::RequestSigner;
use super::transport::Transport;

/// Calls one trustee. Blocking; may be shared between threads.
#[derive(Debug, Clone)]
pub struct TrusteeClient<T> {
    http: Http<T>,
}

impl<T: Transport + Default> TrusteeClient<T> {
    /// A client of the trustee at `http://host:port` or `https://host`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub fn new(address: &str) -> Result<Self, ClientError> {
        Http::over(T::default(), address).map(|http| Self { http })
    }
}

impl<T: Transport> TrusteeClient<T> {
    /// The address this client calls.
    #[must_use]
    pub fn address(&self) -> &str {
        self.http.address()
    }

    /// `GET /healthz`.
    pub fn healthz(&self) -> Result<(), ClientError> {
        self.http.bytes(&Call::get("/healthz")).map(|_| ())
    }

    /// `GET /v1/trustee`. What it says of itself counts only where it equals what the ledger's founding data say.
    pub fn card(&self) -> Result<TrusteeCard, ClientError> {
        self.http.json(&Call::get("/v1/trustee"))
    }

    /// `POST /v1/evaluate`: asks for an evaluation, which the caller checks against the trustee's published key.
    pub fn evaluate(
        &self,
        signer: &RequestSigner,
        now: Timestamp,
        blinded: &Blinded,
    ) -> Result<Evaluation, ClientError> {
        let body = json!({ "blinded": hex::encode(blinded.as_bytes()) });
        let call = Call::post("/v1/evaluate", &body, Repeat::Safe)?;
        let answer: EvaluationAnswer = self.http.json(&call.signed(SignedAt { signer, now }))?;
        let mut bytes = [0; Evaluation::LEN];
        hex::decode_to_slice(format!("{}{}", answer.evaluated, answer.proof), &mut bytes).map_err(
            |_| ClientError::Unreadable {
                peer: self.http.peer().to_owned(),
                reason: "not an evaluation".to_owned(),
            },
        )?;
        Ok(Evaluation::from_bytes(&bytes))
    }

    /// `POST /v1/shares`: hands over a sealed share; the same share may be sent again.
    pub fn share(
        &self,
        signer: &RequestSigner,
        now: Timestamp,
        share: &ShareDelivery<'_>,
    ) -> Result<Signature, ClientError> {
        let body = json!({
            "enrolment": share.enrolment,
            "owner": share.owner,
            "commitment": share.commitment,
            "sealed": EncodedBytes(share.sealed.to_vec()),
        });
        let call = Call::post("/v1/shares", &body, Repeat::Safe)?;
        self.http
            .json::<SignatureAnswer>(&call.signed(SignedAt { signer, now }))
            .map(|answer| answer.signature)
    }

    /// `POST /v1/openings`: says whose notice it is and shows its evidence, sealed to this trustee.
    pub fn opening(&self, opening: &NoticeOpening) -> Result<(), ClientError> {
        let call = Call::post("/v1/openings", opening, Repeat::Safe)?;
        self.http.bytes(&call).map(|_| ())
    }

    /// `POST /v1/exchange`: gives another trustee this one's share, sealed to it, and receives its own in return.
    pub fn exchange(
        &self,
        signer: &RequestSigner,
        now: Timestamp,
        offer: &SealedForNotice,
    ) -> Result<SealedForNotice, ClientError> {
        let call = Call::post("/v1/exchange", offer, Repeat::Safe)?;
        self.http.json(&call.signed(SignedAt { signer, now }))
    }

    /// `POST /v1/releases`: asks for one day's values of a notice.
    pub fn release(&self, notice: &NoticeId, day: Day) -> Result<ReleaseAnswer, ClientError> {
        let body = json!({ "notice": notice, "day": day });
        self.http
            .json(&Call::post("/v1/releases", &body, Repeat::Safe)?)
    }
}

/// What a registrar hands a trustee.
#[derive(Debug, Clone, Copy)]
pub struct ShareDelivery<'a> {
    /// Hash of the enrolment's public part.
    pub enrolment: &'a Sha256Hash,
    /// Whose enrolment.
    pub owner: &'a Owner,
    /// What the share opens.
    pub commitment: &'a ShareCommitment,
    /// The sealed share.
    pub sealed: &'a [u8],
}
