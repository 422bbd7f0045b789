//! Up, down and up again; two at once; cut short; and what people are told.

use std::{process::Command, sync::Mutex};

use souk_postgres_adapter::migrations::{
    Direction, MigrationError, Progress, State, check, down, list, redo, sql, sql_for, status, up,
};
use souk_testkit::database::TestDatabase;
use tokio_postgres::Client;

use crate::{fill, migrated};

fn quiet(_: Progress) {}

/// How many there are.
fn all() -> usize {
    list().count()
}

/// A program of PostgreSQL itself: from the folder in `SOUK_TEST_PG_BIN`, else from the path.
fn postgres_program(name: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "tests have no `config.rs`")]
    let folder = std::env::var("SOUK_TEST_PG_BIN");
    let program = folder.map_or_else(|_| name.to_owned(), |folder| format!("{folder}/{name}"));
    let version = Command::new(&program).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let major = version
        .as_ref()
        .ok()
        .and_then(|version| version.split([' ', '.']).find_map(|word| word.parse().ok()));
    assert!(
        major.is_some_and(|major: u32| major >= 17),
        "{name} 17 or newer is needed ({program} says {version:?}): set SOUK_TEST_PG_BIN to the folder of PostgreSQL's \
         programs, or run `cargo xtask test`, which does"
    );
    Command::new(program)
}

/// The schema as `pg_dump` writes it, less the one line that is random.
fn dump(url: &str) -> String {
    let output = postgres_program("pg_dump").args(["--schema-only", "--no-owner", url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .fold(String::new(), |dump, line| dump + line + "\n")
}

#[track_caller]
fn assert_same(left: &str, right: &str) {
    let difference = left.lines().zip(right.lines()).find(|(left, right)| left != right);
    assert!(left == right, "the schemas differ, first at {difference:?}");
}

#[tokio::test]
async fn up_down_up_ends_where_it_began() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    up(&url, Some(0), quiet).await.unwrap();
    let nothing = dump(&url);
    assert_eq!(up(&url, None, quiet).await.unwrap(), all());
    let everything = dump(&url);
    assert!(everything.contains("CREATE TABLE public.products"));
    assert_eq!(down(&url, usize::MAX, quiet).await.unwrap(), all());
    assert_same(&dump(&url), &nothing);
    assert_eq!(up(&url, None, quiet).await.unwrap(), all());
    assert_same(&dump(&url), &everything);
}

#[tokio::test]
async fn every_step_back_and_forth_works_among_rows() {
    let database = migrated().await;
    let url = database.url();
    let before = dump(&url);
    fill::everything(&database.connect().await).await;
    // Each migration is applied once more to full tables, those of the ones before it; then it is left behind.
    for _ in 0..all() {
        assert_eq!(redo(&url, quiet).await.unwrap(), 1);
        assert_eq!(down(&url, 1, quiet).await.unwrap(), 1);
    }
    assert_eq!(up(&url, None, quiet).await.unwrap(), all());
    assert_same(&dump(&url), &before);
}

#[tokio::test]
async fn extensions_that_were_there_before_stay() {
    let database = TestDatabase::empty().await;
    let client = database.connect().await;
    client.batch_execute("CREATE EXTENSION citext").await.unwrap();
    up(&database.url(), None, quiet).await.unwrap();
    down(&database.url(), usize::MAX, quiet).await.unwrap();
    let left =
        client.query("SELECT extname::text FROM pg_extension WHERE extname <> 'plpgsql'", &[]).await.unwrap();
    assert_eq!(left.iter().map(|row| row.get(0)).collect::<Vec<String>>(), ["citext"]);
}

#[tokio::test]
async fn several_at_once_do_the_work_once() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    let (a, b, c) = tokio::join!(up(&url, None, quiet), up(&url, None, quiet), up(&url, None, quiet));
    let mut done = [a.unwrap(), b.unwrap(), c.unwrap()];
    done.sort_unstable();
    assert_eq!(done, [0, 0, all()]);
    check(&url).await.unwrap();
}

#[tokio::test]
async fn whoever_comes_second_says_that_it_waits() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    let first = database.connect().await;
    first.execute("SELECT pg_advisory_lock($1)", &[&0x736f_756b_i64]).await.unwrap();
    let (told, mut tell) = (Mutex::new(Vec::new()), Some(first));
    let done = up(&url, Some(1), |progress| {
        // The first one ends, and with its session its lock, once the second has said that it waits.
        tell.take();
        told.lock().unwrap().push(progress);
    });
    assert_eq!(done.await.unwrap(), 1);
    let told = told.into_inner().unwrap();
    assert_eq!(told.first(), Some(&Progress::Waiting));
    assert!(matches!(told.last(), Some(Progress::Done { direction: Direction::Up, .. })));
    assert_eq!(told.len(), 2);
}

/// A database migrated up to but not including `sessions`, and a client that holds a lock which that one needs.
async fn stuck_before_sessions() -> (TestDatabase, Client, usize) {
    let database = TestDatabase::empty().await;
    let before = list().position(|(name, _)| name.ends_with("_sessions")).unwrap();
    up(&database.url(), Some(before), quiet).await.unwrap();
    let rival = database.connect().await;
    rival.batch_execute("BEGIN; LOCK TABLE users IN ROW EXCLUSIVE MODE").await.unwrap();
    (database, rival, before)
}

#[tokio::test]
async fn a_migration_that_does_not_get_its_lock_gives_up_and_leaves_nothing() {
    let (database, rival, before) = stuck_before_sessions().await;
    let error = up(&database.url(), None, quiet).await.unwrap_err();
    let MigrationError::Failed { name, rolled_back: true, .. } = &error else { panic!("{error}") };
    assert!(name.ends_with("_sessions"));
    assert!(
        error.to_string().contains("lock timeout") && error.to_string().contains("nothing of it was kept"),
        "{error}"
    );
    let states: Vec<State> =
        status(&database.url()).await.unwrap().into_iter().map(|line| line.state).collect();
    assert!(states.iter().take(before).all(|state| matches!(state, State::Applied { .. })));
    assert!(states.iter().skip(before).all(|state| *state == State::Pending));
    rival.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(up(&database.url(), None, quiet).await.unwrap(), all() - before);
}

#[tokio::test]
async fn a_migration_that_is_killed_half_way_leaves_nothing() {
    let (database, rival, before) = stuck_before_sessions().await;
    let watcher = database.connect().await;
    let kill = async {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while watcher.query_opt(sql, &[]).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    let url = database.url();
    let (killed, ()) = tokio::join!(up(&url, None, quiet), kill);
    assert!(matches!(killed.unwrap_err(), MigrationError::Failed { .. }));
    rival.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(up(&url, None, quiet).await.unwrap(), all() - before);
    check(&url).await.unwrap();
}

#[tokio::test]
async fn check_names_what_is_pending() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    let error = check(&url).await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("{} migrations pending (", all())), "{error}");
    up(&url, Some(all() - 1), quiet).await.unwrap();
    let error = check(&url).await.unwrap_err();
    let last = list().last().unwrap().0;
    assert_eq!(error.to_string(), format!("1 migration pending ({last}); run `souk migrate up`"));
    up(&url, None, quiet).await.unwrap();
    check(&url).await.unwrap();
}

#[tokio::test]
async fn what_a_newer_program_applied_is_told_and_left_alone() {
    let database = migrated().await;
    let (client, url) = (database.connect().await, database.url());
    client.execute("INSERT INTO __diesel_schema_migrations VALUES ('99990101000000')", &[]).await.unwrap();
    assert!(check(&url).await.unwrap_err().to_string().contains("99990101000000"));
    assert_eq!(up(&url, None, quiet).await.unwrap(), 0);
    for error in [down(&url, 1, quiet).await.unwrap_err(), redo(&url, quiet).await.unwrap_err()] {
        assert!(
            matches!(&error, MigrationError::Unknown { versions } if versions == &["99990101000000"]),
            "{error}"
        );
    }
    assert!(matches!(status(&url).await.unwrap().last().unwrap().state, State::Unknown { .. }));
}

#[tokio::test]
async fn redo_walks_the_newest_back_and_forth() {
    let database = migrated().await;
    let mut walked = Vec::new();
    let record = |progress| match progress {
        Progress::Done { name, direction, .. } => walked.push((name, direction)),
        Progress::Waiting => {}
    };
    assert_eq!(redo(&database.url(), record).await.unwrap(), 1);
    let last = list().last().unwrap().0;
    assert_eq!(walked, [(last, Direction::Down), (last, Direction::Up)]);
    check(&database.url()).await.unwrap();
}

#[tokio::test]
async fn the_script_does_what_migrating_does() {
    let (database, scripted) = (migrated().await, TestDatabase::empty().await);
    let run = |script: &str| psql(&scripted.url(), script);
    run(&sql(Direction::Up));
    assert_same(&dump(&scripted.url()), &dump(&database.url()));
    check(&scripted.url()).await.unwrap();
    down(&scripted.url(), 2, quiet).await.unwrap();
    let rest = sql_for(&scripted.url(), Direction::Up).await.unwrap();
    assert_eq!(rest.matches("INSERT INTO __diesel_schema_migrations").count(), 2);
    run(&rest);
    check(&scripted.url()).await.unwrap();
    run(&sql_for(&scripted.url(), Direction::Down).await.unwrap());
    assert_eq!(check(&scripted.url()).await.unwrap_err().to_string(), check_of_nothing().await);
}

async fn check_of_nothing() -> String {
    check(&TestDatabase::empty().await.url()).await.unwrap_err().to_string()
}

fn psql(url: &str, script: &str) {
    use std::{io::Write, process::Stdio};
    let mut child = postgres_program("psql")
        .args(["-qX", "-f", "-"])
        .arg(url)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn without_a_database_the_message_says_so() {
    let error = status("postgres://postgres@127.0.0.1:1/none").await.unwrap_err();
    assert!(error.to_string().starts_with("the database cannot be reached"), "{error}");
}
