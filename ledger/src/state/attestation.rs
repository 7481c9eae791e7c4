//! The days' attestation trees: leaves, roots, and which roots are accepted.
//!
//! A leaf keeps its place for good. Withdrawing one puts the empty leaf in its place, gives the day's tree a new revision,
//! and refuses every root that the tree has had; the root of the tree without it becomes valid with the block.

use super::keys::Present;
use super::record::{Count, LeafNumber, codes, records};
use super::{State, StateError, keys};
use crate::forest::{Shape, empty_root};
use luyin_protocol::codec::Writer;
use luyin_protocol::did::Did;
use luyin_protocol::field::{AttestationLeaf, AttestationRoot};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Day;

/// How many days a day's attestations can be absorbed after it.
pub const ATTESTATION_DAYS: u16 = 30;

/// Rows of a dead day that one block removes at most.
const SWEEP: usize = 4_096;

codes! {
    /// Whether a leaf or root counts.
    Standing("a standing") {
        /// It does.
        Live = 1,
        /// Taken back by its issuer, or with its issuer's accreditation.
        Withdrawn = 2,
    }
}

records! {
    /// A leaf.
    StatedLeaf {
        /// The leaf.
        leaf: AttestationLeaf,
        /// Who stated it.
        issuer: Did,
        /// Whether it is in the tree still.
        standing: Standing,
    }

    /// A day's tree after the newest block.
    DayTree {
        /// Places taken, withdrawn ones among them.
        leaves: Count,
        /// How often it was made anew; its files are kept apart by this.
        revision: Count,
        /// Its root.
        root: AttestationRoot,
    }
}

/// What a block did to a day's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Leaves were added behind the others.
    Grown(Vec<AttestationLeaf>),
    /// Leaves were withdrawn: the tree is made anew.
    Rebuilt,
}

/// Whether a day's attestations are accepted on another day.
#[must_use]
pub fn is_live_day(day: Day, today: Day) -> bool {
    (today.minus(ATTESTATION_DAYS)..=today).contains(&day)
}

/// Whether an attestation root is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootStanding {
    /// A live day's tree has it, or had it and withdrew nothing since.
    Accepted,
    /// Live days' trees had it before something was withdrawn.
    Withdrawn,
    /// No live day's tree has had it.
    Unknown,
}

impl State<'_> {
    /// Whether an attestation root is accepted on a day.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn root_standing(
        &self,
        root: AttestationRoot,
        today: Day,
    ) -> Result<RootStanding, StateError> {
        let days = self.all(&keys::days_of_root(root))?;
        let live = days.into_iter().filter(|(day, _)| is_live_day(*day, today));
        let standings: Vec<Standing> = live.map(|(_, standing)| standing).collect();
        Ok(if standings.contains(&Standing::Live) {
            RootStanding::Accepted
        } else if standings.is_empty() {
            RootStanding::Unknown
        } else {
            RootStanding::Withdrawn
        })
    }

    /// The trees of the days that are live on a day.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn live_day_trees(&self, today: Day) -> Result<Vec<(Day, DayTree)>, StateError> {
        let mut trees = self.all(&keys::day_trees())?;
        trees.retain(|(day, _)| is_live_day(*day, today));
        Ok(trees)
    }

    /// What headers and checkpoints name the live trees by (clause 7.6).
    ///
    /// # Errors
    /// [`StateError`].
    pub fn attestations_digest(&self, today: Day) -> Result<Sha256Hash, StateError> {
        let mut w = Writer::default();
        w.raw(b"luyin/v1/attestations\0");
        for (day, tree) in self.live_day_trees(today)? {
            w.value(&day).value(&tree);
        }
        Ok(Sha256Hash::of(&w.finish()))
    }

    /// Takes leaves for a day's tree, which grows at the end of the block.
    pub(crate) fn append_leaves(
        &mut self,
        day: Day,
        issuer: Did,
        leaves: &[AttestationLeaf],
    ) -> Result<(), StateError> {
        let tree = self.get(&keys::day_tree(day))?;
        let mut tree = tree.unwrap_or(DayTree {
            leaves: Count::default(),
            revision: Count::default(),
            root: AttestationRoot::from_value(empty_root(Shape::NETWORK.depth())),
        });
        for leaf in leaves {
            let full = |_| StateError::Full("a day's attestations");
            let number = LeafNumber::new(u32::try_from(tree.leaves.get()).map_err(full)?);
            let stated = StatedLeaf {
                leaf: *leaf,
                issuer,
                standing: Standing::Live,
            };
            self.put(&keys::leaf(day, number), &stated);
            self.put(&keys::leaf_number(day, *leaf), &number);
            tree.leaves = tree.leaves.plus(1);
        }
        self.put(&keys::day_tree(day), &tree);
        match self.days.entry(day).or_insert(Touch::Grown(Vec::new())) {
            Touch::Grown(grown) => grown.extend_from_slice(leaves),
            Touch::Rebuilt => {}
        }
        Ok(())
    }

    /// Withdraws leaves of a day; every root that its tree has had is refused from here on.
    pub(crate) fn withdraw_leaves(
        &mut self,
        day: Day,
        numbers: &[LeafNumber],
    ) -> Result<(), StateError> {
        for number in numbers {
            let cell = keys::leaf(day, *number);
            let stated = self.get(&cell)?;
            let mut stated = stated.ok_or(StateError::Contradiction("no leaf of that number"))?;
            stated.standing = Standing::Withdrawn;
            self.put(&cell, &stated);
        }
        for (root, Present) in self.all(&keys::roots_of_day(day))? {
            self.put(&keys::attestation_root(root, day), &Standing::Withdrawn);
        }
        self.days.insert(day, Touch::Rebuilt);
        Ok(())
    }

    /// How many of an issuer's attestations of a day it took back itself. What went with its accreditation is not among
    /// them. They outlive the day's tree: alarms of past days are worked out of them.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn taken_back(&self, issuer: Did, day: Day) -> Result<Count, StateError> {
        Ok(self
            .get(&keys::taken_back(issuer, day))?
            .unwrap_or_default())
    }

    pub(crate) fn count_taken_back(
        &mut self,
        issuer: Did,
        day: Day,
        n: u64,
    ) -> Result<(), StateError> {
        let count = self.taken_back(issuer, day)?.plus(n);
        self.put(&keys::taken_back(issuer, day), &count);
        Ok(())
    }

    /// Withdraws all that an issuer stated on the days that are live.
    pub(crate) fn withdraw_issuer(&mut self, issuer: Did, today: Day) -> Result<(), StateError> {
        for (day, _) in self.live_day_trees(today)? {
            let leaves = self.all(&keys::leaves(day))?;
            let own = leaves
                .into_iter()
                .filter(|(_, l)| l.issuer == issuer && l.standing == Standing::Live)
                .map(|(number, _)| number)
                .collect::<Vec<_>>();
            if !own.is_empty() {
                self.withdraw_leaves(day, &own)?;
            }
        }
        Ok(())
    }

    /// The root of a day's tree after a block.
    pub(crate) fn put_day_tree(&mut self, day: Day, tree: &DayTree) {
        self.put(&keys::day_tree(day), tree);
        self.put(&keys::attestation_root(tree.root, day), &Standing::Live);
        self.put(&keys::root_of_day(day, tree.root), &Present);
    }

    /// Removes some rows of the oldest day that is no longer live. Nothing depends on when they go, only that every
    /// node removes the same.
    pub(crate) fn sweep_dead_day(&mut self, today: Day) -> Result<(), StateError> {
        let oldest = self.page(&keys::day_trees(), None, 1)?;
        let Some((day, _)) = oldest.first().filter(|(day, _)| !is_live_day(*day, today)) else {
            return Ok(());
        };
        let leaves = self.page(&keys::leaves(*day), None, SWEEP)?;
        for (number, stated) in &leaves {
            self.delete(&keys::leaf(*day, *number));
            self.delete(&keys::leaf_number(*day, stated.leaf));
        }
        let roots = self.page(&keys::roots_of_day(*day), None, SWEEP)?;
        for (root, Present) in &roots {
            self.delete(&keys::attestation_root(*root, *day));
            self.delete(&keys::root_of_day(*day, *root));
        }
        if leaves.is_empty() && roots.is_empty() {
            self.delete(&keys::day_tree(*day));
        }
        Ok(())
    }
}
