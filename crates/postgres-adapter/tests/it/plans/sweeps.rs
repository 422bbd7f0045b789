//! What is done on rounds: mostly nothing, which must cost next to nothing, and otherwise so many at a time.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use souk_domain::{media::Leftovers, stream::AudienceWindow};
use souk_ports::{
    idempotency::IdempotencyRepository,
    media::MediaRepository,
    offer::OfferRepository,
    product::{ProductMaps, ViewRepository},
    session::{AttemptRepository, PasswordRepository, SessionRepository},
    stream::AudienceRepository,
    transaction::TransactionRepository,
};
use souk_postgres_adapter::{
    PgAttempts, PgAudiences, PgIdempotency, PgMaps, PgMedia, PgOffers, PgPasswords, PgPool, PgSessions,
    PgTransactions, PgViews,
};

use super::{Meter, load::busy};

/// So many at a time.
const BATCH: u32 = 25;

/// A moment at which nothing has run out, and one at which everything has.
fn moments() -> (DateTime<Utc>, DateTime<Utc>) {
    let at = |date: &str| date.parse::<DateTime<Utc>>().unwrap();
    (at("2099-12-31T00:00:00Z"), at("2100-01-02T00:00:00Z"))
}

async fn sweep(
    meter: &Meter,
    indexes: &[&str],
    (idle, each): (i64, i64),
    sweep: impl AsyncFn(PgPool, DateTime<Utc>) -> u64,
) {
    let (early, late) = moments();
    meter
        .check("nothing to do", indexes, idle, async |pool, _| assert_eq!(sweep(pool, early).await, 0))
        .await;
    let most = each * i64::from(BATCH);
    meter
        .check("a batch", indexes, most, async |pool, _| {
            assert_eq!(sweep(pool, late).await, u64::from(BATCH));
        })
        .await;
}

#[tokio::test]
async fn what_has_expired_is_found_by_its_time() {
    let meter = Meter::of(busy().await);
    sweep(&meter, &["ix_idempotency_keys_expires_at"], (5, 10), async |pool, now| {
        PgIdempotency::new(pool).remove_expired(now, BATCH).await.unwrap()
    })
    .await;
    sweep(&meter, &["ix_attempts_expires_at"], (5, 10), async |pool, now| {
        PgAttempts::new(pool).remove_expired(now, BATCH).await.unwrap()
    })
    .await;
    sweep(&meter, &["ix_sessions_expires_at"], (5, 10), async |pool, now| {
        PgSessions::new(pool).remove_ended(now, BATCH).await.unwrap()
    })
    .await;
    sweep(&meter, &["ix_password_resets_expires_at"], (5, 10), async |pool, now| {
        PgPasswords::new(pool).remove_expired_resets(now, BATCH).await.unwrap()
    })
    .await;
    let tomorrow = TimeDelta::days(1);
    sweep(&meter, &["pk_product_views"], (5, 10), async |pool, now| {
        let day: NaiveDate = (now + tomorrow).date_naive();
        PgViews::new(pool).remove_before(day, BATCH).await.unwrap()
    })
    .await;
}

/// Makes it as if all that waits had run out of time long ago, whatever the clock says.
async fn run_out(meter: &Meter, table: &str, column: &str) {
    let sql = format!(
        "UPDATE {table} SET {column} = '2020-01-03Z', created_at = '2020-01-01Z' WHERE status = 'pending';
         VACUUM ANALYZE {table}"
    );
    for sql in sql.split(';') {
        meter.client.batch_execute(sql).await.unwrap();
    }
}

#[tokio::test]
async fn offers_that_are_over_are_found_by_their_time() {
    let meter = Meter::of(busy().await);
    meter
        .check("nothing is over", &["ix_offers_status"], 20, async |pool, _| {
            assert_eq!(PgOffers::new(pool).expire(BATCH).await.unwrap(), 0);
        })
        .await;
    run_out(&meter, "offers", "expires_at").await;
    // Each is told of in its thread, which is opened for most of them.
    let most = 150 * i64::from(BATCH);
    meter
        .check("a batch is over", &["ix_offers_status", "pk_products"], most, async |pool, _| {
            assert_eq!(PgOffers::new(pool).expire(BATCH).await.unwrap(), u64::from(BATCH));
        })
        .await;
}

#[tokio::test]
async fn deals_that_nobody_paid_are_found_by_their_time() {
    let meter = Meter::of(busy().await);
    meter
        .check("nothing lapses", &["ix_transactions_status"], 20, async |pool, _| {
            assert_eq!(PgTransactions::new(pool).lapse(BATCH).await.unwrap(), 0);
        })
        .await;
    run_out(&meter, "transactions", "pay_by").await;
    let most = 60 * i64::from(BATCH);
    meter
        .check("a batch lapses", &["ix_transactions_status", "pk_products"], most, async |pool, _| {
            assert_eq!(PgTransactions::new(pool).lapse(BATCH).await.unwrap(), u64::from(BATCH));
        })
        .await;
}

#[tokio::test]
async fn pictures_that_nothing_shows_are_found_by_their_age() {
    let meter = Meter::of(busy().await);
    let withdraw = async |pool: PgPool| {
        let (now, _) = moments();
        let leftovers = Leftovers { unfinished_before: now, unused_before: now };
        PgMedia::new(pool).withdraw(leftovers, now, BATCH).await.unwrap().len()
    };
    let indexes = ["ix_media_leftovers", "ix_media_removed_at"];
    meter.check("all are shown", &indexes, 25, async |pool, _| assert_eq!(withdraw(pool).await, 0)).await;
    let unused = "UPDATE media SET used_at = NULL WHERE id IN (SELECT id FROM media LIMIT 1000)";
    for sql in [unused, "VACUUM ANALYZE media"] {
        meter.client.batch_execute(sql).await.unwrap();
    }
    meter
        .check("some are not", &["ix_media_leftovers"], 40 * i64::from(BATCH), async |pool, _| {
            assert_eq!(withdraw(pool).await, usize::try_from(BATCH).unwrap());
        })
        .await;
}

#[tokio::test]
async fn a_sign_of_life_costs_a_few_pages_and_counting_costs_what_there_is_to_count() {
    let meter = Meter::of(busy().await);
    let sql = "SELECT id FROM streams WHERE status = 'live' LIMIT 1";
    let stream = souk_domain::id::StreamId::from_uuid(meter.one(sql).await);
    let (now, _) = moments();
    let window = AudienceWindow::new(TimeDelta::days(1));
    let viewer = souk_domain::session::Pseudonym([7; 32]);
    meter
        .check("a sign of life", &["pk_streams", "pk_stream_viewers"], 40, async |pool, _| {
            PgAudiences::new(pool).heartbeat(stream, &viewer, window, now).await.unwrap().unwrap();
        })
        .await;
    let costs = meter
        .costs(async |pool, _| {
            PgAudiences::new(pool).count_viewers(window, now).await.unwrap();
        })
        .await;
    // Everybody who watches is looked at, once to see who has gone and once to count the others.
    let pages = "SELECT pg_relation_size('stream_viewers') / current_setting('block_size')::bigint";
    let table: i64 = meter.client.query_one(pages, &[]).await.unwrap().get(0);
    for cost in &costs {
        assert!(cost.pages("stream_viewers") <= 2 * table + 10, "{table}: {cost:?}");
        assert!(cost.pages("streams") <= 1_000, "{cost:?}");
    }
}

#[tokio::test]
async fn changes_on_the_map_are_added_up_where_they_are() {
    let meter = Meter::of(busy().await);
    meter
        .check("nothing changed", &[], 5, async |pool, _| {
            assert_eq!(PgMaps::new(pool).add_up(BATCH).await.unwrap(), 0);
        })
        .await;
    let sold = "UPDATE products SET is_available = false
        WHERE is_available AND id IN (SELECT md5('product ' || n)::uuid FROM generate_series(1, 20000) n)";
    for sql in [sold, "VACUUM ANALYZE products, product_cell_changes"] {
        meter.client.batch_execute(sql).await.unwrap();
    }
    let most = 100 * i64::from(BATCH);
    meter
        .check("a batch", &["pk_product_cell_changes", "pk_product_cells"], most, async |pool, _| {
            assert_eq!(PgMaps::new(pool).add_up(BATCH).await.unwrap(), u64::from(BATCH));
        })
        .await;
}
