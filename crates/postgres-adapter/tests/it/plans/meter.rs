//! What a piece of work makes a database read, by PostgreSQL's own counters.

use std::{collections::BTreeMap, time::Duration};

use souk_postgres_adapter::{Connector, PgPool, PoolSettings};
use souk_testkit::database::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

/// So often everything is done, to count what it costs on average.
const ROUNDS: i64 = 8;

/// A table of fewer rows may well be read as a whole.
const MANY_ROWS: &str = "1000";

/// How a connection is told to make plans once for any values, and for each anew.
const PLANS: [&str; 2] = ["force_generic_plan", "force_custom_plan"];

/// A database that is watched.
pub(crate) struct Meter {
    pub(crate) database: TestDatabase,
    pub(crate) client: Client,
}

/// Numbers by the name of a table or of an index.
type Counts = BTreeMap<String, i64>;

/// How often large tables were scanned, how often indexes were, and how many pages of each table were read, its indexes'
/// among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cost {
    scans: Counts,
    uses: Counts,
    pages: Counts,
}

impl Meter {
    /// Watches a database that somebody made.
    pub(crate) fn of((database, client): (TestDatabase, Client)) -> Self {
        Self { database, client }
    }

    /// The id that a query finds.
    pub(crate) async fn one(&self, sql: &str) -> Uuid {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Where connections whose plans are made in this way go. The price of a page is that of a disk without a moving arm,
    /// whatever the server's own is: at that of a moving one the planner rather reads and sorts all that somebody has.
    fn url(&self, plans: &str) -> String {
        let url = self.database.url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options=-c%20random_page_cost%3D1.1%20-c%20plan_cache_mode%3D{plans}")
    }

    /// Does the same over and over on one connection, with both kinds of plans, and says what it cost once with each.
    pub(crate) async fn costs(&self, work: impl AsyncFn(PgPool, Connector)) -> [Cost; 2] {
        let mut costs = [Cost::default(), Cost::default()];
        for (cost, plans) in costs.iter_mut().zip(PLANS) {
            let connector = Connector::new(&self.url(plans), None).unwrap();
            let before = self.counted().await;
            let pool = PgPool::new(connector.clone(), SETTINGS);
            for _ in 0..ROUNDS {
                work(pool.clone(), connector.clone()).await;
            }
            drop(pool);
            // A session hands in its counts before it leaves the list.
            let others = "SELECT FROM pg_stat_activity WHERE datname = current_database()
                 AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
            while !self.client.query(others, &[]).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            *cost = self.counted().await.since(&before);
        }
        costs
    }

    /// That the work never scans a large table, that it uses each of these indexes every time, and that it reads at most
    /// so many pages of all tables and indexes together.
    pub(crate) async fn check(
        &self,
        what: &str,
        indexes: &[&str],
        most: i64,
        work: impl AsyncFn(PgPool, Connector),
    ) {
        for (cost, plans) in self.costs(work).await.iter().zip(PLANS) {
            cost.assert_scans_nothing(&format!("{what}, {plans}"));
            for index in indexes {
                assert!(cost.uses(index) >= 1, "{what}, {plans}: {index} was not used: {cost:?}");
            }
            assert!(cost.all_pages() <= most, "{what}, {plans}: {} pages: {cost:?}", cost.all_pages());
        }
    }

    async fn counted(&self) -> Cost {
        let tables = format!(
            "SELECT relname::text, CASE WHEN reltuples >= {MANY_ROWS} THEN seq_scan ELSE 0 END,
                 coalesce(heap_blks_read + heap_blks_hit, 0) + coalesce(idx_blks_read + idx_blks_hit, 0)
             FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid, relname)
             JOIN pg_class USING (relname) WHERE pg_class.oid = relid"
        );
        let indexes = "SELECT indexrelname::text, idx_scan FROM pg_stat_user_indexes";
        // What this connection itself has read until now is handed in late, if it is not asked for.
        self.client.query_one("SELECT pg_stat_force_next_flush()", &[]).await.unwrap();
        let mut cost = Cost::default();
        for row in self.client.query(&tables, &[]).await.unwrap() {
            let table: String = row.get(0);
            cost.scans.insert(table.clone(), row.get(1));
            cost.pages.insert(table, row.get(2));
        }
        for row in self.client.query(indexes, &[]).await.unwrap() {
            cost.uses.insert(row.get(0), row.get(1));
        }
        cost
    }
}

pub(super) const SETTINGS: PoolSettings = PoolSettings {
    max_size: 1,
    min_idle: 1,
    acquire_timeout: Duration::from_secs(10),
    max_lifetime: Duration::from_mins(10),
};

impl Cost {
    /// How often this index was looked into.
    pub(crate) fn uses(&self, index: &str) -> i64 {
        self.uses.get(index).copied().unwrap_or_default()
    }

    /// How many pages of this table and its indexes were read.
    pub(crate) fn pages(&self, table: &str) -> i64 {
        self.pages.get(table).copied().unwrap_or_default()
    }

    /// That no large table was scanned.
    pub(crate) fn assert_scans_nothing(&self, what: &str) {
        assert!(self.scans.is_empty(), "{what}: whole tables were scanned: {self:?}");
    }

    /// How many pages of all tables and their indexes were read.
    pub(crate) fn all_pages(&self) -> i64 {
        self.pages.values().sum()
    }

    /// What happened since then, for each round; nothing is said of what was left alone.
    fn since(self, before: &Self) -> Self {
        let difference = |now: Counts, before: &Counts, divisor: i64| -> Counts {
            let times = |(name, n): (String, i64)| {
                let n = n - before.get(&name).copied().unwrap_or_default();
                (n > 0).then_some((name, n / divisor))
            };
            now.into_iter().filter_map(times).collect()
        };
        Self {
            scans: difference(self.scans, &before.scans, 1),
            uses: difference(self.uses, &before.uses, ROUNDS),
            pages: difference(self.pages, &before.pages, ROUNDS),
        }
    }
}
