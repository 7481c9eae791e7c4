//! The client of a node: one method for each route of clause 9.3.

mod desk;

use std::sync::OnceLock;
use std::time::Duration;

use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::network::{NetworkMode, NetworkParameters};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::signature::{NetworkId, Sha256Hash};
use luyin_protocol::time::{Day, Step, Timestamp};
use luyin_protocol::tx::{AuditBatch, Release, Tx, TxKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::{
    AppealStatistics, AttestationDay, Bucket, BucketName, EnrolledNote, Epoch, Forest,
    GovernanceReach, LiveNotice, LogEntry, NetworkInfo, PublicAppeal, Published, Receipt,
    ReleasedDay, Spend,
};
use super::encoded::EncodedBytes;
use super::error::ClientError;
use super::http::{Call, Http, Repeat, SignedAt};
use super::news::News;
use super::signing::RequestSigner;
use super::transport::Transport;

/// How many appeals an answer has at most.
const APPEALS_PAGE: usize = 1_000;

/// Calls one node. Blocking; may be shared between threads.
#[derive(Debug)]
pub struct NodeClient<T> {
    http: Http<T>,
    signer: Option<RequestSigner>,
    founding: OnceLock<Founding>,
}

/// What never changes about a network.
#[derive(Debug, Clone)]
struct Founding {
    id: NetworkId,
    parameters: NetworkParameters,
}

#[derive(Deserialize)]
struct Hashes {
    hashes: Vec<Sha256Hash>,
}

impl<T: Transport + Default> NodeClient<T> {
    /// A client of the node at `http://host:port` or `https://host`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub fn new(address: &str) -> Result<Self, ClientError> {
        Self::over(T::default(), address)
    }
}

impl<T: Transport> NodeClient<T> {
    /// The same, over a transport.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub fn over(transport: T, address: &str) -> Result<Self, ClientError> {
        Ok(Self {
            http: Http::over(transport, address)?,
            signer: None,
            founding: OnceLock::new(),
        })
    }

    /// Signs the calls that need it. Reading and wallet calls stay unsigned.
    #[must_use]
    pub fn signing_as(mut self, signer: RequestSigner) -> Self {
        self.signer = Some(signer);
        self
    }

    /// The address this client calls.
    #[must_use]
    pub fn address(&self) -> &str {
        self.http.address()
    }

    /// Waits for a moment.
    pub fn pause(&self, time: Duration) {
        self.http.transport().pause(time);
    }

    /// `GET /healthz`.
    pub fn healthz(&self) -> Result<(), ClientError> {
        self.http.bytes(&Call::get("/healthz")).map(|_| ())
    }

    /// `GET /readyz`.
    pub fn readyz(&self) -> Result<(), ClientError> {
        self.http.bytes(&Call::get("/readyz")).map(|_| ())
    }

    /// `GET /v1/network`, checked: the parameters hash to the network they are said to found, and no later answer
    /// names another network than the first.
    pub fn network(&self) -> Result<NetworkInfo, ClientError> {
        let info: NetworkInfo = self.get("/v1/network")?;
        let parameters = &info.parameters.0;
        let known = self.founding.get().map(|founding| founding.id);
        if parameters.id() != info.network || known.is_some_and(|id| id != info.network) {
            return Err(self.unreadable("its parameters are not those of the network it names"));
        }
        let _ = self.founding.set(Founding {
            id: info.network,
            parameters: parameters.clone(),
        });
        Ok(info)
    }

    /// The network's identity, asked for once.
    pub fn network_id(&self) -> Result<NetworkId, ClientError> {
        self.founding().map(|founding| founding.id)
    }

    /// The network's founding data, asked for once.
    pub fn parameters(&self) -> Result<NetworkParameters, ClientError> {
        self.founding().map(|founding| founding.parameters)
    }

    fn founding(&self) -> Result<Founding, ClientError> {
        if self.founding.get().is_none() {
            self.network()?;
        }
        self.founding
            .get()
            .cloned()
            .ok_or_else(|| self.unreadable("no network"))
    }

    /// The time to sign at and to reckon days by: the caller's, and on a development network the node's, whose clock may
    /// have been set.
    pub fn now(&self) -> Result<Timestamp, ClientError> {
        match self.founding()?.parameters.mode {
            NetworkMode::Production => Ok(self.http.transport().now()),
            NetworkMode::Development => self.network().map(|info| info.now),
        }
    }

    /// `GET /v1/keys/manifest.json`.
    pub fn keys_manifest(&self) -> Result<Vec<u8>, ClientError> {
        self.http.bytes(&Call::get("/v1/keys/manifest.json"))
    }

    /// `GET /v1/keys/{file}`.
    pub fn keys_file(&self, file: &str) -> Result<Vec<u8>, ClientError> {
        self.http
            .bytes(&Call::get(&format!("/v1/keys/{file}")).file())
    }

    /// `GET /v1/regions`.
    pub fn regions(&self) -> Result<Value, ClientError> {
        self.get("/v1/regions")
    }

    /// `GET /v1/policies`: all versions.
    pub fn policies(&self) -> Result<Vec<Published<Policy>>, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            policies: Vec<Published<Policy>>,
        }
        self.get::<Answer>("/v1/policies").map(|a| a.policies)
    }

    /// `GET /v1/risk-lists`: all versions.
    pub fn risk_lists(&self) -> Result<Vec<Published<RiskList>>, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            risk_lists: Vec<Published<RiskList>>,
        }
        self.get::<Answer>("/v1/risk-lists").map(|a| a.risk_lists)
    }

    /// `GET /v1/news`.
    pub fn news(&self) -> Result<News, ClientError> {
        self.get("/v1/news")
    }

    /// `GET /v1/epochs?after=N`: at most 1,000 by rising number.
    pub fn epochs(&self, after: u32) -> Result<Vec<Epoch>, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            epochs: Vec<Epoch>,
        }
        self.get::<Answer>(&format!("/v1/epochs?after={after}"))
            .map(|a| a.epochs)
    }

    /// `GET /v1/notices`: the live ones.
    pub fn notices(&self) -> Result<Vec<LiveNotice>, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            notices: Vec<LiveNotice>,
        }
        self.get::<Answer>("/v1/notices").map(|a| a.notices)
    }

    /// `GET /v1/appeals?after=N`: those filed after an entry, however many there are.
    pub fn appeals(&self, after: u64) -> Result<Vec<PublicAppeal>, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            appeals: Vec<PublicAppeal>,
        }
        let (mut all, mut after): (Vec<PublicAppeal>, u64) = (Vec::new(), after);
        loop {
            let target = format!("/v1/appeals?after={after}");
            let Answer { appeals } = self.get(&target)?;
            let full = appeals.len() >= APPEALS_PAGE;
            let Some(last) = appeals.last().map(|appeal| appeal.entry.0) else {
                return Ok(all);
            };
            if last <= after {
                return Err(self.unreadable("appeals that do not rise"));
            }
            after = last;
            all.extend(appeals);
            if !full {
                return Ok(all);
            }
        }
    }

    /// `GET /v1/appeals/statistics`.
    pub fn appeal_statistics(&self) -> Result<AppealStatistics, ClientError> {
        self.get("/v1/appeals/statistics")
    }

    /// `GET /v1/releases?day=D`.
    pub fn releases(&self, day: Day) -> Result<Vec<Release>, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            releases: Vec<ReleasedDay>,
        }
        self.get::<Answer>(&format!("/v1/releases?day={day}"))
            .map(|a| a.releases.into_iter().map(Release::from).collect())
    }

    /// `GET /v1/nullifiers/bits`: at how many bits a bucket of spends holds enough.
    pub fn nullifier_bits(&self) -> Result<u8, ClientError> {
        self.bits("/v1/nullifiers/bits")
    }

    /// `GET /v1/nullifiers`: all spends of a bucket.
    pub fn nullifiers(&self, bucket: BucketName) -> Result<Bucket<Spend>, ClientError> {
        self.bucket("/v1/nullifiers", bucket)
    }

    /// `GET /v1/enrolments/bits`: at how many bits a bucket of enrolments holds enough.
    pub fn enrolment_bits(&self) -> Result<u8, ClientError> {
        self.bits("/v1/enrolments/bits")
    }

    /// `GET /v1/enrolments`: all enrolments of a bucket.
    pub fn enrolments(&self, bucket: BucketName) -> Result<Bucket<EnrolledNote>, ClientError> {
        self.bucket("/v1/enrolments", bucket)
    }

    fn bits(&self, target: &str) -> Result<u8, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            bits: u8,
        }
        self.get::<Answer>(target).map(|a| a.bits)
    }

    fn bucket<A: DeserializeOwned>(
        &self,
        path: &str,
        bucket: BucketName,
    ) -> Result<Bucket<A>, ClientError> {
        let BucketName { prefix, bits } = bucket;
        self.get(&format!("{path}?bucket={prefix}&bits={bits}"))
    }

    /// `GET /v1/forest`.
    pub fn forest(&self) -> Result<Forest, ClientError> {
        self.get("/v1/forest")
    }

    /// A tile under `/forest/...`; the path begins with that.
    pub fn forest_tile(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.http.bytes(&Call::get(path))
    }

    /// `GET /v1/attestations/roots?day=D`.
    pub fn attestation_root(&self, day: Day) -> Result<AttestationDay, ClientError> {
        self.get(&format!("/v1/attestations/roots?day={day}"))
    }

    /// `GET /checkpoint`: a signed note, to be verified by the caller.
    pub fn checkpoint(&self) -> Result<Vec<u8>, ClientError> {
        self.http.bytes(&Call::get("/checkpoint"))
    }

    /// A tile of the log; the path begins with `/tile/`.
    pub fn tile(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.http.bytes(&Call::get(path))
    }

    /// `GET /v1/proofs/inclusion`: the hashes, to be verified by the caller.
    pub fn inclusion(&self, entry: u64, size: u64) -> Result<Vec<Sha256Hash>, ClientError> {
        self.get::<Hashes>(&format!("/v1/proofs/inclusion?entry={entry}&size={size}"))
            .map(|a| a.hashes)
    }

    /// `GET /v1/proofs/consistency`: the hashes, to be verified by the caller.
    pub fn consistency(&self, from: u64, size: u64) -> Result<Vec<Sha256Hash>, ClientError> {
        self.get::<Hashes>(&format!("/v1/proofs/consistency?from={from}&size={size}"))
            .map(|a| a.hashes)
    }

    /// `GET /v1/entries/{index}`.
    pub fn entry(&self, index: u64) -> Result<LogEntry, ClientError> {
        self.get(&format!("/v1/entries/{index}"))
    }

    /// `GET /1.0/identifiers/{did}`: the resolution result as the DID standard writes it.
    pub fn resolve(&self, did: &Did, query: &str) -> Result<Value, ClientError> {
        let question = if query.is_empty() { "" } else { "?" };
        self.get(&format!("/1.0/identifiers/{did}{question}{query}"))
    }

    /// Posts a transaction to the route of its kind, signed where the route asks for a role. May be sent again by
    /// itself: it bears an idempotency key.
    pub fn submit(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        let (path, signed) = route(tx.kind());
        let body = json!({ "tx": EncodedBytes(tx.to_vec()) });
        let call = Call::post(path, &body, Repeat::Safe)?.idempotent();
        if signed {
            self.http.json(&call.signed(self.signature()?))
        } else {
            self.http.json(&call)
        }
    }

    /// `POST /v1/desks/{box}/request`: leaves what was sealed to a desk's code in the desk's box. May be left again.
    pub fn leave_at_desk(&self, desk: &str, sealed: &[u8]) -> Result<(), ClientError> {
        let target = format!("/v1/desks/{desk}/request");
        let body = json!({ "sealed": EncodedBytes(sealed.to_vec()) });
        let call = Call::post(&target, &body, Repeat::Safe)?;
        self.http.bytes(&call).map(|_| ())
    }

    /// `GET /v1/governance/next`: the next sequence number.
    pub fn governance_next(&self) -> Result<u64, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(alias = "next")]
            sequence: u64,
        }
        self.get::<Answer>("/v1/governance/next")
            .map(|a| a.sequence)
    }

    /// The same: what an action may reach, and how far two signatures do.
    pub fn governance_reach(&self) -> Result<GovernanceReach, ClientError> {
        self.get("/v1/governance/next")
    }

    /// `GET /v1/gate/bundle`: the signed bundle, to be verified by the caller.
    pub fn gate_bundle(&self) -> Result<Vec<u8>, ClientError> {
        let call = Call::get("/v1/gate/bundle").signed(self.signature()?);
        self.http.bytes(&call)
    }

    /// `POST /v1/gate/walk-ins`: whether another gate has seen this walk-in pass already.
    pub fn walk_in(&self, nym: &Nym, step: Step) -> Result<bool, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            spent: bool,
        }
        let body = json!({ "nym": nym, "step": step });
        // Sent a second time it would find itself spent.
        let call = Call::post("/v1/gate/walk-ins", &body, Repeat::Never)?;
        self.http
            .json::<Answer>(&call.signed(self.signature()?))
            .map(|a| a.spent)
    }

    /// `POST /v1/gate/records`: a batch's records with its anchor.
    pub fn gate_records(
        &self,
        batch: &AuditBatch,
        records: &[Vec<u8>],
    ) -> Result<Receipt, ClientError> {
        let tx = Tx::AuditBatch(batch.clone());
        let records: Vec<EncodedBytes> = records.iter().cloned().map(EncodedBytes).collect();
        let body = json!({ "tx": EncodedBytes(tx.to_vec()), "records": records });
        let call = Call::post("/v1/gate/records", &body, Repeat::Safe)?.idempotent();
        self.http.json(&call.signed(self.signature()?))
    }

    /// `GET /v1/gate/batches/next`: this gate's next batch number.
    pub fn gate_next_batch(&self) -> Result<u32, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(alias = "next")]
            batch: u32,
        }
        self.get_signed::<Answer>("/v1/gate/batches/next")
            .map(|a| a.batch)
    }

    /// A signed `GET` under `/v1/audit/`, for regulators; `target` is the path with its query.
    pub fn audit<A: DeserializeOwned>(&self, target: &str) -> Result<A, ClientError> {
        self.get_signed(target)
    }

    /// `POST /v1/audit/verify`.
    pub fn audit_verify(&self, range: &impl Serialize) -> Result<Value, ClientError> {
        let call = Call::post("/v1/audit/verify", range, Repeat::Safe)?;
        self.http.json(&call.signed(self.signature()?))
    }

    /// `POST /dev/clock`: sets a development network's clock forward.
    pub fn set_clock(&self, now: Timestamp) -> Result<(), ClientError> {
        let body = json!({ "now": now });
        let call = Call::post("/dev/clock", &body, Repeat::Safe)?;
        self.http.bytes(&call).map(|_| ())
    }

    fn get<A: DeserializeOwned>(&self, target: &str) -> Result<A, ClientError> {
        self.http.json(&Call::get(target))
    }

    fn get_signed<A: DeserializeOwned>(&self, target: &str) -> Result<A, ClientError> {
        self.http.json(&Call::get(target).signed(self.signature()?))
    }

    fn signature(&self) -> Result<SignedAt<'_>, ClientError> {
        let signer = self.signer.as_ref().ok_or(ClientError::NoSigner)?;
        let now = self.now()?;
        Ok(SignedAt { signer, now })
    }

    fn unreadable(&self, reason: &str) -> ClientError {
        ClientError::Unreadable {
            peer: self.http.peer().to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// The route of a transaction's kind, and whether it takes a signed request.
const fn route(kind: TxKind) -> (&'static str, bool) {
    match kind {
        TxKind::DidCreate | TxKind::DidUpdate | TxKind::DidDeactivate => ("/v1/dids", false),
        TxKind::CheckIn => ("/v1/checkins", false),
        TxKind::Absorb => ("/v1/absorbs", false),
        TxKind::Appeal => ("/v1/appeals", false),
        TxKind::Enrol => ("/v1/enrolments", true),
        TxKind::Attest => ("/v1/attestations", true),
        TxKind::AttestWithdrawn => ("/v1/attestations/withdrawals", true),
        TxKind::Governance => ("/v1/governance", false),
        TxKind::Release => ("/v1/releases", false),
        TxKind::AuditBatch => ("/v1/gate/records", true),
    }
}
