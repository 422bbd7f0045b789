//! What the application needs of the outside world, as traits that name no technology.
//!
//! An adapter implements them; tests mock them (feature `mock`). Errors say what happened in the words of the
//! application: nothing here knows SQL, status codes or files.

mod clock;
mod error;
mod ids;

pub mod admin;
pub mod audit;
pub mod block;
pub mod conversation;
pub mod event;
pub mod idempotency;
pub mod media;
pub mod message;
pub mod offer;
pub mod payments;
pub mod product;
pub mod readiness;
pub mod session;
pub mod stream;
pub mod transaction;
pub mod user;
pub mod verification;

pub use clock::Clock;
pub use error::{DecideError, InsertError, PortError};
pub use ids::IdSource;

#[cfg(feature = "mock")]
pub use {clock::MockClock, ids::MockIdSource};
