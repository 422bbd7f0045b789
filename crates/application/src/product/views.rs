//! Counting who looks: gathered in memory and written in batches, so that a look costs no statement of its own.
//!
//! A viewer is counted once per listing and day, whichever server saw them: the store keeps the marks of whom it has
//! counted. What is gathered is bounded; what a database that is away keeps from being written waits for its return, and
//! the end of the program waits for [`settle`](Views::settle).

use std::{
    collections::{HashMap, hash_map::Entry},
    future::Future,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::NaiveDate;
use souk_domain::{
    id::{ProductId, UserId},
    product::{View, Viewer, ViewerMark},
};
use souk_ports::{
    Clock, PortError,
    product::{SeenView, ViewRepository},
    session::Pseudonyms,
};
use tokio::{sync::Notify, time};

#[cfg(test)]
mod tests;

/// How many views can wait; some 8 MiB. Further ones are not counted.
const MOST_WAITING: usize = 65_536;
/// From so many on they are written before their time.
const MANY: usize = MOST_WAITING / 4;
/// How many are written at once: it locks that many listings at most, for a few milliseconds.
const BATCH: usize = 256;
/// How long the end waits before it tries again with a database that is away.
const PAUSE: Duration = Duration::from_millis(200);

/// Counts views. Its clones gather in one place.
#[derive(Clone)]
pub struct Views {
    repository: Arc<dyn ViewRepository>,
    pseudonyms: Arc<dyn Pseudonyms>,
    clock: Arc<dyn Clock>,
    gathered: Arc<Gathered>,
}

#[derive(Default)]
struct Gathered {
    waiting: Mutex<Waiting>,
    many: Notify,
    /// Held by whoever writes, so that what they have taken out is either written or back when another looks.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    views: HashMap<View, Option<UserId>>,
    /// How many found no room since somebody was told.
    lost: u64,
}

impl Views {
    /// Puts the parts together.
    pub fn new(
        repository: Arc<dyn ViewRepository>,
        pseudonyms: Arc<dyn Pseudonyms>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { repository, pseudonyms, clock, gathered: Arc::default() }
    }

    /// Somebody looks at a listing, which may not even be there: that shows when it is written.
    pub fn view(&self, product: ProductId, viewer: &Viewer) {
        let day = self.clock.now().date_naive();
        let view = View { product, day, viewer: self.mark(viewer, product, day) };
        let mut waiting = self.waiting();
        let is_full = waiting.views.len() >= MOST_WAITING;
        match waiting.views.entry(view) {
            Entry::Occupied(_) => {}
            Entry::Vacant(_) if is_full => waiting.lost = waiting.lost.saturating_add(1),
            Entry::Vacant(place) => {
                place.insert(viewer.user());
                if waiting.views.len() == MANY {
                    self.gathered.many.notify_one();
                }
            }
        }
    }

    /// Writes what was gathered now and then, until `stop` is done. What cannot be written waits for the next time.
    pub async fn run(&self, every: Duration, stop: impl Future<Output = ()> + Send) {
        let mut rounds = time::interval(every);
        rounds.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = rounds.tick() => {}
                () = self.gathered.many.notified() => {}
            }
            if let Err(error) = self.write().await {
                tracing::warn!(%error, "views could not be counted; they wait");
            }
        }
    }

    /// Writes everything, and does not give up: for the end, under a deadline of the caller's.
    pub async fn settle(&self) {
        while let Err(error) = self.write().await {
            tracing::warn!(%error, "views could not be counted; trying again");
            time::sleep(PAUSE).await;
        }
    }

    /// How many wait to be written.
    pub fn waiting_count(&self) -> usize {
        self.waiting().views.len()
    }

    /// Writes all that wait now, batch after batch.
    async fn write(&self) -> Result<(), PortError> {
        let _turn = self.gathered.writing.lock().await;
        let lost = mem::take(&mut self.waiting().lost);
        if lost > 0 {
            tracing::warn!(lost, "there was no room for so many views; they are not counted");
        }
        loop {
            let batch = Taken::from(&self.gathered);
            if batch.views.is_empty() {
                return Ok(());
            }
            let counted = self.repository.count(&batch.views).await?;
            tracing::debug!(seen = batch.views.len(), counted, "counted views");
            batch.done();
        }
    }

    fn mark(&self, viewer: &Viewer, product: ProductId, day: NaiveDate) -> ViewerMark {
        self.pseudonyms.of(&viewer.name(product, day)).into()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.gathered.lock()
    }
}

impl Gathered {
    /// Nothing that could panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Views taken out to be written; what is dropped before it is [`done`](Self::done) goes back, so that neither an error nor
/// a write that is given up loses any. To count one twice is no harm: the store knows whom it has counted.
struct Taken<'a> {
    from: &'a Gathered,
    views: Vec<SeenView>,
}

impl<'a> Taken<'a> {
    fn from(from: &'a Gathered) -> Self {
        let mut waiting = from.lock();
        let some: Vec<View> = waiting.views.keys().take(BATCH).copied().collect();
        let seen = |view| waiting.views.remove(&view).map(|by| SeenView { view, by });
        let views = some.into_iter().filter_map(seen).collect();
        Self { from, views }
    }

    fn done(mut self) {
        self.views.clear();
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.views.is_empty() {
            let back = self.views.drain(..).map(|SeenView { view, by }| (view, by));
            self.from.lock().views.extend(back);
        }
    }
}
