//! Stories told to a running node over HTTP. One binary, one module a story.

mod support;

mod accountability;
mod appeal;
mod attester;
mod authority;
mod canary;
mod certificate;
mod desk;
mod disk;
mod fifteen_days;
mod forgeries;
mod gate;
mod idempotency;
mod kill;
mod linkage;
mod news;
mod numbers;
mod openapi;
mod overload;
mod pages;
mod production;
mod registrar;
mod resolution;
mod routes;
mod seeds;
mod shutdown;
mod signatures;
mod slow;
mod trustees;
mod wallet;
mod zhengzhou;
