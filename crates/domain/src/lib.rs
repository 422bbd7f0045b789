//! What Souk Loop knows and decides: entities, values, state machines and rules, as pure functions.
//!
//! Nothing here does I/O, asks the time, makes an id or knows how it is stored or sent. Whoever calls hands in
//! `now` and ids; whoever stores or shows a value translates it.
//!
//! Modules are named after aggregates ([`user`], [`session`], [`product`], [`block`]), the same in every crate, and after
//! the values they share.

// Money never meets a float: the one module that needs them, `geo`, says so.
#![warn(clippy::float_arithmetic)]

pub mod admin;
pub mod block;
pub mod contact;
pub mod conversation;
pub mod edit;
pub mod event;
pub mod geo;
pub mod id;
pub mod idempotency;
pub mod media;
pub mod money;
pub mod offer;
pub mod page;
pub mod product;
pub mod session;
pub mod slug;
pub mod stream;
pub mod text;
pub mod transaction;
pub mod user;
pub mod verification;
pub mod violation;
