//! Uploading pictures, showing them, and clearing up what nobody needs.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use souk_domain::{
    id::{MediaId, UserId},
    media::{ImageFault, Leftovers, Media, MediaRefusal, Rendition, Reservation},
    violation::{Fault, Violations},
};
use souk_ports::{
    Clock, DecideError, IdSource, PortError,
    idempotency::Once,
    media::{DevelopError, Developed, ImageWorkshop, MediaFile, MediaRepository, MediaStore},
};
use thiserror::Error;

#[cfg(test)]
pub(crate) mod tests;

/// How many pictures are cleared up at once.
const BATCH: u32 = 100;

/// Why a picture is not uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UploadError {
    /// The file is no picture that is taken.
    #[error(transparent)]
    Unfit(#[from] ImageFault),
    /// It is one, and still is not kept.
    #[error(transparent)]
    Decide(#[from] DecideError<MediaRefusal>),
}

/// Why pictures cannot be shown by something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClaimError {
    /// Some of them are not there, or are somebody else's; the two look the same.
    #[error(transparent)]
    Unknown(#[from] Violations),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<PortError> for UploadError {
    fn from(error: PortError) -> Self {
        Self::Decide(error.into())
    }
}

impl From<DevelopError> for UploadError {
    fn from(error: DevelopError) -> Self {
        match error {
            DevelopError::Unfit(fault) => fault.into(),
            DevelopError::Port(error) => error.into(),
        }
    }
}

/// Says of fields that they name pictures which are not there; nothing, if there are no such fields.
pub(crate) fn unknown<'a>(fields: impl Iterator<Item = &'a str>) -> Result<(), Violations> {
    let mut wrong = Violations::none();
    for field in fields {
        let fault = Fault::new("unknown_media", "There is no such picture among those you uploaded.");
        wrong.add(fault.of(field.to_owned()));
    }
    wrong.or_else(Some(()))
}

/// Pictures.
#[derive(Clone)]
pub struct MediaLibrary {
    repository: Arc<dyn MediaRepository>,
    workshop: Arc<dyn ImageWorkshop>,
    store: Arc<dyn MediaStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    is_limited: bool,
}

impl MediaLibrary {
    /// Puts the parts together.
    pub fn new(
        repository: Arc<dyn MediaRepository>,
        workshop: Arc<dyn ImageWorkshop>,
        store: Arc<dyn MediaStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { repository, workshop, store, clock, ids, is_limited: true }
    }

    /// Leaves quotas aside, for load tests.
    #[must_use]
    pub fn limited(self, is_limited: bool) -> Self {
        Self { is_limited, ..self }
    }

    /// Makes a picture of an upload and keeps it; `once` makes a repeat of the same request harmless.
    ///
    /// A place in the books comes first, so that whoever may upload nothing is told before any work is done, and no file is
    /// ever stored that the books know nothing of. What fails on the way leaves its place behind: it counts against the
    /// account's hour, and is cleared up with the leftovers.
    pub async fn upload<'a>(
        &'a self,
        owner: UserId,
        upload: Vec<u8>,
        once: Option<&'a Once<'a, Media>>,
    ) -> Result<Media, UploadError> {
        let place = self.reserve(owner).await?;
        let Developed { dimensions, image, thumbnail, blurhash } = self.workshop.develop(upload).await?;
        let bytes = u64::try_from(image.len() + thumbnail.len()).unwrap_or(u64::MAX);
        self.store.put(place.id, Rendition::Image, image).await?;
        self.store.put(place.id, Rendition::Thumbnail, thumbnail).await?;
        let media = place.fill(dimensions, bytes, blurhash);
        match self.repository.keep(&media, once).await {
            Ok(()) => Ok(media),
            Err(DecideError::NotFound) => {
                // The place was given up meanwhile: the account was deleted, or this took longer than anything takes.
                self.store.remove(media.id).await?;
                Err(DecideError::NotFound.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn reserve(&self, owner: UserId) -> Result<Reservation, DecideError<MediaRefusal>> {
        let (id, now) = (MediaId::from_uuid(self.ids.next()), self.clock.now());
        let since = now - TimeDelta::hours(1);
        self.repository.reserve(owner, since, &|uploader| uploader.reserve(id, self.is_limited, now)).await
    }

    /// Opens a file for whoever wants to see it.
    pub async fn open(&self, id: MediaId, rendition: Rendition) -> Result<Option<MediaFile>, PortError> {
        self.store.open(id, rendition).await
    }

    /// Notes that something of somebody's shows these pictures; each comes with the field that names it. They must be the
    /// person's own.
    pub async fn claim(&self, owner: UserId, named: &[(String, MediaId)]) -> Result<(), ClaimError> {
        if named.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = named.iter().map(|(_, id)| *id).collect();
        let claimed = self.repository.claim(owner, &ids, self.clock.now()).await?;
        let missing = named.iter().filter(|(_, id)| !claimed.contains(id));
        Ok(unknown(missing.map(|(field, _)| field.as_str()))?)
    }

    /// Removes the files of pictures that nobody needs any more, batch after batch until nothing is left; says of how
    /// many. Safe to run on several servers at once: what is gone can be removed again.
    pub async fn clear_up(&self) -> Result<u64, PortError> {
        let now = self.clock.now();
        let mut all = 0;
        loop {
            let batch = self.repository.withdraw(Leftovers::by(now), now, BATCH).await?;
            for id in &batch {
                self.store.remove(*id).await?;
            }
            self.repository.strike_out(&batch).await?;
            let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            all += count;
            if count < u64::from(BATCH) {
                return Ok(all);
            }
        }
    }

    /// Clears up now and then, until `stop` is done. A round that fails is told and tried again with the next.
    pub async fn keep_clear(self, every: Duration, stop: impl Future<Output = ()> + Send) {
        let mut rounds = tokio::time::interval(every);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = rounds.tick() => match self.clear_up().await {
                    Ok(pictures) => tracing::debug!(pictures, "cleared up"),
                    Err(error) => tracing::warn!(%error, "could not clear up pictures; will try again"),
                },
            }
        }
    }
}
