//! Everything a request needs, shared by all.

use crate::clock::Clock;
use crate::config::Config;
use crate::http::auth::Guards;
use crate::node::Node;
use crate::node::directory::DataDirectory;
use crate::service::audit::alarms::AlarmWatch;
use crate::service::audit::attempts::Attempts;
use crate::service::audit::reads::ReadLog;
use crate::service::desk::Desks;
use crate::service::gate::records::GateRecords;
use crate::service::gate::walk_ins::WalkIns;
use crate::service::page::Pages;
use crate::shutdown::Shutdown;
use crate::telemetry::Metrics;
use std::sync::{Arc, OnceLock};

/// The application. Copies are the same one.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: AppParts,
    guards: Guards,
    desks: Desks,
    alarms: AlarmWatch,
    openapi: OnceLock<String>,
}

/// What an application is put together from.
#[derive(Debug)]
pub struct AppParts {
    /// The node.
    pub node: Node,
    /// The configuration.
    pub config: Config,
    /// Figures.
    pub metrics: Metrics,
    /// Gates' records.
    pub records: GateRecords,
    /// Walk-in passes that were used.
    pub walk_ins: WalkIns,
    /// The log of regulators' reads.
    pub reads: ReadLog,
    /// The register of refused attempts of the authority.
    pub attempts: Attempts,
    /// The pages for browsers.
    pub pages: Pages,
    /// The data directory, held as long as the application lives.
    pub directory: Option<DataDirectory>,
    /// The end.
    pub shutdown: Shutdown,
}

impl App {
    /// Puts it together.
    #[must_use]
    pub fn new(parts: AppParts) -> Self {
        let guards = Guards::new(&parts.config.http, &parts.config.limits);
        Self(Arc::new(Inner {
            parts,
            guards,
            desks: Desks::default(),
            alarms: AlarmWatch::default(),
            openapi: OnceLock::new(),
        }))
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.0.parts.node
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.node().clock()
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.parts.config
    }

    /// Figures.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.parts.metrics
    }

    /// What is remembered of callers.
    #[must_use]
    pub fn guards(&self) -> &Guards {
        &self.0.guards
    }

    /// Gates' records.
    #[must_use]
    pub fn records(&self) -> &GateRecords {
        &self.0.parts.records
    }

    /// Walk-in passes that were used.
    #[must_use]
    pub fn walk_ins(&self) -> &WalkIns {
        &self.0.parts.walk_ins
    }

    /// The log of regulators' reads.
    #[must_use]
    pub fn reads(&self) -> &ReadLog {
        &self.0.parts.reads
    }

    /// The register of refused attempts of the authority.
    #[must_use]
    pub fn attempts(&self) -> &Attempts {
        &self.0.parts.attempts
    }

    /// Today's alarms as figures.
    #[must_use]
    pub fn alarms(&self) -> &AlarmWatch {
        &self.0.alarms
    }

    /// Boxes of registrars' desks.
    #[must_use]
    pub fn desks(&self) -> &Desks {
        &self.0.desks
    }

    /// The pages for browsers.
    #[must_use]
    pub fn pages(&self) -> &Pages {
        &self.0.parts.pages
    }

    /// The OpenAPI document, once the routes are put together.
    #[must_use]
    pub fn openapi(&self) -> &str {
        self.0.openapi.get().map_or("", String::as_str)
    }

    /// Keeps the OpenAPI document; the first one stays.
    pub fn set_openapi(&self, document: String) {
        self.0.openapi.get_or_init(|| document);
    }

    /// The end.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.0.parts.shutdown
    }
}
