//! Every rule of docs/protocol/07-ledger.md, and every refusal.

mod appeals;
mod archives;
mod attestations;
mod enrolment;
mod governance;
mod identity;
mod notices;
mod reach;
mod spends;
pub(crate) mod world;
