//! `souk serve`: the API, its operations listener and housekeeping, until asked to end.
//!
//! The end, in this order: `/readyz` says no and everybody hears the word; the API listener takes in whoever is in the
//! kernel's queue and closes; requests in work are answered, changes whose clients have left are finished, and messages
//! under way are sent and views counted; last goes the operations listener, so that probes and metrics can be read to
//! the end. All of it takes no longer than the drain timeout. A second signal ends at once.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use souk_http::{
    client::TrustedProxies,
    config::{Config, ServeArgs},
    layer::{Ground, InFlight, Limits},
    limit::RateLimits,
    metrics::{Gauge, Metrics},
    router,
    server::{self, ConnectionCount, Drain, Options},
};
use tokio::{
    net::TcpListener,
    time::{Instant, timeout_at},
};

use super::{Failure, compose};

/// Connections to the operations listener: a scraper, a few probes, a person.
const OPERATIONS_CONNECTIONS: usize = 64;

/// How often what has expired is removed.
const HOUSEKEEPING_EVERY: Duration = Duration::from_mins(10);

/// How often it is looked whether those who follow events may still do so.
const WATCH_EVERY: Duration = Duration::from_secs(15);

/// How often changes of listings are added up to the counts for maps. Counts are right all the time; the fewer changes
/// wait, the faster they are read.
const ADD_UP_EVERY: Duration = Duration::from_secs(2);

/// The exit code of a process that was interrupted, as shells have it.
const INTERRUPTED: i32 = 130;

/// The arguments of `souk serve`.
#[derive(Args)]
pub(crate) struct ServeCommand {
    /// Only answer requests; leave housekeeping to other servers
    #[arg(long)]
    no_worker: bool,
    #[command(flatten)]
    settings: ServeArgs,
}

/// Serves until asked to end.
pub(crate) async fn run(command: ServeCommand) -> Result<(), Failure> {
    let config = command.settings.resolve()?;
    check_open_files(config.server.max_connections);
    let api_listener = server::listen(config.server.addr, "SOUK_ADDR").await?;
    let ops_listener = server::listen(config.server.ops_addr, "SOUK_OPS_ADDR").await?;
    let (address, ops_address) = (api_listener.local_addr()?, ops_listener.local_addr()?);

    let drain = Drain::new();
    let public_url = config.server.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let parts = compose::server(&config, &public_url, drain.clone())?;
    let in_flight = InFlight::new(config.server.max_in_flight);
    let connections = ConnectionCount::default();
    let ground = Ground::new(limits(&config), in_flight.clone());
    let metrics = Metrics::new(vec![
        Gauge::InFlight(Box::new({
            let in_flight = in_flight.clone();
            move || in_flight.count()
        })),
        Gauge::Connections(Box::new({
            let connections = connections.clone();
            move || connections.get()
        })),
        Gauge::Pool(parts.read_pool),
        Gauge::Events(parts.read_events),
    ]);
    tokio::spawn(metrics.clone().keep_tidy());

    let options = router::Options {
        public_url: public_url.clone(),
        cors_origins: config.server.cors_origins.clone(),
        rate_limits: if config.server.rate_limits { RateLimits::on() } else { RateLimits::off() },
        trusted_proxies: TrustedProxies(config.server.trusted_proxies),
        upload_deadline: config.media.upload_deadline,
        max_uploads: config.media.max_uploads,
    };
    let api = router::api(parts.state.clone(), &ground, &options);
    let operations = router::operations(parts.state, &ground, metrics);

    let ops_drain = Drain::new();
    let ops_server = tokio::spawn(serve_operations(ops_listener, operations, &config, ops_drain.clone()));
    let (courier, views) = (parts.courier, parts.views);
    tokio::spawn(parts.relay.run(drain.begun()));
    tokio::spawn(parts.events.watch_over(WATCH_EVERY, drain.begun()));
    // Gathered here, and so written here, whoever does the housekeeping.
    let counting = tokio::spawn({
        let (views, every, end) = (views.clone(), config.server.views_every, drain.begun());
        async move { views.run(every, end).await }
    });
    let housekeeping =
        (!command.no_worker).then(|| tokio::spawn(parts.housekeeping.run(HOUSEKEEPING_EVERY, drain.begun())));
    let adding_up =
        (!command.no_worker).then(|| tokio::spawn(parts.maps.keep_adding_up(ADD_UP_EVERY, drain.begun())));
    let sweep_every = config.offers.sweep_every;
    let sweeping = (!command.no_worker).then(|| tokio::spawn(parts.sweeper.run(sweep_every, drain.begun())));
    let clearing =
        (!command.no_worker).then(|| tokio::spawn(parts.media.keep_clear(HOUSEKEEPING_EVERY, drain.begun())));
    let viewers_every = config.streams.viewers_every;
    let counting_heads =
        (!command.no_worker).then(|| tokio::spawn(parts.head_count.run(viewers_every, drain.begun())));
    tokio::spawn(heed_signals(drain.clone()));
    announce(&public_url, ops_address);

    let api_options = Options {
        header_timeout: config.server.header_timeout,
        max_connections: config.server.max_connections,
        drain_timeout: config.server.drain_timeout,
    };
    let cut = server::serve(api_listener, api, api_options, drain.clone(), connections).await;
    let deadline = drain.began().unwrap_or_else(Instant::now) + config.server.drain_timeout;
    let unfinished =
        timeout_at(deadline, in_flight.emptied()).await.map_or_else(|_| in_flight.count(), |()| 0);
    if timeout_at(deadline, courier.settled()).await.is_err() {
        tracing::warn!("messages were still under way at the end of the drain timeout; they are lost");
    }
    // Only now: whoever was answered last may have looked at something.
    let _ = timeout_at(deadline, counting).await;
    if timeout_at(deadline, views.settle()).await.is_err() {
        tracing::warn!(
            views = views.waiting_count(),
            "views could not be counted before the end; they are lost"
        );
    }
    if let Some(clearing) = clearing {
        let _ = timeout_at(deadline, clearing).await;
    }
    if let Some(adding_up) = adding_up {
        let _ = timeout_at(deadline, adding_up).await;
    }
    if let Some(counting_heads) = counting_heads {
        let _ = timeout_at(deadline, counting_heads).await;
    }
    if let Some(housekeeping) = housekeeping {
        let _ = timeout_at(deadline, housekeeping).await;
    }
    if let Some(sweeping) = sweeping {
        let _ = timeout_at(deadline, sweeping).await;
    }
    ops_drain.begin();
    let _ = timeout_at(deadline, ops_server).await;
    if cut + unfinished > 0 {
        tracing::warn!(connections = cut, requests = unfinished, "cut at the end of the drain timeout");
    }
    tracing::info!("ended");
    Ok(())
}

fn limits(config: &Config) -> Limits {
    Limits { deadline: config.server.request_deadline, body: config.server.body_limit }
}

/// The operations listener has its own word to end, which comes last.
fn serve_operations(
    listener: TcpListener,
    router: axum::Router,
    config: &Config,
    drain: Drain,
) -> impl Future<Output = usize> + use<> {
    let options = Options {
        header_timeout: config.server.header_timeout,
        max_connections: OPERATIONS_CONNECTIONS,
        drain_timeout: Duration::from_secs(1),
    };
    server::serve(listener, router, options, drain, ConnectionCount::default())
}

async fn heed_signals(drain: Drain) {
    if let Err(error) = server::asked_to_end().await {
        tracing::warn!(%error, "cannot hear signals; only a kill will end this server");
        return;
    }
    tracing::info!("asked to end; finishing what is in work");
    drain.begin();
    if server::asked_to_end().await.is_ok() {
        eprintln!("souk: asked to end again; ending at once");
        std::process::exit(INTERRUPTED);
    }
}

/// One line for whoever started it, and for programs that wait for it.
fn announce(public_url: &str, ops_address: SocketAddr) {
    println!("souk is serving {public_url}/v1, docs {public_url}/docs, metrics http://{ops_address}/metrics");
}

/// Every connection is an open file, and so is everything else; a limit below that would make accepting fail.
fn check_open_files(max_connections: usize) {
    const OTHERS: u64 = 256;
    let wanted = u64::try_from(max_connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    if let Some(limit) = server::raise_open_files_limit().filter(|limit| *limit < wanted) {
        tracing::warn!(limit, wanted, "the limit of open files is lower than SOUK_MAX_CONNECTIONS needs");
    }
}
