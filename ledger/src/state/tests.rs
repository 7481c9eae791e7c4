use super::keys::{self, PolicyId};
use super::record::Version;
use super::*;
use crate::store::MemoryStore;
use std::collections::BTreeMap;

fn version(n: u32) -> Version {
    Version::new(n)
}

/// The newest versions of some policies in the store.
fn store(ids: impl Iterator<Item = u16>) -> MemoryStore {
    let store = MemoryStore::new();
    let mut state = State::new(&store);
    for id in ids {
        state.put(&keys::policy_newest(PolicyId::new(id)), &version(1));
    }
    let batch = state.into_changes().into_batch(Height::new(1)).unwrap();
    store.apply(&batch).unwrap();
    store
}

#[test]
fn changes_lie_over_the_store_and_deletes_hide_what_is_below() {
    let store = store(0..10);
    let mut state = State::new(&store);
    state.put(&keys::policy_newest(PolicyId::new(3)), &version(7));
    state.put(&keys::policy_newest(PolicyId::new(20)), &version(8));
    state.delete(&keys::policy_newest(PolicyId::new(4)));
    let cell = |id| keys::policy_newest(PolicyId::new(id));
    assert_eq!(state.get(&cell(3)).unwrap(), Some(version(7)));
    assert_eq!(state.get(&cell(4)).unwrap(), None);
    assert!(!state.has(&cell(4)).unwrap());
    assert_eq!(state.get(&cell(5)).unwrap(), Some(version(1)));
    let all: BTreeMap<u16, u32> = state
        .all(&keys::policies_newest())
        .unwrap()
        .into_iter()
        .map(|(id, v)| (id.get(), v.get()))
        .collect();
    let mut expected: BTreeMap<u16, u32> = (0..10).map(|id| (id, 1)).collect();
    expected.remove(&4);
    expected.extend([(3, 7), (20, 8)]);
    assert_eq!(all, expected);
}

#[test]
fn ranges_are_read_whole_across_pages_and_in_order() {
    let store = store(0..2_500);
    let mut state = State::new(&store);
    for id in 0..1_100 {
        state.delete(&keys::policy_newest(PolicyId::new(id)));
    }
    let all = state.all(&keys::policies_newest()).unwrap();
    let ids: Vec<u16> = all.iter().map(|(id, _)| id.get()).collect();
    assert_eq!(ids, (1_100..2_500).collect::<Vec<u16>>());
    let range = keys::policies_newest();
    let after = PolicyId::new(1_200);
    let page = state.page(&range, Some(&after), 3).unwrap();
    let ids: Vec<u16> = page.iter().map(|(id, _)| id.get()).collect();
    assert_eq!(ids, [1_201, 1_202, 1_203]);
}

#[test]
fn a_value_of_another_form_is_reported_as_damage_with_its_table() {
    let store = MemoryStore::new();
    let mut batch = Batch::at(Height::new(1));
    batch.put(keys::tip().bytes(), [1, 2, 3]).unwrap();
    store.apply(&batch).unwrap();
    let found = State::new(&store).tip();
    assert!(matches!(
        found,
        Err(StateError::Damaged { table: 0x02, .. })
    ));
}
