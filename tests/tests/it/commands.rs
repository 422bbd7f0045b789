//! The program as operators meet it: its commands, their exit codes, and what it says when it cannot start.

use serde_json::Value;
use souk_testkit::database::TestDatabase;

use crate::harness::{PATIENCE, Person, Proxy, SECRET, Server, bike, database, eventually, souk};

#[tokio::test]
async fn migrations_are_told_checked_taken_back_and_applied_again() {
    let database = database().await;
    let url = database.url();
    let migrate = async |arguments: &[&str]| {
        let arguments: Vec<_> = ["migrate"].iter().chain(arguments).copied().collect();
        souk(&arguments, &[("DATABASE_URL", &url)]).await
    };
    let status = migrate(&["status"]).await;
    assert_eq!(status.code, Some(0), "{}", status.stderr);
    let count = status.stdout.lines().count();
    assert!(count > 10 && status.stdout.lines().all(|line| line.contains(" UTC  20")), "{}", status.stdout);
    assert_eq!(migrate(&["check"]).await.code, Some(0));
    let history = migrate(&["history"]).await;
    assert_eq!(history.code, Some(0), "{}", history.stderr);
    assert!(history.stdout.lines().count() >= 2 * count, "each with its purpose: {}", history.stdout);

    assert_eq!(migrate(&["down", "2"]).await.code, Some(0));
    let status = migrate(&["status"]).await.stdout;
    let pending: Vec<_> = status.lines().filter(|line| line.starts_with("pending")).collect();
    assert_eq!(pending.len(), 2, "{status}");
    let check = migrate(&["check"]).await;
    assert_eq!(check.code, Some(1));
    assert!(
        check.stderr.contains("2 migrations") && check.stderr.contains("souk migrate up"),
        "{}",
        check.stderr
    );
    for line in pending {
        let name = line.split_whitespace().last().unwrap();
        assert!(check.stderr.contains(name), "{name} is not in {}", check.stderr);
    }

    // A server does not call itself ready on a database that lacks something, and does once it is there.
    let server = Server::begin(&url, &[]).await;
    let not_ready = server.api.get("/readyz").send().await;
    assert_eq!(not_ready.refusal(503), "pending_migrations");
    assert_eq!(migrate(&["up"]).await.code, Some(0));
    server.ready(PATIENCE).await;
    assert_eq!(migrate(&["redo"]).await.code, Some(0));
    assert_eq!(migrate(&["check"]).await.code, Some(0));
    let up = migrate(&["up"]).await;
    assert!(up.code == Some(0) && up.stdout.contains("nothing to do"), "{}", up.stdout);
}

#[tokio::test]
async fn the_sql_of_all_migrations_makes_the_same_schema() {
    let sql = souk(&["migrate", "sql"], &[]).await;
    assert_eq!(sql.code, Some(0), "it needs no database: {}", sql.stderr);
    let by_hand = TestDatabase::empty().await;
    run(&by_hand, &sql.stdout).await;
    let check = souk(&["migrate", "check"], &[("DATABASE_URL", &by_hand.url())]).await;
    assert_eq!(check.code, Some(0), "the script notes what it did: {}", check.stderr);
    Server::start(&by_hand, &[]).await.ready(PATIENCE).await;

    let down = souk(&["migrate", "sql", "--down"], &[]).await;
    run(&by_hand, &down.stdout).await;
    let status = souk(&["migrate", "status"], &[("DATABASE_URL", &by_hand.url())]).await.stdout;
    assert!(status.lines().all(|line| line.starts_with("pending")), "{status}");
}

/// Runs a script made for psql, without what only psql understands.
async fn run(database: &TestDatabase, script: &str) {
    let sql: String = script.split_inclusive('\n').filter(|line| !line.starts_with('\\')).collect();
    let client = database.connect().await;
    for migration in sql.replace("\n\n-- 20", "\0-- 20").split('\0') {
        // What is sent at once is one transaction, which psql would not make of it.
        let statements: Vec<&str> = if migration.contains(" CONCURRENTLY ") {
            migration.split_inclusive(";\n").collect()
        } else {
            vec![migration]
        };
        for statement in statements {
            client.batch_execute(statement).await.unwrap();
        }
    }
}

#[tokio::test]
async fn two_that_migrate_at_once_get_along() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    let up = async || souk(&["migrate", "up"], &[("DATABASE_URL", &url)]).await;
    let (one, other) = tokio::join!(up(), up());
    for finished in [&one, &other] {
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }
    assert_eq!(souk(&["migrate", "check"], &[("DATABASE_URL", &url)]).await.code, Some(0));
    let idle = [&one, &other].iter().filter(|finished| finished.stdout.contains("nothing to do")).count();
    assert_eq!(idle, 1, "one did all of it\n{}\n{}", one.stdout, other.stdout);
}

#[tokio::test]
async fn the_description_is_the_same_from_the_command_and_from_the_server() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let printed = souk(&["openapi"], &[]).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let mut printed: Value = serde_json::from_str(&printed.stdout).unwrap();
    let mut given = server.api.get("/openapi.json").send().await.is(200).json();
    assert_eq!(given["servers"][0]["url"], format!("http://{}", server.api.address()));
    for description in [&mut printed, &mut given] {
        assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
        description.as_object_mut().unwrap().remove("servers");
    }
    assert_eq!(printed, given);
}

#[tokio::test]
async fn an_audit_ends_with_1_once_something_does_not_hold() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let ada = Person::register(&server.api, "ada").await;
    server.api.post("/v1/products", &bike("a bike")).by(&ada).send().await.is(201);
    let url = database.url();
    let audit = async |arguments: &[&str]| souk(arguments, &[("DATABASE_URL", &url)]).await;
    let sound = audit(&["audit"]).await;
    assert_eq!(sound.code, Some(0), "{}", sound.stderr);
    let mut rows = sound.stdout.lines();
    assert!(rows.next().is_some_and(|head| head.starts_with("id ") && head.ends_with(" violations")));
    assert!(sound.stdout.lines().count() > 20 && rows.all(|row| row.ends_with(" 0")), "{}", sound.stdout);

    let client = database.connect().await;
    client.batch_execute("UPDATE products SET likes_count = 7").await.unwrap();
    let broken = audit(&["audit", "--json"]).await;
    assert_eq!(broken.code, Some(1));
    assert!(broken.stderr.contains("1 of "), "{}", broken.stderr);
    let findings: Value = serde_json::from_str(&broken.stdout).unwrap();
    let violated: Vec<_> =
        findings.as_array().unwrap().iter().filter(|finding| finding["violations"] != 0).collect();
    assert_eq!(violated.len(), 1);
    assert_eq!((&violated[0]["id"], &violated[0]["violations"]), (&"product_likes".into(), &1.into()));
}

#[tokio::test]
async fn a_health_check_ends_as_the_server_is() {
    let database = database().await;
    let proxy = Proxy::to(&database.url()).await;
    let mut server = Server::begin(proxy.url(), &[]).await;
    server.ready(PATIENCE).await;
    let address = server.api.address().to_string();
    let check = async || souk(&["healthcheck"], &[("SOUK_ADDR", &address)]).await;
    assert_eq!(check().await.code, Some(0));
    proxy.cut().await;
    // The last answer is given again for a moment.
    eventually("the server is not ready", PATIENCE, async || (check().await.code == Some(1)).then_some(()))
        .await;
    let told = check().await;
    assert!(told.stderr.contains("503") && told.stderr.contains("database_unreachable"), "{}", told.stderr);
    server.terminate();
    server.ended(PATIENCE).await;
    let told = check().await;
    assert!(told.code == Some(1) && told.stderr.contains("nobody answers"), "{}", told.stderr);
}

#[tokio::test]
async fn a_server_that_cannot_work_does_not_start_and_says_what_to_do() {
    const URL: (&str, &str) = ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere");
    const GOOD: (&str, &str) = ("SOUK_TOKEN_SECRET", SECRET);
    for (settings, words) in [
        (&[URL][..], &["SOUK_TOKEN_SECRET is not set", "openssl rand"][..]),
        (&[URL, ("SOUK_TOKEN_SECRET", "")], &["SOUK_TOKEN_SECRET is not set", "openssl rand"]),
        (&[URL, ("SOUK_TOKEN_SECRET", "hunter2")], &["SOUK_TOKEN_SECRET has 7 bytes", "at least 32"]),
        (&[URL, GOOD, ("SOUK_LOCATION_SECRET", "hunter2")], &["SOUK_LOCATION_SECRET has 7 bytes"]),
        (&[URL, GOOD, ("SOUK_TOKEN_SECRET_FILE", "/etc/hostname")], &["SOUK_TOKEN_SECRET_FILE", "unset one"]),
        (&[URL, ("SOUK_TOKEN_SECRET_FILE", "/nowhere")], &["SOUK_TOKEN_SECRET_FILE", "/nowhere"]),
        (&[GOOD], &["DATABASE_URL is not set", "cargo xtask dev"]),
        (&[GOOD, ("DATABASE_URL", "mysql://localhost")], &["DATABASE_URL is not a PostgreSQL URL"]),
        (&[URL, GOOD, ("SOUK_HEADER_TIMEOUT", "soon")], &["--header-timeout", "500ms"]),
        (&[URL, GOOD, ("SOUK_ADDR", "192.0.2.1:1")], &["192.0.2.1:1", "SOUK_ADDR"]),
    ] {
        let refused = souk(&["serve"], settings).await;
        assert!(refused.code.is_some_and(|code| code != 0), "{settings:?} did not keep it from starting");
        for word in words {
            assert!(refused.stderr.contains(word), "{word:?} is not in {}", refused.stderr);
        }
        assert!(!refused.stderr.contains("hunter2") && refused.stdout.is_empty(), "{refused:?}");
    }
    let shown = souk(&["serve", "--token-secret", SECRET], &[URL]).await;
    assert!(shown.code == Some(1) && shown.stderr.contains("every process"), "{}", shown.stderr);
}

#[tokio::test]
async fn help_names_every_setting() {
    let help = souk(&["serve", "--help"], &[]).await;
    assert_eq!(help.code, Some(0));
    for variable in [
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "RUST_LOG",
        "SOUK_ACCESS_TOKEN_TTL",
        "SOUK_ADDR",
        "SOUK_BODY_LIMIT",
        "SOUK_DRAIN_TIMEOUT",
        "SOUK_HEADER_TIMEOUT",
        "SOUK_LOCATION_SECRET",
        "SOUK_LOCK_TIMEOUT",
        "SOUK_MAX_CONNECTIONS",
        "SOUK_MAX_IN_FLIGHT",
        "SOUK_OPS_ADDR",
        "SOUK_POOL_MAX_SIZE",
        "SOUK_POOL_MIN_IDLE",
        "SOUK_PUBLIC_URL",
        "SOUK_REQUEST_DEADLINE",
        "SOUK_STATEMENT_TIMEOUT",
        "SOUK_TOKEN_SECRET",
        "SOUK_TOKEN_SECRET_FILE",
    ] {
        assert!(help.stdout.contains(&format!("[env: {variable}")), "{variable} is not in the help");
    }
    // And the page for operators has exactly what the help has.
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/CONFIGURATION.md")).unwrap();
    let documented: Vec<_> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let helped: Vec<_> =
        help.stdout.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
    for variable in &documented {
        assert!(helped.contains(variable), "{variable} is documented, but not in the help");
    }
    for variable in &helped {
        assert!(documented.contains(variable), "{variable} is in the help, but not documented");
    }
}

#[tokio::test]
async fn tokens_for_load_tests_are_good_where_the_same_secret_is() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let ada = Person::register(&server.api, "ada").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{}\n{}\n", ada.id, ada.id)).unwrap();
    let path = file.path().to_str().unwrap();
    let sign = async |secret: &str, more: &[&str]| {
        let arguments = [&["access-tokens", path], more].concat();
        souk(&arguments, &[("SOUK_TOKEN_SECRET", secret)]).await
    };
    let who = async |token: &str| {
        let person = Person { token: token.to_owned(), ..ada.clone() };
        server.api.get("/v1/me").by(&person).send().await
    };

    let signed = sign(SECRET, &["--valid-for", "7d"]).await;
    assert_eq!(signed.code, Some(0), "{}", signed.stderr);
    let tokens: Vec<_> = signed.stdout.lines().collect();
    assert_eq!(tokens.len(), 2, "one for each line");
    assert_eq!(who(tokens[0]).await.is(200).json()["id"], ada.id.as_str());

    let foreign = sign("another secret of tests, forty-two bytes!!", &[]).await;
    let foreign = foreign.stdout.lines().next().unwrap_or_default();
    assert_eq!(who(foreign).await.refusal(401), "unauthenticated");
    let secretless = sign("", &[]).await;
    assert!(secretless.code == Some(1) && secretless.stderr.contains("SOUK_TOKEN_SECRET"), "{secretless:?}");
    std::fs::write(file.path(), "ada\n").unwrap();
    let unreadable = sign(SECRET, &[]).await;
    assert!(unreadable.code == Some(1) && unreadable.stderr.contains("line 1"), "{unreadable:?}");
}
