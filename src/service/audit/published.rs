//! What the ledger published, as gates' verdicts are derived again from it (clause 6.22).

use crate::node::Node;
use crate::service::ServiceError;
use luyin_ledger::state::keys;
use luyin_ledger::state::record::EpochNumber;
use luyin_protocol::gate::{Acts, EpochRef, Published, Since};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::risk::DayRelease;
use luyin_protocol::time::Day;

/// The node's own state: the authority's acts at hand, epochs and released values read when they are asked for.
pub(super) struct OnLedger<'a> {
    node: &'a Node,
    acts: Acts,
}

impl<'a> OnLedger<'a> {
    pub fn read(node: &'a Node) -> Result<Self, ServiceError> {
        let mut acts = Acts::default();
        for (_, act) in node.state().all(&keys::authority_actions())? {
            acts.take(act.action, act.time);
        }
        Ok(Self { node, acts })
    }
}

impl Published for OnLedger<'_> {
    type Error = ServiceError;

    fn parameters(&self) -> &NetworkParameters {
        self.node.network().parameters()
    }

    fn acts(&self) -> &Acts {
        &self.acts
    }

    fn newest_epoch(&self) -> Result<u32, ServiceError> {
        let last = self.node.state().get(&keys::last_epochs())?;
        Ok(last.map_or(0, |last| last.newest.get()))
    }

    fn epoch(&self, number: u32) -> Result<Option<EpochRef>, ServiceError> {
        let found = keys::epoch(EpochNumber::new(number));
        let found = self.node.state().get(&found)?;
        Ok(found.map(|epoch| EpochRef {
            number,
            time: epoch.time,
            root: epoch.root,
        }))
    }

    fn released(&self, day: Day) -> Result<Vec<Since<DayRelease>>, ServiceError> {
        let all = self.node.state().all_released_values(day)?.into_iter();
        let dated = all.map(|released| Since {
            item: released.values,
            time: released.time,
        });
        Ok(dated.collect())
    }
}
