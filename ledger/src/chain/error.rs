//! Why the chain refuses, and why a block is refused.

use super::RecordError;
use crate::forest::ForestError;
use crate::log::checkpoint::{CheckpointError, PublishError, SignError};
use crate::log::segment::SegmentError;
use crate::log::tiles::TileError;
use crate::state::StateError;
use crate::store::StoreError;
use crate::tx::Refusal;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::time::Timestamp;

/// Why the chain refused.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The index failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The segment log failed or is damaged.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The log's tiles failed or are damaged.
    #[error(transparent)]
    Tiles(#[from] TileError),
    /// The trees' files failed or are damaged.
    #[error(transparent)]
    Forest(#[from] ForestError),
    /// Nothing was published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A key or the origin may not stand in a checkpoint.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A checkpoint could not be put together or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The founding data's parts disagree.
    #[error("founding data: {0}")]
    Genesis(DecodeError),
    /// The log is of another network, or its first record is no genesis.
    #[error("the log is of another network")]
    OtherNetwork,
    /// The signing key is none of the network's nodes'.
    #[error("the signing key is none of the network's")]
    OtherSigner,
    /// The index has blocks that the log has not: this is not its log. Build the index again.
    #[error("the index is at block {index}, the log at {log}")]
    IndexAhead {
        /// by the index
        index: u64,
        /// by the log
        log: u64,
    },
    /// A record of the log is no block.
    #[error("block {height}: {source}")]
    Record {
        /// which
        height: u64,
        /// what is wrong
        source: RecordError,
    },
    /// A block was refused.
    #[error("block {height}: {source}")]
    Block {
        /// which
        height: u64,
        /// why
        source: BlockError,
    },
    /// Block time would run back.
    #[error("block time runs back")]
    TimeRunsBack {
        /// the newest block's
        last: Timestamp,
        /// the one given
        given: Timestamp,
    },
    /// More transactions than a block counts.
    #[error("too many transactions for a block")]
    BlockTooLong,
    /// The proposal is not for the next block.
    #[error("the proposal is for block {proposed}, {due} is due")]
    Stale {
        /// by the proposal
        proposed: u64,
        /// the next block
        due: u64,
    },
    /// An earlier failure: open the chain anew.
    #[error("the chain failed earlier and must be opened anew")]
    Failed,
}

/// Why a block is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Not the next one.
    #[error("block {0} is due")]
    Height(u64),
    /// It builds on another state.
    #[error("it builds on another state")]
    Before,
    /// Its time is outside the bounds, or before the newest block's.
    #[error("its time is out of bounds")]
    Time,
    /// The header announces another number of transactions.
    #[error("its header announces another number of transactions")]
    Count,
    /// One of its transactions is refused.
    #[error("transaction {place}: {refusal}")]
    Transaction {
        /// its place in the block, from 0
        place: usize,
        /// why
        refusal: Refusal,
    },
    /// More bytes than a block takes.
    #[error("more bytes than a block takes")]
    TooLong,
}
