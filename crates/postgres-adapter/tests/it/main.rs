//! The adapter against a real PostgreSQL with PostGIS, a database for each test. One program, so that it is linked once.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is all test, but clippy only knows that of functions marked as one"
)]

mod admin;
mod audit;
mod block;
mod conversation;
mod erasure;
mod event;
mod export;
mod feed;
mod fill;
mod listing;
mod maps;
mod media;
mod migrations;
mod nearby;
mod offer;
mod password;
mod payee;
mod plans;
mod pool;
mod product;
mod profile;
mod rules;
mod schema;
mod session;
mod stream;
mod stream_audience;
mod stream_ingest;
mod support;
mod user;
mod verification;
mod views;

use souk_postgres_adapter::migrations::{fingerprint, up};
use souk_testkit::database::TestDatabase;

/// A database with the newest schema and no rows.
async fn migrated() -> TestDatabase {
    TestDatabase::create(&fingerprint(), async |url: String| up(&url, None, |_| {}).await.map(|_| ())).await
}
