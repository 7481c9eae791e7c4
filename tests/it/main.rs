//! Stories told to a running node over HTTP. One binary, one module a story.

mod support;

mod accountability;
mod attester;
mod authority;
mod desk;
mod disk;
mod fifteen_days;
mod gate;
mod idempotency;
mod kill;
mod linkage;
mod overload;
mod pages;
mod registrar;
mod resolution;
mod routes;
mod shutdown;
mod signatures;
mod trustees;
mod wallet;
