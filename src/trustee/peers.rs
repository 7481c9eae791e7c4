//! The other trustees, as this one asks them.

use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::time::Timestamp;

use crate::client::TrusteeClient;
use luyin_device::client::{ClientError, EncodedBytes, RequestSigner, SealedForNotice};

/// Another trustee.
pub trait Peer {
    /// Which.
    fn index(&self) -> TrusteeIndex;
    /// Hands over a sealed share and receives the other's.
    fn exchange(
        &self,
        notice: &NoticeId,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, ClientError>;
}

/// Another trustee, by HTTP.
#[derive(Debug, Clone)]
pub struct HttpPeer {
    index: TrusteeIndex,
    client: TrusteeClient,
    signer: RequestSigner,
}

impl HttpPeer {
    /// The trustee of a number at an address; `signer` is this trustee's own.
    #[must_use]
    pub const fn new(index: TrusteeIndex, client: TrusteeClient, signer: RequestSigner) -> Self {
        Self {
            index,
            client,
            signer,
        }
    }
}

impl Peer for HttpPeer {
    fn index(&self) -> TrusteeIndex {
        self.index
    }

    fn exchange(
        &self,
        notice: &NoticeId,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, ClientError> {
        let offer = SealedForNotice {
            notice: *notice,
            sealed: EncodedBytes(sealed.to_vec()),
        };
        let answer = self.client.exchange(&self.signer, now, &offer)?;
        Ok(answer.sealed.0)
    }
}
