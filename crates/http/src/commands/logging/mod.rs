//! Where log lines go: standard error, so that standard output stays what a command was asked for.

mod writer;

use std::{
    io::{IsTerminal, stderr},
    panic,
};

use souk_http::config::{LogArgs, LogFormat};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::Failure;

pub(crate) use writer::LastLines;

/// Starts logging until the guard is dropped, and has panics logged like anything else: with the id of the request in
/// which they happened.
pub(crate) fn start(arguments: &LogArgs) -> Result<LastLines, Failure> {
    let filter = EnvFilter::try_new(&arguments.log)
        .map_err(|error| format!("RUST_LOG is {:?}, which is no filter: {error}", arguments.log))?;
    let is_text = match arguments.log_format {
        LogFormat::Auto => stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let (lines, last_lines) = writer::start(stderr())?;
    let registry = tracing_subscriber::registry().with(filter);
    if is_text {
        registry.with(fmt::layer().with_ansi(stderr().is_terminal()).with_writer(lines)).try_init()?;
    } else {
        let json = fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(lines);
        registry.with(json).try_init()?;
    }
    panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        let place = panic.location().map(ToString::to_string);
        tracing::error!(said, place, "panic");
    }));
    Ok(last_lines)
}
