//! Who listens on this server, and what they have not been told yet.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use souk_domain::{
    id::{SessionId, UserId},
    session::Actor,
};
use souk_ports::event::{Batch, EventPosition, EventSink, Happening};
use tokio::sync::{mpsc, watch};

use super::FollowError;

/// How many events may wait for one listener. One that is further behind is told nothing more, so that it costs no
/// memory; it comes again and reads what it missed.
const QUEUE: usize = 256;

/// How many may listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// On this server.
    pub all: usize,
    /// Of one account.
    pub of_one: usize,
}

/// Tells each listener what they may hear of.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    limits: StreamLimits,
    room: Mutex<Room>,
    /// Counts batches, so that one can wait for the next.
    moves: watch::Sender<u64>,
    told: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Room {
    /// How far the relay has read; nothing before it has begun.
    upto: Option<EventPosition>,
    listeners: HashMap<UserId, Vec<Listener>>,
    count: usize,
    next_id: u64,
}

struct Listener {
    id: u64,
    session: SessionId,
    queue: mpsc::Sender<Arc<Happening>>,
}

/// How the hub is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubReading {
    /// How many listen.
    pub listeners: usize,
    /// How many events were handed to listeners since the start, one count for each who got it.
    pub told: u64,
    /// How many listeners were dropped since the start because they were too slow.
    pub dropped: u64,
}

impl Hub {
    /// Nobody listens yet.
    pub fn new(limits: StreamLimits) -> Self {
        Self(Arc::new(Inner {
            limits,
            room: Mutex::default(),
            moves: watch::Sender::new(0),
            told: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }))
    }

    /// How it is doing now.
    pub fn reading(&self) -> HubReading {
        HubReading {
            listeners: self.room().count,
            told: self.0.told.load(Ordering::Relaxed),
            dropped: self.0.dropped.load(Ordering::Relaxed),
        }
    }

    /// Begins to listen. What was committed up to the position is not heard any more, everything after it is. `None` as
    /// long as nobody knows what is committed.
    pub(super) fn subscribe(
        &self,
        actor: Actor,
    ) -> Result<Option<(Subscription, EventPosition)>, FollowError> {
        let mut room = self.room();
        let Some(upto) = room.upto.clone() else { return Ok(None) };
        if room.count >= self.0.limits.all {
            return Err(FollowError::Full);
        }
        if room.listeners.get(&actor.user).is_some_and(|own| own.len() >= self.0.limits.of_one) {
            return Err(FollowError::TooMany);
        }
        let (queue, events) = mpsc::channel(QUEUE);
        let id = room.next_id;
        room.next_id += 1;
        room.count += 1;
        room.listeners.entry(actor.user).or_default().push(Listener { id, session: actor.session, queue });
        drop(room);
        Ok(Some((Subscription { hub: self.clone(), user: actor.user, id, events }, upto)))
    }

    /// Waits for the next batch, beginning with the call.
    pub(super) fn moved(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut moves = self.0.moves.subscribe();
        async move {
            // Fails only if the hub is gone, and with it everybody who waits.
            let _ = moves.changed().await;
        }
    }

    /// The log-ins of those who listen.
    pub(super) fn sessions(&self) -> Vec<SessionId> {
        self.room().listeners.values().flatten().map(|listener| listener.session).collect()
    }

    /// Tells these log-ins nothing more.
    pub(super) fn end(&self, sessions: &[SessionId]) {
        if !sessions.is_empty() {
            self.room().keep(|listener| !sessions.contains(&listener.session));
        }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        // Nothing in here is ever left half done.
        self.0.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for Hub {
    fn take(&self, batch: &Batch) {
        let mut room = self.room();
        let mut slow = Vec::new();
        if batch.is_gapless {
            for event in &batch.events {
                for listener in
                    event.audience.iter().filter_map(|person| room.listeners.get(person)).flatten()
                {
                    if listener.queue.try_send(Arc::clone(event)).is_ok() {
                        self.0.told.fetch_add(1, Ordering::Relaxed);
                    } else {
                        slow.push(listener.id);
                    }
                }
            }
        }
        // Whoever missed one must hear none after it: a queue that had no room then may have some now.
        let is_gapless = batch.is_gapless;
        let before = room.count;
        if !is_gapless || !slow.is_empty() {
            room.keep(|listener| is_gapless && !slow.contains(&listener.id));
        }
        self.0.dropped.fetch_add(u64::try_from(before - room.count).unwrap_or_default(), Ordering::Relaxed);
        room.upto = Some(batch.upto.clone());
        drop(room);
        self.0.moves.send_modify(|moves| *moves = moves.wrapping_add(1));
    }
}

impl Room {
    fn keep(&mut self, mut is_kept: impl FnMut(&Listener) -> bool) {
        self.listeners.retain(|_, own| {
            own.retain(&mut is_kept);
            !own.is_empty()
        });
        self.count = self.listeners.values().map(Vec::len).sum();
    }
}

/// A place in the hub; given back when dropped.
pub(super) struct Subscription {
    hub: Hub,
    user: UserId,
    id: u64,
    events: mpsc::Receiver<Arc<Happening>>,
}

impl Subscription {
    /// The next event; `None` once the listener was dropped and has taken what was waiting.
    pub(super) async fn next(&mut self) -> Option<Arc<Happening>> {
        self.events.recv().await
    }

    /// How far the listener has been told, if nothing is waiting.
    pub(super) fn quiet_upto(&self) -> Option<EventPosition> {
        // Under the lock, since a batch is handed out under it.
        let room = self.hub.room();
        if self.events.is_empty() && !self.events.is_closed() { room.upto.clone() } else { None }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut room = self.hub.room();
        if let Some(own) = room.listeners.get_mut(&self.user) {
            let before = own.len();
            own.retain(|listener| listener.id != self.id);
            let gone = before - own.len();
            if own.is_empty() {
                room.listeners.remove(&self.user);
            }
            room.count -= gone;
        }
    }
}
