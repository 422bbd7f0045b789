//! What one can do with Souk Loop: a service per aggregate, a method per use case.
//!
//! A use case checks its input, hands time and ids to the rules of `domain`, and asks ports to remember. It holds no
//! SQL, no status codes and no transactions; where a rule decides what is written, the rule goes to the port as a
//! closure.

pub mod admin;
mod batches;
pub mod block;
pub mod conversation;
pub mod event;
pub mod housekeeping;
pub mod idempotency;
pub mod media;
pub mod message;
pub mod offer;
pub mod product;
pub mod session;
pub mod stream;
pub mod sweeper;
pub mod user;
pub mod verification;

pub use admin::Admins;
pub use block::Blocks;
pub use conversation::Conversations;
pub use event::Events;
pub use housekeeping::Housekeeping;
pub use idempotency::Repeats;
pub use media::MediaLibrary;
pub use message::Courier;
pub use offer::Offers;
pub use product::{Maps, Products, Views};
pub use session::{Attempts, PasswordKeeper, Sessions, SignIn};
pub use stream::{HeadCount, Ingest, Streams};
pub use sweeper::Sweeper;
pub use user::{Onboarding, Profiles, Users};
pub use verification::Verifications;
