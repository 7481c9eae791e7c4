//! A registrar's desk at the node (clause 9.7). Boxes are named by [`crate::enrolment::DeskCode::box_name`].

use luyin_protocol::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::NodeClient;
use crate::client::encoded::EncodedBytes;
use crate::client::error::ClientError;
use crate::client::http::{Call, Repeat};
use crate::client::transport::Transport;

/// What a node says of a box into which nothing was put yet.
const EMPTY: &str = "desk-empty";

impl<T: Transport> NodeClient<T> {
    /// `POST /v1/desks`: opens a box; says until when. One's own may be opened again.
    pub fn open_desk(&self, desk: &str) -> Result<Timestamp, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            until: Timestamp,
        }
        let call = Call::post("/v1/desks", &json!({ "box": desk }), Repeat::Safe)?;
        let answer: Answer = self.http.json(&call.signed(self.signature()?))?;
        Ok(answer.until)
    }

    /// `GET /v1/desks/{box}/request`: the sealed request of a box of one's own, if it has come.
    pub fn take_from_desk(&self, desk: &str) -> Result<Option<Vec<u8>>, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            sealed: EncodedBytes,
        }
        match self.get_signed::<Answer>(&format!("/v1/desks/{desk}/request")) {
            Ok(answer) => Ok(Some(answer.sealed.0)),
            Err(error)
                if error
                    .problem()
                    .is_some_and(|problem| problem.slug() == EMPTY) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// `DELETE /v1/desks/{box}`: closes a box of one's own and throws away what lies in it.
    pub fn close_desk(&self, desk: &str) -> Result<(), ClientError> {
        let target = format!("/v1/desks/{desk}");
        let call = Call::delete(&target).signed(self.signature()?);
        self.http.bytes(&call).map(|_| ())
    }
}
