//! Spends and enrolments by buckets, so that nobody asks for one alone (protocol section 4).

use super::ServiceError;
use super::encoded::encode;
use super::error::RequestError;
use crate::node::{Node, entry};
use luyin_ledger::forest::{LeafPosition, Shape};
use luyin_ledger::log::merkle::EntryIndex;
use luyin_ledger::log::tiles::TileReader;
use luyin_ledger::state::keys;
use luyin_protocol::codec::Canonical;
use luyin_protocol::tx::{Tx, TxKind};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a bucket holds at least, once there are so many; with room for chance, so that nearly all do.
const ENOUGH: u64 = 4_096 + 512;
/// The most bits that name a bucket.
const MAX_BITS: u8 = 32;

/// How finely names may be asked for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct BitsView {
    /// Bits of a bucket's name.
    pub bits: u8,
}

/// The transaction that spent a note, and the note that it made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SpendView {
    /// The nullifier, 64 hex digits.
    pub nf: String,
    /// The note it made.
    #[serde(flatten)]
    pub made: MadeNote,
}

/// A person's first note.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EnrolmentView {
    /// The owner, 64 hex digits.
    pub owner: String,
    /// The note it made.
    #[serde(flatten)]
    pub made: MadeNote,
}

/// A note that a transaction made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MadeNote {
    /// Its commitment, 64 hex digits.
    pub cm: String,
    /// Its place in the forest.
    pub leaf: u64,
    /// The transaction's entry in the log.
    pub entry: u64,
    /// The note sealed to its owner, base64.
    pub sealed: String,
}

/// A bucket of spends.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SpendsView {
    /// Bits of the bucket's name.
    pub bits: u8,
    /// All of them.
    pub entries: Vec<SpendView>,
}

/// A bucket of enrolments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EnrolmentsView {
    /// Bits of the bucket's name.
    pub bits: u8,
    /// All of them.
    pub entries: Vec<EnrolmentView>,
}

/// What is asked for: all names whose first `bits` bits are `prefix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    prefix: u32,
    bits: u8,
}

impl Bucket {
    /// A bucket that is no finer than allowed.
    ///
    /// # Errors
    /// [`RequestError::Parameter`].
    pub fn new(prefix: u64, bits: u8, allowed: u8) -> Result<Self, ServiceError> {
        let bad = |why: String| ServiceError::from(RequestError::Parameter(why));
        if bits > allowed {
            return Err(bad(format!("bits: a bucket is named by at most {allowed}")));
        }
        let prefix = u32::try_from(prefix).ok().filter(|p| {
            let room = 32 - u32::from(bits);
            bits == 32 || u64::from(*p) < 1u64 << (32 - room)
        });
        let prefix = prefix.ok_or_else(|| bad("bucket: not of so many bits".to_owned()))?;
        Ok(Self { prefix, bits })
    }

    /// The whole bytes that all names of the bucket begin with.
    fn bytes(self) -> Vec<u8> {
        let whole = usize::from(self.bits / 8);
        self.aligned()
            .to_be_bytes()
            .into_iter()
            .take(whole)
            .collect()
    }

    /// The prefix at the top of 32 bits.
    fn aligned(self) -> u32 {
        let room = 32 - u32::from(self.bits);
        self.prefix.checked_shl(room).unwrap_or(0)
    }

    fn holds(self, name: &[u8]) -> bool {
        let Some(first) = name.first_chunk::<4>() else {
            return false;
        };
        let room = 32 - u32::from(self.bits);
        let mask = u32::MAX.checked_shl(room).unwrap_or(0);
        u32::from_be_bytes(*first) & mask == self.aligned()
    }
}

fn bits_for(count: u64) -> u8 {
    let fits = |bits: &u8| count >> bits >= ENOUGH;
    (0..=MAX_BITS).rev().find(|b| fits(b)).unwrap_or(0)
}

/// How finely spends may be asked for.
///
/// # Errors
/// Where the state cannot be read.
pub fn spend_bits(node: &Node) -> Result<BitsView, ServiceError> {
    let state = node.state();
    let spends = state
        .count(TxKind::CheckIn)?
        .plus(state.count(TxKind::Absorb)?.get());
    let bits = bits_for(spends.get());
    Ok(BitsView { bits })
}

/// How finely enrolments may be asked for.
///
/// # Errors
/// Where the state cannot be read.
pub fn enrolment_bits(node: &Node) -> Result<BitsView, ServiceError> {
    let bits = bits_for(node.state().count(TxKind::Enrol)?.get());
    Ok(BitsView { bits })
}

/// The spends of a bucket that are under the newest checkpoint.
///
/// # Errors
/// A bucket that is too fine; where state or log cannot be read.
pub fn spends(node: &Node, prefix: u64, bits: u8) -> Result<SpendsView, ServiceError> {
    let bucket = Bucket::new(prefix, bits, spend_bits(node)?.bits)?;
    let state = node.state();
    let whole = bucket.bytes();
    let mut log = Bundles::new(node);
    let mut entries = Vec::new();
    for (suffix, spend) in state.all(&keys::spends_from(&whole))? {
        let name = [whole.as_slice(), suffix.as_bytes()].concat();
        if bucket.holds(&name) && log.holds(spend.entry) {
            let made = log.made(spend.entry, Some(spend.next))?;
            let nf = hex::encode(&name);
            entries.extend(made.map(|made| SpendView { nf, made }));
        }
    }
    Ok(SpendsView { bits, entries })
}

/// The enrolments of a bucket that are under the newest checkpoint.
///
/// # Errors
/// A bucket that is too fine; where state or log cannot be read.
pub fn enrolments(node: &Node, prefix: u64, bits: u8) -> Result<EnrolmentsView, ServiceError> {
    let bucket = Bucket::new(prefix, bits, enrolment_bits(node)?.bits)?;
    let whole = bucket.bytes();
    let mut log = Bundles::new(node);
    let mut entries = Vec::new();
    for (owner, entry) in node.owners_from(&whole)? {
        if bucket.holds(&owner) && log.holds(entry) {
            let made = log.made(entry, None)?;
            let owner = hex::encode(&owner);
            entries.extend(made.map(|made| EnrolmentView { owner, made }));
        }
    }
    Ok(EnrolmentsView { bits, entries })
}

/// Entries read bundle by bundle: neighbours are read once.
struct Bundles<'a> {
    node: &'a Node,
    tiles: TileReader,
    size: u64,
    read: BTreeMap<u64, Vec<Vec<u8>>>,
}

impl<'a> Bundles<'a> {
    fn new(node: &'a Node) -> Self {
        let size = node.published().newest().head.size();
        Self {
            node,
            tiles: node.tiles_at(size),
            size,
            read: BTreeMap::new(),
        }
    }

    fn holds(&self, entry: EntryIndex) -> bool {
        entry.get() < self.size
    }

    fn tx(&mut self, entry: EntryIndex) -> Result<Tx, ServiceError> {
        let fault = |e: String| ServiceError::Internal(e);
        let bundle = entry.get() / entry::WIDTH;
        if !self.read.contains_key(&bundle) {
            // Some memory, not all of a large log's.
            if self.read.len() >= 64 {
                self.read.pop_first();
            }
            let found = self.tiles.entries(bundle);
            self.read
                .insert(bundle, found.map_err(|e| fault(e.to_string()))?);
        }
        let place = usize::try_from(entry.get() % entry::WIDTH).unwrap_or(usize::MAX);
        let bytes = self.read.get(&bundle).and_then(|b| b.get(place));
        let bytes = bytes.ok_or_else(|| fault("an entry is missing".to_owned()))?;
        Tx::from_slice(bytes).map_err(|e| fault(e.to_string()))
    }

    /// The note that an entry made. Where it stands the state tells; of a superseded enrolment it no longer does, and
    /// nobody needs it: that note cannot check in.
    fn made(
        &mut self,
        entry: EntryIndex,
        next: Option<LeafPosition>,
    ) -> Result<Option<MadeNote>, ServiceError> {
        let (cm, sealed, place) = match self.tx(entry)? {
            Tx::CheckIn(tx) => (tx.cm_new, tx.sealed, next),
            Tx::Absorb(tx) => (tx.cm_new, tx.sealed, next),
            Tx::Enrol(tx) => {
                let newest = self.node.state().get(&keys::enrolment(tx.public.uid))?;
                let same = newest.filter(|found| found.entry == entry);
                (tx.public.cm, tx.public.sealed, same.map(|found| found.note))
            }
            _ => return Err(ServiceError::Internal("an entry made no note".to_owned())),
        };
        Ok(place.map(|place| MadeNote {
            cm: cm.to_string(),
            leaf: place.tree() * Shape::NETWORK.capacity() + place.index(),
            entry: entry.get(),
            sealed: encode(sealed.as_bytes()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_never_finer_than_what_hides_enough() {
        assert_eq!(bits_for(0), 0);
        assert_eq!(bits_for(2 * ENOUGH - 1), 0);
        assert_eq!(bits_for(2 * ENOUGH), 1);
        assert_eq!(bits_for(1 << 20), 7);
        assert!(Bucket::new(0, 2, 1).is_err());
        assert!(Bucket::new(2, 1, 1).is_err());
        assert!(Bucket::new(1, 0, 1).is_err());
    }

    #[test]
    fn a_bucket_holds_the_names_that_begin_with_its_bits() {
        let bucket = Bucket::new(0b1_0100_1010, 9, 32).unwrap();
        assert_eq!(bucket.bytes(), [0b1010_0101]);
        assert!(bucket.holds(&[0b1010_0101, 0b0111_1111, 9, 9]));
        assert!(!bucket.holds(&[0b1010_0101, 0b1000_0000, 9, 9]));
        assert!(Bucket::new(0, 0, 0).unwrap().holds(&[255; 32]));
        let last = Bucket::new(u32::MAX.into(), 32, 32).unwrap();
        assert!(last.holds(&[255; 32]) && !last.holds(&[255, 255, 255, 254]));
    }
}
