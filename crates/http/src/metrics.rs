//! What the operations listener tells Prometheus: requests by route, problems by code, the pool, the process.
//!
//! Counting happens where things happen; gauges that others keep anyway (pool, process, runtime) are read only when
//! somebody asks. Labels have few values by construction: route templates, never paths.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::http::{Method, StatusCode};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

mod process;

/// The label of a request that met no route.
pub const UNMATCHED: &str = "unmatched";

const REQUESTS: &str = "http_requests_total";
const DURATION: &str = "http_request_duration_seconds";
const PROBLEMS: &str = "http_problems_total";
const IN_FLIGHT: &str = "http_requests_in_flight";
const CONNECTIONS: &str = "http_connections";

/// Upper edges of the latency buckets in seconds: half a millisecond to the ten seconds no request may last.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// What a connection pool says of itself. Counters only ever grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolReading {
    /// Connections open now.
    pub size: u32,
    /// Of these, connections that nobody uses.
    pub idle: u32,
    /// How often somebody had to wait for a connection.
    pub waits: u64,
    /// How often somebody waited in vain.
    pub timeouts: u64,
}

/// What the relay of events and its listeners say of themselves. Totals only ever grow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EventReading {
    /// Clients that follow now.
    pub streams: usize,
    /// Events handed to clients, one for each who got it.
    pub told: u64,
    /// Clients that were dropped because they were too slow, or because events came too fast to be carried on.
    pub dropped: u64,
    /// Events carried on.
    pub carried: u64,
    /// Times the connection that hears of events failed.
    pub failures: u64,
    /// How old the oldest event of the newest batch was when it was carried on.
    pub lag: Duration,
    /// When the database was last heard on that connection, in seconds since 1970.
    pub looked: u64,
}

/// Reads them; called whenever metrics are asked for.
pub type ReadEvents = dyn Fn() -> EventReading + Send + Sync;

/// Reads a pool; called whenever metrics are asked for.
pub type ReadPool = dyn Fn() -> PoolReading + Send + Sync;

/// Renders the metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    gauges: Arc<[Gauge]>,
}

/// Something read at each scrape.
pub enum Gauge {
    /// Requests being worked on.
    InFlight(Box<dyn Fn() -> usize + Send + Sync>),
    /// Connections open to clients.
    Connections(Box<dyn Fn() -> usize + Send + Sync>),
    /// A database pool.
    Pool(Box<ReadPool>),
    /// Events.
    Events(Box<ReadEvents>),
}

impl Metrics {
    /// Metrics that also read these gauges. The recorder behind them is one per process.
    pub fn new(gauges: Vec<Gauge>) -> Self {
        static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
        Self { handle: RECORDER.get_or_init(install).clone(), gauges: gauges.into() }
    }

    /// The text Prometheus reads.
    pub fn render(&self) -> String {
        for gauge in &*self.gauges {
            gauge.read();
        }
        process::read();
        self.handle.render()
    }

    /// Sorts what was measured into its buckets now and then, for ever. Without it, the raw measurements would pile up
    /// in memory until somebody asks for them.
    pub async fn keep_tidy(self) {
        let mut ticks = tokio::time::interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            self.handle.run_upkeep();
        }
    }
}

impl Gauge {
    fn read(&self) {
        match self {
            Self::InFlight(count) => gauge!(IN_FLIGHT).set(float(count())),
            Self::Connections(count) => gauge!(CONNECTIONS).set(float(count())),
            Self::Pool(read) => {
                let PoolReading { size, idle, waits, timeouts } = read();
                gauge!("db_pool_connections").set(f64::from(size));
                gauge!("db_pool_idle_connections").set(f64::from(idle));
                counter!("db_pool_waits_total").absolute(waits);
                counter!("db_pool_timeouts_total").absolute(timeouts);
            }
            Self::Events(read) => {
                let EventReading { streams, told, dropped, carried, failures, lag, looked } = read();
                gauge!("event_streams").set(float(streams));
                counter!("event_stream_events_total").absolute(told);
                counter!("event_streams_dropped_total").absolute(dropped);
                counter!("event_relay_events_total").absolute(carried);
                counter!("event_relay_failures_total").absolute(failures);
                gauge!("event_relay_lag_seconds").set(lag.as_secs_f64());
                gauge!("event_relay_last_look_timestamp_seconds")
                    .set(Duration::from_secs(looked).as_secs_f64());
            }
        }
    }
}

fn install() -> PrometheusHandle {
    let builder = PrometheusBuilder::new();
    // Fails only for an empty list of buckets, and then there are summaries instead.
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS)
        .unwrap_or(builder);
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another metrics recorder was installed before; ours stays empty");
    }
    describe_counter!(REQUESTS, "Requests answered, by method, route template and status.");
    describe_histogram!(DURATION, Unit::Seconds, "Time to the answer, by method and route template.");
    describe_counter!(PROBLEMS, "Errors answered, by code.");
    describe_gauge!(IN_FLIGHT, "Requests being worked on.");
    describe_gauge!(CONNECTIONS, "Connections open to clients.");
    describe_gauge!("db_pool_connections", "Database connections open.");
    describe_gauge!("db_pool_idle_connections", "Database connections open and unused.");
    describe_counter!("db_pool_waits_total", "Times a database connection had to be waited for.");
    describe_counter!("db_pool_timeouts_total", "Times a database connection was waited for in vain.");
    describe_gauge!("event_streams", "Clients that follow events.");
    describe_counter!("event_stream_events_total", "Events handed to clients, one for each who got it.");
    describe_counter!("event_streams_dropped_total", "Clients dropped because they could not keep up.");
    describe_counter!("event_relay_events_total", "Events carried on by this server.");
    describe_counter!("event_relay_failures_total", "Times the connection that hears of events failed.");
    describe_gauge!(
        "event_relay_lag_seconds",
        "Age of the oldest event of the newest batch when carried on."
    );
    describe_gauge!("event_relay_last_look_timestamp_seconds", "When the relay last read, since 1970.");
    process::describe();
    gauge!("souk_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    handle
}

/// Notes an answered request.
pub(crate) fn count_request(method: &Method, route: &str, status: StatusCode, elapsed: Duration) {
    let method = method_label(method);
    histogram!(DURATION, "method" => method, "route" => route.to_owned()).record(elapsed);
    counter!(REQUESTS, "method" => method, "route" => route.to_owned(), "status" => status_label(status))
        .increment(1);
}

/// Notes an error by its code.
pub(crate) fn count_problem(code: &'static str) {
    counter!(PROBLEMS, "code" => code).increment(1);
}

/// Clients may invent methods; a label must not grow with them.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn status_label(status: StatusCode) -> String {
    status.as_str().to_owned()
}

/// Exact up to 2^32, which no gauge here comes near.
fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rendered_has_buckets_the_pool_the_process_and_the_build() {
        let pool = PoolReading { size: 7, idle: 3, waits: 11, timeouts: 2 };
        let lag = Duration::from_millis(250);
        let events = EventReading {
            streams: 4,
            told: 30,
            dropped: 1,
            carried: 20,
            failures: 2,
            lag,
            looked: 1_764_000_000,
        };
        let metrics = Metrics::new(vec![
            Gauge::Pool(Box::new(move || pool)),
            Gauge::Events(Box::new(move || events)),
            Gauge::InFlight(Box::new(|| 5)),
            Gauge::Connections(Box::new(|| 6)),
        ]);
        count_request(&Method::GET, "/v1/metrics-test/{id}", StatusCode::OK, Duration::from_micros(700));
        count_problem("metrics_test");
        let text = metrics.render();
        for line in [
            "db_pool_connections 7",
            "db_pool_idle_connections 3",
            "db_pool_waits_total 11",
            "db_pool_timeouts_total 2",
            "event_streams 4",
            "event_stream_events_total 30",
            "event_streams_dropped_total 1",
            "event_relay_events_total 20",
            "event_relay_failures_total 2",
            "event_relay_lag_seconds 0.25",
            "event_relay_last_look_timestamp_seconds 1764000000",
            "http_requests_in_flight 5",
            "http_connections 6",
            r#"http_problems_total{code="metrics_test"} 1"#,
            r#"http_requests_total{method="GET",route="/v1/metrics-test/{id}",status="200"} 1"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/v1/metrics-test/{id}",le="0.0005"} 0"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/v1/metrics-test/{id}",le="0.001"} 1"#,
            concat!(r#"souk_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""} 1"#),
        ] {
            assert!(text.lines().any(|seen| seen == line), "{line} is missing in:\n{text}");
        }
        if cfg!(target_os = "linux") {
            assert!(text.contains("process_resident_memory_bytes"), "{text}");
        }
    }

    #[test]
    fn invented_methods_share_one_label() {
        assert_eq!(method_label(&Method::from_bytes(b"FROBNICATE").unwrap()), "other");
    }
}
