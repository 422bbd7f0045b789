//! Carries events on, on each server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use souk_ports::{
    Clock,
    event::{EventSink, EventSource},
};

/// After a failure: how long to wait before the next try.
const PAUSE: Duration = Duration::from_millis(250);

/// Takes batches from a source to all sinks.
pub struct Relay {
    source: Box<dyn EventSource>,
    sinks: Vec<Arc<dyn EventSink>>,
    clock: Arc<dyn Clock>,
    reading: RelayReading,
}

/// How a relay is doing; readable while it runs.
#[derive(Clone, Debug, Default)]
pub struct RelayReading(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    carried: AtomicU64,
    failures: AtomicU64,
    lag: AtomicU64,
    looked: AtomicU64,
}

impl RelayReading {
    /// How many events were carried on since the start.
    pub fn carried(&self) -> u64 {
        self.0.carried.load(Ordering::Relaxed)
    }

    /// How often the source failed since the start.
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }

    /// How old the oldest event of the last batch that had any was when it was carried on.
    pub fn lag(&self) -> Duration {
        Duration::from_millis(self.0.lag.load(Ordering::Relaxed))
    }

    /// When the source was last heard, in whole seconds since 1970; 0: never.
    pub fn looked(&self) -> u64 {
        self.0.looked.load(Ordering::Relaxed)
    }
}

impl Relay {
    /// Puts the parts together.
    pub fn new(source: Box<dyn EventSource>, sinks: Vec<Arc<dyn EventSink>>, clock: Arc<dyn Clock>) -> Self {
        Self { source, sinks, clock, reading: RelayReading::default() }
    }

    /// How it is doing, also later.
    pub fn reading(&self) -> RelayReading {
        self.reading.clone()
    }

    /// Carries events on until `stop` is done. A source that fails is asked again: it goes on where it was.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        let mut is_away = false;
        loop {
            let next = tokio::select! {
                () = &mut stop => return,
                next = self.source.next() => next,
            };
            let counts = &self.reading.0;
            match next {
                Ok(batch) => {
                    if is_away {
                        tracing::info!("events are heard of again");
                    }
                    is_away = false;
                    let now = self.clock.now();
                    if let Some(oldest) = batch.events.iter().map(|event| event.at).min() {
                        let lag = u64::try_from((now - oldest).num_milliseconds()).unwrap_or_default();
                        counts.lag.store(lag, Ordering::Relaxed);
                    }
                    let carried = u64::try_from(batch.events.len()).unwrap_or(u64::MAX);
                    counts.carried.fetch_add(carried, Ordering::Relaxed);
                    counts.looked.store(now.timestamp().cast_unsigned(), Ordering::Relaxed);
                    self.sinks.iter().for_each(|sink| sink.take(&batch));
                }
                Err(error) => {
                    counts.failures.fetch_add(1, Ordering::Relaxed);
                    // Once, not four times a second.
                    if !is_away {
                        tracing::warn!(%error, "events are not heard of; trying again");
                    }
                    is_away = true;
                    tokio::select! {
                        () = &mut stop => return,
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
            }
        }
    }
}
