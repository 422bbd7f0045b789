//! Shows: who counts as watching, and how video comes in.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::SecretString;
use souk_domain::stream::PlaybackUrl;

use super::{ConfigError, secret, units::duration};

pub(super) const SECRET_ID: &str = "ingest_secret";

/// Whoever has left is to be gone within a minute: the window and a count after it must fit.
const LONGEST_WINDOW: Duration = Duration::from_secs(50);
const LONGEST_ROUND: Duration = Duration::from_secs(10);

/// Shows as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Shows")]
pub struct StreamsArgs {
    /// For how long somebody counts as watching a show after their last heartbeat; 50 seconds at most
    #[arg(long, env = "SOUK_VIEWER_WINDOW", value_name = "DURATION", default_value = "45s",
        value_parser = window)]
    viewer_window: Duration,
    /// How often viewers are counted; 10 seconds at most
    #[arg(long, env = "SOUK_VIEWERS_EVERY", value_name = "DURATION", default_value = "5s",
        value_parser = round)]
    viewers_every: Duration,
    /// The address of the media server that cameras send to. Unset: `rtmp://`, the host of `SOUK_PUBLIC_URL`, `/live`
    #[arg(long, env = "SOUK_INGEST_URL", value_name = "URL", value_parser = ingest_url)]
    ingest_url: Option<String>,
    /// What our media server shows when it reports of video, as `?secret=…`; at least 32 bytes. Unset: whoever knows a
    /// show's key may report of it
    #[arg(long, env = "SOUK_INGEST_SECRET", value_name = "SECRET", hide_env_values = true,
        value_parser = secret::parse)]
    ingest_secret: Option<SecretString>,
    /// A file that holds `SOUK_INGEST_SECRET`, instead of the variable itself
    #[arg(long, env = "SOUK_INGEST_SECRET_FILE", value_name = "FILE", value_parser = secret::path)]
    ingest_secret_file: Option<PathBuf>,
    /// Where what the media server takes in can be watched, with `{id}` for the show's id; shows get it when their video
    /// begins and they have no `stream_url` yet. Unset: they get none
    #[arg(long, env = "SOUK_PLAYBACK_URL", value_name = "URL", value_parser = playback_url)]
    playback_url: Option<Playback>,
}

/// Shows.
#[derive(Clone, Debug)]
pub struct Streams {
    /// For how long somebody counts as watching.
    pub viewer_window: Duration,
    /// How often viewers are counted.
    pub viewers_every: Duration,
    /// Where cameras send to, without a slash at its end; `None`: to the host that we are known by.
    pub ingest_url: Option<String>,
    /// What our media server shows.
    pub ingest_secret: Option<SecretString>,
    /// Where video can be watched.
    pub playback_url: Option<PlaybackUrl>,
}

impl StreamsArgs {
    /// Judges them.
    pub fn resolve(self) -> Result<Streams, ConfigError> {
        const VARIABLE: &str = "SOUK_INGEST_SECRET";
        let ingest_secret = secret::resolve(VARIABLE, self.ingest_secret, self.ingest_secret_file)?;
        if let Some(secret) = &ingest_secret {
            secret::check_length(VARIABLE, secret)?;
        }
        Ok(Streams {
            viewer_window: self.viewer_window,
            viewers_every: self.viewers_every,
            ingest_url: self.ingest_url.filter(|url| !url.is_empty()),
            ingest_secret,
            playback_url: self.playback_url.and_then(|Playback(url)| url),
        })
    }
}

/// An address, or none where the variable is empty; its own type, because clap reads two options in one as one.
#[derive(Clone, Debug)]
struct Playback(Option<PlaybackUrl>);

fn playback_url(text: &str) -> Result<Playback, String> {
    if text.is_empty() {
        return Ok(Playback(None));
    }
    PlaybackUrl::parse(text)
        .map(|url| Playback(Some(url)))
        .map_err(|_| "write it like https://live.example.com/hls/{id}.m3u8".to_owned())
}

fn ingest_url(text: &str) -> Result<String, String> {
    let is_plain = !text.contains(['?', '#']) && !text.contains(char::is_whitespace);
    let host = text.split_once("://").map(|(_, rest)| rest.trim_start_matches('/')).unwrap_or_default();
    if text.is_empty() || (is_plain && !host.is_empty()) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("write it like rtmp://ingest.example.com/live".to_owned())
    }
}

fn window(text: &str) -> Result<Duration, String> {
    no_longer_than(LONGEST_WINDOW, text)
}

fn round(text: &str) -> Result<Duration, String> {
    no_longer_than(LONGEST_ROUND, text)
}

fn no_longer_than(longest: Duration, text: &str) -> Result<Duration, String> {
    let given = duration(text)?;
    if given > longest { Err(format!("must be {}s or less", longest.as_secs())) } else { Ok(given) }
}
