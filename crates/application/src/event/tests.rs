//! Following events: the hub, and resuming.

use souk_domain::{
    id::{SessionId, UserId},
    user::Role,
};
use souk_ports::event::{Batch, EventSink, EventSource, MockEventRepository};
use souk_testkit::{
    build::{session_id, user_id},
    fixed::{FixedClock, now},
};
use tokio::sync::mpsc;

use super::*;

const LIMITS: StreamLimits = StreamLimits { all: 3, of_one: 2 };
const SHORT: Duration = Duration::from_secs(15);

fn place(n: u8) -> EventPosition {
    EventPosition([n].as_slice().into())
}

fn actor(n: u128) -> Actor {
    Actor { user: user_id(n), session: session_id(n), role: Role::Both }
}

fn happening(n: u8, audience: &[UserId]) -> Happening {
    Happening {
        position: place(n),
        kind: "message.created".to_owned(),
        payload: "{}".to_owned(),
        audience: audience.to_vec(),
        at: now(),
    }
}

/// Event `n` for these people, and nothing else.
fn batch(n: u8, audience: &[UserId]) -> Batch {
    Batch { events: vec![Arc::new(happening(n, audience))], upto: place(n), is_gapless: true }
}

fn nothing(n: u8) -> Batch {
    Batch { events: vec![], upto: place(n), is_gapless: true }
}

/// A repository in which nobody's log-in has ended.
fn repository() -> MockEventRepository {
    let mut repository = MockEventRepository::new();
    repository.expect_list_ended().returning(|_, _| Ok(vec![]));
    repository
}

fn events(repository: MockEventRepository, hub: &Hub) -> Events {
    Events::new(Arc::new(repository), hub.clone(), Arc::new(FixedClock), TimeDelta::days(7))
}

fn later() -> DateTime<Utc> {
    now() + TimeDelta::minutes(15)
}

async fn next(following: &mut Following) -> Option<u8> {
    match following.next(SHORT).await {
        Some(Told::Event(event)) => event.position.0.first().copied(),
        other => panic!("{other:?}"),
    }
}

/// A hub that has read up to 1.
fn hub() -> Hub {
    let hub = Hub::new(LIMITS);
    hub.take(&nothing(1));
    hub
}

#[tokio::test(start_paused = true)]
async fn everybody_is_told_what_they_may_hear_of_and_nothing_else() {
    let hub = hub();
    let events = events(repository(), &hub);
    let mut ada = events.follow(actor(1), later(), None).await.unwrap();
    let mut bob = events.follow(actor(2), later(), None).await.unwrap();
    assert_eq!(ada.place(), &place(1));
    hub.take(&batch(2, &[user_id(1)]));
    hub.take(&batch(3, &[user_id(1), user_id(2)]));
    hub.take(&batch(4, &[user_id(9)]));
    assert_eq!(
        (next(&mut ada).await, next(&mut ada).await, next(&mut bob).await),
        (Some(2), Some(3), Some(3))
    );
    // What is not theirs shows only in how far they are.
    assert_eq!(ada.next(SHORT).await, Some(Told::Quiet(place(4))));
    assert_eq!(bob.place(), &place(3));
    assert_eq!(hub.reading(), HubReading { listeners: 2, told: 3, dropped: 0 });
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_is_read_page_by_page_and_then_the_rest_is_heard() {
    let hub = hub();
    let mut repository = repository();
    let full: Vec<_> = (0..PAGE).map(|_| happening(10, &[])).collect();
    repository
        .expect_list()
        .withf(|user, after, upto, oldest, limit| {
            *user == user_id(1)
                && (after == &place(0) || after == &place(10))
                && upto == &place(1)
                && *oldest == now() - TimeDelta::days(7)
                && *limit == PAGE
        })
        .times(2)
        .returning(move |_, after, _, _, _| {
            Ok(if after == &place(0) { full.clone() } else { vec![happening(11, &[])] })
        });
    let mut ada = events(repository, &hub).follow(actor(1), later(), Some(place(0))).await.unwrap();
    // Heard while the rest is still being read.
    hub.take(&batch(2, &[user_id(1)]));
    for _ in 0..PAGE {
        assert_eq!(next(&mut ada).await, Some(10));
    }
    assert_eq!((next(&mut ada).await, next(&mut ada).await), (Some(11), Some(2)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_behind_its_listener_catches_up_first() {
    let hub = hub();
    let mut repository = repository();
    repository.expect_list().returning(|_, _, upto, _, _| {
        if upto == &place(1) { Err(ReplayError::Ahead) } else { Ok(vec![happening(3, &[])]) }
    });
    let events = events(repository, &hub);
    let follow = tokio::spawn({
        let events = events.clone();
        async move { events.follow(actor(1), later(), Some(place(2))).await }
    });
    tokio::task::yield_now().await;
    hub.take(&nothing(4));
    let mut ada = follow.await.unwrap().unwrap();
    assert_eq!(next(&mut ada).await, Some(3));
    assert_eq!(hub.reading().listeners, 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_catch_up_or_has_not_begun_says_so() {
    let mut repository = repository();
    repository.expect_list().returning(|_, _, _, _, _| Err(ReplayError::Ahead));
    let hub = hub();
    let refused = events(repository, &hub).follow(actor(1), later(), Some(place(2))).await;
    assert!(matches!(refused, Err(FollowError::Port(PortError::Unavailable(_)))));
    assert_eq!(hub.reading().listeners, 0);
    let refused = events(self::repository(), &Hub::new(LIMITS)).follow(actor(1), later(), None).await;
    assert!(matches!(refused, Err(FollowError::Port(PortError::Unavailable(_)))));
}

#[tokio::test(start_paused = true)]
async fn positions_that_lead_nowhere_are_refused() {
    for (error, expected) in [
        (ReplayError::Unreadable, FollowError::UnreadablePosition),
        (ReplayError::Lost, FollowError::PositionLost),
    ] {
        let mut repository = repository();
        repository.expect_list().return_once(|_, _, _, _, _| Err(error));
        let refused = events(repository, &hub()).follow(actor(1), later(), Some(place(0))).await;
        assert_eq!(refused.err(), Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_room_for_so_many_of_one_account_and_of_all() {
    let hub = hub();
    let events = events(repository(), &hub);
    let follow = async |n| events.follow(actor(n), later(), None).await;
    let first = follow(1).await.unwrap();
    let _second = follow(1).await.unwrap();
    assert_eq!(follow(1).await.err(), Some(FollowError::TooMany));
    let _third = follow(2).await.unwrap();
    assert_eq!(follow(3).await.err(), Some(FollowError::Full));
    drop(first);
    assert!(follow(1).await.is_ok());
    assert_eq!(hub.reading().listeners, 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_too_slow_is_told_what_waited_and_then_nothing_more() {
    let hub = hub();
    let events = events(repository(), &hub);
    let mut ada = events.follow(actor(1), later(), None).await.unwrap();
    let mut bob = events.follow(actor(2), later(), None).await.unwrap();
    for _ in 0..256 {
        hub.take(&batch(2, &[user_id(1)]));
    }
    // One too many, and one for which there would be room again had it not been missed.
    hub.take(&batch(3, &[user_id(1)]));
    assert_eq!(next(&mut ada).await, Some(2));
    hub.take(&batch(4, &[user_id(1), user_id(2)]));
    for _ in 0..255 {
        assert_eq!(next(&mut ada).await, Some(2));
    }
    assert_eq!(ada.next(SHORT).await, None);
    assert_eq!(ada.place(), &place(2));
    assert_eq!(next(&mut bob).await, Some(4));
    assert_eq!(hub.reading().dropped, 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_gap_everybody_has_to_come_again() {
    let hub = hub();
    let events = events(repository(), &hub);
    let mut ada = events.follow(actor(1), later(), None).await.unwrap();
    hub.take(&Batch { events: vec![], upto: place(9), is_gapless: false });
    assert_eq!(ada.next(SHORT).await, None);
    assert_eq!(ada.place(), &place(1));
    let again = events.follow(actor(1), later(), None).await.unwrap();
    assert_eq!(again.place(), &place(9));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_anything_after_their_token_or_their_log_in() {
    let hub = hub();
    let mut repository = MockEventRepository::new();
    repository.expect_list_ended().returning(|sessions, _| {
        // Bob's has ended; Eve's does while she listens.
        let ended = |session: &&SessionId| {
            **session == session_id(2) || (sessions.len() > 1 && **session == session_id(3))
        };
        Ok(sessions.iter().filter(ended).copied().collect())
    });
    let events = events(repository, &hub);
    assert_eq!(events.follow(actor(2), later(), None).await.err(), Some(FollowError::SessionEnded));
    let mut ada = events.follow(actor(1), now() + TimeDelta::seconds(20), None).await.unwrap();
    let mut eve = events.follow(actor(3), later(), None).await.unwrap();
    let watch = tokio::spawn(events.clone().watch_over(SHORT, std::future::pending()));
    assert_eq!(ada.next(SHORT).await, Some(Told::Quiet(place(1))));
    assert_eq!(ada.next(SHORT).await, None);
    hub.take(&batch(2, &[user_id(1), user_id(3)]));
    assert_eq!(ada.next(SHORT).await, None);
    assert_eq!(eve.next(SHORT).await, None);
    watch.abort();
}

/// Tells what it was given, then waits.
struct Given(mpsc::UnboundedReceiver<Result<Batch, PortError>>);

#[async_trait::async_trait]
impl EventSource for Given {
    async fn next(&mut self) -> Result<Batch, PortError> {
        match self.0.recv().await {
            Some(next) => next,
            None => std::future::pending().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_relay_goes_on_after_a_failure_and_ends_when_asked() {
    let hub = Hub::new(LIMITS);
    let (give, given) = mpsc::unbounded_channel();
    let relay = Relay::new(Box::new(Given(given)), vec![Arc::new(hub.clone())], Arc::new(FixedClock));
    let reading = relay.reading();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(relay.run(async {
        let _ = stopped.await;
    }));
    give.send(Ok(nothing(1))).unwrap();
    let events = events(repository(), &hub);
    let mut ada = events.follow(actor(1), later(), None).await.unwrap();
    give.send(Err(PortError::Unavailable("away".to_owned()))).unwrap();
    let mut old = happening(2, &[user_id(1)]);
    old.at = now() - TimeDelta::milliseconds(70);
    give.send(Ok(Batch { events: vec![Arc::new(old)], upto: place(2), is_gapless: true })).unwrap();
    assert_eq!(next(&mut ada).await, Some(2));
    assert_eq!((reading.carried(), reading.failures()), (1, 1));
    assert_eq!(reading.lag(), Duration::from_millis(70));
    assert_eq!(i64::try_from(reading.looked()), Ok(now().timestamp()));
    stop.send(()).unwrap();
    running.await.unwrap();
}
