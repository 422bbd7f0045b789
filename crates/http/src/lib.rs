//! The HTTP side of Souk Loop: routes, requests and responses, problems, the API's description, and the server itself.
//!
//! Handlers translate between HTTP and the application's services; they hold no rule and no SQL. The program `souk`
//! (`main.rs`) is the composition root, and the only place that knows which adapters exist.

pub mod admin;
pub mod auth;
pub mod block;
pub mod client;
pub mod config;
pub mod conversation;
pub mod cursor;
mod event;
pub mod extract;
pub mod health;
pub mod idempotency;
pub mod layer;
pub mod limit;
pub mod media;
pub mod metrics;
pub mod offer;
pub mod openapi;
mod page;
pub mod point;
pub mod problem;
pub mod product;
pub mod router;
pub mod server;
pub mod session;
pub mod state;
pub mod stream;
pub mod transaction;
pub mod user;
pub mod verification;
pub mod word;
