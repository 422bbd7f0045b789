//! Shows, against mocked ports.

use chrono::TimeDelta;
use souk_domain::{
    edit::Change,
    session::Pseudonym,
    stream::{
        Author, IngestContext, IngestHash, IngestRefusal, PlaybackUrl, PublisherId, StreamState,
        StreamStatus, Watched,
    },
    user::Standing,
};
use souk_ports::{
    session::MockPseudonyms,
    stream::{IngestKey, MockAudienceRepository, MockIngestKeys, MockIngestRepository, MockStreamRepository},
};
use souk_testkit::{build, fixed};

use super::*;
use crate::media::tests::only;

const ADA: u128 = 1;

fn window() -> AudienceWindow {
    AudienceWindow::new(TimeDelta::seconds(45))
}

fn streams(repository: MockStreamRepository, audience: MockAudienceRepository) -> Streams {
    let mut pseudonyms = MockPseudonyms::new();
    pseudonyms.expect_of().returning(|name| {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(name.bytes().rev()).for_each(|(byte, of)| *byte = of);
        Pseudonym(bytes)
    });
    Streams::new(
        Arc::new(repository),
        Arc::new(audience),
        Arc::new(pseudonyms),
        window(),
        only(build::user_id(ADA), build::media_id(1)),
        Arc::new(fixed::FixedClock),
        Arc::new(fixed::CountingIds::default()),
    )
}

fn form() -> StreamForm {
    StreamForm { title: "Sale".to_owned(), ..build::stream_form() }
}

/// A store that asks the rule about a show in this state.
fn store(state: StreamState) -> MockStreamRepository {
    let mut repository = MockStreamRepository::new();
    repository.expect_change().times(1).returning(move |id, decide| {
        let stream = Stream { id, state, ..build::stream(7, build::user_id(ADA)) };
        let show = StreamContext { stream, standing: Standing::Active };
        decide(show).map(|transition| transition.stream).map_err(DecideError::Refused)
    });
    repository
}

fn refused<T: std::fmt::Debug>(result: Result<T, StreamError>) -> StreamRefusal {
    let error = result.unwrap_err();
    let StreamError::Decide(DecideError::Refused(refusal)) = error else { panic!("{error}") };
    refusal
}

#[tokio::test]
async fn what_is_announced_is_what_the_rule_decided() {
    let mut repository = MockStreamRepository::new();
    repository.expect_schedule().times(1).returning(|owner, decide, _| {
        let broadcaster = Broadcaster { id: owner, standing: Standing::Active };
        decide(broadcaster).map(|transition| transition.stream).map_err(DecideError::Refused)
    });
    let streams = streams(repository, MockAudienceRepository::new());
    let stream = streams.schedule(build::user_id(ADA), form(), None).await.unwrap();
    assert_eq!((stream.id, stream.owner), (build::stream_id(1), build::user_id(ADA)));
    assert_eq!((stream.state, stream.scheduled_at), (StreamState::Scheduled, fixed::now()));
    let late = StreamForm { scheduled_at: Some(fixed::now()), ..form() };
    let refused = streams.schedule(build::user_id(ADA), late, None).await;
    assert!(matches!(refused, Err(StreamError::Invalid(_))), "before the store is asked");
}

#[tokio::test]
async fn a_show_has_a_picture_of_its_owners_only() {
    let (ada, id) = (build::user_id(ADA), build::stream_id(7));
    let mut repository = MockStreamRepository::new();
    repository.expect_schedule().times(1).returning(|owner, decide, _| {
        let broadcaster = Broadcaster { id: owner, standing: Standing::Active };
        decide(broadcaster).map(|transition| transition.stream).map_err(DecideError::Refused)
    });
    let streams = streams(repository, MockAudienceRepository::new());
    let with = |n| StreamForm { thumbnail_url: Some(build::media_id(n).to_string()), ..form() };
    let stream = streams.schedule(ada, with(1), None).await.unwrap();
    assert_eq!(stream.thumbnail_url.and_then(|picture| picture.own()), Some(build::media_id(1)));

    let patch = |n: u128| StreamPatch {
        thumbnail_url: Change::Set(build::media_id(n).to_string()),
        ..StreamPatch::default()
    };
    let scheduled = streams.schedule(ada, with(2), None).await;
    let changed = streams.change(ada, id, patch(2), &Expected::Any).await;
    for refused in [scheduled, changed] {
        let Err(StreamError::Invalid(wrong)) = refused else {
            panic!("before the store is asked: {refused:?}")
        };
        let wrong: Vec<_> = wrong.iter().map(|one| (one.field.as_ref(), one.code)).collect();
        assert_eq!(wrong, [("thumbnail_url", "unknown_media")]);
    }
}

#[tokio::test]
async fn a_show_is_driven_by_its_rule_at_the_present_moment() {
    let none = MockAudienceRepository::new;
    let (ada, id) = (build::user_id(ADA), build::stream_id(7));
    let live = StreamState::Live { since: fixed::now() };
    let started = streams(store(StreamState::Scheduled), none()).start(ada, id).await.unwrap();
    assert_eq!(started.state, live);
    let ended = streams(store(live), none()).end(ada, id, Some("https://example.com/1.mp4")).await.unwrap();
    assert_eq!(ended.state, StreamState::Ended { since: fixed::now(), at: fixed::now() });
    assert!(ended.recording_url.is_some());
    let cancelled = streams(store(StreamState::Scheduled), none()).cancel(ada, id).await.unwrap();
    assert_eq!(cancelled.state, StreamState::Cancelled);
    assert_eq!(refused(streams(store(live), none()).start(ada, id).await), StreamRefusal::AlreadyLive);
    assert_eq!(refused(streams(store(live), none()).cancel(ada, id).await), StreamRefusal::Begun);
    let bob = build::user_id(2);
    assert_eq!(refused(streams(store(live), none()).end(bob, id, None).await), StreamRefusal::NotOwner);
    let bad = streams(MockStreamRepository::new(), none()).end(ada, id, Some("ftp://x")).await;
    assert!(matches!(bad, Err(StreamError::Invalid(_))), "before the store is asked");
}

#[tokio::test]
async fn whoever_watches_is_known_by_a_pseudonym_and_hears_how_many_do() {
    let watching = |status| {
        let mut audience = MockAudienceRepository::new();
        audience
            .expect_heartbeat()
            .withf(|_, viewer, of, now| viewer.0[0] == b'1' && *of == window() && *now == fixed::now())
            .returning(move |_, _, _, _| Ok(Some(Watched { status, viewers: 3 })));
        streams(MockStreamRepository::new(), audience)
    };
    // The name ends in the person's id, and so in 1.
    let (spectator, id) = (Spectator::Person(build::user_id(ADA)), build::stream_id(7));
    assert_eq!(watching(StreamStatus::Live).heartbeat(spectator, id).await, Ok(3));
    let over = watching(StreamStatus::Ended).heartbeat(spectator, id).await;
    assert_eq!(refused(over), StreamRefusal::NotLive);
    let mut audience = MockAudienceRepository::new();
    audience.expect_heartbeat().returning(|_, _, _, _| Ok(None));
    let missing = streams(MockStreamRepository::new(), audience).heartbeat(spectator, id).await;
    assert_eq!(missing, Err(StreamError::Decide(DecideError::NotFound)));
}

#[tokio::test]
async fn the_blocked_neither_like_nor_talk_but_may_take_back() {
    let participant =
        |user| Participant { user, standing: Standing::Active, owner: build::user_id(ADA), is_blocked: true };
    let mut audience = MockAudienceRepository::new();
    audience
        .expect_like()
        .returning(move |_, user, _, decide| decide(participant(user)).map_err(DecideError::Refused));
    audience
        .expect_unlike()
        .returning(move |_, user, decide| decide(participant(user)).map_err(DecideError::Refused));
    audience
        .expect_share()
        .returning(move |_, user, _, decide| decide(participant(user)).map_err(DecideError::Refused));
    audience.expect_comment().returning(move |_, user, decide, _| {
        let author = Author {
            id: user,
            username: build::user(2, "bob").username,
            display_name: build::user(2, "bob").display_name,
            avatar_url: None,
        };
        let context = CommentContext {
            participant: participant(user),
            author,
            status: StreamStatus::Live,
            earliest_that_counts: None,
        };
        decide(context).map_err(DecideError::Refused)
    });
    let streams = streams(MockStreamRepository::new(), audience);
    let (bob, id) = (build::user_id(2), build::stream_id(7));
    assert_eq!(refused(streams.like(bob, id).await), StreamRefusal::Blocked);
    assert_eq!(refused(streams.share(bob, id).await), StreamRefusal::Blocked);
    assert_eq!(streams.unlike(bob, id).await, Ok(()));
    let comment = streams.comment(bob, id, "Nice", None).await;
    let refusal = CommentRefusal::Stream(StreamRefusal::Blocked);
    assert_eq!(comment, Err(CommentError::Decide(DecideError::Refused(refusal))));
    for bad in ["", " ", &"x".repeat(501), "two\nlines"] {
        assert!(matches!(streams.comment(bob, id, bad, None).await, Err(CommentError::Invalid(_))), "{bad}");
    }
}

fn ingest(repository: MockIngestRepository) -> Ingest {
    let mut keys = MockIngestKeys::new();
    let key = IngestKey { key: "secret".to_owned(), hash: IngestHash([1; 32]) };
    keys.expect_issue().returning(move || Ok(key.clone()));
    keys.expect_parse().returning(|key| (key == "secret").then_some(IngestHash([1; 32])));
    Ingest::new(
        Arc::new(repository),
        Arc::new(keys),
        Arc::new(fixed::FixedClock),
        "rtmp://ingest.example.com/live".to_owned(),
        PlaybackUrl::parse("https://live.example.com/{id}.m3u8").ok(),
    )
}

#[tokio::test]
async fn a_key_is_told_behind_a_question_mark_and_only_its_hash_is_kept() {
    let mut repository = MockIngestRepository::new();
    repository.expect_put_key().withf(|_, hash, _, _| hash.0 == [1; 32]).returning(|id, _, _, decide| {
        let stream = Stream { id, ..build::stream(7, build::user_id(ADA)) };
        decide(StreamContext { stream, standing: Standing::Active }).map_err(DecideError::Refused)
    });
    let ingest = ingest(repository);
    let issued = ingest.issue_key(build::user_id(ADA), build::stream_id(7)).await.unwrap();
    assert_eq!(issued.server, "rtmp://ingest.example.com/live");
    assert_eq!(issued.name, "00000000-0000-0000-0000-000000000007?key=secret");
    let refusal = ingest.issue_key(build::user_id(2), build::stream_id(7)).await.map(|_| ());
    assert_eq!(refused(refusal), StreamRefusal::NotOwner);
}

#[tokio::test]
async fn video_starts_the_show_and_a_show_that_is_not_there_looks_like_a_wrong_key() {
    let mut repository = MockIngestRepository::new();
    repository.expect_ingest().returning(|id, _, decide| {
        if id != build::stream_id(7) {
            return Err(DecideError::NotFound);
        }
        let show =
            StreamContext { stream: build::stream(7, build::user_id(ADA)), standing: Standing::Active };
        let context = IngestContext { show, key: Some(IngestHash([1; 32])), publisher: None };
        let decision = decide(context).map_err(DecideError::Refused)?;
        let stream = decision.transition.expect("it starts").stream;
        assert_eq!(stream.state, StreamState::Live { since: fixed::now() });
        assert!(stream.stream_url.is_some_and(|url| url.as_ref().ends_with("0007.m3u8")));
        Ok(())
    });
    let ingest = ingest(repository);
    let publisher = || PublisherId::parse("5").unwrap();
    assert_eq!(ingest.publish(build::stream_id(7), "secret", publisher()).await, Ok(()));
    for (id, key) in [(7, "guess"), (8, "secret")] {
        let refused = ingest.publish(build::stream_id(id), key, publisher()).await;
        assert_eq!(refused, Err(IngestError::Refused(IngestRefusal::WrongKey)));
    }
    let refused = ingest.unpublish(build::stream_id(8), "secret", publisher()).await;
    assert_eq!(refused, Err(IngestError::Refused(IngestRefusal::WrongKey)));
}

#[tokio::test(start_paused = true)]
async fn a_count_that_fails_does_not_end_the_counting() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut audience = MockAudienceRepository::new();
    audience.expect_count_viewers().withf(|of, now| *of == window() && *now == fixed::now()).returning(
        move |_, _| {
            tell.send(()).unwrap();
            Err(PortError::Unavailable("away".to_owned()))
        },
    );
    let stop = async move {
        told.recv().await;
        told.recv().await;
    };
    let head_count = HeadCount::new(Arc::new(audience), window(), Arc::new(fixed::FixedClock));
    head_count.run(std::time::Duration::from_secs(5), stop).await;
}
