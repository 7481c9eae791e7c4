//! What is done to the nodes while clients go on writing, and how long it takes until all is well again.

use super::super::network::BenchNetwork;
use super::journal::{Ack, Journal};
use super::nodes::{NODES, Nodes, Time};
use anyhow::Context;
use luyin_protocol::tx::Tx;
use serde::Serialize;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How often a client writes during a fault.
const GAP: Duration = Duration::from_millis(25);
/// How long a return to life may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// One kind of fault, over all of its rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What was done.
    pub fault: &'static str,
    /// How often.
    pub rounds: usize,
    /// Acknowledgements while it lasted.
    pub acks_during: usize,
    /// Their median latency, milliseconds; none where there were none.
    pub p50_ms: Option<f64>,
    /// From its end until the next acknowledgement, or until the node is at the head: the slowest round, seconds.
    pub back_s: f64,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9` of one; its return counts until it is at the head.
    KillOne,
    /// `kill -9` of two; their return counts until something is acknowledged.
    KillTwo,
    /// Two are stopped (SIGSTOP), then go on.
    StopTwo,
    /// Two reach each other and not the other two.
    PartEvenly,
    /// One reaches nobody; the return counts until it is at the head.
    PartOne,
    /// One has a clock that is an hour ahead.
    SkewOne,
}

impl Fault {
    pub const ALL: [Self; 6] = [
        Self::KillOne,
        Self::KillTwo,
        Self::StopTwo,
        Self::PartEvenly,
        Self::PartOne,
        Self::SkewOne,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::KillOne => "kill one",
            Self::KillTwo => "kill two",
            Self::StopTwo => "stop two",
            Self::PartEvenly => "partition 2|2",
            Self::PartOne => "partition 1|3",
            Self::SkewOne => "clock of one 1 h ahead",
        }
    }

    /// Whether the others may go on meanwhile.
    pub const fn is_borne(self) -> bool {
        matches!(self, Self::KillOne | Self::PartOne | Self::SkewOne)
    }

    fn begin(self, nodes: &mut Nodes, last: usize) -> anyhow::Result<()> {
        let before = (last + NODES - 1) % NODES;
        match self {
            Self::KillOne => nodes.kill(last),
            Self::KillTwo => [last, before].into_iter().for_each(|n| nodes.kill(n)),
            Self::StopTwo => {
                for n in [last, before] {
                    nodes.signal(n, "STOP")?;
                }
            }
            Self::PartEvenly => nodes.part(&sides(&[last, before])),
            Self::PartOne => nodes.part(&sides(&[last])),
            Self::SkewOne => {
                nodes.kill(last);
                nodes.start(last, Time::AheadByMs(3_600_000))?;
            }
        }
        Ok(())
    }

    fn end(self, nodes: &mut Nodes, last: usize) -> anyhow::Result<()> {
        let before = (last + NODES - 1) % NODES;
        match self {
            Self::KillOne => nodes.start(last, Time::Right)?,
            Self::KillTwo => {
                for n in [last, before] {
                    nodes.start(n, Time::Right)?;
                }
            }
            Self::StopTwo => {
                for n in [last, before] {
                    nodes.signal(n, "CONT")?;
                }
            }
            Self::PartEvenly | Self::PartOne => nodes.part(&[0; NODES]),
            Self::SkewOne => {
                nodes.kill(last);
                nodes.start(last, Time::Right)?;
            }
        }
        Ok(())
    }
}

fn sides(others: &[usize]) -> Vec<u8> {
    (0..NODES).map(|n| u8::from(others.contains(&n))).collect()
}

/// A bench in its faults: transactions to send, and who notes the answers.
pub struct Trial<'a> {
    pub nodes: &'a mut Nodes,
    pub journal: &'a Journal,
    pub supply: &'a mut Vec<Tx>,
    /// What was sent and is not answered yet.
    pub sent: JoinSet<()>,
}

impl Trial<'_> {
    /// One fault, round by round, each time at another node.
    pub async fn run(
        &mut self,
        fault: Fault,
        rounds: usize,
        lasts: Duration,
    ) -> anyhow::Result<Row> {
        let (mut during, mut back_s) = (Vec::new(), 0.0f64);
        for round in 0..rounds {
            let last = round % NODES;
            // Clients are at the node that is well in every fault.
            let at = (last + 1) % NODES;
            // What the fault before kept waiting is not counted to this one.
            while self.sent.join_next().await.is_some() {}
            fault.begin(self.nodes, last)?;
            let begun = Instant::now();
            while begun.elapsed() < lasts {
                self.write(at);
                tokio::time::sleep(GAP).await;
            }
            let healed = Instant::now();
            during.extend(self.journal.acks().into_iter().filter(|a| a.at >= begun));
            fault.end(self.nodes, last)?;
            let back = if fault.is_borne() {
                self.at_the_head(last, healed).await?
            } else {
                self.next_ack(at, healed).await?
            };
            back_s = back_s.max(back.as_secs_f64());
        }
        Ok(Row {
            fault: fault.name(),
            rounds,
            acks_during: during.len(),
            p50_ms: median(during),
            back_s,
        })
    }

    /// Sends the next transaction and does not wait.
    fn write(&mut self, at: usize) {
        let Some(tx) = self.supply.pop() else { return };
        let (journal, url) = (self.journal.clone(), self.nodes.url(at, "/v1/checkins"));
        self.sent.spawn(async move {
            journal.send(url, &tx).await;
        });
    }

    /// From the healing until something is acknowledged that was sent before or since.
    async fn next_ack(&mut self, at: usize, healed: Instant) -> anyhow::Result<Duration> {
        while healed.elapsed() < PATIENCE {
            if let Some(ack) = self.journal.acks().iter().find(|ack| ack.at > healed) {
                return Ok(ack.at - healed);
            }
            self.write(at);
            tokio::time::sleep(GAP).await;
        }
        anyhow::bail!("nothing was acknowledged within {PATIENCE:?}")
    }

    /// From the healing until a node has the blocks that another had by then.
    async fn at_the_head(&mut self, n: usize, healed: Instant) -> anyhow::Result<Duration> {
        let other = (n + 1) % NODES;
        let head = self.journal.height(self.nodes, other).await;
        let head = head.context("the height of a node that is well")?;
        while healed.elapsed() < PATIENCE {
            if self
                .journal
                .height(self.nodes, n)
                .await
                .is_some_and(|height| height >= head)
            {
                return Ok(healed.elapsed());
            }
            tokio::time::sleep(GAP).await;
        }
        anyhow::bail!("node {n} did not come to block {head} within {PATIENCE:?}")
    }

    /// Takes all that a node has, and how fast it is given back: check-ins a second, those of the loads among them.
    pub async fn wipe(&mut self, network: &BenchNetwork, loaded: usize) -> anyhow::Result<f64> {
        let last = NODES - 1;
        let checkins = loaded + self.journal.acks().len();
        self.nodes.wipe(last, network)?;
        let begun = Instant::now();
        self.nodes.start(last, Time::Right)?;
        let took = self.at_the_head(last, begun).await?;
        Ok(checkins as f64 / took.as_secs_f64())
    }
}

fn median(acks: Vec<Ack>) -> Option<f64> {
    let mut times: Vec<f64> = acks.iter().map(|a| a.took.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
