//! Constraint mutation testing: what each group of rows guards, shown by a forger.

mod overrides;
pub(crate) mod sample;

pub(crate) use overrides::Overrides;
