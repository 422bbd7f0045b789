//! Writes that wait together are done together.
//!
//! What one small write costs is mostly not its rows: a statement is started, its table's checks are read, a commit is
//! waited for. So no more of a kind are done at once than the database has processors to spare, each on a lane; what comes
//! while all lanes are taken waits, and the next lane that is free does all of it that goes together in one statement.
//! Where nothing has to wait, every write is done at once and by itself.
//!
//! What shares a statement shares its fate, so that nothing in it may wait for the locks of others, nor fail because of
//! one of them: a batch does what it can, and the rest is done alone, off the lanes, as if there were no batches.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use souk_ports::PortError;
use tokio::{runtime::Handle, sync::oneshot};

use crate::PgPool;

/// At most so many share a statement.
const MOST: usize = 32;

/// A write that can be done in one statement with others of its kind.
pub(crate) trait Job: Send + Sync + Sized + 'static {
    /// What comes of it.
    type Done: Send + 'static;

    /// Whether one statement can do both.
    fn goes_with(&self, other: &Self) -> bool;

    /// Does these in one statement that waits for nobody. What came of each, in their order; nothing of those that have to
    /// be done alone.
    fn together(pool: &PgPool, jobs: &[Self]) -> impl Future<Output = Vec<Option<Self::Done>>> + Send;

    /// Does it, however long that takes.
    fn alone(&self, pool: &PgPool) -> impl Future<Output = Self::Done> + Send;
}

/// The lanes of one kind of write, and what waits for them.
pub(crate) struct Batches<J: Job> {
    pool: PgPool,
    lanes: usize,
    state: Mutex<State<J>>,
}

struct State<J: Job> {
    /// So many lanes are taken.
    taken: usize,
    waiting: VecDeque<Waiting<J>>,
}

struct Waiting<J: Job> {
    job: J,
    answer: oneshot::Sender<Answer<J>>,
}

/// What a lane says to whoever waited.
enum Answer<J: Job> {
    Done(J::Done),
    /// It is to be done alone.
    Alone(J),
}

/// A lane that is taken; dropping it leaves it to those who wait.
struct Lane<J: Job>(Arc<Batches<J>>);

enum Turn<J: Job> {
    Now(J, Lane<J>),
    Later(oneshot::Receiver<Answer<J>>),
}

impl<J: Job> Batches<J> {
    /// On as many lanes of this pool as connections suffice to keep the database busy.
    pub(crate) fn new(pool: PgPool) -> Arc<Self> {
        let state = Mutex::new(State { taken: 0, waiting: VecDeque::new() });
        Arc::new(Self { lanes: pool.shared().enough(), pool, state })
    }

    /// Does it, with others or alone.
    ///
    /// # Errors
    /// If the server is being stopped while it waits for its turn; nothing was written then.
    pub(crate) async fn run(self: &Arc<Self>, job: J) -> Result<J::Done, PortError> {
        let alone = match self.enter(job) {
            Turn::Now(job, lane) => {
                let [done] = <[_; 1]>::try_from(J::together(&self.pool, std::slice::from_ref(&job)).await)
                    .map_err(|_| PortError::Unexpected("a lane did another number of writes".to_owned()))?;
                drop(lane);
                match done {
                    Some(done) => return Ok(done),
                    None => job,
                }
            }
            Turn::Later(answer) => match answer.await {
                Ok(Answer::Done(done)) => return Ok(done),
                Ok(Answer::Alone(job)) => job,
                Err(_) => return Err(PortError::Unavailable("its turn did not come".to_owned())),
            },
        };
        Ok(alone.alone(&self.pool).await)
    }

    fn enter(self: &Arc<Self>, job: J) -> Turn<J> {
        let mut state = self.state();
        if state.taken < self.lanes {
            state.taken += 1;
            return Turn::Now(job, Lane(Arc::clone(self)));
        }
        let (answer, later) = oneshot::channel();
        state.waiting.push_back(Waiting { job, answer });
        Turn::Later(later)
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J: Job> State<J> {
    /// The one that has waited longest, and what goes with it. Those who gave up waiting are left out.
    fn next(&mut self) -> (Vec<J>, Vec<oneshot::Sender<Answer<J>>>) {
        let (mut jobs, mut answers) = (Vec::<J>::new(), Vec::new());
        let mut left = VecDeque::new();
        while let Some(waiting) = self.waiting.pop_front() {
            if waiting.answer.is_closed() {
                continue;
            }
            if jobs.iter().all(|job| job.goes_with(&waiting.job)) {
                jobs.push(waiting.job);
                answers.push(waiting.answer);
            } else {
                left.push_back(waiting);
            }
            if jobs.len() == MOST {
                break;
            }
        }
        left.append(&mut self.waiting);
        self.waiting = left;
        (jobs, answers)
    }
}

impl<J: Job> Lane<J> {
    /// Does what waits, batch after batch, until nothing does.
    async fn go_on(self) {
        loop {
            let (jobs, answers) = self.0.state().next();
            if jobs.is_empty() {
                return;
            }
            let done = J::together(&self.0.pool, &jobs).await;
            for ((job, answer), done) in jobs.into_iter().zip(answers).zip(done) {
                // Whoever has gone meanwhile does not hear of it.
                let _gone = answer.send(done.map_or(Answer::Alone(job), Answer::Done));
            }
        }
    }
}

impl<J: Job> Drop for Lane<J> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if !state.waiting.is_empty() {
            if let Ok(runtime) = Handle::try_current() {
                runtime.spawn(Self(Arc::clone(&self.0)).go_on());
                return;
            }
            state.waiting.clear();
        }
        state.taken -= 1;
    }
}
