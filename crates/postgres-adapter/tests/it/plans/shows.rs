//! Shows and what is said there.

use souk_domain::{
    id::{StreamId, UserId},
    page::Limit,
    product::Category,
    stream::{StreamFilter, StreamQuery, StreamStatus},
};
use souk_ports::stream::{AudienceRepository, StreamRepository};
use souk_postgres_adapter::{PgAudiences, PgStreams};

use super::{Meter, load::busy, talks::first_user};

fn filter(status: Option<StreamStatus>, category: Option<Category>, owner: Option<UserId>) -> StreamFilter {
    StreamFilter { status, category, owner }
}

#[tokio::test]
async fn shows_are_listed_from_the_index_of_their_order() {
    let meter = Meter::of(busy().await);
    let owner = Some(first_user(&meter).await);
    let (live, planned, ended) =
        (Some(StreamStatus::Live), Some(StreamStatus::Scheduled), Some(StreamStatus::Ended));
    let books = Some(Category::Books);
    for (index, filter, most) in [
        ("ix_streams_created", filter(None, None, None), 100),
        ("ix_streams_viewers", filter(live, None, None), 100),
        ("ix_streams_scheduled_at", filter(planned, None, None), 100),
        ("ix_streams_status", filter(ended, None, None), 100),
        ("ix_streams_category", filter(ended, books, None), 100),
        ("ix_streams_user_id", filter(None, None, owner), 100),
    ] {
        meter
            .check(&format!("{filter:?}"), &[index], most, async |pool, _| {
                let streams = PgStreams::new(pool);
                let first = StreamQuery { filter, ..StreamQuery::default() };
                let page = streams.list(&first).await.unwrap();
                assert_eq!(page.items.len(), 20);
                let next = streams.list(&StreamQuery { after: page.next, ..first }).await.unwrap();
                assert_eq!(next.items.len(), 20);
            })
            .await;
    }
}

#[tokio::test]
async fn comments_are_listed_from_their_index_for_anybody() {
    let meter = Meter::of(busy().await);
    let stream = StreamId::from_uuid(meter.one("SELECT md5('show 1')::uuid").await);
    let reader = first_user(&meter).await;
    for reader in [None, Some(reader)] {
        meter
            .check(
                "two pages of comments",
                &["ix_stream_comments_stream_id", "pk_users"],
                400,
                async |pool, _| {
                    let audiences = PgAudiences::new(pool);
                    let list =
                        async |after| audiences.list_comments(stream, reader, after, Limit::default()).await;
                    let page = list(None).await.unwrap().unwrap();
                    assert_eq!(page.items.len(), 20);
                    assert_eq!(list(page.next).await.unwrap().unwrap().items.len(), 20);
                },
            )
            .await;
    }
}
