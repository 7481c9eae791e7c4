//! What a gate learns of notices between two bundles.

use super::*;
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature};
use luyin_protocol::field::{DayHandle, SlotHandle};
use luyin_protocol::gate::{GateList, ListError, SignedList, rules_of};
use luyin_protocol::risk::{DayRelease, NoticeId};
use luyin_protocol::tx::Release;

/// The values of a notice about the holder on [`DAY`].
fn about(holder: &Holder, notice: u8) -> Release {
    let rh = holder.private.note.rh.expose();
    let handle = hash(Tag::RevDay, &[rh, DAY.get().into()]);
    let values = DayRelease {
        notice: NoticeId::from_bytes([notice; 32]),
        day: DAY,
        handle: DayHandle::from_value(handle),
        slots: [SlotHandle::from_value(1u64.into()); 2],
    };
    let body = values.to_vec();
    let network = parameters().id();
    let one = |trustee: TrusteeIndex| TrusteeSignature {
        trustee,
        signature: key(trustee.get()).sign(Domain::Release, &network, &body),
    };
    Release {
        signatures: TrusteeIndex::all().take(3).map(one).collect(),
        values,
    }
}

/// A list in addition to a bundle file, as the node signs it.
fn list(file: &[u8], issued: Timestamp, releases: Vec<Release>) -> Vec<u8> {
    let network = parameters().id();
    let bundle = SignedBundle::verified(file, &network).unwrap();
    let list = GateList {
        bundle: Sha256Hash::of(file),
        issued,
        until: bundle.expires.day(),
        rules: rules_of(&bundle.policies, &bundle.risk_lists),
        releases,
    };
    let signature = key(12).sign(Domain::List, &network, &list.to_vec());
    SignedList::new(list, public(12), signature).to_bytes()
}

/// A node that gives a bundle and, where it has one, a list; counts each.
struct Teller {
    bundle: Vec<u8>,
    list: RefCell<Option<Vec<u8>>>,
    asked: Cell<(u32, u32)>,
}

impl Teller {
    fn of(bundle: Vec<u8>) -> Self {
        Self {
            bundle,
            list: RefCell::new(None),
            asked: Cell::new((0, 0)),
        }
    }
}

impl GateNode for Teller {
    fn bundle(&self) -> Result<Vec<u8>, ClientError> {
        let (bundles, lists) = self.asked.get();
        self.asked.set((bundles + 1, lists));
        Ok(self.bundle.clone())
    }
    fn list(&self, bundle: &Sha256Hash, until: Day) -> Result<Vec<u8>, ClientError> {
        assert_eq!(*bundle, Sha256Hash::of(&self.bundle));
        assert_eq!(until, DAY.plus(1));
        let (bundles, lists) = self.asked.get();
        self.asked.set((bundles, lists + 1));
        self.list.borrow().clone().ok_or_else(no_answer)
    }
    fn keys_manifest(&self) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn keys_file(&self, _: &str) -> Result<Vec<u8>, ClientError> {
        Err(no_answer())
    }
    fn walk_in(&self, _: &Nym, _: Step) -> Result<bool, ClientError> {
        Ok(false)
    }
    fn next_batch(&self) -> Result<u32, ClientError> {
        Err(no_answer())
    }
    fn file_batch(&self, _: &SealedBatch) -> Result<(), ClientError> {
        Err(no_answer())
    }
}

#[test]
fn a_notice_takes_effect_at_a_gate_by_the_list_alone_and_survives_a_restart() {
    let files = MemoryFiles::default();
    let mut device = set_up(&files);
    let holder = Holder::new();
    let pass = holder.pass(ScopeIndex::Venue);
    let at = |seconds: u64| morning().plus_ms(seconds * 1_000);
    let node = Teller::of(bundle(morning(), holder.epoch));
    assert_eq!(
        scan(&mut device, &show(&pass, at(0)), at(0)),
        Reason::Proved
    );
    let told = list(&node.bundle, at(40), vec![about(&holder, 3)]);
    *node.list.borrow_mut() = Some(told);
    device.renew(&node, at(40)).unwrap();
    assert_eq!(node.asked.get(), (0, 1), "no bundle was fetched");
    assert_eq!(device.as_of(), Some(at(40)));
    let barred = scan(&mut device, &show(&pass, at(60)), at(60));
    assert_eq!(barred, Reason::UnderNotice);
    let mut device = GateDevice::open(files).unwrap();
    assert_eq!(device.as_of(), Some(at(40)));
    let barred = scan(&mut device, &show(&pass, at(90)), at(90));
    assert_eq!(barred, Reason::UnderNotice);
}

#[test]
fn an_older_list_and_an_older_bundle_never_replace_what_a_list_has_told() {
    let mut device = set_up(&MemoryFiles::default());
    let holder = Holder::new();
    let file = bundle(morning(), holder.epoch);
    let at = |seconds: u64| morning().plus_ms(seconds * 1_000);
    let newer = list(&file, at(40), vec![about(&holder, 3)]);
    device.take_list(&newer).unwrap();
    let older = device.take_list(&list(&file, at(39), vec![about(&holder, 3)]));
    assert!(matches!(older, Err(GateError::List(ListError::Older))));
    let before = device.take_bundle(&bundle(at(39), holder.epoch));
    assert!(matches!(before, Err(GateError::OlderBundle)));
    assert_eq!(device.bundle().unwrap().releases.len(), 1);
}

#[test]
fn a_list_that_lacks_a_known_notice_is_refused_and_the_whole_bundle_is_asked() {
    let mut device = set_up(&MemoryFiles::default());
    let holder = Holder::new();
    let at = |seconds: u64| morning().plus_ms(seconds * 1_000);
    let node = Teller::of(bundle(morning(), holder.epoch));
    device
        .take_list(&list(&node.bundle, at(1), vec![about(&holder, 3)]))
        .unwrap();
    let lacks = list(&node.bundle, at(2), vec![about(&holder, 4)]);
    let refused = device.take_list(&lacks);
    assert!(matches!(refused, Err(GateError::List(ListError::Lacks(_)))));
    *node.list.borrow_mut() = Some(lacks);
    let stale = device.renew(&node, at(3));
    assert!(matches!(stale, Err(GateError::OlderBundle)), "it hides it");
    assert_eq!(node.asked.get(), (1, 1));
    assert_eq!(device.bundle().unwrap().releases.len(), 1);
}

#[test]
fn the_whole_bundle_is_fetched_where_it_is_old_or_a_newer_pass_was_shown() {
    let mut device = set_up(&MemoryFiles::default());
    let holder = Holder::new();
    let node = Teller::of(bundle(morning(), holder.epoch));
    *node.list.borrow_mut() = Some(list(&node.bundle, morning(), vec![]));
    device.renew(&node, morning()).unwrap();
    assert_eq!(node.asked.get(), (0, 1));
    let ahead = Pass {
        epoch: 2,
        ..holder.pass(ScopeIndex::Venue)
    };
    let shown = show(&ahead, morning());
    assert_eq!(scan(&mut device, &shown, morning()), Reason::BundleBehind);
    device.renew(&node, morning()).unwrap();
    assert_eq!(node.asked.get(), (1, 1));
    device.renew(&node, morning()).unwrap();
    assert_eq!(node.asked.get(), (1, 2));
    let old = morning().plus_ms(WHOLE_AFTER_MS);
    device.renew(&node, old).unwrap();
    assert_eq!(node.asked.get(), (2, 2));
}

#[test]
fn a_list_of_a_bundle_before_is_past_its_use_after_a_restart() {
    let files = MemoryFiles::default();
    let mut device = set_up(&files);
    let holder = Holder::new();
    let file = bundle(morning(), holder.epoch);
    let later = morning().plus_ms(50_000);
    device
        .take_list(&list(&file, morning(), vec![about(&holder, 3)]))
        .unwrap();
    device.take_bundle(&bundle(later, holder.epoch)).unwrap();
    let device = GateDevice::open(files).unwrap();
    assert_eq!(device.as_of(), Some(later));
    assert!(device.bundle().unwrap().releases.is_empty());
}
