//! Sending audit records: whole batches, in order, each acknowledged before the next.

use super::{GateDevice, GateError, GateNode};
use crate::files::Files;
use luyin_keys::signing::SigningKey;
use serde::Serialize;

/// What an upload came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Uploaded {
    /// Batches acknowledged now.
    pub batches: u32,
    /// Records in them.
    pub records: u32,
    /// Batches that the node had already.
    pub already_there: u32,
}

impl<F: Files + Clone> GateDevice<F> {
    /// Sends everything that waits. May be interrupted and repeated at any point.
    ///
    /// # Errors
    /// Those of the node and the disk; [`GateError::BatchNumber`].
    pub fn upload(
        &mut self,
        node: &impl GateNode,
        key: &SigningKey,
        mut progress: impl FnMut(&Uploaded),
    ) -> Result<Uploaded, GateError> {
        let mut done = Uploaded::default();
        let mut next = node.next_batch()?;
        for batch in self.queue.unsent()? {
            let number = batch.anchor.batch;
            if number < next {
                self.queue.acknowledge(number)?;
                done.already_there += 1;
                continue;
            }
            if number > next {
                return Err(GateError::BatchNumber {
                    expected: next,
                    held: number,
                });
            }
            next = self.file(node, &batch, &mut done)?;
            progress(&done);
        }
        let (gate, network) = (self.settings.gate, self.settings.network);
        while let Some(batch) = self.queue.cut(next, gate, &network, key)? {
            next = self.file(node, &batch, &mut done)?;
            progress(&done);
        }
        Ok(done)
    }

    fn file(
        &mut self,
        node: &impl GateNode,
        batch: &super::SealedBatch,
        done: &mut Uploaded,
    ) -> Result<u32, GateError> {
        node.file_batch(batch)?;
        self.queue.acknowledge(batch.anchor.batch)?;
        done.batches += 1;
        done.records += batch.anchor.records;
        Ok(batch.anchor.batch.saturating_add(1))
    }
}
