//! Shows: they come back as they were written, take one turn at a time however many ask, and are listed in order.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    edit::{Change, Expected},
    id::{StreamId, UserId},
    idempotency::{Fingerprint, IdempotencyKey},
    page::{Limit, Page},
    product::Category,
    stream::{
        Announcement, Broadcaster, Stream, StreamChange, StreamContext, StreamFilter, StreamForm,
        StreamPatch, StreamPosition, StreamQuery, StreamRefusal, StreamState, StreamStatus, Transition,
    },
    text::WebUrl,
};
use souk_ports::{
    DecideError,
    idempotency::{Answer, Claim, Once},
    stream::StreamRepository,
    user::ProfileRepository,
};
use souk_postgres_adapter::{PgProfiles, PgStreams};
use souk_testkit::{build, fixed::now};

use crate::{fill::plan, support::Ground};

type Outcome<T> = Result<T, DecideError<StreamRefusal>>;

pub(crate) fn later(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

fn refused<T>(refusal: StreamRefusal) -> Outcome<T> {
    Err(DecideError::Refused(refusal))
}

impl Ground {
    pub(crate) fn streams(&self) -> PgStreams {
        PgStreams::new(self.pool.clone())
    }

    /// Announces a form as show number `n`, `n` seconds after the first.
    pub(crate) async fn announce(&self, n: u32, owner: UserId, form: StreamForm) -> Stream {
        let at = later(n.into());
        let announcement = Announcement::check(&form, at).unwrap();
        let id = build::stream_id(n.into());
        let decide = |broadcaster: Broadcaster| announcement.clone().schedule(id, broadcaster, at);
        self.streams().schedule(owner, &decide, None).await.unwrap()
    }

    /// Announces a plain show and puts it on air.
    pub(crate) async fn live(&self, n: u32, owner: UserId) -> Stream {
        let stream = self.announce(n, owner, build::stream_form()).await;
        start(&self.streams(), stream.id, owner, later(n.into())).await.unwrap()
    }

    pub(crate) async fn found(&self, id: StreamId) -> Stream {
        self.streams().find(id).await.unwrap().unwrap()
    }
}

async fn start(streams: &PgStreams, id: StreamId, by: UserId, at: DateTime<Utc>) -> Outcome<Stream> {
    streams.change(id, &|show: StreamContext| show.start(by, at)).await
}

async fn end(streams: &PgStreams, id: StreamId, by: UserId, at: DateTime<Utc>) -> Outcome<Stream> {
    let url = WebUrl::parse("https://example.com/1.mp4").unwrap();
    streams.change(id, &|show: StreamContext| show.end(by, Some(url.clone()), at)).await
}

async fn cancel(streams: &PgStreams, id: StreamId, by: UserId, at: DateTime<Utc>) -> Outcome<Stream> {
    streams.change(id, &|show: StreamContext| show.cancel(by, at)).await
}

#[tokio::test]
async fn a_show_comes_back_as_it_was_written_in_every_state() {
    let ground = Ground::new().await;
    let (ada, streams) = (ground.user(1, "ada").await.id, ground.streams());
    let form = StreamForm {
        scheduled_at: Some(later(3_600)),
        thumbnail_url: Some(build::media_id(1).to_string()),
        stream_url: Some("https://example.com/1.m3u8".to_owned()),
        ..build::stream_form()
    };
    let announced = ground.announce(1, ada, form).await;
    assert_eq!(ground.found(announced.id).await, announced);

    let patch = StreamPatch {
        title: Change::Set("Sale".to_owned()),
        description: Change::Clear,
        category: Change::Set(Category::Books),
        scheduled_at: Change::Set(later(60)),
        thumbnail_url: Change::Clear,
        ..StreamPatch::default()
    };
    let change = StreamChange::check(patch, now()).unwrap();
    let expected = Expected::OneOf(vec![announced.version()]);
    let edit = |show: StreamContext| show.change(ada, change.clone(), &expected, later(2));
    let changed = streams.change(announced.id, &edit).await.unwrap();
    assert_eq!((changed.title.as_ref(), &changed.description), ("Sale", &None));
    assert_eq!(ground.found(announced.id).await, changed);
    assert_eq!(streams.change(announced.id, &edit).await, refused(StreamRefusal::Stale));

    let live = start(&streams, announced.id, ada, later(3)).await.unwrap();
    assert_eq!(ground.found(announced.id).await, live);
    let ended = end(&streams, announced.id, ada, later(4)).await.unwrap();
    assert_eq!(ended.state, StreamState::Ended { since: later(3), at: later(4) });
    assert_eq!(ground.found(announced.id).await, ended);
    let again = start(&streams, announced.id, ada, later(4) + TimeDelta::hours(2)).await.unwrap();
    assert_eq!(ground.found(announced.id).await, again);
    assert_eq!(again.state, StreamState::Live { since: later(3) });

    let other = ground.announce(5, ada, build::stream_form()).await;
    let cancelled = cancel(&streams, other.id, ada, later(6)).await.unwrap();
    assert_eq!(ground.found(other.id).await, cancelled);
    assert_eq!(streams.find(build::stream_id(9)).await, Ok(None));
    assert_eq!(start(&streams, build::stream_id(9), ada, now()).await, Err(DecideError::NotFound));

    let client = ground.database.connect().await;
    let kinds =
        "SELECT string_agg(kind || ' ' || (audience = ARRAY[$1::uuid]), ', ' ORDER BY id) FROM outbox_events";
    let kinds: String = client.query_one(kinds, &[&ada.as_uuid()]).await.unwrap().get(0);
    assert_eq!(
        kinds,
        "stream.scheduled true, stream.started true, stream.ended true, stream.started true, \
         stream.scheduled true, stream.cancelled true"
    );
}

#[tokio::test]
async fn a_show_that_was_over_for_longer_stays_over_and_the_suspended_start_nothing() {
    let ground = Ground::new().await;
    let (ada, streams) = (ground.user(1, "ada").await.id, ground.streams());
    let stream = ground.live(1, ada).await;
    end(&streams, stream.id, ada, later(60)).await.unwrap();
    let too_late = later(60) + TimeDelta::hours(2) + TimeDelta::microseconds(1);
    assert_eq!(start(&streams, stream.id, ada, too_late).await, refused(StreamRefusal::Over));
    let client = ground.database.connect().await;
    client.execute("UPDATE users SET status = 'suspended'", &[]).await.unwrap();
    assert_eq!(start(&streams, stream.id, ada, later(61)).await, refused(StreamRefusal::Suspended));
    let broadcaster = |broadcaster: Broadcaster| {
        assert!(!broadcaster.standing.may_act());
        Err(StreamRefusal::Suspended)
    };
    assert_eq!(streams.schedule(ada, &broadcaster, None).await, refused(StreamRefusal::Suspended));
    assert_eq!(ground.count("outbox_events WHERE kind = 'stream.started'").await, 1);
}

#[tokio::test]
async fn nobody_is_live_twice_however_many_shows_they_start_at_once() {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await.id;
    for n in 1..=8 {
        ground.announce(n, ada, build::stream_form()).await;
    }
    let rivals = (1..=8_u32).map(|n| {
        let streams = ground.streams();
        async move { start(&streams, build::stream_id(n.into()), ada, later(60)).await }
    });
    let outcomes = ground.at_once("LOCK TABLE streams IN SHARE ROW EXCLUSIVE MODE", rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for loser in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(loser, refused(StreamRefusal::LiveElsewhere));
    }
    assert_eq!(ground.count("streams WHERE status = 'live'").await, 1);
    assert_eq!(ground.count("outbox_events WHERE kind = 'stream.started'").await, 1);
}

#[tokio::test]
async fn a_show_takes_one_of_two_turns_that_come_at_once() {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await.id;
    for n in 1..=4_u32 {
        let stream = ground.announce(n, ada, build::stream_form()).await;
        let rivals = (0..8).map(|rival| {
            let (streams, id) = (ground.streams(), stream.id);
            async move {
                if rival % 2 == 0 {
                    start(&streams, id, ada, later(60)).await
                } else {
                    cancel(&streams, id, ada, later(60)).await
                }
            }
        });
        let outcomes = ground.at_once("SELECT FROM streams FOR UPDATE", rivals).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        let found = ground.found(stream.id).await;
        assert!(outcomes.contains(&Ok(found.clone())), "what is there is what the winner made of it");
        if found.state.status() == StreamStatus::Live {
            end(&ground.streams(), stream.id, ada, later(61)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_repeated_announcement_announces_nothing_more() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    let claim = Claim {
        user: ada,
        key: IdempotencyKey::parse("key").unwrap(),
        fingerprint: Fingerprint([1; 32]),
        created_at: now(),
        expires_at: now() + TimeDelta::days(1),
    };
    let answer = |stream: &Stream| Answer(stream.title.as_ref().as_bytes().to_vec());
    let once = Once { claim, answer: &answer };
    let announcement = Announcement::check(&build::stream_form(), now()).unwrap();
    for (n, expected) in [(1, None), (2, Some(DecideError::AlreadyDone))] {
        let decide =
            |broadcaster: Broadcaster| announcement.clone().schedule(build::stream_id(n), broadcaster, now());
        assert_eq!(ground.streams().schedule(ada, &decide, Some(&once)).await.err(), expected);
    }
    assert_eq!(ground.count("streams").await, 1);
    assert_eq!(ground.count("outbox_events").await, 1);
}

#[tokio::test]
async fn a_show_announced_while_its_owner_leaves_is_cancelled_or_never_was() {
    let ground = Ground::new().await;
    let (mut refusals, mut announced) = (0, 0);
    for n in 1..=16_u32 {
        let owner = ground.user(n.into(), &format!("owner{n}")).await.id;
        let announcement = Announcement::check(&build::stream_form(), now()).unwrap();
        let decide = |broadcaster: Broadcaster| {
            announcement.clone().schedule(build::stream_id(n.into()), broadcaster, now())
        };
        let (streams, profiles) = (ground.streams(), PgProfiles::new(ground.pool.clone()));
        let leave = |context: &souk_domain::user::ErasureContext| context.erase(later(1));
        // Who is polled first is mostly first: both orders get their turn.
        let (erased, outcome) = if n % 2 == 0 {
            tokio::join!(profiles.erase(owner, &leave), streams.schedule(owner, &decide, None))
        } else {
            let (outcome, erased) =
                tokio::join!(streams.schedule(owner, &decide, None), profiles.erase(owner, &leave));
            (erased, outcome)
        };
        assert_eq!(erased, Ok(()));
        match outcome {
            Ok(_) => announced += 1,
            Err(DecideError::Refused(StreamRefusal::Suspended)) => refusals += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((announced + refusals, ground.count("streams").await), (16, announced));
    assert_eq!(ground.count("streams WHERE status <> 'cancelled'").await, 0);
}

/// Reads a list two rows at a time.
async fn pages(ground: &Ground, filter: StreamFilter) -> Vec<Stream> {
    let (mut all, mut after): (Vec<Stream>, Option<StreamPosition>) = (vec![], None);
    loop {
        let query = StreamQuery { filter, after, limit: Limit::new(2).unwrap() };
        let Page { items, next } = ground.streams().list(&query).await.unwrap();
        assert!(items.len() <= 2);
        all.extend(items);
        after = next;
        if after.is_none() {
            return all;
        }
    }
}

fn numbers(streams: &[Stream]) -> Vec<u128> {
    streams.iter().map(|stream| stream.id.as_uuid().as_u128()).collect()
}

#[tokio::test]
async fn each_status_is_listed_in_its_order_page_after_page() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    // Shows 1 to 6 are live, of six people, two with as many viewers as each other; 7 to 12 are to come, of one person.
    for n in 1..=6_u32 {
        let owner = ground.user(n.into(), &format!("owner{n}")).await.id;
        ground.live(n, owner).await;
        let viewers = i64::from(n / 2);
        let set = "UPDATE streams SET viewers_count = $1 WHERE id = $2";
        client.execute(set, &[&viewers, &build::stream_id(n.into()).as_uuid()]).await.unwrap();
    }
    for n in 7..=12_u32 {
        let category = if n % 2 == 0 { Category::Books } else { Category::Sneakers };
        let scheduled_at = Some(later(10_000 - i64::from(n / 2)));
        let form = StreamForm { category, scheduled_at, ..build::stream_form() };
        ground.announce(n, build::user_id(1), form).await;
    }
    let of = |status| StreamFilter { status: Some(status), ..StreamFilter::default() };
    assert_eq!(numbers(&pages(&ground, of(StreamStatus::Live)).await), [6, 5, 4, 3, 2, 1]);
    assert_eq!(numbers(&pages(&ground, of(StreamStatus::Scheduled)).await), [12, 10, 11, 8, 9, 7]);
    assert_eq!(numbers(&pages(&ground, StreamFilter::default()).await), (1..=12).rev().collect::<Vec<_>>());
    let books = StreamFilter { category: Some(Category::Books), ..of(StreamStatus::Scheduled) };
    assert_eq!(numbers(&pages(&ground, books).await), [12, 10, 8]);
    let hers = StreamFilter { owner: Some(build::user_id(1)), ..StreamFilter::default() };
    assert_eq!(numbers(&pages(&ground, hers).await), [12, 11, 10, 9, 8, 7, 1]);
    let hers_live = StreamFilter { owner: Some(build::user_id(1)), ..of(StreamStatus::Live) };
    assert_eq!(numbers(&pages(&ground, hers_live).await), [1]);
    for n in [9, 7, 8] {
        cancel(&ground.streams(), build::stream_id(n), build::user_id(1), later(20)).await.unwrap();
    }
    assert_eq!(numbers(&pages(&ground, of(StreamStatus::Cancelled)).await), [9, 8, 7]);
    assert!(pages(&ground, of(StreamStatus::Ended)).await.is_empty());
}

#[tokio::test]
async fn lists_are_read_from_their_indexes_without_sorting() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    client.batch_execute("SET enable_seqscan = off; SET enable_bitmapscan = off").await.unwrap();
    for (index, sql) in [
        (
            "ix_streams_viewers",
            "status = 'live' AND viewers_count <= $1 AND (viewers_count < $1 OR id < $2)
             ORDER BY viewers_count DESC, id DESC LIMIT $3",
        ),
        (
            "ix_streams_scheduled_at",
            "status = 'scheduled' AND scheduled_at >= $1 AND (scheduled_at > $1 OR id > $2)
             ORDER BY scheduled_at, id LIMIT $3",
        ),
        ("ix_streams_created", "created_at <= $1 ORDER BY created_at DESC, id DESC LIMIT $2"),
        ("ix_streams_status", "status = $1 AND created_at <= $2 ORDER BY created_at DESC, id DESC LIMIT $3"),
        ("ix_streams_user_id", "user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"),
    ] {
        let plan = plan(&client, &format!("SELECT * FROM streams WHERE {sql}")).await;
        assert!(plan.contains(index) && !plan.contains("Sort"), "{index}: {plan}");
    }
}

#[tokio::test]
async fn a_transition_that_changes_nothing_writes_nothing() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    let stream = ground.announce(1, ada, build::stream_form()).await;
    let client = ground.database.connect().await;
    let place =
        async || -> String { client.query_one("SELECT ctid::text FROM streams", &[]).await.unwrap().get(0) };
    let before = place().await;
    let keep = |show: StreamContext| Ok(Transition { stream: show.stream, events: vec![] });
    assert_eq!(ground.streams().change(stream.id, &keep).await, Ok(stream));
    assert_eq!(place().await, before);
}
