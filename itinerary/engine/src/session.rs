//! How DataFusion is set up here.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use datafusion::prelude::{SessionConfig, SessionContext};

/// Rows that go through an operator at once.
pub const BATCH: usize = 8192;

/// A session of as many threads as the machine has cores.
pub fn session() -> SessionContext {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let mut config = SessionConfig::new()
        .with_target_partitions(cores)
        .with_batch_size(BATCH)
        .with_collect_statistics(false);
    let options = config.options_mut();
    // The few columns of an event are all needed: reading them twice, for a filter and for the rest, costs more.
    options.execution.parquet.pushdown_filters = false;
    options.execution.parquet.schema_force_view_types = true;
    SessionContext::new_with_config(config)
}
