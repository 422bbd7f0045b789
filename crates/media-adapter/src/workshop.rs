//! The room in which pictures are made: off the async threads, with so much memory and no more.

use std::{num::NonZero, sync::Arc, time::Duration};

use async_trait::async_trait;
use souk_domain::media::{Dimensions, ImageFault, MAX_PIXELS};
use souk_ports::{
    PortError,
    media::{DevelopError, Developed, ImageWorkshop},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

use crate::develop::{develop, measure};

/// How long an upload waits for room; after that the server is too busy.
const PATIENCE: Duration = Duration::from_secs(8);
/// The room there is, in millions of pixels: the largest picture takes all of it.
const ROOM: u32 = 50;

/// Makes pictures. What they take at most: nine bytes for each of fifty million pixels, whether that is one large picture
/// or several small ones at once, and no more at once than there are cores.
pub struct Workshop {
    room: Arc<Semaphore>,
    /// What even the smallest picture takes, so that there are never more of them than cores.
    least: u32,
}

impl Workshop {
    /// With room for one picture of the largest size.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let cores = u32::try_from(cores).unwrap_or(ROOM).min(ROOM);
        let room = Semaphore::new(usize::try_from(ROOM).unwrap_or(Semaphore::MAX_PERMITS));
        Self { room: Arc::new(room), least: ROOM / cores }
    }

    /// The room that a picture of this size takes.
    fn share(&self, size: Dimensions) -> u32 {
        const MILLION: u64 = 1_000_000;
        let pixels = (u64::from(size.width) * u64::from(size.height)).min(MAX_PIXELS);
        u32::try_from(pixels.div_ceil(MILLION)).unwrap_or(ROOM).clamp(self.least, ROOM)
    }

    async fn enter(&self, size: Dimensions) -> Result<OwnedSemaphorePermit, PortError> {
        timeout(PATIENCE, self.room.clone().acquire_many_owned(self.share(size)))
            .await
            .map_err(|_| PortError::Unavailable("too many pictures to make".to_owned()))?
            .map_err(|closed| PortError::Unexpected(closed.to_string()))
    }
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl ImageWorkshop for Workshop {
    async fn develop(&self, upload: Vec<u8>) -> Result<Developed, DevelopError> {
        let upload = Arc::new(upload);
        let file = Arc::clone(&upload);
        let size = apart(move || measure(&file)).await?;
        let room = self.enter(size).await?;
        apart(move || {
            // Given back when the work is done, also if nobody waits for it any more.
            let _room = room;
            develop(&upload)
        })
        .await
    }
}

/// Works on a thread where waiting harms nobody. A decoder that panics has met a file that it was not made for.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImageFault> + Send + 'static,
) -> Result<T, DevelopError> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(failed) if failed.is_panic() => {
            tracing::error!("a decoder panicked over an upload; the upload is refused");
            Err(ImageFault::Unreadable.into())
        }
        Err(failed) => Err(PortError::Unavailable(failed.to_string()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_pictures_take_more_room_and_small_ones_no_less_than_their_core() {
        let workshop = Workshop { room: Arc::new(Semaphore::new(50)), least: 12 };
        let share = |width, height| workshop.share(Dimensions { width, height });
        assert_eq!(share(1, 1), 12);
        assert_eq!(share(5_000, 4_000), 20);
        assert_eq!(share(5_000, 4_001), 21);
        assert_eq!(share(8_160, 6_120), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_room_is_sent_away_in_the_end() {
        let workshop = Workshop { room: Arc::new(Semaphore::new(0)), least: 12 };
        let turned_away = workshop.enter(Dimensions { width: 1, height: 1 }).await;
        assert!(matches!(turned_away, Err(PortError::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_panic_over_an_upload_is_the_uploads_fault() {
        let refused = apart::<()>(|| panic!("unreachable, says the decoder")).await;
        assert_eq!(refused, Err(ImageFault::Unreadable.into()));
    }
}
