//! One module per subcommand, and what they share.

/// Prints a line. Somebody who has read enough (`souk openapi | head -1`) is no failure.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout().lock(), $($text)*);
    }};
}
pub(crate) use say;

pub(crate) mod access_tokens;
pub(crate) mod admin;
pub(crate) mod audit;
mod compose;
pub(crate) mod demo_data;
pub(crate) mod healthcheck;
pub(crate) mod logging;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;

/// Why a command could not do its work: a sentence for whoever called it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
