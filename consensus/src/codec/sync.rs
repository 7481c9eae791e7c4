//! How a late node asks for what was decided without it (clause 12.11).

use super::{MAX_BODY, Wire, get_many, long_bytes, put_long_bytes, put_many};
use crate::context::Consortium;
use luyin_protocol::codec::{DecodeError, Reader, Writer};
use malachitebft_app_channel::app;
use malachitebft_core_types::ExtendedCommitCertificate;
use malachitebft_sync::{ValueRequest, ValueResponse};

use app::types::PeerId;
use app::types::sync::RawDecidedValue;

pub type Status = app::types::sync::Status<Consortium>;
pub type Request = app::types::sync::Request<Consortium>;
pub type Response = app::types::sync::Response<Consortium>;

/// Most values of an answer.
pub const MAX_SYNC_VALUES: usize = 64;
/// Most heights of a question.
pub const MAX_SYNC_HEIGHTS: u64 = 1024;

impl Wire for Status {
    fn put(&self, w: &mut Writer) {
        w.bytes(&self.peer_id.to_bytes())
            .value(&self.tip_height)
            .value(&self.history_min_height);
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let peer = r.bytes(super::MAX_PEER, "the peer's id")?;
        Ok(Self {
            peer_id: PeerId::from_bytes(peer).map_err(|_| DecodeError::Invalid("the peer's id"))?,
            tip_height: r.value()?,
            history_min_height: r.value()?,
        })
    }
}

impl Wire for Request {
    fn put(&self, w: &mut Writer) {
        let Self::ValueRequest(request) = self;
        w.value(request.range.start()).value(request.range.end());
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (start, end): (crate::Height, crate::Height) = (r.value()?, r.value()?);
        match end.get().checked_sub(start.get()) {
            Some(more) if more < MAX_SYNC_HEIGHTS => {
                Ok(Self::ValueRequest(ValueRequest::new(start..=end)))
            }
            _ => Err(DecodeError::Invalid("the range of heights")),
        }
    }
}

impl Wire for Response {
    fn put(&self, w: &mut Writer) {
        let Self::ValueResponse(response) = self;
        w.value(&response.start_height);
        put_many(w, &response.values, |w, value| {
            value.certificate.put(w);
            put_long_bytes(w, &value.value_bytes);
        });
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.value()?;
        let values = get_many(r, MAX_SYNC_VALUES, "the values", |r| {
            let certificate = ExtendedCommitCertificate::get(r)?;
            let body = long_bytes(r, MAX_BODY, "the body")?;
            Ok(RawDecidedValue::new(body, certificate))
        })?;
        Ok(Self::ValueResponse(ValueResponse::new(start, values)))
    }
}
