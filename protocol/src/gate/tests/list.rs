//! What a gate takes for a list of notices' values, and what it refuses.

use super::*;

fn held() -> GateBundle {
    let mut bundle = bundle();
    bundle.releases.push(release(DAY, handle(), &[1, 3, 5]));
    bundle
}

fn name() -> Sha256Hash {
    Sha256Hash::of(b"the bundle's file")
}

fn other(notice: u8, day: Day) -> Release {
    let mut other = release(day, handle(), &[]);
    other.values.notice = NoticeId::from_bytes([notice; 32]);
    let body = other.values.to_vec();
    let one = |n: u8| TrusteeSignature {
        trustee: TrusteeIndex::new(n).unwrap(),
        signature: sign(n, Domain::Release, &parameters().id(), &body),
    };
    other.signatures = [2, 3, 4].map(one).to_vec();
    other
}

/// With the notice that the bundle has, and a new one.
fn list() -> GateList {
    let held = held();
    GateList {
        bundle: name(),
        issued: ten(),
        until: held.expires.day(),
        rules: rules_of(&held.policies, &held.risk_lists),
        releases: vec![release(DAY, handle(), &[1, 3, 5]), other(4, DAY)],
    }
}

fn signed(list: GateList, signer: u8) -> Vec<u8> {
    let body = list.to_vec();
    let signature = sign(signer, Domain::List, &parameters().id(), &body);
    SignedList::new(list, public(signer), signature).to_bytes()
}

fn verified(bytes: &[u8]) -> Result<GateList, ListError> {
    SignedList::verified(bytes, &held(), &name(), held().issued)
}

fn altered(change: impl FnOnce(&mut GateList)) -> Result<GateList, ListError> {
    let mut list = list();
    change(&mut list);
    verified(&signed(list, NODE))
}

#[test]
fn a_list_of_the_networks_node_is_taken() {
    assert_eq!(verified(&signed(list(), NODE)), Ok(list()));
}

#[test]
fn a_list_of_another_signer_or_signed_for_another_use_is_refused() {
    let strange = verified(&signed(list(), NODE + 1));
    assert_eq!(strange, Err(ListError::UnknownSigner));
    let network = parameters().id();
    let body = list().to_vec();
    for signature in [
        sign(NODE + 1, Domain::List, &network, &body),
        sign(NODE, Domain::Bundle, &network, &body),
        sign(NODE, Domain::List, &NetworkId::from_bytes([9; 32]), &body),
    ] {
        let bytes = SignedList::new(list(), public(NODE), signature).to_bytes();
        assert_eq!(verified(&bytes), Err(ListError::BadSignature));
    }
}

#[test]
fn a_list_adds_to_one_bundle_and_never_goes_back() {
    let other = altered(|list| list.bundle = Sha256Hash::of(b"another"));
    assert_eq!(other, Err(ListError::OtherBundle));
    let older = altered(|list| list.issued = Timestamp::new(held().issued.get() - 1));
    assert_eq!(older, Err(ListError::Older));
    let shorter = altered(|list| list.until = DAY);
    assert_eq!(shorter, Err(ListError::TooShort));
    let ruled = altered(|list| list.rules = Sha256Hash::of(b"others"));
    assert_eq!(ruled, Err(ListError::OtherRules));
}

#[test]
fn a_list_never_hides_a_notice_that_the_gate_knows_of() {
    let fewer = altered(|list| {
        list.releases.remove(0);
    });
    assert_eq!(fewer, Err(ListError::Lacks(NoticeId::from_bytes([3; 32]))));
    let replaced = altered(|list| list.releases = vec![other(4, DAY), other(5, DAY)]);
    assert_eq!(
        replaced,
        Err(ListError::Lacks(NoticeId::from_bytes([3; 32])))
    );
}

#[test]
fn values_of_a_day_that_is_over_may_leave() {
    let mut held = held();
    held.releases
        .push(release(DAY.minus(2), handle(), &[1, 2, 3]));
    let bytes = signed(list(), NODE);
    let taken = SignedList::verified(&bytes, &held, &name(), held.issued);
    assert_eq!(taken, Ok(list()));
}

#[test]
fn a_value_that_three_trustees_did_not_sign_is_refused_known_notice_or_not() {
    let unsigned = altered(|list| {
        list.releases[1].signatures.pop();
    });
    assert_eq!(unsigned, Err(ListError::BadRelease));
    let changed = altered(|list| {
        list.releases[0].values.handle = DayHandle::from_value(Fr::from(78u64));
    });
    assert_eq!(changed, Err(ListError::BadRelease));
}

#[test]
fn values_out_of_order_twice_or_of_other_days_are_no_list() {
    let swapped = altered(|list| list.releases.swap(0, 1));
    let twice = altered(|list| list.releases[1] = list.releases[0].clone());
    let before = altered(|list| list.releases.insert(0, other(1, DAY.minus(2))));
    let after = altered(|list| list.releases.push(other(9, DAY.plus(9))));
    for bad in [swapped, twice, before, after] {
        assert!(matches!(bad, Err(ListError::Bytes(_))), "{bad:?}");
    }
}

#[test]
fn every_altered_byte_of_a_list_is_refused() {
    let (bytes, held) = (signed(list(), NODE), held());
    let refused = |bytes: &[u8]| SignedList::verified(bytes, &held, &name(), held.issued).is_err();
    for i in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[i] ^= 4;
        assert!(refused(&altered), "byte {i}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(refused(&longer));
    assert!(refused(&bytes[..bytes.len() - 1]));
}

#[test]
fn a_gate_goes_by_the_newest_list() {
    let mut gate = Gate::new(held(), Did::from_bytes([8; 32]), 1);
    assert_eq!(gate.as_of(), held().issued);
    gate.take_list(list());
    assert_eq!(gate.as_of(), ten());
    assert_eq!(gate.bundle().releases, list().releases);
    gate.replace_bundle(held());
    assert_eq!(gate.bundle(), &held());
}
