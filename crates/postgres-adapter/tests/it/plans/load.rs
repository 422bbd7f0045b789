//! Databases with as many rows as a busy place has, each made once and copied for every test.

use souk_postgres_adapter::migrations::{fingerprint, up};
use souk_testkit::database::TestDatabase;
use tokio_postgres::Client;

use crate::fill;

/// Adds up the counts for maps.
const COUNTED: &str = include_str!("../../../../../migrations/2026-11-25-124100_product_cells_filled/up.sql");

/// What autovacuum reads on its rounds would be counted as ours.
pub(crate) const QUIET: &str = "DO $$
    DECLARE relation regclass;
    BEGIN
        FOR relation IN SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
        LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', relation);
        END LOOP;
    END $$";

/// 10,000 people and 100,000 listings.
pub(crate) async fn large() -> (TestDatabase, Client) {
    made("large", "").await
}

/// The same with all that people do there: 40,000 threads of five messages, 50,000 offers, 20,000 deals, 2,000 shows and
/// 100,000 events. The first person has ever so much of everything, the others what is usual.
pub(super) async fn busy() -> (TestDatabase, Client) {
    made("busy", BUSY).await
}

/// Filling takes some seconds, so that the filled database is a template of its own.
async fn made(name: &str, more: &str) -> (TestDatabase, Client) {
    let database = TestDatabase::create(&format!("{}_{name}", fingerprint()), async |url: String| {
        up(&url, None, |_| {}).await.map_err(|error| error.to_string())?;
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        fill::people_and_listings(&client, 10_000, 100_000).await;
        // What a worker would have done by now.
        for step in [COUNTED, more, "VACUUM ANALYZE", QUIET] {
            client.batch_execute(step).await.map_err(|error| format!("{error:?}"))?;
        }
        Ok::<(), String>(())
    })
    .await;
    let client = database.connect().await;
    (database, client)
}

/// Nothing is due: whatever can run out does so in 2100.
const BUSY: &str = include_str!("busy.sql");
