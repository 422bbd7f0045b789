//! Counting who watches, every few seconds: signs of life come in too often to count at each.

use std::{future::Future, sync::Arc, time::Duration};

use souk_domain::stream::AudienceWindow;
use souk_ports::{Clock, PortError, stream::AudienceRepository};

/// Counts who watches. Safe to run on several servers at once.
#[derive(Clone)]
pub struct HeadCount {
    audience: Arc<dyn AudienceRepository>,
    window: AudienceWindow,
    clock: Arc<dyn Clock>,
}

impl HeadCount {
    /// Puts the parts together.
    pub fn new(audience: Arc<dyn AudienceRepository>, window: AudienceWindow, clock: Arc<dyn Clock>) -> Self {
        Self { audience, window, clock }
    }

    /// One count; says of how many shows it changed something.
    pub async fn count(&self) -> Result<u64, PortError> {
        self.audience.count_viewers(self.window, self.clock.now()).await
    }

    /// A count now and then, until `stop` is done. One that fails is told, and the next one makes up for it.
    pub async fn run(self, every: Duration, stop: impl Future<Output = ()> + Send) {
        let mut rounds = tokio::time::interval(every);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = rounds.tick() => if let Err(error) = self.count().await {
                    tracing::warn!(%error, "viewers could not be counted; will try again");
                },
            }
        }
    }
}
