//! Adapters on a database of their own, and people to act in it.

use std::time::Duration;

use souk_domain::{
    id::UserId,
    product::{Listing, ListingForm, Product, Publication, Publisher},
    user::{Role, User},
};
use souk_ports::{
    product::ProductRepository, session::PasswordHash, user::Credentials, user::UserRepository,
};
use souk_postgres_adapter::{
    Connector, PgPool, PgProducts, PgUsers, PgVerifications, PoolSettings, Timeouts,
};
use souk_testkit::{
    build::{self, blur_key},
    database::TestDatabase,
    fixed::now,
};
use tokio::task::JoinSet;

use crate::migrated;

/// A migrated database and a pool on it.
pub(crate) struct Ground {
    pub(crate) database: TestDatabase,
    pub(crate) pool: PgPool,
}

impl Ground {
    pub(crate) async fn new() -> Self {
        Self::with_connections(8).await
    }

    pub(crate) async fn with_connections(max_size: u32) -> Self {
        let database = migrated().await;
        let pool = pool(&database, max_size);
        Self { database, pool }
    }

    /// Connections as another server has them.
    pub(crate) fn another_pool(&self) -> PgPool {
        pool(&self.database, 8)
    }

    /// Comes back once so many wait for a lock that somebody else holds.
    pub(crate) async fn waiting_for_a_lock(&self, rivals: usize) {
        let client = self.database.connect().await;
        let sql =
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while client.query(sql, &[]).await.unwrap().len() < rivals {}
    }

    /// Lets rivals loose while somebody else holds what they all need, and gives it free once several are there: so
    /// that they meet, however fast each of them is.
    pub(crate) async fn at_once<T: Send + 'static>(
        &self,
        lock: &str,
        rivals: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        let client = self.database.connect().await;
        client.batch_execute(&format!("BEGIN; {lock}")).await.unwrap();
        let rivals: JoinSet<T> = rivals.into_iter().collect();
        self.waiting_for_a_lock(3).await;
        client.batch_execute("COMMIT").await.unwrap();
        rivals.join_all().await
    }

    pub(crate) fn users(&self) -> PgUsers {
        PgUsers::new(self.pool.clone())
    }

    pub(crate) fn products(&self) -> PgProducts {
        PgProducts::new(self.pool.clone())
    }

    pub(crate) fn verifications(&self) -> PgVerifications {
        PgVerifications::new(self.pool.clone())
    }

    /// Opens the account of a buyer called `name`.
    pub(crate) async fn user(&self, n: u128, name: &str) -> User {
        let credentials = credentials(n, name);
        self.users().insert(&credentials, &build::session(n, credentials.user.id)).await.unwrap();
        credentials.user
    }

    /// Publishes a form as the listing number `n`, `n` seconds later than the one before the first.
    pub(crate) async fn publish(&self, n: u32, seller: UserId, form: &ListingForm) -> Product {
        let listing = Listing::check(form).unwrap();
        let id = build::product_id(n.into());
        let at = now() + chrono::TimeDelta::seconds(n.into());
        let decide = |publisher| listing.clone().publish(id, publisher, &blur_key(), at);
        self.products().publish(seller, &decide, None).await.unwrap()
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let client = self.database.connect().await;
        client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().get(0)
    }
}

fn pool(database: &TestDatabase, max_size: u32) -> PgPool {
    let timeouts = Timeouts {
        statement: Duration::from_secs(30),
        lock: Duration::from_secs(1),
        idle_in_transaction: Duration::from_secs(5),
        transaction: Duration::from_secs(30),
    };
    let settings = PoolSettings {
        max_size,
        min_idle: 0,
        acquire_timeout: Duration::from_secs(10),
        max_lifetime: Duration::from_hours(1),
    };
    let connector = Connector::new(&database.url(), Some(timeouts)).unwrap();
    PgPool::new(connector, settings)
}

pub(crate) fn credentials(n: u128, name: &str) -> Credentials {
    Credentials { user: build::user(n, name), password_hash: PasswordHash("$argon2id$hash".to_owned()) }
}

/// What publishing the bike of [`build::listing_form`] decides, as the listing number `n`.
pub(crate) fn bike(n: u128, seller: UserId, role: Role) -> Publication {
    let product = build::product(n, seller);
    let pickup = product.place.map(|place| place.point);
    let after = role.after_publishing();
    Publication { product, pickup, promotion: (after != role).then_some(after) }
}

/// The role the account had when the rule was asked.
pub(crate) fn role(publisher: Publisher) -> Role {
    publisher.role
}
