//! Shows: announcing them, driving them, and what is asked of them.

mod turns;

use uuid::Uuid;

use super::*;
use crate::{
    contact::Username,
    edit::{Change, Expected},
    event::Fact,
    id::{CommentId, MediaId},
    media::Picture,
    user::{DisplayName, Standing},
};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn later(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

fn person(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn ada() -> UserId {
    person(1)
}

fn bob() -> UserId {
    person(2)
}

fn form() -> StreamForm {
    StreamForm {
        title: "Sneaker sale".to_owned(),
        description: None,
        category: Category::Sneakers,
        scheduled_at: None,
        thumbnail_url: None,
        stream_url: None,
    }
}

fn announced() -> Stream {
    let id = StreamId::from_uuid(Uuid::from_u128(7));
    let broadcaster = Broadcaster { id: ada(), standing: Standing::Active };
    Announcement::check(&form(), now()).unwrap().schedule(id, broadcaster, now()).unwrap().stream
}

fn context(stream: Stream) -> StreamContext {
    StreamContext { stream, standing: Standing::Active }
}

fn live() -> Stream {
    context(announced()).start(ada(), now()).unwrap().stream
}

fn faults(form: &StreamForm) -> Vec<String> {
    let wrong = Announcement::check(form, now()).unwrap_err();
    wrong.iter().map(|wrong| format!("{} {}", wrong.field, wrong.code)).collect()
}

#[test]
fn a_show_begins_in_the_future_and_at_most_90_days_ahead() {
    let at = |at| StreamForm { scheduled_at: Some(at), ..form() };
    let second = TimeDelta::seconds(1);
    for good in [now() + second, now() + TimeDelta::days(90)] {
        assert!(Announcement::check(&at(good), now()).is_ok(), "{good}");
    }
    for bad in [now(), now() - second, now() + TimeDelta::days(90) + second, DateTime::<Utc>::MAX_UTC] {
        assert_eq!(faults(&at(bad)), ["scheduled_at out_of_range"], "{bad}");
    }
    assert_eq!(announced().scheduled_at, now(), "left out, it can begin at once");
}

#[test]
fn everything_wrong_with_an_announcement_is_named_at_once() {
    let wrong = StreamForm {
        title: " ".to_owned(),
        description: Some("x".repeat(5001)),
        scheduled_at: Some(now()),
        thumbnail_url: Some("javascript:alert(1)".to_owned()),
        stream_url: Some("rtmp://example.com/live/7?key=secret".to_owned()),
        ..form()
    };
    assert_eq!(
        faults(&wrong),
        [
            "title required",
            "description too_long",
            "scheduled_at out_of_range",
            "thumbnail_url invalid_format",
            "stream_url invalid_format"
        ]
    );
}

#[test]
fn a_show_has_a_picture_of_ours() {
    let id = MediaId::from_uuid("0190163d-8694-739b-aea5-966c26f8ad91".parse().unwrap());
    let named = vec![("thumbnail_url".to_owned(), id)];
    for name in [id.to_string(), format!("https://souk.example/media/{id}/thumbnail")] {
        let thumbnail_url = Some(name.clone());
        let announcement = Announcement::check(&StreamForm { thumbnail_url, ..form() }, now()).unwrap();
        assert_eq!(announcement.media(), named);
        let patch = StreamPatch { thumbnail_url: Change::Set(name), ..StreamPatch::default() };
        let change = StreamChange::check(patch, now()).unwrap();
        assert_eq!(change.media(), named);
        let Transition { stream, .. } =
            context(announced()).change(ada(), change, &Expected::Any, now()).unwrap();
        assert_eq!(stream.thumbnail_url, Some(Picture::Own(id)));
    }
    let cleared = StreamPatch { thumbnail_url: Change::Clear, ..StreamPatch::default() };
    assert_eq!(StreamChange::check(cleared, now()).unwrap().media(), []);
    let patch = StreamPatch {
        thumbnail_url: Change::Set("https://example.com/1.jpg".to_owned()),
        ..StreamPatch::default()
    };
    assert_eq!(StreamChange::check(patch, now()).unwrap().media(), [], "it is elsewhere");
}

#[test]
fn only_an_active_owner_drives_a_show() {
    for standing in [Standing::Suspended, Standing::Banned, Standing::Deleted { at: now() }] {
        let broadcaster = Broadcaster { id: ada(), standing };
        let announced_by = Announcement::check(&form(), now()).unwrap();
        let announced_by = announced_by.schedule(announced().id, broadcaster, now());
        assert_eq!(announced_by.unwrap_err(), StreamRefusal::Suspended);
        let suspended = StreamContext { stream: announced(), standing };
        assert_eq!(suspended.start(ada(), now()).unwrap_err(), StreamRefusal::Suspended);
    }
    assert_eq!(context(announced()).start(bob(), now()).unwrap_err(), StreamRefusal::NotOwner);
    assert_eq!(context(announced()).cancel(bob(), now()).unwrap_err(), StreamRefusal::NotOwner);
    assert_eq!(context(live()).end(bob(), None, now()).unwrap_err(), StreamRefusal::NotOwner);
    assert_eq!(context(live()).may_have_key(bob(), now()).unwrap_err(), StreamRefusal::NotOwner);
}

#[test]
fn each_turn_is_told_to_the_owner() {
    let started = context(announced()).start(ada(), later(1)).unwrap();
    let ended = context(started.stream.clone()).end(ada(), None, later(2)).unwrap();
    let cancelled = context(announced()).cancel(ada(), later(1)).unwrap();
    for (transition, kind) in [
        (announced().told(), "stream.scheduled"),
        (started, "stream.started"),
        (ended, "stream.ended"),
        (cancelled, "stream.cancelled"),
    ] {
        let [event] = &*transition.events else { panic!("one event each") };
        assert_eq!(crate::slug::Slug::slug(event.fact.kind()), kind);
        assert_eq!(event.audience, [ada()]);
        assert_eq!(event.at, transition.stream.updated_at);
    }
}

#[test]
fn a_show_goes_on_for_two_hours_after_it_ended_to_the_microsecond() {
    let ended = context(live()).end(ada(), None, later(10)).unwrap().stream;
    let last = later(10) + RESUMABLE_FOR;
    let resumed = context(ended.clone()).start(ada(), last).unwrap().stream;
    assert_eq!(resumed.state, StreamState::Live { since: now() }, "it is the same show");
    let too_late = context(ended).start(ada(), last + TimeDelta::microseconds(1));
    assert_eq!(too_late.unwrap_err(), StreamRefusal::Over);
}

#[test]
fn a_recording_is_named_at_the_end_or_later_and_survives_a_resumption() {
    let url = WebUrl::parse("https://example.com/1.mp4").unwrap();
    let ended = context(live()).end(ada(), Some(url.clone()), later(1)).unwrap().stream;
    assert_eq!(ended.recording_url, Some(url.clone()));
    let again = context(ended).start(ada(), later(2)).unwrap().stream;
    let ended = context(again).end(ada(), None, later(3)).unwrap().stream;
    assert_eq!(ended.recording_url, Some(url.clone()));
    let patch = |recording_url| StreamPatch { recording_url, ..StreamPatch::default() };
    let named =
        StreamChange::check(patch(Change::Set("https://example.com/2.mp4".to_owned())), now()).unwrap();
    let change = |stream, change| context(stream).change(ada(), change, &Expected::Any, later(4));
    assert_eq!(change(announced(), named.clone()).unwrap_err(), StreamRefusal::NotBegun);
    assert_eq!(
        change(ended, named).unwrap().stream.recording_url.unwrap().as_ref(),
        "https://example.com/2.mp4"
    );
}

#[test]
fn a_change_is_made_to_what_was_seen_and_nothing_else() {
    let retitled = StreamPatch { title: Change::Set("Sale".to_owned()), ..StreamPatch::default() };
    let retitled = StreamChange::check(retitled, now()).unwrap();
    let expected = Expected::OneOf(vec![announced().version()]);
    let changed = context(announced()).change(ada(), retitled.clone(), &expected, now()).unwrap().stream;
    assert_eq!(changed.title.as_ref(), "Sale");
    assert!(changed.version() > announced().version(), "even though the clock stands still");
    let stale = context(changed.clone()).change(ada(), retitled.clone(), &expected, now());
    assert_eq!(stale.unwrap_err(), StreamRefusal::Stale);
    let same = context(changed.clone()).change(ada(), retitled, &Expected::Any, later(1)).unwrap().stream;
    assert_eq!(same, changed, "what changes nothing makes no version");
}

#[test]
fn what_has_begun_cannot_be_moved_and_what_was_cancelled_stays_as_it_is() {
    let moved = StreamPatch { scheduled_at: Change::Set(later(5)), ..StreamPatch::default() };
    let moved = StreamChange::check(moved, now()).unwrap();
    let change = |stream| context(stream).change(ada(), moved.clone(), &Expected::Any, later(1));
    assert_eq!(change(announced()).unwrap().stream.scheduled_at, later(5));
    assert_eq!(change(live()).unwrap_err(), StreamRefusal::Begun);
    let cancelled = context(announced()).cancel(ada(), now()).unwrap().stream;
    assert_eq!(change(cancelled).unwrap_err(), StreamRefusal::Cancelled);
    for cleared in [
        StreamPatch { title: Change::Clear, ..StreamPatch::default() },
        StreamPatch { category: Change::Clear, ..StreamPatch::default() },
        StreamPatch { scheduled_at: Change::Clear, ..StreamPatch::default() },
    ] {
        let wrong = StreamChange::check(cleared, now()).unwrap_err();
        assert_eq!(wrong.iter().map(|wrong| wrong.code).collect::<Vec<_>>(), ["required"]);
    }
}

#[test]
fn only_what_is_on_air_is_watched() {
    let watched = |status| Watched { status, viewers: 3 }.viewers();
    assert_eq!(watched(StreamStatus::Live), Ok(3));
    for status in [StreamStatus::Scheduled, StreamStatus::Ended, StreamStatus::Cancelled] {
        assert_eq!(watched(status), Err(StreamRefusal::NotLive));
    }
    let counts = StreamCounts { left: 5, present: 3, ..StreamCounts::default() };
    assert_eq!(Stream { counts, ..live() }.viewers(), 3);
    let ended = Stream { counts, ..context(live()).end(ada(), None, now()).unwrap().stream };
    assert_eq!((ended.viewers(), ended.views()), (0, 8));
}

#[test]
fn a_window_is_refreshed_in_quarters_of_ten_seconds_at_most() {
    let window = |seconds| AudienceWindow::new(TimeDelta::seconds(seconds));
    assert_eq!(window(45).gone_by(now()), now() - TimeDelta::seconds(45));
    assert_eq!(window(45).stale_by(now()), now() - TimeDelta::seconds(10));
    assert_eq!(window(4).stale_by(now()), now() - TimeDelta::seconds(1));
    assert_eq!(window(-1).gone_by(now()), now());
}

#[test]
fn nobody_is_taken_for_somebody_else_and_nothing_leads_from_one_show_to_another() {
    let network = |address: &str| Some(crate::session::Network::of(address.parse().unwrap()));
    let show = |n| StreamId::from_uuid(Uuid::from_u128(n));
    let spectators = [
        Spectator::Person(ada()),
        Spectator::Person(bob()),
        Spectator::Guest(network("192.0.2.1")),
        Spectator::Guest(network("2001:db8::1")),
        Spectator::Guest(None),
    ];
    let names: std::collections::HashSet<_> =
        spectators.iter().flat_map(|spectator| [spectator.name(show(1)), spectator.name(show(2))]).collect();
    assert_eq!(names.len(), 10);
}

fn guest() -> Participant {
    Participant { user: bob(), standing: Standing::Active, owner: ada(), is_blocked: false }
}

#[test]
fn the_suspended_and_the_blocked_take_no_part_but_may_take_back() {
    assert_eq!(guest().may_take_part(), Ok(()));
    let blocked = Participant { is_blocked: true, ..guest() };
    assert_eq!(blocked.may_take_part(), Err(StreamRefusal::Blocked));
    assert_eq!(blocked.may_withdraw(), Ok(()));
    let suspended = Participant { standing: Standing::Suspended, ..guest() };
    assert_eq!(suspended.may_take_part(), Err(StreamRefusal::Suspended));
    assert_eq!(suspended.may_withdraw(), Err(StreamRefusal::Suspended));
}

fn said(context: CommentContext) -> Result<Comment, CommentRefusal> {
    let id = CommentId::from_uuid(Uuid::from_u128(9));
    context.comment(id, announced().id, CommentText::parse("Nice").unwrap(), now())
}

fn comment_context() -> CommentContext {
    CommentContext {
        participant: guest(),
        author: Author {
            id: bob(),
            username: Username::stored("bob".to_owned()),
            display_name: DisplayName::stored("Bob".to_owned()),
            avatar_url: None,
        },
        status: StreamStatus::Live,
        earliest_that_counts: None,
    }
}

#[test]
fn something_is_said_while_the_show_is_live_and_not_too_often() {
    assert_eq!(said(comment_context()).unwrap().created_at, now());
    for status in [StreamStatus::Scheduled, StreamStatus::Ended, StreamStatus::Cancelled] {
        let refusal = CommentRefusal::Stream(StreamRefusal::NotLive);
        assert_eq!(said(CommentContext { status, ..comment_context() }).unwrap_err(), refusal);
    }
    let ago = |seconds| Some(now() - TimeDelta::seconds(seconds));
    let busy = CommentContext { earliest_that_counts: ago(45), ..comment_context() };
    assert_eq!(said(busy).unwrap_err(), CommentRefusal::TooMany { wait: TimeDelta::seconds(15) });
    assert!(said(CommentContext { earliest_that_counts: ago(60), ..comment_context() }).is_ok());
}

#[test]
fn what_was_said_is_taken_away_by_who_said_it_or_the_owner() {
    let by = |n| CommentRemoval { participant: Participant { user: person(n), ..guest() }, author: bob() };
    assert_eq!(by(1).may_remove(), Ok(()));
    assert_eq!(by(2).may_remove(), Ok(()));
    assert_eq!(by(3).may_remove(), Err(CommentRefusal::NotYours));
}

fn publisher(key: u8, id: &str) -> Publisher {
    Publisher { hash: IngestHash([key; 32]), id: PublisherId::parse(id).unwrap() }
}

fn ingest(stream: Stream, publisher: Option<Publisher>) -> IngestContext {
    IngestContext { show: context(stream), key: Some(IngestHash([1; 32])), publisher }
}

#[test]
fn video_under_the_right_key_starts_the_show_and_its_end_ends_it() {
    let playback = PlaybackUrl::parse("https://live.example.com/{id}.m3u8").unwrap();
    let started = ingest(announced(), None).publish(publisher(1, "5"), Some(&playback), later(1)).unwrap();
    assert_eq!(started.publisher, Some(publisher(1, "5")));
    let transition = started.transition.unwrap();
    assert!(matches!(transition.events.as_slice(), [event] if matches!(event.fact, Fact::StreamStarted(_))));
    let on_air = transition.stream;
    assert_eq!(on_air.state, StreamState::Live { since: later(1) });
    assert_eq!(
        on_air.stream_url.clone().unwrap().as_ref(),
        "https://live.example.com/00000000-0000-0000-0000-000000000007.m3u8"
    );
    let ended = ingest(on_air, started.publisher).unpublish(&publisher(1, "5"), later(2)).unwrap();
    assert_eq!(ended.publisher, None);
    assert_eq!(ended.transition.unwrap().stream.state, StreamState::Ended { since: later(1), at: later(2) });
}

#[test]
fn no_other_key_and_no_other_state_takes_video() {
    let refused =
        |context: IngestContext, key| context.publish(publisher(key, ""), None, later(1)).unwrap_err();
    assert_eq!(refused(ingest(announced(), None), 2), IngestRefusal::WrongKey);
    let without = IngestContext { key: None, ..ingest(announced(), None) };
    assert_eq!(refused(without, 1), IngestRefusal::WrongKey);
    let cancelled = context(announced()).cancel(ada(), now()).unwrap().stream;
    assert_eq!(refused(ingest(cancelled, None), 1), IngestRefusal::Stream(StreamRefusal::Cancelled));
    let mut suspended = ingest(announced(), None);
    suspended.show.standing = Standing::Suspended;
    assert_eq!(refused(suspended, 1), IngestRefusal::Stream(StreamRefusal::Suspended));
    let refusal = ingest(live(), None).unpublish(&publisher(2, ""), later(1)).unwrap_err();
    assert_eq!(refusal, IngestRefusal::WrongKey);
}

#[test]
fn a_connection_that_is_late_to_leave_ends_nothing() {
    let taken_over =
        ingest(live(), Some(publisher(1, "5"))).publish(publisher(1, "6"), None, later(1)).unwrap();
    assert_eq!((taken_over.transition, &taken_over.publisher), (None, &Some(publisher(1, "6"))));
    let late = ingest(live(), taken_over.publisher).unpublish(&publisher(1, "5"), later(2)).unwrap();
    assert_eq!((late.transition, late.publisher), (None, Some(publisher(1, "6"))));
}

#[test]
fn whoever_came_under_a_key_that_was_replaced_still_ends_the_show_on_leaving() {
    let rotated = IngestContext { key: Some(IngestHash([2; 32])), ..ingest(live(), Some(publisher(1, "5"))) };
    let left = rotated.unpublish(&publisher(1, "5"), later(1)).unwrap();
    assert!(left.transition.is_some());
}

#[test]
fn a_place_to_watch_says_where_the_id_goes() {
    for bad in ["https://live.example.com/show.m3u8", "rtmp://live.example.com/{id}", "{id}"] {
        assert_eq!(PlaybackUrl::parse(bad).unwrap_err().code, "invalid_format", "{bad}");
    }
}
