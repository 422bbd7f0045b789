//! The marketplace from outside: the real program, a real database for each test, and what goes wrong between them.
//!
//! `cargo xtask test` builds the program and finds a database first. Nothing here knows what is inside: the tests speak
//! HTTP, send signals, cut connections, and look into the database where the API does not tell.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is all test, but clippy only knows that of functions marked as one"
)]

mod accounts;
mod commands;
mod crash;
mod ending;
mod events;
mod harness;
mod hostile;
mod journey;
mod leaving;
mod life;
mod listings;
mod media;
mod offers;
mod onboarding;
mod outage;
mod privilege;
mod races;
mod repeats;
mod sessions;
mod streams;
mod talks;
mod verification;
