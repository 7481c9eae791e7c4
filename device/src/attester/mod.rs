//! What an attester does, at a desk, in a table, on a stream or in a page: from what is stated to an attestation, and onto the
//! ledger (clauses 5.5, 7.20, 7.21).

mod card;
mod desk;
mod rows;

pub use card::{CardFault, check_card};
pub use desk::{Desk, is_final};
pub use rows::{FEVER_TENTHS, Made, Row, RowError, Sheet, fever_tenths, regions};
