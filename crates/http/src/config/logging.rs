//! What is logged, and in which form.

use clap::{Args, ValueEnum};

/// Logging, for every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Logging")]
pub struct LogArgs {
    /// What is logged: a level, or levels per target such as `info,souk::access=warn`
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info", global = true)]
    pub log: String,
    /// How log lines look. `auto`: text on a terminal, else one JSON object a line. They go to standard error
    #[arg(long, env = "SOUK_LOG_FORMAT", value_name = "FORMAT", default_value = "auto", global = true)]
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}
