//! The pool: what happens to a connection whose query nobody waits for any more, and to one that was cut.

use std::time::Duration;

use souk_ports::{product::ProductRepository, readiness::Readiness};
use souk_postgres_adapter::{Connector, PgPool, PgProducts, PgReadiness, PoolSettings};
use souk_testkit::build;

use crate::support::Ground;

#[tokio::test]
async fn a_query_that_is_given_up_is_stopped_and_its_connection_is_not_handed_on() {
    let ground = Ground::with_connections(1).await;
    let mut other = ground.database.connect().await;
    ground.products().find(build::product_id(1)).await.unwrap();
    let locked = other.transaction().await.unwrap();
    locked.batch_execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let watch = ground.database.connect().await;
    let waiting = async || -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        watch.query_one(sql, &[]).await.unwrap().get(0)
    };
    let products = ground.products();
    let read = tokio::spawn(async move { products.find(build::product_id(1)).await });
    until(async || waiting().await == 1).await;
    read.abort();
    // Without the cancellation it would wait for its lock, a second here, or for its own end.
    until(async || waiting().await == 0).await;
    locked.rollback().await.unwrap();
    assert_eq!(ground.products().find(build::product_id(1)).await, Ok(None));
}

#[tokio::test]
async fn quick_reads_share_a_connection_and_none_of_them_is_lost() {
    let ground = Ground::with_connections(1).await;
    let mut other = ground.database.connect().await;
    let watch = ground.database.connect().await;
    let backend = async || -> Vec<i32> {
        let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'souk'";
        watch.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    ground.products().find(build::product_id(1)).await.unwrap();
    let before = backend().await;
    let locked = other.transaction().await.unwrap();
    locked.batch_execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let waited = ground.pool.gauges().waited;
    let read = || {
        let products = ground.products();
        tokio::spawn(async move { products.find(build::product_id(1)).await })
    };
    let (first, given_up) = (read(), read());
    let rest: Vec<_> = (0..6).map(|_| read()).collect();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until(async || watch.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 1).await;
    // There is one connection, and nobody waits for it.
    assert_eq!(ground.pool.gauges().waited, waited);
    given_up.abort();
    assert!(given_up.await.is_err());
    locked.rollback().await.unwrap();
    for read in rest.into_iter().chain([first]) {
        assert_eq!(read.await.unwrap(), Ok(None));
    }
    // The answer that nobody waited for went with its connection.
    assert_eq!(ground.products().find(build::product_id(1)).await, Ok(None));
    let after = backend().await;
    assert!(after.len() == 1 && after != before, "{before:?} became {after:?}");
}

#[tokio::test]
async fn connections_that_were_cut_are_replaced() {
    let ground = Ground::with_connections(2).await;
    ground.products().find(build::product_id(1)).await.unwrap();
    let other = ground.database.connect().await;
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let cut: i64 = other.query_one(sql, &[]).await.unwrap().get(0);
    assert!(cut > 0);
    // The first to come may still meet a connection whose end has not arrived; nobody meets one twice.
    until(async || ground.products().find(build::product_id(1)).await.is_ok()).await;
    assert_eq!(ground.products().find(build::product_id(1)).await, Ok(None));
}

#[tokio::test]
async fn a_migrated_database_is_ready_and_one_without_its_newest_migration_is_not() {
    let ground = Ground::new().await;
    let readiness = PgReadiness::new(ground.pool.clone());
    assert_eq!(readiness.ready().await, Ok(()));
    let client = ground.database.connect().await;
    client
        .batch_execute("DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)")
        .await
        .unwrap();
    assert_eq!(readiness.ready().await, Err(souk_ports::readiness::NotReady::PendingMigrations(1)));
    client.batch_execute("DROP TABLE __diesel_schema_migrations").await.unwrap();
    assert!(
        matches!(readiness.ready().await, Err(souk_ports::readiness::NotReady::PendingMigrations(n)) if n > 1)
    );
}

#[tokio::test]
async fn a_role_without_privileges_is_served() {
    let ground = Ground::new().await;
    let admin = ground.database.connect().await;
    let role: String = admin.query_one("SELECT current_database() || '_plain'", &[]).await.unwrap().get(0);
    let rights = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'plain'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    );
    admin.batch_execute(&rights).await.unwrap();
    let url = ground.database.url();
    let (_, place) = url.rsplit_once('@').expect("the URL names a user");
    let connector = Connector::new(&format!("postgres://{role}:plain@{place}"), None).unwrap();
    let found = PgProducts::new(PgPool::new(connector, one_connection())).find(build::product_id(1)).await;
    admin.batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
    assert_eq!(found, Ok(None));
}

fn one_connection() -> PoolSettings {
    PoolSettings {
        max_size: 1,
        min_idle: 0,
        acquire_timeout: Duration::from_secs(10),
        max_lifetime: Duration::from_hours(1),
    }
}

/// Waits until something is so, ten seconds at most.
async fn until(so: impl AsyncFn() -> bool) {
    let wait = async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("it never became so");
}
