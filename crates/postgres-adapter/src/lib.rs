//! Keeps everything in PostgreSQL 17 with PostGIS: the ports of `souk-ports`, on diesel and diesel-async.
//!
//! An adapter locks, asks the rule, and persists; it decides nothing itself. Row types stay in their folder. Every
//! constraint of the schema has a meaning in `constraint`.

mod connection;
mod error;
mod pool;
#[expect(unreachable_pub, reason = "generated: the tool does not know how far its module is seen")]
#[rustfmt::skip]
mod schema;

pub use connection::{Connector, Timeouts, UrlError};
pub use pool::{PgPool, PoolGauges, PoolSettings};
