//! How many requests are being worked on, and that there are never too many.
//!
//! Above the limit a request is turned away at once instead of being queued: a queue only makes everybody wait longer
//! for the same work, and clients that have given up are served all the same.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

/// The count of requests in work, shared by all who must know it.
#[derive(Clone, Debug)]
pub struct InFlight(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: usize,
    count: AtomicUsize,
    emptied: Notify,
}

/// The place of one request; given back when dropped.
#[derive(Debug)]
pub struct Room(InFlight);

impl InFlight {
    /// Room for so many at once.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Inner { limit, count: AtomicUsize::new(0), emptied: Notify::new() }))
    }

    /// A place, unless all are taken.
    pub fn enter(&self) -> Option<Room> {
        let room = Room(self.clone());
        // Counted first and asked afterwards, so that no two can take the last place. The one too many leaves again
        // by being dropped.
        let before = self.0.count.fetch_add(1, Ordering::AcqRel);
        (before < self.0.limit).then_some(room)
    }

    /// Whether there is no place just now.
    pub fn is_full(&self) -> bool {
        self.count() >= self.0.limit
    }

    /// How many are in work.
    pub fn count(&self) -> usize {
        self.0.count.load(Ordering::Acquire)
    }

    /// Waits until none is.
    pub async fn emptied(&self) {
        loop {
            // Listening begins before looking, so that the last one cannot slip away in between.
            let emptied = self.0.emptied.notified();
            if self.count() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let Self(InFlight(inner)) = self;
        if inner.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            inner.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn there_is_room_up_to_the_limit_and_again_when_somebody_leaves() {
        let in_flight = InFlight::new(2);
        let (first, second) = (in_flight.enter(), in_flight.enter());
        assert!(first.is_some() && second.is_some() && in_flight.is_full());
        assert!(in_flight.enter().is_none());
        assert_eq!(in_flight.count(), 2);
        drop(first);
        assert!(in_flight.enter().is_some());
        drop(second);
        in_flight.emptied().await;
    }

    #[tokio::test]
    async fn whoever_waits_is_told_when_the_last_one_leaves() {
        let in_flight = InFlight::new(1);
        let room = in_flight.enter().unwrap();
        let mut emptied = Box::pin(in_flight.emptied());
        assert!(emptied.as_mut().now_or_never().is_none());
        drop(room);
        emptied.await;
    }
}
