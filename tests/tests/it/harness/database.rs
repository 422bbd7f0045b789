//! A database for each test, and looks into it.

use std::hash::{DefaultHasher, Hash, Hasher};

use souk_testkit::database::TestDatabase;
use tokio::sync::OnceCell;

use super::{PATIENCE, eventually, souk};

/// A database with the newest schema and no rows, migrated by the program itself.
pub(crate) async fn database() -> TestDatabase {
    static KEY: OnceCell<String> = OnceCell::const_new();
    let key = KEY.get_or_init(async || {
        let sql = souk(&["migrate", "sql"], &[]).await;
        assert_eq!(sql.code, Some(0), "{}", sql.stderr);
        let mut hasher = DefaultHasher::new();
        sql.stdout.hash(&mut hasher);
        format!("e2e_{:016x}", hasher.finish())
    });
    TestDatabase::create(key.await, async |url: String| {
        let up = souk(&["migrate", "up"], &[("DATABASE_URL", &url)]).await;
        if up.code == Some(0) { Ok(()) } else { Err(up.stderr) }
    })
    .await
}

/// What a query counts.
pub(crate) async fn count(database: &TestDatabase, query: &str) -> i64 {
    let client = database.connect().await;
    client.query_one(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error:?}")).get(0)
}

/// Waits until so many sessions of the database wait for a lock.
pub(crate) async fn blocked(database: &TestDatabase, sessions: i64) {
    let client = database.connect().await;
    let query = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually(format!("{sessions} wait for a lock"), PATIENCE, async || {
        let waiting: i64 = client.query_one(query, &[]).await.unwrap().get(0);
        (waiting >= sessions).then_some(())
    })
    .await;
}
