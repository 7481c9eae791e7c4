//! From a node's public files to a proof's inputs: epoch roots, paths of notes and of attestations.
//!
//! The wallet fetches the whole tile of 4,096 leaves its note lies in and the roots of all tiles of the newest sixteen
//! trees, and makes the path by itself; no request names its leaf. What it computes must end in the epoch root that the
//! node published.

use super::{Ledger, WalletError};
use crate::audit::{AuditError, signed_checkpoint};
use crate::client::{AttestationDay, ClientError, Epoch, Forest, News};
use ark_bn254::Fr;
use luyin_circuits::{ATTESTATION_LEVELS, NOTE_LEVELS, Path};
use luyin_ledger::forest::{
    self, ForestError, LeafPosition, PathParts, Shape, Tree, WINDOW, Window,
};
use luyin_ledger::log::checkpoint::SignedCheckpoint;
use luyin_ledger::log::tiles::number_path;
use luyin_protocol::field::{self, AttestationLeaf, AttestationRoot, EpochRoot, TreeRoot};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::NoteRoot;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;

/// Levels of a tile: 4,096 leaves.
const TILE_HEIGHT: u8 = 6;
const NOTES: &str = "/forest/notes";

/// An epoch root as proofs take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EpochAt {
    pub(super) number: u32,
    pub(super) root: EpochRoot,
}

/// How many wallets prove against an epoch: the more, the less it tells (clause 6.3a).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crowd {
    /// Those who cannot wait.
    #[default]
    Few,
    /// Those who came after the block's first.
    Hour,
    /// Everyone whose note was there when a block of four hours began.
    Block,
}

/// The forest under one epoch, every part of it checked.
pub(super) struct ForestView<'a, L> {
    ledger: &'a L,
    shape: Shape,
    sizes: Vec<u64>,
    window: Window,
    /// Roots of the trees that are no longer among the newest sixteen, oldest first.
    archived: Vec<Fr>,
    pub(super) epoch: EpochAt,
    crowd: Crowd,
    /// The path that was asked for: every pass of one run rests on it, and the node is asked once however many there are.
    path: OnceCell<(u64, Path<NOTE_LEVELS>)>,
}

/// What a check-in is proved against.
pub(super) struct Footing {
    pub(super) named: NoteRoot,
    pub(super) root: EpochRoot,
    pub(super) path: Path<NOTE_LEVELS>,
}

impl From<ForestError> for WalletError {
    fn from(_: ForestError) -> Self {
        Self::Untrusted("a tree of notes")
    }
}

impl<'a, L: Ledger> ForestView<'a, L> {
    /// Fetches the tile roots of the newest trees and checks that they lead to the newest epoch's root.
    pub(super) fn load(
        ledger: &'a L,
        parameters: &NetworkParameters,
        news: &News,
    ) -> Result<Self, WalletError> {
        let Agreed {
            shape,
            sizes,
            archived,
            epoch,
        } = agreed(news, parameters)?;
        let view = Self::at(ledger, shape, sizes, epoch, Crowd::Few)?;
        Ok(Self { archived, ..view })
    }

    /// The forest under an epoch that many wallets prove against, for passes made ahead: the newest would tell when they
    /// were made, and all of a person's passes alike (clause 6.3).
    pub(super) fn shared(
        ledger: &'a L,
        parameters: &NetworkParameters,
        news: &News,
        leaf: u64,
        now: Timestamp,
    ) -> Result<Self, WalletError> {
        let young = u64::from(parameters.cadence.root_window_ms / 2);
        let Some((crowd, chosen)) = choose_epoch(news, leaf, now, young) else {
            return Self::load(ledger, parameters, news);
        };
        let newest = agreed(news, parameters)?;
        if chosen.number > newest.epoch.number {
            return Err(WalletError::Untrusted("the number of an epoch"));
        }
        let epoch = EpochAt {
            number: chosen.number,
            root: chosen.root,
        };
        let capacity = newest.shape.capacity();
        let trees = chosen.notes.div_ceil(capacity);
        let size_of = |tree: u64| chosen.notes.saturating_sub(tree * capacity).min(capacity);
        let sizes = (0..trees).map(size_of).collect();
        Self::at(ledger, newest.shape, sizes, epoch, crowd)
    }

    /// How many prove against its epoch.
    pub(super) const fn crowd(&self) -> Crowd {
        self.crowd
    }

    /// Whether a pass that rests on another epoch should be made anew: this one is shared by many, and by more than that
    /// one or newer. Else whoever proved in haste would stand out all day, and whoever is late with the last block's.
    pub(super) fn is_better_than(&self, crowd: Crowd, epoch: u32) -> bool {
        self.crowd > Crowd::Few && (self.crowd, self.epoch.number) > (crowd, epoch)
    }

    /// Fetches the tile roots of the newest trees of these sizes and checks that they lead to the epoch's root.
    fn at(
        ledger: &'a L,
        shape: Shape,
        sizes: Vec<u64>,
        epoch: EpochAt,
        crowd: Crowd,
    ) -> Result<Self, WalletError> {
        let mut window = [forest::empty_root(shape.depth()); WINDOW];
        let oldest = sizes.len().saturating_sub(WINDOW);
        for (number, size) in (0u64..).zip(&sizes).skip(oldest) {
            let tree = restore(ledger, shape, &format!("{NOTES}/{number}"), *size)?;
            let place = LeafPosition::new(number, 0).place();
            if let Some(root) = window.get_mut(place) {
                *root = tree.root();
            }
        }
        if forest::window_root(shape, &window) != epoch.root.value() {
            return Err(WalletError::Untrusted(
                "the trees do not lead to the epoch root",
            ));
        }
        Ok(Self {
            ledger,
            shape,
            sizes,
            window,
            archived: Vec::new(),
            epoch,
            crowd,
            path: OnceCell::new(),
        })
    }

    /// The path of a note from its leaf to the epoch root.
    pub(super) fn path(&self, leaf: u64, wait_s: u64) -> Result<Path<NOTE_LEVELS>, WalletError> {
        if let Some((_, path)) = self.path.get().filter(|(of, _)| *of == leaf) {
            return Ok(*path);
        }
        if self.archive_of(leaf).is_some() {
            return Err(WalletError::TooOld);
        }
        let path = self.path_in(leaf, &self.window, self.epoch.root, wait_s)?;
        let _ = self.path.set((leaf, path));
        Ok(path)
    }

    /// A note's path for a check-in: to the epoch root, or to the root of the archive group that its tree has gone to.
    pub(super) fn footing(&self, leaf: u64, wait_s: u64) -> Result<Footing, WalletError> {
        let Some(group) = self.archive_of(leaf) else {
            return Ok(Footing {
                named: NoteRoot::Epoch(self.epoch.number),
                root: self.epoch.root,
                path: self.path(leaf, wait_s)?,
            });
        };
        let window = forest::archive_window(self.shape, &self.archived, group.into());
        let window = window.ok_or(WalletError::Untrusted("the roots of older trees"))?;
        let root = EpochRoot::from_value(forest::window_root(self.shape, &window));
        Ok(Footing {
            named: NoteRoot::Archive {
                epoch: self.epoch.number,
                group,
            },
            root,
            path: self.path_in(leaf, &window, root, wait_s)?,
        })
    }

    /// The archive group of a leaf whose tree is no longer among the newest sixteen.
    fn archive_of(&self, leaf: u64) -> Option<u16> {
        let tree = leaf / self.shape.capacity();
        let trees = u64::try_from(self.sizes.len()).unwrap_or(u64::MAX);
        if tree >= forest::archived(trees) {
            return None;
        }
        u16::try_from(tree / WINDOW as u64).ok()
    }

    fn path_in(
        &self,
        leaf: u64,
        window: &Window,
        root: EpochRoot,
        wait_s: u64,
    ) -> Result<Path<NOTE_LEVELS>, WalletError> {
        let (number, index) = (leaf / self.shape.capacity(), leaf % self.shape.capacity());
        let position = LeafPosition::new(number, index);
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let size = match self.sizes.get(place) {
            Some(size) if index < *size => *size,
            _ => return Err(WalletError::WaitForEpoch(wait_s)),
        };
        let prefix = format!("{NOTES}/{number}");
        let built = forest::Path::build(&PathParts {
            shape: self.shape,
            position,
            window,
            upper: &upper(self.ledger, self.shape, &prefix, size)?,
            tile: &tile(
                self.ledger,
                self.shape,
                &prefix,
                index / self.shape.tile_width(),
                size,
            )?,
            last: &last(self.ledger, self.shape, &prefix, size)?,
        });
        let broken = |_| WalletError::Untrusted("a path to a root of the forest");
        let path = built.map_err(broken)?;
        path.verify(self.shape, root.value()).map_err(broken)?;
        let levels = path.levels().try_into();
        levels
            .map(Path::new)
            .map_err(|_| WalletError::Untrusted("the depth of the trees"))
    }
}

/// A day's attestation tree, fetched whole: which leaf is looked for stays here.
pub(super) fn attestation_path(
    ledger: &impl Ledger,
    day: Day,
    leaf: &AttestationLeaf,
) -> Result<(AttestationRoot, Path<ATTESTATION_LEVELS>), WalletError> {
    let tree = day_tree(ledger, day)?.ok_or(WalletError::AttestationGone)?;
    let shape = Shape::NETWORK;
    let prefix = attestation_prefix(day, &tree);
    let found = attested_place(ledger, day, &tree, leaf)?;
    let (index, leaves) = found.ok_or(WalletError::AttestationGone)?;
    // The same path as a note's in a forest of one tree, without the two levels that join trees.
    let mut window = [forest::empty_root(shape.depth()); WINDOW];
    window[0] = tree.root.value();
    let broken = |_| WalletError::Untrusted("the day's attestation tree");
    let path = forest::Path::build(&PathParts {
        shape,
        position: LeafPosition::new(0, index),
        window: &window,
        upper: &upper(ledger, shape, &prefix, tree.size)?,
        tile: &leaves,
        last: &last(ledger, shape, &prefix, tree.size)?,
    });
    let path = path.map_err(broken)?;
    let levels = path.levels().get(..ATTESTATION_LEVELS).unwrap_or_default();
    let levels = levels
        .try_into()
        .map_err(|_| WalletError::Untrusted("the depth of the attestation tree"))?;
    Ok((tree.root, Path::new(levels)))
}

/// Whether an attestation stands in a day's tree. The tree is fetched whole here too.
///
/// # Errors
/// Those of fetching it.
pub fn is_attested(
    ledger: &impl Ledger,
    day: Day,
    leaf: &AttestationLeaf,
) -> Result<bool, WalletError> {
    let tree = day_tree(ledger, day)?;
    let found = tree.map(|tree| attested_place(ledger, day, &tree, leaf));
    Ok(found.transpose()?.flatten().is_some())
}

/// A day's tree; `None` for a day without attestations, or too long ago.
fn day_tree(ledger: &impl Ledger, day: Day) -> Result<Option<AttestationDay>, WalletError> {
    const NO_TREE: u16 = 404;
    match ledger.attestation_root(day) {
        Ok(tree) => Ok(Some(tree)),
        Err(error) if error.status() == Some(NO_TREE) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn attestation_prefix(day: Day, tree: &AttestationDay) -> String {
    format!("/forest/att/{day}/{}", tree.generation)
}

/// A leaf's place in a day's tree, with the leaves of its tile. All tiles are fetched, found or not.
fn attested_place(
    ledger: &impl Ledger,
    day: Day,
    tree: &AttestationDay,
    leaf: &AttestationLeaf,
) -> Result<Option<(u64, Vec<Fr>)>, WalletError> {
    let shape = Shape::NETWORK;
    let prefix = attestation_prefix(day, tree);
    let tiles = tree.size.div_ceil(shape.tile_width());
    let mut found = None;
    for index in 0..tiles {
        let leaves = tile(ledger, shape, &prefix, index, tree.size)?;
        let inside = (0u64..).zip(&leaves).find(|(_, x)| **x == leaf.value());
        if let Some((inside, _)) = inside {
            found = Some((index * shape.tile_width() + inside, leaves));
        }
    }
    Ok(found)
}

/// The epoch to prove passes against, among those over the note and no older than `young` milliseconds: the newest that
/// was the first shared one of a block of four hours; else the newest shared one; else none, and the very newest serves.
fn choose_epoch(news: &News, leaf: u64, now: Timestamp, young: u64) -> Option<(Crowd, &Epoch)> {
    let ranked = [(Crowd::Block, &news.block), (Crowd::Hour, &news.hour)];
    let known = ranked
        .into_iter()
        .filter_map(|(crowd, epoch)| Some((crowd, epoch.as_ref()?)));
    let mut fitting = known.filter(|(_, e)| e.notes > leaf && now.since(e.time) <= young);
    fitting.next()
}

/// What a node says of the forest, as far as its signed checkpoint names the same epoch.
struct Agreed {
    shape: Shape,
    sizes: Vec<u64>,
    archived: Vec<Fr>,
    epoch: EpochAt,
}

/// The forest's sizes and the epoch that the signed checkpoint names.
fn agreed(news: &News, parameters: &NetworkParameters) -> Result<Agreed, WalletError> {
    let signed = check_checkpoint(news.checkpoint.as_bytes(), parameters)?;
    let line = signed.checkpoint().extension("epoch");
    let epoch = epoch_line(line.ok_or(WalletError::NoEpoch)?)?;
    let forest = &news.forest;
    if u64::from(epoch.number) != forest.epoch {
        return Err(WalletError::Untrusted(
            "the checkpoint names another epoch than the forest",
        ));
    }
    Ok(Agreed {
        shape: Shape::new(forest.depth, TILE_HEIGHT)?,
        sizes: forest.tree_sizes.clone(),
        archived: archived(forest, signed.checkpoint().extension("archives"))?,
        epoch,
    })
}

/// The roots of the trees that are no longer among the newest sixteen. The checkpoint binds them: were they the node's word
/// alone, it could give each wallet others and know it by its proof.
fn archived(forest: &Forest, line: Option<&str>) -> Result<Vec<Fr>, WalletError> {
    let bad = WalletError::Untrusted("the roots of older trees");
    let trees = u64::try_from(forest.tree_sizes.len()).unwrap_or(u64::MAX);
    let count = usize::try_from(forest::archived(trees)).unwrap_or(usize::MAX);
    if count == 0 {
        return Ok(Vec::new());
    }
    match forest.closed_roots.get(..count) {
        Some(roots) if line == Some(forest::archives_digest(roots).to_string().as_str()) => {
            Ok(roots.iter().map(TreeRoot::value).collect())
        }
        Some(_) | None => Err(bad),
    }
}

/// `epoch <number> <root>`, without its key.
fn epoch_line(value: &str) -> Result<EpochAt, WalletError> {
    let bad = || WalletError::Untrusted("the epoch line of the checkpoint");
    let (number, root) = value.split_once(' ').ok_or_else(bad)?;
    Ok(EpochAt {
        number: number.parse().map_err(|_| bad())?,
        root: root.parse().map_err(|_| bad())?,
    })
}

/// A node of the network must have signed the checkpoint that its answers go with, and enough witnesses cosigned it.
pub(super) fn check_checkpoint(
    note: &[u8],
    parameters: &NetworkParameters,
) -> Result<SignedCheckpoint, WalletError> {
    signed_checkpoint(note, parameters).map_err(|error| match error {
        AuditError::DoesNotHold(what) => WalletError::Untrusted(what),
        _ => WalletError::Untrusted("the checkpoint's signature"),
    })
}

fn restore(
    ledger: &impl Ledger,
    shape: Shape,
    prefix: &str,
    size: u64,
) -> Result<Tree, WalletError> {
    let upper = upper(ledger, shape, prefix, size)?;
    let last = last(ledger, shape, prefix, size)?;
    Ok(Tree::restore(shape, &upper, &last)?)
}

fn upper(
    ledger: &impl Ledger,
    shape: Shape,
    prefix: &str,
    size: u64,
) -> Result<Vec<Fr>, WalletError> {
    match size / shape.tile_width() {
        0 => Ok(Vec::new()),
        count => row(ledger, &format!("{prefix}/upper"), count, shape.tiles()),
    }
}

fn last(
    ledger: &impl Ledger,
    shape: Shape,
    prefix: &str,
    size: u64,
) -> Result<Vec<Fr>, WalletError> {
    match size % shape.tile_width() {
        0 => Ok(Vec::new()),
        _ => tile(ledger, shape, prefix, size / shape.tile_width(), size),
    }
}

fn tile(
    ledger: &impl Ledger,
    shape: Shape,
    prefix: &str,
    index: u64,
    size: u64,
) -> Result<Vec<Fr>, WalletError> {
    let before = index.saturating_mul(shape.tile_width());
    let width = size.saturating_sub(before).min(shape.tile_width());
    let name = format!("{prefix}/{}", number_path(index));
    row(ledger, &name, width, shape.tile_width())
}

/// A row of a file: the partial file of `width`, or the beginning of the full one where it is gone.
fn row(ledger: &impl Ledger, name: &str, width: u64, full: u64) -> Result<Vec<Fr>, WalletError> {
    let partial = format!("{name}.p/{width}");
    let bytes = if width < full {
        match ledger.forest_tile(&partial) {
            Err(error) if is_gone(&error) => ledger.forest_tile(name)?,
            other => other?,
        }
    } else {
        ledger.forest_tile(name)?
    };
    let (elements, rest) = bytes.as_chunks::<32>();
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    if !rest.is_empty() || elements.len() < width {
        return Err(WalletError::Untrusted("the length of a tile"));
    }
    let elements = elements.iter().take(width);
    elements
        .map(|e| field::from_bytes(e).map_err(WalletError::from))
        .collect()
}

fn is_gone(error: &ClientError) -> bool {
    error.status() == Some(404)
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_protocol::network::Cadence;

    const HOUR: u64 = 3_600_000;

    /// An epoch of an hour of the day over so many notes.
    fn epoch(number: u32, hour: u64, notes: u64) -> Epoch {
        Epoch {
            number,
            time: Day::new(20_000).start().plus_ms(hour * HOUR),
            root: EpochRoot::from_value(Fr::from(number)),
            kind: "shared".into(),
            notes,
        }
    }

    fn chosen(block: Option<Epoch>, hour: Epoch, leaf: u64, at: u64) -> Option<(Crowd, u32)> {
        let news = News {
            block,
            hour: Some(hour),
            ..crate::wallet::tests::fake::FakeLedger::new()
                .news()
                .unwrap()
        };
        let now = Day::new(20_000).start().plus_ms(at * HOUR);
        let window = u64::from(Cadence::standard().root_window_ms / 2);
        choose_epoch(&news, leaf, now, window).map(|(crowd, e)| (crowd, e.number))
    }

    #[test]
    fn passes_are_proved_against_the_first_shared_epoch_of_a_block_that_holds_the_note() {
        let on = |leaf| chosen(Some(epoch(2, 8, 20)), epoch(4, 9, 30), leaf, 10);
        assert_eq!(
            on(15),
            Some((Crowd::Block, 2)),
            "whoever checked in before eight"
        );
        assert_eq!(
            on(22),
            Some((Crowd::Hour, 4)),
            "whoever came later: the newest shared one"
        );
        assert_eq!(on(30), None, "whoever cannot wait: the very newest");
    }

    #[test]
    fn an_epoch_that_could_leave_the_window_before_the_pass_is_shown_is_not_chosen() {
        let at = |hour| chosen(Some(epoch(2, 4, 10)), epoch(2, 4, 10), 5, hour);
        assert_eq!(at(27), Some((Crowd::Block, 2)));
        assert_eq!(at(29), None);
    }
}
