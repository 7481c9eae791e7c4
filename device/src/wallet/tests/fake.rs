//! A ledger in memory that keeps the rules wallets depend on.

use super::policies::{lenient, strict};
use crate::client::{
    AttestationDay, Bucket, BucketName, ClientError, Encoded, EnrolledNote, Epoch, LiveNotice,
    Marks, News, Problem, PublicAppeal, Receipt, Spend,
};
use crate::enrolment::EnrolRequest;
use crate::wallet::{HeldAttestation, Ledger, NymCard};
use ark_bn254::Fr;
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_ledger::forest::{Forest as Trees, Shape, Tree};
use luyin_ledger::log::checkpoint::{Checkpoint, CheckpointSigner, SignedCheckpoint};
use luyin_ledger::log::merkle::{LogHash, TreeHead};
use luyin_protocol::attestation::{Attestation, Statement};
use luyin_protocol::did::Did;
use luyin_protocol::field::{AttestationRoot, Disclosure, EpochRoot, NoteCommitment, Nullifier};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, NetworkMode, NetworkParameters, TrusteeInfo, VerifyingKeys,
};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::signature::{PublicKey, SealPublicKey, Sha256Hash};
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Appeal, NoteRoot, Release, Tx};
use rand::rngs::OsRng;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::rc::Rc;

pub(super) const HOUR: u64 = 3_600_000;

pub(crate) fn weak() -> Strength {
    Strength::weak_for_tests(NonZeroU32::new(2).unwrap())
}

pub(super) fn secret() -> Secret {
    Secret::Passphrase(Passphrase::new("correct horse").unwrap())
}

pub(super) fn other_secret() -> Secret {
    Secret::Passphrase(Passphrase::new("battery staple").unwrap())
}

pub(super) fn employer() -> Did {
    Did::from_bytes([21; 32])
}

pub(super) fn attester() -> Did {
    Did::from_bytes([22; 32])
}

mod appeal;
mod forest;

struct State {
    now: Timestamp,
    forest: Trees,
    /// Leaves of the open tree.
    leaves: Vec<Fr>,
    older: forest::Older,
    enrolments: Vec<EnrolledNote>,
    spends: Vec<Spend>,
    disclosures: Vec<Disclosure>,
    roots: Vec<NoteRoot>,
    entries: u64,
    epochs: Vec<(Epoch, u64)>,
    days: BTreeMap<Day, Vec<Fr>>,
    policies: Vec<Policy>,
    risk_lists: Vec<RiskList>,
    notices: Vec<LiveNotice>,
    releases: Vec<Release>,
    appeals: Vec<PublicAppeal>,
    filed: Vec<Appeal>,
    asked: Vec<String>,
}

type Hook = Box<dyn FnOnce()>;

/// A ledger in memory.
#[derive(Clone)]
pub(crate) struct FakeLedger {
    parameters: Rc<NetworkParameters>,
    state: Rc<RefCell<State>>,
    before_submit: Rc<RefCell<Option<Hook>>>,
    lose_answer: Rc<Cell<bool>>,
    /// Spends that are accepted and not yet published.
    unpublished: Rc<Cell<usize>>,
    lag: Rc<Cell<bool>>,
    never: Rc<Cell<bool>>,
    offline: Rc<Cell<bool>>,
    bits: u8,
}

fn key(n: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[n; 32])
}

fn public(n: u8) -> PublicKey {
    PublicKey::from_bytes(key(n).verifying_key().to_bytes())
}

impl FakeLedger {
    pub(crate) fn new() -> Self {
        Self::named("luyin.example/wallet")
    }

    pub(super) fn named(origin: &str) -> Self {
        let h = Sha256Hash::of(b"vk");
        let trustee = |n: u8| TrusteeInfo {
            name: format!("trustee {n}"),
            sign: public(n),
            seal: luyin_keys::seal_key::SealKey::generate(&mut OsRng).public(),
        };
        let trustees: Vec<TrusteeInfo> = (1..=5).map(trustee).collect();
        assert_ne!(trustees[0].seal, SealPublicKey::from_bytes([0; 32]));
        let parameters = NetworkParameters {
            origin: origin.into(),
            mode: NetworkMode::Development,
            cadence: Cadence::standard(),
            proposers: vec![public(10)],
            approvers: vec![public(11)],
            reviewers: vec![],
            two_reach: DEFAULT_TWO_REACH,
            trustees,
            evaluators: vec![h; 3],
            verifying_keys: VerifyingKeys {
                enrol: h,
                checkin: h,
                absorb: h,
                pass: h,
            },
            nodes: vec![public(12)],
            witnesses: vec![],
            witnesses_needed: 0,
        };
        let state = State {
            now: Day::new(20_000).start().plus_ms(9 * HOUR),
            forest: Trees::new(Shape::NETWORK),
            leaves: Vec::new(),
            older: forest::Older::default(),
            enrolments: Vec::new(),
            spends: Vec::new(),
            disclosures: Vec::new(),
            roots: Vec::new(),
            entries: 1,
            epochs: Vec::new(),
            days: BTreeMap::new(),
            policies: vec![strict(), lenient()],
            risk_lists: vec![RiskList {
                version: 1,
                regions: Itinerary::default(),
                effective: Timestamp::new(1_000),
                grace_ms: 0,
            }],
            notices: Vec::new(),
            releases: Vec::new(),
            appeals: Vec::new(),
            filed: Vec::new(),
            asked: Vec::new(),
        };
        Self {
            parameters: Rc::new(parameters),
            state: Rc::new(RefCell::new(state)),
            before_submit: Rc::default(),
            lose_answer: Rc::default(),
            unpublished: Rc::default(),
            lag: Rc::default(),
            never: Rc::default(),
            offline: Rc::default(),
            bits: 4,
        }
    }

    pub(crate) fn parameters(&self) -> NetworkParameters {
        (*self.parameters).clone()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.state.borrow().now
    }

    pub(super) fn set_now(&self, now: Timestamp) {
        self.state.borrow_mut().now = now;
    }

    pub(super) fn spends(&self) -> Vec<Spend> {
        self.state.borrow().spends.clone()
    }

    pub(super) fn disclosure(&self, n: usize) -> Disclosure {
        self.state.borrow().disclosures[n]
    }

    /// What the newest check-in was proved against.
    pub(super) fn newest_root(&self) -> NoteRoot {
        *self.state.borrow().roots.last().unwrap()
    }

    /// The next submission is taken, and its answer lost.
    pub(super) fn lose_next_answer(&self) {
        self.lose_answer.set(true);
    }

    /// From now on what is accepted is shown only after a wait.
    pub(super) fn lag(&self, lag: bool) {
        self.lag.set(lag);
    }

    /// Waiting does not help.
    pub(super) fn never_publish(&self, never: bool) {
        self.never.set(never);
    }

    /// Shows everything that was accepted.
    pub(super) fn publish(&self) {
        self.unpublished.set(0);
    }

    pub(super) fn set_offline(&self, offline: bool) {
        self.offline.set(offline);
    }

    /// Runs just before the next submission arrives.
    pub(super) fn before_next_submission(&self, hook: impl FnOnce() + 'static) {
        *self.before_submit.borrow_mut() = Some(Box::new(hook));
    }

    /// What was asked for, by kind and name.
    pub(super) fn asked(&self) -> Vec<String> {
        self.state.borrow().asked.clone()
    }

    /// Another version of the risk list, in effect at once.
    pub(super) fn publish_risk(&self, version: u32) {
        let mut state = self.state.borrow_mut();
        let effective = state.now;
        state.risk_lists.push(RiskList {
            version,
            regions: Itinerary::default(),
            effective,
            grace_ms: 0,
        });
    }

    pub(super) fn set_risk(&self, regions: Itinerary) {
        self.state.borrow_mut().risk_lists[0].regions = regions;
    }

    pub(super) fn put_notice(&self, notice: LiveNotice, release: Release) {
        let mut state = self.state.borrow_mut();
        state.notices.push(notice);
        state.releases.push(release);
    }

    fn append(&self, cm: NoteCommitment) -> (u64, u64) {
        let mut state = self.state.borrow_mut();
        let leaf = state.notes();
        state.forest.append(&[cm.value()]).unwrap();
        state.leaves.push(cm.value());
        state.entries += 1;
        (leaf, state.entries)
    }

    /// Other people's notes, so that trees have more than one tile.
    pub(super) fn crowd(&self, notes: u64) {
        for n in 0..notes {
            self.append(NoteCommitment::from_value(Fr::from(1_000_000 + n)));
        }
    }

    /// Posts an enrolment, as a registrar does, and makes an epoch.
    pub(super) fn enrol(&self, request: &EnrolRequest) {
        let (leaf, entry) = self.append(request.cm);
        self.state.borrow_mut().enrolments.push(EnrolledNote {
            owner: request.owner,
            cm: request.cm,
            leaf,
            entry,
            sealed: request.sealed.clone(),
        });
        self.make_epoch();
    }

    pub(super) fn make_epoch(&self) {
        self.make_epoch_of("quick");
    }

    /// `quick` or `shared`.
    pub(super) fn make_epoch_of(&self, kind: &str) {
        let mut state = self.state.borrow_mut();
        let epoch = Epoch {
            number: u32::try_from(state.epochs.len()).unwrap() + 1,
            time: state.now,
            root: EpochRoot::from_value(state.forest.epoch_root()),
            kind: kind.into(),
            notes: state.notes(),
        };
        let size = state.notes();
        state.epochs.push((epoch, size));
    }

    /// The newest epoch claims notes that its root does not hold.
    pub(super) fn rename_last_epoch(&self) {
        let mut state = self.state.borrow_mut();
        let size = state.notes();
        if let Some(last) = state.epochs.last_mut() {
            last.1 = size;
        }
    }

    pub(super) fn newest_epoch(&self) -> Epoch {
        self.state.borrow().epochs.last().unwrap().0.clone()
    }

    /// Attests something to the holder of a card, as an attester does.
    pub(super) fn attest(&self, card: &NymCard, statement: Statement) -> HeldAttestation {
        let attestation = Attestation {
            issuer: card.attester.issuer(),
            binding: card.nym,
            day: card.day,
            statement,
            nonce: Fr::from(77u64),
        };
        let mut state = self.state.borrow_mut();
        let day = state.now.day();
        let leaves = state.days.entry(day).or_default();
        leaves.extend((0..20u64).map(|n| Fr::from(5_000 + n)));
        leaves.push(attestation.leaf().value());
        HeldAttestation {
            attestation: Encoded(attestation),
            attester: card.attester,
            scope_day: card.day,
            tree_day: day,
        }
    }

    /// Takes an attestation back, as its attester does.
    pub(super) fn withdraw(&self, held: &HeldAttestation) {
        let mut state = self.state.borrow_mut();
        let leaf = held.attestation.0.leaf().value();
        for leaves in state.days.values_mut() {
            for place in leaves.iter_mut().filter(|place| **place == leaf) {
                *place = luyin_protocol::hash::empty_leaf();
            }
        }
    }

    fn spend(
        &self,
        nf: Nullifier,
        cm: NoteCommitment,
        sealed: SealedNote,
    ) -> Result<Receipt, ClientError> {
        if self.state.borrow().spends.iter().any(|s| s.nf == nf) {
            return Err(refused("nullifier-spent", 409));
        }
        let (leaf, entry) = self.append(cm);
        let mut state = self.state.borrow_mut();
        let sealed = Encoded(sealed);
        state.spends.push(Spend {
            nf,
            cm,
            leaf,
            entry,
            sealed,
        });
        let time = state.now;
        Ok(Receipt {
            entry,
            height: entry,
            time,
        })
    }

    pub(super) fn lift_notices(&self) {
        let mut state = self.state.borrow_mut();
        state.notices.clear();
        state.releases.clear();
    }

    /// The signed note, before there is an epoch without its line.
    fn checkpoint(&self, state: &State) -> String {
        let newest = state.epochs.last();
        let lines = newest.map_or_else(Vec::new, |(epoch, _)| state.forest_lines(epoch));
        let head = TreeHead::new(state.entries, LogHash::new([9; 32]));
        let text = Checkpoint::new(&self.parameters.origin, head, lines).unwrap();
        let signer = CheckpointSigner::new(&self.parameters.origin, key(12)).unwrap();
        let signed = SignedCheckpoint::sign(text, &[&signer]).unwrap();
        String::from_utf8(signed.note().to_vec()).unwrap()
    }

    fn ask(&self, what: impl Into<String>) -> Result<(), ClientError> {
        if self.offline.get() {
            return Err(unreachable());
        }
        self.state.borrow_mut().asked.push(what.into());
        Ok(())
    }
}

fn refused(slug: &str, status: u16) -> ClientError {
    ClientError::Refused {
        peer: "node".into(),
        problem: Problem {
            kind: format!("urn:luyin:problem:{slug}"),
            title: slug.into(),
            status,
            detail: String::new(),
        },
    }
}

fn unreachable() -> ClientError {
    ClientError::Unreachable {
        peer: "node".into(),
        reason: "no answer".into(),
    }
}

impl Ledger for FakeLedger {
    fn news(&self) -> Result<News, ClientError> {
        self.ask("news")?;
        let state = self.state.borrow();
        let (block, hour) = state.shared_epochs();
        let (epoch, size) = state
            .epochs
            .last()
            .map_or((0, 0), |(epoch, size)| (epoch.number, *size));
        let mark = |list: &dyn std::fmt::Debug| format!("{list:?}");
        Ok(News {
            network: self.parameters.id(),
            now: state.now,
            marks: Marks {
                policies: mark(&state.policies),
                risk_lists: mark(&state.risk_lists),
                notices: mark(&state.notices),
                releases: mark(&(state.now.day(), &state.releases)),
            },
            checkpoint: self.checkpoint(&state),
            forest: state.shown_forest(epoch.into(), size),
            block,
            hour,
            spend_bits: self.bits,
            enrolment_bits: self.bits,
        })
    }
    fn policies(&self) -> Result<Vec<Policy>, ClientError> {
        self.ask("policies")?;
        Ok(self.state.borrow().policies.clone())
    }
    fn risk_lists(&self) -> Result<Vec<RiskList>, ClientError> {
        self.ask("risk-lists")?;
        Ok(self.state.borrow().risk_lists.clone())
    }
    fn notices(&self) -> Result<Vec<LiveNotice>, ClientError> {
        self.ask("notices")?;
        Ok(self.state.borrow().notices.clone())
    }
    fn appeals(&self, after: u64) -> Result<Vec<PublicAppeal>, ClientError> {
        self.ask(format!("appeals {after}"))?;
        let state = self.state.borrow();
        let later = |appeal: &&PublicAppeal| appeal.entry.0 > after;
        Ok(state.appeals.iter().filter(later).cloned().collect())
    }
    fn releases(&self, day: Day) -> Result<Vec<Release>, ClientError> {
        self.ask("releases")?;
        let state = self.state.borrow();
        Ok(state
            .releases
            .iter()
            .filter(|r| r.values.day == day)
            .cloned()
            .collect())
    }
    fn nullifiers(&self, bucket: BucketName) -> Result<Bucket<Spend>, ClientError> {
        self.ask(format!("nullifiers {bucket:?}"))?;
        let in_bucket = |s: &&Spend| BucketName::of(&s.nf.to_bytes(), self.bits) == bucket;
        let shown = self.spends().len() - self.unpublished.get();
        let entries = self
            .state
            .borrow()
            .spends
            .iter()
            .take(shown)
            .filter(in_bucket)
            .cloned()
            .collect();
        Ok(Bucket {
            bits: self.bits,
            entries,
        })
    }
    fn enrolments(&self, bucket: BucketName) -> Result<Bucket<EnrolledNote>, ClientError> {
        self.ask(format!("enrolments {bucket:?}"))?;
        let in_bucket =
            |e: &&EnrolledNote| BucketName::of(&e.owner.to_bytes(), self.bits) == bucket;
        let entries = self
            .state
            .borrow()
            .enrolments
            .iter()
            .filter(in_bucket)
            .cloned()
            .collect();
        Ok(Bucket {
            bits: self.bits,
            entries,
        })
    }
    fn forest_tile(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.ask(format!("tile {path}"))?;
        self.row(path).ok_or_else(|| refused("not-found", 404))
    }
    fn attestation_root(&self, day: Day) -> Result<AttestationDay, ClientError> {
        self.ask("attestations/roots")?;
        let state = self.state.borrow();
        let leaves = state.days.get(&day).cloned().unwrap_or_default();
        let mut tree = Tree::new(Shape::NETWORK);
        tree.append(&leaves).unwrap();
        Ok(AttestationDay {
            root: AttestationRoot::from_value(tree.root()),
            generation: 0,
            size: leaves.len() as u64,
        })
    }
    fn submit(&self, tx: &Tx) -> Result<Receipt, ClientError> {
        self.ask("submit")?;
        let hook = self.before_submit.borrow_mut().take();
        if let Some(hook) = hook {
            hook();
        }
        let receipt = match tx {
            Tx::CheckIn(x) => {
                let receipt = self.spend(x.nf, x.cm_new, x.sealed)?;
                let mut state = self.state.borrow_mut();
                state.disclosures.push(x.disclosure);
                state.roots.push(x.root);
                drop(state);
                receipt
            }
            Tx::Absorb(x) => self.spend(x.nf, x.cm_new, x.sealed)?,
            Tx::Appeal(x) => self.file(x)?,
            _ => return Err(refused("wrong-kind", 400)),
        };
        if self.lag.get() {
            self.unpublished.set(self.unpublished.get() + 1);
        }
        if self.lose_answer.replace(false) {
            return Err(unreachable());
        }
        Ok(receipt)
    }
    fn await_publication(&self) {
        self.ask("wait").unwrap();
        if !self.never.get() {
            self.publish();
        }
    }
}
