//! Today's alarms as figures for whoever watches the node.

use super::{AlarmName, of_day};
use crate::node::Node;
use crate::service::ServiceError;
use crate::telemetry::Metrics;
use luyin_ledger::store::Height;
use luyin_protocol::time::Day;
use std::collections::BTreeMap;
use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

/// Figures are at most so old: anyone may ask for them, and asking must not cost the node more than this.
const FOR: Duration = Duration::from_secs(10);

/// Keeps the figures of alarms up to date while somebody asks for them.
#[derive(Debug, Default)]
pub struct AlarmWatch {
    last: Mutex<Option<Look>>,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    at: Instant,
    height: Option<Height>,
    day: Day,
}

impl AlarmWatch {
    /// Counts today's alarms anew, unless nothing was added to the log, they were counted a moment ago, or another
    /// request is at it.
    ///
    /// # Errors
    /// Where the state cannot be read; the figures stay as they were.
    pub fn refresh(&self, node: &Node, metrics: &Metrics) -> Result<(), ServiceError> {
        let mut last = match self.last.try_lock() {
            Ok(last) => last,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        let now = Look {
            at: Instant::now(),
            height: node.state().tip()?.map(|tip| tip.height),
            day: node.clock().now().day(),
        };
        let fresh = last.is_some_and(|look| {
            let same = look.height == now.height && look.day == now.day;
            same || now.at.duration_since(look.at) < FOR
        });
        if fresh {
            return Ok(());
        }
        let mut counts: BTreeMap<AlarmName, i64> = AlarmName::ALL.map(|name| (name, 0)).into();
        for alarm in of_day(node, now.day)?.alarms {
            let count = counts.entry(alarm.alarm).or_default();
            *count = count.saturating_add(1);
        }
        for (name, count) in counts {
            metrics.alarms(name.slug(), count);
        }
        *last = Some(now);
        Ok(())
    }
}
