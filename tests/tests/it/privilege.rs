//! The server needs to read and write rows, and nothing else: it runs as a role that may do no more than that.

use serde_json::json;
use souk_testkit::database::TestDatabase;

use crate::harness::{PATIENCE, Person, Server, bike, database, eventually, souk};

/// The role; the same for all databases of the test server, and left there for the next run.
const ROLE: &str = "souk_e2e_server";

/// What operators are told to grant. Tables to come are included, so that a migration needs no word with them.
const GRANTS: &str = "
    GRANT USAGE ON SCHEMA public TO souk_e2e_server;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO souk_e2e_server;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO souk_e2e_server;
    REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations, spatial_ref_sys FROM souk_e2e_server;";

#[tokio::test]
async fn a_role_that_can_only_read_and_write_rows_is_enough_to_serve() {
    let database = database().await;
    let url = as_role(&database).await;
    let server = Server::begin(&url, &[("RUST_LOG", "info,souk_application=debug")]).await;
    server.ready(PATIENCE).await;
    let api = &server.api;
    let seller = Person::register(api, "seller").await;
    Person::log_in(api, "seller").await.is(200);
    let mut form = bike("a bike");
    form["location"] = json!({ "latitude": 52.52, "longitude": 13.405 });
    let published = api.post("/v1/products", &form).by(&seller).key("key").send().await.is(201);
    let replay = api.post("/v1/products", &form).by(&seller).key("key").send().await.is(201);
    assert_eq!(replay.body, published.body);
    api.get(published.header("location")).send().await.is(200);
    let feed = api.get("/v1/products").send().await.is(200).json();
    let near = api.get("/v1/products/nearby?latitude=52.52&longitude=13.405").send().await.is(200).json();
    assert_eq!((feed["data"].as_array().unwrap().len(), near["data"].as_array().unwrap().len()), (1, 1));

    // Housekeeping, which deletes, is done in the background.
    eventually("the server has tidied up", PATIENCE, async || {
        server.log().contains("tidied up").then_some(())
    })
    .await;
    assert!(!server.log().contains("could not tidy up"), "{}", server.log());
    let status = souk(&["migrate", "check"], &[("DATABASE_URL", &url)]).await;
    assert_eq!(status.code, Some(0), "{}", status.stderr);
    let down = souk(&["migrate", "down"], &[("DATABASE_URL", &url)]).await;
    assert_eq!(down.code, Some(1), "{}", down.stdout);

    let client = database.connect().await;
    client.batch_execute(&format!("SET ROLE {ROLE}")).await.unwrap();
    for forbidden in [
        "CREATE TABLE mine ()",
        "DROP TABLE products",
        "TRUNCATE products CASCADE",
        "ALTER TABLE products DISABLE TRIGGER ALL",
        "CREATE EXTENSION dblink",
        "DELETE FROM __diesel_schema_migrations",
    ] {
        let error = client.batch_execute(forbidden).await.expect_err(forbidden);
        assert!(error.code().is_some_and(|code| code.code() == "42501"), "{forbidden}: {error:?}");
    }
}

/// Makes the role, gives it its rights in this database, and says how to connect as it.
async fn as_role(database: &TestDatabase) -> String {
    let admin = database.connect().await;
    let create = format!(
        "DO $$ BEGIN CREATE ROLE {ROLE} LOGIN PASSWORD 'weak' NOSUPERUSER NOCREATEDB NOCREATEROLE;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    admin.batch_execute(&create).await.unwrap();
    admin.batch_execute(GRANTS).await.unwrap();
    let url = database.url();
    let (scheme, rest) = url.split_once("://").unwrap();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{ROLE}:weak@{place}")
}
