//! How DataFusion is set up here.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use datafusion::common::Result;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

/// Rows that go through an operator at once.
pub const BATCH: usize = 8192;

/// A session of as many threads as the machine has cores, and without a disk: what is read of events is written nowhere, also
/// where memory is short.
///
/// # Errors
/// Those of DataFusion's own set-up.
pub fn session() -> Result<SessionContext> {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let mut config = SessionConfig::new()
        .with_target_partitions(cores)
        .with_batch_size(BATCH)
        .with_collect_statistics(false);
    let options = config.options_mut();
    // The few columns of an event are all needed: reading them twice, for a filter and for the rest, costs more.
    options.execution.parquet.pushdown_filters = false;
    options.execution.parquet.schema_force_view_types = true;
    let no_disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new().with_disk_manager_builder(no_disk);
    let runtime = runtime.build_arc()?;
    Ok(SessionContext::new_with_config_rt(config, runtime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_be_spilled_to_a_disk() {
        let runtime = session().unwrap().runtime_env();
        assert!(!runtime.disk_manager.tmp_files_enabled());
        assert!(runtime.disk_manager.create_tmp_file("events").is_err());
    }
}
