//! What nodes and trustees answer (clauses 9.3 and 9.4).

use luyin_protocol::appeal::{AppealEntry, AppealReason, StatementCommitment};
use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature};
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::field::{
    AttestationRoot, EpochRoot, NoteCommitment, Nullifier, Nym, Owner, TreeRoot,
};
use luyin_protocol::network::{NetworkMode, NetworkParameters};
use luyin_protocol::risk::{DayRelease, NoticeClass, NoticeId};
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::signature::{NetworkId, PublicKey, SealPublicKey, Sha256Hash, Signature};
use luyin_protocol::time::{Day, Slot, Timestamp};
use luyin_protocol::tx::{Entry, Release};
use luyin_protocol::versioned::Standing;
use serde::{Deserialize, Serialize};

use super::encoded::{Encoded, EncodedBytes};

/// `GET /v1/network`.
#[derive(Debug, Clone, Deserialize)]
pub struct NetworkInfo {
    /// The ledger's identity.
    pub network: NetworkId,
    /// Its founding data; [`super::NodeClient::network`] has checked that their hash is `network`.
    pub parameters: Encoded<NetworkParameters>,
    /// Production or development.
    pub mode: NetworkMode,
    /// Origin of the checkpoints.
    pub origin: String,
    /// The node's clock.
    pub now: Timestamp,
    /// Its day.
    pub day: Day,
    /// Its slot.
    pub slot: Slot,
    /// Blocks so far.
    pub height: u64,
    /// Entries of the log.
    pub log_size: u64,
    /// Number of the newest epoch.
    pub epoch: u64,
}

/// What a submitted transaction became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its entry in the log.
    pub entry: u64,
    /// Its block.
    pub height: u64,
    /// The block's time.
    pub time: Timestamp,
}

/// What the authority must know before it signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GovernanceReach {
    /// The number that is due.
    pub next: u64,
    /// Enrolments on the log.
    pub enrolments: u64,
    /// Notices published today.
    pub notices_today: u64,
    /// How many persons two signatures reach.
    pub two_reach: u32,
}

/// One version of a policy or risk list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(bound = "T: Canonical")]
pub struct Published<T> {
    /// The version itself.
    #[serde(rename = "bytes")]
    pub item: Encoded<T>,
    /// How it stands now.
    pub standing: Standing,
}

/// One epoch root.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Epoch {
    /// Epochs count up.
    pub number: u32,
    /// When it was made.
    pub time: Timestamp,
    /// Its root.
    pub root: EpochRoot,
    /// `quick` or `shared`.
    pub kind: String,
    /// Notes under it: the sizes of the forest's files follow.
    pub notes: u64,
}

/// A live notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveNotice {
    /// Which.
    #[serde(alias = "notice")]
    pub id: NoticeId,
    /// What kind.
    pub class: NoticeClass,
    /// What kind of evidence it rests on; none in what a wallet kept before notices said so.
    #[serde(default)]
    pub evidence_kind: Option<EvidenceKind>,
    /// The clause it rests on.
    pub clause: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
    /// Its entry in the log.
    pub entry: u64,
}

/// `GET /v1/appeals`: an appeal with its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAppeal {
    /// The log's entry that filed it.
    pub entry: AppealEntry,
    /// The notice that it is against.
    pub notice: NoticeId,
    /// The person's name in the notice's scope and nowhere else.
    pub nym: Nym,
    /// Why.
    pub reason: AppealReason,
    /// Commitment to a file that the person hands to the office.
    #[serde(default)]
    pub statement: Option<StatementCommitment>,
    /// When it was filed.
    pub filed: Timestamp,
    /// Until when it is to be answered.
    pub due: Timestamp,
    /// How it stands.
    pub state: AppealState,
    /// What settled it.
    #[serde(default)]
    pub answer: Option<AppealAnswer>,
}

/// How an appeal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealState {
    /// Not due yet.
    Open,
    /// Due, and nothing has settled it.
    Overdue,
    /// Granted.
    Granted,
    /// Refused.
    Refused,
    /// The notice ended without a word to the appeal.
    Lifted,
}

impl AppealState {
    /// In words, in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Open => "等待答复",
            Self::Overdue => "逾期未答复",
            Self::Granted => "申诉成立",
            Self::Refused => "申诉未获支持",
            Self::Lifted => "告知已解除",
        }
    }

    /// In words, in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Open => "waiting for an answer",
            Self::Overdue => "overdue without an answer",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Lifted => "the notice was lifted",
        }
    }
}

/// What settled an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealAnswer {
    /// The log's entry of it.
    pub entry: u64,
    /// When.
    pub time: Timestamp,
    /// Whether it came after the hours.
    pub late: bool,
    /// Why, in the authority's words.
    #[serde(default)]
    pub words: Option<String>,
}

/// `GET /v1/appeals/statistics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealStatistics {
    /// As of when.
    pub now: Timestamp,
    /// Filed so far.
    pub filed: u64,
    /// Not settled, not due yet.
    pub open: u64,
    /// Not settled, due.
    pub overdue: u64,
    /// Granted.
    pub granted: u64,
    /// Refused.
    pub refused: u64,
    /// Their notice was lifted without a word to them.
    pub lifted: u64,
    /// Settled within the hours.
    pub in_time: u64,
    /// Settled after them.
    pub late: u64,
    /// Half of the settled ones took so many minutes at most.
    #[serde(default)]
    pub median_minutes: Option<u16>,
}

/// A day's values of one notice with the trustees' signatures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReleasedDay {
    /// The values.
    pub values: Encoded<DayRelease>,
    /// At least three.
    pub signatures: Vec<TrusteeSignature>,
}

impl From<ReleasedDay> for Release {
    fn from(day: ReleasedDay) -> Self {
        Self {
            values: day.values.0,
            signatures: day.signatures,
        }
    }
}

/// A spend.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Spend {
    /// Its nullifier.
    pub nf: Nullifier,
    /// The note it made.
    pub cm: NoteCommitment,
    /// Place of that note in the forest.
    pub leaf: u64,
    /// Its entry in the log.
    pub entry: u64,
    /// That note, sealed to its owner.
    pub sealed: Encoded<SealedNote>,
}

/// An enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EnrolledNote {
    /// Whose.
    pub owner: Owner,
    /// The first note.
    pub cm: NoteCommitment,
    /// Its place in the forest.
    pub leaf: u64,
    /// Its entry in the log.
    pub entry: u64,
    /// The first note, sealed to its owner.
    pub sealed: Encoded<SealedNote>,
}

/// The first bits of a name, by which entries are asked for many at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketName {
    pub(super) prefix: u64,
    pub(super) bits: u8,
}

impl BucketName {
    /// The bucket of `name` at so many bits, at most 32: the first bits of its bytes as sent.
    #[must_use]
    pub fn of(name: &[u8; 32], bits: u8) -> Self {
        let bits = bits.min(32);
        let [a, b, c, d, ..] = *name;
        let word = u64::from(u32::from_be_bytes([a, b, c, d]));
        Self {
            prefix: word >> (32 - u32::from(bits)),
            bits,
        }
    }
}

/// All entries whose name begins with the bits of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Bucket<T> {
    /// How many bits name the bucket.
    pub bits: u8,
    /// What lies in it.
    pub entries: Vec<T>,
}

/// `GET /v1/forest`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Forest {
    /// Notes in all.
    pub size: u64,
    /// Levels of one tree.
    pub depth: u8,
    /// How many trees.
    pub trees: u64,
    /// The newest epoch.
    pub epoch: u64,
    /// Notes in each tree.
    pub tree_sizes: Vec<u64>,
    /// Roots of the closed trees, oldest first.
    pub closed_roots: Vec<TreeRoot>,
}

/// The attestation tree of a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttestationDay {
    /// The live root.
    pub root: AttestationRoot,
    /// How often the tree was rebuilt.
    pub generation: u64,
    /// Attestations in it.
    pub size: u64,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogEntry {
    /// The entry.
    pub bytes: Encoded<Entry>,
    /// Its block.
    pub height: u64,
    /// The block's time.
    pub time: Timestamp,
}

/// `GET /v1/trustee`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrusteeCard {
    /// Which of the five.
    pub index: TrusteeIndex,
    /// The organisation.
    pub name: String,
    /// Signs acknowledgements and releases.
    pub sign: PublicKey,
    /// Shares are sealed to it.
    pub seal: SealPublicKey,
    /// The evaluation key, of the first three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voprf: Option<Sha256Hash>,
}

/// `POST /v1/evaluate`: 32 bytes of point, 64 bytes of proof, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationAnswer {
    /// The evaluated point.
    pub evaluated: String,
    /// That the published key evaluated it.
    pub proof: String,
}

/// A bare signature, as a trustee acknowledges a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureAnswer {
    /// The signature.
    pub signature: Signature,
}

/// What a trustee releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseAnswer {
    /// The day's values.
    pub values: Encoded<DayRelease>,
    /// The trustee's signature over them.
    pub signature: Signature,
    /// The trustees that it asked and left out, silent or false ones.
    #[serde(default)]
    pub without: Vec<Without>,
}

/// A trustee that was asked and left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Without {
    /// Which.
    pub trustee: TrusteeIndex,
    /// Why.
    pub why: String,
}

impl Without {
    /// Names a trustee and the reason.
    #[must_use]
    pub const fn new(trustee: TrusteeIndex, why: String) -> Self {
        Self { trustee, why }
    }
}

impl std::fmt::Display for Without {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "trustee {}: {}", self.trustee, self.why)
    }
}

/// What the authority tells a trustee of a notice: whose it is, and the file of evidence, both sealed to this trustee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeOpening {
    /// The notice.
    pub notice: NoticeId,
    /// Owner and salt, sealed.
    pub sealed: EncodedBytes,
    /// The file whose hash the notice states, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EncodedBytes>,
}

/// What is sealed to a trustee for one notice: another trustee's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedForNotice {
    /// The notice it is for.
    pub notice: NoticeId,
    /// The sealed bytes.
    pub sealed: EncodedBytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_by_the_first_bits() {
        let mut name = [0; 32];
        [name[0], name[1]] = [0b1010_0101, 0b1100_0000];
        let text = |bits| format!("{:?}", BucketName::of(&name, bits));
        assert_eq!(text(0), "BucketName { prefix: 0, bits: 0 }");
        assert_eq!(text(4), "BucketName { prefix: 10, bits: 4 }");
        assert_eq!(
            text(10),
            format!("BucketName {{ prefix: {}, bits: 10 }}", 0b10_1001_0111)
        );
    }
}
