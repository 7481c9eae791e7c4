//! What a wallet looks at again and again, in one answer that is the same for everyone (clause 9.9).

use super::ServiceError;
use super::bucket;
use super::epoch::{self, EpochView};
use super::forest::{self, ForestView};
use super::policy;
use crate::node::Node;
use luyin_ledger::state::epoch::{Epoch, EpochKind};
use luyin_ledger::state::keys;
use luyin_ledger::state::record::EpochNumber;
use luyin_protocol::scope;
use luyin_protocol::time::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// Bytes of a mark: enough to tell one state of a list from the next.
const MARK: usize = 8;

/// What a wallet looks at again and again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NewsView {
    /// The network's identity, 64 hex digits.
    pub network: String,
    /// The node's clock, milliseconds since 1970.
    pub now: u64,
    /// How the lists stand.
    pub marks: MarksView,
    /// The newest signed checkpoint.
    pub checkpoint: String,
    /// The forest under the checkpoint's epoch.
    pub forest: ForestView,
    /// The newest epoch that very many share: the first shared one of the newest block of four hours that has any.
    pub block: Option<EpochView>,
    /// The newest shared epoch.
    pub hour: Option<EpochView>,
    /// How finely spends may be asked for.
    pub spend_bits: u8,
    /// How finely enrolments may be asked for.
    pub enrolment_bits: u8,
}

/// A mark changes when its list does; 16 hex digits that mean nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarksView {
    /// Of `/v1/policies`.
    pub policies: String,
    /// Of `/v1/risk-lists`.
    pub risk_lists: String,
    /// Of `/v1/notices`.
    pub notices: String,
    /// Of `/v1/releases` for the clock's day.
    pub releases: String,
}

/// The news.
///
/// # Errors
/// Where the state cannot be read.
pub fn show(node: &Node) -> Result<NewsView, ServiceError> {
    let shown = node.served();
    let checkpoint = String::from_utf8(shown.note);
    let checkpoint = checkpoint.map_err(|e| ServiceError::Internal(e.to_string()))?;
    let now = node.clock().now();
    let Shared { block, hour } = shared(node, shown.epoch, now)?;
    Ok(NewsView {
        network: node.network().id().to_string(),
        now: now.get(),
        marks: marks(node, shown.head.size(), now)?,
        forest: forest::under(node, shown.epoch)?,
        block,
        hour,
        spend_bits: bucket::spend_bits(node)?.bits,
        enrolment_bits: bucket::enrolment_bits(node)?.bits,
        checkpoint,
    })
}

/// Releases are told once they are under a checkpoint, of `published` entries.
fn marks(node: &Node, published: u64, now: Timestamp) -> Result<MarksView, ServiceError> {
    let state = node.state();
    let today = now.day();
    let policies = policy::all_policies(node)?;
    let lists = policy::all_risk_lists(node)?;
    let notices = state.standing_notices(today)?;
    let releases = state.released_values(today)?;
    let released = releases.iter().map(|released| released.entry.get());
    let released = released.filter(|entry| *entry < published);
    Ok(MarksView {
        policies: mark(policies.iter().map(|(_, entry)| *entry)),
        risk_lists: mark(lists.iter().map(|(_, entry)| *entry)),
        notices: mark(notices.iter().map(|(_, notice)| notice.entry.get())),
        releases: mark(std::iter::once(u64::from(today.get())).chain(released)),
    })
}

/// What stands in the log never changes, so the entries tell one state of a list from another.
fn mark(entries: impl Iterator<Item = u64>) -> String {
    let mut hash = Sha256::new();
    for entry in entries {
        hash.update(entry.to_be_bytes());
    }
    let digest = hash.finalize();
    hex::encode(digest.get(..MARK).unwrap_or_default())
}

/// The epochs that many share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shared {
    block: Option<EpochView>,
    hour: Option<EpochView>,
}

fn shared(
    node: &Node,
    newest: Option<EpochNumber>,
    now: Timestamp,
) -> Result<Shared, ServiceError> {
    let state = node.state();
    // No pass is proved against an older one: it would leave the window before the pass is shown.
    let young = u64::from(node.network().parameters().cadence.root_window_ms / 2);
    let mut looked = Looked::default();
    for number in (1..=newest.map_or(0, EpochNumber::get)).rev() {
        let Some(epoch) = state.get(&keys::epoch(EpochNumber::new(number)))? else {
            break;
        };
        // The one before the first of a block may be an old one: then the node stood still.
        if looked.at(number, &epoch) == Search::Over || now.since(epoch.time) > young {
            break;
        }
    }
    Ok(looked.found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    On,
    Over,
}

/// A search through epochs, the newest first.
#[derive(Default)]
struct Looked {
    found: Shared,
    /// The oldest shared one so far of the newest block.
    first: Option<EpochView>,
}

impl Looked {
    /// Only whether the one before fell into the same block tells whether an epoch was its first.
    fn at(&mut self, number: u32, epoch: &Epoch) -> Search {
        if epoch.kind != EpochKind::Shared {
            return Search::On;
        }
        let view = epoch::view(number, epoch);
        let block = |ms: u64| {
            let time = Timestamp::new(ms);
            (time.day(), scope::block_of(time))
        };
        if let Some(first) = self
            .first
            .take_if(|first| block(first.time) != block(view.time))
        {
            self.found.block = Some(first);
            return Search::Over;
        }
        self.found.hour.get_or_insert_with(|| view.clone());
        self.first = Some(view);
        Search::On
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::Fr;
    use luyin_ledger::state::record::Count;
    use luyin_ledger::store::Height;
    use luyin_protocol::field::EpochRoot;
    use luyin_protocol::time::Day;

    /// Epochs of these minutes of a day and kinds; which numbers are found as block and hour.
    fn found(epochs: &[(u64, EpochKind)]) -> (Option<u32>, Option<u32>) {
        let mut looked = Looked::default();
        for (number, (minutes, kind)) in (1u32..).zip(epochs).collect::<Vec<_>>().into_iter().rev()
        {
            let epoch = Epoch {
                root: EpochRoot::from_value(Fr::from(number)),
                time: Day::new(20_000).start().plus_ms(minutes * 60_000),
                height: Height::new(1),
                notes: Count::new(1),
                kind: *kind,
            };
            if looked.at(number, &epoch) == Search::Over {
                break;
            }
        }
        let number = |epoch: Option<EpochView>| epoch.map(|e| e.number);
        (number(looked.found.block), number(looked.found.hour))
    }

    #[test]
    fn the_first_shared_epoch_of_the_newest_block_and_the_newest_shared_one_are_told() {
        use EpochKind::{Quick, Shared};
        let day = [
            (7 * 60, Shared),
            (8 * 60, Shared),
            (8 * 60 + 7, Quick),
            (9 * 60, Shared),
            (9 * 60 + 2, Quick),
        ];
        assert_eq!(found(&day), (Some(2), Some(4)));
        assert_eq!(found(&day[..2]), (Some(2), Some(2)));
    }

    #[test]
    fn the_first_of_all_epochs_is_not_known_to_be_a_first_of_its_block() {
        use EpochKind::{Quick, Shared};
        assert_eq!(
            found(&[(8 * 60, Shared), (9 * 60, Shared)]),
            (None, Some(2))
        );
        assert_eq!(found(&[(8 * 60, Quick)]), (None, None));
        assert_eq!(found(&[]), (None, None));
    }

    #[test]
    fn a_mark_changes_with_its_list() {
        let marks = [vec![], vec![1], vec![2], vec![1, 2]].map(|list| mark(list.into_iter()));
        for (at, one) in marks.iter().enumerate() {
            assert_eq!(one.len(), 2 * MARK);
            assert!(!marks[..at].contains(one));
        }
    }
}
