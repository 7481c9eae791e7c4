//! The configuration of a node: a TOML file, overridden by environment variables, checked before anything starts.

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Environment variables `LUYIN__<SECTION>__<FIELD>` override the file.
const ENVIRONMENT: &str = "LUYIN__";

/// Why a configuration is refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// which file
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// The file is no TOML, or has a field that is unknown or of another type.
    #[error("configuration: {0}")]
    Form(#[from] toml::de::Error),
    /// A value that cannot work.
    #[error("configuration: {0}")]
    Value(&'static str),
}

/// All of it. Every field has a default.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The HTTP side.
    pub http: HttpConfig,
    /// Ordering and writing.
    pub orderer: OrdererConfig,
    /// Budgets against floods.
    pub limits: LimitsConfig,
    /// How long what is kept.
    pub retention: RetentionConfig,
    /// What gates are given.
    pub gate: GateConfig,
    /// Who cosigns checkpoints.
    pub witnesses: WitnessesConfig,
    /// Agreement with the network's other nodes; a network of one node has none.
    pub consensus: Option<ConsensusConfig>,
}

/// The HTTP side.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Host names that signed requests may be addressed to; empty takes any, which production mode refuses.
    pub authorities: Vec<String>,
    /// The longest body of a route that states no other, in bytes.
    pub body_bytes: usize,
    /// How long the headers of a request may take, in milliseconds.
    pub header_timeout_ms: u64,
    /// How long a request may take, in milliseconds.
    pub request_timeout_ms: u64,
    /// How long open requests are waited for at the end, in milliseconds.
    pub drain_ms: u64,
    /// The most connections at once.
    pub connections: usize,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            authorities: Vec::new(),
            body_bytes: 64 << 10,
            header_timeout_ms: 5_000,
            request_timeout_ms: 15_000,
            drain_ms: 20_000,
            connections: 4_096,
        }
    }
}

/// Who cosigns checkpoints.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(deny_unknown_fields, default)]
pub struct WitnessesConfig {
    /// Addresses of the network's witnesses; at least as many as the founding data ask for.
    pub urls: Vec<String>,
}

/// Agreement with the network's other nodes (protocol chapter 12).
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ConsensusConfig {
    /// Where the other nodes reach this one.
    pub listen: SocketAddr,
    /// Where this one reaches them.
    pub peers: Vec<SocketAddr>,
    /// Addresses of the other nodes' HTTP sides: their signatures on checkpoints are gathered there, and what was sent to this
    /// node is handed over to them.
    #[serde(default)]
    pub urls: Vec<String>,
    /// File of the guard against signing twice. It belongs beside the key, not into the data directory: a copy of the data
    /// must not bring an old guard back with it.
    pub guard: PathBuf,
    /// How often the nodes agree that nothing waits, in milliseconds.
    #[serde(default = "ConsensusConfig::pace")]
    pub pace_ms: u64,
}

impl ConsensusConfig {
    const fn pace() -> u64 {
        500
    }
}

/// Ordering and writing.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct OrdererConfig {
    /// Transactions that may wait; more are answered with 429.
    pub queue: usize,
    /// The most transactions of a block.
    pub block: usize,
    /// How long a block waits for company, in milliseconds; in a consortium never less than 50.
    pub gather_ms: u64,
    /// How often is looked whether an epoch is due, in milliseconds.
    pub tick_ms: u64,
}

impl OrdererConfig {
    /// How long the first transaction of a batch waits for company.
    #[must_use]
    pub const fn gather(&self) -> Duration {
        Duration::from_millis(self.gather_ms)
    }
}

impl Default for OrdererConfig {
    fn default() -> Self {
        Self {
            queue: 4_096,
            block: 512,
            gather_ms: 4,
            tick_ms: 250,
        }
    }
}

/// Budgets against floods, each a rate with a burst.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Requests a second of one network address. Wide: an office of 1,000 people sits behind one.
    pub address_per_second: u32,
    /// Requests of one address at once.
    pub address_burst: u32,
    /// Requests a second of one organisation.
    pub key_per_second: u32,
    /// Requests of one organisation at once.
    pub key_burst: u32,
    /// Addresses and organisations that are remembered, and nonces.
    pub remembered: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            address_per_second: 400,
            address_burst: 6_000,
            key_per_second: 100,
            key_burst: 1_000,
            remembered: 65_536,
        }
    }
}

/// How long what is kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// Gate records, in days.
    pub gate_record_days: u16,
    /// Idempotency keys, in hours.
    pub idempotency_hours: u16,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            gate_record_days: 14,
            idempotency_hours: 24,
        }
    }
}

/// What gates are given.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct GateConfig {
    /// How long a bundle is good for, in milliseconds.
    pub bundle_life_ms: u64,
}

impl Default for GateConfig {
    fn default() -> Self {
        Self {
            bundle_life_ms: 12 * 3_600_000,
        }
    }
}

impl Config {
    /// Reads the file, if one is named, lays the environment over it, and checks the whole.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = match file {
            None => toml::Table::new(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Read {
                    path: path.to_owned(),
                    source,
                })?
                .parse()?,
        };
        for (name, value) in environment {
            if let Some(name) = name.strip_prefix(ENVIRONMENT) {
                override_with(&mut table, &name.to_ascii_lowercase(), &value);
            }
        }
        let config: Self = table.try_into()?;
        config.check()?;
        Ok(config)
    }

    /// Checks that the values can work.
    pub fn check(&self) -> Result<(), ConfigError> {
        let Self {
            http,
            orderer,
            limits,
            retention,
            gate,
            witnesses,
            consensus,
        } = self;
        let positive = [
            http.body_bytes,
            http.connections,
            orderer.queue,
            orderer.block,
            limits.remembered,
        ];
        let spans = [
            http.header_timeout_ms,
            http.request_timeout_ms,
            orderer.tick_ms,
            gate.bundle_life_ms,
        ];
        let rates = [
            limits.address_per_second,
            limits.address_burst,
            limits.key_per_second,
            limits.key_burst,
        ];
        if positive.contains(&0) || spans.contains(&0) || rates.contains(&0) {
            return Err(ConfigError::Value(
                "limits, time spans and rates above zero",
            ));
        }
        if let Some(consensus) = consensus
            && !(20..=10_000).contains(&consensus.pace_ms)
        {
            return Err(ConfigError::Value("a pace from 20 ms to 10 s"));
        }
        if orderer.block > orderer.queue || orderer.block > 4_096 {
            return Err(ConfigError::Value(
                "blocks of at most 4,096, within the queue",
            ));
        }
        if orderer.gather_ms >= http.request_timeout_ms {
            return Err(ConfigError::Value("a gathering time within a request's"));
        }
        if retention.gate_record_days == 0 || retention.gate_record_days > 14 {
            return Err(ConfigError::Value("gate records kept for 1 to 14 days"));
        }
        let address = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if witnesses.urls.len() > 16 || !witnesses.urls.iter().all(address) {
            return Err(ConfigError::Value("at most 16 addresses of witnesses"));
        }
        Ok(())
    }
}

/// Sets `section__field` to a value: TOML where it reads as TOML, else a string.
fn override_with(table: &mut toml::Table, name: &str, value: &str) {
    let parsed = format!("value = {value}").parse::<toml::Table>();
    let value = parsed
        .ok()
        .and_then(|mut t| t.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let Some((section, field)) = name.split_once("__") else {
        table.insert(name.to_owned(), value);
        return;
    };
    let section = table
        .entry(section.to_owned())
        .or_insert_with(|| toml::Table::new().into());
    if let Some(section) = section.as_table_mut() {
        section.insert(field.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn the_environment_overrides_the_file_and_the_file_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("node.toml");
        std::fs::write(&file, "[orderer]\nqueue = 600\ngather_ms = 9\n").unwrap();
        let variables = environment(&[
            ("LUYIN__ORDERER__QUEUE", "700"),
            ("LUYIN__HTTP__LISTEN", "127.0.0.1:0"),
            ("UNRELATED", "1"),
        ]);
        let config = Config::load(Some(&file), variables).unwrap();
        assert_eq!((config.orderer.queue, config.orderer.gather_ms), (700, 9));
        assert_eq!(config.http.listen.port(), 0);
        assert_eq!(config.http.body_bytes, 64 << 10);
    }

    #[test]
    fn unknown_fields_and_values_that_cannot_work_are_refused() {
        for (name, value) in [
            ("LUYIN__ORDERER__QEUE", "700"),
            ("LUYIN__SPEED", "9"),
            ("LUYIN__ORDERER__QUEUE", "0"),
            ("LUYIN__ORDERER__BLOCK", "5000"),
            ("LUYIN__ORDERER__QUEUE", "many"),
            ("LUYIN__RETENTION__GATE_RECORD_DAYS", "15"),
            ("LUYIN__HTTP__LISTEN", "nowhere"),
            ("LUYIN__ORDERER__GATHER_MS", "20000"),
        ] {
            let refused = Config::load(None, environment(&[(name, value)]));
            assert!(refused.is_err(), "{name}={value}");
        }
    }

    #[test]
    fn the_defaults_pass_their_own_check() {
        assert_eq!(Config::load(None, Vec::new()).unwrap(), Config::default());
    }
}
