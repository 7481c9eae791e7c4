//! The loaded node as a child process.

use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running node; killed when dropped.
pub struct NodeProcess {
    child: Child,
    address: String,
    started: Duration,
}

impl NodeProcess {
    /// Starts a node over a bench network and waits until it listens.
    pub fn start(root: &Path) -> anyhow::Result<Self> {
        Self::of(&mut Command::new(std::env::current_exe()?), root)
    }

    /// The same with a program that the caller names and furnishes with an environment.
    pub fn of(program: &mut Command, root: &Path) -> anyhow::Result<Self> {
        let begin = Instant::now();
        let mut child = program
            .args(["bench", "--node"])
            .arg(root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the node did not start")?;
        let stdout = child.stdout.take().context("the node's output")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        let address = address.trim().to_owned();
        if address.is_empty() {
            let status = child.wait()?;
            anyhow::bail!("the node ended before it listened ({status})");
        }
        Ok(Self {
            child,
            address,
            started: begin.elapsed(),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From the start of the process to its first readiness.
    #[must_use]
    pub const fn started(&self) -> Duration {
        self.started
    }

    /// The most memory it has held, in MiB.
    pub fn peak_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib: f64 = line
            .context("VmHWM")?
            .trim()
            .trim_end_matches(" kB")
            .parse()?;
        Ok(kib / 1_024.0)
    }
}

impl NodeProcess {
    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The processor's time that it has used.
    pub fn used(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may hold anything: state is the first, user and system time the 12th and 13th.
        let (_, fields) = stat.rsplit_once(')').context("a process's figures")?;
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: Vec<u64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
        // Linux counts in hundredths of a second, whatever its own clock's tick is.
        Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // The directory is thrown away or opened anew: recovery is part of what is measured.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
