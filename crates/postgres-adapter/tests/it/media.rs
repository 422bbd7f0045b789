//! The books about pictures.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    id::{MediaId, UserId},
    idempotency::{Fingerprint, IdempotencyKey},
    media::{Dimensions, Leftovers, Media, MediaRefusal, Reservation, UPLOADS_AN_HOUR},
};
use souk_ports::{
    DecideError,
    idempotency::{Answer, Claim, IdempotencyRepository, Once},
    media::MediaRepository,
};
use souk_postgres_adapter::{PgIdempotency, PgMedia};
use souk_testkit::{build, fixed::now};

use crate::support::Ground;

async fn reserve(
    books: &PgMedia,
    n: u128,
    owner: UserId,
    at: DateTime<Utc>,
) -> Result<Reservation, DecideError<MediaRefusal>> {
    let since = at - TimeDelta::hours(1);
    books.reserve(owner, since, &|uploader| uploader.reserve(build::media_id(n), true, at)).await
}

/// A picture in the books, uploaded at this moment.
async fn upload(books: &PgMedia, n: u128, owner: UserId, at: DateTime<Utc>) -> Media {
    let place = reserve(books, n, owner, at).await.unwrap();
    let media = place.fill(Dimensions { width: 40, height: 30 }, 900, "LEHV6nWB2yk8".to_owned());
    books.keep(&media, None).await.unwrap();
    media
}

/// What housekeeping finds to remove at this moment.
async fn withdrawn(books: &PgMedia, at: DateTime<Utc>) -> Vec<MediaId> {
    let mut found = books.withdraw(Leftovers::by(at), at, 100).await.unwrap();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn a_picture_is_kept_once_and_can_be_shown_by_its_owner_only() {
    let ground = Ground::new().await;
    let books = PgMedia::new(ground.pool.clone());
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    let media = upload(&books, 7, ada, now()).await;
    assert_eq!(books.keep(&media, None).await, Err(DecideError::NotFound), "its place is taken");
    reserve(&books, 8, ada, now()).await.unwrap();
    let ids = [build::media_id(7), build::media_id(8), build::media_id(9)];
    for _ in 0..2 {
        assert_eq!(books.claim(ada, &ids, now()).await, Ok(vec![media.id]), "the second is not finished");
        assert_eq!(books.claim(bob, &ids, now()).await, Ok(vec![]));
    }
    assert_eq!(books.claim(ada, &[], now()).await, Ok(vec![]));
    assert_eq!(
        ground
            .count("media WHERE used_at IS NOT NULL AND width = 40 AND height = 30 AND byte_count = 900")
            .await,
        1
    );
}

#[tokio::test]
async fn the_standing_and_the_hour_of_an_account_are_judged() {
    let ground = Ground::new().await;
    let books = PgMedia::new(ground.pool.clone());
    let ada = ground.user(1, "ada").await.id;
    assert_eq!(reserve(&books, 1, build::user_id(9), now()).await, Err(DecideError::NotFound));
    let client = ground.database.connect().await;
    let lately = "INSERT INTO media (id, owner_id, created_at) SELECT gen_random_uuid(), $1, $2::text::timestamptz FROM generate_series(1, $3::int)";
    let until_now = (now() - TimeDelta::minutes(59)).to_rfc3339();
    let most = i32::try_from(UPLOADS_AN_HOUR).unwrap();
    client.execute(lately, &[&ada.as_uuid(), &until_now, &most]).await.unwrap();
    assert_eq!(reserve(&books, 1, ada, now()).await, Err(DecideError::Refused(MediaRefusal::TooMany)));
    assert!(
        reserve(&books, 1, ada, now() + TimeDelta::minutes(2)).await.is_ok(),
        "by then it is an hour ago"
    );
    client.batch_execute("UPDATE users SET status = 'suspended'").await.unwrap();
    assert_eq!(reserve(&books, 2, ada, now()).await, Err(DecideError::Refused(MediaRefusal::Suspended)));
}

#[tokio::test]
async fn rivals_do_not_get_past_the_quota_together() {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await.id;
    let client = ground.database.connect().await;
    let almost = format!(
        "INSERT INTO media (id, owner_id, created_at) SELECT gen_random_uuid(), id, now() FROM users,
         generate_series(1, {})",
        UPLOADS_AN_HOUR - 2
    );
    client.batch_execute(&almost).await.unwrap();
    let rivals = (0..8).map(|n| {
        let books = PgMedia::new(ground.pool.clone());
        async move {
            // Counted from long ago, so that it does not matter what the time of the rows is.
            let decide =
                |uploader: &souk_domain::media::Uploader| uploader.reserve(build::media_id(n), true, now());
            books.reserve(ada, DateTime::UNIX_EPOCH, &decide).await.is_ok()
        }
    });
    let outcomes = ground.at_once("SELECT FROM users FOR UPDATE", rivals).await;
    assert_eq!(outcomes.into_iter().filter(|reserved| *reserved).count(), 2);
}

#[tokio::test]
async fn an_answer_is_kept_with_its_picture_or_not_at_all() {
    let ground = Ground::new().await;
    let books = PgMedia::new(ground.pool.clone());
    let ada = ground.user(1, "ada").await.id;
    let answers = PgIdempotency::new(ground.pool.clone());
    let key = IdempotencyKey::parse("key").unwrap();
    let claim = Claim {
        user: ada,
        key: key.clone(),
        fingerprint: Fingerprint([1; 32]),
        created_at: now(),
        expires_at: now() + TimeDelta::hours(24),
    };
    let once = Once { claim, answer: &|media: &Media| Answer(media.id.to_string().into_bytes()) };
    let mut media = Vec::new();
    for n in [7, 8] {
        let place = reserve(&books, n, ada, now()).await.unwrap();
        media.push(place.fill(Dimensions { width: 1, height: 1 }, 2, "L00000".to_owned()));
    }
    assert_eq!(books.keep(&media[0], Some(&once)).await, Ok(()));
    assert_eq!(books.keep(&media[1], Some(&once)).await, Err(DecideError::AlreadyDone));
    let answered = answers.find(ada, &key, now()).await.unwrap().unwrap();
    assert_eq!(answered.answer.0, media[0].id.to_string().into_bytes());
    assert_eq!(ground.count("media WHERE stored_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn only_what_nobody_needs_is_withdrawn() {
    let ground = Ground::new().await;
    let books = PgMedia::new(ground.pool.clone());
    let ada = ground.user(1, "ada").await.id;
    upload(&books, 1, ada, now()).await;
    upload(&books, 2, ada, now()).await;
    reserve(&books, 3, ada, now()).await.unwrap();
    books.claim(ada, &[build::media_id(2)], now()).await.unwrap();

    assert_eq!(withdrawn(&books, now() + TimeDelta::minutes(60)).await, []);
    let after_an_hour = now() + TimeDelta::minutes(61);
    assert_eq!(withdrawn(&books, after_an_hour).await, [build::media_id(3)]);
    // Until it is struck out it is named again: whoever was told of it first may not have come to its end.
    assert_eq!(withdrawn(&books, after_an_hour).await, [build::media_id(3)]);
    assert_eq!(books.claim(ada, &[build::media_id(3)], now()).await, Ok(vec![]));

    let after_a_week = now() + TimeDelta::days(8);
    assert_eq!(withdrawn(&books, after_a_week).await, [build::media_id(1), build::media_id(3)]);
    assert_eq!(books.claim(ada, &[build::media_id(1)], now()).await, Ok(vec![]), "too late");
    let all = [build::media_id(1), build::media_id(2), build::media_id(3)];
    books.strike_out(&all).await.unwrap();
    assert_eq!(ground.count("media").await, 1, "what is in use is not struck out");
    assert_eq!(withdrawn(&books, after_a_week).await, []);
    assert_eq!(books.claim(ada, &all, now()).await, Ok(vec![build::media_id(2)]));
}

#[tokio::test]
async fn a_picture_is_shown_or_withdrawn_never_both() {
    let ground = Ground::new().await;
    let books = PgMedia::new(ground.pool.clone());
    let ada = ground.user(1, "ada").await.id;
    upload(&books, 1, ada, now()).await;
    let rival = ground.database.connect().await;
    rival.batch_execute("BEGIN; UPDATE media SET used_at = now()").await.unwrap();
    // Somebody is about to show it: it is passed over rather than waited for.
    assert_eq!(withdrawn(&books, now() + TimeDelta::days(8)).await, []);
    rival.batch_execute("COMMIT").await.unwrap();
    assert_eq!(withdrawn(&books, now() + TimeDelta::days(8)).await, []);
}
