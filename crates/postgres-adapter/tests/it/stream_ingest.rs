//! Video coming in: keys are kept as hashes, and shows go on and off air with it as the rule says.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    id::StreamId,
    stream::{
        IngestContext, IngestHash, IngestRefusal, Publisher, PublisherId, StreamContext, StreamRefusal,
        StreamState, StreamStatus,
    },
};
use souk_ports::{DecideError, stream::IngestRepository};
use souk_postgres_adapter::PgIngest;
use souk_testkit::{build, fixed::now};

use crate::{stream::later, support::Ground};

type Outcome = Result<(), DecideError<IngestRefusal>>;

fn by(key: u8, id: &str) -> Publisher {
    Publisher { hash: IngestHash([key; 32]), id: PublisherId::parse(id).unwrap() }
}

impl Ground {
    fn ingest(&self) -> PgIngest {
        PgIngest::new(self.pool.clone())
    }

    async fn put_key(&self, id: StreamId, key: u8) -> Result<(), DecideError<StreamRefusal>> {
        let decide = |show: StreamContext| {
            let owner = show.stream.owner;
            show.may_have_key(owner, now())
        };
        self.ingest().put_key(id, IngestHash([key; 32]), now(), &decide).await
    }

    async fn status(&self, id: StreamId) -> StreamStatus {
        self.found(id).await.state.status()
    }
}

async fn publish(ingest: &PgIngest, id: StreamId, by: Publisher, at: DateTime<Utc>) -> Outcome {
    ingest.ingest(id, at, &|context: IngestContext| context.publish(by.clone(), None, at)).await
}

async fn unpublish(ingest: &PgIngest, id: StreamId, by: Publisher, at: DateTime<Utc>) -> Outcome {
    ingest.ingest(id, at, &|context: IngestContext| context.unpublish(&by, at)).await
}

fn refused(refusal: impl Into<IngestRefusal>) -> Outcome {
    Err(DecideError::Refused(refusal.into()))
}

#[tokio::test]
async fn a_show_goes_on_and_off_air_with_its_video_and_on_again_within_two_hours() {
    let ground = Ground::new().await;
    let (ada, ingest) = (ground.user(1, "ada").await.id, ground.ingest());
    let id = ground.announce(1, ada, build::stream_form()).await.id;
    assert_eq!(publish(&ingest, id, by(1, "5"), later(2)).await, refused(IngestRefusal::WrongKey));
    ground.put_key(id, 1).await.unwrap();
    assert_eq!(publish(&ingest, id, by(2, "5"), later(2)).await, refused(IngestRefusal::WrongKey));
    publish(&ingest, id, by(1, "5"), later(2)).await.unwrap();
    assert_eq!(ground.found(id).await.state, StreamState::Live { since: later(2) });
    unpublish(&ingest, id, by(1, "5"), later(60)).await.unwrap();
    assert_eq!(ground.found(id).await.state, StreamState::Ended { since: later(2), at: later(60) });
    unpublish(&ingest, id, by(1, "5"), later(61)).await.unwrap();

    let last = later(60) + TimeDelta::hours(2);
    let late = last + TimeDelta::microseconds(1);
    assert_eq!(publish(&ingest, id, by(1, "6"), late).await, refused(StreamRefusal::Over));
    publish(&ingest, id, by(1, "6"), last).await.unwrap();
    assert_eq!(ground.found(id).await.state, StreamState::Live { since: later(2) });
    // The one that ended the first part is late, and ends nothing any more.
    unpublish(&ingest, id, by(1, "5"), last).await.unwrap();
    assert_eq!(ground.status(id).await, StreamStatus::Live);
    let kinds = "outbox_events WHERE kind IN ('stream.started', 'stream.ended')";
    assert_eq!(ground.count(kinds).await, 3);
    assert_eq!(publish(&ingest, build::stream_id(9), by(1, ""), now()).await, Err(DecideError::NotFound));
}

#[tokio::test]
async fn a_new_key_takes_the_place_of_the_old_one_but_cuts_nobody_off() {
    let ground = Ground::new().await;
    let (ada, ingest) = (ground.user(1, "ada").await.id, ground.ingest());
    let id = ground.announce(1, ada, build::stream_form()).await.id;
    ground.put_key(id, 1).await.unwrap();
    publish(&ingest, id, by(1, "5"), later(2)).await.unwrap();
    ground.put_key(id, 2).await.unwrap();
    assert_eq!(ground.count("stream_ingest").await, 1);
    assert_eq!(publish(&ingest, id, by(1, "6"), later(3)).await, refused(IngestRefusal::WrongKey));
    unpublish(&ingest, id, by(1, "5"), later(4)).await.unwrap();
    assert_eq!(ground.status(id).await, StreamStatus::Ended);
    publish(&ingest, id, by(2, "6"), later(5)).await.unwrap();
    assert_eq!(ground.status(id).await, StreamStatus::Live);
}

#[tokio::test]
async fn a_second_show_of_one_person_takes_no_video_while_the_first_is_live() {
    let ground = Ground::new().await;
    let (ada, ingest) = (ground.user(1, "ada").await.id, ground.ingest());
    ground.live(1, ada).await;
    let second = ground.announce(2, ada, build::stream_form()).await.id;
    ground.put_key(second, 1).await.unwrap();
    assert_eq!(publish(&ingest, second, by(1, "5"), later(3)).await, refused(StreamRefusal::LiveElsewhere));
    let publisher = ground.count("stream_ingest WHERE publisher_id IS NOT NULL").await;
    assert_eq!((ground.status(second).await, publisher), (StreamStatus::Scheduled, 0));
}

#[tokio::test]
async fn of_cameras_that_come_at_once_one_starts_the_show_and_the_last_has_it() {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await.id;
    let id = ground.announce(1, ada, build::stream_form()).await.id;
    ground.put_key(id, 1).await.unwrap();
    let cameras = (0..8).map(|n| {
        let ingest = ground.ingest();
        async move { publish(&ingest, id, by(1, &n.to_string()), later(2)).await }
    });
    let outcomes = ground.at_once("SELECT FROM streams FOR UPDATE", cameras).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(ground.count("outbox_events WHERE kind = 'stream.started'").await, 1);
    // All leave: only the departure of the one who has it ends the show.
    for n in 0..8 {
        unpublish(&ground.ingest(), id, by(1, &n.to_string()), later(3)).await.unwrap();
    }
    assert_eq!(ground.status(id).await, StreamStatus::Ended);
    assert_eq!(ground.count("outbox_events WHERE kind = 'stream.ended'").await, 1);
}
