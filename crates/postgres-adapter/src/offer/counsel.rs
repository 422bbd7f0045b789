//! The rule of a write that may be done with others: it stays with whoever writes, and is asked there.

use std::{pin::pin, sync::Arc};

use tokio::sync::{mpsc, oneshot};

use crate::batch::{Batches, Done, Job};

/// Where to ask what to write, given what is locked.
pub(super) struct Counsel<C, D>(mpsc::UnboundedSender<Question<C, D>>);

struct Question<C, D> {
    context: C,
    answer: oneshot::Sender<D>,
}

impl<C, D> Counsel<C, D> {
    /// Asks. Nothing is answered if whoever wanted the write has gone.
    pub(super) fn ask(&self, context: C) -> impl Future<Output = Option<D>> + use<C, D> {
        let (answer, decision) = oneshot::channel();
        let asked = self.0.send(Question { context, answer });
        async move {
            asked.ok()?;
            decision.await.ok()
        }
    }
}

/// Has a job done, and answers what it asks meanwhile.
pub(super) async fn run<J: Job, C, D>(
    batches: &Arc<Batches<J>>,
    job: impl FnOnce(Counsel<C, D>) -> J,
    decide: impl Fn(C) -> D,
) -> Done<J> {
    let (ask, mut questions) = mpsc::unbounded_channel();
    let mut done = pin!(batches.run(job(Counsel(ask))));
    loop {
        tokio::select! {
            biased;
            Some(Question { context, answer }) = questions.recv() => {
                // Whoever asked may have given up.
                let _unheard = answer.send(decide(context));
            }
            done = &mut done => return done,
        }
    }
}

/// Waits for decisions that were all asked for already, in their order.
pub(super) async fn heard<D>(
    asked: impl IntoIterator<Item = Option<impl Future<Output = Option<D>>>>,
) -> Vec<Option<D>> {
    let mut decisions = Vec::new();
    for decision in asked {
        decisions.push(match decision {
            Some(decision) => decision.await,
            None => None,
        });
    }
    decisions
}
