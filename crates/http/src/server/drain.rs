//! The word that it is time to end, heard by everybody who must know.

use tokio::sync::watch;

/// Said once, never taken back.
#[derive(Clone, Debug)]
pub struct Drain(watch::Sender<bool>);

impl Drain {
    /// Not yet said.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Says it.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has been said.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut said = self.0.subscribe();
        // The sender is ours to drop; if it is gone, so is whoever could have gone on.
        async move {
            let _ = said.wait_for(|said| *said).await;
        }
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}
