//! Pictures that people upload: what is taken, how much of it, and what becomes of it.
//!
//! What was uploaded is never kept. A picture is decoded and made anew, in two sizes, and only what we made is stored
//! and shown: whatever else a file carried, such as the place where it was taken, ends there.

mod image;
mod picture;

pub use image::{Dimensions, ImageFault, LONGEST_SIDE, MAX_BYTES, MAX_PIXELS, MAX_SIDE, THUMBNAIL_SIDE};
pub use picture::{Picture, pictures, shown};

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::{
    id::{MediaId, UserId},
    slug::slugs,
    user::Standing,
};

/// How many uploads an account can begin in an hour, those included that came to nothing.
pub const UPLOADS_AN_HOUR: i64 = 300;
/// How many pictures an account can have at once.
pub const MOST_KEPT: i64 = 5_000;
/// For how many days an upload is kept that nothing ever showed.
pub const UNUSED_KEPT_DAYS: i64 = 7;
/// After how many minutes an upload that did not come to an end is given up; far longer than any takes.
pub const UNFINISHED_KEPT_MINUTES: i64 = 60;

slugs! {
    /// The two sizes in which a picture is kept.
    Rendition as "rendition" {
        /// To be looked at.
        Image = "image",
        /// For lists.
        Thumbnail = "thumbnail",
    }
}

/// A picture that is kept, as a JPEG in both sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// Who uploaded it.
    pub owner: UserId,
    /// Of the larger size, upright.
    pub dimensions: Dimensions,
    /// Of both files together.
    pub bytes: u64,
    /// A few characters that a client can draw a blurred preview from (<https://blurha.sh>).
    pub blurhash: String,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

/// What becomes of an upload before its picture is made: its place among the account's pictures. Files are stored only
/// where such a place is kept, so that none is ever forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The id the picture will have.
    pub id: MediaId,
    /// Who uploads it.
    pub owner: UserId,
    /// When the upload began.
    pub created_at: DateTime<Utc>,
}

/// An account that wants to upload something, as it is while it is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uploader {
    /// Whose account it is.
    pub id: UserId,
    /// Whether it may act.
    pub standing: Standing,
    /// How many pictures it has, unfinished ones included.
    pub kept: i64,
    /// How many uploads it began within the last hour.
    pub within_the_hour: i64,
}

/// Which pictures nobody needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leftovers {
    /// Uploads that began before this and did not come to an end.
    pub unfinished_before: DateTime<Utc>,
    /// Pictures made before this that nothing ever showed.
    pub unused_before: DateTime<Utc>,
}

/// Why something is not uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MediaRefusal {
    /// The account may read, not act.
    #[error("This account is suspended and cannot upload anything.")]
    Suspended,
    /// The account has uploaded as much as it may in an hour.
    #[error("That were too many uploads within an hour; go on later.")]
    TooMany,
    /// The account has as many pictures as it may.
    #[error("This account has as many pictures as it can have.")]
    Full,
}

impl Uploader {
    /// Keeps a place for one more picture. Quotas are left aside where `is_limited` is not set, for load tests.
    pub fn reserve(
        &self,
        id: MediaId,
        is_limited: bool,
        now: DateTime<Utc>,
    ) -> Result<Reservation, MediaRefusal> {
        if !self.standing.may_act() {
            return Err(MediaRefusal::Suspended);
        }
        if is_limited && self.within_the_hour >= UPLOADS_AN_HOUR {
            return Err(MediaRefusal::TooMany);
        }
        if is_limited && self.kept >= MOST_KEPT {
            return Err(MediaRefusal::Full);
        }
        Ok(Reservation { id, owner: self.id, created_at: now })
    }
}

impl Reservation {
    /// Puts the picture that was made into its place.
    pub fn fill(self, dimensions: Dimensions, bytes: u64, blurhash: String) -> Media {
        let Self { id, owner, created_at } = self;
        Media { id, owner, dimensions, bytes, blurhash, created_at }
    }
}

impl Leftovers {
    /// What nobody needs any more by now.
    pub fn by(now: DateTime<Utc>) -> Self {
        Self {
            unfinished_before: now - TimeDelta::minutes(UNFINISHED_KEPT_MINUTES),
            unused_before: now - TimeDelta::days(UNUSED_KEPT_DAYS),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn uploader() -> Uploader {
        let id = UserId::from_uuid(Uuid::from_u128(1));
        Uploader { id, standing: Standing::Active, kept: 0, within_the_hour: 0 }
    }

    fn reserve(uploader: Uploader, is_limited: bool) -> Result<Reservation, MediaRefusal> {
        uploader.reserve(MediaId::from_uuid(Uuid::from_u128(7)), is_limited, now())
    }

    #[test]
    fn a_place_is_filled_with_the_picture_it_was_kept_for() {
        let place = reserve(uploader(), true).unwrap();
        let media = place.fill(Dimensions { width: 4, height: 3 }, 900, "L".to_owned());
        assert_eq!((media.id, media.owner, media.created_at), (place.id, uploader().id, now()));
    }

    #[test]
    fn a_suspended_account_uploads_nothing_limited_or_not() {
        for is_limited in [true, false] {
            for standing in [Standing::Suspended, Standing::Banned, Standing::Deleted { at: now() }] {
                let refused = reserve(Uploader { standing, ..uploader() }, is_limited);
                assert_eq!(refused, Err(MediaRefusal::Suspended));
            }
        }
    }

    #[test]
    fn nobody_uploads_without_end() {
        let hasty = |within_the_hour| Uploader { within_the_hour, ..uploader() };
        assert!(reserve(hasty(UPLOADS_AN_HOUR - 1), true).is_ok());
        assert_eq!(reserve(hasty(UPLOADS_AN_HOUR), true), Err(MediaRefusal::TooMany));
        assert!(reserve(hasty(UPLOADS_AN_HOUR), false).is_ok());
        let rich = |kept| Uploader { kept, ..uploader() };
        assert!(reserve(rich(MOST_KEPT - 1), true).is_ok());
        assert_eq!(reserve(rich(MOST_KEPT), true), Err(MediaRefusal::Full));
        assert!(reserve(rich(MOST_KEPT), false).is_ok());
    }

    #[test]
    fn what_nobody_needs_is_an_hour_or_a_week_old() {
        let leftovers = Leftovers::by(now());
        assert_eq!(now() - leftovers.unfinished_before, TimeDelta::hours(1));
        assert_eq!(now() - leftovers.unused_before, TimeDelta::days(7));
    }
}
