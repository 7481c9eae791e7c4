use super::*;
use proptest::prelude::*;
use std::collections::HashMap;
use tlog_tiles::tlog;

/// All complete subtrees of a small tree.
pub(in crate::log) struct Nodes(HashMap<NodeId, LogHash>);

impl NodeReader for Nodes {
    type Error = ProofError;
    fn node(&self, node: NodeId) -> Result<LogHash, ProofError> {
        self.0.get(&node).copied().ok_or(ProofError::Range)
    }
}

pub(in crate::log) fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn leaf(index: u64) -> LogHash {
    LogHash::leaf(&entry(index))
}

pub(in crate::log) fn nodes(size: u64) -> Nodes {
    let mut nodes = HashMap::new();
    let mut row: Vec<LogHash> = (0..size).map(leaf).collect();
    for level in 0..64 {
        for (index, hash) in row.iter().enumerate() {
            nodes.insert(NodeId::new(level, index as u64), *hash);
        }
        row = row
            .chunks_exact(2)
            .map(|p| LogHash::node(p[0], p[1]))
            .collect();
    }
    Nodes(nodes)
}

pub(in crate::log) fn head(size: u64) -> TreeHead {
    let mut frontier = Frontier::new();
    (0..size).for_each(|index| frontier.push(leaf(index)));
    frontier.head()
}

/// The other implementation's storage.
#[derive(Default)]
struct Stored(Vec<tlog::Hash>);

impl tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes
            .iter()
            .map(|index| self.0[*index as usize])
            .collect())
    }
}

fn stored(size: u64) -> Stored {
    let mut stored = Stored::default();
    for index in 0..size {
        let more = tlog::stored_hashes(index, &entry(index), &stored).unwrap();
        stored.0.extend(more);
    }
    stored
}

fn theirs(hash: LogHash) -> tlog::Hash {
    tlog::Hash(*hash.as_bytes())
}

fn all_theirs(proof: &[LogHash]) -> Vec<tlog::Hash> {
    proof.iter().copied().map(theirs).collect()
}

#[test]
fn roots_and_proofs_equal_those_of_another_implementation() {
    let stored = stored(70);
    let nodes = nodes(70);
    for size in 1..=70 {
        let head = head(size);
        assert_eq!(theirs(head.root()), tlog::tree_hash(size, &stored).unwrap());
        assert_eq!(root(&nodes, size).unwrap(), head.root());
        for index in 0..size {
            let proof = prove_inclusion(&nodes, size, EntryIndex::new(index)).unwrap();
            let other = tlog::prove_record(size, index, &stored).unwrap();
            assert_eq!(all_theirs(&proof), other);
            verify_inclusion(&head, EntryIndex::new(index), leaf(index), &proof).unwrap();
        }
        for old in 1..=size {
            let proof = prove_consistency(&nodes, old, size).unwrap();
            let other = tlog::prove_tree(size, old, &stored).unwrap();
            assert_eq!(all_theirs(&proof), other);
            verify_consistency(&self::head(old), &head, &proof).unwrap();
        }
    }
}

#[test]
fn a_second_implementation_makes_the_same_roots_and_proofs() {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    let bytes =
        |proof: &[LogHash]| -> Vec<u8> { proof.iter().flat_map(|hash| *hash.as_bytes()).collect() };
    let nodes = nodes(40);
    let mut tree = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    for size in 1..=40u64 {
        tree.push(entry(size - 1));
        let head = head(size);
        assert_eq!(tree.root().as_bytes().as_slice(), head.root().as_bytes());
        for index in 0..size {
            let ours = prove_inclusion(&nodes, size, EntryIndex::new(index)).unwrap();
            let theirs = tree.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(theirs.as_bytes(), bytes(&ours));
        }
        for old in 1..size {
            let ours = prove_consistency(&nodes, old, size).unwrap();
            let theirs = tree.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(theirs.as_bytes(), bytes(&ours));
        }
    }
}

#[test]
fn the_empty_tree_has_the_root_of_rfc_6962() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let bytes = Frontier::new().head().root();
    let found: String = bytes
        .as_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(found, empty);
    verify_consistency(&head(0), &head(5), &[]).unwrap();
}

#[test]
fn a_proof_for_another_place_size_or_leaf_is_refused() {
    let nodes = nodes(20);
    let head = head(20);
    for index in 0..20 {
        let at = EntryIndex::new(index);
        let proof = prove_inclusion(&nodes, 20, at).unwrap();
        for other in (0..20).filter(|other| *other != index) {
            let place = EntryIndex::new(other);
            assert!(verify_inclusion(&head, place, leaf(index), &proof).is_err());
            assert!(verify_inclusion(&head, at, leaf(other), &proof).is_err());
        }
        let outside = verify_inclusion(&head, EntryIndex::new(20), leaf(index), &proof);
        assert_eq!(outside, Err(ProofError::Range));
        let shorter = verify_inclusion(&head, at, leaf(index), &proof[1..]);
        assert!(shorter.is_err());
        let longer = [proof.as_slice(), &[leaf(0)]].concat();
        assert_eq!(
            verify_inclusion(&head, at, leaf(index), &longer),
            Err(ProofError::Length)
        );
    }
    assert_eq!(
        prove_inclusion(&nodes, 20, EntryIndex::new(20)),
        Err(ProofError::Range)
    );
    assert_eq!(prove_consistency(&nodes, 21, 20), Err(ProofError::Range));
}

#[test]
fn heads_that_cannot_follow_each_other_are_refused() {
    let nodes = nodes(20);
    let forked = TreeHead::new(20, leaf(99));
    let proof = prove_consistency(&nodes, 13, 20).unwrap();
    assert_eq!(
        verify_consistency(&head(13), &forked, &proof),
        Err(ProofError::Root)
    );
    assert_eq!(
        verify_consistency(&forked, &head(20), &[]),
        Err(ProofError::Root)
    );
    assert_eq!(
        verify_consistency(&head(20), &head(13), &[]),
        Err(ProofError::Range)
    );
    assert_eq!(
        verify_consistency(&head(13), &head(20), &[]),
        Err(ProofError::Length)
    );
    assert_eq!(
        verify_consistency(&head(20), &head(20), &proof),
        Err(ProofError::Length)
    );
    assert_eq!(
        verify_consistency(&TreeHead::new(0, leaf(1)), &head(5), &[]),
        Err(ProofError::Root)
    );
    for old in (1..20).filter(|old| *old != 13) {
        assert!(
            verify_consistency(&head(old), &head(20), &proof).is_err(),
            "{old}"
        );
    }
}

#[test]
fn a_subtree_goes_only_where_it_fits() {
    let mut frontier = Frontier::new();
    let nodes = nodes(24);
    frontier
        .push_subtree(4, nodes.node(NodeId::new(4, 0)).unwrap())
        .unwrap();
    frontier
        .push_subtree(3, nodes.node(NodeId::new(3, 2)).unwrap())
        .unwrap();
    assert_eq!(frontier.head(), head(24));
    assert_eq!(frontier.push_subtree(4, leaf(0)), Err(ProofError::Range));
    assert_eq!(frontier.push_subtree(64, leaf(0)), Err(ProofError::Range));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_hash_breaks_a_proof(size in 2u64..300, place: prop::sample::Index, bit in 0usize..256, at: prop::sample::Index) {
        let nodes = nodes(size);
        let index = EntryIndex::new(place.index(size as usize) as u64);
        let mut proof = prove_inclusion(&nodes, size, index).unwrap();
        verify_inclusion(&head(size), index, leaf(index.get()), &proof).unwrap();
        let at = at.index(proof.len());
        proof[at].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify_inclusion(&head(size), index, leaf(index.get()), &proof), Err(ProofError::Root));
    }

    #[test]
    fn consistency_holds_between_any_two_sizes(new in 1u64..400, part: prop::sample::Index) {
        let old = part.index(new as usize + 1) as u64;
        let proof = prove_consistency(&nodes(new), old, new).unwrap();
        verify_consistency(&head(old), &head(new), &proof).unwrap();
    }
}
