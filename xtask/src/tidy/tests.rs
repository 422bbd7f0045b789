//! Each rule is broken once, in a small tidy house, and must be seen.

use std::fs;
use std::path::Path;

use super::aggregates::AGGREGATES;
use super::check;

/// The smallest repository that keeps every rule.
fn house() -> tempfile::TempDir {
    let temp = tempfile::tempdir().unwrap();
    for name in ["domain", "ports", "application", "postgres-adapter", "http"] {
        for aggregate in AGGREGATES {
            put(temp.path(), &format!("crates/{name}/src/{aggregate}/mod.rs"), "//! One aggregate.\n");
        }
    }
    put(
        temp.path(),
        "crates/http/src/main.rs",
        "//! Puts it together.\nuse souk_postgres_adapter::PgProducts;\n",
    );
    put(
        temp.path(),
        "crates/postgres-adapter/tests/it/main.rs",
        "//! Tests.\nuse souk_postgres_adapter::Pool;\n",
    );
    let sql = "-- Why: tests.\n\nSET LOCAL lock_timeout = '2s';\n";
    put(temp.path(), "migrations/1_first/up.sql", sql);
    put(temp.path(), "migrations/1_first/down.sql", sql);
    temp
}

fn put(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn found(root: &Path) -> Vec<String> {
    check(root).unwrap().iter().map(ToString::to_string).collect()
}

/// What is found when one file is put into the tidy house.
fn found_with(file: &str, text: &str) -> Vec<String> {
    let house = house();
    put(house.path(), file, text);
    found(house.path())
}

fn assert_one(found: &[String], start: &str) {
    assert!(matches!(found, [only] if only.starts_with(start)), "wanted one `{start}…`, found {found:#?}");
}

#[test]
fn the_tidy_house_is_tidy() {
    assert_eq!(found(house().path()), Vec::<String>::new());
}

#[test]
fn an_adapter_named_outside_the_composition_root_is_seen() {
    let found = found_with(
        "crates/http/src/product/mod.rs",
        "//! Handlers; souk_postgres_adapter is only mentioned here.\nuse souk_postgres_adapter::PgProducts;\n",
    );
    assert_one(&found, "crates/http/src/product/mod.rs:2: names souk_postgres_adapter");
}

#[test]
fn an_adapter_named_in_a_macro_is_seen_and_commands_may_name_it() {
    let found = found_with("tests/tests/a.rs", "//! A.\nfn a() { vec![souk_system_adapter::now()]; }\n");
    assert_one(&found, "tests/tests/a.rs:2: names souk_system_adapter");
    let text = "//! Migrations.\nuse souk_postgres_adapter::migrations;\n";
    assert!(found_with("crates/http/src/commands/migrate.rs", text).is_empty());
}

#[test]
fn a_module_that_does_not_say_what_it_holds_is_seen() {
    assert_one(
        &found_with("crates/domain/src/geo.rs", "struct Point;\n"),
        "crates/domain/src/geo.rs:1: does not open",
    );
}

#[test]
fn a_missing_aggregate_is_seen() {
    let house = house();
    fs::remove_dir_all(house.path().join("crates/ports/src/product")).unwrap();
    assert_one(&found(house.path()), "crates/ports/src/product.rs: is missing");
    put(house.path(), "crates/ports/src/product.rs", "//! One file while one file is enough.\n");
    assert!(found(house.path()).is_empty());
}

#[test]
fn ignored_tests_are_seen_however_they_are_written() {
    for attribute in ["#[ignore]", "#[ignore = \"slow\"]", "#[cfg_attr(unix, ignore)]"] {
        let found = found_with("tests/tests/a.rs", &format!("//! A.\n#[test]\n{attribute}\nfn a() {{}}\n"));
        assert_one(&found, "tests/tests/a.rs:3: an ignored test");
    }
    assert!(found_with("tests/tests/a.rs", "//! A.\nfn a() { let ignore = [ignore]; }\n").is_empty());
}

#[test]
fn a_transaction_outside_try_is_seen() {
    let file = "crates/postgres-adapter/src/offer.rs";
    for call in ["conn.transaction(async |conn| {})", "conn\n.build_transaction()"] {
        let found = found_with(file, &format!("//! A.\nasync fn accept() {{ if true {{ {call}; }} }}\n"));
        assert!(matches!(&found[..], [only] if only.contains("in `accept`")), "{found:?}");
    }
    let good = "//! A.\nimpl X { async fn try_accept<T>(&self) -> R where T: Fn() { retry(|| { conn.transaction(f) }) } }\n";
    assert!(found_with(file, good).is_empty());
    assert!(found_with(file, "//! A.\nfn name(transaction: T) { transaction.transaction; }\n").is_empty());
}

#[test]
fn the_body_after_a_method_without_one_is_not_its_own() {
    let text = "//! A.\ntrait X { fn try_x(&self); }\nimpl Y { fn y() { c.transaction(f) } }\n";
    let found = found_with("crates/postgres-adapter/src/offer.rs", text);
    assert!(matches!(&found[..], [only] if only.contains("in `y`")), "{found:?}");
}

#[test]
fn long_files_are_seen_and_tests_may_be_longer() {
    let lines = |count: usize| format!("//! A.\n{}", "// x\n".repeat(count - 1));
    assert_one(&found_with("crates/domain/src/geo.rs", &lines(401)), "crates/domain/src/geo.rs: 401 lines");
    assert!(found_with("crates/domain/src/geo.rs", &lines(400)).is_empty());
    assert!(found_with("crates/domain/src/geo/tests.rs", &lines(600)).is_empty());
    assert_one(
        &found_with("crates/domain/src/geo/tests.rs", &lines(601)),
        "crates/domain/src/geo/tests.rs: 601",
    );
    assert!(found_with("crates/postgres-adapter/src/schema.rs", &lines(900)).is_empty());
}

#[test]
fn notes_to_self_are_seen() {
    let note = concat!("TO", "DO");
    let found = found_with("crates/domain/src/geo.rs", &format!("//! A.\n// {note}: later\n"));
    assert_one(&found, "crates/domain/src/geo.rs:2: ");
    assert!(found_with("crates/domain/src/geo.rs", &format!("//! A.\n// {note}S\n")).is_empty());
}

#[test]
fn a_migration_without_a_way_back_or_a_lock_timeout_is_seen() {
    let sql = "-- Why: tests.\nSET LOCAL lock_timeout = '2s';\n";
    assert_one(&found_with("migrations/2_second/up.sql", sql), "migrations/2_second: has no down.sql");
    let found =
        found_with("migrations/1_first/up.sql", "-- Why: lock_timeout is only mentioned.\nSELECT 1;\n");
    assert_one(&found, "migrations/1_first/up.sql: sets no lock_timeout");
    let sql = "-- Why: tests.\nCREATE INDEX CONCURRENTLY ix ON t (a);\n";
    assert!(found_with("migrations/1_first/up.sql", sql).is_empty());
    let found = found_with("migrations/1_first/up.sql", "SET LOCAL lock_timeout = '2s';\n");
    assert_one(&found, "migrations/1_first/up.sql:1: does not open with a comment");
    let found =
        found_with("migrations/1_first/up.sql", "-- Why: tests.\n-- Lock:\nSET LOCAL lock_timeout = '2s';\n");
    assert_one(&found, "migrations/1_first/up.sql:2: `Lock:` has no answer");
}
