//! Where pictures are made, kept and accounted for.
//!
//! The accounts are kept apart from the files, and are the truth about them: a file is stored only for a picture that is
//! in the books, and leaves the books only once its files are gone.
#![cfg_attr(
    feature = "mock",
    expect(clippy::ref_option_ref, reason = "mockall writes such a type for an optional argument")
)]

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    id::{MediaId, UserId},
    media::{Dimensions, ImageFault, Leftovers, Media, MediaRefusal, Rendition, Reservation, Uploader},
};
use thiserror::Error;

use crate::{DecideError, PortError, idempotency::Once};

/// Decides whether somebody may upload one more picture, given the account as it is while its row is locked. It may be
/// asked more than once, when the store has to start over.
pub type DecideReservation<'a> = dyn Fn(&Uploader) -> Result<Reservation, MediaRefusal> + Send + Sync + 'a;

/// The books: which pictures there are, and whose.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait MediaRepository: Send + Sync {
    /// Locks the account, asks whether it may upload, and keeps a place for the picture. `since` is when the hour began
    /// that the account's uploads are counted in.
    async fn reserve<'a>(
        &self,
        owner: UserId,
        since: DateTime<Utc>,
        decide: &'a DecideReservation<'a>,
    ) -> Result<Reservation, DecideError<MediaRefusal>>;

    /// Puts a picture whose files are stored into the place that was kept for it. Not found, if the place was given up
    /// meanwhile; then nothing is written.
    async fn keep<'a>(
        &self,
        media: &Media,
        once: Option<&'a Once<'a, Media>>,
    ) -> Result<(), DecideError<MediaRefusal>>;

    /// Notes that somebody's pictures are shown now, so that they are not taken for leftovers. Says which of them there
    /// are, finished and theirs.
    async fn claim(
        &self,
        owner: UserId,
        ids: &[MediaId],
        now: DateTime<Utc>,
    ) -> Result<Vec<MediaId>, PortError>;

    /// Takes leftovers out of use, and names at most `limit` pictures whose files are to be removed: those, and what was
    /// taken out of use before.
    async fn withdraw(
        &self,
        leftovers: Leftovers,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<MediaId>, PortError>;

    /// Strikes out pictures that were taken out of use and whose files are gone.
    async fn strike_out(&self, ids: &[MediaId]) -> Result<(), PortError>;
}

/// A picture made anew from an upload: two JPEGs, upright, in the colours of the web, without anything else that the
/// upload carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Developed {
    /// Of the larger one.
    pub dimensions: Dimensions,
    /// The larger one.
    pub image: Vec<u8>,
    /// The smaller one.
    pub thumbnail: Vec<u8>,
    /// See [`Media::blurhash`].
    pub blurhash: String,
}

/// Why no picture is made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DevelopError {
    /// The upload is no picture that is taken.
    #[error(transparent)]
    Unfit(#[from] ImageFault),
    /// There is no room for the work just now, or it failed for another reason.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Makes pictures out of uploads, of which nothing is believed.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ImageWorkshop: Send + Sync {
    /// Makes a picture. What kind of file it is, its first bytes say. However the file is made, the memory it takes is
    /// bounded, for all that is in work together.
    async fn develop(&self, upload: Vec<u8>) -> Result<Developed, DevelopError>;
}

/// The bytes of a stored file, a piece at a time.
#[async_trait]
pub trait MediaBytes: Send {
    /// The next piece; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortError>;
}

/// A stored file.
pub struct MediaFile {
    /// How many bytes it has.
    pub length: u64,
    /// They themselves.
    pub bytes: Box<dyn MediaBytes>,
}

/// Keeps files.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Stores a JPEG, whole or not at all; once this returns, it is safe.
    async fn put(&self, id: MediaId, rendition: Rendition, jpeg: Vec<u8>) -> Result<(), PortError>;

    /// Opens a file, if it is there.
    async fn open(&self, id: MediaId, rendition: Rendition) -> Result<Option<MediaFile>, PortError>;

    /// Removes a picture's files; no harm if they are gone already.
    async fn remove(&self, id: MediaId) -> Result<(), PortError>;
}
