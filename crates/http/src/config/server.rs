//! Listeners and limits.

use std::{net::SocketAddr, time::Duration};

use axum::http::HeaderValue;
use clap::Args;

use super::units::{bytes, count, duration, origin, web_address};

/// The address of the API listener; also asked for by `souk healthcheck`.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct AddressArgs {
    /// Where the API listens
    #[arg(long, env = "SOUK_ADDR", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub addr: SocketAddr,
}

/// Listeners and limits as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    #[command(flatten)]
    address: AddressArgs,
    /// Where `/metrics` is; also answers `/livez` and `/readyz`. Belongs on a network that only operators reach
    #[arg(long, env = "SOUK_OPS_ADDR", value_name = "ADDRESS", default_value = "127.0.0.1:3001")]
    ops_addr: SocketAddr,
    /// The address clients know the API by. Unset: `http://` and `SOUK_ADDR`
    #[arg(long, env = "SOUK_PUBLIC_URL", value_name = "URL", value_parser = optional_web_address)]
    public_url: Option<String>,
    /// Origins whose web pages may call the API, separated by commas; `*` is all. Unset: none
    #[arg(long, env = "SOUK_CORS_ORIGINS", value_name = "ORIGINS", value_parser = origins)]
    cors_origins: Option<Origins>,
    /// How long a client waits for its answer at most, the sending of its body included
    #[arg(long, env = "SOUK_REQUEST_DEADLINE", value_name = "DURATION", default_value = "5s",
        value_parser = duration)]
    request_deadline: Duration,
    /// How long a request's header may take to arrive, and a connection may be idle; nine, to be sure of ten seconds
    #[arg(long, env = "SOUK_HEADER_TIMEOUT", value_name = "DURATION", default_value = "9s",
        value_parser = duration)]
    header_timeout: Duration,
    /// How many reverse proxies of yours stand in front; so many entries of `X-Forwarded-For` are believed
    #[arg(long, env = "SOUK_TRUSTED_PROXIES", value_name = "COUNT", default_value = "0")]
    trusted_proxies: usize,
    /// Whether callers are limited in how often they may ask; `off` is for load tests
    #[arg(long, env = "SOUK_RATE_LIMITS", value_name = "on|off", default_value = "on", value_parser = on_or_off,
        action = clap::ArgAction::Set)]
    rate_limits: bool,
    /// How many bytes a JSON body may have
    #[arg(long, env = "SOUK_BODY_LIMIT", value_name = "BYTES", default_value = "1MiB", value_parser = bytes)]
    body_limit: usize,
    /// How many connections may be open; further ones are answered 503
    #[arg(long, env = "SOUK_MAX_CONNECTIONS", value_name = "COUNT", default_value = "10000",
        value_parser = count)]
    max_connections: usize,
    /// How many requests are worked on at once; further ones are answered 503 without waiting
    #[arg(long, env = "SOUK_MAX_IN_FLIGHT", value_name = "COUNT", default_value = "256",
        value_parser = count)]
    max_in_flight: usize,
    /// How often views of listings, which are gathered in memory, are written; all of them are at the end
    #[arg(long, env = "SOUK_VIEWS_EVERY", value_name = "DURATION", default_value = "2s",
        value_parser = duration)]
    views_every: Duration,
    /// How long requests in work are waited for when the server is asked to end
    #[arg(long, env = "SOUK_DRAIN_TIMEOUT", value_name = "DURATION", default_value = "25s",
        value_parser = duration)]
    drain_timeout: Duration,
}

/// Listeners and limits.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where the API listens.
    pub addr: SocketAddr,
    /// Where the operations listener is.
    pub ops_addr: SocketAddr,
    /// The address clients know us by, without a slash at its end; `None`: as we listen.
    pub public_url: Option<String>,
    /// Origins whose pages may call us.
    pub cors_origins: Vec<HeaderValue>,
    /// How long a client waits for its answer.
    pub request_deadline: Duration,
    /// How long a header may take.
    pub header_timeout: Duration,
    /// Proxies of ours in front.
    pub trusted_proxies: usize,
    /// Whether callers are limited in how often they may ask.
    pub rate_limits: bool,
    /// Bytes of a body.
    pub body_limit: usize,
    /// Connections at most.
    pub max_connections: usize,
    /// Requests at once.
    pub max_in_flight: usize,
    /// How often views are written.
    pub views_every: Duration,
    /// How long to wait at the end.
    pub drain_timeout: Duration,
}

impl ServerArgs {
    pub(super) fn resolve(self) -> Server {
        Server {
            addr: self.address.addr,
            ops_addr: self.ops_addr,
            public_url: self.public_url.filter(|url| !url.is_empty()),
            cors_origins: self.cors_origins.map(|Origins(list)| list).unwrap_or_default(),
            request_deadline: self.request_deadline,
            header_timeout: self.header_timeout,
            trusted_proxies: self.trusted_proxies,
            rate_limits: self.rate_limits,
            body_limit: self.body_limit,
            max_connections: self.max_connections,
            max_in_flight: self.max_in_flight,
            views_every: self.views_every,
            drain_timeout: self.drain_timeout,
        }
    }
}

/// A list in one variable; its own type, so that clap does not take it for a repeated flag.
#[derive(Clone, Debug)]
struct Origins(Vec<HeaderValue>);

fn origins(text: &str) -> Result<Origins, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| origin(part).map_err(|error| format!("{part}: {error}")))
        .collect::<Result<_, _>>()
        .map(Origins)
}

fn optional_web_address(text: &str) -> Result<String, String> {
    if text.is_empty() { Ok(String::new()) } else { web_address(text) }
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be on or off".to_owned()),
    }
}
