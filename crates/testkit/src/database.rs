//! A database of its own for each test, on the PostgreSQL server that `SOUK_TEST_DATABASE_URL` names.
//!
//! The first test that asks makes a template (migrated, empty) and every test after it, in this run and the next, gets a
//! copy of its files, which takes some 50 ms. What the template holds is the caller's affair: its key is a fingerprint of
//! it, and another key is another template. Never point the variable at a server that holds anything of value.

use std::{
    fmt::Display,
    hash::{BuildHasher, RandomState},
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use tokio::runtime;
use tokio_postgres::{Client, NoTls};

/// The advisory lock of those who make or tidy up templates: "soukt" in ASCII.
const LOCK: i64 = 0x73_6f75_6b74;
/// So many templates stay on the server; older ones belong to schemas that nobody works on any more.
const TEMPLATES_KEPT: i64 = 6;
/// The same on every server, whatever its own defaults are.
const PLAIN: &str =
    "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'";

/// A database that lives as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// A copy of the template of this key. If there is none yet, `prepare` is given the URL of an empty database to make
    /// it from; what it prepares must depend on nothing but the key.
    ///
    /// # Panics
    /// With a sentence that says what to do, if there is no server or it refuses.
    pub async fn create<E: Display>(key: &str, prepare: impl AsyncFnOnce(String) -> Result<(), E>) -> Self {
        let server = server();
        let admin = connect(&server).await;
        let template = format!("souk_tpl_{key}");
        if !exists(&admin, &template).await {
            make_template(&server, &admin, &template, prepare).await;
        }
        Self::new(server, &admin, &format!("TEMPLATE {template} STRATEGY FILE_COPY")).await
    }

    /// An empty database, without so much as an extension.
    ///
    /// # Panics
    /// As [`create`](Self::create).
    pub async fn empty() -> Self {
        let server = server();
        let admin = connect(&server).await;
        Self::new(server, &admin, PLAIN).await
    }

    async fn new(server: String, admin: &Client, from: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (pid, count) = (process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let name = format!("souk_t_{pid}_{count}_{}", dice());
        run(admin, &format!("CREATE DATABASE {name} {from}")).await;
        Self { server, name }
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// A connection to it.
    ///
    /// # Panics
    /// If it cannot be reached.
    pub async fn connect(&self) -> Client {
        connect(&self.url()).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own, because here we may be inside a runtime, which cannot be made to wait. If it comes to
        // nothing, a database is left behind, and the test's verdict is worth more than that.
        let dropped = thread::spawn(move || {
            let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                if let Ok((admin, connection)) = tokio_postgres::connect(&server, NoTls).await {
                    tokio::spawn(connection);
                    let _ =
                        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                }
            });
        });
        let _ = dropped.join();
    }
}

/// Makes the template under another name and renames it when it is whole: one that was left half made is never used.
async fn make_template<E: Display>(
    server: &str,
    admin: &Client,
    template: &str,
    prepare: impl AsyncFnOnce(String) -> Result<(), E>,
) {
    run(admin, &format!("SELECT pg_advisory_lock({LOCK})")).await;
    if !exists(admin, template).await {
        let unfinished = format!("{template}_unfinished");
        run(admin, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
        run(admin, &format!("CREATE DATABASE {unfinished} {PLAIN}")).await;
        if let Err(error) = prepare(with_database(server, &unfinished)).await {
            give_up(&format!("the template for test databases could not be prepared: {error}"));
        }
        // A database is copied or renamed only when nobody is connected, and connections close in their own time.
        run(
            admin,
            &format!(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{unfinished}'"
            ),
        )
        .await;
        run(admin, &format!("ALTER DATABASE {unfinished} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"))
            .await;
        run(admin, &format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await;
        drop_old_templates(admin).await;
    }
    run(admin, &format!("SELECT pg_advisory_unlock({LOCK})")).await;
}

/// Object ids grow, so the newest templates have the highest ones.
async fn drop_old_templates(admin: &Client) {
    let old = "SELECT datname::text FROM pg_database WHERE datname LIKE 'souk\\_tpl\\_%' ORDER BY oid DESC OFFSET $1";
    let rows = admin.query(old, &[&TEMPLATES_KEPT]).await.unwrap_or_default();
    for name in rows.iter().map(|row| row.get::<_, String>(0)) {
        let ordinary = format!("ALTER DATABASE {name} WITH IS_TEMPLATE false");
        // Another run may be copying it at this moment; then it stays until next time.
        if admin.batch_execute(&ordinary).await.is_ok() {
            let _ = admin.batch_execute(&format!("DROP DATABASE {name}")).await;
        }
    }
}

async fn exists(admin: &Client, database: &str) -> bool {
    match admin.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&database]).await {
        Ok(row) => row.is_some(),
        Err(error) => give_up(&format!("the test server does not list its databases: {}", in_full(&error))),
    }
}

async fn connect(url: &str) -> Client {
    match tokio_postgres::connect(url, NoTls).await {
        Ok((client, connection)) => {
            tokio::spawn(connection);
            client
        }
        Err(error) => give_up(&format!(
            "the server of SOUK_TEST_DATABASE_URL cannot be reached ({}); `cargo xtask test` starts one for you",
            in_full(&error)
        )),
    }
}

async fn run(client: &Client, sql: &str) {
    if let Err(error) = client.batch_execute(sql).await {
        give_up(&format!("{}, at: {sql}", in_full(&error)));
    }
}

fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "tests have no `config.rs`; this is their one setting")]
    let server = std::env::var("SOUK_TEST_DATABASE_URL");
    match server {
        Ok(url) if !url.is_empty() => url,
        _ => {
            give_up("set SOUK_TEST_DATABASE_URL, or run `cargo xtask test`, which starts a database for you")
        }
    }
}

/// The same URL, of another database on that server.
fn with_database(url: &str, database: &str) -> String {
    let (address, settings) =
        url.split_once('?').map_or((url, None), |(address, rest)| (address, Some(rest)));
    let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    let settings = settings.map(|settings| format!("?{settings}")).unwrap_or_default();
    format!("{scheme}://{authority}/{database}{settings}")
}

/// Something that a process with the same id, on another machine or after a restart, does not have. The hasher's keys
/// are random enough for that.
fn dice() -> String {
    format!("{:016x}", RandomState::new().hash_one(process::id()))
}

/// The driver keeps what happened in its error's cause.
fn in_full(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(answer) => answer.to_string(),
        None => std::error::Error::source(error)
            .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}")),
    }
}

#[expect(clippy::panic, reason = "panicking is how a test fails")]
fn give_up(why: &str) -> ! {
    panic!("{why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_can_name_another_database_of_its_server() {
        for (url, expected) in [
            ("postgres://me:pw@host:5433/postgres", "postgres://me:pw@host:5433/x"),
            ("postgres://host", "postgres://host/x"),
            ("postgresql://[::1]:5432/a?sslmode=disable", "postgresql://[::1]:5432/x?sslmode=disable"),
            ("postgres://host?application_name=a/b", "postgres://host/x?application_name=a/b"),
        ] {
            assert_eq!(with_database(url, "x"), expected);
        }
    }

    #[tokio::test]
    async fn a_copy_holds_what_the_template_holds_and_goes_with_its_test() {
        let key = format!("testkit_{}", dice());
        let prepare = async |url: String| {
            let client = connect(&url).await;
            client.batch_execute("CREATE TABLE thing AS SELECT 7 AS number").await
        };
        let never = async |_: String| Err("a template that is there is not made again");
        let first = TestDatabase::create(&key, prepare).await;
        let second = TestDatabase::create(&key, never).await;
        first.connect().await.batch_execute("UPDATE thing SET number = 8").await.unwrap();
        let row = second.connect().await.query_one("SELECT number FROM thing", &[]).await.unwrap();
        assert_eq!(row.get::<_, i32>(0), 7);

        let admin = connect(&server()).await;
        let name = first.name.clone();
        assert!(exists(&admin, &name).await);
        drop(first);
        assert!(!exists(&admin, &name).await);
        run(&admin, &format!("ALTER DATABASE souk_tpl_{key} WITH IS_TEMPLATE false")).await;
        run(&admin, &format!("DROP DATABASE souk_tpl_{key}")).await;
    }

    #[tokio::test]
    async fn an_empty_database_has_not_so_much_as_an_extension() {
        let database = TestDatabase::empty().await;
        let client = database.connect().await;
        let row = client.query_one("SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'", &[]).await;
        assert_eq!(row.unwrap().get::<_, i64>(0), 0);
    }
}
