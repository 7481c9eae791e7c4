//! What a network published, fetched from a node: policies, risk lists, venues and liftings come from the authority's acts,
//! released values with three trustees' signatures.

use std::collections::BTreeMap;
use std::convert::Infallible;

use luyin_protocol::gate::{Acts, EpochRef, Evidence, Published, Since};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::risk::DayRelease;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::Release;
use serde::Deserialize;

use super::AuditError;
use super::answers::{Record, actions};
use crate::client::{NodeClient, ReleasedDay, Transport};

/// What was published, at hand.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub(super) parameters: NetworkParameters,
    pub(super) acts: Acts,
    pub(super) epochs: Vec<EpochRef>,
    pub(super) released: BTreeMap<Day, Vec<Since<DayRelease>>>,
}

impl Fetched {
    /// Everything but released values.
    pub(super) fn from<T: Transport>(
        node: &NodeClient<T>,
        parameters: &NetworkParameters,
    ) -> Result<Self, AuditError> {
        let mut acts = Acts::default();
        for action in actions(node)? {
            acts.take(action.action.0, action.time);
        }
        Ok(Self {
            parameters: parameters.clone(),
            acts,
            epochs: epochs(node)?,
            released: BTreeMap::new(),
        })
    }

    /// Adds the values that were released for the days of records' passes.
    pub(super) fn fetch_released<T: Transport>(
        &mut self,
        node: &NodeClient<T>,
        records: &[Record],
    ) -> Result<(), AuditError> {
        for record in records {
            if let Evidence::Pass(shown) = &record.bytes.0.evidence
                && !self.released.contains_key(&shown.pass.day)
            {
                let day = shown.pass.day;
                let values = released(node, &self.parameters, day)?;
                self.released.insert(day, values);
            }
        }
        Ok(())
    }
}

impl Published for Fetched {
    type Error = Infallible;

    fn parameters(&self) -> &NetworkParameters {
        &self.parameters
    }

    fn acts(&self) -> &Acts {
        &self.acts
    }

    fn newest_epoch(&self) -> Result<u32, Infallible> {
        Ok(self.epochs.last().map_or(0, |newest| newest.number))
    }

    fn epoch(&self, number: u32) -> Result<Option<EpochRef>, Infallible> {
        let found = self.epochs.binary_search_by_key(&number, |e| e.number);
        Ok(found.ok().and_then(|place| self.epochs.get(place)).copied())
    }

    fn released(&self, day: Day) -> Result<Vec<Since<DayRelease>>, Infallible> {
        Ok(self.released.get(&day).cloned().unwrap_or_default())
    }
}

fn released<T: Transport>(
    node: &NodeClient<T>,
    parameters: &NetworkParameters,
    day: Day,
) -> Result<Vec<Since<DayRelease>>, AuditError> {
    #[derive(Deserialize)]
    struct Dated {
        #[serde(flatten)]
        released: ReleasedDay,
        time: Timestamp,
    }
    #[derive(Deserialize)]
    struct Answer {
        releases: Vec<Dated>,
    }
    let answer: Answer = node.audit(&format!("/v1/audit/releases?day={day}"))?;
    let network = parameters.id();
    let dated = answer.releases.into_iter().map(|dated| {
        let release = Release::from(dated.released);
        let signed = release.verify(&network, parameters);
        signed
            .map_err(|_| AuditError::DoesNotHold("a release that three trustees did not sign"))?;
        if release.values.day != day {
            return Err(AuditError::DoesNotHold("values of another day"));
        }
        Ok(Since {
            item: release.values,
            time: dated.time,
        })
    });
    dated.collect()
}

fn epochs<T: Transport>(node: &NodeClient<T>) -> Result<Vec<EpochRef>, AuditError> {
    let mut all: Vec<EpochRef> = Vec::new();
    loop {
        let newest = |all: &[EpochRef]| all.last().map_or(0, |e| e.number);
        let page = node.epochs(newest(&all))?;
        if page.is_empty() {
            return Ok(all);
        }
        for epoch in page {
            if epoch.number != newest(&all).saturating_add(1) {
                return Err(AuditError::DoesNotHold("epochs out of order"));
            }
            all.push(EpochRef {
                number: epoch.number,
                time: epoch.time,
                root: epoch.root,
            });
        }
    }
}
