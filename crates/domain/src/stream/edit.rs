//! What owners change about their shows.

use chrono::{DateTime, Utc};

use super::{
    Stream, StreamContext, StreamDescription, StreamRefusal, StreamState, StreamTitle, Transition,
    announce::beginning,
};
use crate::{
    edit::{Change, Expected},
    id::{MediaId, UserId},
    media::{Picture, shown},
    product::Category,
    text::WebUrl,
    violation::Violations,
};

/// What an owner wants to be different, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamPatch {
    /// Cannot be cleared.
    pub title: Change<String>,
    /// See [`Stream::description`].
    pub description: Change<String>,
    /// Cannot be cleared.
    pub category: Change<Category>,
    /// Until it begins; cannot be cleared.
    pub scheduled_at: Change<DateTime<Utc>>,
    /// See [`Stream::thumbnail_url`].
    pub thumbnail_url: Change<String>,
    /// See [`Stream::stream_url`].
    pub stream_url: Change<String>,
    /// Once it has begun.
    pub recording_url: Change<String>,
}

/// A change that was found good.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamChange {
    title: Option<StreamTitle>,
    description: Change<StreamDescription>,
    category: Option<Category>,
    scheduled_at: Option<DateTime<Utc>>,
    thumbnail_url: Change<Picture>,
    stream_url: Change<WebUrl>,
    recording_url: Change<WebUrl>,
}

impl StreamChange {
    /// Checks every field and names all that are wrong.
    pub fn check(patch: StreamPatch, now: DateTime<Utc>) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let url = |change: Change<String>| change.check(|text| WebUrl::parse(&text));
        let title = patch.title.check(|text| StreamTitle::parse(&text)).and_then(Change::never_empty);
        let title = wrong.keep("title", title);
        let description = patch.description.check(|text| StreamDescription::parse(&text));
        let description = wrong.keep("description", description);
        let category = wrong.keep("category", patch.category.never_empty());
        let scheduled_at = patch.scheduled_at.check(|at| beginning(at, now)).and_then(Change::never_empty);
        let scheduled_at = wrong.keep("scheduled_at", scheduled_at);
        let thumbnail = patch.thumbnail_url.check(|text| Picture::anywhere(&text));
        let thumbnail_url = wrong.keep("thumbnail_url", thumbnail);
        let stream_url = wrong.keep("stream_url", url(patch.stream_url));
        let recording_url = wrong.keep("recording_url", url(patch.recording_url));
        let whole = (|| {
            Some(Self {
                title: title?,
                description: description?,
                category: category?,
                scheduled_at: scheduled_at?,
                thumbnail_url: thumbnail_url?,
                stream_url: stream_url?,
                recording_url: recording_url?,
            })
        })();
        wrong.or_else(whole)
    }

    /// Which picture of ours it shows, with the field that names it.
    pub fn media(&self) -> Vec<(String, MediaId)> {
        shown(&[], if let Change::Set(thumbnail) = &self.thumbnail_url { Some(thumbnail) } else { None })
    }
}

impl StreamContext {
    /// Makes the change, if the show is still what it was made for.
    pub fn change(
        self,
        by: UserId,
        change: StreamChange,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Transition, StreamRefusal> {
        let before = self.driven_by(by)?;
        if !expected.allows(before.version()) {
            return Err(StreamRefusal::Stale);
        }
        let is_recorded = change.recording_url != Change::Keep;
        match before.state {
            StreamState::Scheduled if is_recorded => return Err(StreamRefusal::NotBegun),
            StreamState::Live { .. } | StreamState::Ended { .. } if change.scheduled_at.is_some() => {
                return Err(StreamRefusal::Begun);
            }
            StreamState::Cancelled => return Err(StreamRefusal::Cancelled),
            StreamState::Scheduled | StreamState::Live { .. } | StreamState::Ended { .. } => {}
        }
        let after = Stream {
            title: change.title.unwrap_or_else(|| before.title.clone()),
            description: change.description.of(before.description.clone()),
            category: change.category.unwrap_or(before.category),
            scheduled_at: change.scheduled_at.unwrap_or(before.scheduled_at),
            thumbnail_url: change.thumbnail_url.of(before.thumbnail_url.clone()),
            stream_url: change.stream_url.of(before.stream_url.clone()),
            recording_url: change.recording_url.of(before.recording_url.clone()),
            ..before.clone()
        };
        let stream = if after == before { before } else { after.changed(now) };
        Ok(Transition { stream, events: vec![] })
    }
}
