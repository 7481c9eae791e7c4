//! Before and while something is read: what is durable is published first, and long reading holds up no other request.

use crate::app::App;
use crate::service::ServiceError;
use luyin_ledger::log::merkle::EntryIndex;

/// Waits until every block that is durable is published: whoever was acknowledged finds its own entry.
pub async fn up_to_date(app: &App) -> Result<(), ServiceError> {
    let tip = app.node().state().tip()?;
    let entries = tip.map_or(0, |tip| tip.entries.get());
    if let Some(last) = entries.checked_sub(1) {
        // Where the disk refuses, what was published before is still told.
        app.node().published().covering(EntryIndex::new(last)).await;
    }
    Ok(())
}

/// Runs long reading on a thread where it holds up no other request.
pub async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| ServiceError::Internal(e.to_string()))?
}
