//! Bringing a database to the schema this program was built with, and back.
//!
//! Whoever changes anything holds an advisory lock, so that two programs that start at once do not get into each other's
//! way: the second waits, finds everything done, and does nothing. Each migration is one transaction together with the
//! note that it was applied. Connect directly, not through a pooler in transaction mode: the lock belongs to the session.

mod embedded;

pub(crate) use embedded::versions;
pub use embedded::{fingerprint, latest, list};

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::{
    ConnectionError, OptionalExtension, QueryResult, QueryableByName,
    result::Error,
    sql_query,
    sql_types::{BigInt, Bool, Text, Timestamptz},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use thiserror::Error;

use crate::connection::{Connector, UrlError};
use embedded::{ALL, CREATE_TABLE, Migration};

/// The advisory lock of those who migrate: "souk" in ASCII.
const LOCK: i64 = 0x736f_756b;
/// How often somebody who waits for it asks again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Which way a migration is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards the newest schema.
    Up,
    /// Back.
    Down,
}

/// What is told while it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Somebody else is migrating this database; we wait for them.
    Waiting,
    /// A migration was walked.
    Done {
        /// Its folder's name.
        name: &'static str,
        /// Which way.
        direction: Direction,
        /// How long it took.
        took: Duration,
    },
}

/// Where one migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The database has it.
    Applied {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// The database does not have it yet.
    Pending,
    /// The database has it, but this program does not know it: it is older than the database.
    Unknown {
        /// Since when.
        at: DateTime<Utc>,
    },
}

/// One line of [`status`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The folder's name; of an unknown one, the version.
    pub name: String,
    /// Where it stands.
    pub state: State,
}

/// Why migrating came to nothing.
#[derive(Debug, Error)]
pub enum MigrationError {
    /// The URL cannot be used.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// There is no way to the database.
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] ConnectionError),
    /// The database refused what is asked around the migrations.
    #[error("the list of applied migrations cannot be used: {0}")]
    Database(#[from] Error),
    /// One migration failed.
    #[error("{}", failure(.name, *.direction, *.rolled_back, .source))]
    Failed {
        /// Its folder's name.
        name: &'static str,
        /// Which way it was walked.
        direction: Direction,
        /// Whether the database is as it was before it. Always, but for one that cannot run in a transaction.
        rolled_back: bool,
        /// What the database said.
        source: Error,
    },
    /// [`check`]: the database lacks some.
    #[error("{} pending ({}); run `souk migrate up`", counted(.names.len()), .names.join(", "))]
    Pending {
        /// Their names, oldest first.
        names: Vec<String>,
    },
    /// The database has some that this program does not know.
    #[error("the database has {} that this program does not know ({}): it was migrated by a newer one; use that one", counted(.versions.len()), .versions.join(", "))]
    Unknown {
        /// Their versions, oldest first.
        versions: Vec<String>,
    },
}

/// Applies what is pending, oldest first: all of it, or the next `limit`. Returns how many that were.
pub async fn up(
    url: &str,
    limit: Option<usize>,
    mut report: impl FnMut(Progress) + Send,
) -> Result<usize, MigrationError> {
    let mut session = Session::begin(url, &mut report).await?;
    let applied = session.applied().await?;
    let pending =
        ALL.iter().filter(|migration| !applied.iter().any(|row| row.version == migration.version()));
    let mut done = 0;
    for migration in pending.take(limit.unwrap_or(usize::MAX)) {
        session.walk(migration, Direction::Up, &mut report).await?;
        done += 1;
    }
    session.end().await?;
    Ok(done)
}

/// Takes back the `steps` newest that are applied, newest first. Returns how many that were: fewer if there are no more.
pub async fn down(
    url: &str,
    steps: usize,
    mut report: impl FnMut(Progress) + Send,
) -> Result<usize, MigrationError> {
    let mut session = Session::begin(url, &mut report).await?;
    let mut done = 0;
    for migration in session.newest(steps).await? {
        session.walk(migration, Direction::Down, &mut report).await?;
        done += 1;
    }
    session.end().await?;
    Ok(done)
}

/// Takes the newest back and applies it again; what one does while writing it. Returns how many that were, 0 or 1.
pub async fn redo(url: &str, mut report: impl FnMut(Progress) + Send) -> Result<usize, MigrationError> {
    let mut session = Session::begin(url, &mut report).await?;
    let newest = session.newest(1).await?;
    for migration in &newest {
        session.walk(migration, Direction::Down, &mut report).await?;
        session.walk(migration, Direction::Up, &mut report).await?;
    }
    session.end().await?;
    Ok(newest.len())
}

/// Every migration that this program or the database knows, oldest first. Changes nothing and waits for nobody.
pub async fn status(url: &str) -> Result<Vec<Status>, MigrationError> {
    let applied = applied(&mut Connector::new(url, None)?.connect().await?).await?;
    let mut lines: Vec<(String, Status)> = ALL
        .iter()
        .map(|migration| {
            let version = migration.version();
            let row = applied.iter().find(|row| row.version == version);
            let state = row.map_or(State::Pending, |row| State::Applied { at: row.run_on });
            (version, Status { name: migration.name.to_owned(), state })
        })
        .collect();
    for row in applied.into_iter().filter(|row| find(&row.version).is_none()) {
        let unknown = Status { name: row.version.clone(), state: State::Unknown { at: row.run_on } };
        lines.push((row.version, unknown));
    }
    lines.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

/// Whether the database has exactly the migrations that this program knows. An unknown one is told before a pending one.
pub async fn check(url: &str) -> Result<(), MigrationError> {
    let (mut names, mut versions) = (Vec::new(), Vec::new());
    for line in status(url).await? {
        match line.state {
            State::Applied { .. } => {}
            State::Pending => names.push(line.name),
            State::Unknown { .. } => versions.push(line.name),
        }
    }
    if !versions.is_empty() {
        Err(MigrationError::Unknown { versions })
    } else if !names.is_empty() {
        Err(MigrationError::Pending { names })
    } else {
        Ok(())
    }
}

/// The SQL of all migrations as one script for `psql`, without asking any database.
pub fn sql(direction: Direction) -> String {
    embedded::script(direction, None)
}

/// The SQL that [`up`] would run on this database, or [`down`] to its beginning.
pub async fn sql_for(url: &str, direction: Direction) -> Result<String, MigrationError> {
    let applied = applied(&mut Connector::new(url, None)?.connect().await?).await?;
    let has = |version: &String| applied.iter().any(|row| row.version == *version);
    let chosen: Vec<String> = ALL
        .iter()
        .map(Migration::version)
        .filter(|version| has(version) == (direction == Direction::Down))
        .collect();
    Ok(embedded::script(direction, Some(&chosen)))
}

/// A connection that holds the lock. Dropping it gives the lock back as well, once the server notices.
struct Session {
    connection: AsyncPgConnection,
}

impl Session {
    async fn begin(url: &str, report: &mut (impl FnMut(Progress) + Send)) -> Result<Self, MigrationError> {
        let mut connection = Connector::new(url, None)?.connect().await?;
        // Limits that suit a request, set on the role or the database, do not suit us; each migration brings its own.
        connection
            .batch_execute(
                "SET statement_timeout = 0; SET lock_timeout = 0; SET transaction_timeout = 0;
                 SET idle_in_transaction_session_timeout = 0",
            )
            .await?;
        let mut told = false;
        // Asking again and again instead of waiting inside one statement: a waiting statement holds a snapshot, which
        // CREATE INDEX CONCURRENTLY in the other session would wait for in turn.
        while !try_lock(&mut connection).await? {
            if !told {
                report(Progress::Waiting);
                told = true;
            }
            tokio::time::sleep(ASK_AGAIN_AFTER).await;
        }
        connection.batch_execute("SET client_min_messages = warning").await?;
        connection.batch_execute(CREATE_TABLE).await?;
        Ok(Self { connection })
    }

    async fn applied(&mut self) -> QueryResult<Vec<AppliedRow>> {
        applied(&mut self.connection).await
    }

    /// The newest that are applied, newest first.
    async fn newest(&mut self, steps: usize) -> Result<Vec<&'static Migration>, MigrationError> {
        let applied = self.applied().await?;
        let newest = applied.iter().rev().take(steps);
        newest
            .map(|row| {
                find(&row.version)
                    .ok_or_else(|| MigrationError::Unknown { versions: vec![row.version.clone()] })
            })
            .collect()
    }

    async fn walk(
        &mut self,
        migration: &'static Migration,
        direction: Direction,
        report: &mut (impl FnMut(Progress) + Send),
    ) -> Result<(), MigrationError> {
        let started = Instant::now();
        let walked = if migration.in_transaction {
            self.try_walk_whole(migration, direction).await
        } else {
            walk_and_note(&mut self.connection, migration, direction).await
        };
        walked.map_err(|source| MigrationError::Failed {
            name: migration.name,
            direction,
            rolled_back: migration.in_transaction,
            source,
        })?;
        report(Progress::Done { name: migration.name, direction, took: started.elapsed() });
        Ok(())
    }

    async fn try_walk_whole(
        &mut self,
        migration: &'static Migration,
        direction: Direction,
    ) -> QueryResult<()> {
        self.connection
            .transaction(async |connection| walk_and_note(connection, migration, direction).await)
            .await
    }

    async fn end(mut self) -> QueryResult<()> {
        sql_query("SELECT pg_advisory_unlock($1)")
            .bind::<BigInt, _>(LOCK)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }
}

async fn try_lock(connection: &mut AsyncPgConnection) -> QueryResult<bool> {
    let answer: Answer = sql_query("SELECT pg_try_advisory_lock($1) AS yes")
        .bind::<BigInt, _>(LOCK)
        .get_result(connection)
        .await?;
    Ok(answer.yes)
}

async fn walk_and_note(
    connection: &mut AsyncPgConnection,
    migration: &'static Migration,
    direction: Direction,
) -> QueryResult<()> {
    connection.batch_execute(migration.sql(direction)).await?;
    let note = match direction {
        Direction::Up => "INSERT INTO __diesel_schema_migrations (version) VALUES ($1)",
        Direction::Down => "DELETE FROM __diesel_schema_migrations WHERE version = $1",
    };
    sql_query(note).bind::<Text, _>(migration.version()).execute(connection).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

#[derive(QueryableByName)]
struct AppliedRow {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Timestamptz)]
    run_on: DateTime<Utc>,
}

/// What the database has, oldest first. A database that was never migrated has no list either.
async fn applied(connection: &mut AsyncPgConnection) -> QueryResult<Vec<AppliedRow>> {
    let list: Option<Answer> =
        sql_query("SELECT true AS yes WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL")
            .get_result(connection)
            .await
            .optional()?;
    if list.is_none() {
        return Ok(Vec::new());
    }
    // Noted without a zone, in that of the session, and diesel's sessions are in UTC.
    sql_query(
        "SELECT version::text AS version, run_on AT TIME ZONE 'UTC' AS run_on
         FROM __diesel_schema_migrations ORDER BY version",
    )
    .load(connection)
    .await
}

fn find(version: &str) -> Option<&'static Migration> {
    ALL.iter().find(|migration| migration.version() == version)
}

fn counted(count: usize) -> String {
    if count == 1 { "1 migration".to_owned() } else { format!("{count} migrations") }
}

fn failure(name: &str, direction: Direction, rolled_back: bool, source: &Error) -> String {
    let file = match direction {
        Direction::Up => "up.sql",
        Direction::Down => "down.sql",
    };
    let after = if rolled_back {
        "nothing of it was kept"
    } else {
        "it cannot run in a transaction, so look at what it left behind before trying again"
    };
    let hint = if let Error::DatabaseError(_, info) = source { info.hint() } else { None };
    let hint = hint.map(|hint| format!(" Hint: {hint}."));
    format!("migrations/{name}/{file} failed: {source}.{} ({after})", hint.unwrap_or_default())
}
