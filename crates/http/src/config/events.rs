//! Events that clients follow.

use std::time::Duration;

use clap::Args;

use super::units::{count, duration};

/// Events as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Events")]
pub struct EventsArgs {
    /// For how long events are kept: a client that was away longer has to fetch anew what it shows
    #[arg(long, env = "SOUK_EVENT_RETENTION", value_name = "DURATION", default_value = "7d",
        value_parser = duration)]
    event_retention: Duration,
    /// How many clients may follow events here at once; each is one of `SOUK_MAX_CONNECTIONS`
    #[arg(long, env = "SOUK_MAX_EVENT_STREAMS", value_name = "COUNT", default_value = "8000",
        value_parser = count)]
    max_event_streams: usize,
}

/// Events that clients follow.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    /// For how long they are kept.
    pub retention: Duration,
    /// How many may follow.
    pub max_streams: usize,
}

impl EventsArgs {
    pub(super) fn resolve(self) -> Events {
        Events { retention: self.event_retention, max_streams: self.max_event_streams }
    }
}
