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
    mem, slice,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use souk_ports::{DecideError, PortError};
use tokio::{runtime::Handle, sync::oneshot};

use crate::{
    PgPool,
    error::{TryError, is_lost, port_error, retrying},
};

/// At most so many share a statement.
const MOST: usize = 32;

/// What comes of a write.
pub(crate) type Done<J> = Result<<J as Job>::Value, DecideError<<J as Job>::Refusal>>;

/// A write that can be done in one statement, or one transaction, with others of its kind.
pub(crate) trait Job: Send + Sync + Sized + 'static {
    /// What is there afterwards.
    type Value: Send + 'static;
    /// Why it is refused.
    type Refusal: Send + 'static;

    /// Whether it can be done together with another.
    fn goes_with(&self, other: &Self) -> bool;

    /// Does these, all or none, and says what came of each, in their order. Nothing comes of what is not there; nor, unless
    /// that is to be waited for, of what others have locked.
    fn write(
        pool: &PgPool,
        jobs: &[Self],
        waiting: bool,
    ) -> impl Future<Output = Result<Vec<Option<Done<Self>>>, TryError<Self::Refusal>>> + Send;
}

/// Does these together, waiting for nobody. Nothing comes of those that have to be done alone.
async fn together<J: Job>(pool: &PgPool, jobs: &[J]) -> Vec<Option<Done<J>>> {
    match J::write(pool, jobs, false).await {
        Ok(done) => done,
        // The database cannot be reached; or whether it has committed is not known, and nothing is to be tried again.
        Err(TryError::Settled(DecideError::Port(error @ PortError::Unavailable(_)))) => failed(jobs, &error),
        Err(TryError::Database(error)) if is_lost(&error) => failed(jobs, &port_error(&error)),
        // One of them may have spoilt it for all.
        Err(_) => jobs.iter().map(|_| None).collect(),
    }
}

fn failed<J: Job>(jobs: &[J], error: &PortError) -> Vec<Option<Done<J>>> {
    jobs.iter().map(|_| Some(Err(error.clone().into()))).collect()
}

/// Does it, however long that takes.
async fn alone<J: Job>(pool: &PgPool, job: &J) -> Done<J> {
    retrying(|| async {
        let done = J::write(pool, slice::from_ref(job), true).await?;
        Ok(done.into_iter().flatten().next().unwrap_or(Err(DecideError::NotFound))?)
    })
    .await
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
    Done(Done<J>),
    /// It is to be done alone.
    Alone(J),
}

/// A lane that is taken. Whoever drops the one they wrote on themself leaves it to those who wait.
struct Lane<J: Job> {
    batches: Arc<Batches<J>>,
    /// Whether it does what waits, in a task of its own.
    goes_on: bool,
}

enum Turn<J: Job> {
    Now(J, Lane<J>),
    Later(oneshot::Receiver<Answer<J>>),
}

impl<J: Job> Batches<J> {
    /// On as many lanes of this pool as connections suffice to keep the database busy.
    pub(crate) fn new(pool: PgPool) -> Arc<Self> {
        let state = Mutex::new(State { taken: 0, waiting: VecDeque::new() });
        Arc::new(Self { lanes: pool.shared().processors(), pool, state })
    }

    /// Does it, with others or alone.
    pub(crate) async fn run(self: &Arc<Self>, job: J) -> Done<J> {
        let (done, job) = match self.enter(job) {
            Turn::Now(job, lane) => {
                let done = together(&self.pool, slice::from_ref(&job)).await;
                drop(lane);
                (done.into_iter().flatten().next(), Some(job))
            }
            Turn::Later(answer) => match answer.await {
                Ok(Answer::Done(done)) => (Some(done), None),
                Ok(Answer::Alone(job)) => (None, Some(job)),
                // The server is being stopped, or the lane failed.
                Err(_) => (None, None),
            },
        };
        match (done, job) {
            (Some(done), _) => done,
            (None, Some(job)) => alone(&self.pool, &job).await,
            (None, None) => Err(PortError::Unavailable("its turn did not come".to_owned()).into()),
        }
    }

    fn enter(self: &Arc<Self>, job: J) -> Turn<J> {
        let mut state = self.state();
        if state.taken < self.lanes {
            state.taken += 1;
            return Turn::Now(job, Lane { batches: Arc::clone(self), goes_on: false });
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
    async fn go_on(mut self) {
        loop {
            let (jobs, answers) = self.batches.state().next();
            if jobs.is_empty() {
                // Somebody may have come to wait since: dropping it as one's own looks again.
                self.goes_on = false;
                return;
            }
            let done = together(&self.batches.pool, &jobs).await;
            for ((job, answer), done) in jobs.into_iter().zip(answers).zip(done) {
                // Whoever has gone meanwhile does not hear of it.
                let _gone = answer.send(done.map_or(Answer::Alone(job), Answer::Done));
            }
        }
    }
}

impl<J: Job> Drop for Lane<J> {
    fn drop(&mut self) {
        let mut state = self.batches.state();
        if !self.goes_on
            && !state.waiting.is_empty()
            && let Ok(runtime) = Handle::try_current()
        {
            // Not under the lock: a runtime that is being stopped drops the task, and the lane, at once.
            drop(state);
            runtime.spawn(Self { batches: Arc::clone(&self.batches), goes_on: true }.go_on());
            return;
        }
        state.taken -= 1;
        // The last one tells those who wait that nobody comes; before that, the others come.
        let abandoned = if state.taken == 0 { mem::take(&mut state.waiting) } else { VecDeque::new() };
        drop(state);
        drop(abandoned);
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, sync::mpsc, thread, time::Duration};

    use tokio::{runtime, task};

    use super::*;
    use crate::{Connector, PoolSettings};

    /// A write that takes for ever, unless it fails.
    struct Endless {
        fails: bool,
    }

    impl Job for Endless {
        type Value = ();
        type Refusal = ();

        fn goes_with(&self, _: &Self) -> bool {
            true
        }

        async fn write(
            _: &PgPool,
            jobs: &[Self],
            _: bool,
        ) -> Result<Vec<Option<Done<Self>>>, TryError<Self::Refusal>> {
            assert!(!jobs.iter().any(|job| job.fails), "a defect");
            pending().await
        }
    }

    /// With one lane, on a pool that is never asked for a connection.
    fn batches() -> Arc<Batches<Endless>> {
        let settings = PoolSettings {
            max_size: 1,
            min_idle: 0,
            acquire_timeout: Duration::from_secs(1),
            max_lifetime: Duration::from_mins(1),
        };
        Batches::new(PgPool::new(Connector::new("postgres://127.0.0.1:1/none", None).unwrap(), settings))
    }

    #[test]
    fn a_server_that_is_stopped_does_not_wait_for_those_who_wait() {
        let (stopped, is_stopped) = mpsc::channel();
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let batches = batches();
                for _ in 0..3 {
                    let batches = Arc::clone(&batches);
                    task::spawn(async move { batches.run(Endless { fails: false }).await });
                }
                task::yield_now().await;
                assert_eq!(batches.state().waiting.len(), 2);
            });
            drop(runtime);
            stopped.send(()).unwrap();
        });
        assert_eq!(is_stopped.recv_timeout(Duration::from_secs(20)), Ok(()));
    }

    #[tokio::test]
    async fn a_lane_that_fails_tells_those_on_it_and_is_free_again() {
        let batches = batches();
        let endless = {
            let batches = Arc::clone(&batches);
            task::spawn(async move { batches.run(Endless { fails: false }).await })
        };
        let failing = {
            let batches = Arc::clone(&batches);
            task::spawn(async move { batches.run(Endless { fails: true }).await })
        };
        task::yield_now().await;
        // The lane goes on with the one that waits.
        endless.abort();
        let told = failing.await.unwrap();
        assert!(matches!(told, Err(DecideError::Port(PortError::Unavailable(_)))), "{told:?}");
        assert_eq!(batches.state().taken, 0);
    }
}
