//! The HTTP side from outside: routers called in process, and the real accept loop on a loopback port.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is all test, but clippy only knows that of functions marked as one"
)]

mod api;
mod around;
mod configuration;
mod ground;
mod openapi;
mod server;
