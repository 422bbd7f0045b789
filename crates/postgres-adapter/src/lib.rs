//! Keeps everything in PostgreSQL 17 with PostGIS: the ports of `souk-ports`, on diesel and diesel-async.
//!
//! An adapter locks, asks the rule, and persists; it decides nothing itself. Row types stay in their folder. Every
//! constraint of the schema has a meaning in `constraint`.

mod admin;
mod audit;
mod batch;
mod block;
mod connection;
mod constraint;
mod conversation;
mod due;
mod error;
mod event;
mod expiry;
mod idempotency;
mod media;
pub mod migrations;
mod offer;
mod pipeline;
mod point;
mod pool;
mod product;
mod reader;
mod readiness;
#[expect(unreachable_pub, reason = "generated: the tool does not know how far its module is seen")]
#[allow(clippy::wildcard_imports, reason = "generated; not expected, because clippy looks away in test builds")]
#[rustfmt::skip]
mod schema;
mod session;
mod statement;
mod stream;
mod transaction;
mod user;
mod verification;
mod words;

pub use admin::PgAdmins;
pub use audit::PgAudit;
#[doc(hidden)]
pub use audit::{Invariant, invariants};
pub use block::PgBlocks;
pub use connection::{Connector, Timeouts, UrlError};
#[doc(hidden)]
pub use constraint::names as constraint_names;
pub use conversation::PgConversations;
#[doc(hidden)]
pub use conversation::post as post_messages;
#[doc(hidden)]
pub use event::record as record_events;
pub use event::{PgEventSource, PgEvents};
pub use idempotency::PgIdempotency;
pub use media::PgMedia;
pub use offer::PgOffers;
pub use pool::{PgPool, PoolGauges, PoolSettings};
pub use product::{PgMaps, PgProducts, PgViews};
pub use readiness::PgReadiness;
pub use session::{PgAttempts, PgPasswords, PgSessions};
pub use stream::{PgAudiences, PgIngest, PgStreams};
pub use transaction::PgTransactions;
pub use user::{PgPayees, PgProfiles, PgUsers};
pub use verification::PgVerifications;
