//! Announcing a show: the form its owner fills in, and what becomes of it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Stream, StreamCounts, StreamDescription, StreamRefusal, StreamState, StreamTitle, Transition};
use crate::{
    id::{MediaId, StreamId, UserId},
    media::{Picture, shown},
    product::Category,
    text::WebUrl,
    user::Standing,
    violation::{Fault, Violations},
};

/// How far ahead a show can be announced (rule 15).
const AHEAD: TimeDelta = TimeDelta::days(90);

/// What an owner fills in, unchecked but for the closed sets of words.
#[derive(Clone, Debug)]
pub struct StreamForm {
    /// Required.
    pub title: String,
    /// May be empty.
    pub description: Option<String>,
    /// Required.
    pub category: Category,
    /// When it begins; at once when left out.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// A picture for lists.
    pub thumbnail_url: Option<String>,
    /// Where it can be watched.
    pub stream_url: Option<String>,
}

/// A form that was found good.
#[derive(Clone, Debug, PartialEq)]
pub struct Announcement {
    title: StreamTitle,
    description: Option<StreamDescription>,
    category: Category,
    scheduled_at: DateTime<Utc>,
    thumbnail_url: Option<Picture>,
    stream_url: Option<WebUrl>,
}

/// The owner's account as it stands when the show is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broadcaster {
    /// Whose show it will be.
    pub id: UserId,
    /// Whether the account may act.
    pub standing: Standing,
}

/// A time at which a show can begin: in the future, at most 90 days ahead.
pub(super) fn beginning(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    if at <= now {
        Err(Fault::new("out_of_range", "Must lie in the future; leave it out to begin at once."))
    } else if at > now + AHEAD {
        Err(Fault::new("out_of_range", "Must be at most 90 days ahead."))
    } else {
        Ok(at)
    }
}

impl Announcement {
    /// Checks every field and names all that are wrong.
    pub fn check(form: &StreamForm, now: DateTime<Utc>) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let title = wrong.keep("title", StreamTitle::parse(&form.title));
        let description =
            wrong.keep_optional("description", form.description.as_deref().map(StreamDescription::parse));
        let scheduled_at = form.scheduled_at.map_or(Ok(now), |at| beginning(at, now));
        let scheduled_at = wrong.keep("scheduled_at", scheduled_at);
        let thumbnail_url =
            wrong.keep_optional("thumbnail_url", form.thumbnail_url.as_deref().map(Picture::anywhere));
        let stream_url = wrong.keep_optional("stream_url", form.stream_url.as_deref().map(WebUrl::parse));
        let whole = (|| {
            Some(Self {
                title: title?,
                description,
                category: form.category,
                scheduled_at: scheduled_at?,
                thumbnail_url,
                stream_url,
            })
        })();
        wrong.or_else(whole)
    }

    /// Which picture of ours it shows, with the field that names it.
    pub fn media(&self) -> Vec<(String, MediaId)> {
        shown(&[], self.thumbnail_url.as_ref())
    }

    /// Announces the show.
    pub fn schedule(
        self,
        id: StreamId,
        broadcaster: Broadcaster,
        now: DateTime<Utc>,
    ) -> Result<Transition, StreamRefusal> {
        if !broadcaster.standing.may_act() {
            return Err(StreamRefusal::Suspended);
        }
        let stream = Stream {
            id,
            owner: broadcaster.id,
            title: self.title,
            description: self.description,
            category: self.category,
            thumbnail_url: self.thumbnail_url,
            stream_url: self.stream_url,
            recording_url: None,
            scheduled_at: self.scheduled_at,
            state: StreamState::Scheduled,
            counts: StreamCounts::default(),
            created_at: now,
            updated_at: now,
        };
        Ok(stream.told())
    }
}
