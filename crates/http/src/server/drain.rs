//! The word that it is time to end, heard by everybody who must know.

use tokio::{sync::watch, time::Instant};

/// Said once, never taken back.
#[derive(Clone, Debug)]
pub struct Drain(watch::Sender<Option<Instant>>);

impl Drain {
    /// Not yet said.
    pub fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Says it.
    pub fn begin(&self) {
        self.0.send_if_modified(|began| {
            let is_first = began.is_none();
            began.get_or_insert_with(Instant::now);
            is_first
        });
    }

    /// When it was said.
    pub fn began(&self) -> Option<Instant> {
        *self.0.borrow()
    }

    /// Whether it has been said.
    pub fn has_begun(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits for it.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut said = self.0.subscribe();
        async move {
            // Fails only if nobody is left who could say it, and then it is time to end as well.
            let _ = said.wait_for(Option::is_some).await;
        }
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}
