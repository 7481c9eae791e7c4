//! The list of live notices' released values between two bundles (protocol clauses 6.13a to 6.13d): small enough to ask for
//! again and again, so that a notice takes effect at a gate within a minute.
//!
//! It adds to one bundle and to no other. A notice that the gate knows of leaves only by a whole bundle.

use super::GateBundle;
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::policy::Policy;
use crate::risk::{NoticeId, RiskList};
use crate::signature::{Domain, PublicKey, Sha256Hash, Signature};
use crate::time::{Day, Timestamp};
use crate::tx::Release;
use std::collections::BTreeMap;

const VERSION: u8 = 1;
/// As many as a bundle carries.
const MAX_RELEASES: usize = 20_000;
const MAX_LIST: usize = 8 << 20;

/// The values of every live notice from yesterday to the bundle's last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateList {
    /// SHA-256 of the signed bundle that it adds to.
    pub bundle: Sha256Hash,
    /// When it was made.
    pub issued: Timestamp,
    /// The last day whose values it holds; the first is the day before it was made.
    pub until: Day,
    /// The policies and risk lists that the node would put into a bundle now ([`rules_of`]).
    pub rules: Sha256Hash,
    /// By day and notice, each once.
    pub releases: Vec<Release>,
}

/// By what a gate judges beside epochs and notices: SHA-256 of the policies and risk lists as a bundle has them.
#[must_use]
pub fn rules_of(policies: &[Policy], risk_lists: &[RiskList]) -> Sha256Hash {
    let mut w = Writer::default();
    w.sequence(policies).sequence(risk_lists);
    Sha256Hash::of(&w.finish())
}

/// In what order values stand in a list.
fn place(release: &Release) -> (Day, NoticeId) {
    (release.values.day, release.values.notice)
}

impl GateList {
    /// Puts values into the order that a list has them in.
    pub fn sort(releases: &mut [Release]) {
        releases.sort_by_key(place);
    }

    /// The first day whose values it holds.
    #[must_use]
    pub fn from(&self) -> Day {
        self.issued.day().minus(1)
    }

    fn check(&self) -> Result<(), DecodeError> {
        let rises = |pair: &[Release]| matches!(pair, [a, b] if place(a) < place(b));
        if !self.releases.windows(2).all(rises) {
            return Err(DecodeError::Invalid("values by rising day and notice"));
        }
        let days = self.from()..=self.until;
        if self.releases.iter().any(|r| !days.contains(&r.values.day)) {
            return Err(DecodeError::Invalid("values of the list's days"));
        }
        Ok(())
    }
}

impl Canonical for GateList {
    fn encode(&self, w: &mut Writer) {
        let Self {
            bundle,
            issued,
            until,
            rules,
            releases,
        } = self;
        w.u8(VERSION).value(bundle).value(issued).value(until);
        w.value(rules).sequence(releases);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.u8("a list version")?;
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let list = Self {
            bundle: r.value()?,
            issued: r.value()?,
            until: r.value()?,
            rules: r.value()?,
            releases: r.sequence(MAX_RELEASES, "releases")?,
        };
        list.check()?;
        Ok(list)
    }
}

/// A list under a node's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedList {
    list: GateList,
    signer: PublicKey,
    signature: Signature,
}

impl SignedList {
    /// Joins a list and the signature that a node made over its bytes (domain `List`).
    #[must_use]
    pub const fn new(list: GateList, signer: PublicKey, signature: Signature) -> Self {
        Self {
            list,
            signer,
            signature,
        }
    }

    /// Signer, signature, list.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.value(&self.signer)
            .value(&self.signature)
            .value(&self.list);
        w.finish()
    }

    /// Reads a list and checks it against the bundle that the gate holds and what it has taken since: `held` is the bundle with
    /// the values in use, `name` the hash of its file, `newest` when the newest of both was made.
    ///
    /// # Errors
    /// [`ListError`], in the order of its kinds.
    pub fn verified(
        bytes: &[u8],
        held: &GateBundle,
        name: &Sha256Hash,
        newest: Timestamp,
    ) -> Result<GateList, ListError> {
        if bytes.len() > MAX_LIST {
            return Err(DecodeError::TooMany {
                what: "bytes",
                count: bytes.len(),
                limit: MAX_LIST,
            }
            .into());
        }
        let mut r = Reader::new(bytes);
        let (signer, signature): (PublicKey, Signature) = (r.value()?, r.value()?);
        let body = r.take(r.remaining(), "a list")?;
        let list = GateList::from_slice(body)?;
        if !held.parameters.nodes.contains(&signer) {
            return Err(ListError::UnknownSigner);
        }
        let network = held.network();
        signer
            .verify(Domain::List, &network, body, &signature)
            .map_err(|_| ListError::BadSignature)?;
        if list.bundle != *name {
            return Err(ListError::OtherBundle);
        }
        if list.issued < newest {
            return Err(ListError::Older);
        }
        if list.rules != rules_of(&held.policies, &held.risk_lists) {
            return Err(ListError::OtherRules);
        }
        if list.until < held.expires.day() {
            return Err(ListError::TooShort);
        }
        let known: BTreeMap<_, _> = held.releases.iter().map(|r| (place(r), r)).collect();
        // What was verified before need not be again: thousands of signatures stand in a list that has one new value.
        let strange = |r: &&Release| known.get(&place(r)) != Some(r);
        for release in list.releases.iter().filter(strange) {
            release
                .verify(&network, &held.parameters)
                .map_err(|_| ListError::BadRelease)?;
        }
        let live = held.releases.iter().filter(|r| r.values.day >= list.from());
        for release in live {
            let there = |r: &Release| place(r).cmp(&place(release));
            if list.releases.binary_search_by(there).is_err() {
                return Err(ListError::Lacks(release.values.notice));
            }
        }
        Ok(list)
    }
}

/// Why a list is not taken.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ListError {
    /// Its bytes are no list.
    #[error("the list's bytes: {0}")]
    Bytes(#[from] DecodeError),
    /// Signed by a key that is none of the network's nodes.
    #[error("the list is signed by an unknown key")]
    UnknownSigner,
    /// The signature does not hold.
    #[error("the list's signature does not verify")]
    BadSignature,
    /// For another bundle.
    #[error("the list adds to another bundle")]
    OtherBundle,
    /// Made before what the gate has.
    #[error("the list is older than what the gate has")]
    Older,
    /// Policies or risk lists have changed: the gate needs the whole bundle.
    #[error("policies or risk lists have changed since the bundle")]
    OtherRules,
    /// It ends before the bundle does.
    #[error("the list ends before the bundle does")]
    TooShort,
    /// A release without three trustees' signatures.
    #[error("the list holds a release that three trustees did not sign")]
    BadRelease,
    /// A notice that the gate knows of is not in it.
    #[error("the list lacks the notice {0} that the gate knows of")]
    Lacks(NoticeId),
}
