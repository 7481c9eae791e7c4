//! Stories told to a running node over HTTP. One binary, one module a story.

mod support;

mod accountability;
mod alarms;
mod appeal;
mod attester;
mod authority;
mod authority_diff;
mod backup;
mod canary;
mod certificate;
#[cfg(feature = "bft")]
mod consortium;
mod desk;
mod disk;
mod fifteen_days;
mod forgeries;
mod gate;
mod gate_list;
mod idempotency;
mod itinerary;
mod itinerary_card;
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
mod witnesses;
mod zhengzhou;
