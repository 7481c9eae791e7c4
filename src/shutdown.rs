//! An orderly end: told once, heard by all. Requests drain first, then the last block is written.

use tokio::sync::watch;

/// Tells everyone that it is time to end.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Shutdown {
    /// Tells. Telling again changes nothing.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has been told.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves once it is told.
    pub async fn begun(&self) {
        let mut heard = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = heard.wait_for(|told| *told).await;
    }

    /// Tells at the first interrupt or termination signal.
    pub fn on_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let told = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = told.begun() => {}
            }
            told.begin();
        });
        Ok(())
    }
}
