//! What an engine is told.

use crate::Height;
use crate::codec::{MAX_BODY, MAX_SYNC_VALUES};
use crate::part::PART_SIZE;
use bytesize::ByteSize;
use luyin_protocol::signature::NetworkId;
use malachitebft_app_channel::app::config as engine;
use malachitebft_core_types::LinearTimeouts;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How long a step of a round is waited for. Each grows by `more` with every round of a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a proposal with its body; [`EngineConfig::pace`] comes on top.
    pub propose: Duration,
    /// For the last prevotes, once more than two thirds are there.
    pub prevote: Duration,
    /// For the last precommits, likewise.
    pub precommit: Duration,
    /// What each of them grows by with a round.
    pub more: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            propose: Duration::from_millis(1500),
            prevote: Duration::from_millis(500),
            precommit: Duration::from_millis(500),
            more: Duration::from_millis(500),
        }
    }
}

/// The longest that a body gathers company.
const BREATH: Duration = Duration::from_millis(250);

/// What an engine is told.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Directory of the engine's own files: write-ahead log, undecided bodies, decisions, the network key.
    pub home: PathBuf,
    /// File of the guard against signing twice. It lies outside of `home`, so that no copy of that brings it along.
    pub guard: PathBuf,
    /// The network; every signature covers it.
    pub network: NetworkId,
    /// The node's name in logs.
    pub moniker: String,
    /// Where other nodes reach this one.
    pub listen: SocketAddr,
    /// Where this one reaches the others.
    pub peers: Vec<SocketAddr>,
    /// How long is waited.
    pub timeouts: Timeouts,
    /// Time from one height to the next while nothing waits; while something does, half of it and at most 250 ms.
    pub pace: Duration,
    /// Longest body in bytes, at most 64 MiB. The same on every node.
    pub max_body: usize,
}

impl EngineConfig {
    /// 500 ms from height to height while nothing waits, 250 where something does, bodies of at most 20 MiB.
    #[must_use]
    pub fn new(home: PathBuf, guard: PathBuf, network: NetworkId, listen: SocketAddr) -> Self {
        Self {
            home,
            guard,
            network,
            moniker: listen.to_string(),
            listen,
            peers: Vec::new(),
            timeouts: Timeouts::default(),
            pace: Duration::from_millis(500),
            max_body: 20 << 20,
        }
    }

    /// Whether the longest body is one that can travel.
    pub(super) fn is_sound(&self) -> bool {
        self.max_body <= MAX_BODY
    }

    /// Time from one height to the next while something waits, so that a body has company: each has the same syncs and
    /// signatures, however much stands in it.
    pub(super) fn breath(&self) -> Duration {
        BREATH.min(self.pace / 2)
    }

    /// The engine's timeouts. The proposer may wait for `pace`, so all others wait that much longer for it.
    pub(super) fn rounds(&self) -> LinearTimeouts {
        let Timeouts {
            propose,
            prevote,
            precommit,
            more,
        } = self.timeouts;
        let propose = propose.saturating_add(self.pace);
        LinearTimeouts {
            propose,
            propose_delta: more,
            prevote,
            prevote_delta: more,
            precommit,
            precommit_delta: more,
            rebroadcast: propose.saturating_add(prevote).saturating_add(precommit),
            max_timeout: Duration::from_secs(60).saturating_add(self.pace),
        }
    }
}

/// The configuration in the engine's form.
#[derive(Clone, Debug)]
pub(super) struct EngineForm {
    moniker: String,
    consensus: engine::ConsensusConfig,
    sync: engine::ValueSyncConfig,
}

/// Room beside the body in a message.
const HEADROOM: usize = 1 << 20;

impl EngineForm {
    pub(super) fn new(config: &EngineConfig) -> Option<Self> {
        let address = |address| super::peer::multiaddr(address).parse().ok();
        let largest = bytes(config.max_body.saturating_add(HEADROOM));
        let mut consensus = engine::ConsensusConfig {
            value_payload: engine::ValuePayload::ProposalAndParts,
            ..Default::default()
        };
        consensus.p2p.listen_addr = address(config.listen)?;
        consensus.p2p.persistent_peers = config
            .peers
            .iter()
            .map(|peer| address(*peer))
            .collect::<Option<_>>()?;
        consensus.p2p.pubsub_max_size = bytes(PART_SIZE.saturating_add(HEADROOM));
        consensus.p2p.rpc_max_size = largest;
        let sync = engine::ValueSyncConfig {
            enabled: true,
            status_update_interval: Duration::from_secs(1),
            request_timeout: Duration::from_secs(10),
            max_response_size: largest,
            parallel_requests: 3,
            batch_size: MAX_SYNC_VALUES,
            ..Default::default()
        };
        Some(Self {
            moniker: config.moniker.clone(),
            consensus,
            sync,
        })
    }
}

fn bytes(count: usize) -> ByteSize {
    ByteSize::b(u64::try_from(count).unwrap_or(u64::MAX))
}

impl engine::NodeConfig for EngineForm {
    fn moniker(&self) -> &str {
        &self.moniker
    }

    fn consensus(&self) -> &engine::ConsensusConfig {
        &self.consensus
    }

    fn consensus_mut(&mut self) -> &mut engine::ConsensusConfig {
        &mut self.consensus
    }

    fn value_sync(&self) -> &engine::ValueSyncConfig {
        &self.sync
    }

    fn value_sync_mut(&mut self) -> &mut engine::ValueSyncConfig {
        &mut self.sync
    }
}

/// The first height that a node can give to others: all of them.
pub(super) const HISTORY_BEGINS: Height = Height::FIRST;
