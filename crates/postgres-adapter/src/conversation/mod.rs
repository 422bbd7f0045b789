//! Threads and their messages in PostgreSQL.
//!
//! Whatever writes a message locks its thread's row first: it is the one row that all who write there share, so that
//! numbers have no gaps and events of one thread are recorded in their order.

mod post;

pub use post::post;
