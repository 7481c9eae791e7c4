//! The trees of the ledger in memory, those that closed among them.

use super::{FakeLedger, State};
use crate::client::{Epoch, Forest};
use ark_bn254::Fr;
use luyin_ledger::forest::{Forest as Trees, Shape, Tree, archives_digest};
use luyin_protocol::field::{self, TreeRoot};
use luyin_protocol::scope;
use luyin_protocol::time::Day;

/// Trees that closed, tree 0 with the notes of the story in it and the others of strangers.
#[derive(Default)]
pub(super) struct Older {
    tile: Vec<Fr>,
    upper: Vec<Fr>,
    /// What the node says of their roots, which may be a lie.
    told: Option<Vec<TreeRoot>>,
}

/// The roots of the tiles of a stranger's tree.
fn strangers() -> Vec<Fr> {
    vec![Fr::from(5u64); 4_096]
}

impl State {
    pub(super) fn notes(&self) -> u64 {
        self.forest.newest() * Shape::NETWORK.capacity() + self.leaves.len() as u64
    }

    pub(super) fn closed_roots(&self) -> Vec<TreeRoot> {
        let closed = self.forest.closed().iter().copied();
        closed.map(TreeRoot::from_value).collect()
    }

    /// `GET /v1/forest` under an epoch of so many notes.
    pub(super) fn shown_forest(&self, epoch: u64, size: u64) -> Forest {
        let capacity = Shape::NETWORK.capacity();
        let trees = size.div_ceil(capacity);
        let size_of = |tree: u64| (size - tree * capacity).min(capacity);
        Forest {
            size,
            depth: 12,
            trees,
            epoch,
            tree_sizes: (0..trees).map(size_of).collect(),
            closed_roots: self
                .older
                .told
                .clone()
                .unwrap_or_else(|| self.closed_roots()),
        }
    }

    /// The first shared epoch of the newest block of four hours, and the newest shared one.
    pub(super) fn shared_epochs(&self) -> (Option<Epoch>, Option<Epoch>) {
        let all = self.epochs.iter().map(|(epoch, _)| epoch);
        let shared: Vec<&Epoch> = all.filter(|e| e.kind == "shared").collect();
        let block = |e: &Epoch| (e.time.day(), scope::block_of(e.time));
        let mut pairs = shared.windows(2).rev();
        let first = pairs.find(|pair| block(pair[0]) != block(pair[1]));
        let first = first.map(|pair| pair[1].clone());
        (first, shared.last().map(|&newest| newest.clone()))
    }

    /// The lines of a checkpoint that are about the forest.
    pub(super) fn forest_lines(&self, epoch: &Epoch) -> Vec<String> {
        let mut lines = vec![format!("epoch {} {}", epoch.number, epoch.root)];
        let archived = self.forest.archived().len();
        if archived > 0 {
            let digest = archives_digest(&self.closed_roots()[..archived]);
            lines.push(format!("archives {digest}"));
        }
        lines
    }
}

impl FakeLedger {
    /// The tree of all notes so far fills up with strangers' and closes; so do more, until `closed` trees are; one note
    /// stands in the next. Makes an epoch.
    pub(in crate::wallet::tests) fn bury(&self, closed: usize) {
        let mut state = self.state.borrow_mut();
        let mut tile = std::mem::take(&mut state.leaves);
        tile.resize(4_096, Fr::from(6u64));
        let mut first = Tree::new(Shape::NETWORK);
        first.append(&tile).unwrap();
        let mut upper = strangers();
        upper[0] = first.upper()[0];
        let root = |upper: &[Fr]| Tree::restore(Shape::NETWORK, upper, &[]).unwrap().root();
        let mut roots = vec![root(&strangers()); closed];
        roots[0] = root(&upper);
        let open = Tree::new(Shape::NETWORK);
        state.forest = Trees::restore(roots, open);
        state.older = Older {
            tile,
            upper,
            told: None,
        };
        drop(state);
        self.crowd(1);
        self.make_epoch();
    }

    /// The node lies about the root of a closed tree.
    pub(in crate::wallet::tests) fn lie_about(&self, tree: usize) {
        let mut state = self.state.borrow_mut();
        let mut told = state.closed_roots();
        told[tree] = TreeRoot::from_value(Fr::from(1u64));
        state.older.told = Some(told);
    }

    pub(super) fn row(&self, path: &str) -> Option<Vec<u8>> {
        let state = self.state.borrow();
        let rest = path.strip_prefix("/forest/")?;
        let tree = rest.strip_prefix("notes/").and_then(|r| r.split_once('/'));
        let leaves: &[Fr] = match tree {
            Some((tree, name)) if tree.parse::<u64>().ok()? < state.forest.newest() => {
                let row = match (tree, name) {
                    ("0", "upper") => state.older.upper.clone(),
                    ("0", "000") => state.older.tile.clone(),
                    (_, "upper") => strangers(),
                    _ => return None,
                };
                return Some(row.iter().flat_map(field::to_bytes).collect());
            }
            Some(_) => &state.leaves,
            None => {
                let day = rest.strip_prefix("att/")?.split('/').next()?;
                state.days.get(&Day::new(day.parse().ok()?))?
            }
        };
        let (name, width) = match rest.rsplit_once(".p/") {
            Some((name, width)) => (name, width.parse::<usize>().ok()?),
            None => (rest, 4_096),
        };
        let row: Vec<Fr> = match name.rsplit('/').next()? {
            "upper" => {
                let mut tree = Tree::new(Shape::NETWORK);
                tree.append(leaves).ok()?;
                tree.upper().iter().take(width).copied().collect()
            }
            index => {
                let start = index.parse::<usize>().ok()? * 4_096;
                leaves.get(start..start + width)?.to_vec()
            }
        };
        Some(row.iter().flat_map(field::to_bytes).collect())
    }
}
