//! One module per subcommand, and what they share.

pub(crate) mod admin;
mod compose;
pub(crate) mod demo_data;
pub(crate) mod healthcheck;
pub(crate) mod logging;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;

/// Why a command could not do its work: a sentence for whoever called it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
