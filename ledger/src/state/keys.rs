//! All keys of the index, in one place (docs/protocol/07-ledger.md, clause 7.9).
//!
//! A key is one byte for the table and the canonical bytes of what it is looked up by, all of fixed length and big
//! endian, so that a table is in the order of its keys and a range is a prefix. A byte is never used again.

use super::accreditation::{Accreditation, RoleSlot};
use super::action::AuthorityAction;
use super::appeal::{FiledAppeal, SettledAppeal, Settlement};
use super::attestation::{DayTree, Standing, StatedLeaf};
use super::audit::AnchoredBatch;
use super::block::{BlockRecord, Tip};
use super::enrolment::Enrolment;
use super::epoch::{Epoch, LastEpochs};
use super::identity::{DidEnd, DidHead, DidVersion};
use super::note::{NoteFiles, NoteForest, Spend};
use super::notice::{Lifted, PublishedNotice, ReleasedDay};
use super::publication::{PublishedList, PublishedPolicy};
use super::record::{
    BatchNumber, Count, EpochNumber, GovernanceSequence, LeafNumber, Minutes, Version,
};
use crate::log::merkle::EntryIndex;
use crate::store::Height;
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::did::Did;
use luyin_protocol::field::{
    AttestationLeaf, AttestationRoot, CheckinTag, EpochRoot, Nullifier, Nym, Owner,
};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::risk::{NoticeId, Uid};
use luyin_protocol::time::Day;
use std::marker::PhantomData;

pub use super::key_part::{KindCode, Pair, PolicyId, Suffix};

/// Where one value stands, and of what type it is.
#[derive(Debug)]
pub struct Cell<V> {
    bytes: Vec<u8>,
    value: PhantomData<fn() -> V>,
}

/// A run of cells with a common prefix: what follows it in the key is a `K`, the value a `V`.
#[derive(Debug)]
pub struct Range<K, V> {
    prefix: Vec<u8>,
    types: PhantomData<fn() -> (K, V)>,
}

impl<V> Cell<V> {
    /// The key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<K, V> Range<K, V> {
    /// What all its keys begin with.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }
}

/// A value of no content: that the key is there says all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present;

impl Canonical for Present {
    fn encode(&self, _: &mut Writer) {}
    fn decode(_: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

fn key(table: u8, put: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::default();
    w.u8(table);
    put(&mut w);
    w.finish()
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $value:ty = $table:literal;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name($($arg: $type),*) -> Cell<$value> {
            #[allow(unused_variables)]
            let bytes = key($table, |w| { $(w.value(&$arg);)* });
            Cell { bytes, value: PhantomData }
        })*

        /// Every table's byte with its name.
        pub const TABLES: &[(u8, &str)] = &[$(($table, stringify!($name))),*];
    };
}

tables! {
    /// The founding data.
    genesis() -> NetworkParameters = 0x01;
    /// The newest block and the size of the log.
    tip() -> Tip = 0x02;
    /// A block's time and entries.
    block(height: Height) -> BlockRecord = 0x03;
    /// How many transactions of a kind.
    counter(kind: KindCode) -> Count = 0x04;

    /// The newest version of an identifier.
    did_head(did: Did) -> DidHead = 0x10;
    /// One version of its document.
    did_version(did: Did, version: Version) -> DidVersion = 0x11;
    /// Its end.
    did_end(did: Did) -> DidEnd = 0x12;

    /// What an organisation may do.
    accreditation(did: Did, slot: RoleSlot) -> Accreditation = 0x20;
    /// How much of a day's quota is used.
    used(did: Did, slot: RoleSlot, day: Day) -> Count = 0x21;
    /// The number of the last governance transaction.
    governance_sequence() -> GovernanceSequence = 0x22;
    /// What the authority did, by its entry.
    authority_action(entry: EntryIndex) -> AuthorityAction = 0x23;

    /// The newest version of a policy.
    policy_newest(id: PolicyId) -> Version = 0x30;
    /// A version of a policy.
    policy(id: PolicyId, version: Version) -> PublishedPolicy = 0x31;
    /// The newest version of the risk list.
    risk_list_newest() -> Version = 0x32;
    /// A version of the risk list.
    risk_list(version: Version) -> PublishedList = 0x33;

    /// A risk notice.
    notice(id: NoticeId) -> PublishedNotice = 0x40;
    /// Its lifting.
    notice_lifted(id: NoticeId) -> Lifted = 0x41;
    /// The values of a day, by notice.
    release(id: NoticeId, day: Day) -> ReleasedDay = 0x42;
    /// The same, by day: what a gate bundle of a day is made from.
    release_of_day(day: Day, id: NoticeId) -> Present = 0x43;
    /// A check-in tag that a notice refuses. Several notices may be about one person.
    live_tag(tag: CheckinTag, id: NoticeId) -> Present = 0x44;
    /// The superseded notices of a person's entry.
    superseded(uid: Uid, id: NoticeId) -> Present = 0x45;
    /// How many notices were published on a day.
    notices_on(day: Day) -> Count = 0x46;
    /// An appeal, by the entry that filed it.
    appeal(entry: EntryIndex) -> FiledAppeal = 0x47;
    /// A person's appeal against a notice: one, under the name that the person has there alone.
    appeal_of(notice: NoticeId, nym: Nym) -> EntryIndex = 0x48;
    /// An appeal that nothing has settled yet.
    open_appeal(entry: EntryIndex) -> Present = 0x49;
    /// What settled an appeal.
    appeal_settled(entry: EntryIndex) -> SettledAppeal = 0x4a;
    /// How many appeals were settled in a way, and after how long.
    settled_after(settlement: Settlement, minutes: Minutes) -> Count = 0x4b;

    /// A person's latest enrolment.
    enrolment(uid: Uid) -> Enrolment = 0x50;
    /// The enrolment that used an owner.
    owner(owner: Owner) -> EntryIndex = 0x51;
    /// The transaction that spent a note.
    spend(nf: Nullifier) -> Spend = 0x52;
    /// Size and roots of the note forest.
    note_forest() -> NoteForest = 0x53;
    /// How far its files reach.
    note_files() -> NoteFiles = 0x54;

    /// An epoch.
    epoch(number: EpochNumber) -> Epoch = 0x60;
    /// The newest epoch with a root.
    epoch_of_root(root: EpochRoot) -> EpochNumber = 0x61;
    /// The newest epoch, and the newest shared one.
    last_epochs() -> LastEpochs = 0x62;

    /// A leaf of a day's attestation tree.
    leaf(day: Day, position: LeafNumber) -> StatedLeaf = 0x70;
    /// Where a leaf stands in its day.
    leaf_number(day: Day, leaf: AttestationLeaf) -> LeafNumber = 0x71;
    /// A day's tree.
    day_tree(day: Day) -> DayTree = 0x72;
    /// Whether a root is accepted, by the root. Two days' trees may have one root.
    attestation_root(root: AttestationRoot, day: Day) -> Standing = 0x73;
    /// The roots that a day's tree has had.
    root_of_day(day: Day, root: AttestationRoot) -> Present = 0x74;

    /// The number of a gate's last audit batch.
    gate_newest(gate: Did) -> BatchNumber = 0x80;
    /// An audit batch.
    audit_batch(gate: Did, batch: BatchNumber) -> AnchoredBatch = 0x81;
}

fn range<K, V>(table: u8, put: impl FnOnce(&mut Writer)) -> Range<K, V> {
    Range {
        prefix: key(table, put),
        types: PhantomData,
    }
}

/// All versions of an identifier's document.
#[must_use]
pub fn did_versions(did: Did) -> Range<Version, DidVersion> {
    range(0x11, |w| {
        w.value(&did);
    })
}

/// All that an organisation may do.
#[must_use]
pub fn accreditations_of(did: Did) -> Range<RoleSlot, Accreditation> {
    range(0x20, |w| {
        w.value(&did);
    })
}

/// Everyone's accreditations.
#[must_use]
pub fn accreditations() -> Range<Pair<Did, RoleSlot>, Accreditation> {
    range(0x20, |_| ())
}

/// All that the authority did, in order.
#[must_use]
pub fn authority_actions() -> Range<EntryIndex, AuthorityAction> {
    range(0x23, |_| ())
}

/// The newest version of every policy.
#[must_use]
pub fn policies_newest() -> Range<PolicyId, Version> {
    range(0x30, |_| ())
}

/// All versions of a policy.
#[must_use]
pub fn policy_versions(id: PolicyId) -> Range<Version, PublishedPolicy> {
    range(0x31, |w| {
        w.value(&id);
    })
}

/// All versions of the risk list.
#[must_use]
pub fn risk_lists() -> Range<Version, PublishedList> {
    range(0x33, |_| ())
}

/// All notices.
#[must_use]
pub fn notices() -> Range<NoticeId, PublishedNotice> {
    range(0x40, |_| ())
}

/// All released days of a notice.
#[must_use]
pub fn releases(id: NoticeId) -> Range<Day, ReleasedDay> {
    range(0x42, |w| {
        w.value(&id);
    })
}

/// The notices with values for a day.
#[must_use]
pub fn releases_of_day(day: Day) -> Range<NoticeId, Present> {
    range(0x43, |w| {
        w.value(&day);
    })
}

/// The notices that refuse a check-in tag.
#[must_use]
pub fn notices_of_tag(tag: CheckinTag) -> Range<NoticeId, Present> {
    range(0x44, |w| {
        w.value(&tag);
    })
}

/// The superseded notices of a person's entry.
#[must_use]
pub fn superseded_of(uid: Uid) -> Range<NoticeId, Present> {
    range(0x45, |w| {
        w.value(&uid);
    })
}

/// All appeals, in the order of their filing.
#[must_use]
pub fn appeals() -> Range<EntryIndex, FiledAppeal> {
    range(0x47, |_| ())
}

/// The appeals against a notice.
#[must_use]
pub fn appeals_of(notice: NoticeId) -> Range<Nym, EntryIndex> {
    range(0x48, |w| {
        w.value(&notice);
    })
}

/// All appeals that nothing has settled yet.
#[must_use]
pub fn open_appeals() -> Range<EntryIndex, Present> {
    range(0x49, |_| ())
}

/// How many appeals were settled in each way and after how long.
#[must_use]
pub fn all_settled_after() -> Range<Pair<Settlement, Minutes>, Count> {
    range(0x4b, |_| ())
}

/// The spends whose nullifiers begin with these bytes: a bucket, so that nobody asks for one alone.
#[must_use]
pub fn spends_from(prefix: &[u8]) -> Range<Suffix, Spend> {
    range(0x52, |w| {
        w.raw(prefix);
    })
}

/// The leaves of a day's tree.
#[must_use]
pub fn leaves(day: Day) -> Range<LeafNumber, StatedLeaf> {
    range(0x70, |w| {
        w.value(&day);
    })
}

/// Where a day's leaves stand.
#[must_use]
pub fn leaf_numbers(day: Day) -> Range<AttestationLeaf, LeafNumber> {
    range(0x71, |w| {
        w.value(&day);
    })
}

/// The trees of all live days.
#[must_use]
pub fn day_trees() -> Range<Day, DayTree> {
    range(0x72, |_| ())
}

/// The days whose trees have had a root.
#[must_use]
pub fn days_of_root(root: AttestationRoot) -> Range<Day, Standing> {
    range(0x73, |w| {
        w.value(&root);
    })
}

/// The roots that a day's tree has had.
#[must_use]
pub fn roots_of_day(day: Day) -> Range<AttestationRoot, Present> {
    range(0x74, |w| {
        w.value(&day);
    })
}

/// The audit batches of a gate.
#[must_use]
pub fn audit_batches(gate: Did) -> Range<BatchNumber, AnchoredBatch> {
    range(0x81, |w| {
        w.value(&gate);
    })
}

#[cfg(test)]
mod tests {
    use super::TABLES;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_tables_share_a_byte() {
        let bytes: BTreeSet<u8> = TABLES.iter().map(|(byte, _)| *byte).collect();
        assert_eq!(bytes.len(), TABLES.len());
    }
}
