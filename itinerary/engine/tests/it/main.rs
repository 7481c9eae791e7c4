//! Derivations of synthetic months (演示数据), from the operator's files to the attester's table.

mod crash;
mod kill;
mod refusals;
mod support;
mod truth;
mod windows;
